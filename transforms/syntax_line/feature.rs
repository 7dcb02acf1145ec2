//! What the grammar of old builders does not have.

use std::fmt;

use dockfit_dockerfile::{DirectiveName, Document, Instruction, Keyword, Span};

/// A minor version of the frontend `docker/dockerfile` 1.x.
pub(super) type Minor = u32;

/// A flag, and the version that brought it into the stable channel.
struct Flag {
    keyword: Keyword,
    name: &'static str,
    since: Minor,
}

const fn flag(keyword: Keyword, name: &'static str, since: Minor) -> Flag {
    Flag { keyword, name, since }
}

/// The flags.
///
/// Dockerfile reference of buildkit (`frontend/dockerfile/docs/reference.md`, tables "Minimum Dockerfile version" of RUN,
/// ADD and COPY, 2026-08-21); `--start-interval`: release notes of 1.6.0; read 2026-11-24. `RUN --device` is in the labs
/// channel only.
const FLAGS: &[Flag] = &[
    flag(Keyword::Run, "mount", 2),
    flag(Keyword::Run, "network", 3),
    flag(Keyword::Run, "security", 20),
    flag(Keyword::Copy, "chmod", 2),
    flag(Keyword::Copy, "link", 4),
    flag(Keyword::Copy, "exclude", 19),
    flag(Keyword::Copy, "parents", 20),
    flag(Keyword::Add, "keep-git-dir", 1),
    flag(Keyword::Add, "chmod", 2),
    flag(Keyword::Add, "link", 4),
    flag(Keyword::Add, "checksum", 6),
    flag(Keyword::Add, "unpack", 17),
    flag(Keyword::Add, "exclude", 19),
    flag(Keyword::Healthcheck, "start-interval", 6),
];

/// Here-documents: release notes of 1.4.0.
const HEREDOC: Minor = 4;

/// The directive `check`: Dockerfile reference, "since Dockerfile v1.8.0".
const CHECK: Minor = 8;

/// A feature that a file uses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Feature {
    /// As in the reference: `RUN --mount`.
    name: String,
    /// The minor version that brought it.
    pub(super) since: Minor,
    /// The line that uses it.
    pub(super) line: usize,
    /// The instruction that uses it.
    pub(super) span: Span,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, since, line, .. } = self;
        write!(f, "{name} in line {line}, which came with 1.{since}")
    }
}

/// The features that `document` uses, in the order of the file.
pub(super) fn used(document: &Document) -> Vec<Feature> {
    let check = document.directive(DirectiveName::Check).map(|directive| Feature {
        name: "the directive `check`".to_owned(),
        since: CHECK,
        line: document.position(directive.span.start).line,
        span: directive.span,
    });
    check
        .into_iter()
        .chain(document.instructions().iter().flat_map(|instruction| of(document, instruction)))
        .collect()
}

fn of(document: &Document, instruction: &Instruction) -> Vec<Feature> {
    let command = instruction.effective();
    let span = instruction.text_span();
    let feature =
        |name: String, since: Minor| Feature { name, since, line: document.position(span.start).line, span };
    let flags = command.flags.iter().filter_map(|given| {
        let mut known = FLAGS.iter();
        let known = known.find(|flag| flag.keyword == command.keyword && flag.name == given.name())?;
        Some(feature(format!("{} --{}", command.keyword, known.name), known.since))
    });
    let heredoc = (!instruction.heredocs.is_empty())
        .then(|| feature(format!("the here-document of {}", command.keyword), HEREDOC));
    flags.chain(heredoc).collect()
}
