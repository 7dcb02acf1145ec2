//! The files of the context that an install reads, and what is made of them.

use std::sync::Arc;

use dockfit_dockerfile::Keyword;
use dockfit_python::requirements_txt::RequirementsFile;
use dockfit_python::{
    ApartReason, Choice, Error, ErrorKind, Files, GroupOverride, LockKind, MARK, Name, Request, Split,
    Wanted, is_compiled, read_manifest, split,
};
use dockfit_rewrite::context::{
    CopiedFile, DockerIgnore, Inherited, Taken, context_files, ignore_file, mounted, taken,
};
use dockfit_rewrite::{Context, Dockerfile, FileSource, PackageGroups, Project, ReadError, RelPath};

use super::bases;
use super::install::{Install, What};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;

/// The context of a Dockerfile.
pub(super) struct Tree<'p> {
    pub(super) project: &'p Project,
    pub(super) dockerfile: &'p Dockerfile,
    pub(super) context: RelPath,
    ignore_file: Option<RelPath>,
    ignore: DockerIgnore,
    files: Vec<String>,
}

/// The project's files, as readers of Python's files want them.
struct Snapshot<'p>(&'p Project);

impl Files for Snapshot<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(path) = RelPath::new(path) else { return Ok(None) };
        match self.0.read(&path) {
            Ok(bytes) => Ok(bytes.map(|bytes: Arc<[u8]>| bytes.to_vec())),
            Err(error) => Err(error.message),
        }
    }
}

/// The project's files for those who read contexts.
#[derive(Debug)]
struct Contents<'p>(&'p Project);

impl FileSource for Contents<'_> {
    fn read(&self, path: &RelPath) -> Result<Option<Arc<[u8]>>, ReadError> {
        self.0.read(path)
    }

    fn list(&self, folder: &RelPath) -> Result<Vec<String>, ReadError> {
        self.0.list(folder)
    }
}

/// A COPY or ADD from the context, with the files that it brings.
pub(super) struct Copied {
    pub(super) index: usize,
    pub(super) files: Vec<CopiedFile>,
}

/// What an install reads, found in the context.
pub(super) struct Found {
    /// The file that it names, or the manifest of the project: its path in the context.
    pub(super) source: String,
    /// The instruction that brings it.
    pub(super) brought_by: usize,
}

/// What is written beside the manifest.
pub(super) struct Generated {
    /// The group.
    pub(super) group: String,
    /// The file, in the project.
    pub(super) path: RelPath,
    /// Its path in the context.
    pub(super) source: String,
    /// Its name.
    pub(super) name: String,
    pub(super) text: String,
    /// Whether each line has its hashes.
    pub(super) hashed: bool,
}

/// What the lock gives.
pub(super) struct Groups {
    pub(super) files: Vec<Generated>,
    /// The lock, by its name.
    pub(super) lock: String,
    /// Whether the step resolved afresh until now.
    pub(super) was_fresh: bool,
    /// How many packages each file holds.
    pub(super) counts: Vec<usize>,
}

impl<'p> Tree<'p> {
    pub(super) fn of(project: &'p Project, dockerfile: &'p Dockerfile) -> Result<Self, Refusal> {
        let context = match dockerfile.context() {
            Context::Known(context) => context.clone(),
            Context::Unknown(why) => {
                let text = format!("its context cannot be told: {why}");
                return Err(Refusal::new("context-unknown", text, "name it with --context"));
            }
        };
        let unreadable = |error: String| {
            Refusal::new("no-context", format!("the context cannot be read: {error}"), "mend the file")
        };
        let contents = Contents(project);
        let ignore_file = ignore_file(dockerfile.path(), &context, &contents);
        let ignore = match &ignore_file {
            None => DockerIgnore::default(),
            Some(path) => {
                let bytes = project.read(path).map_err(|error| unreadable(error.to_string()))?;
                let bytes = bytes.unwrap_or_default();
                DockerIgnore::parse(&bytes).map_err(|error| unreadable(error.to_string()))?
            }
        };
        let files =
            context_files(&context, &ignore, &contents).map_err(|error| unreadable(error.to_string()))?;
        Ok(Self { project, dockerfile, context, ignore_file, ignore, files })
    }

