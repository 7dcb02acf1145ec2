//! Compose files: `services.NAME.build`. All that is known of one is read from its tree.
//!
//! Source: the Compose Specification, "Build" and "Interpolation", read 2026-11-24.

use std::ops::Range;

use dockfit_dockerfile::LineIndex;

use super::Build;
use super::build::LONGEST;
use crate::RelPath;
use crate::yaml::{self, Id, Style, Yaml};

/// A compose file.
#[derive(Debug)]
pub struct ComposeFile {
    /// Where it lies.
    pub path: RelPath,
    /// Its text.
    pub text: String,
    /// What it says.
    pub yaml: Yaml,
}

/// A service with a health check of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceHealthCheck {
    /// What the service builds.
    pub build: Build,
    /// The service.
    pub service: String,
    /// The line on which its `healthcheck` starts.
    pub line: usize,
}

/// A Dockerfile that stands in a compose file, as `build.dockerfile_inline`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InlineDockerfile {
    /// The service that builds it.
    pub service: String,
    /// The stage that it builds, where it names one.
    pub target: Option<String>,
    /// The folder that the build sends; none where that depends on variables, or lies elsewhere.
    pub context: Option<RelPath>,
    /// The line of the key, from 1.
    pub line: usize,
    /// The text as the engine gets it, or why that cannot be told.
    pub text: Result<InlineText, &'static str>,
}

/// The text of a Dockerfile in a compose file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InlineText {
    /// The text: without the indentation, and with `$` where compose wants `$$`.
    pub source: String,
    /// The line of the compose file that its first line stands on, from 1.
    pub first_line: usize,
}

impl ComposeFile {
    /// Reads one, whatever its name: services extend those of files with other names. None where it cannot be read as one; a
    /// file of several megabytes is no compose file.
    pub fn read(path: &RelPath, bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= LONGEST)?.to_owned();
        let yaml = Yaml::parse(&text)?;
        Some(Self { path: path.clone(), text, yaml })
    }

    /// The names and bodies of its services.
    pub fn services(&self) -> &[(Id, Id)] {
        let services = self.yaml.get(self.yaml.root(), "services");
        services.map(|services| self.yaml.pairs(services)).unwrap_or_default()
    }

    /// The line of a node, from 1.
    pub fn line(&self, id: Id) -> usize {
        let start = self.yaml.node(id).map_or(0, |node| node.span.start);
        LineIndex::new(self.text.as_bytes()).line(start)
    }

    /// The bytes of a scalar on one line that nothing else repeats; quotes included.
    pub(super) fn place(&self, id: Id) -> Option<Range<usize>> {
        let node = self.yaml.node(id)?;
        let is_scalar = matches!(node.kind, yaml::Kind::Scalar(..));
        if !is_scalar || node.anchored || !matches!(node.style, Style::Plain | Style::Quoted) {
            return None;
        }
        let text = self.text.get(node.span.clone())?.trim_end();
        let place = node.span.start..node.span.start + text.len();
        (!text.is_empty() && !text.contains('\n')).then_some(place)
    }

    /// What its services build, with the line of each `build`.
    pub(super) fn builds(&self) -> impl Iterator<Item = (Build, usize)> {
        self.services().iter().filter_map(|(_, service)| {
            let (key, value) = self.yaml.pair(*service, "build")?;
            Some((build_at(&self.path, &self.yaml, value)?, self.line(key)))
        })
    }

    /// The services whose build is neither a Dockerfile of the repository nor one that stands in this file, with the line.
    pub(super) fn builds_elsewhere(&self) -> impl Iterator<Item = (String, usize)> {
        self.services().iter().filter_map(|(name, service)| {
            let (key, value) = self.yaml.pair(*service, "build")?;
            let is_known = self.yaml.is_null(value)
                || self.yaml.get(value, "dockerfile_inline").is_some()
                || build_at(&self.path, &self.yaml, value).is_some();
            (!is_known).then(|| (self.yaml.text(*name).unwrap_or_default().to_owned(), self.line(key)))
        })
    }

    /// The Dockerfiles that stand in it.
    pub fn inline_dockerfiles(&self) -> Vec<InlineDockerfile> {
        let services = self.services().iter();
        services
            .filter_map(|(name, service)| {
                let build = self.yaml.get(*service, "build")?;
                let (key, value) = self.yaml.pair(build, "dockerfile_inline")?;
                let text = |key: &str| self.yaml.get(build, key).and_then(|value| self.yaml.text(value));
                let base = self.path.parent();
                let context = text("context").unwrap_or(".");
                let resolved = Build::resolve(&self.path, &base, context, None, true, text("target"));
                Some(InlineDockerfile {
                    service: self.yaml.text(*name)?.to_owned(),
                    target: resolved.as_ref().and_then(|build| build.target.clone()),
                    context: resolved.map(|build| build.context),
                    line: self.line(key),
                    text: self.inline_text(value),
                })
            })
            .collect()
    }

    fn inline_text(&self, value: Id) -> Result<InlineText, &'static str> {
        let node = self.yaml.node(self.yaml.resolve(value)).ok_or("it is not understood")?;
        let yaml::Kind::Scalar(source, _) = &node.kind else { return Err("it is no text") };
        if node.style != Style::Literal {
            return Err("its lines are not those of the file: only a block behind `|` is read");
        }
        // Compose puts variables in before the engine sees the text; `$$` is a dollar sign.
        if source.replace("$$", "").contains('$') {
            return Err("compose puts variables into it: `$$` is the dollar sign that the engine gets");
        }
        // The parser's place of a block is its `|`, or its first line that is not blank.
        let index = LineIndex::new(self.text.as_bytes());
        let line = |number: usize| {
            let rest = index.start_of(number).and_then(|start| self.text.get(start..)).unwrap_or_default();
            rest.lines().next().unwrap_or_default()
        };
        let mut header = index.line(node.span.start);
        if !self.text.get(node.span.start..).is_some_and(|rest| rest.starts_with('|')) {
            header -= 1;
            while header > 1 && line(header).trim().is_empty() {
                header -= 1;
            }
        }
        Ok(InlineText { source: source.replace("$$", "$"), first_line: header + 1 })
    }
}

