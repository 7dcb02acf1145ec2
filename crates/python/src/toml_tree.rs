//! TOML with places: fields are asked for by name and type, and what is wrong is said with line and field.

use std::fmt::Write as _;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::error::{Error, ErrorKind, Lines, Place, Result};
use crate::marker::Marker;
use crate::name::Name;
use crate::requirement::Requirement;

/// A TOML file.
pub(crate) struct Document<'t> {
    path: &'t str,
    text: &'t str,
    lines: Lines,
    root: Spanned<DeTable<'t>>,
}

impl<'t> Document<'t> {
    pub(crate) fn parse(path: &'t str, text: &'t str) -> Result<Self> {
        let root = DeTable::parse(text).map_err(|error| {
            let place = match error.span() {
                Some(span) => Place::at(path, text, span.start),
                None => Place::file(path),
            };
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            Error::new(ErrorKind::Syntax, place, format!("this is no TOML: {message}"))
        })?;
        Ok(Self { path, text, lines: Lines::of(text), root })
    }

    /// The tree itself, for hashes over parts of a file.
    pub(crate) fn raw(&self) -> &DeTable<'t> {
        self.root.get_ref()
    }

    fn place(&self, offset: usize) -> Place {
        self.lines.place(self.path, self.text, offset)
    }

    pub(crate) fn root(&self) -> Table<'_, '_> {
        Table { origin: self, entries: self.root.get_ref(), span: 0..0, above: None }
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
    entries: &'d DeTable<'d>,
    span: Range<usize>,
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
        self.origin.place(self.span.start)
    }

    pub(crate) fn place_of(&self, key: &str) -> Place {
        match self.entries.get_key_value(key) {
            Some((key, _)) => self.origin.place(key.span().start),
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

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> Error {
        let found = value.get_ref().type_str();
        let place = self.origin.place(value.span().start);
        Error::new(ErrorKind::WrongType, place, format!("{wanted} was expected, found {found}"))
            .in_field(self.field(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn raw(&self, key: &str) -> Option<&'d DeValue<'d>> {
        self.entries.get(key).map(Spanned::get_ref)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'d str> {
        self.entries.keys().map(|key| key.get_ref().as_ref())
    }

    pub(crate) fn string(&self, key: &str) -> Result<Option<&'d str>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::String(text) => Ok(Some(text.as_ref())),
                _ => Err(self.wrong_type(key, value, "a string")),
            },
        }
    }

    pub(crate) fn required_string(&self, key: &str) -> Result<&'d str> {
        self.string(key)?
            .ok_or_else(|| self.error(ErrorKind::MissingField, "", format!("the field `{key}` is missing")))
    }

    pub(crate) fn boolean(&self, key: &str) -> Result<Option<bool>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::Boolean(is) => Ok(Some(*is)),
                _ => Err(self.wrong_type(key, value, "true or false")),
            },
        }
    }

    pub(crate) fn unsigned(&self, key: &str) -> Result<Option<u64>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(value) => value
                .get_ref()
                .as_integer()
                .and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
                .map(Some)
                .ok_or_else(|| self.wrong_type(key, value, "a number from 0")),
        }
    }

    pub(crate) fn array(&self, key: &str) -> Result<Option<&'d DeArray<'d>>> {
        match self.entries.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::Array(array) => Ok(Some(array)),
                _ => Err(self.wrong_type(key, value, "a list")),
            },
        }
    }

    pub(crate) fn table<'s>(&'s self, key: &'s str) -> Result<Option<Table<'d, 's>>>
    where
        'p: 's,
    {
        match self.entries.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::Table(table) => {
                    let span = value.span();
                    let above = Some(Above { table: self, key, index: None });
                    Ok(Some(Table { origin: self.origin, entries: table, span, above }))
                }
                _ => Err(self.wrong_type(key, value, "a table")),
            },
        }
    }

    /// The tables of a list of tables, empty where there is none.
    pub(crate) fn tables<'s>(&'s self, key: &'s str) -> Result<Vec<Table<'d, 's>>>
    where
        'p: 's,
    {
        let mut found = Vec::new();
        for (index, value) in self.array(key)?.into_iter().flat_map(|array| array.iter()).enumerate() {
            let DeValue::Table(table) = value.get_ref() else {
                return Err(self.wrong_type(&format!("{key}[{index}]"), value, "a table"));
            };
            let above = Some(Above { table: self, key, index: Some(index) });
            found.push(Table { origin: self.origin, entries: table, span: value.span(), above });
        }
        Ok(found)
    }

    /// A list of strings with the place of each; empty where there is none.
    pub(crate) fn strings(&self, key: &str) -> Result<Vec<(&'d str, Place)>> {
        let mut found = Vec::new();
        for (index, value) in self.array(key)?.into_iter().flat_map(|array| array.iter()).enumerate() {
            let DeValue::String(text) = value.get_ref() else {
                return Err(self.wrong_type(&format!("{key}[{index}]"), value, "a string"));
            };
            found.push((text.as_ref(), self.origin.place(value.span().start)));
        }
        Ok(found)
    }

    /// The same without places, for long lists.
    pub(crate) fn plain_strings(&self, key: &str) -> Result<Vec<&'d str>> {
        let mut found = Vec::new();
        for (index, value) in self.array(key)?.into_iter().flat_map(|array| array.iter()).enumerate() {
            let DeValue::String(text) = value.get_ref() else {
                return Err(self.wrong_type(&format!("{key}[{index}]"), value, "a string"));
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
