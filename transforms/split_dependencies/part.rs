//! A stage that installs for itself, parted: what stands before the install becomes a stage that the groups and what
//! follows are built on.

use std::ops::Range;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{CopiedSource, Stage};
use dockfit_shell::Lookup;

use super::bases;
use super::plan::{Generated, Install, Parted, Role, RootKind, Stages};
use super::shape::numbered_after;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// Names for the stage of what stands before, and folders that the groups are installed into; the first that is free is taken.
const NAMES: &[&str] = &["builder", "dependencies", "before-dependencies"];
const FOLDERS: &[&str] = &["/install", "/installed"];

/// Such folders that a user who is not root can make: everyone may write to `/tmp`.
const FOLDERS_OF_USERS: &[&str] = &["/tmp/install", "/tmp/installed"];

/// What an official image or a new virtual environment may hold already: pip would take the old version away in the stage of
/// the group, and it would still be there in the image.
const PREINSTALLED: &[&str] = &["pip", "setuptools", "wheel"];

/// The parts that a stage could have, or why it stays one, in words that go on from "since".
pub(super) fn parted(
    steps: &Steps<'_>,
    step: &Step<'_>,
    install: &Install,
    files: &[Generated],
) -> Result<Parted, String> {
    let model = step.model();
    let Some(stage) = model.stage_of(step.index) else { return Err("the step is in no stage".to_owned()) };
    let root = install.root.as_ref().ok_or("the folder that it fills cannot be told")?;
    if !step.owner().is_ok_and(|owner| owner.is_none()) {
        return Err(
            "a COPY from another stage would change the owner of what a user has installed".to_owned()
        );
    }
    before(steps, step, stage)?;
    let behind = |other: &&Step<'_>| other.index > step.index && stage.instructions.contains(&other.index);
    let more = steps.mentioning(&["pip", "uv", "poetry", "pdm", "pipenv"]).filter(behind);
    if let Some(other) = more.into_iter().find(|other| super::install::read(other).is_some()) {
        return Err(format!("line {} installs from a file as well", step.line_of(other.index)));
    }
    let prefix = if root.is_environment() {
        Some(free_prefix(steps, step, install, files, &root.path)?)
    } else {
        None
    };
    if let Some(line) = numbered_after(step, stage, &[]) {
        return Err(format!("line {line} names a stage by its number"));
    }
    let mut suffixes: Vec<&str> = files.iter().map(|file| file.group.as_str()).collect();
    suffixes.push("");
    let taken = |name: &str| {
        model.stages().iter().any(|other| other.name.as_deref() == Some(name) || other.base_name == name)
    };
    let is_free =
        |name: &&&str| suffixes.iter().all(|group| !taken(format!("{name}-{group}").trim_end_matches('-')));
    let name = NAMES.iter().find(is_free).ok_or("the names of the new stages are taken")?;
    let destination = root.path.clone();
    let from = prefix.clone().unwrap_or_else(|| destination.clone());
    Ok(Parted {
        stage: stage.index,
        name: (*name).to_owned(),
        link: bases::has_plain_folders(step.dockerfile, stage.index, &destination),
        is_copied: root.kind != RootKind::Wheels,
        destination,
        from,
        prefix,
        own_name: own_name(step, stage)?,
    })
}

/// The folder that the groups of an environment are installed into, so that only what they bring is copied; why they fill the
/// environment itself, if they do.
fn free_prefix(
    steps: &Steps<'_>,
    step: &Step<'_>,
    install: &Install,
    files: &[Generated],
    root: &str,
) -> Result<String, String> {
    if install.program == "uv" {
        // With `--prefix`, uv installs for the interpreter that it would have filled the environment of.
        let is_system = step.calls().iter().any(|call| call.values().any(|value| value == "--system"));
        if is_system || matches!(step.variable("UV_SYSTEM_PYTHON"), Lookup::Set(_)) {
            return Err("uv looks for the system's interpreter".to_owned());
        }
    }
    environment(steps, step, install, files, root)?;
    let is_root = step.owner().is_ok_and(|owner| owner.is_none());
    if !is_root && step.instruction.text.as_str().contains("/tmp") {
        return Err("the step names /tmp, where a user who is not root would install to".to_owned());
    }
    let text = String::from_utf8_lossy(step.document().source());
    let folders = if is_root { FOLDERS } else { FOLDERS_OF_USERS };
    let free = folders.iter().find(|folder| !text.contains(**folder));
    Ok((*free.ok_or("the file names each folder that the groups could have")?).to_owned())
}

/// As [`free_prefix`], for groups in stages, of whose environment other stages copy the whole.
pub(super) fn prefix_of_stages(
    steps: &Steps<'_>,
    step: &Step<'_>,
    install: &Install,
    files: &[Generated],
    stages: &Stages,
) -> Option<String> {
    let root = install.root.as_ref().filter(|root| root.is_environment())?;
    let is_whole = |index: usize| {
        let copied = step.model().copied(step.document(), index);
        let sources = copied.map(|copied| copied.sources).unwrap_or_default();
        matches!(sources.as_slice(), [CopiedSource::Path(path)]
            if path.as_known().is_some_and(|path| path.trim_end_matches('/') == root.path))
    };
    let all = stages.takers.iter().all(|(index, _)| is_whole(*index));
    all.then(|| free_prefix(steps, step, install, files, &root.path).ok())?
}