    /// What the COPY or ADD with this index brings from the context; `None` for other instructions, and where that cannot
    /// be told.
    pub(super) fn copied(&self, index: usize) -> Option<Copied> {
        let instruction = self.dockerfile.document().instructions().get(index)?;
        if !matches!(instruction.keyword(), Keyword::Copy | Keyword::Add) {
            return None;
        }
        match taken(self.dockerfile, index, &self.files) {
            Taken::Files(files) => Some(Copied { index, files }),
            Taken::Nothing | Taken::Unknown(_) => None,
        }
    }

    /// The file that the image has at `path` when `step` runs: the last copy of it in its stage or those below.
    pub(super) fn find(&self, step: &Step<'_>, path: &str) -> Option<Found> {
        step.stages().find_map(|stage| {
            let stage = self.dockerfile.model().stages().get(stage)?;
            let before = stage.instructions.clone().filter(|index| *index < step.index);
            before.rev().find_map(|index| {
                let files = self.copied(index)?.files;
                let found = files.into_iter().rfind(|file| file.target == path)?;
                Some(Found { source: found.source, brought_by: index })
            })
        })
    }

    /// The file that the step's own bind mounts show at `path`.
    fn mounted(&self, step: &Step<'_>, path: &str) -> Option<Found> {
        let Taken::Files(files) = mounted(self.dockerfile, step.index, &self.files) else { return None };
        let found = files.into_iter().find(|file| file.target == path)?;
        Some(Found { source: found.source, brought_by: step.index })
    }

    /// What `install` reads: its requirements file, or the manifest of its project.
    pub(super) fn found(&self, step: &Step<'_>, install: &Install) -> Result<Found, Refusal> {
        let missing = |what: &str| {
            let text = format!("no COPY of this stage brings `{what}` from the context");
            Refusal::new("file-unknown", text, "copy it by name, directly before the step")
        };
        match &install.what {
            What::Requirements { path, .. } => self.find(step, path).ok_or_else(|| missing(path)),
            What::Locked { folder, .. } => {
                let path = format!("{folder}/pyproject.toml").replace("//", "/");
                self.mounted(step, &path).or_else(|| self.find(step, &path)).ok_or_else(|| missing(&path))
            }
            What::Project { folder, .. } => {
                let manifests = ["pyproject.toml", "setup.cfg"];
                let found = manifests
                    .iter()
                    .find_map(|name| self.find(step, &format!("{folder}/{name}").replace("//", "/")));
                found.ok_or_else(|| missing(&format!("{folder}/pyproject.toml").replace("//", "/")))
            }
        }
    }

    /// The text of a file of the context.
    pub(super) fn text(&self, source: &str) -> Option<String> {
        let bytes = self.project.read(&self.context.join(source)?).ok()??;
        String::from_utf8(bytes.to_vec()).ok()
    }

    /// Whether the file was made by an earlier split.
    pub(super) fn is_made(&self, source: &str) -> bool {
        self.text(source).is_some_and(|text| text.trim_start_matches('\u{feff}').starts_with(MARK))
    }

    /// The ignore file, and the lines to add for these files of the context to get in.
    pub(super) fn let_in(&self, sources: &[&str]) -> Option<(RelPath, Vec<String>)> {
        let left_out = |source: &&&str| {
            let mut path = String::new();
            let mut state = (false, Inherited::default());
            for part in source.split('/') {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
                let Ok(next) = self.ignore.excludes(&path, &state.1) else { return false };
                state = next;
            }
            state.0
        };
        let lines: Vec<String> = sources.iter().filter(left_out).map(|source| format!("!{source}")).collect();
        (!lines.is_empty()).then(|| self.ignore_file.clone().map(|file| (file, lines)))?
    }

