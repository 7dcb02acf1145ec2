//! The whole page: what changes, what it gains and what was refused comes first, then each Dockerfile.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::escape::{escaped, prose};
use super::outcomes::{counted, proposal, sentence};
use super::{Counts, Part};
use crate::problem::{Problem, Severity};
use crate::report::plural;

const STYLE: &str = include_str!("style.css");

/// Causes of refusals that the overview names.
const CAUSES: usize = 10;

/// A figure, before and after.
pub(crate) struct Gain {
    pub(crate) name: String,
    pub(crate) before: String,
    pub(crate) after: String,
    /// In percent.
    pub(crate) change: String,
    /// Whether less is better and it is less.
    pub(crate) is_better: bool,
}

/// What `bench` measured of one Dockerfile.
pub(crate) struct Measured {
    /// As `bench` shows it.
    pub(crate) dockerfile: String,
    /// The figures for the overview.
    pub(crate) gains: Vec<Gain>,
    /// Tables and charts, as markup.
    pub(crate) html: String,
}

/// What a page is about.
#[derive(Default)]
pub(crate) struct Page {
    /// Of the window, and above all.
    pub(crate) title: String,
    /// Markup below the overview: a plan.
    pub(crate) lead: String,
    pub(crate) measured: Vec<Measured>,
    pub(crate) part: Part,
}

impl Page {
    /// The document. `problems` are items that [`problem`] made.
    pub(crate) fn document(self, counts: &Counts, problems: &[String]) -> String {
        let body = self.body(counts, problems);
        let style = self.style();
        let hash = BASE64_STANDARD.encode(Sha256::digest(&style));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"generator\" content=\"dockfit {}\">\n<title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
            env!("CARGO_PKG_VERSION"),
            escaped(&self.title)
        )
    }

    /// The style sheet, with a rule for each version that a switch shows, and for each line number that a hunk begins with.
    fn style(&self) -> String {
        let mut out = STYLE.replace("}\n", "}");
        for version in 0..self.part.versions {
            let _ = write!(
                out,
                ".file:has([value=\"{version}\"]:checked) [data-v]:not([data-v~=\"{version}\"]){{display:none!important}}"
            );
        }
        // A browser that knows no `:has` shows the files with all passes.
        out.push_str("@supports not selector(:has(*)){.with,.view,[data-v]:not([data-v~=\"0\"]){display:none!important}}");
        for number in &self.part.numbers {
            let _ = write!(out, ".o{number}{{counter-set:o {number}}}.n{number}{{counter-set:n {number}}}");
        }
        out
    }

    fn body(&self, counts: &Counts, problems: &[String]) -> String {
        let mut out = "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n".to_owned();
        let _ = write!(out, "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n", escaped(&self.title), lead(counts));
        if !self.part.sections.is_empty() {
            out.push_str(VIEW);
        }
        out.push_str("</header>\n<main id=\"main\" tabindex=\"-1\">\n");
        out.push_str(&tiles(counts, &self.measured));
        if !problems.is_empty() {
            let _ = write!(out, "<h3>Problems</h3>\n<ul class=\"said\">\n{}</ul>\n", problems.concat());
        }
        out.push_str(&self.lead);
        self.overview(&mut out);
        for measured in &self.measured {
            let _ = write!(
                out,
                "<section class=\"part\">\n<h2>Measured: {}</h2>\n{}</section>\n",
                escaped(&measured.dockerfile),
                measured.html
            );
        }
        for section in &self.part.sections {
            out.push_str(&section.html);
        }
        let _ = write!(
            out,
            "</main>\n<footer>\n<p>Made by dockfit {}. Nothing in this page is fetched or executed.</p>\n</footer>\n",
            env!("CARGO_PKG_VERSION")
        );
        out
    }

    fn overview(&self, out: &mut String) {
        // The section of a single Dockerfile says the same, with places.
        if self.part.sections.len() < 2 {
            return;
        }
        if !self.part.totals.is_empty() {
            out.push_str("<h2>What changes, and why</h2>\n<table class=\"stack\"><thead><tr><th>pass</th><th>why</th><th class=\"n\">decisions</th><th class=\"n\">Dockerfiles</th><th class=\"n\">files</th></tr></thead><tbody>\n");
        }
        for total in self.part.totals.values() {
            let _ = writeln!(
                out,
                "<tr><td><span class=\"name\">{}</span><br>{}</td><td>{}</td><td class=\"n\" data-h=\"decisions\">{}</td>\
                 <td class=\"n\" data-h=\"Dockerfiles\">{}</td><td class=\"n\" data-h=\"files\">{}</td></tr>",
                total.info.id,
                proposal(total.info.proposal),
                prose(&sentence(total.info.summary)),
                total.decisions,
                total.dockerfiles,
                total.files
            );
        }
        if !self.part.totals.is_empty() {
            out.push_str("</tbody></table>\n");
        }
        self.refusals(out);
        let _ = write!(
            out,
            "<nav aria-label=\"Dockerfiles\">\n<details open><summary>{}</summary>\n<ul>\n",
            plural(self.part.sections.len(), "Dockerfile", "Dockerfiles")
        );
        for section in &self.part.sections {
            let _ = writeln!(
                out,
                "<li><a href=\"#{}\">{}</a> <small>{}</small></li>",
                section.id,
                escaped(&section.name),
                counted(section.applied, section.refused, section.advised)
            );
        }
        out.push_str("</ul>\n</details>\n</nav>\n");
    }

    /// The causes that most refusals have, each with the words of its first.
    fn refusals(&self, out: &mut String) {
        let mut all: Vec<_> = self.part.refused.iter().collect();
        if all.is_empty() {
            return;
        }
        all.sort_by_key(|(_, refused)| std::cmp::Reverse(refused.count));
        out.push_str("<h2>What was refused</h2>\n<ul class=\"said\">\n");
        for ((id, _), refused) in all.iter().take(CAUSES) {
            let _ = write!(
                out,
                "<li class=\"refused\"><div class=\"place\"><code>{id}</code> · <a href=\"#{}\">{}</a></div><p>{}</p>",
                refused.section,
                if refused.count == 1 {
                    "once".to_owned()
                } else {
                    format!("{} times, first here", refused.count)
                },
                prose(&sentence(&refused.text))
            );
            if !refused.way_out.is_empty() {
                let _ = write!(out, "<p>→ {}</p>", prose(&refused.way_out));
            }
            out.push_str("</li>\n");
        }
        out.push_str("</ul>\n");
        if all.len() > CAUSES {
            let _ =
                writeln!(out, "<p class=\"dim\">… and for {} more causes, below.</p>", all.len() - CAUSES);
        }
    }
}

