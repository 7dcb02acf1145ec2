//! What went wrong, told in one way: kind, place, what, what to do.

use dockfit_dockerfile::{Document, Position, Span, SyntaxError};

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Severity {
    /// The exit code is 2.
    Error,
    /// It is told, and changes nothing.
    Warning,
    /// It is told to who wants to know more.
    Note,
}

/// The kind of a problem, a stable word for machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProblemKind {
    /// The options do not fit.
    Usage,
    /// A path that was given is not there or cannot be used.
    Path,
    /// No Dockerfile is below a folder that was given.
    NoDockerfile,
    /// A link leads out of the project.
    Link,
    /// A file cannot be read or is no text.
    Read,
    /// A file is too large.
    TooLarge,
    /// The engine's grammar refuses the file.
    Syntax,
    /// The file is a template: reported, never edited. No error.
    Template,
    /// The configuration is wrong.
    Config,
    /// A pass broke a promise and was taken back: a bug.
    Takeback,
    /// A bug ended the work on a project.
    Panic,
    /// A comment that is to keep passes away names none.
    IgnoreComment,
    /// A file that was written has other names, which keep the old text.
    HardLink,
    /// A file has changes that are not committed.
    Dirty,
    /// A file changed since it was read.
    Changed,
    /// A file could not be written.
    Write,
    /// git failed.
    Git,
    /// A manifest, requirements file or lock of Python cannot be used.
    Python(dockfit_python::ErrorKind),
    /// A file that dockfit did not make stands where one is to be written.
    Foreign,
    /// The project's locking tool is not installed.
    NoTool,
    /// The project's locking tool failed.
    Tool,
    /// No container engine can be used, or it failed.
    Engine,
    /// An image cannot be built.
    Build,
    /// A Dockerfile stands in a compose file, where none is changed.
    Inline,
    /// A file builds something that is no Dockerfile of the repository.
    Elsewhere,
}

impl ProblemKind {
    /// The word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Path => "path",
            Self::NoDockerfile => "no-dockerfile",
            Self::Link => "link",
            Self::Read => "read",
            Self::TooLarge => "too-large",
            Self::Syntax => "syntax",
            Self::Template => "template",
            Self::Config => "config",
            Self::Takeback => "takeback",
            Self::Panic => "panic",
            Self::IgnoreComment => "ignore-comment",
            Self::HardLink => "hard-link",
            Self::Dirty => "dirty",
            Self::Changed => "changed",
            Self::Write => "write",
            Self::Git => "git",
            Self::Python(kind) => kind.code(),
            Self::Foreign => "foreign-file",
            Self::NoTool => "no-tool",
            Self::Tool => "tool",
            Self::Engine => "engine",
            Self::Build => "build",
            Self::Inline => "inline-dockerfile",
            Self::Elsewhere => "build-elsewhere",
        }
    }

    /// How bad it is.
    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::Template => Severity::Note,
            Self::IgnoreComment | Self::HardLink | Self::Inline | Self::Elsewhere => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// Something that went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// Its kind.
    pub(crate) kind: ProblemKind,
    /// The file, as shown: relative to the working directory where it lies below it.
    pub(crate) file: Option<String>,
    /// Where in the file.
    pub(crate) position: Option<Position>,
    /// What, in one sentence without a full stop.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: Option<String>,
    /// The words of the file.
    pub(crate) excerpt: Option<Box<Excerpt>>,
}

/// One line of a file, and the bytes of it that are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Excerpt {
    /// Its number, from 1.
    pub(crate) line: usize,
    /// The line, fit for a terminal, without its end.
    pub(crate) text: String,
    /// What of `text` is meant.
    pub(crate) range: std::ops::Range<usize>,
}

impl Problem {
    /// A problem without a place.
    pub(crate) fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, file: None, position: None, message: message.into(), help: None, excerpt: None }
    }

    /// In this file.
    #[must_use]
    pub(crate) fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// With advice.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// At `span` of `source`.
    #[must_use]
    pub(crate) fn at(mut self, source: &[u8], span: Span) -> Self {
        let index = dockfit_dockerfile::LineIndex::new(source);
        self.position = Some(index.position(source, span.start));
        self.excerpt = Some(Box::new(Excerpt::of(source, &index, span)));
        self
    }

    /// At a line of `source`, from 1: from its first word to its end.
    #[must_use]
    pub(crate) fn at_line(self, source: &[u8], line: usize) -> Self {
        let index = dockfit_dockerfile::LineIndex::new(source);
        let start = index.start_of(line).unwrap_or(source.len());
        let rest = source.get(start..).unwrap_or_default();
        let text = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let blank = text.len() - text.trim_ascii_start().len();
        let end = start + text.trim_ascii_end().len();
        self.at(source, Span::new((start + blank).min(end), end))
    }

    /// What the grammar refuses.
    pub(crate) fn syntax(file: &str, document: &Document, error: &SyntaxError) -> Self {
        let problem = Self::new(ProblemKind::Syntax, error.message.clone()).in_file(file);
        let problem = problem.at(document.source(), error.span);
        match &error.help {
            Some(help) => problem.help(help.clone()),
            None => problem,
        }
    }
}

impl Excerpt {
    fn of(source: &[u8], index: &dockfit_dockerfile::LineIndex, span: Span) -> Self {
        const LONGEST: usize = 400;
        let offset = span.start.min(source.len());
        let line = index.line(offset);
        let start = index.start_of(line).unwrap_or(0);
        let end = memchr::memchr(b'\n', &source[start..]).map_or(source.len(), |at| start + at);
        let stop = span.end.clamp(offset, end.max(offset));
        // Of a long line, what is meant and a little before it.
        let from = if offset - start > LONGEST / 2 { offset - LONGEST / 4 } else { start };
        let to = end.min(from + LONGEST);
        let show = |from: usize, to: usize| {
            crate::terminal::visible_line(source.get(from..to.max(from)).unwrap_or_default())
        };
        let before = show(from, offset.min(to));
        let meant = show(offset.min(to), stop.min(to));
        let after = show(stop.min(to), to);
        let range = before.len()..before.len() + meant.len();
        Self { line, text: format!("{before}{meant}{after}").trim_end().to_owned(), range }
    }
}
