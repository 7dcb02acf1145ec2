//! Where the steps of the groups go: into stages of their own, or one behind the other in the place of the old step.

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, CopiedSource, Origin, Stage, Taker};
use dockfit_dockerfile::operation::{MountKind, Operation};
use dockfit_rewrite::context::{builds_in, may_build};
use dockfit_rewrite::{Project, RelPath};

use super::bases;
use super::install::{is_harmless, is_harmless_step, is_plain};
use super::plan::{Found, Install, Lead, Role, Root, Stages, What};
use super::tree::Tree;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The lead of `step`.
pub(super) fn lead(
    tree: &Tree<'_>,
    steps: &Steps<'_>,
    step: &Step<'_>,
    install: &Install,
    found: &Found,
) -> Result<Lead, Refusal> {
    let model = step.model();
    let Some(stage) = model.stage_of(step.index) else { return Ok(Lead::default()) };
    let folder = match &install.what {
        What::Project { folder, .. } | What::Locked { folder, .. } | What::Wheels { folder } => {
            folder.clone()
        }
        What::Exported { export, .. } => export.folder.clone(),
        What::Requirements { path, .. } => path
            .rsplit_once('/')
            .map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder })
            .to_owned(),
    };
    let exported = match &install.what {
        What::Exported { export, .. } => Some(export),
        _ => None,
    };
    if let Some(copy) = exported.and_then(|export| export.copied_by) {
        // The groups go before the copy from the other stage.
        let between: Vec<usize> = (copy + 1..step.index).collect();
        if let Some(index) = between.iter().find(|index| !is_indifferent(steps, **index, None)) {
            return Err(between_refusal(step, *index));
        }
        return Ok(Lead { inputs: vec![copy], between });
    }
    let is_input = |index: usize| {
        tree.copied(index).is_some_and(|copied| {
            copied.index == found.brought_by
                || copied.files.iter().any(|file| file.source == found.source)
                || (folder != "/" && copied.files.iter().all(|file| is_inside(&file.target, &folder)))
        })
    };
    let mut lead = Lead::default();
    let mut between = Vec::new();
    for index in (stage.instructions.start..step.index).rev() {
        if is_input(index) {
            lead.inputs.insert(0, index);
            lead.between.splice(0..0, std::mem::take(&mut between).into_iter().rev());
        } else if match install.what.managed() {
            Some(_) => is_indifferent(steps, index, exported.map(|export| export.by)),
            None => may_stand_between(steps, index),
        } {
            between.push(index);
        } else {
            break;
        }
    }
    if found.brought_by == step.index {
        return Ok(Lead::default());
    }
    let has_it = stage.instructions.contains(&found.brought_by) && lead.inputs.contains(&found.brought_by);
    // uv itself may come between.
    let may_come = matches!(&install.what, What::Locked { managed, .. } if managed.name == "uv");
    if !has_it || (may_come && !lead.between.is_empty()) {
        let line = step.line_of(found.brought_by);
        let text = format!(
            "steps that may need it stand between the COPY in line {line}, which brings `{}`, and the install",
            found.source
        );
        return Err(Refusal::new("steps-between", text, "copy the file directly before the install"));
    }
    let varies = |index: &usize| {
        step.document().instructions().get(*index).is_none_or(|found| found.arguments().contains('$'))
    };
    if !lead.between.is_empty() && lead.inputs.iter().any(varies) {
        let text = "a variable names what is copied before the install, with other instructions between";
        return Err(Refusal::new("steps-between", text, "copy the file directly before the install"));
    }
    Ok(lead)
}

pub(super) fn between_refusal(step: &Step<'_>, index: usize) -> Refusal {
    let text = format!(
        "line {} may be needed by the install, and stands behind what the groups go before",
        step.line_of(index)
    );
    Refusal::new("steps-between", text, "copy the files of the project directly before the install")
}

/// Whether the groups can be installed before an instruction that stays: it is nothing to them.
fn is_indifferent(steps: &Steps<'_>, index: usize, export: Option<usize>) -> bool {
    let Some(instruction) = steps.dockerfile().document().instructions().get(index) else { return false };
    match instruction.keyword() {
        Keyword::Label | Keyword::Expose => true,
        Keyword::Run if export == Some(index) => true,
        // Tools that come from the index: pip itself is there.
        Keyword::Run => steps.at(index).is_some_and(|step| {
            is_plain(step)
                && step.calls().iter().all(|call| match call.program.as_str() {
                    "pip" => is_harmless(step, call),
                    "poetry" => matches!(call.values().next(), Some("config" | "self")),
                    program => program == "set",
                })
        }),
        _ => false,
    }
}