/// What the value of a `build` builds: paths count from the file's folder, the Dockerfile from the context.
pub fn build_at(path: &RelPath, yaml: &Yaml, build: Id) -> Option<Build> {
    let base = path.parent();
    if let Some(context) = yaml.text(build).filter(|_| !yaml.is_null(build)) {
        return Build::resolve(path, &base, context, None, true, None);
    }
    let text = |key: &str| yaml.get(build, key).and_then(|value| yaml.text(value));
    if yaml.pairs(build).is_empty() || yaml.get(build, "dockerfile_inline").is_some() {
        return None;
    }
    Build::resolve(path, &base, text("context").unwrap_or("."), text("dockerfile"), true, text("target"))
}

/// The services that build an image and have a health check of their own, which replaces the image's.
pub(super) fn health_checks(file: &ComposeFile) -> Vec<ServiceHealthCheck> {
    let services = file.services().iter();
    services
        .filter_map(|(name, service)| {
            let (key, check) = file.yaml.pair(*service, "healthcheck")?;
            let build = build_at(&file.path, &file.yaml, file.yaml.get(*service, "build")?)?;
            let service = file.yaml.text(*name)?.to_owned();
            let line = file.line(key);
            (!file.yaml.is_null(check)).then_some(ServiceHealthCheck { build, service, line })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "services:\n  api:\n    build:\n      context: api\n      target: app\n      dockerfile_inline: |\n\n        FROM a AS app\n        RUN echo $$HOME\n\n  old:\n    build:\n      dockerfile_inline: >\n        FROM a\n  own:\n    build: {context: ., dockerfile_inline: \"FROM a\"}\n  set:\n    build:\n      dockerfile_inline: |-\n        FROM ${IMAGE}\n  far:\n    build: https://example.org/x.git\n  var:\n    build: ${DIR}\n  near:\n    build: ./near\n";

    fn file() -> ComposeFile {
        let path = RelPath::new("deploy/compose.yml").expect("a path");
        ComposeFile::read(&path, FILE.as_bytes()).expect("a compose file")
    }

    #[test]
    fn dockerfiles_that_stand_in_it_are_read_with_their_places() {
        let inline = file().inline_dockerfiles();
        let [api, old, own, set] = inline.as_slice() else { panic!("{inline:#?}") };
        let text = api.text.as_ref().expect("a text");
        assert_eq!(text.source, "\nFROM a AS app\nRUN echo $HOME\n");
        assert_eq!((text.first_line, api.line), (7, 6));
        assert_eq!(api.context.as_ref().map(RelPath::as_str), Some("deploy/api"));
        assert_eq!(api.target.as_deref(), Some("app"));
        assert!([old, own, set].iter().all(|it| it.text.is_err()), "{inline:#?}");
    }

    #[test]
    fn what_is_built_elsewhere_is_told() {
        let file = file();
        let elsewhere: Vec<(String, usize)> = file.builds_elsewhere().collect();
        assert_eq!(elsewhere, [("far".to_owned(), 22), ("var".to_owned(), 24)]);
        let builds: Vec<(Build, usize)> = file.builds().collect();
        let [(near, 26)] = builds.as_slice() else { panic!("{builds:#?}") };
        assert_eq!(near.dockerfile.as_str(), "deploy/near/Dockerfile");
    }
}
