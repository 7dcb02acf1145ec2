//! What parsers see in a Dockerfile, in one form: a line for each instruction.

use std::path::{Path, PathBuf};

use dockfit_dockerfile::operation::{CommandLine, Features, Healthcheck, Operation, Source};
use dockfit_dockerfile::{Document, Instruction, Subcommand};

pub(crate) mod dockerfile_parser;
pub(crate) mod parse_dockerfile;

/// Another parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reader {
    ParseDockerfile,
    DockerfileParser,
}

/// The end of a reading of what the engine refuses.
pub(crate) const REFUSED: &str = "(refused)";

/// One instruction as seen by a parser.
pub(crate) type Seen = String;

pub(crate) fn command(exec: Option<Vec<String>>, shell: &str) -> String {
    exec.map_or_else(|| format!("shell {shell:?}"), |words| format!("exec {words:?}"))
}

/// This crate's reading, as far as the other parser reads too.
pub(crate) fn read(document: &Document, reader: Reader) -> Vec<Seen> {
    document.instructions().iter().map(|instruction| seen(document, instruction, reader)).collect()
}

fn seen(document: &Document, instruction: &Instruction, reader: Reader) -> Seen {
    let features = Features { parents: true, security: true, devices: true };
    let operation = Operation::of(instruction, document.escape(), features);
    let Ok(operation) = operation else { return format!("{} {REFUSED}", instruction.keyword()) };
    let head = match reader {
        Reader::ParseDockerfile => {
            format!("{} at {}", instruction.keyword(), instruction.keyword_span().start)
        }
        Reader::DockerfileParser => instruction.keyword().to_string(),
    };
    let rest = match reader {
        Reader::ParseDockerfile => {
            for_parse_dockerfile(document, instruction, &instruction.command, &operation)
        }
        Reader::DockerfileParser => for_dockerfile_parser(&operation),
    };
    format!("{head} {rest}")
}

fn line(command_line: &CommandLine, with_text: bool) -> String {
    match command_line {
        CommandLine::Exec(_) => command(Some(command_line.words()), ""),
        CommandLine::Shell(text) => command(None, if with_text { &text.text } else { "" }),
    }
}

fn for_parse_dockerfile(
    document: &Document,
    instruction: &Instruction,
    subcommand: &Subcommand,
    operation: &Operation,
) -> String {
    let flags: Vec<String> = subcommand.flags.iter().map(|flag| flag.text.clone()).collect();
    let heredocs: Vec<String> = instruction
        .heredocs
        .iter()
        .map(|heredoc| {
            let text = document.text(heredoc.body).into_owned();
            let tabs = |line: &str| line.trim_start_matches('\t').to_owned();
            if heredoc.chomp { text.split_inclusive('\n').map(tabs).collect() } else { text }
        })
        .collect();
    match operation {
        Operation::From(from) => {
            let name = from.name.as_ref().map(|name| name.text.as_str()).unwrap_or_default();
            format!("{flags:?} {:?} as {name:?}", from.base.text)
        }
        Operation::Run(run) => format!("{flags:?} {} {heredocs:?}", line(&run.command, false)),
        Operation::Cmd(command) | Operation::Entrypoint(command) => line(command, false),
        Operation::Copy(copy) | Operation::Add(copy) => {
            let sources: Vec<&str> = copy
                .sources
                .iter()
                .filter_map(|source| match source {
                    Source::Path(word) => Some(word.text.as_str()),
                    Source::Heredoc { .. } => None,
                })
                .collect();
            format!("{flags:?} {sources:?} {heredocs:?} to {:?}", copy.destination.text)
        }
        Operation::Shell(words) => format!("{words:?}"),
        Operation::Expose(words) | Operation::Volume(words) => {
            format!("{:?}", words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>())
        }
        Operation::Healthcheck(Healthcheck::None) => "none".to_owned(),
        Operation::Healthcheck(Healthcheck::Probe(probe)) => {
            format!("{flags:?} {}", line(&probe.command, false))
        }
        _ => String::new(),
    }
}

fn for_dockerfile_parser(operation: &Operation) -> String {
    match operation {
        Operation::From(from) => {
            let name = from.name.as_ref().map(|name| name.text.as_str()).unwrap_or_default();
            format!("{:?} as {name:?}", from.base.text)
        }
        Operation::Run(run) => line(&run.command, true),
        Operation::Cmd(command) | Operation::Entrypoint(command) => line(command, true),
        Operation::Copy(copy) => {
            let sources: Vec<&str> = copy.sources.iter().map(|source| source.word().text.as_str()).collect();
            format!("{sources:?} to {:?}", copy.destination.text)
        }
        Operation::Env(pairs) => {
            format!("{:?}", pairs.iter().map(|pair| pair.key.text.as_str()).collect::<Vec<_>>())
        }
        _ => String::new(),
    }
}

/// All files of a folder and those below it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}
