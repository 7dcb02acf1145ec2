//! A patch series for `git am`: one mail per pass.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dockfit_rewrite::pipeline::{PassReport, Report};
use dockfit_rewrite::{DecisionInfo, Outcome, PassInfo};

use super::counts::plural;
use super::diff;

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
        for placed in &pass.decisions {
            if matches!(placed.decision.outcome, Outcome::Applied(_)) {
                let info = placed.decision.info;
                decisions.entry(info.id).or_insert((0, info)).0 += 1;
            }
        }
        Self { info: pass.info, diff: pass.changes.iter().flat_map(diff::for_git).collect(), decisions }
    }

    fn subject(&self) -> String {
        format!("Apply {} (proposal {})", self.info.id, self.info.proposal)
    }

    fn body(&self) -> String {
        let mut body = format!("{}\n\n", sentence(self.info.summary));
        for (count, info) in self.decisions.values() {
            let _ = writeln!(body, "- {}: {} ({})", info.id, info.summary, plural(*count, "place", "places"));
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

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
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
