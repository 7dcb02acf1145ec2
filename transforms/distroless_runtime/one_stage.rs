//! A stage that installs its packages itself, in two: one that builds, and one that runs what it built.

use std::fmt::Write as _;

use dockfit_dockerfile::model::{Base, CopiedSource, Model, Stage, Value};
use dockfit_dockerfile::operation::{Operation, Pair};
use dockfit_dockerfile::{Document, Instruction, Keyword, LineKind, NodeKind};
use dockfit_rewrite::Declared;

use super::libraries;
use crate::bytecode;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{As, Call};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// The name of the stage that builds.
pub(super) const BUILDER: &str = "builder";

/// A Dockerfile whose last stage became two.
#[derive(Debug)]
pub(super) struct Split {
    pub(super) text: String,
    pub(super) declares: Vec<Declared>,
    /// Where the RUNs that went to the last stage began before, in their order.
    pub(super) moved: Vec<usize>,
    /// Packages of the builder whose shared libraries what it builds may link to.
    pub(super) linked: Vec<&'static str>,
}

/// Programs of the system that only a build needs.
const BUILD_TOOLS: &[&str] = &[
    "autoconf",
    "automake",
    "binutils",
    "build-essential",
    "ca-certificates",
    "cargo",
    "cmake",
    "curl",
    "g++",
    "gcc",
    "git",
    "gnupg",
    "libc6-dev",
    "libffi-dev",
    "libssl-dev",
    "make",
    "ninja-build",
    "patch",
    "pkg-config",
    "python3-dev",
    "rustc",
    "unzip",
    "wget",
    "xz-utils",
    "zlib1g-dev",
];

/// Packages by which programs are built with a library, and those that hold the library.
///
/// Source: what the packages depend on in Debian 12 and 13, 2026-11-24.
const HEADERS: &[(&str, &str)] = &[
    ("libcurl4-openssl-dev", "libcurl4"),
    ("libev-dev", "libev4"),
    ("libfreetype6-dev", "libfreetype6"),
    ("libgmp-dev", "libgmp10"),
    ("libjpeg-dev", "libjpeg62-turbo"),
    ("libjpeg62-turbo-dev", "libjpeg62-turbo"),
    ("liblcms2-dev", "liblcms2-2"),
    ("libopenjp2-7-dev", "libopenjp2-7"),
    ("libpng-dev", "libpng16-16"),
    ("libpq-dev", "libpq5"),
    ("librdkafka-dev", "librdkafka1"),
    ("libsndfile1-dev", "libsndfile1"),
    ("libsodium-dev", "libsodium23"),
    ("libxml2-dev", "libxml2"),
    ("libxslt1-dev", "libxslt1.1"),
    ("libxslt-dev", "libxslt1.1"),
    ("libyaml-dev", "libyaml-0-2"),
    ("libzmq3-dev", "libzmq5"),
];

/// The package whose shared libraries may be linked to where this one is installed.
fn linked(package: &str) -> Option<&'static str> {
    let of = HEADERS.iter().find(|(headers, _)| *headers == package).map(|(_, of)| *of);
    libraries::named(of.unwrap_or(package))
}

