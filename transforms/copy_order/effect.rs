//! What a RUN does to the project: nothing, an install of dependencies, or something that may read the source.

use std::collections::BTreeMap;
use std::ops::Range;

use dockfit_shell::{Command, Item, Node, OperatorKind, Script};

use super::idle::{Touches, touches};
use super::managers::{Ahead, Install, Manager, Reading, manager};
use super::tree::Folder;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

/// What a RUN does.
pub(super) enum Effect {
    /// It touches these absolute paths and nothing else of the project.
    Touches(Vec<String>),
    /// It may read anything; its words.
    Anything(String),
    /// It builds dependencies that were found out elsewhere.
    Prepared(&'static Manager),
    /// It installs.
    Installs(Installs),
    /// It installs, but not ahead of the source.
    Refused(&'static Manager, Refusal),
}

/// The installs of one RUN.
pub(super) struct Installs {
    /// Each with its words.
    pub(super) found: Vec<(&'static Manager, Install, String)>,
    /// The first command behind them that may read the source.
    pub(super) split: Option<Split>,
    /// What its other commands touch.
    pub(super) paths: Vec<String>,
}

/// Where a RUN can be taken apart.
pub(super) struct Split {
    /// The end of the part that installs, in the script.
    pub(super) end: usize,
    /// The start of the rest.
    pub(super) start: usize,
    /// The command there.
    pub(super) words: String,
    /// Why it cannot be taken apart, if so.
    pub(super) refusal: Option<Refusal>,
}

/// What the items of a script do, gathered.
#[derive(Default)]
struct Gathered {
    found: Vec<(&'static Manager, Install, String)>,
    paths: Vec<String>,
    /// A command in front of the installs that may read anything.
    opaque: Option<String>,
    prepared: Option<&'static Manager>,
    changes_shell: bool,
    other_before: bool,
    split: Option<Split>,
}

/// What `step` does. `at` gives the folder of a path of the image.
pub(super) fn effect<'v>(step: &Step<'_>, at: &dyn Fn(&str) -> Folder<'v>) -> Effect {
    let Some(script) = step.script() else { return Effect::Anything("a script".to_owned()) };
    if script.has_errors() || step.not_posix().is_some() {
        return Effect::Anything(short(script.text()));
    }
    let calls = step.calls();
    let mut gathered = Gathered::default();
    let items = &script.body.items;
    let known = Known::new(script, calls);
    for (index, item) in items.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| items.get(before));
        let plain = !breaks(item) && !before.is_some_and(breaks);
        let words = match step.text() {
            Some(_) => short(script.slice(item.node.range())),
            None => short(step.instruction.arguments()),
        };
        let call = match &item.node {
            Node::Command(command) if plain && is_plain(command, script) => known.call(command),
            Node::Assignment(_) | Node::Declaration(_) if plain => {
                gathered.changes_shell = true;
                continue;
            }
            _ => None,
        };
        let Some(call) = call else {
            // An install in a branch or a subshell is seen, and left alone.
            let hidden = known.inside(item.node.range()).filter_map(|(_, call)| call).find_map(|call| {
                let manager = manager(call)?;
                let folder = at(call.folder.as_deref()?);
                matches!((manager.read)(call, &folder), Reading::Installs(_)).then_some(manager)
            });
            if let Some(manager) = hidden.filter(|_| gathered.found.is_empty() && gathered.split.is_none()) {
                let text = format!("`{words}` installs in a branch, a pipe or a shell of its own");
                let refusal = Refusal::new("not-plain", text, "give the install a RUN of its own");
                return Effect::Refused(manager, refusal);
            }
            if is_harmless(&item.node, script, &known) {
                gathered.changes_shell = true;
                gathered.other_before |= gathered.found.is_empty();
                continue;
            }
            gathered.reads_anything(script, items, index, words);
            continue;
        };
        let reading = manager(call).map(|manager| {
            let folder = call.folder.as_deref().map(at);
            (manager, folder.map_or(Reading::Other, |folder| (manager.read)(call, &folder)))
        });
        match reading {
            Some((_, Reading::Idle)) => gathered.other_before |= gathered.found.is_empty(),
            Some((manager, Reading::Prepared)) => gathered.prepared = Some(manager),
            Some((manager, Reading::Installs(install))) if gathered.split.is_none() => {
                if let Some(opaque) = &gathered.opaque {
                    let text = format!("`{opaque}` stands in front of `{words}` in the same step");
                    let way_out = "give the install a RUN of its own";
                    return Effect::Refused(manager, Refusal::new("command-before", text, way_out));
                }
                if install.ahead != Ahead::Itself && (gathered.other_before || !gathered.found.is_empty()) {
                    let text = format!("`{words}` stands behind other commands of the same step");
                    let way_out = "give it a RUN of its own";
                    return Effect::Refused(manager, Refusal::new("command-before", text, way_out));
                }
                gathered.found.push((manager, install, words));
            }
            Some((manager, Reading::Refused(refusal)))
                if gathered.found.is_empty() && gathered.split.is_none() && gathered.opaque.is_none() =>
            {
                return Effect::Refused(manager, refusal);
            }
            Some(_) => gathered.reads_anything(script, items, index, words),
            None => match touches(call) {
                Touches::Nothing => gathered.other_before |= gathered.found.is_empty(),
                Touches::Shell => gathered.changes_shell = true,
                Touches::Paths(paths) => {
                    gathered.other_before |= gathered.found.is_empty();
                    if gathered.split.is_none() {
                        gathered.paths.extend(paths);
                    }
                }
                Touches::Anything => gathered.reads_anything(script, items, index, words),
            },
        }
    }
    gathered.effect(script, step)
}

impl Gathered {
    fn reads_anything(&mut self, script: &Script, items: &[Item], index: usize, words: String) {
        if self.found.is_empty() {
            self.opaque.get_or_insert(words);
            return;
        }
        if self.split.is_some() {
            return;
        }
        let (Some(item), Some(before)) =
            (items.get(index), index.checked_sub(1).and_then(|at| items.get(at)))
        else {
            return;
        };
        let (end, start) = (before.node.range().end, item.node.range().start);
        let refusal = self.cannot_split(script, items, &words, start);
        self.split = Some(Split { end, start, words, refusal });
    }

