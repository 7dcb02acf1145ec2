//! pip in a virtual environment that is copied into the image that runs.

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, CopiedSource, Stage};
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::{Decision, Declared, Outcome, surgery};

use super::INSTALLER;
use super::copied::{folder_is_plain, runs_as_at_end, stage_above};
use super::leftovers::installs;
use super::packages::Packages;
use crate::build_context::BuildContext;
use crate::bytecode::bases::version;
use crate::bytecode::source::of_lineage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// What pip takes in an environment, with bytecode (pip 23.2 on Python 3.11, measured on 2026-11-24).
const NOTE: &str = "about 14 MB less in the image";

pub(super) fn decide(file: &File<'_>, steps: &Steps<'_>) -> Vec<Decision> {
    let model = file.dockerfile.model();
    let Some(target) = model.target() else { return Vec::new() };
    let runs: Vec<usize> = of_lineage(model, target.index).collect();
    let mut decisions = Vec::new();
    for step in steps.mentioning(&["venv", "virtualenv"]) {
        let is_built = model.stage_of(step.index).is_some_and(|stage| stage.built);
        if !is_built || step.is_deferred() || runs.contains(&step.index) {
            continue;
        }
        for call in step.calls() {
            let Some(folder) = environment(call) else { continue };
            if !is_copied(file, &runs, step, &folder) {
                continue;
            }
            let outcome = match change(file, steps, step, &runs, &folder) {
                Ok(outcome) => outcome,
                Err(refusal) => refusal.into_outcome(),
            };
            decisions.push(file.decision(&INSTALLER, step.instruction.text_span(), outcome));
        }
    }
    decisions
}

/// The environment that `python -m venv` makes, with pip in it.
fn environment(call: &Call<'_>) -> Option<String> {
    if !matches!(call.program.as_str(), "venv" | "virtualenv") {
        return None;
    }
    if call.values().any(|value| matches!(value, "--without-pip" | "--no-pip")) {
        return None;
    }
    let mut plain =
        call.args.iter().filter(|arg| !arg.value.as_deref().unwrap_or(&arg.text).starts_with('-'));
    let (path, None) = (plain.next()?.path()?, plain.next()) else { return None };
    Some(clean(&path))
}

/// Whether the stage that runs copies the environment from the step's stage.
fn is_copied(file: &File<'_>, runs: &[usize], step: &Step<'_>, folder: &str) -> bool {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let own = model.stage_of(step.index).map(|stage| stage.index);
    runs.iter().any(|index| {
        let Some(Operation::Copy(copy)) = model.operation(*index) else { return false };
        let Some(from) = copy.from.as_ref() else { return false };
        let number = from.text.parse::<usize>().ok();
        let stage =
            number.and_then(|number| model.stages().get(number)).or_else(|| model.stage_named(&from.text));
        let takes = model.copied(document, *index).is_some_and(|copied| {
            copied.sources.iter().any(|source| match source {
                CopiedSource::Path(value) => {
                    let path = value.as_known().map(|path| clean(&format!("/{path}")));
                    path.is_some_and(|path| is_inside(folder, &path))
                }
                _ => false,
            })
        });
        stage.map(|stage| stage.index) == own && takes
    })
}

fn change(
    file: &File<'_>,
    steps: &Steps<'_>,
    step: &Step<'_>,
    runs: &[usize],
    folder: &str,
) -> Result<Outcome, Refusal> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let stage = model.stage_of(step.index).ok_or_else(|| Refusal::from(surgery::CannotEdit::Scattered))?;
    if let Some(refusal) = step.refuses_edits(INSTALLER.id) {
        return Err(refusal);
    }
    let own = |found: &&Step<'_>| stage.instructions.contains(&found.index);
    let is_pip = |call: &Call<'_>| call.program == "pip";
    let removes = |call: &Call<'_>| {
        is_pip(call)
            && call.values().any(|value| value == "uninstall")
            && call.values().any(|value| value == "pip")
    };
    // A step may take its files away, too.
    let gone = |found: &Step<'_>| found.mentions(&["-packages/pip"]) || found.calls().iter().any(removes);
    if steps.all().filter(own).any(gone) {
        return Ok(Outcome::Already);
    }
    stage_above(file, stage, "may use pip")?;
    if let Some(index) = runs.iter().find(|index| {
        document.instructions().get(**index).is_some_and(|found| mentions_pip(found.text.as_str()))
    }) {
        let text = format!("line {} of the stage that runs names pip", document.line_of(*index));
        return Err(Refusal::new("used", text, "install in the stage that builds"));
    }
    folder_is_plain(folder)?;
    runs_as_at_end(file, step.index, stage)?;
    let last = stage.instructions.end.saturating_sub(1);
    let mut words: Vec<String> =
        [&format!("{folder}/bin/python"), "-m", "pip", "uninstall", "--yes", "pip"].map(str::to_owned).into();
    let has_setuptools = brings_setuptools(file, step);
    if has_setuptools && is_unneeded(file, steps, stage) {
        words.push("setuptools".to_owned());
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let run = document.habits().keyword(Keyword::Run);
    let lines = vec![
        format!("# The image that runs installs nothing: {} behind.", stays(&words)),
        format!("{run} [{}]", quoted.join(", ")),
    ];
    let edit = surgery::insert_behind(document, last, &lines);
    Ok(file.change([edit], vec![Declared::RunAdded(words.join(" "))], Some(NOTE.to_owned())))
}

fn stays(words: &[String]) -> &'static str {
    if words.last().is_some_and(|last| last == "setuptools") {
        "pip and setuptools stay"
    } else {
        "pip stays"
    }
}

/// Whether an environment that `python -m venv` makes has setuptools: before Python 3.12 (its release notes).
fn brings_setuptools(file: &File<'_>, step: &Step<'_>) -> bool {
    let model = file.dockerfile.model();
    let lowest = model.stage_of(step.index).and_then(|stage| model.lineage(stage.index).last());
    lowest.is_some_and(|lowest| match &lowest.base {
        Base::Image(image) if image.familiar_name() == "python" && lowest.base_arguments.is_empty() => {
            version(image, "").is_some_and(|version| (version.major, version.minor) < (3, 12))
        }
        _ => false,
    })
}

/// Whether nothing imports setuptools or what comes with it: no package of the lock needs it, and no source names it.
fn is_unneeded(file: &File<'_>, steps: &Steps<'_>, stage: &Stage) -> bool {
    let Ok(tree) = BuildContext::of(file.task.project, file.dockerfile) else { return false };
    let packages = Packages::of(Some(&tree), installs(steps, stage));
    let needed = packages.names.as_ref().is_none_or(|names| names.contains("setuptools"));
    let names_it = |path: &String| {
        path.rsplit('.').next() == Some("py")
            && tree
                .text(path)
                .is_none_or(|text| text.contains("pkg_resources") || text.contains("setuptools"))
    };
    packages.is_complete && !needed && !tree.files.iter().any(names_it)
}

/// Whether `pip` stands in the text as a word of its own.
fn mentions_pip(text: &str) -> bool {
    text.split(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-')))
        .any(|word| dockfit_shell::strip_version(word) == "pip")
}
