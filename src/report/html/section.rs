//! What is said of one Dockerfile: what changes and why, what was refused, the stages, the diffs with a switch per pass.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use dockfit_rewrite::pipeline::{FileChange, PassReport, Report};
use dockfit_rewrite::{Outcome, RelPath};
use sha2::{Digest, Sha256};

use super::authors::Authors;
use super::diff::FileDiff;
use super::escape::escaped;
use super::sizes::{self, Contexts};
use super::variants::{attribute, weave};
use super::{graph, outcomes};
use crate::project::Draft;
use crate::report::repeats::Repeats;
use crate::report::{Entry, plural};

/// A part of the page.
pub(super) struct Section {
    pub(super) id: String,
    /// As the Dockerfile is shown.
    pub(super) name: String,
    pub(super) html: String,
    pub(super) applied: usize,
    pub(super) refused: usize,
    pub(super) advised: usize,
}

/// What all sections of a project share.
pub(super) struct Shared<'a> {
    pub(super) draft: &'a Draft,
    pub(super) report: &'a Report,
    /// The report, and those without one pass, which is named.
    pub(super) versions: Vec<Version<'a>>,
    pub(super) repeats: Repeats<'a>,
    pub(super) before: Contexts,
    pub(super) after: Contexts,
    /// Line numbers that headings of hunks set.
    pub(super) numbers: BTreeSet<usize>,
    /// The most versions that a section switches between.
    pub(super) most: usize,
}

/// One report, and the files that change in it, by the Dockerfile whose decisions edit them first.
pub(super) struct Version<'a> {
    without: &'a str,
    report: &'a Report,
    changes: Vec<Vec<&'a FileChange>>,
}

impl<'a> Version<'a> {
    pub(super) fn of(without: &'a str, report: &'a Report) -> Self {
        let mut owners: HashMap<&RelPath, usize> = HashMap::new();
        for placed in report.passes.iter().flat_map(|pass| &pass.decisions) {
            if let Outcome::Applied(change) = &placed.decision.outcome {
                for edit in &change.edits {
                    owners.entry(&edit.file).or_insert(placed.decision.dockerfile);
                }
            }
        }
        let mut changes: Vec<Vec<&FileChange>> =
            report.before.dockerfiles().iter().map(|_| Vec::new()).collect();
        for change in &report.changes {
            if let Some(list) = changes.get_mut(owners.get(&change.path).copied().unwrap_or(0)) {
                list.push(change);
            }
        }
        Self { without, report, changes }
    }

    fn of_index(&self, index: usize) -> &[&'a FileChange] {
        self.changes.get(index).map_or(&[], Vec::as_slice)
    }
}

/// The id of the section of a Dockerfile; the same for the same file.
pub(super) fn id(draft: &Draft, path: &RelPath) -> String {
    let digest = Sha256::digest(draft.shown(path));
    let hex: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("f{hex}")
}

impl Shared<'_> {
    /// The section of the Dockerfile with this index; none where nothing is said of it.
    pub(super) fn section(&mut self, index: usize, entries: &[Entry<'_>]) -> Option<Section> {
        let (draft, report) = (self.draft, self.report);
        let file = report.before.dockerfiles().get(index)?;
        let count = |is: fn(&Outcome) -> bool| {
            entries
                .iter()
                .flat_map(|entry| &entry.decisions)
                .filter(|placed| is(&placed.decision.outcome))
                .count()
        };
        let applied = count(|outcome| matches!(outcome, Outcome::Applied(_)));
        let refused = count(|outcome| matches!(outcome, Outcome::Refused { .. }));
        let advised = count(|outcome| matches!(outcome, Outcome::Advised { .. }));
        if applied + refused + advised == 0 {
            return None;
        }
        let id = id(draft, file.path());
        let name = draft.shown(file.path());
        let mut html = format!("<section class=\"part file\" id=\"{id}\">\n<h2>{}</h2>\n", escaped(&name));
        let _ = writeln!(html, "<p class=\"dim\">{}</p>", self.facts(index, applied, refused, advised));
        html.push_str(&outcomes::passes(draft, report, entries, &id));
        let (refusals, advice) = outcomes::said(draft, report, entries, &self.repeats);
        html.push_str(&refusals);
        if let Some(after) = report.after.dockerfiles().get(index).filter(|_| applied > 0) {
            html.push_str(&graph::graphs(file, after, &id));
        }
        html.push_str(&self.diffs(index, &id));
        html.push_str(&advice);
        html.push_str("</section>\n");
        Some(Section { id, name, html, applied, refused, advised })
    }

    /// The line below the heading.
    fn facts(&mut self, index: usize, applied: usize, refused: usize, advised: usize) -> String {
        let report = self.report;
        let mut facts = vec![outcomes::counted(applied, refused, advised)];
        let (before, after) = (report.before.dockerfiles().get(index), report.after.dockerfiles().get(index));
        if let (Some(was), Some(is)) = (before, after) {
            let (old, new) = (was.model().stages().len(), is.model().stages().len());
            facts.push(changed(format!("stages: {old}"), (old != new).then(|| new.to_string())));
            if let (Some(old), Some(new)) = (sizes::layers(was), sizes::layers(is)) {
                facts.push(changed(
                    format!("layers of its own: {old}"),
                    (old != new).then(|| new.to_string()),
                ));
            }
            let old = self.before.sent(was, &report.before);
            let new = self.after.sent(is, &report.after);
            if let (Some(old), Some(new)) = (old, new) {
                let words = |sent: sizes::Sent| {
                    format!("{}, {}", plural(sent.files, "file", "files"), sizes::bytes(sent.bytes))
                };
                facts.push(changed(format!("context: {}", words(old)), (old != new).then(|| words(new))));
            }
        }
        escaped(&facts.join(" · "))
    }

    /// The diffs of the files that this Dockerfile's decisions change first, with a switch for each pass.
    fn diffs(&mut self, index: usize, id: &str) -> String {
        let mut versions: Vec<(&str, &Report, &[&FileChange])> = Vec::new();
        for version in &self.versions {
            let changes = version.of_index(index);
            if versions.first().is_none_or(|(_, _, first)| !same(first, changes)) {
                versions.push((version.without, version.report, changes));
            }
        }
        let mut paths: Vec<&RelPath> = Vec::new();
        for change in versions.iter().flat_map(|(_, _, changes)| *changes) {
            if !paths.contains(&&change.path) {
                paths.push(&change.path);
            }
        }
        let own = self.report.before.dockerfiles().get(index).map(dockfit_rewrite::Dockerfile::path);
        paths.sort_by_key(|path| Some(*path) != own);
        if paths.is_empty() {
            return String::new();
        }
        let switched: Vec<&str> = versions.iter().map(|(pass, _, _)| *pass).collect();
        // What changes these files, and is not missed where it is left out.
        let touches = |pass: &PassReport| {
            pass.changes.iter().any(|change| paths.contains(&&change.path))
                && !switched.contains(&pass.info.id)
        };
        let idle = { self.report.passes.iter().filter(|pass| touches(pass)) }.map(|pass| pass.info.id);
        let idle: Vec<&str> = idle.collect();
        let mut out = "<h3>The diff</h3>\n".to_owned();
        out.push_str(&switches(&switched, &idle, id));
        for path in paths {
            file(&mut out, self.draft, path, &versions, id, &mut self.numbers);
        }
        self.most = self.most.max(versions.len());
        out
    }
}

