//! Commands that a shell stands in front of.

use std::ops::Range;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::Fact;
use dockfit_rewrite::Outcome;

use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;
use crate::servers::launch::{Form, Launch, Shell};
use crate::servers::launcher::takes_any_form;
use crate::servers::words::ScriptPlace;

/// How a command is to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NewForm {
    /// As an array.
    Exec,
    /// With `exec` in front: the shell has something to do first.
    WithExec,
}

/// The form that lets signals reach the server; nothing where it has it, what stands in the way as the outcome.
///
/// `going`: the words that go, by their indices.
pub(super) fn wanted(
    file: &File<'_>,
    launch: &Launch,
    going: Option<&Range<usize>>,
) -> Option<Result<NewForm, Outcome>> {
    let Form::Shell(shell) = &launch.form else { return None };
    let refuse =
        |code, text: String, way_out: &str| Some(Err(Refusal::new(code, text, way_out).into_outcome()));
    if file.dockerfile.is_ignored(launch.index, super::EXEC.id) {
        let text = "a comment above the command keeps this pass away".to_owned();
        return refuse("ignored", text, "remove the comment");
    }
    if let ScriptPlace::Inside(why) = shell.place {
        let text = format!("{why}, so that a signal for {} ends at the shell", launch.name());
        return refuse("shell-needed", text, "have the shell start the server last, with exec in front");
    }
    if !shell.known {
        let text = "this shell may set variables before it reads the command".to_owned();
        return refuse("shell-unknown", text, "put exec before the server by hand");
    }
    if may_be_array(file, launch, shell, going) {
        return Some(Ok(NewForm::Exec));
    }
    let has_exec = launch.words.first().is_some_and(|word| word.written == "exec");
    Some(if has_exec { Err(Outcome::Already) } else { Ok(NewForm::WithExec) })
}

/// Whether the command means the same as an array: one program, no word that a shell changes, and nothing in ENTRYPOINT
/// that would get other words.
fn may_be_array(file: &File<'_>, launch: &Launch, shell: &Shell, going: Option<&Range<usize>>) -> bool {
    if shell.place != ScriptPlace::Alone || shell.more || launch.keyword != Keyword::Cmd {
        return false;
    }
    let config = file.dockerfile.model().config(launch.stage);
    let passed_on = match &config.entrypoint {
        Fact::Known(words) => takes_any_form(words),
        Fact::Unknown => false,
    };
    let stays = |at: &usize| going.is_none_or(|going| !going.contains(at));
    passed_on && launch.words.iter().enumerate().all(|(at, word)| word.plain || !stays(&at))
}
