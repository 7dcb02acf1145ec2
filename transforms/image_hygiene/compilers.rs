//! Compilers in a stage that builds nothing.

use dockfit_dockerfile::model::{Base, CopiedSource, Stage};
use dockfit_rewrite::{Decision, Outcome, Reason, surgery};

use super::COMPILERS;
use super::taking_out::take_out;
use super::{locked, need};
use crate::build_context::BuildContext;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, Call};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// Packages of Debian and Alpine that only a compilation needs, beside those that end in `-dev` (the distributions' package
/// lists, 2026-11-24).
const PACKAGES: &[&str] = &[
    "build-essential",
    "build-base",
    "gcc",
    "g++",
    "cpp",
    "clang",
    "make",
    "cmake",
    "autoconf",
    "automake",
    "libtool",
    "ninja-build",
    "pkg-config",
    "pkgconf",
    "gfortran",
    "cargo",
    "rustc",
    "rust",
    "linux-headers",
    "binutils",
    "patchelf",
    "bison",
    "flex",
    "cython3",
];

/// The programs that install packages of the system.
pub(crate) const PROGRAMS: &[&str] = &["apt-get", "apt", "apk"];

/// Where the bytes are: what the distribution's packages take is in none of the project's files.
const NOTE: &str = "less to download in the stage that builds; the image that runs stays as large";

/// Whether a package of the system is for compiling, and nothing that runs needs it.
pub(crate) fn is_compiler(package: &str) -> bool {
    let name = package.split(['=', ':', '~', '<', '>']).next().unwrap_or_default();
    PACKAGES.contains(&name) || (name.ends_with("-dev") && !name.starts_with('-'))
}

pub(super) fn decide(file: &File<'_>, steps: &Steps<'_>) -> Vec<Decision> {
    let model = file.dockerfile.model();
    let installing = steps
        .mentioning(PROGRAMS)
        .filter(|step| !step.is_deferred() && model.stage_of(step.index).is_some_and(|stage| stage.built));
    let mut decisions = Vec::new();
    for step in installing {
        let found: Vec<(&Call<'_>, Vec<&Arg>)> = step.calls().iter().filter_map(compilers).collect();
        if found.is_empty() || !has_python(file, step) {
            continue;
        }
        let outcome = match change(file, steps, step, &found) {
            Ok(outcome) => outcome,
            Err(refusal) => refusal.into_outcome(),
        };
        decisions.push(file.decision(&COMPILERS, step.instruction.text_span(), outcome));
    }
    decisions
}

/// The compilers that a call installs.
pub(crate) fn compilers<'c, 's>(call: &'c Call<'s>) -> Option<(&'c Call<'s>, Vec<&'c Arg>)> {
    if !PROGRAMS.contains(&call.program.as_str())
        || !call.values().any(|value| matches!(value, "install" | "add"))
    {
        return None;
    }
    let found: Vec<&Arg> =
        call.args.iter().filter(|arg| arg.value.as_deref().is_some_and(is_compiler)).collect();
    (!found.is_empty()).then_some((call, found))
}

/// Whether the stage has Python from its base: compilers of other languages are no matter of wheels.
fn has_python(file: &File<'_>, step: &Step<'_>) -> bool {
    let model = file.dockerfile.model();
    let lowest = model.stage_of(step.index).and_then(|stage| model.lineage(stage.index).last());
    lowest
        .is_some_and(|lowest| matches!(&lowest.base, Base::Image(image) if image.familiar_name() == "python"))
}

fn change(
    file: &File<'_>,
    steps: &Steps<'_>,
    step: &Step<'_>,
    found: &[(&Call<'_>, Vec<&Arg>)],
) -> Result<Outcome, Refusal> {
    let model = file.dockerfile.model();
    if let Some(refusal) = step.refuses_edits(COMPILERS.id) {
        return Err(refusal);
    }
    let own = model.stage_of(step.index).ok_or_else(|| Refusal::from(surgery::CannotEdit::Scattered))?;
    let target = model.target().map(|target| target.index);
    if target.is_some_and(|target| model.lineage(target).any(|stage| stage.index == own.index)) {
        let names: Vec<&str> = found.iter().flat_map(|(_, args)| args).map(|arg| arg.text.as_str()).collect();
        let text = format!("{} stay in the image that runs", names.join(", "));
        let way_out = "build in a stage of its own, and copy what it makes";
        let reason = Reason { code: "final-stage", text };
        return Ok(Outcome::Advised { reason, way_out: way_out.to_owned() });
    }
    if found.iter().any(|(call, _)| call.is_in_branch()) {
        let text = "they are installed in a branch of the script";
        return Err(Refusal::new("in-a-branch", text, "write the install as a step of its own"));
    }
    // The stages that have what this step installs.
    let sees: Vec<&Stage> = (model.stages().iter())
        .filter(|stage| model.lineage(stage.index).any(|below| below.index == own.index))
        .collect();
    if let Some((line, path)) = system_copied(file, &sees) {
        let text = format!(
            "line {line} copies `{path}` from this stage, among which libraries of the packages may be"
        );
        return Err(Refusal::new("system-copied", text, "copy what is needed by name"));
    }
    let lowest = model.lineage(own.index).last().unwrap_or(own);
    let targets = locked::targets(lowest)?;
    let tree = BuildContext::of(file.task.project, file.dockerfile)?;
    let mut proven = false;
    for later in
        steps.all().filter(|later| sees.iter().any(|stage| stage.instructions.contains(&later.index)))
    {
        if sees.iter().any(|stage| stage.index == own.index)
            && later.index < step.index
            && own.instructions.contains(&later.index)
        {
            continue;
        }
        need::needs_none(&tree, later, &targets)?;
        proven |=
            later.calls().iter().any(|call| matches!(call.program.as_str(), "pip" | "uv" | "poetry" | "pdm"));
    }
    if !proven {
        let text = "no step of this stage installs packages: what the compilers are for is not seen";
        return Err(Refusal::new("nothing-installed", text, "take them out by hand, if nothing needs them"));
    }
    take_out(file, steps, step, &sees, found)
        .map(|(edits, declares)| file.change(edits, declares, Some(NOTE.to_owned())))
}

/// A COPY that takes a folder of the system from one of the stages.
fn system_copied(file: &File<'_>, sees: &[&Stage]) -> Option<(usize, String)> {
    const SYSTEM: &[&str] =
        &["/", "/usr", "/lib", "/lib64", "/bin", "/usr/lib", "/usr/bin", "/usr/include", "/etc"];
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    (0..document.instructions().len()).find_map(|index| {
        let Some(dockfit_dockerfile::operation::Operation::Copy(copy)) = model.operation(index) else {
            return None;
        };
        let from = copy.from.as_ref()?;
        let number = from.text.parse::<usize>().ok();
        let stage =
            number.and_then(|number| model.stages().get(number)).or_else(|| model.stage_named(&from.text))?;
        if !sees.iter().any(|seen| seen.index == stage.index) {
            return None;
        }
        let copied = model.copied(document, index)?;
        let path = copied.sources.iter().find_map(|source| match source {
            CopiedSource::Path(value) => {
                let path = dockfit_dockerfile::values::path::clean(&format!(
                    "/{}",
                    value.as_known().unwrap_or_default()
                ));
                let is_system = SYSTEM.contains(&path.as_str())
                    || ["/usr/lib/", "/lib/", "/usr/include/"].iter().any(|start| path.starts_with(start));
                is_system.then_some(path)
            }
            _ => None,
        })?;
        Some((document.line_of(index), path))
    })
}