/// Refuses where something before the install would not be the same for what is built on it.
fn before(steps: &Steps<'_>, step: &Step<'_>, stage: &Stage) -> Result<(), String> {
    let instructions = step.document().instructions().iter().enumerate();
    let own = instructions.filter(|(index, _)| stage.instructions.contains(index) && *index < step.index);
    for (index, instruction) in own {
        let line = step.line_of(index);
        match instruction.keyword() {
            Keyword::Onbuild => {
                return Err(format!("the ONBUILD in line {line} would run for the new stages"));
            }
            Keyword::Cmd => {
                return Err(format!("an ENTRYPOINT behind the CMD in line {line} would do away with it"));
            }
            Keyword::Volume => {
                return Err(format!("the volume of line {line} would be one in the new stages"));
            }
            Keyword::Run if steps.at(index).is_none() => {
                return Err(format!("it cannot be told what line {line} installs"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses where the environment holds packages that the groups bring, too, or a command behind the install looks for them in it.
fn environment(
    steps: &Steps<'_>,
    step: &Step<'_>,
    install: &Install,
    files: &[Generated],
    root: &str,
) -> Result<(), String> {
    let own = step.stages().next().unwrap_or_default();
    if root == "/usr" || (root == "/usr/local" && !bases::has_plain_folders(step.dockerfile, own, root)) {
        return Err("the folders of its interpreter are not known".to_owned());
    }
    holds_others(steps, step, files, root)?;
    let text = step.text().map(|text| text.as_str().to_owned()).unwrap_or_default();
    let cleans = install.parts.iter().filter(|part| part.role == Role::Cleans);
    if cleans.into_iter().any(|part| text.get(part.range.clone()).is_some_and(|words| words.contains(root))) {
        return Err(format!("the step deletes in {root}"));
    }
    Ok(())
}

/// Refuses where the environment holds packages that the groups may bring in another version: pip takes the old one away in
/// the stage of a group, and it is still there in what is copied from elsewhere.
pub(super) fn holds_others(
    steps: &Steps<'_>,
    step: &Step<'_>,
    files: &[Generated],
    root: &str,
) -> Result<(), String> {
    let pinned = |file: &Generated| {
        let lines = dockfit_python::lines_of(&file.text);
        let found = lines.iter().find_map(|line| {
            PREINSTALLED
                .iter()
                .find(|name| line.strip_prefix(**name).is_some_and(|rest| rest.starts_with("==")))
        });
        found.copied()
    };
    if let Some(line) = filled_before(steps, step, root) {
        return Err(format!("line {line} installs into {root}, too"));
    }
    if let Some(name) = files.iter().find_map(pinned) {
        return Err(format!("`{name}` is in the image already, and in a group"));
    }
    Ok(())
}

/// Where the name of the stage stands, and what it is.
fn own_name(step: &Step<'_>, stage: &Stage) -> Result<Option<(Range<usize>, String)>, String> {
    let Some(name) = &stage.name else { return Ok(None) };
    let unclear = || "its FROM is not written plainly".to_owned();
    let from = step.document().instructions().get(stage.from).ok_or_else(unclear)?;
    let text = from.arguments();
    let written =
        text.split_whitespace().last().filter(|word| word.eq_ignore_ascii_case(name)).ok_or_else(unclear)?;
    let start = text.rfind(written).ok_or_else(unclear)?;
    let spans = from
        .text
        .spans(from.command.arguments.start + start..from.command.arguments.start + start + written.len());
    match spans.as_slice() {
        [span] => Ok(Some((span.start..span.end, written.to_owned()))),
        _ => Err(unclear()),
    }
}

/// The line of another install into the environment that the groups would be copied to: of two versions of a package both
/// would be there.
fn filled_before(steps: &Steps<'_>, step: &Step<'_>, root: &str) -> Option<usize> {
    const INSTALLERS: &[&str] = &["pip", "uv", "poetry", "pdm", "pipenv", "conda", "mamba", "easy_install"];
    const TOOLS: &[&str] =
        &["install", "-U", "--upgrade", "--no-cache-dir", "-q", "--quiet", "pip", "setuptools", "wheel"];
    let stages: Vec<usize> = step.stages().collect();
    let seen =
        |index: usize| steps.model().stage_of(index).is_some_and(|stage| stages.contains(&stage.index));
    let installs = |call: &&Call<'_>| {
        INSTALLERS.contains(&call.program.as_str())
            && call.values().any(|value| matches!(value, "install" | "sync" | "add"))
            && !(call.program == "pip" && call.args.iter().all(|arg| TOOLS.contains(&arg.text.as_str())))
    };
    // The install itself is one of its own step.
    let fills = |other: &&Step<'_>| {
        other.calls().iter().filter(installs).count() > usize::from(other.index == step.index)
    };
    let mut before =
        steps.mentioning(INSTALLERS).filter(|other| other.index <= step.index && seen(other.index));
    if let Some(other) = before.find(fills) {
        return Some(step.line_of(other.index));
    }
    let document = step.document();
    let mut copies = (0..step.index).filter(|index| seen(*index)).filter(|index| {
        let is_from = document.instructions().get(*index).is_some_and(|found| found.flag("from").is_some());
        let copied = is_from.then(|| step.model().copied(document, *index)).flatten();
        copied.is_some_and(|copied| copied.destination.as_known().is_none_or(|path| path.starts_with(root)))
    });
    copies.next().map(|index| step.line_of(index))
}
