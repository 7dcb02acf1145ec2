//! What services of a compose file start in an image that they build, with the places of the words.

use std::ops::Range;

use super::Build;
use super::compose::{ComposeFile, build_at};
use crate::yaml::{self, Id};

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

/// The services of a compose file that build an image.
pub(super) fn services(file: &ComposeFile) -> Vec<Service> {
    file.services().iter().filter_map(|(name, id)| service(file, *name, *id)).collect()
}

fn service(file: &ComposeFile, name: Id, id: Id) -> Option<Service> {
    let yaml = &file.yaml;
    let build = yaml.get(id, "build")?;
    let value = |of: Id, key: &str| yaml.get(of, key).filter(|value| !yaml.is_null(*value));
    let command = |key: &str| value(id, key).and_then(|value| command(file, value));
    let check = value(id, "healthcheck");
    let volumes = yaml.get(id, "volumes").map(|volumes| yaml.items(volumes)).unwrap_or_default();
    Some(Service {
        name: yaml.text(name)?.to_owned(),
        build: build_at(&file.path, yaml, build)?,
        command: command("command"),
        entrypoint: command("entrypoint"),
        test: check.and_then(|check| value(check, "test")).and_then(|test| self::command(file, test)),
        target: yaml.get(build, "target").and_then(|target| file.place(target)),
        mounts_source: volumes.iter().any(|mount| is_source(file, *mount)),
    })
}

fn command(file: &ComposeFile, value: Id) -> Option<ServiceCommand> {
    let yaml = &file.yaml;
    let line = file.line(value);
    if let Some(text) = yaml.text(value) {
        let places = file.place(value).into_iter().collect();
        return Some(ServiceCommand { words: Words::Text(text.to_owned()), line, places });
    }
    let node = yaml.node(yaml.resolve(value))?;
    let yaml::Kind::Sequence(items) = &node.kind else { return None };
    let words: Option<Vec<String>> = items.iter().map(|item| yaml.text(*item).map(str::to_owned)).collect();
    let places = items.iter().map_while(|item| file.place(*item)).collect();
    Some(ServiceCommand { words: Words::List(words?), line, places })
}

/// Whether a mount lays a folder of this machine over the image's files.
fn is_source(file: &ComposeFile, mount: Id) -> bool {
    match file.yaml.text(mount) {
        Some(short) => short.starts_with('.'),
        None => file.yaml.get(mount, "type").and_then(|kind| file.yaml.text(kind)) == Some("bind"),
    }
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
        let path = crate::RelPath::new("compose.yml").expect("a path");
        let file = ComposeFile::read(&path, FILE.as_bytes()).expect("a compose file");
        let services = services(&file);
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