/// The diff of one file in all versions.
fn file(
    out: &mut String,
    draft: &Draft,
    path: &RelPath,
    versions: &[(&str, &Report, &[&FileChange])],
    id: &str,
    numbers: &mut BTreeSet<usize>,
) {
    let of = versions.len();
    let mut stats: Vec<Vec<String>> = Vec::new();
    let mut blocks: Vec<Vec<String>> = Vec::new();
    let mut there: Vec<usize> = Vec::new();
    // The same in all versions: it is there on disk, or not.
    let mut is_new = false;
    for (at, (_, report, changes)) in versions.iter().enumerate() {
        let Some(change) = changes.iter().find(|change| change.path == *path) else {
            stats.push(Vec::new());
            blocks.push(Vec::new());
            continue;
        };
        there.push(at);
        is_new = change.before.is_none();
        let diff = FileDiff::of(change, &Authors::of(report, path), id, numbers);
        let new = if diff.is_new { " new file" } else { "" };
        let by = diff.only.map(|pass| format!(" · {pass}")).unwrap_or_default();
        stats.push(vec![format!(
            "<span class=\"good\">+{}</span><span class=\"bad\">−{}</span>{new}{by}",
            diff.added, diff.removed
        )]);
        blocks.push(diff.blocks);
    }
    let _ = write!(
        out,
        "<details class=\"diff{}\" open{}><summary><code>{}</code>",
        if is_new { " new" } else { "" },
        attribute(&there, of),
        escaped(&draft.shown(path))
    );
    for stat in weave(stats) {
        let _ = write!(out, "<span{}>{}</span>", stat.attribute(of), stat.html);
    }
    out.push_str("</summary><div class=\"rows\">\n");
    for block in weave(blocks) {
        let attribute = block.attribute(of);
        match block.html.split_once('>') {
            Some((start, rest)) => {
                let _ = writeln!(out, "{start}{attribute}>{rest}");
            }
            None => out.push_str(&block.html),
        }
    }
    out.push_str("</div></details>\n");
}

/// The radio buttons; the first version is the one with all passes.
fn switches(passes: &[&str], same: &[&str], id: &str) -> String {
    if passes.len() < 2 {
        return String::new();
    }
    let mut out = "<fieldset class=\"with\"><legend>Show the files without</legend>".to_owned();
    for (at, pass) in passes.iter().enumerate() {
        let (checked, name) = if at == 0 { (" checked", "– (all passes)") } else { ("", *pass) };
        let _ =
            write!(out, "<label><input type=\"radio\" name=\"{id}\" value=\"{at}\"{checked}>{name}</label>");
    }
    if !same.is_empty() {
        let _ = write!(out, "<p>The same without {}: other passes do it then.</p>", same.join(", "));
    }
    out.push_str("<p>As <code>--skip</code> with that name has it: the other passes work on without.</p>");
    out.push_str("</fieldset>\n");
    out
}

fn changed(was: String, is: Option<String>) -> String {
    match is {
        Some(is) => format!("{was} → {is}"),
        None => was,
    }
}

fn same(one: &[&FileChange], other: &[&FileChange]) -> bool {
    one.len() == other.len() && one.iter().all(|change| other.contains(change))
}
