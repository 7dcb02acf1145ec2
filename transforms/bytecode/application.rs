//! The application's own source.

use dockfit_dockerfile::Instruction;
use dockfit_python::source::check_module;
use dockfit_rewrite::{Decision, Outcome};
use rayon::prelude::*;

use super::bases::{Python, python};
use super::library::compiles_library;
use super::source::{Source, of_lineage};
use super::{APPLICATION, Scene, compiles, deletions, insertion};
use crate::build_context::BuildContext;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::servers::launch::Launch;

const COMMENT: &str = "Bytecode of the application; checked by hash, so that edited source still counts.";

/// More files than this are not read.
const MOST_FILES: usize = 3000;

/// Folders below the source that hold installed packages, and what tells of them.
const ENVIRONMENTS: &[(&str, &[&str])] = &[
    (".venv", &[".venv", "uv sync", "poetry", "pdm ", "pipenv"]),
    ("venv", &["/venv", " venv"]),
    ("node_modules", &["node_modules", "npm ", "yarn", "pnpm"]),
];

pub(super) fn decide(scene: &Scene<'_, '_>) -> Option<Decision> {
    let file = scene.file;
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let Python::Bare { .. } = python(model, scene.stage.index) else { return None };
    let from = document.instructions().get(scene.stage.from)?;
    let tree = match BuildContext::of(file.task.project, file.dockerfile) {
        Ok(tree) => tree,
        Err(refusal) => {
            // Where nothing is copied there is nothing that a reader could expect.
            let copies =
                of_lineage(model, scene.stage.index).any(|index| model.copied(document, index).is_some());
            return copies.then(|| file.decision(&APPLICATION, from.text_span(), refusal.into_outcome()));
        }
    };
    let source = Source::of(file.dockerfile, scene.stage.index, &tree);
    let place = |index: usize| document.instructions().get(index).map(Instruction::text_span);
    if source.files.is_empty() {
        let why = source.unknown?;
        let text = format!("what is copied cannot be told: {why}");
        let refusal = Refusal::new("copy-unknown", text, "add python -m compileall behind it by hand");
        return Some(file.decision(&APPLICATION, from.text_span(), refusal.into_outcome()));
    }
    let span = place(source.last)?;
    if let Some(step) = compiling(scene, &source) {
        return Some(file.decision(&APPLICATION, step.instruction.text_span(), Outcome::Already));
    }
    let outcome = match change(scene, &tree, &source) {
        Ok(outcome) => outcome,
        Err(refusal) => refusal.into_outcome(),
    };
    Some(file.decision(&APPLICATION, span, outcome))
}

/// The step that compiles the source already, in the stage or where it is copied from.
fn compiling<'s, 't>(scene: &'s Scene<'_, 't>, source: &Source) -> Option<&'s Step<'t>> {
    let own: Vec<usize> = of_lineage(scene.file.dockerfile.model(), scene.stage.index).collect();
    scene.steps.mentioning(&["compileall"]).find(|step| {
        let behind = !own.contains(&step.index) || step.index > source.last;
        behind && step.calls().iter().any(|call| compiles(call) && !compiles_library(call))
    })
}

