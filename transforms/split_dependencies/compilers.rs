//! Compilers that only some groups need: in a stage of their own, on which those groups are built, so that the others do not
//! wait for them.

use dockfit_dockerfile::model::{CopiedSource, Origin, Stage, Taker};
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::path::clean;
use dockfit_python::requirements_txt::RequirementsFile;

use super::install::is_plain;
use super::plan::{Found, Generated, Install, Lead, Role, What};
use super::tree::Tree;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::image_hygiene::compilers::{PROGRAMS, compilers, is_compiler};
use crate::image_hygiene::locked::{Lock, targets};
use crate::image_hygiene::need;

/// A step that installs compilers, and the groups that need them.
pub(super) struct Compilers {
    /// The step.
    pub(super) index: usize,
    /// The groups (or `project`) that need them, each with the reason.
    pub(super) needing: Vec<(String, String)>,
    /// The machines that the others have wheels for.
    pub(super) machines: Vec<String>,
    /// Whether the file says that it is for these machines alone.
    pub(super) is_stated: bool,
}

/// The groups that go into stages, and the step in whose place they go.
pub(super) struct Scene<'s, 'd> {
    pub(super) tree: &'s Tree<'s>,
    pub(super) steps: &'s Steps<'d>,
    pub(super) step: &'s Step<'d>,
    pub(super) install: &'s Install,
    pub(super) found: &'s Found,
    pub(super) lead: &'s Lead,
    pub(super) files: &'s [Generated],
    /// The name of the stage.
    pub(super) name: &'s str,
}