const VIEW: &str = "<fieldset class=\"view\"><legend>Show diffs</legend><label><input type=\"radio\" name=\"view\" id=\"split\" checked>side by side</label>\
<label><input type=\"radio\" name=\"view\" id=\"unified\">in one column</label></fieldset>\n";

/// The sentence that says it all.
fn lead(counts: &Counts) -> String {
    let read = plural(counts.dockerfiles, "Dockerfile", "Dockerfiles");
    match counts.changed {
        0 => format!("{read} read; there is nothing to change."),
        count => {
            format!("{read} read; {} would change. Nothing has been written.", plural(count, "file", "files"))
        }
    }
}

/// The numbers, first what it gains where that was measured.
fn tiles(counts: &Counts, measured: &[Measured]) -> String {
    // Of several Dockerfiles each has its own figures, below.
    let [only] = measured else { return numbers(counts) };
    let mut out = "<ul class=\"tiles\">\n".to_owned();
    for gain in &only.gains {
        let class = if gain.is_better { "good" } else { "bad" };
        let _ = writeln!(
            out,
            "<li><small>{}</small><b class=\"{class}\">{}</b><small>{} → {}</small></li>",
            escaped(&gain.name),
            escaped(&gain.change),
            escaped(&gain.before),
            escaped(&gain.after)
        );
    }
    out.push_str("</ul>\n");
    out.push_str(&numbers(counts));
    out
}

fn numbers(counts: &Counts) -> String {
    let mut out = "<ul class=\"tiles\">\n".to_owned();
    for (count, class, words) in [
        (counts.changed, "", "files would change"),
        (counts.applied, "good", "decisions to apply"),
        (counts.refused, "bad", "refused, with the way out"),
        (counts.advised, "", "advised, yours to do"),
        (counts.already, "", "already so"),
        (counts.accepted, "", "accepted before"),
    ] {
        if count > 0 || words.starts_with("files") {
            let _ = writeln!(out, "<li><b class=\"{class}\">{count}</b><small>{words}</small></li>");
        }
    }
    out.push_str("</ul>\n");
    out
}

/// A problem, as an item.
pub(crate) fn problem(problem: &Problem) -> String {
    let word = match problem.kind.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let file = problem.file.as_ref().map(|file| escaped(file)).unwrap_or_default();
    let at = problem.position.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
    let help = problem.help.as_ref().map(|help| format!("<p>→ {}</p>", prose(help))).unwrap_or_default();
    format!(
        "<li class=\"refused\"><div class=\"place\">{word} {file}{at}</div><p>{}</p>{help}</li>\n",
        prose(&problem.message)
    )
}
