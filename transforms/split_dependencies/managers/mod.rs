//! Managers that install from their own lock: `uv sync`, `poetry install`, `pdm install`, `pipenv install`; and files that they
//! export of it for pip.
//!
//! Their step stays as it is, behind the groups: it finds what the groups have installed in its environment, and adds what
//! is missing, so that the image holds what it held before.

mod environments;
mod rows;

use std::collections::BTreeSet;

use dockfit_python::{Choice, Manifest, Name, Wanted};

use self::environments::{pdm, pipenv, poetry, uv};
use self::rows::{EXPORTS, INSTALLS, Row, Says};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{As, Call};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// Programs that a manager's lock belongs to.
pub(super) const PROGRAMS: &[&str] = &["uv", "poetry", "pdm", "pipenv"];

/// What a manager's step installs, and how the groups are installed for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Managed {
    /// Its name.
    pub(super) name: &'static str,
    /// The command that makes the environment, if the groups have to.
    pub(super) make: Option<String>,
    /// The command that installs a requirements file, up to the options.
    pub(super) install: String,
    choice: Chosen,
}

/// What a step asks for, in its own words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
struct Chosen {
    without_main: bool,
    extras: Vec<String>,
    all_extras: bool,
    no_defaults: bool,
    with: Vec<String>,
    without: Vec<String>,
    all_groups: bool,
    /// The member of the workspace, where it is not the folder's own project.
    member: Option<String>,
    active: bool,
    system: bool,
    /// For the command that makes the environment.
    make: Vec<String>,
    /// For the one that installs.
    passed: Vec<&'static str>,
    output: Option<String>,
}

/// The step of a manager, if it is one: its command's words are understood, or why not. With it its call.
pub(super) fn read<'s, 'd>(
    steps: &Steps<'_>,
    step: &'s Step<'d>,
) -> Option<Result<(Managed, &'s Call<'d>), Refusal>> {
    let (row, call, at) = step.calls().iter().find_map(|call| matching(INSTALLS, call))?;
    Some(managed(steps, step, row, call, at).map(|managed| (managed, call)))
}

/// The row of a call, and where its command stands among its words.
fn matching<'c, 's>(rows: &'static [Row], call: &'c Call<'s>) -> Option<(&'static Row, &'c Call<'s>, usize)> {
    let row = rows.iter().find(|row| row.program == call.program)?;
    let at = call.args.iter().position(|arg| !arg.text.starts_with('-'))?;
    let command = call.args.get(at)?.value.as_deref()?;
    row.commands.contains(&command).then_some((row, call, at))
}

fn managed(
    steps: &Steps<'_>,
    step: &Step<'_>,
    row: &Row,
    call: &Call<'_>,
    at: usize,
) -> Result<Managed, Refusal> {
    if call.is_in_branch() || call.user != As::Same {
        let text = "the install does not run in each build, or runs as somebody else";
        return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
    }
    let before = || step.calls().iter().take_while(|other| !std::ptr::eq(*other, call));
    if row.program == "uv" && before().any(|other| !matches!(other.program.as_str(), "uv" | "cd" | "set")) {
        let text = "uv may only be there in this step, which does more before the install";
        return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
    }
    if let Some(other) = before().find(|other| BUILDERS.contains(&other.program.as_str())) {
        let text = format!("`{}` may bring in the same step what the install needs", other.program);
        return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
    }
    let choice = chosen(row, call, at)?;
    let (make, mut install) = match row.program {
        "uv" => uv(steps, step, &choice)?,
        "poetry" => poetry(steps, step)?,
        "pdm" => pdm(steps, step)?,
        _ => pipenv(step, &choice)?,
    };
    for option in &choice.passed {
        install = format!("{install} {option}");
    }
    Ok(Managed { name: row.program, make, install, choice })
}

/// What brings compilers, libraries and certificates.
const BUILDERS: &[&str] =
    &["apt-get", "apt", "apk", "dnf", "yum", "microdnf", "zypper", "curl", "wget", "git"];

