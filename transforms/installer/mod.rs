//! `installer`: uv in the place of pip, where what is installed is pinned.

mod around;
mod files;
mod options;
mod place;
mod program;
mod variables;
mod words;

use dockfit_dockerfile::operation::MountKind;
use dockfit_rewrite::surgery::{self, Side};
use dockfit_rewrite::{
    Consent, Decision, DecisionInfo, Declared, Edit, Facet, Outcome, Pass, PassInfo, Safety, Task,
};
use dockfit_shell::Step as At;

use self::around::Around;
use self::words::Told;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;
use crate::split_dependencies::Tree;

/// The pass.
pub(crate) struct Installer;

static UV: DecisionInfo = DecisionInfo {
    id: "installer/uv",
    summary: "uv downloads and installs in parallel what pip does one by one",
    safety: Safety::ByName,
};

static INFO: PassInfo = PassInfo {
    id: "installer",
    proposal: "2.2",
    summary: "pip downloads one package after the other; uv all at once",
    page: include_str!("README.md"),
    decisions: &[&UV],
    facets: &[Facet::Files],
    after: &["split-dependencies"],
};

impl Pass for Installer {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        if task.consent(&UV) != Consent::Given {
            return Vec::new();
        }
        File::all(task).flat_map(|file| decide(&file)).collect()
    }
}

/// Tools that a build installs for itself, whose versions the image does not depend on.
const TOOLS: &[&str] =
    &["pip", "setuptools", "wheel", "build", "uv", "poetry", "pdm", "pipenv", "pip-tools", "hatch"];

