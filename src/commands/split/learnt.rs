//! `--groups auto`: groups from the lock's git history, and what they cost beside others.

use dockfit_python::auto::{Estimate, HistoryReader, choose, estimate, single_layer};
use dockfit_python::{Choices, Environment, Partition, Split, requirement_files};

use crate::git;
use crate::problem::{Problem, ProblemKind};
use crate::python::PythonFiles;

/// The most states of the lock that are looked at; what is older tells little of what comes.
const STATES: usize = 1000;

/// A way to divide, with what it costs.
pub(super) struct Layout {
    /// A stable word: `auto`, `fixed`, `single`.
    pub(super) id: &'static str,
    pub(super) estimate: Estimate,
}

/// Puts groups that are learnt in the place of the fixed ones. Gives what these, those and one layer cost.
pub(super) fn learn(
    files: &PythonFiles,
    split: &mut Split,
    environment: &Environment,
    choices: &Choices,
) -> Result<Vec<Layout>, Problem> {
    let lock = split.resolution.path.clone();
    let kind = split.resolution.kind;
    let mut reader = HistoryReader::new(kind);
    git::states(&files.root, &lock, STATES, |date, text| reader.read(text, date)).map_err(|problem| {
        let message = format!("the history of the lock cannot be read: {}", problem.message);
        Problem::new(ProblemKind::Git, message)
            .in_file(files.shown(&lock))
            .help("--groups auto learns from the lock's commits: run it in their repository")
    })?;
    let history = reader.finish();
    let layers = choices.learnt.map_or(1, usize::from);
    let Split { resolution, selection, .. } = &*split;
    let chosen = choose(resolution, selection, &history, environment, layers);
    let chosen = chosen.map_err(|error| files.problem(&error))?;
    let cost = |id, partition: &Partition| Layout {
        id,
        estimate: estimate(resolution, selection, &history, environment, &partition.parts),
    };
    let single = Partition { parts: vec![single_layer(&chosen.parts)], apart: Vec::new() };
    let layouts = vec![cost("auto", &chosen), cost("fixed", &split.partition), cost("single", &single)];
    split.files = requirement_files(resolution, selection, &chosen, split.manifest.as_ref(), Some(choices));
    split.partition = chosen;
    Ok(layouts)
}
