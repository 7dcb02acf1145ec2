//! Services that build a Dockerfile, and what each starts.

use std::rc::Rc;

use dockfit_dockerfile::{LineIndex, Span};
use dockfit_rewrite::context;
use dockfit_rewrite::yaml::{Id, Yaml};
use dockfit_rewrite::{Dockerfile, Project, RelPath};
use dockfit_shell::Script;

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
    /// Files of variables.
    pub(crate) env_files: Vec<RelPath>,
    /// Whether it only adds to a service of another file, which builds the image.
    pub(crate) adds: bool,
    /// The services of other files that it extends, the nearest first.
    pub(super) bases: Vec<(Rc<ComposeFile>, Id)>,
    pub(super) id: Id,
    pub(super) key: Id,
    image: Option<String>,
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

/// The compose files that build `dockerfile`, each with the services that do; those of other files that add to one of
/// these, or start its image by name, are among them.
pub(crate) fn services(project: &Project, dockerfile: &Dockerfile) -> Vec<(ComposeFile, Vec<Service>)> {
    let paths = context::builders(project, dockerfile.path()).into_iter();
    let files = paths.filter(|path| path.file_name().contains("compose"));
    let mut found: Vec<(ComposeFile, Vec<Service>)> = files
        .filter_map(|path| {
            let file = ComposeFile::read(project, &path)?;
            let services = file.services(project, dockerfile.path());
            Some((file, services))
        })
        .collect();
    let added: Vec<Vec<Service>> = found.iter().map(|(file, own)| file.added(project, own, &found)).collect();
    for ((_, services), added) in found.iter_mut().zip(added) {
        services.extend(added);
    }
    found.retain(|(_, services)| !services.is_empty());
    found
}

impl ComposeFile {
    /// Whether a service of this file has a health check of its own, also by what it extends.
    pub(crate) fn has_health_check(&self, service: &Service) -> bool {
        self.value_in(service.id, &service.bases, "healthcheck").is_some()
    }

    fn read(project: &Project, path: &RelPath) -> Option<Self> {
        let bytes = project.read(path).ok()??;
        let context::ComposeFile { path, text, yaml } = context::ComposeFile::read(path, &bytes)?;
        Some(Self { path, text, yaml })
    }

    /// The names and bodies of its services.
    fn all(&self) -> &[(Id, Id)] {
        let services = self.yaml.get(self.yaml.root(), "services");
        services.map(|services| self.yaml.pairs(services)).unwrap_or_default()
    }

    fn services(&self, project: &Project, dockerfile: &RelPath) -> Vec<Service> {
        let services = self.all().iter().filter_map(|(key, service)| {
            let bases = self.bases(project, *service);
            let (file, build) = self.value_in(*service, &bases, "build")?;
            let target = file.yaml.get(build, "target").and_then(|target| file.yaml.text(target));
            let target = target.map(str::to_owned);
            file.builds(build, dockerfile).then(|| self.service(*key, *service, bases, target))?
        });
        services.collect()
    }

    /// The services without a build that add to one that another file of this folder has, or start its image by name.
    fn added(&self, project: &Project, own: &[Service], files: &[(Self, Vec<Service>)]) -> Vec<Service> {
        let built = || {
            let near = files.iter().filter(|(file, _)| file.path.parent() == self.path.parent());
            near.flat_map(|(file, services)| services.iter().map(move |service| (file, service)))
        };
        let services = self.all().iter().filter_map(|(key, id)| {
            let bases = self.bases(project, *id);
            if own.iter().any(|service| service.id == *id) || self.value_in(*id, &bases, "build").is_some() {
                return None;
            }
            let name = self.yaml.text(*key)?;
            let mut service = self.service(*key, *id, bases, None)?;
            let same_image = |other: &Service| {
                let image = service.image.as_deref().map(repository);
                image.is_some() && image == other.image.as_deref().map(repository)
            };
            let added_to = built().find(|(file, other)| {
                file.path != self.path && other.name == name && (service.image.is_none() || same_image(other))
            });
            let started = built().find(|(_, other)| same_image(other));
            let (_, other) = added_to.or(started)?;
            service.target.clone_from(&other.target);
            service.adds = added_to.is_some();
            Some(service)
        });
        services.collect()
    }