impl Scene<'_, '_> {
    /// The compilers of the stage, or why all groups wait for them, in words that go on from "since"; `None` where nothing
    /// installs any.
    pub(super) fn compilers(&self) -> Option<Result<Compilers, String>> {
        let stage = self.step.model().stage_of(self.step.index)?;
        let installs = |step: &&Step<'_>| {
            stage.instructions.contains(&step.index)
                && step.index <= self.step.index
                && step.calls().iter().any(|call| compilers(call).is_some())
        };
        let mut all = self.steps.mentioning(PROGRAMS).filter(installs);
        let first = all.next()?;
        Some(match all.next() {
            None => self.of(first, stage),
            Some(other) => Err(format!("line {} installs some as well", self.step.line_of(other.index))),
        })
    }

    fn of(&self, apt: &Step<'_>, stage: &Stage) -> Result<Compilers, String> {
        let line = apt.line_of(apt.index);
        let before = self.lead.inputs.first().copied().unwrap_or(self.step.index);
        if apt.index >= before {
            return Err(format!(
                "line {line} installs them behind files of the project, or with the packages"
            ));
        }
        if let Some(refusal) = apt.refuses_edits(super::COMPILERS.id) {
            return Err(refusal.text);
        }
        only_compilers(apt).map_err(|what| format!("line {line} also {what}"))?;
        self.nothing_else_needs(apt)?;
        self.nothing_is_taken(stage)?;
        let name = format!("{}-compilers", self.name);
        let model = self.step.model();
        let is_taken = |name: &str| {
            model.stages().iter().any(|other| other.name.as_deref() == Some(name) || other.base_name == name)
        };
        if is_taken(&name) || self.files.iter().any(|file| file.group == "compilers") {
            return Err(format!("there is a stage or image `{name}` already"));
        }
        let lowest = model.lineage(stage.index).last().unwrap_or(stage);
        let targets = targets(lowest).map_err(|refusal| refusal.text)?;
        let folder = self.found.source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = self.tree.context.folder.join(folder).ok_or("the folder of the lock is not known")?;
        let lock =
            Lock::of(self.tree.context.project, folder.as_str(), &targets).map_err(|refusal| refusal.text)?;
        let from_source =
            self.step.calls().iter().find_map(|call| need::from_source(self.step, call)).map_or(Ok(()), Err);
        from_source?;
        let mut needing = Vec::new();
        for file in self.files {
            let why = if file.text.contains("--no-binary") {
                Some("`--no-binary` builds from source".to_owned())
            } else {
                let parsed = RequirementsFile::parse(&file.source, &file.text);
                let parsed = parsed.map_err(|error| error.to_string())?;
                lock.covers(&parsed, &targets).err().map(|refusal| refusal.text)
            };
            needing.extend(why.map(|why| (file.group.clone(), why)));
        }
        let mut count = self.files.len();
        if let What::Project { .. } = self.install.what {
            count += 1;
            let why = need::pure_project(&self.tree.context, folder.as_str()).err();
            needing.extend(why.map(|refusal| ("project".to_owned(), refusal.text)));
        }
        match needing.as_slice() {
            [] => return Err("no group needs them: image-hygiene/compilers takes them out".to_owned()),
            all if all.len() == count => return Err("every group needs them".to_owned()),
            _ => {}
        }
        let machines = targets.into_iter().map(|target| target.machine).collect();
        Ok(Compilers { index: apt.index, needing, machines, is_stated: lowest.platform.is_some() })
    }

    /// An error where something between the compilers and the install compiles, or changes what installs them.
    fn nothing_else_needs(&self, apt: &Step<'_>) -> Result<(), String> {
        for index in apt.index + 1..self.step.index {
            let line = apt.line_of(index);
            let names: Vec<String> = match apt.model().operation(index) {
                None => return Err(format!("line {line} is not understood")),
                Some(Operation::Env(pairs)) => pairs.iter().map(|pair| pair.key.text.clone()).collect(),
                Some(Operation::Arg(all)) => all.iter().map(|one| one.name.text.clone()).collect(),
                Some(Operation::Workdir(_) | Operation::Label(_) | Operation::Expose(_)) => continue,
                Some(Operation::Copy(_) | Operation::Add(_)) => {
                    let copied = apt.model().copied(apt.document(), index);
                    let to = copied.and_then(|copied| Some(copied.destination.as_known()?.to_string()));
                    if to.is_none_or(|to| is_of_system(&clean(&to))) {
                        return Err(format!("line {line} copies into the system behind them"));
                    }
                    continue;
                }
                Some(Operation::Run(_)) => {
                    let step =
                        self.steps.at(index).ok_or_else(|| format!("line {line} is not understood"))?;
                    compiles_nothing(step)?;
                    continue;
                }
                Some(_) => return Err(format!("line {line} changes how they would be installed")),
            };
            let read = |name: &String| {
                let name = name.to_ascii_uppercase();
                READ.iter().any(|start| name.starts_with(start)) || name.ends_with("_PROXY")
            };
            if let Some(name) = names.iter().find(|name| read(name)) {
                return Err(format!("line {line} sets {name} behind them"));
            }
        }
        let ahead = |call: &&Call<'_>| {
            let part = call.item().and_then(|at| self.install.parts.get(at));
            part.is_some_and(|part| part.role == Role::Ahead)
        };
        match self.step.calls().iter().filter(ahead).find(|call| !is_for_none(call)) {
            Some(call) => Err(format!("`{}` before the install may need them", call.program)),
            None => Ok(()),
        }
    }

    /// An error where another stage takes something from this one that is not what was installed.
    fn nothing_is_taken(&self, stage: &Stage) -> Result<(), String> {
        let model = self.step.model();
        let root = self.install.root.as_ref().map(|root| root.path.as_str()).unwrap_or_default();
        for take in model.stages().iter().flat_map(|other| &other.takes) {
            if take.from != Origin::Stage(stage.index) || !take.copied {
                continue;
            }
            let Taker::Instruction(index) = take.by else { continue };
            let line = self.step.line_of(index);
            let copied = model.copied(self.step.document(), index);
            let sources = copied.map(|copied| copied.sources).unwrap_or_default();
            let own = |source: &CopiedSource| match source {
                CopiedSource::Path(path) => path.as_known().is_some_and(|path| {
                    let path = clean(&format!("/{}", path.trim_end_matches('*')));
                    path == root || is_inside(&path, root) || !is_of_system(&path)
                }),
                _ => false,
            };
            if sources.is_empty() || !sources.iter().all(own) {
                return Err(format!("line {line} may copy what they brought"));
            }
        }
        Ok(())
    }
}

