//! `split-dependencies`: one resolution, installed in steps of their own for what changes seldom and what changes often.

mod bases;
mod compilers;
mod earlier;
mod groups;
mod install;
mod managers;
mod options;
mod part;
mod plan;
mod renew;
mod shape;
mod tree;
mod wheels;
mod write;

use std::fmt::Write as _;

use dockfit_dockerfile::Span;
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Declared, Edit, Facet, FileEdit, Outcome, Pass, PassInfo,
    Safety, Task,
};

use self::compilers::{Compilers, Scene};
use self::earlier::Earlier;
pub(crate) use self::install::{environment, within};
use self::plan::{Groups, Install, Plan, RootKind, What};
pub(crate) use self::tree::Tree;
use self::wheels::Shape;
use self::write::Written;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// The pass.
pub(crate) struct SplitDependencies;

static STAGES: DecisionInfo = DecisionInfo {
    id: "split-dependencies/stages",
    summary: "a stage for each group of dependencies, in the place of one step for all",
    safety: Safety::Safe,
};

static LAYERS: DecisionInfo = DecisionInfo {
    id: "split-dependencies/layers",
    summary: "a step for each group of dependencies, one behind the other, in the place of one for all",
    safety: Safety::Safe,
};

static PARTS: DecisionInfo = DecisionInfo {
    id: "split-dependencies/parts",
    summary: "a stage for each group of dependencies, in the place of one step of the stage that runs",
    safety: Safety::Unsafe,
};

static COMPILERS: DecisionInfo = DecisionInfo {
    id: "split-dependencies/compilers",
    summary: "a stage for each group, and compilers only in those of groups that have no wheel for amd64 or arm64",
    safety: Safety::Unsafe,
};

static FILES: DecisionInfo = DecisionInfo {
    id: "split-dependencies/files",
    summary: "the files of the groups say again what the lock says",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "split-dependencies",
    proposal: "1.1",
    summary: "one step installs all dependencies anew when one changes; in groups, the heavy ones stay as they are",
    page: include_str!("README.md"),
    decisions: &[&STAGES, &LAYERS, &PARTS, &COMPILERS, &FILES],
    facets: &[Facet::Packages, Facet::Files, Facet::Layers],
    after: &[],
};

impl Pass for SplitDependencies {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        if INFO.decisions.iter().all(|decision| task.consent(decision) != Consent::Given) {
            return Vec::new();
        }
        let mut earlier = Earlier::default();
        for file in File::all(task) {
            earlier.gather(&file);
        }
        File::all(task).flat_map(|file| decide(&file, &mut earlier)).collect()
    }
}

fn decide(file: &File<'_>, earlier: &mut Earlier) -> Vec<Decision> {
    let steps = Steps::of(file.dockerfile);
    let mut tree = None;
    let mut seen = Vec::new();
    let mut decisions = Vec::new();
    for step in steps.mentioning(&["pip", "uv", "poetry", "pdm"]) {
        let read = install::read_exported(&steps, step)
            .or_else(|| install::read(step))
            .or_else(|| install::read_locked(&steps, step));
        let Some(install) = read else { continue };
        let span = step.instruction.text_span();
        let tree = tree.get_or_insert_with(|| Tree::of(file.task.project, file.dockerfile));
        let tree = tree.as_ref().map_err(Clone::clone);
        let stage = step.stages().next();
        let result = install.and_then(|install| {
            if let Some(refusal) = step.refuses_edits(STAGES.id) {
                return Err(refusal);
            }
            split(file, tree?, &steps, step, &install, &seen, earlier)
        });
        let (info, outcome) = match result {
            Ok(Some((info, outcome))) => (info, outcome),
            Ok(None) => continue,
            Err(refusal) if refusal.code == "wheels" && wheels::are_built_here(&steps, step) => continue,
            Err(refusal) => (&STAGES, refusal.into_outcome()),
        };
        if info.id == FILES.id || matches!(outcome, Outcome::Applied(_) | Outcome::Already) {
            seen.extend(stage);
        }
        decisions.push(file.decision(info, span, outcome));
    }
    decisions
}

