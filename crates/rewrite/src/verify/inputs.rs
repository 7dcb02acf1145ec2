//! A RUN that stays finds what it found before: its stage, variables, user, folder, shell, mounts.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use dockfit_dockerfile::Instruction;
use dockfit_dockerfile::model::{Base, Model, State, Value};
use dockfit_dockerfile::operation::Operation;

use super::stages::Stages;
use super::{Breach, Declarations};
use crate::{Dockerfile, Facet};

/// Compares each RUN of the old text with the one that it became.
pub(super) fn kept(
    old: &Dockerfile,
    new: &Dockerfile,
    stages: &Stages<'_>,
    declared: &Declarations<'_>,
    same: &[(usize, usize)],
) -> Result<(), Breach> {
    let (was, is) = (old.model(), new.model());
    let (settings_before, settings_after) = (settings(was, declared), settings(is, declared));
    for (before, after) in same {
        let found = new.document().instructions().get(*after);
        let breach = |message: String| {
            let place = found.map(|found| found.span).unwrap_or_default();
            Err(Breach::new("scripts", new.path(), place, message))
        };
        let stage = was.stage_of(*before).map(|stage| stage.index);
        if stage != is.stage_of(*after).and_then(|stage| stages.old(stage.index)) {
            return breach("the RUN belongs to another stage than before".to_owned());
        }
        if let (Some(old), Some(new)) = (was.state(*before), is.state(*after))
            && let Some(what) = differs(old, new, declared)
        {
            return breach(format!("the {what} of this RUN is another than before"));
        }
        if settings_before.get(before) != settings_after.get(after)
            && variables(was, *before, declared) != variables(is, *after, declared)
        {
            return breach("the variables of this RUN are others than before".to_owned());
        }
        let instruction = old.document().instructions().get(*before);
        if let (Some(old), Some(new)) = (instruction, found)
            && let Some(flag) = lost_flag(old, new, declared)
        {
            return breach(format!("`{flag}` of this RUN is gone"));
        }
    }
    Ok(())
}

fn differs(was: &State, is: &State, declared: &Declarations<'_>) -> Option<&'static str> {
    let equal = [
        (Facet::User, "user", was.user == is.user),
        (Facet::Workdir, "folder", was.current_dir() == is.current_dir()),
        (Facet::Shell, "shell", was.shell == is.shell),
    ];
    equal
        .into_iter()
        .find(|(facet, _, equal)| !equal && !declared.facets.contains(facet))
        .map(|(_, what, _)| what)
}

/// For each instruction of a stage a number that tells the ENV and ARG that come before it, but for variables that were
/// declared: where it is the same, the variables need no look.
fn settings(model: &Model, declared: &Declarations<'_>) -> BTreeMap<usize, u64> {
    let mut at_end: Vec<DefaultHasher> = Vec::new();
    let mut found = BTreeMap::new();
    for stage in model.stages() {
        let mut hasher = match stage.base {
            Base::Stage(below) => at_end.get(below).cloned().unwrap_or_default(),
            _ => DefaultHasher::new(),
        };
        for index in stage.instructions.clone() {
            match model.operation(index) {
                Some(Operation::Env(pairs)) => {
                    for pair in pairs.iter().filter(|pair| !declared.env.contains(pair.key.text.as_str())) {
                        (0, &pair.key.text, &pair.value.text).hash(&mut hasher);
                    }
                }
                Some(Operation::Arg(arguments)) => {
                    for argument in arguments {
                        let default = argument.default.as_ref().map(|default| &default.text);
                        (1, &argument.name.text, default).hash(&mut hasher);
                    }
                }
                Some(Operation::Run(_)) => {
                    found.insert(index, hasher.finish());
                }
                _ => {}
            }
        }
        at_end.push(hasher);
    }
    found
}

fn variables(model: &Model, index: usize, declared: &Declarations<'_>) -> Option<BTreeMap<String, Value>> {
    if declared.facets.contains(&Facet::Env) {
        return None;
    }
    let variables = model.environment(index)?.variables().into_iter();
    Some(
        variables
            .filter(|variable| !declared.env.contains(&*variable.name))
            .map(|variable| (variable.name.to_string(), variable.value))
            .collect(),
    )
}

/// A flag of the old RUN that the new one lacks.
fn lost_flag<'a>(old: &'a Instruction, new: &Instruction, declared: &Declarations<'_>) -> Option<&'a str> {
    let flags = |of: &Instruction| -> Vec<String> {
        of.command.flags.iter().map(|flag| of.slice(&flag.range).to_owned()).collect()
    };
    let mut left = flags(new);
    let taken = declared.taken.get(&old.span.start);
    old.command.flags.iter().map(|flag| old.slice(&flag.range)).find(|flag| {
        if let Some(at) = left.iter().position(|other| other == flag) {
            left.remove(at);
            return false;
        }
        !taken.is_some_and(|taken| taken.iter().any(|words| words == flag))
    })
}
