//! The lines of an ignore file, and new ones among them in the file's own habits.

use dockfit_dockerfile::Span;
use dockfit_rewrite::Edit;

/// A line of an ignore file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Its bytes, the line end included.
    pub(super) span: Span,
    /// What it says, without white space around it; empty for a comment.
    pub(super) pattern: String,
    /// Whether it lets something in.
    pub(super) lets_in: bool,
}

/// The text of an ignore file.
pub(super) struct IgnoreText<'t> {
    bytes: &'t [u8],
    lines: Vec<Line>,
}

impl<'t> IgnoreText<'t> {
    /// Reads the lines of `bytes`.
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        let mut lines = Vec::new();
        let mut at = 0;
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let span = Span::new(at, at + line.len());
            at = span.end;
            let text = String::from_utf8_lossy(line);
            let text = text.trim_start_matches('\u{feff}');
            let text = if text.starts_with('#') { "" } else { text.trim() };
            let (lets_in, pattern) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest.trim()));
            lines.push(Line { number: index + 1, span, pattern: pattern.to_owned(), lets_in });
        }
        Self { bytes, lines }
    }

    /// Its lines.
    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What puts `lines` behind the line with the index `behind`, at the end where there is none.
    pub(super) fn insert(&self, behind: Option<usize>, lines: &[String]) -> Edit {
        let end = self.line_end();
        let after = behind.and_then(|index| self.lines.get(index)).or(self.lines.last());
        let at = after.map_or(self.bytes.len(), |line| line.span.end);
        let ended = at == 0 || self.bytes.get(at - 1) == Some(&b'\n');
        let text =
            lines.iter().map(|line| if ended { format!("{line}{end}") } else { format!("{end}{line}") });
        Edit::insert(at, text.collect::<String>())
    }

    /// Whether its patterns stand in groups under comments.
    pub(super) fn has_headings(&self) -> bool {
        let blank = |line: &Line| self.bytes[line.span.range()].trim_ascii().is_empty();
        self.bytes.is_empty()
            || (self.lines.iter().any(blank)
                && self.lines.iter().any(|line| self.bytes[line.span.range()].starts_with(b"#")))
    }

    fn line_end(&self) -> &'static str {
        if self.lines.first().is_some_and(|line| self.bytes[line.span.range()].ends_with(b"\r\n")) {
            "\r\n"
        } else {
            "\n"
        }
    }
}
