//! TOML as `json.dumps(…, sort_keys=True)` of Python prints it: the tools hash that text.

use std::fmt::Write as _;

use toml::de::{DeTable, DeValue};

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
    Toml(&'a DeValue<'a>),
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

fn toml(value: &DeValue<'_>, separators: Separators, out: &mut String) {
    match value {
        DeValue::String(text) => string(text, out),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => {
                let _ = write!(out, "{number}");
            }
            Err(_) => out.push_str(number.as_str()),
        },
        DeValue::Float(number) => out.push_str(number.as_str()),
        DeValue::Boolean(is) => out.push_str(if *is { "true" } else { "false" }),
        DeValue::Datetime(time) => string(&time.to_string(), out),
        DeValue::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(separators.item);
                }
                toml(item.get_ref(), separators, out);
            }
            out.push(']');
        }
        DeValue::Table(entries) => table(entries, separators, out),
    }
}

fn table(entries: &DeTable<'_>, separators: Separators, out: &mut String) {
    let mut sorted: Vec<(&str, &DeValue<'_>)> =
        entries.iter().map(|(key, value)| (key.get_ref().as_ref(), value.get_ref())).collect();
    sorted.sort_by_key(|(key, _)| *key);
    out.push('{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push_str(separators.item);
        }
        string(key, out);
        out.push_str(separators.key);
        toml(value, separators, out);
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

    #[test]
    fn it_prints_as_python_does() {
        let text = "b = 'ü😀\"\\'\na = [1, 0x10, true, {z = 1, y = []}]\n";
        let table = DeTable::parse(text).expect("toml");
        let entries = table.get_ref().iter();
        let object = Json::Object(
            entries.map(|(key, value)| (key.get_ref().to_string(), Json::Toml(value.get_ref()))).collect(),
        );
        let expected = r#"{"a": [1, 16, true, {"y": [], "z": 1}], "b": "\u00fc\ud83d\ude00\"\\"}"#;
        assert_eq!(object.print(DEFAULT), expected);
        assert_eq!(object.print(COMPACT), expected.replace(": ", ":").replace(", ", ","));
    }
}
