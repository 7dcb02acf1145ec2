//! The logical lines of a requirements file, as pip makes them.

use std::ops::Range;

/// One logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logical {
    /// Its bytes in the file, line ends included.
    pub(super) range: Range<usize>,
    /// What is left when continuations are joined and comments cut, trimmed.
    pub(super) text: String,
    /// The comment, without `#`, trimmed.
    pub(super) comment: Option<String>,
}

/// Joins continued lines and cuts comments.
///
/// Source: `preprocess`, `join_lines` and `ignore_comments` in pip's `_internal/req/req_file.py` (26.3).
pub(super) fn logical_lines(text: &str) -> Vec<Logical> {
    let mut found = Vec::new();
    let mut offset = 0;
    let mut joined = String::new();
    let mut start = None;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        let from = *start.get_or_insert(offset);
        offset += raw.len();
        let is_comment = line.trim_start().starts_with('#');
        if line.ends_with('\\') && !is_comment {
            joined.push_str(line.trim_matches('\\'));
            continue;
        }
        if is_comment {
            joined.push(' ');
        }
        joined.push_str(line);
        found.push(logical(from..offset, &joined));
        joined.clear();
        start = None;
    }
    if let Some(from) = start {
        found.push(logical(from..offset, &joined));
    }
    found
}

fn logical(range: Range<usize>, joined: &str) -> Logical {
    let comment = joined
        .match_indices('#')
        .find(|(at, _)| *at == 0 || joined[..*at].ends_with(char::is_whitespace))
        .map(|(at, _)| at);
    let (text, comment) = match comment {
        Some(at) => (&joined[..at], Some(joined[at + 1..].trim().to_owned())),
        None => (joined, None),
    };
    Logical { range, text: text.trim().to_owned(), comment }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuations_and_comments() {
        let text = "a==1 \\\n  --hash=x \\\n  # not the end\\\nb # c\n#d\n\nurl#egg=x\nlast \\\n";
        let lines: Vec<(String, Option<String>)> =
            logical_lines(text).into_iter().map(|line| (line.text, line.comment)).collect();
        let expected = [
            ("a==1   --hash=x", Some("not the end\\")),
            ("b", Some("c")),
            ("", Some("d")),
            ("", None),
            ("url#egg=x", None),
            ("last", None),
        ];
        let expected: Vec<(String, Option<String>)> =
            expected.map(|(text, comment)| (text.to_owned(), comment.map(str::to_owned))).to_vec();
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_ranges_tile_the_file() {
        for text in ["", "a", "a\r\nb\\\r\nc", "\\\n", "#\\\n#"] {
            let mut end = 0;
            for line in logical_lines(text) {
                assert_eq!(line.range.start, end, "{text:?}");
                end = line.range.end;
            }
            assert_eq!(end, text.len(), "{text:?}");
        }
    }
}
