//! `# syntax=`: where it stands, where it should, and what the frontend that it names knows.

use std::borrow::Cow;

use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_dockerfile::{DirectiveName, Document, NodeKind, Span};

use super::feature::Feature;

/// The line that is added: the stable channel.
pub(super) const LINE: &str = "# syntax=docker/dockerfile:1";

/// A line that names a frontend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Syntax {
    /// The frontend.
    pub(super) image: String,
    /// The whole line, line end included.
    pub(super) span: Span,
}

/// Where directives start: behind a byte order mark and a first line that starts with `#!`, which the engine passes over
/// when it looks for the frontend (buildkit `parser/directives.go`, `parseDirective`).
pub(super) fn top(document: &Document) -> usize {
    let source = document.source();
    let start = match document.nodes().first() {
        Some(node) if node.kind == NodeKind::ByteOrderMark => node.span.end,
        _ => 0,
    };
    let rest = source.get(start..).unwrap_or_default();
    if !rest.starts_with(b"#!") {
        return start;
    }
    let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |feed| feed + 1);
    start + line
}

/// The frontend that the engine takes.
pub(super) fn effective(document: &Document) -> Option<Syntax> {
    let top = top(document);
    let starts_with_interpreter = document.bytes(Span::new(0, top)).contains(&b'\n');
    let behind: Cow<'_, Document> = if starts_with_interpreter {
        Cow::Owned(Document::parse(document.source().get(top..).unwrap_or_default()))
    } else {
        Cow::Borrowed(document)
    };
    let moved = if starts_with_interpreter { top } else { 0 };
    let directive = behind.directive(DirectiveName::Syntax)?;
    let span = Span::new(directive.span.start + moved, directive.span.end + moved);
    Some(Syntax { image: first_word(&directive.value), span })
}

/// The first comment that would name a frontend if it stood at the top.
pub(super) fn misplaced(document: &Document) -> Option<Syntax> {
    let comments = document.nodes().iter().filter(|node| node.kind == NodeKind::Comment);
    comments.map(|node| node.span).find_map(|span| {
        let text = document.text(span);
        let line = text.trim_start();
        if !line.contains('=') {
            return None;
        }
        let alone = Document::parse(line.as_bytes());
        let value = &alone.directive(DirectiveName::Syntax)?.value;
        // More than one word is a sentence about it.
        (!value.contains(char::is_whitespace)).then(|| Syntax { image: value.clone(), span })
    })
}

fn first_word(value: &str) -> String {
    value.split(' ').next().unwrap_or_default().to_owned()
}

/// The first feature of `used` that `image` surely does not know: a release of `docker/dockerfile` with two numbers in
/// its tag. Tags with one number and the labs channel move on, and what others know is theirs to say.
pub(super) fn missing<'f>(image: &str, used: &'f [Feature]) -> Option<&'f Feature> {
    let reference = ImageReference::parse(image).ok()?;
    if !matches!(reference.familiar_name().as_str(), "docker/dockerfile" | "docker/dockerfile-upstream") {
        return None;
    }
    let tag = reference.effective_tag()?;
    let mut numbers = tag.split('.').map(str::parse::<u32>);
    // `1.0.0-experimental` had features years before the stable channel.
    let stable = !tag.contains('-');
    match (numbers.next(), numbers.next()) {
        (Some(Ok(1)), Some(Ok(minor))) if stable => used.iter().find(|feature| feature.since > minor),
        (Some(Ok(0)), _) if stable => used.first(),
        _ => None,
    }
}

/// Whether `image` is a release or the stable channel of Docker's own frontend.
pub(super) fn is_dockers(image: &str) -> bool {
    let Ok(reference) = ImageReference::parse(image) else { return false };
    let stable = |tag: &str| tag.split('.').all(|part| part.parse::<u32>().is_ok());
    reference.familiar_name() == "docker/dockerfile" && reference.effective_tag().is_some_and(stable)
}
