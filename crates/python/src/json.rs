//! JSON in which no key stands twice: of two, a plain reader keeps the last and says nothing.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Place, Result};

/// Reads a file; a key that stands twice in one object is a mistake.
pub(crate) fn parse(path: &str, text: &str) -> Result<Value> {
    let twice = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let read =
        Strict { twice: &twice }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let place = Place { path: path.to_owned(), line: error.line().max(1), column: error.column().max(1) };
        if let Some(key) = twice.take() {
            // serde puts the place behind the words; it is told already.
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            return Error::new(ErrorKind::Duplicate, place, message)
                .in_field(key)
                .with_way_out(format!("{path} was merged by hand? Lock again"));
        }
        Error::new(ErrorKind::Syntax, place, format!("this is no JSON: {error}"))
    })
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    /// The key that does.
    twice: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            found.push(item);
        }
        Ok(Value::Array(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Value, A::Error> {
        let mut found = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if found.contains_key(&key) {
                let message = format!("the key `{key}` stands here for the second time");
                self.twice.replace(Some(key));
                return Err(A::Error::custom(message));
            }
            let value = entries.next_value_seed(self)?;
            found.insert(key, value);
        }
        Ok(Value::Object(found))
    }
}
