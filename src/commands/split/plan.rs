//! What a split comes to: groups, files, and what stands where they go.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path};

use dockfit_python::auto::download_size;
use dockfit_python::{
    ApartReason, Environment, Error, ErrorKind, FileState, Files as _, GeneratedFile, Groups, Name, Part,
    Platform, PythonVersion, Request, Selected, Split, compare, direct_files, emptied, file_name, find_lock,
    find_manifest, line, lines_of, read_manifest,
};
use dockfit_rewrite::RelPath;

use super::changes::{Change, changes};
use super::learnt::{Layout, learn};
use super::remembered::Remembered;
use crate::args::SplitArgs;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;
use crate::python::{Given, PythonFiles};

/// All that is printed and written.
pub(super) struct Plan {
    /// The folder that paths count from.
    pub(super) root: String,
    pub(super) manifest: Option<String>,
    /// The lock; `None` without a resolution.
    pub(super) lock: Option<String>,
    /// What of it: `uv`, `compiled`, ….
    pub(super) lock_kind: Option<&'static str>,
    pub(super) environment: Environment,
    /// In order; empty ones too.
    pub(super) groups: Vec<Group>,
    /// What goes into no group.
    pub(super) apart: Vec<Apart>,
    /// What is written, or would be.
    pub(super) files: Vec<Planned>,
    /// What the files that stand there say of the options that they were made with, if that is to be told.
    pub(super) remembered: Option<String>,
    /// Estimates, where the groups were learnt.
    pub(super) layouts: Vec<Layout>,
    pub(super) written: bool,
}

/// One group.
pub(super) struct Group {
    pub(super) name: String,
    /// An index into the files; `None` where it has no package, and so no file.
    pub(super) file: Option<usize>,
    pub(super) direct: usize,
    pub(super) packages: usize,
    /// What an installer downloads, in bytes, as far as the lock holds sizes; `None` where it holds none.
    pub(super) bytes: Option<u64>,
    /// How many packages have no size in the lock.
    pub(super) unknown_sizes: usize,
}

/// One package that is installed by itself.
pub(super) struct Apart {
    pub(super) requirement: String,
    pub(super) reason: ApartReason,
}

/// One file.
pub(super) struct Planned {
    /// In the project.
    pub(super) path: RelPath,
    pub(super) text: String,
    /// The bytes that stand there.
    pub(super) before: Option<Vec<u8>>,
    pub(super) state: FileState,
    pub(super) changes: Vec<Change>,
    /// Whether it is one of an earlier split, whose group is no more.
    pub(super) left_over: bool,
}

impl Planned {
    /// Whether something else stands there.
    pub(super) fn differs(&self) -> bool {
        self.state != FileState::Same
    }
}

impl Plan {
    /// A path of the project, as it is shown.
    pub(super) fn shown(&self, path: &str) -> String {
        shown(&RelPath::new(path).unwrap_or_else(RelPath::root).on_disk(Path::new(&self.root)))
    }