    /// The files of the groups for `install`.
    pub(super) fn groups(
        &self,
        step: &Step<'_>,
        install: &Install,
        found: &Found,
        groups: &PackageGroups,
    ) -> Result<Groups, Refusal> {
        let folder = found.source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let in_project = |path: &str| self.context.join(path).map(|path| path.as_str().to_owned());
        let root = in_project(folder).unwrap_or_default();
        let mut request = Request::new(&root).map_err(|error| refusal(&error))?;
        let own = &groups.packages;
        let overrides: Vec<GroupOverride> = own
            .iter()
            .map(|(name, packages)| GroupOverride { name: name.clone(), packages: packages.clone() })
            .collect();
        request.groups = request
            .groups
            .with(&overrides, groups.order.as_deref(), "the configuration")
            .map_err(|error| refusal(&error))?;
        request.environment = bases::environment(self.dockerfile, step.stages().next().unwrap_or_default());
        let mut was_fresh = matches!(install.what, What::Project { .. });
        match &install.what {
            What::Requirements { .. } => {
                let lock = self.lock_of(&found.source);
                was_fresh = lock.is_some();
                request.lock = in_project(&lock.unwrap_or_else(|| found.source.clone()));
            }
            What::Locked { managed, .. } => {
                let manifest = in_project(&found.source).unwrap_or_default();
                let manifest =
                    read_manifest(&Snapshot(self.project), &manifest).map_err(|error| refusal(&error))?;
                request.wanted = managed.wanted(&manifest);
                let name = format!("{}.lock", managed.name);
                let lock = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                if self.text(&lock).is_none() {
                    let text = format!("there is no `{name}` beside `{}`", found.source);
                    return Err(Refusal::new("no-lock", text, format!("make one: `{} lock`", managed.name)));
                }
                request.lock = in_project(&lock);
            }
            What::Project { extras, .. } => {
                let names = extras.iter().filter_map(|extra| Name::new(extra)).collect();
                request.wanted = Wanted { extras: Choice::Only(names), ..Wanted::default() };
            }
        }
        let made = split(&Snapshot(self.project), &request).map_err(|error| refusal(&error))?;
        if let What::Project { .. } = install.what {
            fits(&made, &request.wanted)?;
        }
        let is_locked = matches!(install.what, What::Locked { .. });
        // A manager installs in its own step what goes into no group.
        if let Some(apart) = made.partition.apart.first().filter(|_| !is_locked) {
            let package = made.selection.items.get(apart.item);
            let name = package.and_then(|item| made.resolution.packages.get(item.package));
            let name = name.map_or("a package", |package| package.name.as_str());
            let (code, why) = match apart.reason {
                ApartReason::Local => ("local-package", "is made from files of the repository"),
                ApartReason::NoHash => ("no-hash", "has no hash, and the others have"),
            };
            let text = format!("`{name}` {why}, so that it goes into no group");
            return Err(Refusal::new(code, text, "install it in a RUN of its own, after the others"));
        }
        if made.partition.parts.len() < 2 {
            let text = "all packages are in one group, so that there is nothing to split";
            return Err(Refusal::new(
                "one-group",
                text,
                "name packages for other groups in the configuration",
            ));
        }
        let lock = made.resolution.path.rsplit('/').next().unwrap_or_default().to_owned();
        let counts = made.partition.parts.iter().map(|part| part.items.len()).collect();
        let mut files = Vec::new();
        for (part, file) in made.partition.parts.iter().zip(made.files) {
            let source =
                if folder.is_empty() { file.name.clone() } else { format!("{folder}/{}", file.name) };
            let Some(path) = self.context.join(&source) else { continue };
            self.not_in_the_way(&path)?;
            files.push(Generated {
                group: part.name.to_string(),
                path,
                source,
                hashed: file.text.contains("--hash="),
                name: file.name,
                text: file.text,
            });
        }
        Ok(Groups { files, lock, was_fresh, counts })
    }