fn decide(file: &File<'_>) -> Vec<Decision> {
    let steps = Steps::of(file.dockerfile);
    let mut context = None;
    let mut decisions = Vec::new();
    for step in steps.mentioning(&["pip"]) {
        let span = step.instruction.text_span();
        if is_uv(step) {
            decisions.push(file.decision(&UV, span, Outcome::Already));
        }
        let calls: Vec<(&Call<'_>, Result<Told, Refusal>)> = step
            .calls()
            .iter()
            .filter_map(|call| Some((call, Told::read(call)?)))
            .filter(is_wanted)
            .collect();
        if calls.is_empty() {
            continue;
        }
        let context = context.get_or_insert_with(|| {
            Tree::of(file.task.project, file.dockerfile).map(|tree| (tree, Around::of(&steps)))
        });
        let result = match (step.refuses_edits(UV.id), context.as_ref()) {
            (Some(refusal), _) => Err(refusal),
            (None, Err(refusal)) => Err(refusal.clone()),
            (None, Ok((tree, around))) => step_of(file, around, step, tree, calls),
        };
        decisions.push(file.decision(&UV, span, result.unwrap_or_else(Refusal::into_outcome)));
    }
    decisions
}

/// Whether uv installs in the step.
fn is_uv(step: &Step<'_>) -> bool {
    step.calls().iter().any(|call| call.program == "uv" && call.values().take(2).eq(["pip", "install"]))
}

/// Whether the install brings more than tools for the build.
fn is_wanted((_, told): &(&Call<'_>, Result<Told, Refusal>)) -> bool {
    let Ok(told) = told else { return true };
    let is_tool = |text: &String| {
        let end = text.find(|char: char| !(char.is_ascii_alphanumeric() || "-_.".contains(char)));
        TOOLS.contains(&text.get(..end.unwrap_or(text.len())).unwrap_or_default())
    };
    !told.files.is_empty() || !told.others.iter().all(is_tool)
}

fn step_of(
    file: &File<'_>,
    around: &Around,
    step: &Step<'_>,
    tree: &Tree<'_>,
    calls: Vec<(&Call<'_>, Result<Told, Refusal>)>,
) -> Result<Outcome, Refusal> {
    if step.exec_form().is_some() {
        return Err(Refusal::new("exec-form", "the install is in exec form", "write it in shell form"));
    }
    let mut edits = Vec::new();
    let mut declares = Vec::new();
    for (call, told) in calls {
        let mut told = told?;
        by_name(&told)?;
        files::judge(tree, step, call, &mut told)?;
        variables::read(around, step, call, &mut told)?;
        around.configured(step)?;
        place::choose(step, call, &mut told)?;
        let is_nested = call.located()?.path.iter().any(|at| matches!(at, At::Script(_)));
        if is_nested && told.assignments.iter().any(|one| one.contains('"')) {
            let text =
                "the install stands in a script of its own, and a variable would have to be quoted in it";
            return Err(Refusal::new("not-understood", text, "write the command directly into the RUN"));
        }
        write(step, told, &mut edits, &mut declares)?;
    }
    let mut flags = cache_flags(step, &mut declares);
    edits.append(&mut flags);
    if !around.has_uv(step) {
        let image = program::image(file.task.selection.uv.as_deref());
        let mount = program::mount(&image);
        edits.push(surgery::insert_flags(step.document(), step.instruction, &[mount], Side::First)?);
        declares.push(Declared::Takes(image));
    }
    declares.push(Declared::Facet(Facet::Files));
    Ok(file.change(edits, declares, None))
}

fn by_name(told: &Told) -> Result<(), Refusal> {
    let Some(other) = told.others.first() else { return Ok(()) };
    let bare = other.split('[').next().unwrap_or(other);
    if bare.starts_with(['.', '/']) {
        let text = format!(
            "`{other}` stays with pip: what uv has built of a folder it takes from its cache until the manifest changes, \
             whatever the source says"
        );
        return Err(Refusal::new(
            "local-project",
            text,
            "leave it: it is one package, without its dependencies",
        ));
    }
    let text = format!("the step installs `{other}` by name, and uv might choose another version than pip");
    Err(Refusal::new("not-pinned", text, "add it to the manifest and its lock"))
}

/// Puts uv's words in the place of pip's.
fn write(
    step: &Step<'_>,
    told: Told,
    edits: &mut Vec<Edit>,
    declares: &mut Vec<Declared>,
) -> Result<(), Refusal> {
    let (document, instruction) = (step.document(), step.instruction);
    let text = step.text().ok_or(surgery::CannotEdit::Scattered)?;
    let run = instruction.span.start;
    let slice =
        |range: &std::ops::Range<usize>| text.as_str().get(range.clone()).unwrap_or_default().to_owned();
    let mut put_in = |words: String| declares.push(Declared::PutIn { run, words });
    let mut words = told.assignments;
    words.push("uv pip install".to_owned());
    words.extend(told.added);
    if told.compiles {
        words.push("--compile-bytecode".to_owned());
    }
    if told.has_more_indexes {
        words.push("--index-strategy unsafe-best-match".to_owned());
    }
    let head = words.join(" ");
    put_in(head.clone());
    let mut gone = vec![slice(&told.head)];
    edits.extend(surgery::replace(document, instruction, text, told.head, &head)?);
    for (range, other) in told.replaced {
        gone.push(slice(&range));
        put_in(other.clone());
        edits.extend(surgery::replace(document, instruction, text, range, &other)?);
    }
    if !told.dropped.is_empty() {
        edits.extend(surgery::delete(document, instruction, text, &told.dropped)?);
        gone.extend(told.dropped.iter().map(slice));
    }
    declares.extend(gone.iter().map(|words| step.taken_out(words)));
    Ok(())
}

/// A cache mount for pip becomes one for uv.
fn cache_flags(step: &Step<'_>, declares: &mut Vec<Declared>) -> Vec<Edit> {
    const PIP: &str = "/.cache/pip";
    let mounts = step.model().mounts(step.index);
    let flags = step.instruction.command.flags.iter().filter(|flag| flag.name() == "mount");
    let mut edits = Vec::new();
    for (flag, mount) in flags.zip(mounts) {
        let is_pip = mount.as_ref().is_some_and(|mount| {
            mount.kind == MountKind::Cache && mount.target.as_deref().is_some_and(|path| path.ends_with(PIP))
        });
        if !is_pip {
            continue;
        }
        let text = step.instruction.slice(&flag.range);
        let renamed = text.replace(PIP, "/.cache/uv");
        let parts = renamed.split(',').map(|part| match part.strip_prefix("id=") {
            Some(id) if id.contains("pip") => format!("id={}", id.replace("pip", "uv")),
            Some(id) => format!("id={id}-uv"),
            None => part.to_owned(),
        });
        let other = parts.collect::<Vec<_>>().join(",");
        declares.push(step.taken_out(text));
        edits.push(Edit::replace(step.instruction.text.span(flag.range.clone()), other));
    }
    edits
}
