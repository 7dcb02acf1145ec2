//! How a file is written, so that new text looks like the old.

use crate::{Document, Instruction, Keyword, LineKind};

/// The habits of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Habits {
    /// The line end of most lines.
    pub line_end: &'static str,
    /// The escape character.
    pub escape: char,
    /// White space before continued lines.
    pub indent: String,
    /// Whether keywords are written in lower case.
    pub lower_case: bool,
}

impl Habits {
    /// The habits of `document`.
    pub fn of(document: &Document) -> Self {
        document.habits().clone()
    }

    /// Counts them; [`Document::habits`] does so once.
    pub(crate) fn count(document: &Document) -> Self {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for indent in document.instructions().iter().filter_map(|found| Self::indent_of(document, found)) {
            match counts.iter_mut().find(|(known, _)| *known == indent) {
                Some((_, count)) => *count += 1,
                None => counts.push((indent, 1)),
            }
        }
        let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let indent = counts.into_iter().find(|(_, count)| *count == most).map(|(indent, _)| indent);
        Self {
            line_end: line_end(document.source()),
            escape: document.escape(),
            indent: indent.unwrap_or_else(|| "    ".to_owned()),
            lower_case: lower_case(document),
        }
    }

    /// `keyword` in the file's case.
    pub fn keyword(&self, keyword: Keyword) -> String {
        if self.lower_case { keyword.name().to_lowercase() } else { keyword.name().to_owned() }
    }

    /// The indent of an instruction's continued lines: the shortest of them. One blank before an operator (` && b`) is no
    /// indent to go by.
    pub fn indent_of(document: &Document, instruction: &Instruction) -> Option<String> {
        let texts = instruction.lines.iter().skip(1).filter_map(|line| match line.kind {
            LineKind::Text { content, .. } => Some(document.text(content)),
            _ => None,
        });
        texts
            .filter_map(|text| {
                let body = text.trim_start_matches([' ', '\t']);
                let indent = text.get(..text.len() - body.len())?;
                let single = indent == " " && body.starts_with(['&', '|', ';']);
                (!indent.is_empty() && indent.len() <= LONGEST && !single).then(|| indent.to_owned())
            })
            .min_by_key(String::len)
    }

    /// Escape character, line end and indent: what stands between two lines of one instruction.
    pub fn line_break(&self, indent: &str) -> String {
        format!("{}{}{indent}", self.escape, self.line_end)
    }
}

/// The longest indent to go by: what is longer aligns with something on the line above.
const LONGEST: usize = 8;

fn lower_case(document: &Document) -> bool {
    let (mut lower, mut all) = (0_usize, 0_usize);
    for instruction in document.instructions() {
        all += 1;
        let keyword = instruction.slice(&instruction.command.keyword_range);
        lower += usize::from(keyword.bytes().all(|byte| byte.is_ascii_lowercase()));
    }
    lower * 2 > all
}

fn line_end(source: &[u8]) -> &'static str {
    let feeds = memchr::memchr_iter(b'\n', source);
    let (mut all, mut with_return) = (0_usize, 0_usize);
    for at in feeds {
        all += 1;
        with_return += usize::from(at > 0 && source[at - 1] == b'\r');
    }
    if with_return * 2 > all { "\r\n" } else { "\n" }
}