    fn service(
        &self,
        key: Id,
        id: Id,
        bases: Vec<(Rc<Self>, Id)>,
        target: Option<String>,
    ) -> Option<Service> {
        let own = ["command", "entrypoint"].into_iter().find_map(|name| {
            let (file, value) = self.value_in(id, &bases, name)?;
            (!file.yaml.is_null(value)).then_some((file, value))
        });
        let command = match own {
            None => Command::OfImage,
            // What another file says is shown at the service that extends it.
            Some((file, value)) => {
                let span = if std::ptr::eq(file, self) { self.span(value)? } else { self.span(key)? };
                Command::Own { span, server: file.started(value) }
            }
        };
        let env_files = match self.value_in(id, &bases, "env_file") {
            Some((file, value)) => {
                let folder = file.path.parent();
                file.paths(value).iter().filter_map(|path| folder.join(path)).collect()
            }
            None => Vec::new(),
        };
        let image = self.value_in(id, &bases, "image");
        let image = image.and_then(|(file, value)| file.yaml.text(value)).map(str::to_owned);
        let (name, span) = (self.yaml.text(key)?.to_owned(), self.span(key)?);
        Some(Service { name, target, command, span, env_files, adds: false, bases, id, key, image })
    }

    /// The services of other files that one extends: `extends.file`, from there on.
    fn bases(&self, project: &Project, service: Id) -> Vec<(Rc<Self>, Id)> {
        const MOST: usize = 8;
        let mut found: Vec<(Rc<Self>, Id)> = Vec::new();
        while found.len() < MOST {
            let (file, at) = match found.last() {
                Some((file, id)) => (&**file, *id),
                None => (self, service),
            };
            let Some((path, name)) = file.extended_elsewhere(at) else { break };
            let Some(other) = ComposeFile::read(project, &path) else { break };
            let services = other.yaml.get(other.yaml.root(), "services");
            let Some(id) = services.and_then(|services| other.yaml.own(services, &name)) else { break };
            found.push((Rc::new(other), id));
        }
        found
    }

    /// The file and the name of the service that one, or one of this file that it extends, extends from another file.
    fn extended_elsewhere(&self, service: Id) -> Option<(RelPath, String)> {
        const DEEPEST: usize = 16;
        let mut at = service;
        for _ in 0..DEEPEST {
            let extends = self.yaml.get(at, "extends")?;
            if let Some(file) = self.yaml.get(extends, "file") {
                let path = self.path.parent().join(self.yaml.text(file)?)?;
                let name = self.yaml.get(extends, "service").and_then(|name| self.yaml.text(name))?;
                return Some((path, name.to_owned()));
            }
            at = self.extended(at)?;
        }
        None
    }

    /// The value of a key of a service, in this file or in one that it extends.
    pub(super) fn value_in<'s>(
        &'s self,
        service: Id,
        bases: &'s [(Rc<Self>, Id)],
        key: &str,
    ) -> Option<(&'s Self, Id)> {
        let own = self.value(service, key).map(|value| (self, value));
        own.or_else(|| bases.iter().find_map(|(file, id)| Some((&**file, file.value(*id, key)?))))
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
        context::build_at(&self.path, &self.yaml, build).is_some_and(|build| build.dockerfile == *dockerfile)
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

/// The name of an image without tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let name = image.rfind('/').map_or(0, |at| at + 1);
    match image.get(name..).and_then(|rest| rest.find(':')) {
        Some(colon) => image.get(..name + colon).unwrap_or(image),
        None => image,
    }
}