    fn cannot_split(&self, script: &Script, items: &[Item], words: &str, start: usize) -> Option<Refusal> {
        let way_out = "give the install a RUN of its own";
        let only_and = items.iter().enumerate().all(|(index, item)| {
            let last = index + 1 == items.len();
            item.operator.as_ref().map_or(last, |operator| operator.kind == OperatorKind::And)
        });
        if !only_and {
            let text = format!("`{words}` may need the source, and the step is no plain chain of `&&`");
            return Some(Refusal::new("not-plain", text, way_out));
        }
        if self.changes_shell {
            let text = format!(
                "`{words}` may need the source, and the folder or variables that the step sets before"
            );
            return Some(Refusal::new("shell-state", text, way_out));
        }
        let rest = script.text().get(start..).unwrap_or_default();
        let shrinks = |word: &str| {
            matches!(word, "rm" | "prune" | "purge" | "del" | "autoremove" | "uninstall" | "remove")
        };
        if let Some(word) = rest.split_whitespace().find(|word| shrinks(word)) {
            let text = format!(
                "`{words}` may need the source, and `{word}` behind it deletes what the same layer brought"
            );
            return Some(Refusal::new(
                "would-grow",
                text,
                "build in a stage of its own, and copy the result",
            ));
        }
        None
    }

    fn effect(self, script: &Script, step: &Step<'_>) -> Effect {
        if !self.found.is_empty() {
            let two_steps = self.found.iter().any(|(_, install, _)| install.ahead != Ahead::Itself);
            let mut split = self.split.filter(|_| !two_steps);
            if let Some(split) =
                split.as_mut().filter(|_| step.text().is_none() || !step.instruction.heredocs.is_empty())
            {
                let text =
                    format!("`{}` may need the source, and the step cannot be taken apart", split.words);
                split.refusal = Some(Refusal::new("not-plain", text, "give the install a RUN of its own"));
            }
            return Effect::Installs(Installs { found: self.found, split, paths: self.paths });
        }
        match (self.opaque, self.prepared) {
            (_, Some(manager)) => Effect::Prepared(manager),
            (Some(words), None) => Effect::Anything(words),
            (None, None) => {
                let _ = script;
                Effect::Touches(self.paths)
            }
        }
    }
}

/// The commands of a script in order of text, each with what is known of it.
struct Known<'c, 's> {
    commands: Vec<(&'s Command, Option<&'c Call<'s>>)>,
}

impl<'c, 's> Known<'c, 's> {
    fn new(script: &'s Script, calls: &'c [Call<'s>]) -> Self {
        let by_place: BTreeMap<usize, &Call<'s>> =
            calls.iter().map(|call| (call.command().range.start, call)).collect();
        let found = |command: &'s Command| {
            let call = by_place.get(&command.range.start).copied();
            (command, call.filter(|call| std::ptr::eq(call.command(), command)))
        };
        Self { commands: script.commands().map(found).collect() }
    }

    fn call(&self, command: &Command) -> Option<&'c Call<'s>> {
        let at = self.commands.partition_point(|(known, _)| known.range.start < command.range.start);
        let (known, call) = self.commands.get(at)?;
        if std::ptr::eq(*known, command) { *call } else { None }
    }

    /// Those in a range.
    fn inside(&self, range: &Range<usize>) -> impl Iterator<Item = (&'s Command, Option<&'c Call<'s>>)> {
        let at = self.commands.partition_point(|(known, _)| known.range.start < range.start);
        let end = range.end;
        self.commands.iter().skip(at).take_while(move |(known, _)| known.range.start < end).copied()
    }
}

/// Whether all commands of a branch, loop or pipe are known to leave the project alone, and no test asks for files.
fn is_harmless(node: &Node, script: &Script, known: &Known<'_, '_>) -> bool {
    let text = script.slice(node.range());
    let asks = ["-f", "-e", "-d", "-s", "-r", "-w", "-x", "-L", "-h"];
    !text.split_whitespace().any(|word| asks.contains(&word))
        && !text.contains(['<', '>', '`'])
        && !text.contains("$(")
        && known.inside(node.range()).all(|(command, call)| {
            is_plain(command, script)
                && call.is_some_and(|call| {
                    manager(call).is_none() && matches!(touches(call), Touches::Nothing | Touches::Shell)
                })
        })
}

/// Whether an item, or the one behind it, does not simply follow the one before.
fn breaks(item: &Item) -> bool {
    item.operator
        .as_ref()
        .is_some_and(|operator| matches!(operator.kind, OperatorKind::Or | OperatorKind::Background))
}

/// Whether a command reads and writes nothing beside what its program does.
fn is_plain(command: &Command, script: &Script) -> bool {
    let harmless = |range: &Range<usize>| script.slice(range).trim() == "$(nproc)";
    command.nested.is_none()
        && command.substitutions().all(|substitution| harmless(&substitution.range))
        && command.redirects.iter().all(|redirect| {
            let text = script.slice(&redirect.range);
            text.contains("/dev/null") || text.contains(">&") || text.contains("> &")
        })
}

/// Words for a message: the first line, and not too much of it.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return line;
    }
    let cut: String = line.chars().take(MOST).collect();
    format!("{}…", cut.trim_end())
}
