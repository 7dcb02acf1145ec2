//! The files of the groups: what the lock of an install gives.

use dockfit_python::requirements_txt::RequirementsFile;
use dockfit_python::{
    ApartReason, Choice, Error, ErrorKind, GroupOverride, LockKind, MARK, Name, Request, Source, Split,
    Wanted, is_compiled, read_lock, read_manifest, split,
};
use dockfit_rewrite::{PackageGroups, RelPath};

use super::bases;
use super::managers::Managed;
use super::plan::{Found, Generated, Groups, Install, What};
use super::tree::Tree;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::python_files::ProjectFiles;

impl Tree<'_> {
    /// The files of the groups for `install`.
    pub(super) fn groups(
        &self,
        step: &Step<'_>,
        install: &Install,
        found: &Found,
        groups: &PackageGroups,
    ) -> Result<Groups, Refusal> {
        let mut folder = found.source.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let in_project = |path: &str| self.context.folder.join(path).map(|path| path.as_str().to_owned());
        let lock_folder = folder.clone();
        if let Some(name) = install.what.managed().and_then(Managed::member) {
            folder = self.member(&folder, name)?;
        }
        let folder = folder.as_str();
        let root = in_project(folder).unwrap_or_default();
        let mut request = Request::new(&root).map_err(|error| refusal(&error))?;
        request.groups = overridden(&request.groups, groups)?;
        request.environment = bases::environment(self.dockerfile, step.stages().next().unwrap_or_default());
        let mut was_fresh = matches!(install.what, What::Project { .. });
        match &install.what {
            What::Requirements { .. } | What::Wheels { .. } => {
                let lock = self.lock_of(&found.source);
                was_fresh = lock.is_some();
                request.lock = in_project(&lock.unwrap_or_else(|| found.source.clone()));
            }
            What::Locked { managed, .. } | What::Exported { managed, .. } => {
                let manifest = match managed.member() {
                    None => found.source.clone(),
                    Some(_) => beside(folder, managed.files().0),
                };
                let manifest = in_project(&manifest).unwrap_or_default();
                let manifest = read_manifest(&ProjectFiles(self.context.project), &manifest)
                    .map_err(|error| refusal(&error))?;
                request.wanted = managed.wanted(&manifest);
                let (_, name) = managed.files();
                let lock = beside(&lock_folder, name);
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
        let made = split(&ProjectFiles(self.context.project), &request).map_err(|error| refusal(&error))?;
        if let What::Project { .. } = install.what {
            fits(&made, &request.wanted)?;
        }
        let is_locked = install.what.managed().is_some();
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
            let source = beside(folder, &file.name);
            let Some(path) = self.context.folder.join(&source) else { continue };
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

    /// The folder of a member of the workspace whose root is in `folder`: as the lock there says.
    fn member(&self, folder: &str, name: &str) -> Result<String, Refusal> {
        let lock = self.context.folder.join(beside(folder, "uv.lock"));
        let lock = lock.map(|path| path.as_str().to_owned()).unwrap_or_default();
        let files = ProjectFiles(self.context.project);
        let resolution = read_lock(&files, &lock, None).map_err(|error| refusal(&error))?;
        let named = Name::new(name);
        let members = resolution.packages.iter().filter(|package| Some(&package.name) == named.as_ref());
        let path = members.into_iter().find_map(|package| match &package.source {
            Source::Project { path } | Source::Path { path, directory: true, .. } => Some(path),
            _ => None,
        });
        let path = path.and_then(|path| RelPath::new(folder)?.join(path));
        path.map(|path| path.as_str().to_owned()).ok_or_else(|| {
            let text = format!("`{lock}` has no member `{name}`");
            Refusal::new("no-lock", text, "name a member of the workspace, and lock it: `uv lock`")
        })
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
        let there = self.context.project.read(path).ok().flatten();
        if there.is_none_or(|bytes| bytes.starts_with(MARK.as_bytes())) {
            return Ok(());
        }
        let text = format!("`{path}` is there and was not made by this tool");
        Err(Refusal::new("file-in-the-way", text, "give that file another name"))
    }
}

/// The path of a file in a folder, which may be the context itself.
fn beside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The groups, with what the configuration says of them.
pub(super) fn overridden(
    known: &dockfit_python::Groups,
    own: &PackageGroups,
) -> Result<dockfit_python::Groups, Refusal> {
    let overrides: Vec<GroupOverride> = own
        .packages
        .iter()
        .map(|(name, packages)| GroupOverride { name: name.clone(), packages: packages.clone() })
        .collect();
    known.clone().with(&overrides, own.order.as_deref(), "the configuration").map_err(|error| refusal(&error))
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

pub(super) fn refusal(error: &Error) -> Refusal {
    let way_out = match (&error.way_out, error.kind) {
        (Some(way_out), _) => way_out.clone(),
        (None, ErrorKind::NoLock) => "make a lock: `dockfit lock`".to_owned(),
        (None, _) => "mend the file".to_owned(),
    };
    let field = if error.field.is_empty() { String::new() } else { format!("{}: ", error.field) };
    Refusal::new(error.kind.code(), format!("{}: {field}{}", error.place, error.message), way_out)
}