    /// Works it out; reads files, writes none.
    pub(super) fn make(
        args: &SplitArgs,
        files: &PythonFiles,
        path: &RelPath,
        given: &Given,
        groups: Option<Groups>,
    ) -> Result<Self, Problem> {
        let told = |error: &Error| files.problem(error);
        let folder = if *given == Given::Folder { path.clone() } else { path.parent() };
        let mut request = Request::new(folder.as_str()).map_err(|error| told(&error))?;
        if let Some(groups) = groups {
            request.groups = groups;
        }
        request.manifest = (*given == Given::Manifest).then(|| path.as_str().to_owned());
        request.lock = match (&args.lock, given) {
            (Some(lock), _) => Some(files.inside(lock)?.as_str().to_owned()),
            (None, Given::Lock) => Some(path.as_str().to_owned()),
            (None, _) => None,
        };
        let manifest = match &request.manifest {
            Some(path) => Some(path.clone()),
            None => find_manifest(files, folder.as_str()).map_err(|error| told(&error))?,
        };
        let beside = manifest.as_deref().and_then(RelPath::new).map_or(folder, |manifest| manifest.parent());
        let output = match &args.output {
            Some(output) => output_folder(files, output)?,
            None => beside,
        };
        let remembered = Remembered::of(args, files, &output)?;
        request.environment = remembered.choices.environment();
        request.wanted = remembered.choices.wanted();
        if args.direct {
            return direct(files, &request, manifest, &output);
        }
        if manifest.is_none()
            && request.lock.is_none()
            && no_lock(files, &request).map_err(|error| told(&error))?
        {
            let problem = Problem::new(ProblemKind::Path, "nothing here says what a Python project needs");
            let problem = problem.in_file(shown(&args.path));
            return Err(problem.help(
                "name the folder of a pyproject.toml, Pipfile, setup.cfg or pinned requirements file, or a lock",
            ));
        }
        let mut split = dockfit_python::split(files, &request).map_err(|error| {
            let problem = told(&error);
            match (error.kind, problem.help.clone()) {
                (ErrorKind::NoLock, Some(help)) => problem.help(format!(
                    "{help}; `dockfit split --direct` writes the direct requirements, not resolved"
                )),
                _ => problem,
            }
        })?;
        let layouts = match remembered.choices.learnt {
            None => Vec::new(),
            Some(_) => learn(files, &mut split, &request.environment, &remembered.choices)?,
        };
        let planned = planned(files, &output, &split.files)?;
        let fixed: Vec<&Name> = match remembered.choices.learnt {
            None => request.groups.names().collect(),
            Some(_) => split.partition.parts.iter().map(|part| &part.name).collect(),
        };
        Ok(Self {
            root: files.root.to_string_lossy().into_owned(),
            manifest,
            lock: Some(split.resolution.path.clone()),
            lock_kind: Some(split.resolution.kind.id()),
            groups: fixed
                .into_iter()
                .map(|name| group(&split, name, &planned, &request.environment))
                .collect(),
            apart: apart(&split),
            files: planned,
            environment: request.environment,
            remembered: remembered.said,
            layouts,
            written: false,
        })
    }
}

fn no_lock(files: &PythonFiles, request: &Request) -> Result<bool, Error> {
    Ok(find_lock(files, &request.folder, None)?.is_none())
}

/// `--direct`: what the manifest itself says.
fn direct(
    files: &PythonFiles,
    request: &Request,
    manifest: Option<String>,
    output: &RelPath,
) -> Result<Plan, Problem> {
    let Some(path) = manifest else {
        let problem = Problem::new(ProblemKind::Path, "there is no manifest in this folder");
        let problem = problem.in_file(files.shown(&request.folder));
        return Err(problem.help("name the folder of a pyproject.toml, Pipfile or setup.cfg"));
    };
    let made = read_manifest(files, &path)
        .and_then(|manifest| direct_files(&manifest, &request.wanted, &request.groups))
        .map_err(|error| files.problem(&error))?;
    let planned = planned(files, output, &made)?;
    let groups = request.groups.names().map(|name| {
        let file = planned.iter().position(|file| file.path.file_name() == file_name(name.as_str()));
        let file = file.filter(|at| planned.get(*at).is_some_and(|file| !file.left_over));
        let direct = file.and_then(|at| planned.get(at)).map_or(0, |file| lines_of(&file.text).len());
        Group { name: name.to_string(), file, direct, packages: direct, bytes: None, unknown_sizes: direct }
    });
    Ok(Plan {
        root: files.root.to_string_lossy().into_owned(),
        manifest: Some(path),
        lock: None,
        lock_kind: None,
        environment: request.environment.clone(),
        groups: groups.collect(),
        apart: Vec::new(),
        files: planned,
        remembered: None,
        layouts: Vec::new(),
        written: false,
    })
}

pub(super) fn environment(args: &SplitArgs) -> Result<Environment, Problem> {
    let usage = |option: &str, value: &str, help: &str| {
        Problem::new(ProblemKind::Usage, format!("{option}: `{value}` is not known")).help(help)
    };
    let python = match &args.python {
        Some(text) => {
            let found = PythonVersion::parse(text);
            Some(found.ok_or_else(|| usage("--python", text, "for example 3.13 or 3.13.1"))?)
        }
        None => None,
    };
    let platform = |text: &String| {
        Platform::of_engine(text)
            .ok_or_else(|| usage("--platform", text, "for example linux/amd64 or linux/arm64"))
    };
    let platforms = args.platform.iter().map(platform).collect::<Result<_, _>>()?;
    Ok(Environment { python, platforms, anywhere: false })
}

