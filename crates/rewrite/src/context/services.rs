//! What services of a compose file start in an image that they build, with the places of the words.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::Build;
use super::compose::{ServiceBuild, resolve};
use crate::RelPath;

/// A service that builds an image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What it builds.
    pub build: Build,
    /// `command`, which replaces CMD.
    pub command: Option<ServiceCommand>,
    /// `entrypoint`, which replaces ENTRYPOINT, and CMD with it.
    pub entrypoint: Option<ServiceCommand>,
    /// `healthcheck.test`, which replaces HEALTHCHECK.
    pub test: Option<ServiceCommand>,
    /// Where the value of `build.target` stands.
    pub target: Option<Range<usize>>,
    /// Whether a folder of the repository is mounted over the image's files, as for development.
    pub mounts_source: bool,
}

/// A command in a compose file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceCommand {
    /// The text or the words, as they are meant.
    pub words: Words,
    /// The line that it starts on, as people count.
    pub line: usize,
    /// The bytes of the text, or of each word; quotes included. Empty where that cannot be told.
    pub places: Vec<Range<usize>>,
}

/// A command as a text that is split into words, or as words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Words {
    /// One text. Of `command` and `entrypoint` compose makes words without a shell; `test` gets one.
    Text(String),
    /// Words.
    List(Vec<String>),
}

#[derive(Deserialize)]
struct Compose {
    #[serde(default)]
    services: BTreeMap<String, Option<Raw>>,
}

#[derive(Deserialize)]
struct Raw {
    build: Option<RawBuild>,
    command: Option<Spanned<RawWords>>,
    entrypoint: Option<Spanned<RawWords>>,
    healthcheck: Option<RawCheck>,
    volumes: Option<Vec<Mount>>,
}

#[derive(Deserialize)]
struct RawCheck {
    test: Option<Spanned<RawWords>>,
}

/// `build`, once for what it means and once for the place of its target.
struct RawBuild {
    build: ServiceBuild,
    target: Option<Location>,
}