fn chosen(row: &Row, call: &Call<'_>, at: usize) -> Result<Chosen, Refusal> {
    let mut choice = Chosen { no_defaults: row.main_only, ..Chosen::default() };
    let mut rest = call.args.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, arg)| arg);
    while let Some(arg) = rest.next() {
        let not_understood = || {
            let text =
                format!("`{}` of `{} {}` is not understood", arg.text, row.program, row.commands.join("/"));
            Refusal::new("not-understood", text, "write the step with plain options")
        };
        let word = arg.value.as_deref().ok_or_else(not_understood)?;
        let (name, joined) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let option =
            row.options.iter().find(|(names, _, _)| names.contains(&name)).ok_or_else(not_understood)?;
        let value = match (option.1, joined) {
            (false, None) => String::new(),
            (true, Some(value)) => value.to_owned(),
            (true, None) => rest.next().and_then(|arg| arg.value.clone()).ok_or_else(not_understood)?,
            (false, Some(_)) => return Err(not_understood()),
        };
        let names = || value.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned);
        match option.2 {
            Says::Nothing => {}
            Says::NoDev => choice.without.push("dev".to_owned()),
            Says::NoDefaults => choice.no_defaults = true,
            Says::Extra => choice.extras.extend(names()),
            Says::AllExtras => choice.all_extras = true,
            Says::With => choice.with.extend(names()),
            Says::WithDev => choice.with.push("dev".to_owned()),
            Says::AllGroups => choice.all_groups = true,
            Says::Without => choice.without.extend(names()),
            Says::Only => {
                choice.no_defaults = true;
                choice.without_main = !names().any(|name| name == "main");
                choice.with.extend(names().filter(|name| name != "main"));
            }
            Says::Member if choice.member.is_some() => return Err(not_understood()),
            Says::Member => choice.member = Some(value.clone()),
            Says::Active => choice.active = true,
            Says::System => choice.system = true,
            Says::Pass(option) => choice.passed.push(option),
            Says::Make if value.contains([' ', '"', '\'', '$']) => return Err(not_understood()),
            Says::Make if option.1 => choice.make.push(format!("{name} {value}")),
            Says::Make => choice.make.push(name.to_owned()),
            Says::Output => choice.output = Some(value.clone()),
            Says::Refuse(why) => {
                let text = format!("`{name}`: {why}");
                return Err(Refusal::new(
                    "option",
                    text,
                    "install from the project's own lock, without this option",
                ));
            }
        }
    }
    Ok(choice)
}

/// A file that a manager exports of its lock.
pub(super) struct Export {
    /// The lock's manager, and what is chosen of it.
    managed: Managed,
    /// The folder of the project.
    pub(super) folder: String,
    /// The option that names the file.
    pub(super) output: Option<String>,
}

impl Export {
    /// The export that a call is, if it is one: its words are understood, or why not.
    pub(super) fn of(call: &Call<'_>) -> Option<Result<Self, Refusal>> {
        let (row, call, at) = matching(EXPORTS, call)?;
        Some(chosen(row, call, at).and_then(|choice| {
            let text = format!("it is not known where `{}` runs", row.program);
            let folder = call.folder.clone();
            let folder =
                folder.ok_or_else(|| Refusal::new("workdir-unknown", text, "set WORKDIR before the step"))?;
            let output = choice.output.clone();
            let managed = Managed { name: row.program, make: None, install: String::new(), choice };
            Ok(Self { managed, folder, output })
        }))
    }

    /// How the groups are installed that it stands for: with `install`, which installs the file.
    pub(super) fn installed_by(self, install: String) -> Managed {
        Managed { install, ..self.managed }
    }
}

impl Managed {
    /// The manifest beside the lock, and the lock.
    pub(super) fn files(&self) -> (&'static str, &'static str) {
        rows::files(self.name)
    }

    /// The member of the workspace that is installed, where the step names one.
    pub(super) fn member(&self) -> Option<&str> {
        self.choice.member.as_deref()
    }

    /// What of `manifest` the step installs.
    pub(super) fn wanted(&self, manifest: &Manifest) -> Wanted {
        let choice = &self.choice;
        let names =
            |list: &[String]| -> BTreeSet<Name> { list.iter().filter_map(|name| Name::new(name)).collect() };
        let mut groups = if choice.no_defaults { BTreeSet::new() } else { manifest.default_groups.clone() };
        if choice.all_groups {
            groups.extend(manifest.groups.keys().cloned());
        }
        groups.extend(names(&choice.with));
        // pdm's optional groups are the project's extras.
        let mut extras = names(&choice.extras);
        if self.name == "pdm" {
            extras.extend(groups.iter().filter(|name| manifest.extras.contains_key(*name)).cloned());
            groups.retain(|name| !extras.contains(name));
        }
        for name in names(&choice.without) {
            groups.remove(&name);
        }
        let extras = if choice.all_extras { Choice::All } else { Choice::Only(extras) };
        Wanted { main: !choice.without_main, extras, groups: Choice::Only(groups) }
    }
}