/// Whether an instruction does the same before the project's files are there.
pub(super) fn may_stand_between(steps: &Steps<'_>, index: usize) -> bool {
    let Some(instruction) = steps.dockerfile().document().instructions().get(index) else { return false };
    match instruction.keyword() {
        Keyword::Env | Keyword::Arg | Keyword::Label | Keyword::Expose => true,
        Keyword::Run => steps.at(index).is_some_and(is_harmless_step),
        _ => false,
    }
}

/// Where Debian and the official images have their interpreter (`sys.prefix` in `debian:13` and `python:3.13`, 2026-11-24).
const INTERPRETERS: &[&str] = &["/usr", "/usr/local"];

/// The stages that the groups could have, or why they cannot, in words that go on from "not in stages, since".
pub(super) fn stages(
    project: &Project,
    step: &Step<'_>,
    install: &Install,
    groups: &[&str],
) -> Result<Stages, String> {
    let model = step.model();
    let Some(stage) = model.stage_of(step.index) else { return Err("the step is in no stage".to_owned()) };
    match &install.what {
        What::Locked { managed, .. } => {
            return Err(format!("`{}` completes the environment in its own step", managed.name));
        }
        What::Exported { managed, .. } => {
            return Err(format!("what `{}` exports is installed in its own step", managed.name));
        }
        What::Requirements { .. } | What::Project { .. } | What::Wheels { .. } => {}
    }
    let root = install.root.as_ref().ok_or("the folder that it fills cannot be told")?;
    let takers = takers(step, stage, root)?;
    if root.is_environment() && INTERPRETERS.contains(&root.path.as_str()) {
        return Err(format!(
            "{} holds the interpreter as well, which the copy of each stage would bring again",
            root.path
        ));
    }
    named(project, step, install, groups, takers)
}

/// The stages that the groups could have beside that of `step`, of which nothing but `takers` may take; why they cannot.
pub(super) fn named(
    project: &Project,
    step: &Step<'_>,
    install: &Install,
    groups: &[&str],
    takers: Vec<(usize, bool)>,
) -> Result<Stages, String> {
    let model = step.model();
    let Some(stage) = model.stage_of(step.index) else { return Err("the step is in no stage".to_owned()) };
    if install.has(&Role::Behind) || stage.instructions.end != step.index + 1 {
        return Err("the stage does more behind it".to_owned());
    }
    let name = stage.name.clone().unwrap_or_else(|| "builder".to_owned());
    let numbered = numbered_after(step, stage, &takers);
    if let Some(line) = numbered {
        return Err(format!("line {line} names a stage by its number"));
    }
    let taken = |name: &str| {
        model.stages().iter().any(|other| other.name.as_deref() == Some(name) || other.base_name == name)
    };
    let own = (stage.name.is_none() && taken(&name)).then(|| name.clone());
    let mut names = groups.iter().copied().chain(["project"]).map(|group| format!("{name}-{group}"));
    if let Some(name) = own.or_else(|| names.find(|name| taken(name))) {
        return Err(format!("there is a stage or image `{name}` already"));
    }
    if groups.contains(&"project") {
        return Err("a group is called `project`, as the stage of the project itself would be".to_owned());
    }
    if let Some(file) = targeted_by(project, step.dockerfile.path(), &name) {
        return Err(format!("{file} builds the stage `{name}` by itself"));
    }
    Ok(Stages { stage: stage.index, is_named: stage.name.is_some(), name, takers })
}

/// The COPYs that take what the step installed; an error where something else is taken, too.
fn takers(step: &Step<'_>, stage: &Stage, root: &Root) -> Result<Vec<(usize, bool)>, String> {
    let model = step.model();
    let mut takers = Vec::new();
    for other in model.stages() {
        if other.base == Base::Stage(stage.index) {
            return Err("another stage builds on this one".to_owned());
        }
        for take in other.takes.iter().filter(|take| take.from == Origin::Stage(stage.index)) {
            let Taker::Instruction(index) = take.by else {
                return Err("a deferred instruction takes from this stage".to_owned());
            };
            let line = step.line_of(index);
            if !take.copied {
                return Err(format!("line {line} mounts this stage"));
            }
            takers.push((index, takes_root(step, other, index, root)?));
        }
    }
    if takers.is_empty() {
        return Err("no other stage copies what it installs".to_owned());
    }
    takers.sort_unstable();
    takers.dedup();
    Ok(takers)
}

