//! What the stage starts: by itself, in exec form, by programs that the new image has.

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::operation::CommandLine;
use dockfit_rewrite::{Declared, Facet};

use super::Writer;
use crate::cache_mounts::Refusal;
use crate::distroless_runtime::bases::Kind;
use crate::distroless_runtime::command::{self, Direct};
use crate::distroless_runtime::consumers::{self, Consumers};
use crate::distroless_runtime::manifests;
use crate::distroless_runtime::programs::{Found, Programs};
use crate::healthcheck::request;

impl Writer<'_, '_> {
    pub(super) fn commands(&mut self) -> Result<(), Refusal> {
        let scene = self.scene;
        let first_line = |path: &str| scene.first_line(path);
        let programs = self.programs(&first_line);
        let mut started = Vec::new();
        if scene.entrypoint.is_none() && scene.cmd.is_none() {
            return Err(Refusal::new(
                "no-command",
                "the stage says neither with CMD nor with ENTRYPOINT what it starts",
                "write CMD in exec form",
            ));
        }
        for (index, what) in [(scene.entrypoint, "ENTRYPOINT"), (scene.cmd, "CMD")] {
            let Some((index, line)) = index.and_then(|index| Some((index, scene.command(index)?))) else {
                continue;
            };
            // Behind an ENTRYPOINT in exec form, CMD is its arguments; behind one in shell form it is nothing.
            let is_arguments = what == "CMD" && scene.entrypoint.is_some();
            if is_arguments && matches!(line, CommandLine::Exec(_)) {
                continue;
            }
            let what = format!("line {}: {what}", scene.document().line_of(index));
            let direct = command::direct(line, &what)?;
            if matches!(line, CommandLine::Exec(array) if array.items.is_empty()) {
                continue;
            }
            if !is_arguments {
                started.push((direct.words.clone(), what.clone()));
            }
            self.rewrite(index, line, &direct)?;
        }
        self.healthcheck(&mut started)?;
        for (index, words) in &scene.effects.kept {
            started.push((words.clone(), format!("line {}: RUN", scene.document().line_of(*index))));
        }
        let consumers = consumers::read(scene)?;
        started.extend(consumers.started.iter().cloned());
        for (words, what) in &started {
            let found = programs.find(words, what)?;
            self.note_program(found, words);
        }
        manifests::check(scene, &programs)?;
        self.take_consumers(consumers);
        Ok(())
    }

    fn programs<'f>(&self, first_line: &'f dyn Fn(&str) -> Option<String>) -> Programs<'f> {
        let scene = self.scene;
        let working_dir = scene.workdirs.last().map_or("/", |(_, path)| path.as_str()).to_owned();
        Programs {
            image: scene.image,
            path: scene.path(),
            copied: scene.copies.iter().map(|copy| copy.destination.clone()).collect(),
            working_dir,
            first_line,
        }
    }

    fn note_program(&mut self, found: Found, words: &[String]) {
        if self.scene.kind == Kind::Python && found != Found::Language {
            self.needs_links = true;
        }
        let program = words.first().map_or("", String::as_str);
        if found == Found::Copied && (!program.contains('/') || program.starts_with("/usr/local/bin/")) {
            self.scripts.insert(dockfit_shell::base_name(program).to_owned());
        }
    }

    fn rewrite(&mut self, index: usize, line: &CommandLine, direct: &Direct) -> Result<(), Refusal> {
        if direct.as_written {
            return Ok(());
        }
        let range = match line {
            CommandLine::Shell(text) => text.range.clone(),
            CommandLine::Exec(array) => array.range.clone(),
        };
        let facet = match self.instruction(index)?.keyword() {
            Keyword::Entrypoint => Facet::Entrypoint,
            Keyword::Healthcheck => Facet::HealthCheck,
            _ => Facet::Cmd,
        };
        self.swap.declares.push(Declared::Facet(facet));
        self.edit(index, range, &direct.to_json())
    }

    /// The health check: curl and wget become a request by the language, others start by themselves.
    fn healthcheck(&mut self, started: &mut Vec<(Vec<String>, String)>) -> Result<(), Refusal> {
        let scene = self.scene;
        let Some((index, line)) = scene.healthcheck.and_then(|index| Some((index, scene.command(index)?)))
        else {
            return Ok(());
        };
        let what = format!("line {}: HEALTHCHECK", scene.document().line_of(index));
        match request::probe(line) {
            request::Probe::Http(program, request) => {
                let words = request_words(scene.kind, program, request, &what)?;
                let direct = Direct { words, as_written: false };
                self.rewrite(index, line, &direct)
            }
            request::Probe::Other => {
                let direct = command::direct(line, &what)?;
                started.push((direct.words.clone(), what));
                self.rewrite(index, line, &direct)
            }
        }
    }

    fn take_consumers(&mut self, consumers: Consumers) {
        self.swap.others.extend(consumers.edits);
        self.swap.for_debug = consumers.for_debug;
    }
}

/// The words of a probe by the image's language in the place of one by curl or wget.
pub(in crate::distroless_runtime) fn request_words(
    kind: Kind,
    program: &str,
    request: Result<request::Request, String>,
    what: &str,
) -> Result<Vec<String>, Refusal> {
    let refuse = |why: &str| {
        let text = format!("{what} asks with `{program}`, which the image would not have; {why}");
        Refusal::new("healthcheck", text, "probe with a program of the application's own, in exec form")
    };
    let request = request.map_err(|why| refuse(&why))?;
    match kind {
        Kind::Python => Ok(request.python_words()),
        Kind::Node => Ok(request.node_words()),
        Kind::Java | Kind::Binary => Err(refuse("nothing in it makes requests")),
    }
}
