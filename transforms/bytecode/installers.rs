//! Installers that leave packages without bytecode.
//!
//! pip compiles what it installs, whatever PYTHONDONTWRITEBYTECODE says (`pip/_internal/operations/install/wheel.py` calls
//! `compileall.compile_file`); uv, Poetry and PDM do not unless told so. Looked at in pip 26.3, uv 0.13, Poetry 1.3 to
//! 1.8 and PDM 2.29; 2026-11-24.

use dockfit_dockerfile::model::Stage;
use dockfit_rewrite::surgery::{self, CannotEdit};
use dockfit_rewrite::{Decision, Declared, Edit, Outcome, Reason};
use dockfit_shell::Lookup;

use super::{PACKAGES, Scene, deletions};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Call, Place};
use crate::cache_mounts::step::Step;

/// An installer that compiles only if told so.
struct Row {
    program: &'static str,
    /// Its subcommands that install, as words.
    commands: &'static [&'static [&'static str]],
    /// The options that have it compile; the first is written.
    options: &'static [&'static str],
    /// The option that says not to.
    off: &'static str,
    /// The variable that stands for the option.
    variable: Option<&'static str>,
    /// The first version that has the option.
    since: Option<(u32, u32)>,
    /// What in an instruction tells that the newest one is installed.
    from: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        program: "uv",
        commands: &[&["sync"], &["pip", "install"], &["pip", "sync"]],
        options: &["--compile-bytecode", "--compile"],
        off: "--no-compile-bytecode",
        variable: Some("UV_COMPILE_BYTECODE"),
        since: None,
        from: &[],
    },
    Row {
        program: "poetry",
        commands: &[&["install"], &["sync"]],
        options: &["--compile"],
        off: "",
        variable: None,
        since: Some((1, 4)),
        from: &["install.python-poetry.org"],
    },
];

/// Options with which nothing is installed.
const ONLY_SHOWING: &[&str] = &["--help", "-h", "--version", "-V", "--dry-run"];

/// Where installers put packages in official images.
const PACKAGE_FOLDERS: &[&str] = &["/usr/local/lib/python3", "/usr/lib/python3", "/opt/venv", "/install"];

pub(super) fn decide(scene: &Scene<'_, '_>) -> Vec<Decision> {
    let model = scene.file.dockerfile.model();
    let is_built = |step: &&Step<'_>| model.stage_of(step.index).is_some_and(|stage: &Stage| stage.built);
    let steps = scene.steps.all().filter(is_built);
    steps
        .filter_map(|step| Some((step, one(scene, step)?)))
        .map(|(step, outcome)| scene.file.decision(&PACKAGES, step.instruction.text_span(), outcome))
        .collect()
}

/// What is to say of one step.
fn one(scene: &Scene<'_, '_>, step: &Step<'_>) -> Option<Outcome> {
    if !step.mentions(&["uv", "poetry", "pdm", "pip", "pyc", "py["]) {
        return None;
    }
    let mut edits = Vec::new();
    let mut declares = Vec::new();
    let mut outcome = None;
    for call in step.calls() {
        match one_call(scene, step, call) {
            None => {}
            Some(Ok(None)) => outcome = outcome.or(Some(Outcome::Already)),
            Some(Ok(Some(made))) => {
                edits.extend(made.0);
                declares.extend(made.1);
            }
            Some(Err(other)) => return Some(other),
        }
    }
    if !edits.is_empty() {
        if let Some(refusal) = step.refuses_edits(PACKAGES.id) {
            return Some(refusal.into_outcome());
        }
        return Some(scene.file.change(edits, declares, None));
    }
    let line_deletes = PACKAGE_FOLDERS.iter().any(|folder| deletions::deletes(step, folder));
    if line_deletes && !step.is_deferred() {
        let text = "this step deletes the bytecode of installed packages: each start compiles them again";
        return Some(advised(
            "deletes-bytecode",
            text,
            "take the deletion out, if starts matter more than bytes",
        ));
    }
    outcome
}

type Made = (Vec<Edit>, Vec<Declared>);

/// The edit for one command; nothing in it where the packages are compiled already.
fn one_call(
    scene: &Scene<'_, '_>,
    step: &Step<'_>,
    call: &Call<'_>,
) -> Option<Result<Option<Made>, Outcome>> {
    if call.values().any(|value| ONLY_SHOWING.contains(&value)) {
        return None;
    }
    let says = |words: &[&str]| call.values().any(|value| words.contains(&value));
    match call.program.as_str() {
        "pip" if says(&["install"]) => return pip(step, call),
        "pdm" if says(&["install", "sync"]) => {
            let text =
                "pdm leaves packages without bytecode and has no option for it: each start compiles them";
            let way_out =
                "run python -m compileall --invalidation-mode unchecked-hash on its site-packages behind it";
            return Some(Err(advised("pdm", text, way_out)));
        }
        _ => {}
    }
    let row = ROWS.iter().find(|row| row.program == call.program)?;
    let subcommand = subcommand(row, call)?;
    if says(row.options) {
        return Some(Ok(None));
    }
    if let Some(variable) = row.variable {
        let set = call.own_variable(variable).unwrap_or_else(|| step.variable(variable));
        match set {
            Lookup::Set(value) if is_true(&value) => return Some(Ok(None)),
            Lookup::Set(value) => return Some(Err(switched_off(&format!("{variable}={value}")))),
            Lookup::Unset | Lookup::Unknown => {}
        }
    }
    if says(&[row.off]) && !row.off.is_empty() {
        return Some(Err(switched_off(row.off)));
    }
    if let Some(since) = row.since
        && let Err(refusal) = is_since(scene, row, since)
    {
        return Some(Err(refusal.into_outcome()));
    }
    let made = put_in(step, call, subcommand, row.options.first().copied().unwrap_or_default());
    Some(made.map(Some).map_err(Refusal::into_outcome))
}