type Decided = Option<(&'static DecisionInfo, Outcome)>;

fn split<'d>(
    file: &File<'_>,
    tree: &Tree<'_>,
    steps: &Steps<'d>,
    step: &Step<'d>,
    install: &Install,
    seen: &[usize],
    earlier: &mut Earlier,
) -> Result<Decided, Refusal> {
    if install.no_deps && matches!(install.what, What::Project { .. }) {
        // The project alone, behind its dependencies.
        return Ok(None);
    }
    let is_seen = step.stages().next().is_some_and(|stage| seen.contains(&stage));
    if is_seen && install.what.managed().is_some() {
        // The manager completes what the groups have installed.
        return Ok(None);
    }
    let found = tree.found(steps, step, install)?;
    if tree.is_made(&found.source) {
        let path = tree.context.folder.join(&found.source);
        let (info, outcome) = path.map_or((&STAGES, Outcome::Already), |path| earlier.renewed(&path));
        let wanted = file.task.consent(info) == Consent::Given;
        return Ok(Some(if wanted { (info, outcome) } else { (&STAGES, Outcome::Already) }));
    }
    if is_seen {
        let text = "an earlier step of this stage is split already";
        return Err(Refusal::new("several-installs", text, "install all dependencies in one step"));
    }
    let lead = shape::lead(tree, steps, step, install, &found)?;
    let groups = tree.groups(step, install, &found, &file.task.selection.groups)?;
    if let Some(other) =
        groups.files.iter().find(|one| earlier.written.get(&one.path).is_some_and(|text| *text != one.text))
    {
        let text = format!("another step writes `{}` with other packages", other.path);
        return Err(Refusal::new(
            "file-in-the-way",
            text,
            "install the same in both, or use folders of their own",
        ));
    }
    let mut plan = Plan {
        step,
        install,
        found: &found,
        files: &groups.files,
        lead,
        prefix: None,
        prefixes_project: false,
        of_groups: Vec::new(),
        compilers: None,
    };
    let names: Vec<&str> = groups.files.iter().map(|file| file.group.as_str()).collect();
    let given = |info| file.task.consent(info) == Consent::Given;
    let scene = |name| {
        let (lead, files) = (&plan.lead, plan.files);
        let scene = Scene { tree, steps, step, install, found: &found, lead, files, name };
        Waiting::of(scene.compilers(), given(&COMPILERS))
    };
    if install.root.as_ref().is_some_and(|root| root.kind == RootKind::Wheels) {
        let users = wheels::users(tree, steps, step, install, &found, &plan.lead)?;
        wheels::fits(&users, groups.was_fresh, plan.files.iter().any(|file| file.hashed))?;
        let shape = wheels::shape(file.task.project, steps, &plan, &users)?;
        let waiting = match &shape {
            Shape::Stages(stages) => scene(&stages.name),
            Shape::Parts(_) => Waiting::default(),
        };
        plan.compilers = waiting.compilers.as_ref();
        let text = plan.wheels(&shape, &users)?;
        let change = change(file, tree, install, &groups, text, &waiting.words);
        keep(earlier, &groups);
        let info = waiting.info();
        return Ok(given(info).then_some((info, Outcome::Applied(change))));
    }
    let environment = install.root.as_ref().filter(|root| root.is_environment());
    let stages = shape::stages(file.task.project, step, install, &names)
        .and_then(|stages| {
            let copied = environment.map(|root| part::holds_others(steps, step, plan.files, &root.path));
            copied.unwrap_or(Ok(())).map(|()| stages)
        })
        .and_then(|stages| if given(&STAGES) { Ok(stages) } else { Err("stages are not wanted".to_owned()) });
    let parted = match &stages {
        Err(_) if given(&PARTS) && install.what.managed().is_none() => {
            Some(part::parted(steps, step, install, plan.files))
        }
        _ => None,
    };
    let waiting = stages.as_ref().ok().map(|stages| scene(&stages.name)).unwrap_or_default();
    let (info, text, why) = match &stages {
        Ok(stages) => {
            plan.prefix = part::prefix_of_stages(steps, step, install, plan.files, stages);
            plan.prefixes_project = true;
            plan.compilers = waiting.compilers.as_ref();
            (waiting.info(), plan.stages(stages)?, waiting.words.clone())
        }
        Err(_) if let Some(Ok(parted)) = &parted => {
            plan.prefix.clone_from(&parted.prefix);
            (&PARTS, plan.parts(parted)?, String::new())
        }
        Err(_) if install.root.as_ref().is_some_and(|root| root.kind == RootKind::Target) => {
            let text = "pip leaves out scripts of a second install into one --target";
            return Err(Refusal::new("same-target", text, "install with --prefix"));
        }
        Err(why) if given(&LAYERS) => {
            let why = match &parted {
                Some(Err(also)) if also != why => format!("{why}, and not in parts, since {also}"),
                _ => why.clone(),
            };
            (&LAYERS, plan.layers()?, format!("; not in stages, since {why}"))
        }
        Err(_) => return Ok(None),
    };
    keep(earlier, &groups);
    let change = change(file, tree, install, &groups, text, &why);
    Ok(Some((info, Outcome::Applied(change))))
}

