//! Parser directives: `# syntax=`, `# escape=`, `# check=`.

use crate::Span;

/// A parser directive of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// Which one.
    pub name: DirectiveName,
    /// Its value, white space around it trimmed.
    pub value: String,
    /// The value's bytes.
    pub value_span: Span,
    /// The whole line, line end included.
    pub span: Span,
}

/// The directives that the engine knows (buildkit directives.go `validDirectives`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DirectiveName {
    /// The image that parses the file.
    Syntax,
    /// The escape character.
    Escape,
    /// Settings of the build checks.
    Check,
}

impl DirectiveName {
    /// The name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Escape => "escape",
            Self::Check => "check",
        }
    }
}

/// A directive, if `line` (at `span`, without leading white space and line end) is one: `#`, white space, a
/// name, `=`, a value (buildkit directives.go `directiveRegexp`).
pub(crate) fn parse(source: &[u8], span: Span) -> Option<(DirectiveName, Span)> {
    let line = std::str::from_utf8(source.get(span.range())?).ok()?;
    let after_hash = line.strip_prefix('#')?.trim_start();
    let name_len = after_hash.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, rest) = after_hash.split_at(name_len);
    let name = [DirectiveName::Syntax, DirectiveName::Escape, DirectiveName::Check]
        .into_iter()
        .find(|known| known.name().eq_ignore_ascii_case(name))?;
    let value = rest.trim_start_matches(is_regex_space).strip_prefix('=')?.trim_matches(is_regex_space);
    if value.is_empty() {
        return None;
    }
    let start = span.start + (value.as_ptr() as usize - line.as_ptr() as usize);
    Some((name, Span::new(start, start + value.len())))
}

/// `\s` of Go's regular expressions.
fn is_regex_space(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\x0c' | '\r' | ' ')
}
