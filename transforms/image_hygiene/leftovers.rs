//! What installed packages bring and no program uses: their tests, the stubs of their types, symbols of their libraries.

use std::collections::BTreeSet;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, Stage};
use dockfit_rewrite::{Decision, DecisionInfo, Declared, Outcome, surgery};

use super::copied::{folder_is_plain, folders, runs_as_at_end, stage_above};
use super::packages::Packages;
use super::{STRIP, STUBS, TESTS};
use crate::build_context::BuildContext;
use crate::bytecode::source::of_lineage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// Packages with folders `tests` that nothing else of theirs imports, by the name of the module, and what they take, in
/// tenths of a megabyte. `numpy` is left out: up to 2.3 `numpy.testing`, which other packages import, takes a module of its
/// tests.
///
/// Source: every import in the wheels of pandas 3.1.1, scipy 1.17.1, scikit-learn 1.9.1, pyarrow 26.0.1, matplotlib 3.9.4 and
/// 3.11.2, sympy 1.14.0, networkx 3.3 and 3.6.1, on 2026-11-24; the bytes are those of the newest. One module imports tests
/// all the same: scipy's `special/_precompute/hyp2f1_data.py`, by which its developers make a table, and nothing else imports it.
const WITH_TESTS: &[(&str, &str, u64)] = &[
    ("matplotlib", "matplotlib", 21),
    ("networkx", "networkx", 30),
    ("pandas", "pandas", 153),
    ("pyarrow", "pyarrow", 26),
    ("scikit-learn", "sklearn", 58),
    ("scipy", "scipy", 163),
    ("sympy", "sympy", 96),
];

/// Packages by which others read their stubs when they are imported (`lazy_loader.attach_stub`, its README, 2026-11-24).
const READS_STUBS: &str = "lazy-loader";

/// A folder of packages in a stage that builds, which the image that runs copies.
struct Place<'a> {
    stage: &'a Stage,
    folder: String,
}

pub(super) fn decide(file: &File<'_>, steps: &Steps<'_>) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for (stage, folder) in folders(file, steps) {
        let Some(last) = installs(steps, stage).last() else { continue };
        let place = Place { stage, folder };
        let span = last.instruction.text_span();
        let tree = BuildContext::of(file.task.project, file.dockerfile).ok();
        let packages = Packages::of(tree.as_ref(), installs(steps, stage));
        let outcomes = [
            (&TESTS, tests(&packages)),
            (&STUBS, stubs(&packages).map(Some)),
            (&STRIP, strip(steps, &place).map(Some)),
        ];
        for (info, wanted) in outcomes {
            let outcome = match wanted {
                Ok(None) => continue,
                Ok(Some(wanted)) => done(file, steps, &place, last, info, wanted),
                Err(_) if is_done(steps, stage, info) => Outcome::Already,
                Err(refusal) => refusal.into_outcome(),
            };
            decisions.push(file.decision(info, span, outcome));
        }
    }
    decisions
}

/// The steps of a stage, and of those below it, that install packages of Python.
pub(super) fn installs<'s, 'd>(steps: &'s Steps<'d>, stage: &'s Stage) -> impl Iterator<Item = &'s Step<'d>> {
    of_lineage(steps.model(), stage.index)
        .filter_map(|index| steps.at(index))
        .filter(|step| !step.is_deferred() && step.calls().iter().any(super::packages::is_install))
}

/// What is written: conditions and action of `find` behind the folder, and why.
struct Wanted {
    comment: &'static str,
    find: String,
    note: Option<String>,
}

fn tests(packages: &Packages) -> Result<Option<Wanted>, Refusal> {
    let Some(names) = &packages.names else {
        if let Some(refusal) = &packages.unread {
            return Err(refusal.clone());
        }
        let text = "which packages are installed cannot be told";
        return Err(Refusal::new("packages-unknown", text, "install from a lock or a file of requirements"));
    };
    let found: Vec<_> = WITH_TESTS.iter().filter(|(name, ..)| names.contains(*name)).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let paths: Vec<String> =
        found.iter().map(|(_, module, _)| format!("-path '*-packages/{module}/*'")).collect();
    let paths = match paths.as_slice() {
        [one] => one.clone(),
        more => format!("\\( {} \\)", more.join(" -o ")),
    };
    let tenths: u64 = found.iter().map(|(.., tenths)| tenths).sum();
    let names: Vec<&str> = found.iter().map(|(name, ..)| *name).collect();
    Ok(Some(Wanted {
        comment: "No program imports the tests of these packages.",
        find: format!("-type d -name tests {paths} -prune -exec rm -rf {{}} +"),
        note: Some(format!(
            "about {}.{} MB less in the image: tests of {}",
            tenths / 10,
            tenths % 10,
            names.join(", ")
        )),
    }))
}