fn is_of_system(path: &str) -> bool {
    path == "/" || SYSTEM.iter().any(|folder| path == *folder || is_inside(path, folder))
}

/// An error where a step between compiles, installs other packages of the system, or changes where they come from.
fn compiles_nothing(step: &Step<'_>) -> Result<(), String> {
    let line = step.line_of(step.index);
    if !is_plain(step) || step.mentions(&["/etc/"]) {
        return Err(format!("line {line} may need them, or change where they come from"));
    }
    match step.calls().iter().find(|call| !is_for_none(call)) {
        Some(call) => Err(format!("`{}` in line {line} may need them", call.program)),
        None => Ok(()),
    }
}

/// Folders in which a COPY may change what a package manager does, or what it writes.
const SYSTEM: &[&str] = &["/etc", "/usr", "/var", "/lib", "/bin", "/sbin"];

/// How variables begin that package managers of systems, and the scripts of their packages, read (apt.conf(5), debconf(7),
/// dpkg(1), 2026-11-24).
const READ: &[&str] = &["APT_", "DEBIAN_", "DEBCONF_", "DPKG_", "LANG", "LC_", "LD_", "TMPDIR", "HOME", "TZ"];

/// What pip installs by name without a compiler (wheels on the index, 2026-11-24).
const PURE: &[&str] = &["install", "pip", "setuptools", "wheel", "uv", "build", "cache", "purge"];

/// Whether a command needs no compiler, and is nothing to one that is installed later.
fn is_for_none(call: &Call<'_>) -> bool {
    let mut words = call.values().filter(|word| !word.starts_with('-'));
    match call.program.as_str() {
        "pip" => {
            words.all(|word| PURE.contains(&word.split(['=', '<', '>', '~']).next().unwrap_or_default()))
        }
        "mkdir" | "venv" | "virtualenv" | "set" | "useradd" | "groupadd" | "adduser" | "addgroup" => true,
        "rm" => !words.any(|word| word.starts_with("/usr") || word.starts_with("/etc")),
        _ => false,
    }
}

/// Whether a step installs compilers and does nothing else, but for cleaning up; else what else it does.
fn only_compilers(step: &Step<'_>) -> Result<(), String> {
    if !is_plain(step) {
        return Err("does more than `&&` joins".to_owned());
    }
    for call in step.calls() {
        let program = call.program.as_str();
        let cleans =
            |word: &str| ["/var/lib/apt/", "/var/cache/", "/tmp/"].iter().any(|path| word.starts_with(path));
        let words: Vec<&str> = call.values().filter(|word| !word.starts_with('-')).collect();
        if words.len() + call.args.iter().filter(|arg| arg.text.starts_with('-')).count() < call.args.len() {
            return Err(format!("runs `{program}` with words that are not known"));
        }
        match (program, words.as_slice()) {
            ("set", _) | ("apt-get" | "apt" | "apk", ["update" | "clean" | "autoclean"]) => {}
            ("rm", paths) if paths.iter().all(|path| cleans(path)) => {}
            (_, [verb, packages @ ..])
                if PROGRAMS.contains(&program) && matches!(*verb, "install" | "add") =>
            {
                if let Some(other) = packages.iter().find(|package| !is_compiler(package)) {
                    return Err(format!("installs `{other}`, which does not only compile"));
                }
            }
            _ => return Err(format!("runs `{program}`")),
        }
    }
    Ok(())
}