fn change(scene: &Scene<'_, '_>, tree: &BuildContext<'_>, source: &Source) -> Result<Outcome, Refusal> {
    let document = scene.file.dockerfile.document();
    if let Some(refusal) = scene.refusal() {
        return Err(refusal);
    }
    if scene.file.dockerfile.is_ignored(source.last, APPLICATION.id) {
        let text = "a comment above the step keeps this pass away";
        return Err(Refusal::new("ignored", text, "remove the comment"));
    }
    if source.roots.iter().any(|root| root.trim_matches('/').is_empty()) {
        let text = "the source lies at the root of the image, among all that is not the application's";
        return Err(Refusal::new("root", text, "set a WORKDIR before it is copied"));
    }
    let mut launches = Launch::all(scene.file).into_iter();
    if let Some(launch) = launches.find(|it| it.stage == scene.stage.index && it.has("--reload")) {
        let line = document.line_of(launch.index);
        let text =
            format!("{} reloads edited source (line {line}): the image is one to develop in", launch.name());
        return Err(Refusal::new("reloads", text, "start without --reload in the image that is deployed"));
    }
    let plain =
        |root: &String| root.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'\\$".contains(&byte));
    if !source.roots.iter().all(plain) {
        let text = "the name of a folder holds characters that are not written into a RUN";
        return Err(Refusal::new("odd-name", text, "add python -m compileall behind it by hand"));
    }
    let own = |step: &&Step<'_>| scene.stage.instructions.contains(&step.index) && step.index > source.last;
    let mut deleting = scene.steps.all().filter(own);
    if let Some(step) = deleting.find(|step| source.roots.iter().any(|root| deletions::deletes(step, root))) {
        let text = format!("the step in line {} deletes bytecode", document.line_of(step.index));
        return Err(Refusal::new(
            "deleted-later",
            text,
            "take the deletion out: it saves bytes and costs each start",
        ));
    }
    is_python(tree, source)?;
    let mut words: Vec<String> = ["python3", "-m", "compileall", "-q", "--invalidation-mode", "checked-hash"]
        .map(str::to_owned)
        .to_vec();
    words.extend(left_out(scene, source));
    words.extend(source.roots.iter().cloned());
    let user = scene.file.dockerfile.model().state(source.last).map(|state| state.user.clone());
    let step = insertion::Step { behind: source.last, user, comment: COMMENT, words };
    let (edit, declares) = step.edit(scene)?;
    Ok(scene.file.change([edit], declares, None))
}

/// `-x` with the environments that may lie among the source.
fn left_out(scene: &Scene<'_, '_>, source: &Source) -> Vec<String> {
    let model = scene.file.dockerfile.model();
    let instructions = scene.file.dockerfile.document().instructions();
    // They lie in a working folder, if among the source at all.
    let works_in = |index: usize| {
        let folder = model.state(index).map(dockfit_dockerfile::model::State::current_dir);
        let folder = folder.as_ref().and_then(|folder| folder.as_known()).unwrap_or("/").to_owned();
        source.roots.iter().any(|root| is_inside(&folder, root))
    };
    if !(0..instructions.len()).any(works_in) {
        return Vec::new();
    }
    let told = |signs: &[&str]| {
        instructions.iter().any(|found| signs.iter().any(|sign| found.text.as_str().contains(sign)))
    };
    let names: Vec<String> = (ENVIRONMENTS.iter())
        .filter(|(_, signs)| told(signs))
        .map(|(name, _)| name.replace('.', "[.]"))
        .collect();
    match names.as_slice() {
        [] => Vec::new(),
        [one] => vec!["-x".to_owned(), format!("/{one}/")],
        more => vec!["-x".to_owned(), format!("/({})/", more.join("|"))],
    }
}

/// `compileall` fails, and the build with it, on a file that is not Python.
fn is_python(tree: &BuildContext<'_>, source: &Source) -> Result<(), Refusal> {
    if source.files.len() > MOST_FILES {
        let text = format!(
            "{} Python files are copied, of which one that is not Python would fail the build",
            source.files.len()
        );
        return Err(Refusal::new("too-many-files", text, "add python -m compileall behind the COPY by hand"));
    }
    let paths: Vec<&String> = source.files.values().collect();
    let error = paths.par_iter().find_map_first(|path| {
        let full = tree.folder.join(path)?;
        let bytes = tree.project.read(&full).ok().flatten().unwrap_or_default();
        match std::str::from_utf8(&bytes) {
            Ok(text) => check_module(full.as_str(), text).err().map(|error| error.to_string()),
            Err(_) => Some(format!("{full}: not UTF-8")),
        }
    });
    if let Some(error) = error {
        let text = format!("compiling it would fail the build: {error}");
        return Err(Refusal::new("not-python", text, "mend the file, or keep it out of the context"));
    }
    Ok(())
}
