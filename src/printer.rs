//! Prints what the passes say, in the format that the user wants, project by project.

use std::io;

use dockfit_rewrite::{Pass, PassInfo};

use crate::args::Format;
use crate::console::Console;
use crate::problem::Problem;
use crate::project::Draft;
use crate::report::{self, Counts, Look, Part, Series, html};
use crate::run::Ran;

/// Which command prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// `diff`: everything.
    Diff,
    /// `check`: which files would change.
    Check,
    /// `apply`: which files change.
    Apply,
}

/// How it prints.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) passes: &'static [&'static dyn Pass],
    pub(crate) mode: Mode,
    pub(crate) format: Format,
    pub(crate) look: Look,
    pub(crate) quiet: bool,
}

/// What one project adds.
pub(crate) struct Piece {
    shown: String,
    /// For the summary of a step of GitHub Actions.
    summary: String,
    parts: Vec<Part>,
    page: html::Part,
    counts: Counts,
    problems: Vec<Problem>,
}

impl Style {
    /// What a project adds; made in parallel.
    pub(crate) fn piece(&self, draft: &Draft, ran: &Ran) -> Piece {
        let report = &ran.report;
        let order = |info: &PassInfo| self.passes.iter().position(|pass| pass.info().id == info.id);
        Piece {
            shown: match (self.format, self.mode) {
                (Format::Json, _) => report::project_json(draft, report),
                (Format::Sarif, _) => report::sarif::project(draft, report, self.passes),
                (Format::Github, _) => report::github::project(draft, report),
                (Format::Markdown, _) => report::markdown::project(draft, report),
                (Format::Patch | Format::Html, _) => String::new(),
                (Format::Text, _) if self.quiet => String::new(),
                (Format::Text, Mode::Diff) => report::project_text(draft, report, &self.look),
                (Format::Text, Mode::Check | Mode::Apply) => report::changed_files(draft, report, &self.look),
            },
            summary: match self.format {
                Format::Github => report::markdown::project(draft, report),
                _ => String::new(),
            },
            parts: match self.format {
                Format::Patch => Series::parts(report, |info| order(info).unwrap_or_default()),
                _ => Vec::new(),
            },
            page: match self.format {
                Format::Html => html::part(draft, report, self.passes),
                _ => html::Part::default(),
            },
            counts: Counts::of(report, ran.accepted),
            problems: report::takebacks(draft, report),
        }
    }
}

/// Prints the pieces in order.
pub(crate) struct Printer {
    style: Style,
    series: Series,
    summary: String,
    page: html::Page,
    first: bool,
    /// Numbers of all projects so far.
    pub(crate) counts: Counts,
    /// The first error of standard output.
    written: io::Result<()>,
}

impl Printer {
    /// Starts the document.
    pub(crate) fn start(style: Style, console: &mut Console) -> Self {
        let written = match style.format {
            Format::Json => console.print("{\"schema\":1,\"projects\":["),
            Format::Sarif => console.print(report::sarif::head(style.passes)),
            Format::Markdown => console.print(report::markdown::HEAD),
            Format::Text | Format::Patch | Format::Github | Format::Html => Ok(()),
        };
        Self {
            style,
            series: Series::default(),
            summary: String::new(),
            page: html::Page { title: "What dockfit would change".to_owned(), ..html::Page::default() },
            first: true,
            counts: Counts::default(),
            written,
        }
    }

    /// Prints a project.
    pub(crate) fn take(&mut self, piece: Piece, console: &mut Console) {
        self.counts.add(piece.counts);
        self.series.push(piece.parts);
        self.summary.push_str(&piece.summary);
        self.page.part.add(piece.page);
        console.problems(&piece.problems);
        let separator = match (self.style.format, self.first) {
            // A project may have no result; then no comma stands for it.
            (Format::Sarif, _) if piece.shown.is_empty() => return,
            (Format::Json | Format::Sarif, true) => "\n",
            (Format::Json | Format::Sarif, false) => ",\n",
            _ => "",
        };
        self.first = false;
        if self.written.is_ok() {
            self.written = console.print(separator).and_then(|()| console.print(piece.shown));
        }
    }

    /// Adds what was measured to a page.
    pub(crate) fn measured(&mut self, measured: Vec<html::Measured>) {
        self.page.measured = measured;
    }

    /// Ends the document; `last` is what stands below the summary.
    pub(crate) fn finish(self, last: &str, console: &mut Console) -> io::Result<()> {
        self.written?;
        match self.style.format {
            Format::Json => {
                let errors = console.collected().join(",\n");
                let errors = if errors.is_empty() { errors } else { format!("\n{errors}\n") };
                console.print(format!("\n],\"errors\":[{errors}]}}\n"))?;
            }
            Format::Patch => console.print(self.series.write())?,
            Format::Sarif => {
                let problems = console.collected();
                console.print(report::sarif::tail(&problems, console.failed > 0))?;
            }
            Format::Github => {
                let problems = console.collected();
                console.print(problems.concat())?;
                let numbers = report::markdown::summary(&self.counts, &[]);
                step_summary(&format!("# dockfit\n{}{numbers}", self.summary))?;
            }
            Format::Markdown => {
                let problems = console.collected();
                console.print(report::markdown::summary(&self.counts, &problems))?;
            }
            Format::Html => {
                let problems = console.collected();
                console.print(self.page.document(&self.counts, &problems))?;
            }
            Format::Text if self.style.quiet => {}
            Format::Text => {
                let met = report::Met { templates: console.templates, errors: console.failed };
                let done = self.style.mode == Mode::Apply;
                console.print(report::summary(&self.counts, met, done, &self.style.look))?;
                console.print(last)?;
            }
        }
        console.flush()
    }
}

/// Adds to the summary of the step, where GitHub Actions names a file for it.
fn step_summary(text: &str) -> io::Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())
}
