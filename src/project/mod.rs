//! From files that were found to projects: read, told apart, given a context, grouped.

mod group;
mod inline;
mod sound;

use std::borrow::Cow;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use dockfit_dockerfile::Document;
use dockfit_rewrite::context::{self, Build};
use dockfit_rewrite::pipeline::Offer;
use dockfit_rewrite::{Context, Dockerfile, FileSource, MemoryFiles, Pass, Project, RelPath};
use group::grouped;
use rayon::prelude::*;
pub(crate) use sound::engine_refuses;
use sound::{ignore_comments, sound, unread};

use crate::baseline::Baseline;
use crate::discover::Root;
use crate::disk::{DiskFiles, Overlay};
use crate::git::Tracked;
use crate::problem::{Problem, ProblemKind};
use crate::settings::{Names, Settings};

/// Dockerfiles that share files, before they are parsed for the passes.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The folder that paths count from.
    pub(crate) root: PathBuf,
    /// What the user wants here.
    pub(crate) settings: Arc<Settings>,
    /// The Dockerfiles.
    pub(crate) members: Vec<Member>,
    /// Whether this is standard input.
    pub(crate) standard_input: bool,
    /// What git keeps there.
    pub(crate) tracked: Arc<Tracked>,
    /// What is read in the place of files there.
    pub(crate) overlay: Overlay,
}

/// One Dockerfile of a draft.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) path: RelPath,
    pub(crate) context: Context,
    pub(crate) source: Arc<[u8]>,
    /// The stages that are built by the file that was given; none: all that the options select.
    pub(crate) targets: Vec<String>,
}

impl Draft {
    /// A draft for standard input: one Dockerfile, no other file, no context.
    pub(crate) fn standard_input(settings: Settings, source: Vec<u8>) -> Result<Self, Vec<Problem>> {
        let path = RelPath::new("Dockerfile").unwrap_or_else(RelPath::root);
        let document = sound("-", &source)?;
        let context = Context::Unknown("standard input has no context".to_owned());
        let dockerfile = Dockerfile::from_document(path.clone(), context.clone(), document);
        let problems = engine_refuses("-", &dockerfile);
        if !problems.is_empty() {
            return Err(problems);
        }
        let root = env::current_dir().unwrap_or_default();
        let members = vec![Member { path, context, source: source.into(), targets: Vec::new() }];
        Ok(Self {
            root,
            settings: Arc::new(settings),
            members,
            standard_input: true,
            tracked: Arc::default(),
            overlay: Overlay::default(),
        })
    }

    /// The project that passes see.
    pub(crate) fn project(&self) -> Project {
        let files: Arc<dyn FileSource> = if self.standard_input {
            Arc::new(MemoryFiles::new())
        } else {
            let (tracked, overlay) = (self.tracked.clone(), self.overlay.clone());
            Arc::new(DiskFiles::with_git(self.root.clone(), tracked, overlay))
        };
        let members = self.members.iter();
        let dockerfiles = members.map(|member| {
            Dockerfile::new(member.path.clone(), member.context.clone(), member.source.to_vec())
        });
        Project::new(self.root.clone(), dockerfiles.collect(), files)
    }

    /// Shows what the user accepted as well.
    pub(crate) fn forget_baseline(&mut self) {
        Arc::make_mut(&mut self.settings).accepted = Baseline::default();
    }

    /// Whether a decision is wanted, as far as the options say.
    pub(crate) fn wants(&self, offer: &Offer<'_>) -> bool {
        if let Some(target) = &self.settings.target {
            return crate::target::needs(target, offer);
        }
        let targets = self.members.get(offer.decision.dockerfile).map_or(&[][..], |member| &member.targets);
        targets.is_empty() || targets.iter().any(|target| crate::target::needs(target, offer))
    }

    /// A path of the project as it is shown to the user.
    pub(crate) fn shown(&self, path: &RelPath) -> String {
        if self.standard_input { "-".to_owned() } else { shown(&path.on_disk(&self.root)) }
    }
}

/// A path as it is shown: relative to the working directory where it lies below it.
pub(crate) fn shown(path: &Path) -> String {
    static HERE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let here = HERE.get_or_init(|| env::current_dir().ok());
    let text = match here {
        Some(here) if path.is_absolute() => match path.strip_prefix(here) {
            Ok(rest) if rest.as_os_str().is_empty() => Cow::Borrowed("."),
            Ok(rest) => rest.to_string_lossy(),
            Err(_) => path.to_string_lossy(),
        },
        _ => path.to_string_lossy(),
    };
    let text = text.strip_prefix("./").unwrap_or(&text);
    crate::terminal::visible(text).into_owned()
}

