//! A patch series for `git am`: one mail per pass.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_rewrite::pipeline::{PassReport, Report};
use dockfit_rewrite::{DecisionInfo, Outcome, PassInfo};

use super::counts::plural;
use super::diff;
use crate::terminal::visible;

/// The changes of all projects, pass by pass.
#[derive(Default)]
pub(crate) struct Series {
    /// By the place of the pass in the registry.
    mails: BTreeMap<usize, Mail>,
}

#[derive(Clone)]
struct Mail {
    info: &'static PassInfo,
    diff: Vec<u8>,
    /// How often each decision was made.
    decisions: BTreeMap<&'static str, (usize, &'static DecisionInfo)>,
    /// What a reader should know of what was done, each once.
    notes: BTreeSet<String>,
}

/// What one project adds to the series.
#[derive(Clone)]
pub(crate) struct Part {
    index: usize,
    mail: Mail,
}

impl Series {
    /// The parts of one project; `order` tells the place of a pass.
    pub(crate) fn parts(report: &Report, order: impl Fn(&PassInfo) -> usize) -> Vec<Part> {
        let changed = report.passes.iter().filter(|pass| !pass.changes.is_empty());
        changed.map(|pass| Part { index: order(pass.info), mail: Mail::of(pass) }).collect()
    }

    /// Adds the parts of a project.
    pub(crate) fn push(&mut self, parts: Vec<Part>) {
        for Part { index, mail } in parts {
            match self.mails.get_mut(&index) {
                None => {
                    self.mails.insert(index, mail);
                }
                Some(known) => {
                    known.diff.extend(mail.diff);
                    known.notes.extend(mail.notes);
                    for (id, (count, info)) in mail.decisions {
                        known.decisions.entry(id).or_insert((0, info)).0 += count;
                    }
                }
            }
        }
    }

    /// The message of the commit that a pass makes.
    pub(crate) fn message(&self, index: usize) -> Option<String> {
        let mail = self.mails.get(&index)?;
        Some(format!("{}\n\n{}", mail.subject(), mail.body()))
    }

    /// The whole series.
    pub(crate) fn write(&self) -> Vec<u8> {
        let total = self.mails.len();
        let mut out = Vec::new();
        for (number, mail) in self.mails.values().enumerate() {
            mail.write(&mut out, number + 1, total);
        }
        out
    }
}

impl Mail {
    fn of(pass: &PassReport) -> Self {
        let mut decisions = BTreeMap::new();
        let mut notes = BTreeSet::new();
        for placed in &pass.decisions {
            if let Outcome::Applied(change) = &placed.decision.outcome {
                notes.extend(change.note.as_deref().map(|note| visible(note).into_owned()));
                let info = placed.decision.info;
                decisions.entry(info.id).or_insert((0, info)).0 += 1;
            }
        }
        Self {
            info: pass.info,
            diff: pass.changes.iter().flat_map(diff::for_git).collect(),
            decisions,
            notes,
        }
    }

    fn subject(&self) -> String {
        format!("Apply {} (proposal {})", self.info.id, self.info.proposal)
    }

    fn body(&self) -> String {
        let mut body = wrapped(&sentence(self.info.summary), "");
        body.push('\n');
        for (count, info) in self.decisions.values() {
            let item = format!("- {}: {} ({})", info.id, info.summary, plural(*count, "place", "places"));
            body.push_str(&wrapped(&item, "  "));
        }
        if !self.notes.is_empty() {
            body.push('\n');
        }
        for note in &self.notes {
            body.push_str(&wrapped(&format!("Note: {note}"), "  "));
        }
        body
    }

    /// One mail. There is no clock here: the date is the one that git itself writes into the first line of
    /// each patch. Where a line ends in a carriage return or a byte is no ASCII, the body is encoded, as a
    /// mail must be for `git am` to keep it.
    fn write(&self, out: &mut Vec<u8>, number: usize, total: usize) {
        let mut body = format!("{}---\n", self.body()).into_bytes();
        body.extend_from_slice(&self.diff);
        body.extend_from_slice(format!("-- \ndockfit {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
        let plain = body.iter().all(|byte| matches!(byte, b'\n' | b'\t' | 0x20..0x7f));
        let encoding = if plain { "7bit" } else { "quoted-printable" };
        let head = format!(
            "From {zeros} Mon Sep 17 00:00:00 2001\n\
             From: dockfit <dockfit@localhost>\n\
             Date: Mon, 17 Sep 2001 00:00:00 +0000\n\
             Subject: [PATCH {number}/{total}] {subject}\n\
             MIME-Version: 1.0\n\
             Content-Type: text/plain; charset=UTF-8\n\
             Content-Transfer-Encoding: {encoding}\n\n",
            zeros = "0".repeat(40),
            subject = self.subject(),
        );
        out.extend_from_slice(head.as_bytes());
        out.extend(if plain { body } else { quoted_printable(&body) });
        out.push(b'\n');
    }
}

/// With a capital at its start and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut chars = text.trim_end().chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if chars.as_str().ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// A paragraph in lines as wide as git shows them, those behind the first indented: a line of a note must not begin like a
/// part of a mail (`---`, `From `, `diff --git`).
fn wrapped(text: &str, indent: &str) -> String {
    const WIDEST: usize = 72;
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDEST {
            out.push('\n');
            out.push_str(indent);
            width = indent.len();
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
    out
}

/// RFC 2045, 6.7: every byte that is no printable ASCII, and every `=`, as `=XX`; lines of 76 characters at most.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    const WIDEST: usize = 75;
    let mut out = Vec::with_capacity(body.len() + body.len() / 8);
    let mut column = 0;
    for (at, byte) in body.iter().enumerate() {
        if *byte == b'\n' {
            out.push(b'\n');
            column = 0;
            continue;
        }
        let last = matches!(body.get(at + 1), None | Some(b'\n'));
        let literal = matches!(byte, 0x21..=0x3c | 0x3e..=0x7e) || (matches!(byte, b' ' | b'\t') && !last);
        // `From ` at the start of a line would start the next mail.
        let literal = literal && !(column == 0 && *byte == b'F');
        let width = if literal { 1 } else { 3 };
        if column + width > WIDEST {
            out.extend_from_slice(b"=\n");
            column = 0;
        }
        if literal {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("={byte:02X}").as_bytes());
        }
        column += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{sentence, wrapped};

    #[test]
    fn a_note_is_wrapped_and_begins_no_part_of_a_mail() {
        let note = format!("Note: {}\n---\nFrom here {}", "word ".repeat(12), "--- ".repeat(30));
        let text = wrapped(&note, "  ");
        assert!(text.lines().count() > 2 && text.lines().all(|line| line.chars().count() <= 72), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("  ")), "{text}");
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), note.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn a_sentence_begins_large_and_ends() {
        assert_eq!(sentence("one step. "), "One step.");
        assert_eq!(sentence("older builders"), "Older builders.");
        assert_eq!(sentence(""), ".");
    }
}
