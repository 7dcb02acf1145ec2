//! TOML with places: fields are asked for by name and type, and what is wrong is said with line and field.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::de::DeTable;

use crate::error::{Error, ErrorKind, Lines, Place, Result};
use crate::marker::Marker;
use crate::name::Name;
use crate::requirement::Requirement;

#[cfg(test)]
mod agreement;
mod plain;
mod value;

pub(crate) use value::{Entries, Item, Value};

/// A TOML file.
pub(crate) struct Document<'t> {
    path: &'t str,
    text: &'t str,
    lines: Lines,
    root: Entries<'t>,
}

impl<'t> Document<'t> {
    pub(crate) fn parse(path: &'t str, text: &'t str) -> Result<Self> {
        let root = match plain::parse(text) {
            Some(root) => root,
            None => Self::parse_all(path, text)?,
        };
        Ok(Self { path, text, lines: Lines::of(text), root })
    }

    /// All of the language, and its mistakes.
    fn parse_all(path: &str, text: &'t str) -> Result<Entries<'t>> {
        let root = DeTable::parse(text).map_err(|error| {
            let place = match error.span() {
                Some(span) => Place::at(path, text, span.start),
                None => Place::file(path),
            };
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            Error::new(ErrorKind::Syntax, place, format!("this is no TOML: {message}"))
        })?;
        Ok(value::of_table(root.into_inner()))
    }

    /// The tree itself, for hashes over parts of a file.
    pub(crate) fn raw(&self) -> &Entries<'t> {
        &self.root
    }

    fn place(&self, offset: usize) -> Place {
        self.lines.place(self.path, self.text, offset)
    }

    pub(crate) fn root(&self) -> Table<'_, '_> {
        Table { origin: self, entries: &self.root, start: 0, above: None }
    }
}

/// The way from the root to a table.
#[derive(Clone, Copy)]
struct Above<'d, 'p> {
    table: &'p Table<'d, 'p>,
    key: &'p str,
    index: Option<usize>,
}

/// One table, with the way to it.
pub(crate) struct Table<'d, 'p> {
    origin: &'d Document<'d>,
    entries: &'d Entries<'d>,
    start: usize,
    above: Option<Above<'d, 'p>>,
}

impl<'d, 'p> Table<'d, 'p> {
    /// The field's name, from the root.
    pub(crate) fn field(&self, key: &str) -> String {
        let mut name = match self.above {
            Some(Above { table, key, index }) => {
                let mut name = table.field(key);
                if let Some(index) = index {
                    let _ = write!(name, "[{index}]");
                }
                name
            }
            None => String::new(),
        };
        if !key.is_empty() {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(key);
        }
        name
    }

    pub(crate) fn place(&self) -> Place {
        self.origin.place(self.start)
    }

    pub(crate) fn place_of(&self, key: &str) -> Place {
        match self.entries.entry(key) {
            Some(entry) => self.origin.place(entry.start),
            None => self.place(),
        }
    }

    /// A mistake in a field of this table (or in the table itself, with an empty key).
    pub(crate) fn error(&self, kind: ErrorKind, key: &str, message: impl Into<String>) -> Error {
        Error::new(kind, self.place_of(key), message).in_field(self.field(key))
    }

    pub(crate) fn place_at(&self, offset: usize) -> Place {
        self.origin.place(offset)
    }

    pub(crate) fn error_at(
        &self,
        kind: ErrorKind,
        place: Place,
        key: &str,
        message: impl Into<String>,
    ) -> Error {
        Error::new(kind, place, message).in_field(self.field(key))
    }

