//! Here-documents: which an instruction's line announces, and where their bodies stand.

use crate::Span;
use crate::expand::{Lexer, NoEnvironment};

/// A here-document of a RUN, COPY or ADD.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heredoc {
    /// The delimiter, quotes removed.
    pub name: String,
    /// The delimiter as it stands in the word, quotes included.
    pub raw_name: String,
    /// Whether variables in the body are expanded (no quotes in the delimiter).
    pub expand: bool,
    /// `<<-`: leading tabs of body and terminator do not count.
    pub chomp: bool,
    /// The file descriptor before `<<`; 0 when none stands there.
    pub descriptor: u32,
    /// The body's lines, the terminator not included.
    pub body: Span,
    /// The terminator's line, line end included; empty where it is missing.
    pub terminator: Span,
}

/// The here-documents that `line` (the engine's joined line) announces, in order; bodies not yet known.
///
/// Mirrors buildkit parser.go `heredocsFromLine`: words that cannot be split mean that there is none.
pub(crate) fn announced(line: &str) -> Vec<Heredoc> {
    if !line.contains("<<") {
        return Vec::new();
    }
    let lexer = Lexer { raw_quotes: true, raw_escapes: true, skip_unset: true, ..Lexer::new('\\') };
    let words = lexer.process_words(line, &NoEnvironment).unwrap_or_default();
    words.iter().filter_map(|word| parse_word(word)).collect()
}

/// A word of the form `3<<-NAME` (buildkit parser.go `ParseHeredoc`).
pub fn parse_word(word: &str) -> Option<Heredoc> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (descriptor, rest) = word.split_at(digits);
    let rest = rest.strip_prefix("<<")?;
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let raw_name = rest.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    if raw_name.is_empty() || raw_name.contains('<') {
        return None;
    }
    let plain = Lexer { skip_unset: true, ..Lexer::new('\\') };
    let [name] = <[String; 1]>::try_from(plain.process_words(raw_name, &NoEnvironment).ok()?).ok()?;
    let quoted = Lexer { raw_quotes: true, ..plain };
    let [with_quotes] = <[String; 1]>::try_from(quoted.process_words(raw_name, &NoEnvironment).ok()?).ok()?;
    let marks = |text: &str| text.matches(['\'', '"']).count();
    Some(Heredoc {
        expand: marks(&name) == marks(&with_quotes),
        raw_name: raw_name.to_owned(),
        name,
        chomp,
        descriptor: descriptor.parse().unwrap_or(0),
        body: Span::default(),
        terminator: Span::default(),
    })
}

impl Heredoc {
    /// Whether `line` (without its end) closes this here-document.
    pub(crate) fn is_closed_by(&self, line: &[u8]) -> bool {
        let line = if self.chomp {
            let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
            &line[tabs..]
        } else {
            line
        };
        line == self.name.as_bytes()
    }
}
