//! One ignore file, the context that it is for, and all that depends on it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use dockfit_rewrite::context::{ContextError, ContextTree, DockerIgnore, Sight, ignore_file, may_build};
use dockfit_rewrite::{Context, FileSource, Project, RelPath, Task};

use super::kinds::{KINDS, Kind};
use super::user::User;
use crate::cache_mounts::Refusal;

/// The most files and folders that a context may hold.
const MOST: usize = 200_000;

/// The Dockerfiles whose builds read one ignore file.
pub(super) struct Shared {
    /// The ignore file, there or not.
    pub(super) file: RelPath,
    /// The folder that the builds send.
    pub(super) context: RelPath,
    /// The indices of the Dockerfiles.
    pub(super) dockerfiles: Vec<usize>,
}

/// The ignore files of a project, in the order of the Dockerfiles.
pub(super) fn shared(project: &Project) -> Vec<Shared> {
    let mut found: Vec<Shared> = Vec::new();
    let mut places: BTreeMap<(RelPath, RelPath), usize> = BTreeMap::new();
    for (index, dockerfile) in project.dockerfiles().iter().enumerate() {
        let Context::Known(context) = dockerfile.context() else { continue };
        let file = ignore_file(dockerfile.path(), context, project).or_else(|| context.join(".dockerignore"));
        let Some(file) = file else { continue };
        let at = *places.entry((file.clone(), context.clone())).or_insert(found.len());
        if at == found.len() {
            found.push(Shared { file, context: context.clone(), dockerfiles: Vec::new() });
        }
        found[at].dockerfiles.push(index);
    }
    found
}

/// All that is known where an ignore file is judged.
pub(super) struct Scene<'t> {
    pub(super) project: &'t Project,
    pub(super) shared: &'t Shared,
    /// What the ignore file says; `None` where there is none.
    pub(super) text: Option<Arc<[u8]>>,
    pub(super) tree: ContextTree,
    /// What it leaves out now.
    pub(super) sight: Sight,
    pub(super) users: Vec<User<'t>>,
    /// By entry: the kind of which it certainly is, and the outermost entry that makes it so.
    pub(super) waste: Vec<Option<Waste>>,
    /// What git keeps of the context, folders included; `None` where it cannot be asked.
    kept: Option<HashSet<String>>,
    /// Other files that may build with this context, and their text.
    pub(super) others: Vec<(RelPath, String)>,
}

/// Something that is no input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Waste {
    /// The index of its kind.
    pub(super) kind: usize,
    /// The index of the outermost entry.
    pub(super) top: usize,
}

impl<'t> Scene<'t> {
    /// Looks at all that a build of one of the Dockerfiles sends.
    pub(super) fn new(task: &Task<'t>, shared: &'t Shared) -> Result<Self, Refusal> {
        let project = task.project;
        let unreadable = |error: &dyn std::fmt::Display| {
            Refusal::new("unreadable", format!("{error}"), "make it readable")
        };
        let text = project.read(&shared.file).map_err(|error| unreadable(&error))?;
        let ignore = DockerIgnore::parse(text.as_deref().unwrap_or_default());
        let invalid = |error: &dyn std::fmt::Display| {
            let text = format!("{} fails every build: {error}", shared.file);
            Refusal::new("invalid-pattern", text, "mend or remove the pattern")
        };
        let ignore = ignore.map_err(|error| invalid(&error))?;
        let tree = ContextTree::read(&shared.context, &ignore, project, MOST);
        let tree = tree.map_err(|error| match error {
            ContextError::Ignore(error) => invalid(&error),
            ContextError::Read(error) => unreadable(&error),
            ContextError::TooLarge(most) => {
                let text =
                    format!("the context holds more than {most} files and folders, too many to look at each");
                Refusal::new("too-many-files", text, "leave out the largest folders by hand first")
            }
        })?;
        let sight = tree.sight(&ignore).map_err(|error| invalid(&error))?;
        let dockerfiles = shared.dockerfiles.iter();
        let mut users: Vec<User<'t>> = dockerfiles
            .filter_map(|index| Some(User::new(*index, project.dockerfiles().get(*index)?, &tree)))
            .collect();
        for user in &mut users {
            user.read_makers(KINDS);
        }
        let mut scene = Self {
            project,
            shared,
            text,
            tree,
            sight,
            users,
            waste: Vec::new(),
            kept: kept(project, &shared.context),
            others: Vec::new(),
        };
        scene.others = scene.find_others();
        scene.waste = scene.find_waste();
        Ok(scene)
    }