fn stubs(packages: &Packages) -> Result<Wanted, Refusal> {
    if let Some(refusal) = &packages.unread {
        return Err(refusal.clone());
    }
    if !packages.is_complete {
        let text = "without a lock it cannot be told whether a package reads its stubs when it is imported";
        return Err(Refusal::new("no-lock", text, "lock the dependencies"));
    }
    let names: Option<&BTreeSet<String>> = packages.names.as_ref();
    if names.is_some_and(|names| names.contains(READS_STUBS)) {
        let text =
            format!("`{READS_STUBS}` is in the lock: packages read their stubs when they are imported");
        return Err(Refusal::new("stubs-read", text, "keep them"));
    }
    Ok(Wanted {
        comment: "Stubs tell type checkers of types; the interpreter reads none.",
        find: "-path '*-packages/*' -name '*.pyi' -delete".to_owned(),
        note: None,
    })
}

/// `strip` comes with the compilers of the big images; that it stays is only sure there.
fn strip(steps: &Steps<'_>, place: &Place<'_>) -> Result<Wanted, Refusal> {
    let lowest = steps.model().lineage(place.stage.index).last();
    let image = lowest.and_then(|lowest| match &lowest.base {
        Base::Image(image) if lowest.base_arguments.is_empty() => Some(image),
        _ => None,
    });
    let has_strip = image.is_some_and(|image| {
        let tag = image.tag.as_deref().unwrap_or_default();
        image.familiar_name() == "python"
            && !["slim", "alpine", "windows", "nanoserver"].iter().any(|other| tag.contains(other))
    });
    if !has_strip {
        let text = format!(
            "the stage has no `strip` for sure, built on `{}`",
            lowest.map(|lowest| lowest.base_name.as_str()).unwrap_or_default()
        );
        return Err(Refusal::new(
            "no-strip",
            text,
            "build on the image of Python without -slim, which has it",
        ));
    }
    Ok(Wanted {
        comment: "Symbols that only a debugger reads; libraries that were patched for their wheel stay as they are.",
        find: "-path '*-packages/*' -name '*.so' -not -path '*.libs/*' -not -path '*/nvidia/*' -exec strip --strip-unneeded {} \\;"
            .to_owned(),
        note: None,
    })
}

/// Whether a step of the stage does so already.
fn is_done(steps: &Steps<'_>, stage: &Stage, info: &DecisionInfo) -> bool {
    let sign = match info.id {
        id if id == TESTS.id => "-name tests",
        id if id == STUBS.id => ".pyi",
        _ => "strip --strip",
    };
    stage.instructions.clone().filter_map(|index| steps.at(index)).any(|step| {
        let text = step.instruction.text.as_str();
        text.contains(sign) || (info.id == TESTS.id && text.contains("-name 'tests'"))
    })
}

fn done(
    file: &File<'_>,
    steps: &Steps<'_>,
    place: &Place<'_>,
    install: &Step<'_>,
    info: &'static DecisionInfo,
    wanted: Wanted,
) -> Outcome {
    if is_done(steps, place.stage, info) {
        return Outcome::Already;
    }
    let stands = || -> Result<(), Refusal> {
        if let Some(refusal) = install.refuses_edits(info.id) {
            return Err(refusal);
        }
        stage_above(file, place.stage, "may use what is deleted")?;
        folder_is_plain(&place.folder)?;
        runs_as_at_end(file, install.index, place.stage)
    };
    if let Err(refusal) = stands() {
        return refusal.into_outcome();
    }
    let document = file.dockerfile.document();
    let script = format!("find {} {}", place.folder, wanted.find);
    let run = document.habits().keyword(Keyword::Run);
    let lines = vec![format!("# {}", wanted.comment), format!("{run} {script}")];
    let last = place.stage.instructions.end.saturating_sub(1);
    let edit = surgery::insert_behind(document, last, &lines);
    file.change([edit], vec![Declared::RunAdded(script)], wanted.note)
}
