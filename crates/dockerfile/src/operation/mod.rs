//! Instructions as the engine understands them: checked, with the place of each part.

mod argument;
mod arguments;
mod copy;
mod flags;
mod from;
mod healthcheck;
mod mount;
mod onbuild;
mod pairs;
mod problem;
mod run;
mod single;

pub use argument::Argument;
pub use copy::{Copy, Source};
pub use from::From;
pub use healthcheck::{Healthcheck, Probe};
pub use mount::{Mount, MountFlag, MountKind, Sharing};
pub use pairs::Pair;
pub(crate) use problem::Problem;
pub use run::{Network, Run};
pub use single::CommandLine;

use crate::{Instruction, Keyword, RawWord, Subcommand, SyntaxError};

/// What an instruction says. Ranges are in the instruction's text; values are not yet expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// ADD.
    Add(Copy),
    /// ARG.
    Arg(Vec<Argument>),
    /// CMD.
    Cmd(CommandLine),
    /// COPY.
    Copy(Copy),
    /// ENTRYPOINT.
    Entrypoint(CommandLine),
    /// ENV.
    Env(Vec<Pair>),
    /// EXPOSE: the ports as written.
    Expose(Vec<RawWord>),
    /// FROM.
    From(From),
    /// HEALTHCHECK.
    Healthcheck(Healthcheck),
    /// LABEL.
    Label(Vec<Pair>),
    /// MAINTAINER.
    Maintainer(RawWord),
    /// ONBUILD: the instruction that it defers, where that one is right.
    Onbuild(Option<Box<Operation>>),
    /// RUN.
    Run(Run),
    /// SHELL: the words of the shell.
    Shell(Vec<String>),
    /// STOPSIGNAL.
    Stopsignal(RawWord),
    /// USER.
    User(RawWord),
    /// VOLUME.
    Volume(Vec<RawWord>),
    /// WORKDIR.
    Workdir(RawWord),
}

/// Which flags exist, where that depends on the frontend (`# syntax=`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Features {
    /// `COPY --parents`.
    pub parents: bool,
    /// `RUN --security`.
    pub security: bool,
    /// `RUN --device` does something; without this it is an error to use it.
    pub devices: bool,
}

/// One instruction to be understood: its text and the parts that the grammar found.
pub(crate) struct Request<'a> {
    pub(crate) instruction: &'a Instruction,
    pub(crate) command: &'a Subcommand,
    pub(crate) escape: char,
    pub(crate) features: Features,
}

impl Operation {
    /// Understands an instruction. `escape` is the document's escape character.
    ///
    /// # Errors
    /// What the engine refuses before it builds anything. Instructions with an unknown keyword and JSON arrays of
    /// other things than strings are errors of the document already, and refused here too.
    pub fn of(instruction: &Instruction, escape: char, features: Features) -> Result<Self, SyntaxError> {
        let request = Request { instruction, command: &instruction.command, escape, features };
        parse(&request).map_err(|problem| problem.at(&instruction.text))
    }
}

/// Mirrors buildkit `instructions/parse.go` `ParseInstructionWithLinter`.
pub(crate) fn parse(request: &Request<'_>) -> Result<Operation, Problem> {
    Ok(match request.command.keyword {
        Keyword::Add => Operation::Add(copy::parse(request, true)?),
        Keyword::Arg => Operation::Arg(argument::parse(request)?),
        Keyword::Cmd => Operation::Cmd(single::command_line(request)?),
        Keyword::Copy => Operation::Copy(copy::parse(request, false)?),
        Keyword::Entrypoint => Operation::Entrypoint(single::command_line(request)?),
        Keyword::Env => Operation::Env(pairs::parse(request)?),
        Keyword::Expose => Operation::Expose(single::expose(request)?),
        Keyword::From => Operation::From(from::parse(request)?),
        Keyword::Healthcheck => Operation::Healthcheck(healthcheck::parse(request)?),
        Keyword::Label => Operation::Label(pairs::parse(request)?),
        Keyword::Maintainer => Operation::Maintainer(single::text_with_flags(request)?),
        Keyword::Onbuild => Operation::Onbuild(onbuild::parse(request)?),
        Keyword::Run => Operation::Run(run::parse(request)?),
        Keyword::Shell => Operation::Shell(single::shell(request)?),
        // The flags of a STOPSIGNAL are not looked at.
        Keyword::Stopsignal => Operation::Stopsignal(single::text(request)?),
        Keyword::User => Operation::User(single::text_with_flags(request)?),
        Keyword::Volume => Operation::Volume(single::volume(request)?),
        Keyword::Workdir => Operation::Workdir(single::text_with_flags(request)?),
        Keyword::Unknown => {
            let word = request.instruction.slice(&request.command.keyword_range);
            return Err(Problem::unknown_instruction(word, request.command.keyword_range.clone()));
        }
    })
}

#[cfg(test)]
mod tests;
