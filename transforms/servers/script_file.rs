//! Start scripts: files of the context that a CMD or ENTRYPOINT runs, read without loss.

use std::ops::Range;

use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::context::{Taken, sources, taken};
use dockfit_rewrite::{Dockerfile, Project, RelPath};
use dockfit_shell::ast::{Command, Node};
use dockfit_shell::{Script, base_name};

use super::launcher::program;
use crate::build_context::BuildContext;
use crate::bytecode::source::{from_stage, of_lineage};

/// Where programs are looked for that are named without a folder (`/etc/login.defs` of Debian, and the official images).
const PATH: &[&str] = &["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The scripts that a Dockerfile copies from its context.
pub(crate) struct Scripts<'p> {
    project: &'p Project,
    pub(super) dockerfile: &'p Dockerfile,
}

/// A start script.
#[derive(Clone, Debug)]
pub(crate) struct ScriptFile {
    /// The file.
    pub(crate) path: RelPath,
    /// Its commands.
    pub(crate) script: Script,
}

/// What a script does with its arguments.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Arguments {
    /// `exec "$@"`, and nothing else; it may look at the first one.
    HandedOn { reads_program: bool },
    /// More; where and what.
    Read { line: usize, what: String },
    /// Nothing.
    Dropped,
    /// Its text has errors.
    NotUnderstood,
}

impl<'p> Scripts<'p> {
    pub(crate) fn new(project: &'p Project, dockerfile: &'p Dockerfile) -> Self {
        Self { project, dockerfile }
    }

    /// The script that words start in a stage, if it is a shell script of the context.
    pub(super) fn started_by(&self, stage: usize, words: &[&str]) -> Option<ScriptFile> {
        let (written, by_shell) = program(words)?;
        let target = if written.contains('/') || by_shell {
            let folder = self.dockerfile.model().config(stage).working_dir;
            let folder = folder.as_known()?.to_owned();
            clean(&if written.starts_with('/') { written.to_owned() } else { format!("{folder}/{written}") })
        } else {
            written.to_owned()
        };
        let paths = self.candidates(&target);
        let context = BuildContext::of_paths(self.project, self.dockerfile, paths).ok()?;
        let source = self.source(&context, stage, &target)?;
        read(&context, &source, by_shell)
    }

    /// The paths in the context that may lie at `target` in the image: what COPY names, and what lies below that.
    fn candidates(&self, target: &str) -> Vec<String> {
        let inside = |path: &str| clean(&format!("/{path}")).trim_start_matches('/').to_owned();
        let parts: Vec<&str> = target.split('/').filter(|part| !part.is_empty()).collect();
        let suffixes: Vec<String> =
            (0..parts.len()).filter_map(|at| Some(parts.get(at..)?.join("/"))).collect();
        let sources = sources(self.dockerfile.document());
        let named = sources.iter().flat_map(|source| {
            let below = suffixes.iter().map(|suffix| inside(&format!("{}/{suffix}", source.path)));
            below.chain([inside(&source.path)])
        });
        named.collect()
    }

    /// The path in the context of what lies at `target` in the image: what is copied last counts.
    fn source(&self, context: &BuildContext<'_>, stage: usize, target: &str) -> Option<String> {
        let model = self.dockerfile.model();
        let is_it = |found: &str| {
            if target.contains('/') {
                return found == target;
            }
            found.rsplit_once('/').is_some_and(|(folder, name)| name == target && PATH.contains(&folder))
        };
        let mut source = None;
        for index in of_lineage(model, stage) {
            let copied = match model.operation(index) {
                Some(Operation::Copy(copy) | Operation::Add(copy)) if copy.from.is_some() => {
                    from_stage(self.dockerfile, context, index)
                }
                Some(Operation::Copy(_) | Operation::Add(_)) => taken(self.dockerfile, index, &context.files),
                _ => continue,
            };
            if let Taken::Files(files) = copied {
                source =
                    files.into_iter().find(|file| is_it(&file.target)).map(|file| file.source).or(source);
            }
        }
        source
    }
}

fn read(context: &BuildContext<'_>, source: &str, by_shell: bool) -> Option<ScriptFile> {
    const LONGEST: usize = 1 << 16;
    let path = context.folder.join(source)?;
    let text = context.text(source).filter(|text| text.len() <= LONGEST)?;
    let shell = text.strip_prefix("#!").and_then(|rest| rest.lines().next());
    let is_shell = match shell {
        Some(line) => {
            line.split_whitespace().any(|word| matches!(base_name(word), "sh" | "bash" | "dash" | "ash"))
        }
        None => by_shell || path.file_name().rsplit('.').next() == Some("sh"),
    };
    // A script with Windows line ends does not run as it is.
    (is_shell && !text.contains(['\0', '\r'])).then(|| ScriptFile { path, script: Script::parse(&text) })
}