/// Where compilers stand: with the groups that need them, or before all.
#[derive(Default)]
struct Waiting {
    compilers: Option<Compilers>,
    /// What is told of it.
    words: String,
}

impl Waiting {
    fn of(found: Option<Result<Compilers, String>>, is_wanted: bool) -> Self {
        match found {
            None => Self::default(),
            Some(Err(why)) => {
                Self { compilers: None, words: format!("; all groups wait for the compilers, since {why}") }
            }
            Some(Ok(found)) if !found.is_stated && !is_wanted => {
                let groups: Vec<&str> = found.needing.iter().map(|(group, _)| group.as_str()).collect();
                let (groups, machines) = (groups.join(", "), found.machines.join(" and "));
                let words = format!(
                    "; all groups wait for the compilers, which on {machines} only {groups} needs: \
                     with --unsafe, or a platform in FROM, the others do not"
                );
                Self { compilers: None, words }
            }
            Some(Ok(found)) => {
                let why: Vec<String> =
                    found.needing.iter().map(|(group, why)| format!("{group} ({why})")).collect();
                let words = format!("; compilers only for {}", why.join(", "));
                Self { compilers: Some(found), words }
            }
        }
    }

    /// What has to be wanted for it.
    fn info(&self) -> &'static DecisionInfo {
        match &self.compilers {
            Some(found) if !found.is_stated => &COMPILERS,
            _ => &STAGES,
        }
    }
}

/// Remembers what is written.
fn keep(earlier: &mut Earlier, groups: &Groups) {
    for one in &groups.files {
        earlier.written.insert(one.path.clone(), one.text.clone());
    }
}

fn change(
    file: &File<'_>,
    tree: &Tree<'_>,
    install: &Install,
    groups: &Groups,
    text: Written,
    why: &str,
) -> Change {
    let mut edits: Vec<FileEdit> = Vec::new();
    for one in &groups.files {
        let old = file.task.project.read(&one.path).ok().flatten();
        let length = old.as_ref().map_or(0, |bytes| bytes.len());
        if old.as_deref() != Some(one.text.as_bytes()) {
            let edit = Edit::replace(Span::new(0, length), one.text.clone());
            edits.push(FileEdit { file: one.path.clone(), edit });
        }
    }
    let sources: Vec<&str> = groups.files.iter().map(|one| one.source.as_str()).collect();
    if let Some((ignore, lines)) = tree.let_in(&sources) {
        let bytes = file.task.project.read(&ignore).ok().flatten().unwrap_or_default();
        let end = if bytes.ends_with(b"\r\n") { "\r\n" } else { "\n" };
        let open = if bytes.is_empty() || bytes.ends_with(b"\n") { "" } else { end };
        let added: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        edits.push(FileEdit { file: ignore, edit: Edit::insert(bytes.len(), format!("{open}{added}")) });
    }
    let own = file.dockerfile.path();
    edits.extend(text.edits.into_iter().map(|edit| FileEdit { file: own.clone(), edit }));
    let mut declares = text.declares;
    declares.extend([Declared::Facet(Facet::Files), Declared::Facet(Facet::Layers)]);
    if groups.was_fresh {
        declares.push(Declared::Facet(Facet::Packages));
    }
    Change { edits, declares, note: Some(note(install, groups, why)) }
}

fn note(install: &Install, groups: &Groups, why: &str) -> String {
    let counts: Vec<String> = groups
        .files
        .iter()
        .zip(&groups.counts)
        .map(|(file, count)| format!("{} {count}", file.group))
        .collect();
    let mut note = format!("packages of {}: {}", groups.lock, counts.join(", "));
    if groups.was_fresh {
        let _ = write!(
            note,
            "; {} resolved afresh in each build until now, and installs the versions of the lock from now on",
            install.program
        );
    }
    note + why
}