/// What is to be said of Dockerfiles that stand in compose files of `root`.
pub(crate) fn inline_problems(passes: &[&'static dyn Pass], root: &Root) -> Vec<Problem> {
    root.inline_in.iter().flat_map(|path| inline::problems(passes, root, path)).collect()
}

/// Reads what was found in `root` and groups it into projects: Dockerfiles whose contexts are equal or lie
/// one in the other belong together, the others are alone.
pub(crate) fn drafts(root: &Root, context: Option<&Path>, names: &Names) -> (Vec<Draft>, Vec<Problem>) {
    let mut problems = Vec::new();
    let given = match context.map(|folder| inside(folder, &root.path)).transpose() {
        Ok(given) => given,
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    let files = DiskFiles::with_git(root.path.clone(), Arc::default(), root.overlay.clone());
    let builds = declared_builds(root);
    let paths: Vec<&RelPath> = root.dockerfiles.iter().collect();
    let one = |path: &RelPath| {
        crate::run::guarded(|| {
            let (member, document) = member(path, root, given.as_ref(), &builds, &files)?;
            let shown = shown(&path.on_disk(&root.path));
            Ok::<_, Vec<Problem>>((member, ignore_comments(&shown, &document, names)))
        })
    };
    let read: Vec<_> = if paths.len() < 8 {
        paths.into_iter().map(one).collect()
    } else {
        paths.into_par_iter().map(one).collect()
    };
    let mut members = Vec::new();
    for result in read {
        match result {
            Ok(Ok((member, warnings))) => {
                members.push(member);
                problems.extend(warnings);
            }
            Ok(Err(found)) => problems.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    let groups = grouped(members);
    let tracked = Arc::new(if root.in_git { Tracked::below(root.path.clone()) } else { Tracked::default() });
    let drafts = groups.into_iter().map(|members| Draft {
        root: root.path.clone(),
        settings: root.settings.clone(),
        members,
        standard_input: false,
        tracked: tracked.clone(),
        overlay: root.overlay.clone(),
    });
    (drafts.collect(), problems)
}

/// `folder` as a path of the project.
fn inside(folder: &Path, root: &Path) -> Result<RelPath, Problem> {
    let problem = |message: String, help: &str| {
        Problem::new(ProblemKind::Path, message).in_file(shown(folder)).help(help)
    };
    let real = std::fs::canonicalize(folder)
        .ok()
        .filter(|real| real.is_dir())
        .ok_or_else(|| problem("the context is no folder".to_owned(), "name a folder with --context"))?;
    real.strip_prefix(root).ok().and_then(RelPath::new).ok_or_else(|| {
        let message = format!("the context lies outside the project {}", root.display());
        problem(
            message,
            "a context outside the project cannot be changed: start dockfit from a folder above both",
        )
    })
}

fn declared_builds(root: &Root) -> Vec<Build> {
    let mut builds = Vec::new();
    for path in &root.builders {
        if let Ok(bytes) = root.overlay.read_inside(&root.path, path) {
            builds.extend(context::builds_in(path, &bytes));
        }
    }
    builds
}

fn member(
    path: &RelPath,
    root: &Root,
    given: Option<&RelPath>,
    builds: &[Build],
    files: &DiskFiles,
) -> Result<(Member, Document), Vec<Problem>> {
    let on_disk = path.on_disk(&root.path);
    let shown = shown(&on_disk);
    let source =
        root.overlay.read_inside(&root.path, path).map_err(|failure| vec![unread(&shown, &failure)])?;
    let document = sound(&shown, &source)?;
    let context = if let Some(folder) = given {
        Context::Known(folder.clone())
    } else if let Some(folder) = root.settings.contexts.get(&on_disk) {
        let wrong = |problem| vec![Problem { kind: ProblemKind::Config, ..problem }];
        Context::Known(inside(folder, &root.path).map_err(wrong)?)
    } else {
        let declared = context::declared(path, &root.given).or_else(|| context::declared(path, builds));
        declared.unwrap_or_else(|| context::nearest(path, &document, files))
    };
    let targets = root.targets.get(path).cloned().unwrap_or_default();
    let missing = root.given.iter().find(|build| {
        let target = build.target.as_deref().filter(|_| build.dockerfile == *path);
        target.is_some_and(|target| !crate::target::is_stage(target, &document))
    });
    if let Some(build) = missing {
        let target = build.target.as_deref().unwrap_or_default();
        let message = format!("it has no stage `{target}`, which {} builds", build.declared_in);
        return Err(vec![
            Problem::new(ProblemKind::Path, message).in_file(&shown).help("name a stage that it has"),
        ]);
    }
    Ok((Member { path: path.clone(), context, source: source.into(), targets }, document))
}