/// Whether `--link` may be added to the COPY with this index, which must take what was installed and nothing else.
fn takes_root(step: &Step<'_>, stage: &Stage, index: usize, root: &Root) -> Result<bool, String> {
    let (model, line) = (step.model(), step.line_of(index));
    let other = || format!("line {line} takes something else from this stage, too");
    let Some(Operation::Copy(copy)) = model.operation(index) else { return Err(other()) };
    let copied = model.copied(step.document(), index).ok_or_else(other)?;
    for source in &copied.sources {
        let CopiedSource::Path(value) = source else { return Err(other()) };
        let path = value.as_known().ok_or_else(other)?;
        let path = format!("/{}", path.trim_matches('/'));
        let within = if root.is_environment() { is_inside(&path, &root.path) } else { path == root.path };
        if !within || path.contains(['*', '?', '[']) {
            return Err(other());
        }
    }
    if copy.parents || !copy.exclude.is_empty() {
        return Err(format!("line {line} copies with --parents or --exclude"));
    }
    let flags = step.document().instructions().get(index).map(|found| found.command.flags.as_slice());
    let one_from = flags.unwrap_or_default().iter().filter(|flag| flag.name() == "from").count() == 1;
    if !one_from {
        return Err(other());
    }
    let numeric = |owner: &str| owner.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let owner = copied.owner.as_known().is_some_and(numeric);
    let destination = copied.destination.as_known();
    Ok(!copy.link
        && owner
        && destination.is_some_and(|folder| bases::has_plain_folders(step.dockerfile, stage.index, folder)))
}

/// The line of an instruction that names this stage or a later one by number, and is no taker.
pub(super) fn numbered_after(step: &Step<'_>, stage: &Stage, takers: &[(usize, bool)]) -> Option<usize> {
    let model = step.model();
    let number = |text: &str| text.parse::<usize>().is_ok_and(|number| number >= stage.index);
    let instructions = step.document().instructions().iter().enumerate();
    let found = instructions.filter(|(index, _)| !takers.iter().any(|(taker, _)| taker == index)).find(
        |(index, _)| match model.operation(*index) {
            Some(Operation::Copy(copy)) => copy.from.as_ref().is_some_and(|from| number(&from.text)),
            Some(Operation::Run(_)) => model
                .mounts(*index)
                .iter()
                .flatten()
                .any(|mount| mount.kind != MountKind::Tmpfs && mount.from.as_deref().is_some_and(number)),
            _ => false,
        },
    );
    found.map(|(index, _)| step.line_of(index))
}

/// A compose file, bake file or workflow that builds this stage.
pub(super) fn targeted_by(project: &Project, dockerfile: &RelPath, stage: &str) -> Option<RelPath> {
    let mut folders = vec![dockerfile.parent()];
    while let Some(folder) = folders.last().filter(|folder| !folder.as_str().is_empty()).map(RelPath::parent)
    {
        folders.push(folder);
    }
    folders.extend(RelPath::new(".github/workflows"));
    let paths = folders.iter().flat_map(|folder| {
        let names = project.list(folder).unwrap_or_default();
        names.into_iter().filter_map(|name| folder.join(name)).collect::<Vec<_>>()
    });
    paths.filter(may_build).find(|path| {
        let bytes = project.read(path).ok().flatten().unwrap_or_default();
        let builds = builds_in(path, &bytes);
        builds.iter().any(|build| {
            build.dockerfile == *dockerfile
                && build.target.as_deref().is_some_and(|target| target.eq_ignore_ascii_case(stage))
        })
    })
}

/// The ARGs of the stage before the step: the stages of the groups need them again.
pub(super) fn arguments<'d>(step: &Step<'d>) -> Vec<&'d dockfit_dockerfile::Instruction> {
    let Some(stage) = step.model().stage_of(step.index) else { return Vec::new() };
    let own = stage.instructions.start..step.index;
    let instructions = step.document().instructions().get(own).unwrap_or_default();
    instructions.iter().filter(|found| found.keyword() == Keyword::Arg).collect()
}