    /// Whether the entry is taken by some Dockerfile under `sight`.
    pub(super) fn reaches(&self, entry: usize, sight: &Sight) -> bool {
        !sight.excludes(entry) && self.users.iter().any(|user| user.taken.get(entry) == Some(&true))
    }

    /// Whether git can be asked.
    pub(super) fn in_git(&self) -> bool {
        self.kept.is_some()
    }

    /// Whether git keeps the file, or one in the folder.
    pub(super) fn keeps(&self, path: &str) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.contains(path))
    }

    /// The names of what lies in each folder, by its index.
    fn siblings(&self) -> HashSet<(Option<usize>, &str)> {
        self.tree.entries().iter().map(|entry| (entry.folder, entry.name())).collect()
    }

    /// The folders that lie in the build, each with the names in it; `None` is the context itself.
    pub(super) fn folders(&self) -> BTreeMap<Option<usize>, Vec<&str>> {
        let mut folders: BTreeMap<Option<usize>, Vec<&str>> = BTreeMap::from([(None, Vec::new())]);
        for (index, entry) in self.tree.entries().iter().enumerate() {
            if entry.is_folder && self.waste.get(index).is_none_or(Option::is_none) {
                folders.entry(Some(index)).or_default();
            }
            if let Some(names) = folders.get_mut(&entry.folder)
                && !self.sight.excludes(index)
            {
                names.push(entry.name());
            }
        }
        folders
    }

    fn find_waste(&self) -> Vec<Option<Waste>> {
        let siblings = self.siblings();
        let mut waste: Vec<Option<Waste>> = Vec::new();
        for (index, entry) in self.tree.entries().iter().enumerate() {
            let inherited = entry.folder.and_then(|folder| waste.get(folder).copied().flatten());
            waste.push(inherited.or_else(|| {
                let kind = KINDS.iter().position(|kind| {
                    kind.is_folder == entry.is_folder
                        && (kind.without_git || self.in_git())
                        && kind.is_called(entry.name())
                        && proven(kind, index, entry.folder, entry.name(), &siblings)
                })?;
                (!self.keeps(&entry.path)).then_some(Waste { kind, top: index })
            }));
        }
        waste
    }

    /// Dockerfiles that are no part of the project, templates of some, and files with Dockerfiles written into them.
    fn find_others(&self) -> Vec<(RelPath, String)> {
        let mut found = Vec::new();
        for entry in self.tree.entries().iter().filter(|entry| !entry.is_folder) {
            let name = entry.name().to_ascii_lowercase();
            let builds = name.contains("dockerfile") || name.contains("containerfile");
            let hcl =
                name.starts_with("docker-bake") && name.rsplit_once('.').is_some_and(|(_, end)| end == "hcl");
            let Some(path) = self.shared.context.join(&entry.path) else { continue };
            let member = self.project.dockerfiles().iter().any(|dockerfile| *dockerfile.path() == path);
            let declares = may_build(&path);
            if member || name.ends_with("ignore") || !(builds || hcl || declares) {
                continue;
            }
            let Ok(Some(bytes)) = self.project.read(&path) else { continue };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if builds || text.contains("dockerfile_inline") || text.contains("dockerfile-inline") {
                found.push((path, text));
            }
        }
        found
    }
}

/// Whether the entry is of that kind for certain.
fn proven(
    kind: &Kind,
    index: usize,
    folder: Option<usize>,
    name: &str,
    siblings: &HashSet<(Option<usize>, &str)>,
) -> bool {
    use super::kinds::Proof;
    match kind.proof {
        Proof::Name => true,
        Proof::Holds(file) | Proof::NameAndHolds(file) => siblings.contains(&(Some(index), file)),
        Proof::Source => {
            let stem = name.strip_suffix("$py.class").or_else(|| name.rsplit_once('.').map(|(stem, _)| stem));
            stem.is_some_and(|stem| siblings.contains(&(folder, format!("{stem}.py").as_str())))
        }
    }
}

/// What git keeps below `context`, with all folders on the way, relative to it.
fn kept(project: &Project, context: &RelPath) -> Option<HashSet<String>> {
    let tracked = project.tracked()?;
    let mut kept = HashSet::new();
    for path in tracked.iter() {
        let Some(mut rest) = path.strip_prefix(context) else { continue };
        while !rest.is_empty() && kept.insert(rest.to_owned()) {
            rest = rest.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    }
    Some(kept)
}
