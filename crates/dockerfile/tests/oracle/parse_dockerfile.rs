//! The reading of `parse-dockerfile`.

use parse_dockerfile::{
    Command, Flag, HealthcheckArguments, HereDoc, Instruction, JsonOrStringArray, Source, UnescapedString,
    parse,
};

use super::{Seen, command};

/// Nothing where it refuses the file.
pub(crate) fn read(text: &str) -> Option<Vec<Seen>> {
    parse(text).ok().map(|dockerfile| dockerfile.instructions.iter().map(seen).collect())
}

fn text(value: &UnescapedString<'_>) -> String {
    value.value.clone().into_owned()
}

fn texts(values: &[UnescapedString<'_>]) -> Vec<String> {
    values.iter().map(text).collect()
}

fn flags(flags: &[Flag<'_>]) -> Vec<String> {
    let flag = |flag: &Flag<'_>| match &flag.value {
        Some(value) => format!("--{}={}", flag.name.value, value.value),
        None => format!("--{}", flag.name.value),
    };
    flags.iter().map(flag).collect()
}

fn line(arguments: &Command<'_>) -> String {
    match arguments {
        Command::Exec(words) => command(Some(texts(&words.value)), ""),
        _ => command(None, ""),
    }
}

fn bodies<'a>(heredocs: impl IntoIterator<Item = &'a HereDoc<'a>>) -> Vec<String> {
    heredocs.into_iter().map(|heredoc| heredoc.value.clone().into_owned()).collect()
}

fn copy(sources: &[Source<'_>], destination: &UnescapedString<'_>) -> String {
    let paths: Vec<String> = sources
        .iter()
        .filter_map(|source| match source {
            Source::Path(path) => Some(text(path)),
            _ => None,
        })
        .collect();
    let heredocs = sources.iter().filter_map(|source| match source {
        Source::HereDoc(heredoc) => Some(heredoc),
        _ => None,
    });
    format!("{paths:?} {:?} to {:?}", bodies(heredocs), text(destination))
}

fn seen(instruction: &Instruction<'_>) -> Seen {
    let (keyword, span, rest) = match instruction {
        Instruction::Add(add) => {
            let rest = format!("{:?} {}", flags(&add.options), copy(&add.src, &add.dest));
            ("ADD", &add.add.span, rest)
        }
        Instruction::Arg(arg) => ("ARG", &arg.arg.span, String::new()),
        Instruction::Cmd(cmd) => ("CMD", &cmd.cmd.span, line(&cmd.arguments)),
        Instruction::Copy(found) => {
            let rest = format!("{:?} {}", flags(&found.options), copy(&found.src, &found.dest));
            ("COPY", &found.copy.span, rest)
        }
        Instruction::Entrypoint(entrypoint) => {
            ("ENTRYPOINT", &entrypoint.entrypoint.span, line(&entrypoint.arguments))
        }
        Instruction::Env(env) => ("ENV", &env.env.span, String::new()),
        Instruction::Expose(expose) => {
            ("EXPOSE", &expose.expose.span, format!("{:?}", texts(&expose.arguments)))
        }
        Instruction::From(from) => {
            let name = from.as_.as_ref().map(|(_, name)| text(name).to_lowercase()).unwrap_or_default();
            let rest = format!("{:?} {:?} as {name:?}", flags(&from.options), text(&from.image));
            ("FROM", &from.from.span, rest)
        }
        Instruction::Healthcheck(check) => {
            let rest = match &check.arguments {
                HealthcheckArguments::Cmd { arguments, .. } => {
                    format!("{:?} {}", flags(&check.options), line(arguments))
                }
                _ => "none".to_owned(),
            };
            ("HEALTHCHECK", &check.healthcheck.span, rest)
        }
        Instruction::Label(label) => ("LABEL", &label.label.span, String::new()),
        Instruction::Maintainer(maintainer) => ("MAINTAINER", &maintainer.maintainer.span, String::new()),
        Instruction::Onbuild(onbuild) => ("ONBUILD", &onbuild.onbuild.span, String::new()),
        Instruction::Run(run) => {
            let rest =
                format!("{:?} {} {:?}", flags(&run.options), line(&run.arguments), bodies(&run.here_docs));
            ("RUN", &run.run.span, rest)
        }
        Instruction::Shell(shell) => ("SHELL", &shell.shell.span, format!("{:?}", texts(&shell.arguments))),
        Instruction::Stopsignal(signal) => ("STOPSIGNAL", &signal.stopsignal.span, String::new()),
        Instruction::User(user) => ("USER", &user.user.span, String::new()),
        Instruction::Volume(volume) => {
            let words = match &volume.arguments {
                JsonOrStringArray::Json(words) => texts(&words.value),
                JsonOrStringArray::String(words) => texts(words),
            };
            ("VOLUME", &volume.volume.span, format!("{words:?}"))
        }
        Instruction::Workdir(workdir) => ("WORKDIR", &workdir.workdir.span, String::new()),
        _ => ("?", &(0..0), String::new()),
    };
    format!("{keyword} at {} {rest}", span.start)
}
