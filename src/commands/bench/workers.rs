//! The command of an image at one worker.

use std::collections::BTreeSet;

use dockfit_image::Config;
use dockfit_transforms::servers::{WorkerCount, worker_counts};

/// What to start an image with, so that its server has one worker.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct One {
    /// In the place of its command, where that names a number.
    pub(super) command: Option<Vec<String>>,
    /// Variables.
    pub(super) env: Vec<String>,
}

/// How to start it with one worker; `None` where nothing says that it has more.
pub(super) fn one(config: &Config) -> Option<One> {
    let servers: Vec<WorkerCount> = worker_counts().filter(|server| starts(config, server)).collect();
    // Of all of them: a script may start the server.
    let variables: BTreeSet<&str> = worker_counts().filter_map(|server| server.variable).collect();
    let several = |name: &&str| config.variable(name).is_some_and(is_several);
    let env: Vec<String> = variables.into_iter().filter(several).map(|name| format!("{name}=1")).collect();
    let mut command = config.cmd.clone();
    let mut changed = false;
    for server in &servers {
        changed |= in_words(&mut command, server);
        // The text of a shell form.
        if let [.., flag, text] = command.as_mut_slice()
            && flag == "-c"
            && let Some(one) = in_text(text, server)
        {
            *text = one;
            changed = true;
        }
    }
    (changed || !env.is_empty()).then(|| One { command: changed.then_some(command), env })
}

/// Whether the server is started: as a program, as a module, or in the text of a shell.
fn starts(config: &Config, server: &WorkerCount) -> bool {
    let names = |word: &str| word.rsplit('/').next() == Some(server.server);
    let all = config.entrypoint.iter().chain(&config.cmd);
    all.flat_map(|word| word.split_whitespace()).any(names)
}

/// The options that name the number, each as it stands before it.
fn options(server: &WorkerCount) -> impl Iterator<Item = String> {
    std::iter::once(server.long.to_owned()).chain(server.short.map(|letter| format!("-{letter}")))
}

fn in_words(command: &mut [String], server: &WorkerCount) -> bool {
    let joined = format!("{}=", server.long);
    let (mut changed, mut is_number) = (false, false);
    for word in command {
        if is_number && is_several(word) {
            "1".clone_into(word);
            changed = true;
        }
        is_number = options(server).any(|option| *word == option);
        if word.strip_prefix(&joined).is_some_and(is_several) {
            *word = format!("{joined}1");
            changed = true;
        }
    }
    changed
}

fn is_several(word: &str) -> bool {
    word.parse::<u32>().is_ok_and(|count| count > 1)
}

/// The text of a shell with one worker.
fn in_text(text: &str, server: &WorkerCount) -> Option<String> {
    let joined = format!(" {}=", server.long);
    options(server).map(|option| format!(" {option} ")).chain([joined]).find_map(|option| {
        let (before, behind) = text.split_once(&option)?;
        let length = behind.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = behind.split_at(length);
        is_several(count).then(|| format!("{before}{option}1{rest}"))
    })
}

#[cfg(test)]
mod tests {
    use dockfit_image::Config;

    use super::{One, one};

    fn of(cmd: &[&str], env: &[&str]) -> Option<One> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        one(&Config { cmd: owned(cmd), env: owned(env), ..Config::default() })
    }

    #[test]
    fn numbers_of_workers_become_one() {
        let command = |cmd: &[&str]| of(cmd, &[]).and_then(|one| one.command).map(|words| words.join(" "));
        assert_eq!(
            command(&["uvicorn", "a:b", "--workers", "4"]).as_deref(),
            Some("uvicorn a:b --workers 1")
        );
        assert_eq!(command(&["gunicorn", "-w", "4", "a"]).as_deref(), Some("gunicorn -w 1 a"));
        assert_eq!(
            command(&["sh", "-c", "exec granian --workers=12 a"]).as_deref(),
            Some("sh -c exec granian --workers=1 a")
        );
        assert_eq!(command(&["uvicorn", "a:b"]), None);
        assert_eq!(command(&["/usr/bin/app", "-w", "4"]), None, "another program's options");
        assert_eq!(of(&["uvicorn"], &["WEB_CONCURRENCY=1"]), None);
        let env = of(&["uvicorn"], &["WEB_CONCURRENCY=4"]).expect("several");
        assert_eq!((env.command, env.env.as_slice()), (None, ["WEB_CONCURRENCY=1".to_owned()].as_slice()));
    }
}