    /// The lock that was made from a requirements file with open versions, in its folder.
    fn lock_of(&self, source: &str) -> Option<String> {
        let (folder, name) = source.rsplit_once('/').map_or(("", source), |(folder, name)| (folder, name));
        let text = self.text(source)?;
        if RequirementsFile::parse(source, &text).is_ok_and(|file| is_compiled(&file)) {
            return None;
        }
        let stem = name.strip_suffix(".txt").unwrap_or(name);
        let candidates = [format!("{stem}.lock"), format!("{stem}-lock.txt"), format!("{stem}.lock.txt")];
        let traces = [format!("-r {name}"), format!(" {name}")];
        candidates.into_iter().find_map(|candidate| {
            let path = if folder.is_empty() { candidate } else { format!("{folder}/{candidate}") };
            let text = self.text(&path)?;
            let file = RequirementsFile::parse(&path, &text).ok()?;
            let from = |line: &str| traces.iter().any(|trace| line.contains(trace.as_str()));
            (is_compiled(&file) && (file.header.iter().any(|line| from(line)) || text.lines().any(from)))
                .then_some(path)
        })
    }

    fn not_in_the_way(&self, path: &RelPath) -> Result<(), Refusal> {
        let there = self.project.read(path).ok().flatten();
        if there.is_none_or(|bytes| bytes.starts_with(MARK.as_bytes())) {
            return Ok(());
        }
        let text = format!("`{path}` is there and was not made by this tool");
        Err(Refusal::new("file-in-the-way", text, "give that file another name"))
    }
}

/// Refuses a compiled lock that was made for other extras than those that are installed.
fn fits(made: &Split, wanted: &Wanted) -> Result<(), Refusal> {
    let (Some(manifest), LockKind::Compiled) = (&made.manifest, made.resolution.kind) else { return Ok(()) };
    let lock = made.resolution.path.as_str();
    let chosen = |extra: &Name| wanted.extras.has(extra.as_str());
    let (asked, others): (Vec<_>, Vec<_>) = manifest.extras.iter().partition(|(extra, _)| chosen(extra));
    for (extra, list) in &asked {
        let unpinned = list.iter().find(|one| {
            one.requirement.marker.is_always()
                && made.resolution.named(&one.requirement.name).next().is_none()
        });
        if let Some(one) = unpinned {
            let text = format!("`{lock}` does not pin `{}` of the extra `{extra}`", one.requirement.text);
            return Err(Refusal::new("lock-without-extra", text, "make the lock with this extra"));
        }
    }
    let needed = |name: &Name| {
        manifest
            .dependencies
            .iter()
            .chain(asked.iter().flat_map(|(_, list)| list.iter()))
            .any(|one| one.requirement.name == *name)
    };
    let edges = made.resolution.project().map(|project| project.edges.as_slice()).unwrap_or_default();
    for (extra, list) in others {
        let also = list.iter().find(|one| {
            let name = &one.requirement.name;
            !needed(name) && edges.iter().any(|edge| edge.name == *name) && made.resolution.edges_known
        });
        if let Some(one) = also {
            let text = format!(
                "`{lock}` also holds `{}` of the extra `{extra}`, which the step does not install",
                one.requirement.name
            );
            return Err(Refusal::new(
                "lock-with-extra",
                text,
                "make a lock without this extra for the image",
            ));
        }
    }
    Ok(())
}

fn refusal(error: &Error) -> Refusal {
    let way_out = match (&error.way_out, error.kind) {
        (Some(way_out), _) => way_out.clone(),
        (None, ErrorKind::NoLock) => "make a lock: `dockfit lock`".to_owned(),
        (None, _) => "mend the file".to_owned(),
    };
    let field = if error.field.is_empty() { String::new() } else { format!("{}: ", error.field) };
    Refusal::new(error.kind.code(), format!("{}: {field}{}", error.place, error.message), way_out)
}
