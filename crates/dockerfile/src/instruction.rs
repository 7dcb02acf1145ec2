//! One instruction: its lines, the line that the engine makes of them, its flags and arguments.

use std::ops::Range;

use crate::json::{self, NoArray};
use crate::{Heredoc, JsonArray, Keyword, Line, LogicalText, Span, SyntaxError, SyntaxErrorKind};

/// One instruction of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// All its lines, here-documents and the last line end included.
    pub span: Span,
    /// The physical lines; they tile the span.
    pub lines: Vec<Line>,
    /// The line that the engine parses.
    pub text: LogicalText,
    /// What it says.
    pub command: Subcommand,
    /// What an ONBUILD defers.
    pub onbuild: Option<Subcommand>,
    /// Its here-documents.
    pub heredocs: Vec<Heredoc>,
}

/// Keyword, flags and arguments of an instruction, or of the one inside an ONBUILD. Ranges are in the
/// instruction's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subcommand {
    /// Which instruction.
    pub keyword: Keyword,
    /// Where the first word stands.
    pub keyword_range: Range<usize>,
    /// The words before the arguments that start with `--`.
    pub flags: Vec<Flag>,
    /// The arguments, white space around them trimmed.
    pub arguments: Range<usize>,
    /// The arguments (of a HEALTHCHECK: those behind CMD) as an array of strings, where they are one and
    /// the instruction takes one.
    pub json: Option<JsonArray>,
}

/// A flag of an instruction, such as `--from=builder`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flag {
    /// The whole word without quotes and escapes, `--` included.
    pub text: String,
    /// Its bytes in the instruction's text.
    pub range: Range<usize>,
}

impl Flag {
    /// The name, `--` not included.
    pub fn name(&self) -> &str {
        let word = self.text.strip_prefix("--").unwrap_or(&self.text);
        word.split_once('=').map_or(word, |(name, _)| name)
    }

    /// What stands behind `=`.
    pub fn value(&self) -> Option<&str> {
        self.text.split_once('=').map(|(_, value)| value)
    }
}

impl Instruction {
    /// The keyword.
    pub fn keyword(&self) -> Keyword {
        self.command.keyword
    }

    /// What is executed in the end: the deferred instruction of an ONBUILD, else the instruction itself.
    pub fn effective(&self) -> &Subcommand {
        self.onbuild.as_ref().unwrap_or(&self.command)
    }

    /// The arguments as the engine has them.
    pub fn arguments(&self) -> &str {
        self.slice(&self.command.arguments)
    }

    /// A part of the text.
    pub fn slice(&self, range: &Range<usize>) -> &str {
        self.text.as_str().get(range.clone()).unwrap_or_default()
    }

    /// The span of the file from the first word's first byte to the last byte that counts, here-documents
    /// and the last line end not included.
    pub fn text_span(&self) -> Span {
        self.text.span(self.command.keyword_range.start..self.text.as_str().trim_end().len())
    }

    /// The span of the file of the keyword.
    pub fn keyword_span(&self) -> Span {
        self.text.span(self.command.keyword_range.clone())
    }

    /// The first flag of that name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.command.flags.iter().find(|flag| flag.name() == name)
    }

    /// All flags of that name.
    pub fn flags<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Flag> {
        self.command.flags.iter().filter(move |flag| flag.name() == name)
    }
}

/// Splits the joined line into keyword, flags and arguments (buildkit `split_command.go` `splitCommand`).
pub(crate) fn split(
    text: &LogicalText,
    range: Range<usize>,
    escape: char,
    errors: &mut Vec<SyntaxError>,
) -> Subcommand {
    let line = text.as_str();
    let part = &line[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    let end = range.start + part.trim_end().len();
    let end = end.max(start);
    let word_len = line[start..end].find(is_separator).unwrap_or(end - start);
    let keyword_range = start..start + word_len;
    let keyword = Keyword::of(&line[keyword_range.clone()]);
    let after = line[keyword_range.end..end].trim_start_matches(is_separator);
    let (flags, arguments) = split_flags(after, end - after.len(), escape);
    let json = array(text, keyword, &arguments, errors);
    Subcommand { keyword, keyword_range, flags, arguments, json }
}

/// `[\t\v\f\r ]` of the parser's `reWhitespace`.
fn is_separator(char: char) -> bool {
    matches!(char, '\t' | '\x0b' | '\x0c' | '\r' | ' ')
}

fn array(
    text: &LogicalText,
    keyword: Keyword,
    arguments: &Range<usize>,
    errors: &mut Vec<SyntaxError>,
) -> Option<JsonArray> {
    if !keyword.takes_json() {
        return None;
    }
    let line = text.as_str();
    let mut start = arguments.start;
    if keyword == Keyword::Healthcheck {
        // The array is what stands behind the type, CMD (buildkit `parseHealthConfig`).
        let rest = &line[arguments.clone()];
        let word = rest.find(is_byte_space).unwrap_or(rest.len());
        start += rest.len() - rest[word..].trim_start_matches(is_byte_space).len();
    }
    match json::parse(&line[start..arguments.end], start) {
        Ok(array) => Some(array),
        Err(NoArray::NotJson) => None,
        Err(NoArray::NotStrings) => {
            let error = SyntaxError::new(
                SyntaxErrorKind::Arguments,
                text.span(start..arguments.end),
                format!("the JSON array of {keyword} holds something else than strings"),
            );
            errors.push(error.with_help("put each item in double quotes"));
            None
        }
    }
}

/// Takes the words that start with `--` off the front (buildkit `split_command.go` `extractBuilderFlags`).
fn split_flags(after: &str, offset: usize, escape: char) -> (Vec<Flag>, Range<usize>) {
    let mut flags = Vec::new();
    let mut at = 0;
    loop {
        at += after[at..].len() - after[at..].trim_start_matches(is_byte_space).len();
        if !after[at..].starts_with("--") {
            break;
        }
        let (word, len) = flag_word(&after[at..], escape);
        if word == "--" {
            // `--` ends the flags; at the very end it is dropped with nothing behind it.
            at += len;
            break;
        }
        if !word.is_empty() {
            flags.push(Flag { text: word, range: offset + at..offset + at + len });
        }
        at += len;
    }
    let rest = &after[at..];
    let start = offset + at + rest.len() - rest.trim_start().len();
    (flags, start..start + rest.trim().len())
}

/// White space where the engine looks at bytes: no character beyond ASCII starts with a byte that is any.
pub(crate) fn is_byte_space(char: char) -> bool {
    matches!(char, '\t'..='\r' | ' ')
}

/// One word without quotes and escapes, and the number of bytes it takes.
///
/// The engine takes each byte for a character here: `ö` becomes `Ã¶`, and the second byte of `à`, which alone would be
/// a no-break space, ends the word.
fn flag_word(text: &str, escape: char) -> (String, usize) {
    let mut word = String::new();
    let mut quote = None;
    let mut bytes = text.bytes().map(char::from).enumerate();
    while let Some((at, char)) = bytes.next() {
        if quote.is_none() && char.is_whitespace() {
            return (word, text.ceil_char_boundary(at));
        }
        if quote == Some(char) {
            quote = None;
        } else if quote.is_none() && matches!(char, '\'' | '"') {
            quote = Some(char);
        } else if char == escape {
            if let Some((_, next)) = bytes.next() {
                word.push(next);
            }
        } else {
            word.push(char);
        }
    }
    (word, text.len())
}
