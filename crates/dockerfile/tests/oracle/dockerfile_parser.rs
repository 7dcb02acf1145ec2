//! The reading of `dockerfile-parser`.

use dockerfile_parser::{Dockerfile, Instruction, ShellOrExecExpr};

use super::{Seen, command};

/// Nothing where it refuses the file.
pub(crate) fn read(text: &str) -> Option<Vec<Seen>> {
    Dockerfile::parse(text).ok().map(|dockerfile| dockerfile.instructions.iter().map(seen).collect())
}

fn line(expression: &ShellOrExecExpr) -> String {
    match expression {
        ShellOrExecExpr::Shell(text) => command(None, &text.to_string()),
        ShellOrExecExpr::Exec(words) => {
            command(Some(words.as_str_vec().into_iter().map(str::to_owned).collect()), "")
        }
    }
}

fn seen(instruction: &Instruction) -> Seen {
    match instruction {
        Instruction::From(from) => {
            let name = from.alias.as_ref().map(|alias| alias.content.to_lowercase()).unwrap_or_default();
            format!("FROM {:?} as {name:?}", from.image.content)
        }
        Instruction::Arg(_) => "ARG ".to_owned(),
        Instruction::Label(_) => "LABEL ".to_owned(),
        Instruction::Run(run) => format!("RUN {}", line(&run.expr)),
        Instruction::Entrypoint(entrypoint) => format!("ENTRYPOINT {}", line(&entrypoint.expr)),
        Instruction::Cmd(cmd) => format!("CMD {}", line(&cmd.expr)),
        Instruction::Copy(copy) => {
            let sources: Vec<&str> = copy.sources.iter().map(|source| source.content.as_str()).collect();
            format!("COPY {sources:?} to {:?}", copy.destination.content)
        }
        Instruction::Env(env) => {
            format!(
                "ENV {:?}",
                env.vars.iter().map(|variable| variable.key.content.as_str()).collect::<Vec<_>>()
            )
        }
        Instruction::Misc(misc) => format!("{} ", misc.instruction.content.to_uppercase()),
    }
}
