//! Problems as text, with the words of the file and a caret under them.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use dockfit_rewrite::pipeline::Report;

use crate::problem::{Problem, ProblemKind, Severity};
use crate::project::Draft;
use crate::terminal::{Palette, visible};

/// A problem for the terminal.
pub(crate) fn problem(problem: &Problem, palette: &Palette) -> String {
    let level = match problem.kind.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(problem.message.as_str());
    let mut group = match (&problem.excerpt, &problem.file) {
        (Some(excerpt), Some(file)) => {
            let annotation = AnnotationKind::Primary.span(excerpt.range.clone());
            let snippet = Snippet::source(excerpt.text.as_str()).line_start(excerpt.line).path(file.as_str());
            title.element(snippet.annotation(annotation))
        }
        (_, Some(file)) => title.element(Origin::path(file.as_str())),
        (_, None) => title.elements(None::<Origin<'_>>),
    };
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if palette.styled { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n", renderer.render(&[group]))
}

/// What was taken back, as problems.
pub(crate) fn takebacks(draft: &Draft, report: &Report) -> Vec<Problem> {
    let problems = report.takebacks.iter().map(|takeback| {
        let breach = &takeback.breach;
        let message = format!(
            "a bug of the pass {}, whose work was taken back: {} ({})",
            takeback.pass,
            visible(&breach.message),
            breach.promise
        );
        let problem = Problem::new(ProblemKind::Takeback, message).in_file(draft.shown(&breach.place.file));
        let problem =
            problem.help(format!("please report it, with the file; --skip {} leaves it out", takeback.pass));
        match report.before.read(&breach.place.file) {
            Ok(Some(bytes)) => problem.at(&bytes, breach.place.span),
            _ => problem,
        }
    });
    problems.collect()
}