    fn wrong_type(&self, key: &str, item: &Item<'_>, wanted: &str) -> Error {
        let found = item.value.type_str();
        let place = self.origin.place(item.start);
        Error::new(ErrorKind::WrongType, place, format!("{wanted} was expected, found {found}"))
            .in_field(self.field(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.entry(key).is_some()
    }

    pub(crate) fn raw(&self, key: &str) -> Option<&'d Value<'d>> {
        self.entries.get(key).map(|item| &item.value)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'d str> {
        self.entries.iter().map(|(key, _)| key)
    }

    pub(crate) fn string(&self, key: &str) -> Result<Option<&'d str>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::String(text) => Ok(Some(text.as_ref())),
                _ => Err(self.wrong_type(key, item, "a string")),
            },
        }
    }

    pub(crate) fn required_string(&self, key: &str) -> Result<&'d str> {
        self.string(key)?
            .ok_or_else(|| self.error(ErrorKind::MissingField, key, format!("the field `{key}` is missing")))
    }

    pub(crate) fn boolean(&self, key: &str) -> Result<Option<bool>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::Boolean(is) => Ok(Some(*is)),
                _ => Err(self.wrong_type(key, item, "true or false")),
            },
        }
    }

    pub(crate) fn unsigned(&self, key: &str) -> Result<Option<u64>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::Integer(digits, radix) => u64::from_str_radix(digits, *radix).ok(),
                _ => None,
            }
            .map(Some)
            .ok_or_else(|| self.wrong_type(key, item, "a number from 0")),
        }
    }

    pub(crate) fn array(&self, key: &str) -> Result<Option<&'d [Item<'d>]>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::Array(array) => Ok(Some(array)),
                _ => Err(self.wrong_type(key, item, "a list")),
            },
        }
    }

    pub(crate) fn table<'s>(&'s self, key: &'s str) -> Result<Option<Table<'d, 's>>>
    where
        'p: 's,
    {
        match self.entries.get(key) {
            None => Ok(None),
            Some(item) => match &item.value {
                Value::Table(table) => {
                    let above = Some(Above { table: self, key, index: None });
                    Ok(Some(Table { origin: self.origin, entries: table, start: item.start, above }))
                }
                _ => Err(self.wrong_type(key, item, "a table")),
            },
        }
    }

    /// The tables of a list of tables, empty where there is none.
    pub(crate) fn tables<'s>(&'s self, key: &'s str) -> Result<Vec<Table<'d, 's>>>
    where
        'p: 's,
    {
        let mut found = Vec::new();
        for (index, item) in self.array(key)?.into_iter().flatten().enumerate() {
            let Value::Table(table) = &item.value else {
                return Err(self.wrong_type(&format!("{key}[{index}]"), item, "a table"));
            };
            let above = Some(Above { table: self, key, index: Some(index) });
            found.push(Table { origin: self.origin, entries: table, start: item.start, above });
        }
        Ok(found)
    }

    /// A list of strings with the place of each; empty where there is none.
    pub(crate) fn strings(&self, key: &str) -> Result<Vec<(&'d str, Place)>> {
        let mut found = Vec::new();
        for (index, item) in self.array(key)?.into_iter().flatten().enumerate() {
            let Value::String(text) = &item.value else {
                return Err(self.wrong_type(&format!("{key}[{index}]"), item, "a string"));
            };
            found.push((text.as_ref(), self.origin.place(item.start)));
        }
        Ok(found)
    }

    /// The same without places, for long lists.
    pub(crate) fn plain_strings(&self, key: &str) -> Result<Vec<&'d str>> {
        let mut found = Vec::new();
        for (index, item) in self.array(key)?.into_iter().flatten().enumerate() {
            let Value::String(text) = &item.value else {
                return Err(self.wrong_type(&format!("{key}[{index}]"), item, "a string"));
            };
            found.push(text.as_ref());
        }
        Ok(found)
    }

    /// A name of a package, an extra or a group.
    pub(crate) fn name(&self, key: &str) -> Result<Name> {
        let text = self.required_string(key)?;
        self.as_name(key, text)
    }

    pub(crate) fn as_name(&self, key: &str, text: &str) -> Result<Name> {
        Name::new(text)
            .ok_or_else(|| self.error(ErrorKind::InvalidValue, key, format!("`{text}` is no name")))
    }

    /// Refuses two keys that are one name: names that differ in case or in `-`, `_` and `.` are the same.
    pub(crate) fn refuse_same_names(&self, what: &str) -> Result<()> {
        let mut seen: BTreeMap<Name, &str> = BTreeMap::new();
        // In the order of the file: the second one is the one to tell.
        let mut keys: Vec<&str> = self.keys().collect();
        keys.sort_by_key(|key| self.entries.entry(key).map(|entry| entry.start));
        for key in keys {
            let Some(name) = Name::new(key) else { continue };
            if let Some(first) = seen.insert(name, key) {
                let message = format!(
                    "the {what} `{first}` and `{key}` are one: names that differ in case or `-_.` are the same"
                );
                return Err(self.error(ErrorKind::Duplicate, key, message));
            }
        }
        Ok(())
    }

    /// A list of names; empty where there is none.
    pub(crate) fn names(&self, key: &str) -> Result<Vec<Name>> {
        self.plain_strings(key)?.into_iter().map(|text| self.as_name(key, text)).collect()
    }

    /// A marker; always where there is none.
    pub(crate) fn marker(&self, key: &str) -> Result<Marker> {
        match self.string(key)? {
            None | Some("") => Ok(Marker::always()),
            Some(text) => Marker::parse(text).map_err(|error| {
                self.error(ErrorKind::InvalidValue, key, format!("the marker `{text}`: {error}"))
            }),
        }
    }

    /// The requirements of a list of strings.
    pub(crate) fn requirements(&self, key: &str) -> Result<Vec<(Requirement, Place)>> {
        let mut found = Vec::new();
        for (index, (text, place)) in self.strings(key)?.into_iter().enumerate() {
            let requirement = Requirement::parse(text).map_err(|error| {
                Error::new(ErrorKind::InvalidValue, place.clone(), format!("`{text}`: {error}"))
                    .in_field(self.field(&format!("{key}[{index}]")))
            })?;
            found.push((requirement, place));
        }
        Ok(found)
    }
}
