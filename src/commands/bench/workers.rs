//! The command of an image at one worker.

use dockfit_image::Config;

/// What to start an image with, so that its server has one worker.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct One {
    /// In the place of its command, where that names a number.
    pub(super) command: Option<Vec<String>>,
    /// Variables.
    pub(super) env: Vec<String>,
}

/// How to start it with one worker; `None` where nothing says that it has more.
///
/// Sources (2026-11-24): `--workers` of uvicorn, gunicorn (`-w`), hypercorn (`-w`), granian and fastapi; `WEB_CONCURRENCY` of
/// uvicorn and gunicorn.
pub(super) fn one(config: &Config) -> Option<One> {
    let several = config.variable("WEB_CONCURRENCY").is_some_and(is_several);
    let env: Vec<String> = several.then(|| "WEB_CONCURRENCY=1".to_owned()).into_iter().collect();
    let mut command = config.cmd.clone();
    let mut changed = false;
    let mut is_number = false;
    for word in &mut command {
        if is_number && is_several(word) {
            "1".clone_into(word);
            changed = true;
        }
        is_number = matches!(word.as_str(), "--workers" | "-w");
        if word.strip_prefix("--workers=").is_some_and(is_several) {
            "--workers=1".clone_into(word);
            changed = true;
        }
    }
    // The text of a shell form.
    if let [.., flag, text] = command.as_mut_slice()
        && flag == "-c"
        && let Some(one) = in_text(text)
    {
        *text = one;
        changed = true;
    }
    (changed || several).then(|| One { command: changed.then_some(command), env })
}

fn is_several(word: &str) -> bool {
    word.parse::<u32>().is_ok_and(|count| count > 1)
}

/// The text of a shell with one worker.
fn in_text(text: &str) -> Option<String> {
    [" --workers ", " --workers=", " -w "].iter().find_map(|option| {
        let (before, behind) = text.split_once(option)?;
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
            command(&["sh", "-c", "exec g --workers=12 a"]).as_deref(),
            Some("sh -c exec g --workers=1 a")
        );
        assert_eq!(command(&["uvicorn", "a:b"]), None);
        assert_eq!(of(&["uvicorn"], &["WEB_CONCURRENCY=1"]), None);
        let env = of(&["uvicorn"], &["WEB_CONCURRENCY=4"]).expect("several");
        assert_eq!((env.command, env.env.as_slice()), (None, ["WEB_CONCURRENCY=1".to_owned()].as_slice()));
    }
}