impl ScriptFile {
    /// The line of a byte, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.script.text().get(..at).unwrap_or_default().matches('\n').count() + 1
    }

    /// Where the script sets a variable, or may: it names it itself, or reads another file.
    pub(crate) fn speaks_of(&self, variable: &str) -> Option<String> {
        self.speaks_elsewhere_of(variable, &[])
    }

    /// The same, but for what stands at `known`.
    pub(crate) fn speaks_elsewhere_of(&self, variable: &str, known: &[Range<usize>]) -> Option<String> {
        let text = self.script.text();
        let is_known = |at: &usize| known.iter().any(|range| range.contains(at)) || self.is_comment(*at);
        let named = text.match_indices(variable).map(|(at, _)| at).find(|at| !is_known(at));
        if let Some(at) = named {
            return Some(format!("`{}:{}` speaks of {variable}", self.path, self.line(at)));
        }
        self.reads_other_files().map(|at| {
            format!("`{}:{}` reads another file, which may set {variable}", self.path, self.line(at))
        })
    }

    /// Where it reads a file that may set variables; that of a virtual environment sets none that matter here.
    pub(crate) fn reads_other_files(&self) -> Option<usize> {
        let reads = |command: &&Command| {
            let of = command.words.get(1).and_then(dockfit_shell::Word::value).map(base_name);
            matches!(command.name(), Some("." | "source")) && of != Some("activate")
        };
        self.script.commands().find(reads).map(|command| command.range.start)
    }

    fn is_comment(&self, at: usize) -> bool {
        self.script.comments().iter().any(|comment| comment.contains(&at))
    }

    /// What it does with its arguments. A function has arguments of its own.
    pub(super) fn arguments(&self) -> Arguments {
        if self.script.has_errors() {
            return Arguments::NotUnderstood;
        }
        let text = self.script.text();
        let functions: Vec<&Range<usize>> = (self.script.body.items.iter())
            .filter_map(|item| match &item.node {
                Node::Function(function) => Some(&function.range),
                _ => None,
            })
            .collect();
        let is_own = |at: usize| functions.iter().any(|range| range.contains(&at));
        let read = |at: usize, what: &str| Arguments::Read { line: self.line(at), what: what.to_owned() };
        let mut hands_on = Vec::new();
        for command in self.script.commands() {
            let at = command.range.start;
            let changes = match command.name() {
                Some("shift" | "getopts") => true,
                Some("set") => command.words.iter().skip(1).any(|word| {
                    let written = self.script.slice(&word.range);
                    written == "--" || !written.starts_with(['-', '+']) && written != "pipefail"
                }),
                _ => false,
            };
            if changes && !is_own(at) {
                return read(at, self.script.slice(&command.range));
            }
            hands_on.extend(self.handed_on(command));
        }
        let mut reads_program = false;
        for (at, _) in text.match_indices('$').filter(|(at, _)| !self.is_comment(*at) && !is_own(*at)) {
            let behind = text.get(at + 1..).unwrap_or_default();
            let inner = behind.strip_prefix('{').unwrap_or(behind);
            let is_braced = inner.len() < behind.len();
            let mut chars = inner.chars();
            match (chars.next(), chars.next()) {
                (Some('@'), _) if hands_on.iter().any(|range: &Range<usize>| range.contains(&at)) => {}
                (Some('#'), next) if is_braced && next != Some('}') => {}
                (Some('1'), next) if !is_braced || next.is_none_or(|next| !next.is_ascii_digit()) => {
                    reads_program = true;
                }
                (Some(char @ ('@' | '*' | '#' | '2'..='9')), _) => return read(at, &format!("${char}")),
                (Some('1'), _) => return read(at, "$1"),
                _ => {}
            }
        }
        if hands_on.is_empty() { Arguments::Dropped } else { Arguments::HandedOn { reads_program } }
    }

    /// The `"$@"` of a command that hands all arguments on: `exec "$@"`, `exec gosu app "$@"`.
    fn handed_on(&self, command: &Command) -> Option<Range<usize>> {
        let (last, before) = command.words.split_last()?;
        let is_all = matches!(self.script.slice(&last.range), "\"$@\"" | "\"${@}\"");
        let is_plain = before.iter().all(|word| word.value().is_some());
        let starts = before.is_empty() || command.name() == Some("exec");
        (is_all && is_plain && starts).then(|| last.range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Arguments {
        let path = RelPath::new("start.sh").expect("a path");
        ScriptFile { path, script: Script::parse(text) }.arguments()
    }

    #[test]
    fn a_script_that_hands_its_arguments_on_is_known() {
        for (text, reads_program) in [
            ("#!/bin/sh\nset -e\nmigrate\nexec \"$@\"\n", false),
            ("#!/bin/bash\nset -euo pipefail\nexec gosu app \"$@\"\n", false),
            ("if [ \"$1\" = gunicorn ]; then migrate; fi\n\nexec \"$@\"", true),
            ("wait_for() {\n  nc -z $1 $2\n}\nwait_for db 5432\nexec \"$@\"\n", false),
            ("# needs $2\necho ${#NAME}\nexec \"$@\" # all of $*\n", false),
        ] {
            assert_eq!(arguments(text), Arguments::HandedOn { reads_program }, "{text}");
        }
    }

    #[test]
    fn a_script_that_does_more_with_them_is_not() {
        for (text, line, what) in [
            ("exec gunicorn \"$@\" --bind :80\n", 1, "$@"),
            ("x=$#\nexec \"$@\"\n", 1, "$#"),
            ("set -e\nshift\nexec \"$@\"\n", 2, "shift"),
            ("set -- gunicorn app\nexec \"$@\"\n", 1, "set -- gunicorn app"),
            ("echo ${2}\nexec \"$@\"\n", 1, "$2"),
            ("exec $@\n", 1, "$@"),
        ] {
            assert_eq!(arguments(text), Arguments::Read { line, what: what.to_owned() }, "{text}");
        }
        assert_eq!(arguments("exec gunicorn app\n"), Arguments::Dropped);
        assert_eq!(arguments("if true; then\n"), Arguments::NotUnderstood);
    }
}
