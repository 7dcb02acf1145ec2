//! The removal of `docker-clean`, which empties the mount after each install.

use std::collections::BTreeSet;

use dockfit_dockerfile::Keyword;
use dockfit_rewrite::surgery::{self, Habits};
use dockfit_rewrite::{Consent, Decision, Declared};

use super::KEEP_PACKAGES;
use super::apt::{self, Action, DOCKER_CLEAN};
use super::leaving::Leaving;
use super::stage::Stages;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::As;
use crate::cache_mounts::step::Step;
use crate::dockerfiles::File;

/// The decision on `docker-clean` for a step that installs, where one is due: once for a stage and those that build on
/// it. `kept` holds the stages in which this run has made it.
pub(super) fn keep_packages(
    file: &File<'_>,
    step: &Step<'_>,
    stages: &Stages<'_, '_>,
    leaving: &Leaving,
    kept: &mut BTreeSet<usize>,
) -> Result<Option<Decision>, Refusal> {
    let Some(stage) = step.stages().next() else { return Ok(None) };
    let calls = step.calls();
    let Some(install) = calls.iter().find(|call| apt::action(call) == Some(Action::Install)) else {
        return Ok(None);
    };
    let keeping = stages.keeping(step);
    let for_apt = stages.use_apt(stage) && !keeping.apt_keeps;
    let done = step.stages().any(|stage| kept.contains(&stage));
    if done || (keeping.cleaned_off && !for_apt) {
        return Ok(None);
    }
    if file.task.consent(&KEEP_PACKAGES) != Consent::Given {
        let text = format!("`{DOCKER_CLEAN}` empties the mount after each install");
        return Err(Refusal::new("docker-clean", text, "consent to apt-caches/keep-packages"));
    }
    if let Some(copy) = stages.replaced(step) {
        let text = format!("line {} puts a `docker-clean` of its own into the image", step.line_of(copy));
        return Err(Refusal::new(
            "own-docker-clean",
            text,
            "remove it in a RUN before this one, if it may go",
        ));
    }
    if let Some(refusal) = leaving.refusal(step) {
        return Err(refusal);
    }
    let lines = keep_lines(&Habits::of(step.document()), install.user != As::Same, for_apt);
    let edit = surgery::insert_before(step.document(), step.index, &lines.lines);
    kept.insert(stage);
    let outcome = file.change([edit], vec![Declared::RunAdded(lines.script)], leaving.note(step));
    Ok(Some(file.decision(&KEEP_PACKAGES, step.instruction.text_span(), outcome)))
}

/// The lines that make apt keep its packages.
struct KeepLines {
    lines: Vec<String>,
    script: String,
}

fn keep_lines(habits: &Habits, sudo: bool, for_apt: bool) -> KeepLines {
    let sudo = if sudo { "sudo " } else { "" };
    let mut script = format!("{sudo}rm -f {DOCKER_CLEAN}");
    if for_apt {
        let setting = r#"Binary::apt::APT::Keep-Downloaded-Packages "true";"#;
        let target = "/etc/apt/apt.conf.d/keep-cache";
        let write = if sudo.is_empty() {
            format!(" && echo '{setting}' > {target}")
        } else {
            format!(" && echo '{setting}' | {sudo}tee {target}")
        };
        script.push_str(&write);
    }
    let line = format!("{} {script}", habits.keyword(Keyword::Run));
    KeepLines {
        lines: vec!["# the image would delete downloaded packages after each install".to_owned(), line],
        script,
    }
}
