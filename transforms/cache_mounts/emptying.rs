//! What in a RUN empties a folder that is to become a mount, or reads it.

mod layout;

use std::ops::Range;

use dockfit_dockerfile::values::path::clean;
use dockfit_dockerfile::{Document, Instruction, LogicalText};
use dockfit_rewrite::{Declared, surgery};
use dockfit_shell::{Located, Removal, Script, Step, removals};

use super::call::{Arg, Call, Place};
use super::path::Reach;
use super::{Refusal, TakenOut};
use crate::programs;

/// Programs that work on all that lies below a path.
pub(super) const DEEP: &[&str] = &["find", "mv", "cp", "tar", "rsync", "zip"];

/// What a RUN does to some folders.
#[derive(Default)]
pub(crate) struct Emptying<'s> {
    /// Commands that go whole.
    commands: Vec<Located<'s>>,
    /// Words that go from commands that stay.
    words: Vec<Range<usize>>,
}

impl<'s> Emptying<'s> {
    /// Looks through `calls`, the commands of one RUN. `empties` tells the manager's own commands that empty its
    /// cache; `own` the other commands of the manager, whose paths do not count; `asks` how a word lies to the cache that
    /// asks the manager where it is (`$(pip cache dir)`).
    pub(crate) fn find(
        calls: &[Call<'s>],
        folders: &[&str],
        empties: impl Fn(&Call<'s>) -> bool,
        own: impl Fn(&Call<'s>) -> bool,
        asks: impl Fn(&Arg) -> Reach,
    ) -> Result<Self, Refusal> {
        let mut found = Self::default();
        let mut named: Option<Refusal> = None;
        for call in calls {
            if let Some(arg) = made(call, folders) {
                let words = format!("`{} … {}`", call.program, arg.text);
                let text =
                    format!("{words} makes a folder that the engine would have made for the mount already");
                return Err(Refusal::new("made-in-the-step", text, "make that folder in an earlier RUN"));
            }
            if empties(call) {
                found.take(call)?;
            // `./rm` may be anything.
            } else if call.program == "rm" && !call.runs_script() {
                found.rm(call, folders, &asks)?;
            } else if let Some(arg) = uses(call, folders, own(call)).or_else(|| asking(call, &asks)) {
                let text =
                    format!("`{} … {}` uses the folder that would become a mount", call.program, arg.text);
                let refusal = Refusal::new("cache-used", text, "do without that folder in this RUN");
                if !programs::is(&call.program, programs::PATHS) {
                    return Err(refusal);
                }
                named.get_or_insert(refusal);
            }
        }
        match named {
            Some(refusal) if !found.is_empty() => Err(refusal),
            _ => Ok(found),
        }
    }

    /// Takes a command whole. In a loop it may be what makes the next turn work.
    fn take(&mut self, call: &Call<'s>) -> Result<(), Refusal> {
        let located = call.located()?;
        if located.path.iter().any(|step| matches!(step, Step::LoopBody(_) | Step::LoopCondition(_))) {
            let text = format!("`{}` empties the cache in a loop", call.program);
            return Err(Refusal::new("emptied-in-loop", text, "take it out by hand"));
        }
        self.commands.push(located.clone());
        Ok(())
    }

    fn rm(&mut self, call: &Call<'s>, folders: &[&str], asks: &dyn Fn(&Arg) -> Reach) -> Result<(), Refusal> {
        let operands: Vec<&Arg> = call.args.iter().filter(|arg| !arg.text.starts_with('-')).collect();
        let reaches: Vec<Reach> = operands.iter().map(|arg| farthest(arg, folders, asks(arg))).collect();
        if let Some((arg, _)) = operands.iter().zip(&reaches).find(|(_, reach)| **reach == Reach::Around) {
            return Err(Refusal::new(
                "deletes-more",
                format!("`rm … {}` deletes more than the cache, and would fail on a mount", arg.text),
                format!("name what else `{}` is meant to delete, without the cache", arg.text),
            ));
        }
        let inside = reaches.iter().filter(|reach| **reach == Reach::Inside).count();
        if inside == 0 {
            return Ok(());
        }
        if let Some(arg) = operands.iter().zip(&reaches).find_map(|(arg, reach)| {
            (*reach == Reach::Inside && arg.varies() && !arg.is_fixed()).then_some(arg)
        }) {
            let text = format!("`rm … {}` deletes the cache by a variable", arg.text);
            return Err(Refusal::new("deletes-by-variable", text, "name the folder by a plain path"));
        }
        // Without -f, rm fails where there is nothing to delete: then the step would have failed, too.
        if inside == operands.len() {
            return self.take(call);
        }
        for (arg, reach) in operands.iter().zip(&reaches) {
            if *reach == Reach::Inside {
                self.words.push(arg.range()?);
            }
        }
        Ok(())
    }

    /// Whether anything is to be taken out.
    pub(crate) fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.words.is_empty()
    }

    /// What takes it out, and the words in `switches` with it, without a change of the exit status.
    pub(crate) fn edits(
        &self,
        document: &Document,
        instruction: &Instruction,
        script: &Script,
        text: &LogicalText,
        switches: &[Place],
    ) -> Result<TakenOut, Refusal> {
        let mut ranges = self.words.clone();
        ranges.extend(switches.iter().filter_map(|place| match place {
            Place::Text(range) => Some(range.clone()),
            Place::Item(_) | Place::Nowhere => None,
        }));
        let declared = |range: &Range<usize>| Declared::TakenOut {
            run: instruction.span.start,
            words: script.slice(range).to_owned(),
        };
        let mut taken = TakenOut { edits: Vec::new(), declares: ranges.iter().map(declared).collect() };
        let plan = removals(script, &self.commands);
        let mut deleted = Vec::new();
        for (located, removal) in self.commands.iter().zip(&plan.outcomes) {
            match removal {
                Removal::Delete(range) => {
                    taken.declares.push(declared(range));
                    deleted.push((located, range.clone()));
                }
                Removal::ReplaceWithTrue(range) => {
                    taken.declares.push(declared(range));
                    taken.edits.extend(surgery::replace(document, instruction, text, range.clone(), "true")?);
                }
                Removal::Refuse(reason) => {
                    let words = script.slice(&located.command.range);
                    return Err(Refusal::new(
                        "cannot-take-out",
                        format!("`{words}` empties the mount and cannot be taken out: {reason}"),
                        "take it out by hand",
                    ));
                }
            }
        }
        ranges.extend(layout::tidy(document, text, &deleted));
        if !ranges.is_empty() {
            taken.edits.extend(surgery::delete(document, instruction, text, &ranges)?);
        }
        Ok(taken)
    }
}

/// Folders that any image with a package manager has (Filesystem Hierarchy Standard 3.0).
const ALWAYS_THERE: &[&str] =
    &["/", "/etc", "/home", "/opt", "/root", "/tmp", "/usr", "/usr/local", "/var", "/var/cache", "/var/lib"];

/// The argument by which a command makes one of `folders`, or one above, and fails or does something else where that is
/// there: the engine makes the folders above a mount, too.
fn made<'c>(call: &'c Call<'_>, folders: &[&str]) -> Option<&'c Arg> {
    let has = |wanted: &[&str]| call.values().any(|value| wanted.contains(&value));
    let makes = match call.program.as_str() {
        "mkdir" => !call.values().any(|value| {
            value == "--parents"
                || value.strip_prefix('-').is_some_and(|short| !short.starts_with('-') && short.contains('p'))
        }),
        "git" => has(&["clone"]),
        "ln" => true,
        _ => false,
    };
    let there = |arg: &Arg| arg.path().is_some_and(|path| ALWAYS_THERE.contains(&clean(&path).as_str()));
    let reaches = |arg: &Arg| {
        folders.iter().any(|folder| match arg.reach(folder) {
            Reach::Around => !there(arg),
            Reach::Inside => call.program == "mkdir",
            Reach::Outside => false,
        })
    };
    call.args.iter().find(|arg| makes && !arg.text.starts_with('-') && reaches(arg))
}

/// The argument by which a command uses what lies in one of `folders`. Of the manager's own commands only operands
/// count: its options may say where the cache is.
fn uses<'c>(call: &'c Call<'_>, folders: &[&str], own: bool) -> Option<&'c Arg> {
    // The commands of `bash -c '…'` are looked at one by one.
    if call.has_own_script() {
        return None;
    }
    let deep = DEEP.contains(&call.program.as_str());
    let mut after_option = false;
    call.args.iter().find(|arg| {
        let option = arg.text.starts_with('-');
        let skipped = own && (option || after_option);
        after_option = option && !arg.text.contains('=');
        !skipped
            && folders.iter().any(|folder| match arg.reach(folder) {
                Reach::Inside => true,
                Reach::Around => deep && !arg.is_root(),
                Reach::Outside => arg.mentions(folder),
            })
    })
}

/// The argument by which a command is told the folder that the manager was asked for. A script within it is looked at
/// command by command.
fn asking<'c>(call: &'c Call<'_>, asks: &dyn Fn(&Arg) -> Reach) -> Option<&'c Arg> {
    call.args.iter().find(|arg| !call.has_own_script() && asks(arg) != Reach::Outside)
}

fn farthest(arg: &Arg, folders: &[&str], asked: Reach) -> Reach {
    let reaches = folders.iter().map(|folder| arg.reach(folder)).chain([asked]);
    let reaches: Vec<Reach> = reaches.collect();
    if reaches.contains(&Reach::Around) {
        Reach::Around
    } else if reaches.contains(&Reach::Inside) {
        Reach::Inside
    } else {
        Reach::Outside
    }
}