/// Files that say what is installed, and that an application does not read.
const MANIFESTS: &[&str] = &["requirements", "constraints", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile"];

/// What begins the names of variables that only an installer reads.
pub(super) const OF_INSTALLERS: &[&str] = &["PIP_", "UV_", "POETRY_", "PDM_", "PIPENV_", "DEBIAN_FRONTEND"];

/// Whether a RUN of the stage installs Python packages.
pub(super) fn installs(file: &File<'_>, stage: &Stage) -> bool {
    let steps = Steps::of(file.dockerfile);
    stage.instructions.clone().any(|index| steps.at(index).is_some_and(is_install))
}

fn is_install(step: &Step<'_>) -> bool {
    step.calls().iter().any(|call| installed(call).is_some_and(|packages| !packages.is_empty()))
}

/// What a call of pip installs; nothing where it is no install.
fn installed<'c>(call: &'c Call<'_>) -> Option<Vec<&'c str>> {
    let words: Vec<&str> = call.values().filter(|value| !value.starts_with('-')).collect();
    let (("pip", ["install", rest @ ..]) | ("uv", ["pip", "install", rest @ ..])) =
        (call.program.as_str(), words.as_slice())
    else {
        return None;
    };
    let is_installer = |word: &&str| {
        let name = word.split(['=', '<', '>', '~', '!']).next().unwrap_or_default();
        matches!(name, "pip" | "setuptools" | "wheel" | "uv")
    };
    let own = rest.iter().copied().filter(|word| !is_installer(word)).collect();
    Some(own)
}

/// Takes the last stage apart behind the last RUN that belongs to the build.
pub(super) fn split(file: &File<'_>, stage: &Stage, version: &str) -> Result<Split, Refusal> {
    let model = file.dockerfile.model();
    let document = file.dockerfile.document();
    let steps = Steps::of(file.dockerfile);
    let last = stage.instructions.clone().rev().find(|index| steps.at(*index).is_some_and(is_install));
    let last = last.ok_or_else(|| refuse(document, stage.from, "installs nothing"))?;
    if model.stage_named(BUILDER).is_some() {
        return Err(refuse(document, last, "installs, and another stage is called `builder`"));
    }
    for index in stage.instructions.clone().take_while(|index| *index <= last) {
        fits(&steps, model, document, index)?;
    }
    let writer = Writer { steps: &steps, document, model, stage, last, version };
    writer.write()
}

fn refuse(document: &Document, index: usize, what: &str) -> Refusal {
    let text = format!("line {}: the final stage {what}", document.line_of(index));
    Refusal::new("no-builder", text, "install in a stage of its own and copy the packages from there")
}

/// Whether an instruction before the last install may stand in a stage of its own.
fn fits(steps: &Steps<'_>, model: &Model, document: &Document, index: usize) -> Result<(), Refusal> {
    let Some(instruction) = document.instructions().get(index) else { return Ok(()) };
    match instruction.keyword() {
        Keyword::Run => {
            let step = steps.at(index).ok_or_else(|| refuse(document, index, "runs a script of its own"))?;
            if step.refuses_edits("distroless-runtime").is_some() {
                return Err(refuse(document, index, "has a step that is not understood"));
            }
            if is_of_the_interpreter(step) {
                return Ok(());
            }
            for call in step.calls() {
                if call.user != As::Same || !is_build(call) {
                    return Err(refuse(
                        document,
                        index,
                        &format!("runs `{}` among its installs", call.program),
                    ));
                }
            }
            Ok(())
        }
        Keyword::User | Keyword::Shell | Keyword::Onbuild => {
            Err(refuse(document, index, &format!("has {} before its installs", instruction.keyword())))
        }
        Keyword::Arg => Err(refuse(document, index, "has ARG before its installs")),
        Keyword::Env => match model.operation(index) {
            Some(Operation::Env(pairs)) if pairs.iter().any(|pair| pair.value.text.contains('$')) => {
                Err(refuse(document, index, "sets variables that depend on others"))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether a RUN compiles the standard library and does nothing else: it belongs to the interpreter that runs.
pub(super) fn is_of_the_interpreter(step: &Step<'_>) -> bool {
    let calls = step.calls();
    !calls.is_empty() && calls.iter().all(|call| call.user == As::Same && bytecode::compiles_library(call))
}

/// Whether a command only installs packages of Python, or tools to build them.
fn is_build(call: &Call<'_>) -> bool {
    const ELSEWHERE: &[&str] = &["--user", "--target", "-t", "--prefix", "--root", "-e", "--editable"];
    let plain = |call: &Call<'_>| {
        call.values().all(|value| {
            let option = value.split('=').next().unwrap_or_default();
            !ELSEWHERE.contains(&option)
        })
    };
    match call.program.as_str() {
        "pip" | "uv" => installed(call).is_some() && plain(call),
        "apt-get" | "apt" => {
            let mut words = call.values().filter(|value| !value.starts_with('-'));
            match words.next() {
                Some("install") => {
                    words.all(|package| BUILD_TOOLS.contains(&package) || linked(package).is_some())
                }
                Some("update" | "clean" | "autoremove" | "purge" | "remove") => true,
                _ => false,
            }
        }
        "rm" => call.args.iter().filter(|arg| !arg.text.starts_with('-')).all(|arg| {
            arg.path().is_some_and(|path| {
                ["/var/lib/apt", "/var/cache/apt", "/etc/apt", "/tmp", "/root/.cache"]
                    .iter()
                    .any(|folder| path.starts_with(folder))
            })
        }),
        "set" | "true" => true,
        _ => false,
    }
}

struct Writer<'w> {
    steps: &'w Steps<'w>,
    document: &'w Document,
    model: &'w Model,
    stage: &'w Stage,
    last: usize,
    /// The minor version of Python.
    version: &'w str,
}

impl Writer<'_> {
    fn write(&self) -> Result<Split, Refusal> {
        let document = self.document;
        let habits = document.habits();
        let end = habits.line_end;
        let from = document
            .instructions()
            .get(self.stage.from)
            .ok_or_else(|| refuse(document, self.stage.from, "is not read"))?;
        let Base::Image(_) = self.stage.base else {
            return Err(refuse(document, self.stage.from, "is built on another stage"));
        };
        let as_word = if habits.lower_case { "as" } else { "AS" };
        let keyword = habits.keyword(Keyword::From);
        let base = base_words(from);
        let mut declares = vec![Declared::StageAdded { name: BUILDER.to_owned(), like: self.stage.index }];
        let source = document.source();
        let piece = |start: usize, end: usize| {
            String::from_utf8(source.get(start..end).unwrap_or_default().to_vec())
                .map_err(|_| refuse(document, self.stage.from, "holds bytes that are no text"))
        };
        // What stands before the stage, and FROM with the builder's name.
        let mut text = piece(0, from.span.start)?;
        let _ = write!(text, "{keyword} {base} {as_word} {BUILDER}{end}");
        let cut = self.cut();
        let mut moved_up = String::new();
        let mut of_the_interpreter = String::new();
        let mut moved = Vec::new();
        let mut at = from.span.end;
        for index in self.stage.instructions.clone().take_while(|index| *index <= self.last) {
            let Some(instruction) = document.instructions().get(index) else { continue };
            let above = document.comments_above(index).start.max(at);
            match instruction.keyword() {
                Keyword::Run if self.steps.at(index).is_some_and(is_of_the_interpreter) => {
                    text.push_str(self.ahead_of(index, &piece(at, above)?));
                    of_the_interpreter.push_str(&piece(above, instruction.span.end)?);
                    at = instruction.span.end;
                    moved.push(instruction.span.start);
                }
                Keyword::Run => {
                    declares.push(Declared::RunMoved(instruction.span.start));
                }
                // They say nothing to a build.
                Keyword::Expose | Keyword::Label | Keyword::Volume | Keyword::Stopsignal => {
                    text.push_str(self.ahead_of(index, &piece(at, above)?));
                    moved_up.push_str(&piece(above, instruction.span.end)?);
                    at = instruction.span.end;
                }
                _ => moved_up.push_str(&self.again(index, instruction, &mut declares)),
            }
        }
        text.push_str(&piece(at, cut)?);
        if !text.ends_with('\n') {
            text.push_str(end);
        }
        text.push_str(end);
        let name =
            from_name(document, self.stage).map(|name| format!(" {as_word} {name}")).unwrap_or_default();
        let _ = write!(text, "{keyword} {base}{name}{end}{of_the_interpreter}");
        let copy = habits.keyword(Keyword::Copy);
        let site = format!("/usr/local/lib/python{}/site-packages", self.version);
        let _ = write!(
            text,
            "{copy} --from={BUILDER} {site} {site}{end}{copy} --from={BUILDER} /usr/local/bin /usr/local/bin{end}"
        );
        text.push_str(&moved_up);
        let rest = piece(cut, source.len())?;
        text.push_str(rest.trim_start_matches(['\r', '\n']));
        moved.extend(self.stage.instructions.clone().filter(|index| *index > self.last).filter_map(
            |index| {
                let found = document.instructions().get(index)?;
                (found.keyword() == Keyword::Run).then_some(found.span.start)
            },
        ));
        let linked = self.linked();
        Ok(Split { text, declares, moved, linked })
    }

    /// The text ahead of an instruction that goes elsewhere, without the blank line before it where another one follows.
    fn ahead_of<'p>(&self, index: usize, piece: &'p str) -> &'p str {
        let document = self.document;
        let after = document.instructions().get(index).map_or(0, |found| found.span.end);
        let next = document.nodes().partition_point(|node| node.span.start < after);
        let is_blank = document.nodes().get(next).is_some_and(|node| node.kind == NodeKind::Blank);
        let end = document.line_end();
        match piece.strip_suffix(end) {
            Some(rest) if is_blank && (rest.is_empty() || rest.ends_with(end)) => rest,
            _ => piece,
        }
    }

    /// The packages of the builder's steps whose shared libraries may be linked to.
    fn linked(&self) -> Vec<&'static str> {
        let steps = self.stage.instructions.clone().take_while(|index| *index <= self.last);
        let calls = steps.filter_map(|index| self.steps.at(index)).flat_map(Step::calls);
        let installs = calls.filter(|call| matches!(call.program.as_str(), "apt-get" | "apt"));
        let mut found: Vec<&'static str> = installs.flat_map(Call::values).filter_map(linked).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Where the builder ends: behind its last RUN.
    fn cut(&self) -> usize {
        let document = self.document;
        let end = document.instructions().get(self.last).map_or(0, |found| found.span.end);
        let next = document.nodes().iter().find(|node| node.span.start >= end);
        next.filter(|node| node.kind == NodeKind::Blank).map_or(end, |_| end)
    }

    /// What the last stage needs again of an instruction before the installs.
    fn again(&self, index: usize, instruction: &Instruction, declares: &mut Vec<Declared>) -> String {
        let document = self.document;
        let end = document.line_end();
        let whole = || -> String {
            let lines = instruction.lines.iter().filter(|line| line.kind != LineKind::Comment);
            let mut text: String = lines.map(|line| document.text(line.span).into_owned()).collect();
            if !text.ends_with('\n') {
                text.push_str(end);
            }
            text
        };
        match (instruction.keyword(), self.model.operation(index)) {
            (Keyword::Workdir, _) => whole(),
            (Keyword::Env, Some(Operation::Env(pairs))) => {
                let of_installer =
                    |pair: &&Pair| OF_INSTALLERS.iter().any(|start| pair.key.text.starts_with(start));
                let gone = pairs.iter().filter(of_installer);
                declares.extend(gone.map(|pair| Declared::Env(pair.key.text.clone())));
                let kept: Vec<String> = pairs
                    .iter()
                    .filter(|pair| !of_installer(pair))
                    .map(|pair| format!("{}={}", pair.key.text, instruction.slice(&pair.value.range)))
                    .collect();
                if kept.is_empty() {
                    return String::new();
                }
                if pairs.iter().any(|pair| pair.legacy) {
                    return whole();
                }
                let habits = document.habits();
                let separator = format!(" {}", habits.line_break(&habits.indent));
                format!("{} {}{end}", habits.keyword(Keyword::Env), kept.join(&separator))
            }
            (Keyword::Copy | Keyword::Add, _) if !self.is_manifest(index) => whole(),
            // An installer of another image is the builder's alone.
            (_, Some(Operation::Copy(copy) | Operation::Add(copy))) => {
                declares.extend(copy.from.iter().map(|from| Declared::Takes(from.text.clone())));
                String::new()
            }
            _ => String::new(),
        }
    }

    /// Whether a COPY brings nothing but what says what to install, or an installer.
    fn is_manifest(&self, index: usize) -> bool {
        let Some(copied) = self.model.copied(self.document, index) else { return false };
        copied.sources.iter().all(|source| match source {
            CopiedSource::Path(Value::Known(path)) => {
                let name = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
                MANIFESTS.iter().any(|start| name.starts_with(start)) || matches!(name, "uv" | "uvx")
            }
            _ => false,
        })
    }
}

/// The name that FROM gives, as it is written.
pub(super) fn from_name(document: &Document, stage: &Stage) -> Option<String> {
    let from = document.instructions().get(stage.from)?;
    let words: Vec<&str> = from.arguments().split_whitespace().collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("as"))?;
    words.get(at + 1).map(|word| (*word).to_owned())
}

/// FROM's words: flags and base.
pub(super) fn base_words(from: &Instruction) -> String {
    let words: Vec<&str> =
        from.slice(&(from.command.keyword_range.end..from.text.as_str().len())).split_whitespace().collect();
    let end = words.iter().position(|word| word.eq_ignore_ascii_case("as")).unwrap_or(words.len());
    words.get(..end).unwrap_or_default().join(" ")
}
