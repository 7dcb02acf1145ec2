//! What is compared with the present project: what the passes make of it, or a copy that somebody rewrote.

use std::path::{Path, PathBuf};

use dockfit_image::Sources;
use dockfit_rewrite::pipeline::{FileChange, PassReport};
use dockfit_rewrite::{Dockerfile, Pass, Project, RelPath};

use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, shown};
use crate::report;
use crate::run;
use crate::session::Session;
use crate::trial::{Maker, Side, Site, sources};

/// Both projects, and how one became the other.
pub(in crate::commands) struct Rewritten {
    pub(in crate::commands) before: Project,
    pub(in crate::commands) after: Project,
    /// Where the Dockerfile stands before.
    pub(in crate::commands) site: Site,
    /// Where it stands after: the same, but in a copy of the folder.
    pub(in crate::commands) site_after: Site,
    pub(in crate::commands) changes: Vec<FileChange>,
    /// The passes that ran; `None` where somebody else rewrote it.
    pub(in crate::commands) passes: Option<Vec<PassReport>>,
}

impl Rewritten {
    /// What the passes make.
    pub(in crate::commands) fn by_passes(
        passes: &[&'static dyn Pass],
        draft: &Draft,
        index: usize,
        console: &mut Console,
    ) -> Result<Self, Problem> {
        let site = Site::of(draft, index)?;
        let ran = run::one(passes, draft, &mut |offer| draft.wants(offer))?;
        console.problems(&run::refused(draft, &ran));
        console.problems(&report::takebacks(draft, &ran.report));
        let report = ran.report;
        Ok(Self {
            before: report.before,
            after: report.after,
            site_after: site.clone(),
            site,
            changes: report.changes,
            passes: Some(report.passes),
        })
    }

    /// What stands in `copy`, a copy of `folder` in which files were changed by hand.
    pub(in crate::commands) fn by_hand(
        session: &Session<'_>,
        (draft, index): (&Draft, usize),
        (folder, copy): (&Path, &Path),
        console: &mut Console,
    ) -> Result<Self, Problem> {
        let site = Site::of(draft, index)?;
        let problem = |message: &str| {
            let problem = Problem::new(ProblemKind::Path, message).in_file(shown(copy));
            problem.help("--against names a copy of the folder, with the Dockerfile at the same place in it")
        };
        let inside = draft.members.get(index).and_then(|member| {
            let whole = member.path.on_disk(&draft.root);
            let folder = std::fs::canonicalize(folder).ok()?;
            whole.strip_prefix(folder).ok().map(Path::to_path_buf)
        });
        let path = inside.map(|inside| copy.join(inside)).filter(|path| path.is_file());
        let path: PathBuf = path.ok_or_else(|| problem("it has no such Dockerfile"))?;
        let found = session.find(&[path], console).map(|input| session.projects(input, console));
        let other = found.into_iter().flatten().next();
        let other = other.ok_or_else(|| problem("its Dockerfile cannot be used"))?;
        let site_after = Site::of(&other, 0)?;
        let (before, after) = (draft.project(), other.project());
        Ok(Self { before, after, site, site_after, changes: Vec::new(), passes: None })
    }

    /// The passes that change something, in order.
    pub(in crate::commands) fn changing(&self) -> Vec<&'static str> {
        let changing = self.passes.iter().flatten().filter(|pass| !pass.changes.is_empty());
        changing.map(|pass| pass.info.id).collect()
    }

    /// Whether the image of the Dockerfile can be another one.
    pub(in crate::commands) fn changes_build(&self) -> bool {
        let file = self.site.dockerfile(&self.before).map(Dockerfile::path);
        let changes = |change: &FileChange| {
            let inside = change.path.strip_prefix(&self.site.folder);
            Some(&change.path) == file || inside.is_some_and(is_no_dockerfile)
        };
        self.passes.is_none() || self.changes.iter().any(changes)
    }

    /// The present side of a trial, in the scratch folder.
    pub(in crate::commands) fn present(&self, maker: &Maker<'_>, name: &str) -> Result<Side, Problem> {
        maker.side(name, &self.before, &self.site, &[])
    }

    /// The rewritten side.
    pub(in crate::commands) fn result(&self, maker: &Maker<'_>, name: &str) -> Result<Side, Problem> {
        // What passes wrote is in no folder yet.
        let paths: Vec<RelPath> = self.changes.iter().map(|change| change.path.clone()).collect();
        maker.side(name, &self.after, &self.site_after, &paths)
    }

    /// What of the images is the application.
    pub(in crate::commands) fn sources(&self, before: &Side, after: &Side) -> Result<Sources, Problem> {
        let present = (&self.before, &self.site, before);
        sources(present, (&self.after, &self.site_after, after), &self.changes)
    }
}

/// Another Dockerfile of the project says nothing of this one's image.
fn is_no_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    !(name.contains("dockerfile") || name.contains("containerfile")) || name.ends_with(".dockerignore")
}
