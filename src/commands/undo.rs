//! `dockfit undo`: take the last apply back.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use dockfit_journal::{Journal, JournalError};

use super::Exit;
use crate::console::Console;
use crate::discover;
use crate::interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// Takes the last apply of the project that `path` lies in back.
pub(super) fn undo(path: &Path, console: &mut Console) -> io::Result<Exit> {
    let Some(root) = discover::root_of(path) else {
        let problem = Problem::new(ProblemKind::Path, "there is no such file or folder").in_file(shown(path));
        console.problem(&problem.help("name a folder of the project"));
        return super::failed(console);
    };
    match interrupt::finish_first(|| Journal::undo(&root)) {
        Ok(undone) => {
            let mut text = String::new();
            if let Some(recovery) = &undone.recovery {
                let _ = writeln!(text, "{recovery}");
            }
            for file in &undone.files {
                let _ = writeln!(text, "{}: as it was before", shown(&root.join(file)));
            }
            super::done(text, console)
        }
        Err(error) => {
            let problem = crate::write::problem(&error, &root);
            console.problem(&match error {
                JournalError::NothingToUndo => {
                    problem.help("only the last apply is kept, until it is taken back")
                }
                _ => problem,
            });
            super::failed(console)
        }
    }
}
