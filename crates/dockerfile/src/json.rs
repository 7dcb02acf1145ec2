//! JSON arrays of strings, each with its place.

use std::ops::Range;

/// The arguments of an instruction in exec form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JsonArray {
    /// The strings.
    pub items: Vec<JsonString>,
    /// From `[` to `]`, in the instruction's text.
    pub range: Range<usize>,
}

/// One string of the array.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JsonString {
    /// The value, escapes resolved.
    pub value: String,
    /// Its bytes with the quotes, in the instruction's text.
    pub range: Range<usize>,
    /// Whether the bytes between the quotes are the value itself, free of escapes.
    pub verbatim: bool,
}

/// Why a text is no array of strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoArray {
    /// It is no JSON array: the engine takes it as shell form.
    NotJson,
    /// It is an array that holds something else than strings: the engine refuses it.
    NotStrings,
}

/// The array that `text` is, if it is one of strings only; ranges count from `offset`.
///
/// As the engine since 28 has it: text behind the array makes the whole shell form (buildkit
/// `line_parsers.go` `parseJSON`).
pub fn parse_json_array(text: &str, offset: usize) -> Option<JsonArray> {
    parse(text, offset).ok()
}

pub(crate) fn parse(text: &str, offset: usize) -> Result<JsonArray, NoArray> {
    let start = text.len() - text.trim_start().len();
    let body = text.trim_end_matches(is_json_space);
    if !body[start.min(body.len())..].starts_with('[') {
        return Err(NoArray::NotJson);
    }
    let mut reader = Reader { text: body, at: start + 1 };
    if let Some(items) = reader.strings(offset)
        && reader.at == body.len()
    {
        return Ok(JsonArray { items, range: offset + start..offset + body.len() });
    }
    match serde_json::from_str::<Vec<serde::de::IgnoredAny>>(&body[start..]) {
        Ok(_) => Err(NoArray::NotStrings),
        Err(_) => Err(NoArray::NotJson),
    }
}

/// Whether `text` is a JSON array that holds something else than strings, which the engine refuses.
pub(crate) fn is_array_of_other_things(text: &str) -> bool {
    matches!(parse(text, 0), Err(NoArray::NotStrings))
}

fn is_json_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.byte().is_some_and(|byte| is_json_space(char::from(byte))) {
            self.at += 1;
        }
    }

    /// Strings up to and including `]`.
    fn strings(&mut self, offset: usize) -> Option<Vec<JsonString>> {
        let mut items = Vec::new();
        self.skip_space();
        if self.byte()? == b']' {
            self.at += 1;
            return Some(items);
        }
        loop {
            self.skip_space();
            items.push(self.string(offset)?);
            self.skip_space();
            match self.byte()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Some(items);
                }
                _ => return None,
            }
        }
    }

    fn string(&mut self, offset: usize) -> Option<JsonString> {
        let start = self.at;
        if self.byte()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let raw = self.text.get(start..self.at)?;
        let (value, verbatim) = unquote(raw)?;
        Some(JsonString { value, range: offset + start..offset + self.at, verbatim })
    }
}

/// The value of a JSON string, and whether it is the bytes between the quotes. A lone surrogate becomes
/// U+FFFD, as in Go.
fn unquote(raw: &str) -> Option<(String, bool)> {
    let inner = &raw[1..raw.len() - 1];
    if !inner.contains('\\') {
        return inner.bytes().all(|byte| byte >= 0x20).then(|| (inner.to_owned(), true));
    }
    if let Ok(value) = serde_json::from_str::<String>(raw) {
        return Some((value, false));
    }
    let replaced = replace_lone_surrogates(raw);
    serde_json::from_str::<String>(&replaced).ok().map(|value| (value, false))
}

fn replace_lone_surrogates(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let unit = surrogate(rest);
        let pair = unit.is_some_and(|unit| unit < 0xdc00)
            && rest.get(6..).and_then(surrogate).is_some_and(|low| low >= 0xdc00);
        let width = match unit {
            Some(_) if pair => 12,
            Some(_) => 6,
            None => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        if unit.is_some() && !pair {
            out.push_str("\\ufffd");
        } else {
            out.push_str(&rest[..width]);
        }
        rest = &rest[width..];
    }
    out.push_str(rest);
    out
}

/// The surrogate that the escape at the start of `text` stands for.
fn surrogate(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let unit = u16::from_str_radix(digits, 16).ok()?;
    (0xd800..0xe000).contains(&unit).then_some(unit)
}