impl<'de> Deserialize<'de> for RawBuild {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = RawBuild;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a build")
            }

            fn visit_str<E>(self, value: &str) -> Result<RawBuild, E> {
                Ok(RawBuild { build: ServiceBuild::Context(value.to_owned()), target: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawBuild, A::Error> {
                let (mut context, mut dockerfile, mut inline) = (None, None, None);
                let mut target: Option<Spanned<String>> = None;
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "context" => context = map.next_value::<Option<String>>()?,
                        "dockerfile" => dockerfile = map.next_value::<Option<String>>()?,
                        "dockerfile_inline" => inline = map.next_value::<Option<String>>()?,
                        "target" => target = map.next_value::<Option<Spanned<String>>>()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                let place = target.as_ref().map(|target| target.defined);
                let target = target.map(|target| target.value);
                let dockerfile_inline = inline;
                let build = ServiceBuild::Options { context, dockerfile, dockerfile_inline, target };
                Ok(RawBuild { build, target: place })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A text or a list of words.
struct RawWords {
    words: Words,
    items: Vec<Location>,
}

impl<'de> Deserialize<'de> for RawWords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = RawWords;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command")
            }

            fn visit_str<E>(self, value: &str) -> Result<RawWords, E> {
                Ok(RawWords { words: Words::Text(value.to_owned()), items: Vec::new() })
            }

            fn visit_unit<E>(self) -> Result<RawWords, E> {
                Ok(RawWords { words: Words::List(Vec::new()), items: Vec::new() })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawWords, A::Error> {
                let (mut words, mut items) = (Vec::new(), Vec::new());
                while let Some(item) = list.next_element::<Spanned<String>>()? {
                    items.push(item.defined);
                    words.push(item.value);
                }
                Ok(RawWords { words: Words::List(words), items })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Mount {
    Short(String),
    Long {
        #[serde(rename = "type")]
        kind: Option<String>,
    },
    Other(IgnoredAny),
}

impl Mount {
    /// Whether it lays a folder of this machine over the image's files.
    fn is_source(&self) -> bool {
        match self {
            Self::Short(text) => text.starts_with('.'),
            Self::Long { kind } => kind.as_deref() == Some("bind"),
            Self::Other(_) => false,
        }
    }
}

/// The services of a compose file that build an image.
pub(super) fn services(path: &RelPath, text: &str) -> Vec<Service> {
    let Ok(compose) = serde_saphyr::from_str::<Compose>(text) else { return Vec::new() };
    let named = compose.services.into_iter();
    named.filter_map(|(name, raw)| service(path, text, name, raw?)).collect()
}

fn service(path: &RelPath, text: &str, name: String, raw: Raw) -> Option<Service> {
    let RawBuild { build, target } = raw.build?;
    let command = |words: Spanned<RawWords>| {
        let line = usize::try_from(words.defined.line()).unwrap_or(1);
        let places = match &words.value.words {
            Words::Text(_) => place(text, words.defined).into_iter().collect(),
            Words::List(_) => words.value.items.iter().map_while(|item| place(text, *item)).collect(),
        };
        ServiceCommand { words: words.value.words, line, places }
    };
    Some(Service {
        name,
        build: resolve(path, build)?,
        command: raw.command.map(command),
        entrypoint: raw.entrypoint.map(command),
        test: raw.healthcheck.and_then(|check| check.test).map(command),
        target: target.and_then(|target| place(text, target)),
        mounts_source: raw.volumes.unwrap_or_default().iter().any(Mount::is_source),
    })
}

/// The bytes of a scalar on one line; none where it goes on over lines.
fn place(text: &str, at: Location) -> Option<Range<usize>> {
    let (line, column) = (usize::try_from(at.line()).ok()?, usize::try_from(at.column()).ok()?);
    let start_of_line: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = text.get(start_of_line..)?.split('\n').next()?;
    let start = rest.char_indices().map(|(at, _)| at).nth(column.checked_sub(1)?)?;
    let value = rest.get(start..)?;
    let length = match value.chars().next()? {
        quote @ ('"' | '\'') => {
            let mut chars = value.char_indices().skip(1);
            loop {
                match chars.next()? {
                    (_, '\\') if quote == '"' => {
                        chars.next();
                    }
                    (at, found) if found == quote => {
                        if quote == '\'' && value.get(at + 1..).is_some_and(|rest| rest.starts_with('\'')) {
                            chars.next();
                        } else {
                            break at + 1;
                        }
                    }
                    _ => {}
                }
            }
        }
        '|' | '>' | '&' | '*' | '!' => return None,
        _ => usize::try_from(at.span().len()).ok().filter(|length| *length <= value.len())?,
    };
    let value = value.get(..length)?.trim_end();
    (!value.contains('\n')).then(|| start_of_line + start..start_of_line + start + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"x-base: &base
  build:
    context: .
    target: runtime   # the last stage
services:
  api:
    <<: *base
    command: alembic upgrade head
    healthcheck:
      test: ["CMD", "curl", '-f', "http://localhost"]
  worker:
    build: .
    command:
      - celery
      - "-A"
      - app
    volumes:
      - ./src:/app/src
  db:
    image: postgres
"#;

    #[test]
    fn services_have_their_words_and_the_places_of_these() {
        let path = RelPath::new("compose.yml").expect("a path");
        let services = services(&path, FILE);
        let [api, worker] = services.as_slice() else { panic!("{services:?}") };
        let shown = |range: &Range<usize>| FILE[range.clone()].to_owned();
        let command = api.command.as_ref().expect("a command");
        assert_eq!(command.words, Words::Text("alembic upgrade head".to_owned()));
        assert_eq!(command.places.iter().map(shown).collect::<Vec<_>>(), ["alembic upgrade head"]);
        let test = api.test.as_ref().expect("a test");
        let shown_words: Vec<String> = test.places.iter().map(shown).collect();
        assert_eq!(shown_words, ["\"CMD\"", "\"curl\"", "'-f'", "\"http://localhost\""]);
        assert_eq!(api.target.as_ref().map(shown).as_deref(), Some("runtime"));
        assert_eq!(test.line, 10);
        assert!(worker.mounts_source && !api.mounts_source);
        let command = worker.command.as_ref().expect("a command");
        assert_eq!(command.places.iter().map(shown).collect::<Vec<_>>(), ["celery", "\"-A\"", "app"]);
    }
}
