//! The judge: what a pass may not break, whatever it meant to do.
//!
//! It knows nothing of what passes do; it compares the project before and after with what was declared.

mod comments;
mod contained;
mod copies;
mod inputs;
mod scripts;
mod sources;
mod stages;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use dockfit_dockerfile::Span;
use dockfit_dockerfile::values::reference::ImageReference;

use crate::{
    Decision, Declared, EditSet, Facet, Outcome, Overlap, Pass, Place, PositionMap, Project, ReadError,
    RelPath, Task,
};

/// Which promise was broken, where and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The promise: `local`, `valid`, `contained`, `idempotent`, `comments`, `scripts`.
    pub promise: &'static str,
    /// Where, in the text that the pass made or saw.
    pub place: Place,
    /// How.
    pub message: String,
}

impl Breach {
    pub(crate) fn new(promise: &'static str, file: &RelPath, span: Span, message: impl Into<String>) -> Self {
        Self { promise, place: Place { file: file.clone(), span }, message: message.into() }
    }

    pub(crate) fn overlap(file: &RelPath, overlap: &Overlap) -> Self {
        Self::new("local", file, overlap.second.span, overlap.to_string())
    }

    pub(crate) fn unreadable(file: &RelPath, error: &ReadError) -> Self {
        Self::new("local", file, Span::default(), error.to_string())
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place.file, self.message, self.promise)
    }
}

/// Checks what one pass made of the project.
pub(crate) fn step(
    pass: &'static dyn Pass,
    task: &Task<'_>,
    after: &Project,
    decisions: &[Decision],
    declined: &[Decision],
    edits: &BTreeMap<RelPath, EditSet>,
) -> Result<(), Breach> {
    for (index, (old, new)) in task.project.dockerfiles().iter().zip(after.dockerfiles()).enumerate() {
        if !edits.contains_key(old.path()) {
            continue;
        }
        valid(new)?;
        let declared = Declarations::of(decisions, index);
        comments::kept(old, new, &declared)?;
        let same = scripts::kept(old, new, &declared)?;
        contained::kept(old, new, &declared, &same)?;
    }
    sources::kept(task.project, after, edits)?;
    idempotent(pass, task, after, declined, edits)
}

/// What the decisions on one Dockerfile declare to change.
#[derive(Default)]
struct Declarations<'a> {
    env: HashSet<&'a str>,
    facets: HashSet<Facet>,
    /// What is taken out, by the offset of its RUN.
    taken: HashMap<usize, Vec<&'a str>>,
    /// What is put in, by the offset of its RUN.
    put_in: HashMap<usize, Vec<&'a str>>,
    /// The scripts of new RUNs, with their number.
    added: HashMap<&'a str, usize>,
    /// The offsets of RUNs that are gone.
    gone: HashSet<usize>,
    /// The offsets of RUNs that stand elsewhere.
    moved: HashSet<usize>,
    /// The names of new stages, in lower case, with the index of the stage that each came from.
    stages: HashMap<String, usize>,
    /// The names of those that hold only a part of it.
    parts: HashSet<String>,
    /// The images that stages take from and did not before.
    images: Vec<ImageReference>,
    /// The images that stages are built on instead of others, by the index of the stage in the text before.
    bases: HashSet<(usize, &'a str)>,
    /// Comments that are gone.
    comments: HashMap<&'a str, usize>,
}

impl<'a> Declarations<'a> {
    fn of(decisions: &'a [Decision], dockerfile: usize) -> Self {
        let mut found = Self::default();
        for decision in decisions.iter().filter(|decision| decision.dockerfile == dockerfile) {
            let Outcome::Applied(change) = &decision.outcome else { continue };
            for declared in &change.declares {
                match declared {
                    Declared::Env(name) => {
                        found.env.insert(name);
                    }
                    Declared::Facet(facet) => {
                        found.facets.insert(*facet);
                    }
                    Declared::TakenOut { run, words } => found.taken.entry(*run).or_default().push(words),
                    Declared::PutIn { run, words } => found.put_in.entry(*run).or_default().push(words),
                    Declared::RunAdded(script) => *found.added.entry(script).or_default() += 1,
                    Declared::RunTakenOut(run) => {
                        found.gone.insert(*run);
                    }
                    Declared::RunMoved(run) => {
                        found.moved.insert(*run);
                    }
                    Declared::StagePart { name, like } => {
                        found.stages.insert(name.to_lowercase(), *like);
                        found.parts.insert(name.to_lowercase());
                    }
                    Declared::Takes(image) => found.images.extend(ImageReference::parse(image).ok()),
                    Declared::StageAdded { name, like } => {
                        found.stages.insert(name.to_lowercase(), *like);
                    }
                    Declared::Base { stage, image } => {
                        found.bases.insert((*stage, image));
                    }
                    Declared::CommentTakenOut(text) => *found.comments.entry(text.trim()).or_default() += 1,
                }
            }
        }
        found
    }
}

/// The result parses.
fn valid(new: &crate::Dockerfile) -> Result<(), Breach> {
    match new.document().errors().first() {
        Some(error) => Err(Breach::new("valid", new.path(), error.span, error.message.clone())),
        None => Ok(()),
    }
}

/// A second run of the pass changes nothing but what was declined.
fn idempotent(
    pass: &'static dyn Pass,
    task: &Task<'_>,
    after: &Project,
    declined: &[Decision],
    edits: &BTreeMap<RelPath, EditSet>,
) -> Result<(), Breach> {
    let again = pass.run(&Task { project: after, selection: task.selection });
    let declined = Declined::of(declined, edits);
    let applied = again.iter().find(|decision| match &decision.outcome {
        Outcome::Applied(change) => !change.edits.is_empty() && !declined.has(decision),
        _ => false,
    });
    match applied {
        Some(decision) => {
            let Place { file, span } = &decision.place;
            Err(Breach::new("idempotent", file, *span, format!("{} would be made again", decision.info.id)))
        }
        None => Ok(()),
    }
}

/// Decisions that were declined, by name and place in the text before the edits.
struct Declined<'a> {
    places: HashSet<(&'static str, &'a RelPath, usize)>,
    maps: HashMap<&'a RelPath, PositionMap>,
}

impl<'a> Declined<'a> {
    fn of(declined: &'a [Decision], edits: &'a BTreeMap<RelPath, EditSet>) -> Self {
        let place = |decision: &'a Decision| {
            let Place { file, span } = &decision.place;
            (decision.info.id, file, span.start)
        };
        let maps = edits.iter().map(|(file, edits)| {
            let mut map = PositionMap::default();
            map.push(edits);
            (file, map)
        });
        Self { places: declined.iter().map(place).collect(), maps: maps.collect() }
    }

    /// Whether the decision, in the text after the edits, is one of them.
    fn has(&self, decision: &Decision) -> bool {
        let Place { file, span } = &decision.place;
        let start = self.maps.get(file).map_or(span.start, |map| map.to_original(span.start));
        self.places.contains(&(decision.info.id, file, start))
    }
}
