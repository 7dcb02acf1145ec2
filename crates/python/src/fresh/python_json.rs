//! TOML as `json.dumps(…, sort_keys=True)` of Python prints it: the tools hash that text.

use std::fmt::Write as _;

use crate::toml_tree::{Entries, Value};

/// What stands between parts.
#[derive(Clone, Copy)]
pub(super) struct Separators {
    pub(super) item: &'static str,
    pub(super) key: &'static str,
}

/// Python's defaults.
pub(super) const DEFAULT: Separators = Separators { item: ", ", key: ": " };
/// `separators=(",", ":")`.
pub(super) const COMPACT: Separators = Separators { item: ",", key: ":" };

/// A JSON value of which parts come from a TOML file.
pub(super) enum Json<'a> {
    Null,
    Toml(&'a Value<'a>),
    Text(&'a str),
    List(Vec<Json<'a>>),
    Object(Vec<(String, Json<'a>)>),
}

impl Json<'_> {
    pub(super) fn print(&self, separators: Separators) -> String {
        let mut out = String::new();
        self.write(separators, &mut out);
        out
    }

    fn write(&self, separators: Separators, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Toml(value) => toml(value, separators, out),
            Self::Text(text) => string(text, out),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(separators.item);
                    }
                    item.write(separators, out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                let mut sorted: Vec<&(String, Json<'_>)> = entries.iter().collect();
                sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
                out.push('{');
                for (index, (key, value)) in sorted.into_iter().enumerate() {
                    if index > 0 {
                        out.push_str(separators.item);
                    }
                    string(key, out);
                    out.push_str(separators.key);
                    value.write(separators, out);
                }
                out.push('}');
            }
        }
    }
}

fn toml(value: &Value<'_>, separators: Separators, out: &mut String) {
    match value {
        Value::String(text) => string(text, out),
        Value::Integer(digits, radix) => match i128::from_str_radix(digits, *radix) {
            Ok(number) => {
                let _ = write!(out, "{number}");
            }
            Err(_) => out.push_str(digits),
        },
        Value::Float(number) => out.push_str(number),
        Value::Boolean(is) => out.push_str(if *is { "true" } else { "false" }),
        Value::Datetime(time) => string(time, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(separators.item);
                }
                toml(&item.value, separators, out);
            }
            out.push(']');
        }
        Value::Table(entries) => table(entries, separators, out),
    }
}

fn table(entries: &Entries<'_>, separators: Separators, out: &mut String) {
    out.push('{');
    for (index, (key, item)) in entries.iter().enumerate() {
        if index > 0 {
            out.push_str(separators.item);
        }
        string(key, out);
        out.push_str(separators.key);
        toml(&item.value, separators, out);
    }
    out.push('}');
}

/// `ensure_ascii` is on: all else is `\uXXXX`, in surrogate pairs where needed.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml_tree::Document;

    #[test]
    fn it_prints_as_python_does() {
        let text = "b = 'ü😀\"\\'\na = [1, 0x10, true, {z = 1, y = []}]\n";
        let document = Document::parse("a.toml", text).expect("toml");
        let entries = document.raw().iter();
        let object =
            Json::Object(entries.map(|(key, item)| (key.to_owned(), Json::Toml(&item.value))).collect());
        let expected = r#"{"a": [1, 16, true, {"y": [], "z": 1}], "b": "\u00fc\ud83d\ude00\"\\"}"#;
        assert_eq!(object.print(DEFAULT), expected);
        assert_eq!(object.print(COMPACT), expected.replace(": ", ":").replace(", ", ","));
    }
}
