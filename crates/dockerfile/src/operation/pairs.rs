//! ENV and LABEL.

use crate::{RawWord, raw_words};

use super::{Problem, Request, arguments::is_blank};

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name, quotes and escapes as written.
    pub key: RawWord,
    /// The value, quotes and escapes as written; its range is empty where nothing stands behind `=`.
    pub value: RawWord,
    /// `ENV name value`, without `=`: the value goes on to the end of the line.
    pub legacy: bool,
}

/// Checks flags and pairs.
pub(super) fn parse(request: &Request<'_>) -> Result<Vec<Pair>, Problem> {
    request.flags(&[])?;
    let pairs = split(request)?;
    let keyword = request.command.keyword;
    if pairs.is_empty() {
        let help = format!("write {keyword} name=value");
        return Err(
            Problem::arguments(request.range(), format!("{keyword} needs an argument")).with_help(help)
        );
    }
    if let Some(pair) = pairs.iter().find(|pair| pair.key.text.is_empty()) {
        return Err(Problem::arguments(
            pair.key.range.start..pair.value.range.end,
            "no name stands before `=`",
        ));
    }
    Ok(pairs)
}

/// The pairs; none where there are no arguments. Mirrors buildkit `parseNameVal`.
pub(super) fn split(request: &Request<'_>) -> Result<Vec<Pair>, Problem> {
    let keyword = request.command.keyword;
    let range = &request.command.arguments;
    let words = raw_words(request.text(), range.start, request.escape);
    let Some(first) = words.first() else { return Ok(Vec::new()) };

    if !first.text.contains('=') {
        let text = request.text();
        let Some(end) = text.find(is_blank) else {
            let message = format!("{keyword} needs a name and a value");
            return Err(Problem::arguments(range.clone(), message).with_help(format!("write {text}=value")));
        };
        let (key, rest) = text.split_at(end);
        let value = rest.trim_start_matches(is_blank);
        let value_start = range.end - value.len();
        return Ok(vec![Pair {
            key: RawWord { text: key.to_owned(), range: range.start..range.start + end },
            value: RawWord { text: value.to_owned(), range: value_start..range.end },
            legacy: true,
        }]);
    }

    words
        .into_iter()
        .map(|word| {
            let Some((key, value)) = word.text.split_once('=') else {
                let message = format!("`{}` has no `=`", word.text);
                let help = if word.text.starts_with('#') {
                    "a comment needs a line of its own"
                } else {
                    "write name=value; quote a value that holds blanks"
                };
                return Err(Problem::arguments(word.range, message).with_help(help));
            };
            let middle = word.range.start + key.len();
            Ok(Pair {
                key: RawWord { text: key.to_owned(), range: word.range.start..middle },
                value: RawWord { text: value.to_owned(), range: middle + 1..word.range.end },
                legacy: false,
            })
        })
        .collect()
}