/// `pip install --no-compile`.
fn pip(step: &Step<'_>, call: &Call<'_>) -> Option<Result<Option<Made>, Outcome>> {
    if let Some(arg) = call.args.iter().find(|arg| arg.value.as_deref() == Some("--no-compile")) {
        let taken = step.take_out(&[arg.place()]);
        return Some(taken.map(|taken| Some((taken.edits, taken.declares))).map_err(Refusal::into_outcome));
    }
    match call.own_variable("PIP_NO_COMPILE").unwrap_or_else(|| step.variable("PIP_NO_COMPILE")) {
        Lookup::Set(value) if is_true(&value) => Some(Err(switched_off(&format!("PIP_NO_COMPILE={value}")))),
        // pip compiles by itself: nothing to say of each install.
        _ => None,
    }
}

fn switched_off(by: &str) -> Outcome {
    let text = format!("`{by}` leaves packages without bytecode: each start compiles them");
    Refusal::new("switched-off", text, "take it out, if starts matter more than bytes").into_outcome()
}

/// Values that switch a variable of uv or pip on (clap's and pip's `strtobool`).
fn is_true(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "y" | "on" | "t")
}

/// The index of the last word of the subcommand among the arguments.
fn subcommand(row: &Row, call: &Call<'_>) -> Option<usize> {
    let words: Vec<(usize, &str)> = (call.args.iter().enumerate())
        .filter_map(|(index, arg)| Some((index, arg.value.as_deref()?)))
        .filter(|(_, value)| !value.starts_with('-'))
        .collect();
    row.commands.iter().find_map(|command| {
        let first = words.iter().position(|(_, word)| Some(word) == command.first())?;
        // What stands before it is the value of an option at most.
        let found = words.get(first..first + command.len())?;
        let same = found.iter().map(|(_, word)| word).eq(command.iter());
        (same && first <= 1).then(|| found.last().map(|(index, _)| *index))?
    })
}

/// Whether the version of the program that the file names has the option. The newest has it.
fn is_since(scene: &Scene<'_, '_>, row: &Row, since: (u32, u32)) -> Result<(), Refusal> {
    let document = scene.file.dockerfile.document();
    let upper = format!("{}_VERSION", row.program.to_ascii_uppercase());
    let mut installs_newest = false;
    for instruction in document.instructions() {
        let text = instruction.text.as_str();
        let pins = [format!("{}==", row.program), format!("{upper}="), format!("{}~=", row.program)];
        for pin in &pins {
            for (at, _) in text.match_indices(pin.as_str()) {
                let rest = text.get(at + pin.len()..).unwrap_or_default().trim_start_matches(['"', '\'']);
                let mut parts = rest.split(|char: char| !char.is_ascii_digit());
                let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok());
                match (number(parts.next()), number(parts.next())) {
                    (Some(major), minor) if (major, minor.unwrap_or(u32::MAX)) >= since => return Ok(()),
                    (Some(_), _) => {
                        let text = format!(
                            "{} has no {} before {}.{}",
                            row.program, row.options[0], since.0, since.1
                        );
                        return Err(Refusal::new("old-installer", text, "raise its version"));
                    }
                    // A variable: what it holds stands elsewhere.
                    (None, _) => {}
                }
            }
        }
        installs_newest |= row.from.iter().any(|from| text.contains(from));
    }
    let by_name = |call: &Call<'_>| {
        matches!(call.program.as_str(), "pip" | "pipx" | "uv")
            && call.values().any(|value| value.split('[').next() == Some(row.program))
    };
    installs_newest |= scene.steps.mentioning(&[row.program]).any(|step| step.calls().iter().any(by_name));
    if installs_newest {
        return Ok(());
    }
    let text = format!(
        "the version of {} cannot be told: {} came with {}.{}",
        row.program, row.options[0], since.0, since.1
    );
    Err(Refusal::new("version-unknown", text, "pin its version in this file"))
}

fn put_in(step: &Step<'_>, call: &Call<'_>, behind: usize, option: &str) -> Result<Made, Refusal> {
    let arg = call.args.get(behind).ok_or_else(|| Refusal::from(CannotEdit::Scattered))?;
    let run = step.instruction.span.start;
    let edits = match (arg.place(), step.text(), step.exec_form()) {
        (Place::Text(range), Some(text), _) => {
            let words = format!("{} {option}", arg.text);
            surgery::replace(step.document(), step.instruction, text, range, &words)?
        }
        (Place::Item(item), _, Some(array)) => {
            let word = arg.value.clone().unwrap_or_default();
            surgery::replace_json_item(step.instruction, array, item, &[&word, option])?
        }
        _ => return Err(Refusal::from(CannotEdit::Scattered)),
    };
    Ok((edits, vec![Declared::PutIn { run, words: option.to_owned() }]))
}

fn advised(code: &'static str, text: &str, way_out: &str) -> Outcome {
    Outcome::Advised { reason: Reason { code, text: text.to_owned() }, way_out: way_out.to_owned() }
}
