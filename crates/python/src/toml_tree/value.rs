//! Values of TOML with the place where each starts, as small as a big lock wants them.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value, and where it starts (in bytes).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Item<'t> {
    pub(crate) start: usize,
    pub(crate) value: Value<'t>,
}

/// A value. What holds text may borrow it from the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value<'t> {
    String(Cow<'t, str>),
    /// Digits without prefix and `_`, and their radix.
    Integer(Cow<'t, str>, u32),
    /// As written, without `_`.
    Float(String),
    Boolean(bool),
    Datetime(String),
    Array(Vec<Item<'t>>),
    Table(Entries<'t>),
}

impl Value<'_> {
    /// The type's name in messages.
    pub(crate) fn type_str(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::Integer(..) => "integer",
            Self::Float(_) => "float",
            Self::Boolean(_) => "boolean",
            Self::Datetime(_) => "datetime",
            Self::Array(_) => "array",
            Self::Table(_) => "table",
        }
    }
}

impl<'t> Value<'t> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Item<'t>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_table(&self) -> Option<&Entries<'t>> {
        match self {
            Self::Table(entries) => Some(entries),
            _ => None,
        }
    }
}

/// One key of a table, where it starts, and its value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'t> {
    pub(crate) key: Cow<'t, str>,
    pub(crate) start: usize,
    pub(crate) item: Item<'t>,
}

/// The entries of a table, sorted by key.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries<'t> {
    sorted: Vec<Entry<'t>>,
}

impl<'t> Entries<'t> {
    /// `None` where a key stands twice.
    pub(super) fn new(mut entries: Vec<Entry<'t>>) -> Option<Self> {
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let twice = entries.windows(2).any(|pair| matches!(pair, [a, b] if a.key == b.key));
        (!twice).then_some(Self { sorted: entries })
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        let at = self.sorted.binary_search_by(|entry| entry.key.as_ref().cmp(key)).ok()?;
        self.sorted.get(at)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Item<'t>> {
        self.entry(key).map(|entry| &entry.item)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Item<'t>)> {
        self.sorted.iter().map(|entry| (entry.key.as_ref(), &entry.item))
    }

    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}

/// The tree of the crate `toml`, made small.
pub(super) fn of_table<'t>(table: DeTable<'t>) -> Entries<'t> {
    let entry = |(key, value): (Spanned<Cow<'t, str>>, Spanned<DeValue<'t>>)| Entry {
        start: key.span().start,
        key: key.into_inner(),
        item: of_value(value),
    };
    // A tree has each key once.
    Entries::new(table.into_iter().map(entry).collect()).unwrap_or_default()
}

fn of_value(value: Spanned<DeValue<'_>>) -> Item<'_> {
    let start = value.span().start;
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text),
        DeValue::Integer(number) => Value::Integer(Cow::Owned(number.as_str().to_owned()), number.radix()),
        DeValue::Float(number) => Value::Float(number.as_str().to_owned()),
        DeValue::Boolean(is) => Value::Boolean(is),
        DeValue::Datetime(time) => Value::Datetime(time.to_string()),
        DeValue::Array(items) => Value::Array(items.into_iter().map(of_value).collect()),
        DeValue::Table(table) => Value::Table(of_table(table)),
    };
    Item { start, value }
}
