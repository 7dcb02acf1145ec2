//! What is wrong with a Dockerfile before any pass sees it.

use dockfit_dockerfile::{Document, Span, SyntaxError};
use dockfit_rewrite::{Dockerfile, ignore_comments_above};

use crate::disk::ReadFailure;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Names;

/// Parses a Dockerfile that passes can work on; else what is wrong with it.
pub(super) fn sound(shown: &str, source: &[u8]) -> Result<Document, Vec<Problem>> {
    if let Some(at) = memchr::memchr(0, source) {
        let problem = Problem::new(ProblemKind::Read, "the file holds a NUL byte: it is no text, or UTF-16");
        let problem = problem.in_file(shown).at(source, Span::new(at, at + 1));
        return Err(vec![problem.help("save it as UTF-8, or exclude it")]);
    }
    let document = Document::parse(source);
    if document.is_template() {
        let problem = Problem::new(ProblemKind::Template, "a template is not edited").in_file(shown);
        return Err(vec![problem.help("run dockfit on what it makes, or change it by hand")]);
    }
    if !document.errors().is_empty() {
        return Err(refused(shown, &document, document.errors()));
    }
    match not_utf8(&document) {
        Some(problem) => Err(vec![problem.in_file(shown)]),
        None => Ok(document),
    }
}

/// What the grammar lets pass and the engine refuses all the same: no FROM, a COPY of nothing.
pub(crate) fn engine_refuses(shown: &str, dockerfile: &Dockerfile) -> Vec<Problem> {
    refused(shown, dockerfile.document(), dockerfile.errors())
}

/// The first errors, and how many there are.
fn refused<'e>(
    shown: &str,
    document: &Document,
    errors: impl IntoIterator<Item = &'e SyntaxError>,
) -> Vec<Problem> {
    const MOST: usize = 3;
    let mut errors = errors.into_iter();
    let first = errors.by_ref().take(MOST);
    let mut problems: Vec<Problem> = first.map(|error| Problem::syntax(shown, document, error)).collect();
    if let (Some(last), more @ 1..) = (problems.last_mut(), errors.count()) {
        let help = last.help.take().map(|help| format!("{help}; ")).unwrap_or_default();
        let errors = if more == 1 { "error" } else { "errors" };
        last.help =
            Some(format!("{help}the file has {more} more {errors}; if it is no Dockerfile, exclude it"));
    }
    problems
}

/// The first byte of an instruction's text that is no UTF-8; in comments and here-documents it does no harm.
fn not_utf8(document: &Document) -> Option<Problem> {
    let inexact = document.instructions().iter().find(|instruction| !instruction.text.is_exact())?;
    let bytes = document.bytes(inexact.span);
    let valid = std::str::from_utf8(bytes).err()?.valid_up_to();
    let at = inexact.span.start + valid;
    let message = format!("the byte 0x{:02x} is no UTF-8", bytes.get(valid).copied().unwrap_or_default());
    let problem = Problem::new(ProblemKind::Read, message);
    Some(problem.at(document.source(), Span::new(at, at + 1)).help("save the file as UTF-8"))
}

/// Warns of comments that are to keep passes away and name none that there is.
pub(super) fn ignore_comments(shown: &str, document: &Document, names: &Names) -> Vec<Problem> {
    let source = document.source();
    if memchr::memmem::find(source, b"dockfit:").is_none() {
        return Vec::new();
    }
    let problem = |message: String, help: String, span| {
        let problem = Problem::new(ProblemKind::IgnoreComment, message).in_file(shown).at(source, span);
        problem.help(help)
    };
    let mut problems = Vec::new();
    let comments =
        (0..document.instructions().len()).flat_map(|index| ignore_comments_above(document, index));
    for comment in comments {
        if !comment.well_formed {
            let help = "write `# dockfit: ignore[name]`, or `# dockfit: ignore` for all passes";
            problems.push(problem("this comment names no pass".to_owned(), help.to_owned(), comment.span));
        }
        for (name, span) in &comment.names {
            if let Err((message, help)) = names.check(name) {
                problems.push(problem(message, help, *span));
            }
        }
    }
    problems
}

/// A Dockerfile that could not be read.
pub(super) fn unread(shown: &str, failure: &ReadFailure) -> Problem {
    let (kind, help) = match failure {
        ReadFailure::TooLarge(_) => (ProblemKind::TooLarge, "no Dockerfile is that large; exclude it"),
        ReadFailure::Outside(_) => (ProblemKind::Link, "name the file where it really lies"),
        ReadFailure::Io(_) => (ProblemKind::Read, "make it readable, or exclude it"),
        ReadFailure::Missing | ReadFailure::NoFile => (ProblemKind::Read, "check the path"),
    };
    Problem::new(kind, failure.message()).in_file(shown).help(help)
}
