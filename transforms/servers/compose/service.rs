//! Services that build a Dockerfile, and what each starts.

use dockfit_dockerfile::{LineIndex, Span};
use dockfit_rewrite::context;
use dockfit_rewrite::{Dockerfile, Project, RelPath};
use dockfit_shell::Script;

use super::yaml::{Id, Yaml};
use crate::servers::launch;
use crate::servers::table::Server;

/// A compose file.
#[derive(Debug)]
pub(crate) struct ComposeFile {
    /// Where it lies.
    pub(crate) path: RelPath,
    /// Its text.
    pub(crate) text: String,
    pub(super) yaml: Yaml,
}

/// A service that builds the Dockerfile.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// The stage that it builds, where it names one.
    pub(crate) target: Option<String>,
    /// What it starts.
    pub(crate) command: Command,
    /// Where its name stands.
    pub(crate) span: Span,
    /// Files of variables, as written.
    pub(crate) env_files: Vec<String>,
    pub(super) id: Id,
    pub(super) key: Id,
}

/// What a service starts.
#[derive(Debug)]
pub(crate) enum Command {
    /// What the image says.
    OfImage,
    /// Something of its own, which may be a server.
    Own {
        /// Where that stands.
        span: Span,
        /// The server.
        server: Option<Started>,
    },
}

/// A server that a service starts by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Started {
    /// Which.
    pub(crate) server: &'static Server,
    /// Whether it is told the number of workers.
    pub(crate) counted: bool,
    /// Whether it starts anew when a file changes, as one process.
    pub(crate) reloads: bool,
}

/// The compose files that build `dockerfile`, each with the services that do.
pub(crate) fn services(project: &Project, dockerfile: &Dockerfile) -> Vec<(ComposeFile, Vec<Service>)> {
    const LONGEST: usize = 1 << 20;
    let mut found = Vec::new();
    for path in context::builders(project, dockerfile.path()) {
        if !path.file_name().contains("compose") {
            continue;
        }
        let Some(bytes) = project.read(&path).ok().flatten().filter(|bytes| bytes.len() <= LONGEST) else {
            continue;
        };
        let Ok(text) = String::from_utf8(bytes.to_vec()) else { continue };
        let Some(yaml) = Yaml::parse(&text) else { continue };
        let file = ComposeFile { path, text, yaml };
        let services = file.services(dockerfile.path());
        if !services.is_empty() {
            found.push((file, services));
        }
    }
    found
}

impl ComposeFile {
    fn services(&self, dockerfile: &RelPath) -> Vec<Service> {
        let Some(services) = self.yaml.get(self.yaml.root(), "services") else { return Vec::new() };
        let pairs = self.yaml.pairs(services).iter();
        pairs.filter_map(|(key, service)| self.service(*key, *service, dockerfile)).collect()
    }

    fn service(&self, key: Id, service: Id, dockerfile: &RelPath) -> Option<Service> {
        let build = self.value(service, "build").filter(|build| self.builds(*build, dockerfile))?;
        let target =
            self.yaml.get(build, "target").and_then(|target| self.yaml.text(target)).map(str::to_owned);
        let own = ["command", "entrypoint"].into_iter().find_map(|name| {
            let value = self.value(service, name)?;
            (!self.yaml.is_null(value)).then_some(value)
        });
        let command = match own {
            None => Command::OfImage,
            Some(value) => Command::Own { span: self.span(value)?, server: self.started(value) },
        };
        let env_files = self.value(service, "env_file").map(|value| self.paths(value)).unwrap_or_default();
        let name = self.yaml.text(key)?.to_owned();
        Some(Service { name, target, command, span: self.span(key)?, env_files, id: service, key })
    }

    /// The value of a key of a service: its own, a merged one, or that of a service of this file that it extends.
    pub(super) fn value(&self, service: Id, key: &str) -> Option<Id> {
        const DEEPEST: usize = 16;
        let mut at = service;
        for _ in 0..DEEPEST {
            if let Some(value) = self.yaml.get(at, key) {
                return Some(value);
            }
            at = self.extended(at)?;
        }
        None
    }

    /// The service of this file that another one extends.
    pub(super) fn extended(&self, service: Id) -> Option<Id> {
        let extends = self.yaml.get(service, "extends")?;
        if self.yaml.get(extends, "file").is_some() {
            return None;
        }
        let named = self.yaml.get(extends, "service").unwrap_or(extends);
        let services = self.yaml.get(self.yaml.root(), "services")?;
        self.yaml.own(services, self.yaml.text(named)?)
    }

    /// Whether `build` builds `dockerfile`.
    fn builds(&self, build: Id, dockerfile: &RelPath) -> bool {
        let text = |key: &str| self.yaml.get(build, key).and_then(|value| self.yaml.text(value));
        if self.yaml.get(build, "dockerfile_inline").is_some() {
            return false;
        }
        let context = self.yaml.text(build).or_else(|| text("context")).unwrap_or(".");
        let context = self.path.parent().join(context);
        let file = context.and_then(|context| context.join(text("dockerfile").unwrap_or("Dockerfile")));
        file.as_ref() == Some(dockerfile)
    }

    /// The paths of `env_file`: one, a list of them, or of mappings with `path`.
    fn paths(&self, value: Id) -> Vec<String> {
        let one = |id: Id| {
            let path = self.yaml.get(id, "path").unwrap_or(id);
            self.yaml.text(path).map(str::to_owned)
        };
        let items = self.yaml.items(value);
        if items.is_empty() {
            one(value).into_iter().collect()
        } else {
            items.iter().filter_map(|id| one(*id)).collect()
        }
    }

    fn started(&self, command: Id) -> Option<Started> {
        let words: Vec<String> = match self.yaml.text(command) {
            Some(text) => {
                let script = Script::parse(text);
                let first = script.commands().next()?;
                first.words.iter().map(|word| word.value().unwrap_or("$").to_owned()).collect()
            }
            None => self
                .yaml
                .items(command)
                .iter()
                .filter_map(|item| self.yaml.text(*item).map(str::to_owned))
                .collect(),
        };
        launch::started(&words)
    }

    pub(super) fn span(&self, id: Id) -> Option<Span> {
        let node = self.yaml.node(self.yaml.resolve(id))?;
        Some(Span::new(node.span.start, node.span.end))
    }

    /// The line of a place, from 1.
    pub(crate) fn line(&self, span: Span) -> usize {
        let lines = LineIndex::new(self.text.as_bytes());
        lines.position(self.text.as_bytes(), span.start).line
    }
}

impl Service {
    /// Where a decision on it stands: at its name.
    pub(crate) fn place(&self) -> Span {
        self.span
    }
}
