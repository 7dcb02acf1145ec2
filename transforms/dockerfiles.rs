//! The Dockerfiles that a pass looks at, and the decisions on them.

use dockfit_dockerfile::Span;
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Declared, Dockerfile, Edit, FileEdit, Outcome, PassInfo, Place,
    Reason, Selection, Task,
};

/// One Dockerfile under a pass.
#[derive(Clone, Copy)]
pub(crate) struct File<'t> {
    pub(crate) task: &'t Task<'t>,
    pub(crate) dockerfile: &'t Dockerfile,
    index: usize,
}

impl<'t> File<'t> {
    /// The Dockerfiles of the project that the engine would build; the others are left to their authors.
    pub(crate) fn all(task: &'t Task<'t>) -> impl Iterator<Item = Self> {
        let dockerfiles = task.project.dockerfiles().iter().enumerate();
        dockerfiles.filter(|(_, dockerfile)| is_sound(dockerfile)).map(move |(index, dockerfile)| Self {
            task,
            dockerfile,
            index,
        })
    }

    /// The same with another text of this Dockerfile.
    pub(crate) fn with<'o>(&self, dockerfile: &'o Dockerfile) -> File<'o>
    where
        't: 'o,
    {
        File { task: self.task, dockerfile, index: self.index }
    }

    /// A decision at `span` of this Dockerfile.
    pub(crate) fn decision(&self, info: &'static DecisionInfo, span: Span, outcome: Outcome) -> Decision {
        let place = Place { file: self.dockerfile.path().clone(), span };
        Decision { info, dockerfile: self.index, place, outcome }
    }

    /// An edit of this Dockerfile, among those of other files.
    pub(crate) fn own(&self, edit: Edit) -> FileEdit {
        FileEdit { file: self.dockerfile.path().clone(), edit }
    }

    /// The outcome by which this Dockerfile, and no other file, is changed.
    pub(crate) fn change(
        &self,
        edits: impl IntoIterator<Item = Edit>,
        declares: Vec<Declared>,
        note: Option<String>,
    ) -> Outcome {
        let edits = edits.into_iter().map(|edit| self.own(edit)).collect();
        Outcome::Applied(Change { edits, declares, note })
    }
}

/// What `decide` says of each Dockerfile, without what the user does not want to hear of.
pub(crate) fn decisions<D: IntoIterator<Item = Decision>>(
    task: &Task<'_>,
    decide: impl Fn(&File<'_>) -> D,
) -> Vec<Decision> {
    File::all(task)
        .flat_map(|file| decide(&file))
        .filter(|decision| task.consent(decision.info) != Consent::Withheld)
        .collect()
}

/// A change that the user has not consented to becomes advice.
pub(crate) fn ask(task: &Task<'_>, pass: &PassInfo, mut decision: Decision) -> Decision {
    if matches!(decision.outcome, Outcome::Applied(_)) && task.consent(decision.info) == Consent::Ask {
        let text = pass.summary.to_owned();
        let way_out = format!("{} does it: {}", Selection::option_for(decision.info), decision.info.summary);
        decision.outcome = Outcome::Advised { reason: Reason { code: "consent", text }, way_out };
    }
    decision
}

/// Whether the engine would build the file. A base that an argument without a default names may well be there when the
/// image is built.
pub(crate) fn is_sound(dockerfile: &Dockerfile) -> bool {
    dockerfile.errors().next().is_none()
}