pub(super) fn names(given: &[String], option: &str) -> Result<BTreeSet<Name>, Problem> {
    let name = |text: &String| {
        Name::new(text).ok_or_else(|| {
            let problem = Problem::new(ProblemKind::Usage, format!("{option}: `{text}` is no name"));
            problem.help("letters, digits, `-`, `_` and `.`")
        })
    };
    given.iter().map(name).collect()
}

/// The folder of `--output`, which need not be there yet.
fn output_folder(files: &PythonFiles, output: &Path) -> Result<RelPath, Problem> {
    let is_there = |path: &&Path| {
        fs::symlink_metadata(if path.as_os_str().is_empty() { Path::new(".") } else { path }).is_ok()
    };
    let there = output.ancestors().find(is_there).filter(|path| !path.as_os_str().is_empty());
    let folder = files.inside(there.unwrap_or(Path::new(".")))?;
    let rest = there.map_or(Ok(output), |there| output.strip_prefix(there)).unwrap_or(Path::new(""));
    let is_plain = rest.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let whole = folder.join(rest).filter(|_| is_plain && folder.on_disk(&files.root).is_dir());
    whole.ok_or_else(|| {
        let problem = Problem::new(ProblemKind::Path, "it is no folder").in_file(shown(output));
        problem.help("name a folder inside of the project with --output; one that is not there is made")
    })
}

/// The files with what stands where they go, and those of groups that are no more.
fn planned(files: &PythonFiles, folder: &RelPath, made: &[GeneratedFile]) -> Result<Vec<Planned>, Problem> {
    let read = |path: &RelPath| {
        files.read(path.as_str()).map_err(|message| {
            let problem = Problem::new(ProblemKind::Read, message).in_file(files.shown(path.as_str()));
            problem.help("mend or remove it: a file is to be written there")
        })
    };
    let mut planned = Vec::new();
    for file in made {
        let Some(path) = folder.join(&file.name) else { continue };
        let before = read(&path)?;
        // What is no text was not made here.
        let text = before.as_deref().map(|bytes| std::str::from_utf8(bytes).unwrap_or_default());
        planned.push(Planned {
            state: compare(text, &file.text),
            changes: changes(text.unwrap_or_default(), &file.text),
            path,
            text: file.text.clone(),
            before,
            left_over: false,
        });
    }
    for name in files.names_in(folder) {
        if made.iter().any(|file| file.name == name) || !name.starts_with("requirements-") {
            continue;
        }
        let Some(path) = folder.join(&name) else { continue };
        let Ok(Some(before)) = read(&path) else { continue };
        let Ok(text) = std::str::from_utf8(&before) else { continue };
        let Some(file) = emptied(&name, text) else { continue };
        planned.push(Planned {
            state: compare(Some(text), &file.text),
            changes: changes(text, &file.text),
            path,
            text: file.text,
            before: Some(before),
            left_over: true,
        });
    }
    Ok(planned)
}

fn group(split: &Split, name: &Name, planned: &[Planned], environment: &Environment) -> Group {
    let part = split.partition.parts.iter().find(|part| part.name == *name);
    let items = part.map(|part: &Part| part.items.as_slice()).unwrap_or_default();
    let selected = || items.iter().filter_map(|item| split.selection.items.get(*item));
    let sizes: Vec<Option<u64>> = selected()
        .filter_map(|item| split.resolution.packages.get(item.package))
        .map(|package| download_size(package, environment))
        .collect();
    let known = sizes.iter().flatten().count();
    // A package that has several versions for several environments is one.
    let names = |items: &mut dyn Iterator<Item = &Selected>| {
        let packages = items.filter_map(|item| split.resolution.packages.get(item.package));
        packages.map(|package| &package.name).collect::<BTreeSet<_>>().len()
    };
    let wanted = file_name(name.as_str());
    Group {
        name: name.to_string(),
        file: part.and_then(|_| planned.iter().position(|file| file.path.file_name() == wanted)),
        direct: names(&mut selected().filter(|item| item.direct)),
        packages: names(&mut selected()),
        bytes: (known > 0).then(|| sizes.iter().flatten().sum()),
        unknown_sizes: sizes.len() - known,
    }
}

fn apart(split: &Split) -> Vec<Apart> {
    let apart = split.partition.apart.iter().filter_map(|apart| {
        let selected = split.selection.items.get(apart.item)?;
        let package = split.resolution.packages.get(selected.package)?;
        Some(Apart { requirement: line(package, selected), reason: apart.reason })
    });
    apart.collect()
}
