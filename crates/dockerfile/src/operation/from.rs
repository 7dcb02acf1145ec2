//! FROM.

use crate::RawWord;
use crate::values::lowercase;

use super::flags::Takes;
use super::{Problem, Request};

/// The start of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The base as written: an image, an earlier stage, `scratch`, or references to arguments.
    pub base: RawWord,
    /// The name of the stage, in lower case.
    pub name: Option<RawWord>,
    /// The value of `--platform`.
    pub platform: Option<RawWord>,
}

/// Mirrors buildkit `parseFrom`.
pub(super) fn parse(request: &Request<'_>) -> Result<From, Problem> {
    let words = request.blank_separated();
    let name = match words.as_slice() {
        [_] => None,
        [_, keyword, name] if is_as(&keyword.text) => Some(stage_name(name)?),
        _ => {
            let problem = Problem::arguments(request.range(), "FROM takes a base, or a base, AS and a name");
            let comment = words.iter().any(|word| word.text.starts_with('#'));
            let help = if comment { "a comment needs a line of its own" } else { "write FROM base AS name" };
            return Err(problem.with_help(help));
        }
    };
    let flags = request.flags(&[("platform", Takes::Text)])?;
    let base = words.into_iter().next().unwrap_or(RawWord { text: String::new(), range: request.range() });
    Ok(From { base, name, platform: flags.text("platform") })
}

/// Go's `EqualFold`, under which the long s equals `s`.
fn is_as(word: &str) -> bool {
    word.eq_ignore_ascii_case("as") || word.replace('\u{17f}', "s").eq_ignore_ascii_case("as")
}

fn stage_name(word: &RawWord) -> Result<RawWord, Problem> {
    let name = lowercase(&word.text);
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if !(first && bytes.all(rest)) {
        let message = format!("`{}` is no name for a stage", word.text);
        let help = "a name starts with a letter and goes on with letters, digits, `-`, `_` and `.`";
        return Err(Problem::arguments(word.range.clone(), message).with_help(help));
    }
    Ok(RawWord { text: name, range: word.range.clone() })
}
