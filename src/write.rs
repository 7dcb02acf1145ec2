//! Writes what the passes made: through the journal, in an order in which every prefix still builds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dockfit_journal::{Journal, JournalError, Replacement};
use dockfit_rewrite::pipeline::FileChange;
use dockfit_rewrite::{Dockerfile, RelPath};

use crate::console::Console;
use crate::discover::Root;
use crate::problem::{Problem, ProblemKind};

/// The journals of the folders that are written to, each locked until this is dropped.
pub(crate) struct Journals {
    open: BTreeMap<PathBuf, Journal>,
}

impl Journals {
    /// Opens one for each root and settles what a killed run left there. Roots that cannot be opened are
    /// told of and taken out: nothing may be read before.
    pub(crate) fn open(roots: &mut Vec<Root>, console: &mut Console) -> Self {
        let mut journals = Self { open: BTreeMap::new() };
        let mut closed: Vec<PathBuf> = Vec::new();
        for root in roots.iter() {
            if journals.open.contains_key(&root.path) || closed.contains(&root.path) {
                continue;
            }
            if !journals.add(&root.path, console) {
                closed.push(root.path.clone());
            }
        }
        roots.retain(|root| !closed.contains(&root.path));
        journals
    }

    /// Opens the one of `root`; what stands in its way has been told.
    pub(crate) fn of(root: &Path, console: &mut Console) -> Option<Self> {
        let mut journals = Self { open: BTreeMap::new() };
        journals.add(root, console).then_some(journals)
    }

    fn add(&mut self, root: &Path, console: &mut Console) -> bool {
        match Journal::open(root) {
            Ok((journal, recovery)) => {
                if let Some(recovery) = recovery {
                    console.say(format!("{recovery}\n"));
                }
                self.open.insert(root.to_path_buf(), journal);
                true
            }
            Err(error) => {
                console.problem(&problem(&error, root));
                false
            }
        }
    }

    /// Writes all changes below `root`, or none.
    pub(crate) fn write(
        &self,
        root: &Path,
        changes: &[&FileChange],
        console: &mut Console,
    ) -> Result<(), Problem> {
        let Some(journal) = self.open.get(root) else { return Ok(()) };
        let replacements = changes.iter().map(|change| Replacement {
            path: PathBuf::from(change.path.as_str()),
            before: change.before.as_deref().map(<[u8]>::to_vec),
            after: change.after.to_vec(),
        });
        let replacements: Vec<_> = replacements.collect();
        let applied = crate::interrupt::finish_first(|| journal.apply(&replacements));
        let applied = applied.map_err(|error| problem(&error, root))?;
        for path in applied.hard_links {
            let problem =
                Problem::new(ProblemKind::HardLink, "the file has other names, which keep the old text");
            let problem = problem.in_file(crate::project::shown(&root.join(path)));
            console.problem(&problem.help("link them anew, or apply the change to each"));
        }
        Ok(())
    }

    /// Gives the lock of `root` back.
    pub(crate) fn close(&mut self, root: &Path) {
        self.open.remove(root);
    }
}

/// The changes of one project in the order in which they are written: what others read comes first.
pub(crate) fn in_order(changes: &mut [FileChange], dockerfiles: &[Dockerfile]) {
    changes.sort_by_key(|change| rank(&change.path, dockerfiles));
}

/// Requirements and other new files, ignore files, what builds Dockerfiles, Dockerfiles.
fn rank(path: &RelPath, dockerfiles: &[Dockerfile]) -> u8 {
    if dockerfiles.iter().any(|dockerfile| dockerfile.path() == path) {
        return 3;
    }
    match path.file_name() {
        _ if dockfit_rewrite::context::may_build(path) => 2,
        name if name.ends_with("ignore") => 1,
        _ => 0,
    }
}

/// What the journal says, as a problem.
pub(crate) fn problem(error: &JournalError, root: &Path) -> Problem {
    let kind = match error {
        JournalError::Changed { .. } => ProblemKind::Changed,
        JournalError::LinkOutside { .. } | JournalError::OutsideRoot { .. } => ProblemKind::Link,
        _ => ProblemKind::Write,
    };
    let message = crate::terminal::visible(&error.to_string()).into_owned();
    Problem::new(kind, message).in_file(crate::project::shown(root))
}
