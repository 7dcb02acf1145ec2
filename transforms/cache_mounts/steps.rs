//! The RUNs of one Dockerfile, with what is asked about many of them gathered once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use dockfit_dockerfile::model::Model;
use dockfit_rewrite::Dockerfile;

use super::Refusal;
use super::account::Users;
use super::path::Reach;
use super::readers::{self, Readers};
use super::step::Step;
use crate::by_stage::ByStage;

/// The RUNs of a Dockerfile. What each does is worked out when first asked for, and only once.
pub(crate) struct Steps<'d> {
    dockerfile: &'d Dockerfile,
    runs: Vec<Step<'d>>,
    /// Who reads a folder, by the folder.
    readers: RefCell<HashMap<String, Rc<Readers>>>,
    /// Steps that make a folder, by the folder.
    made: RefCell<HashMap<String, Rc<ByStage>>>,
    /// Steps that name a program, by the program.
    naming: RefCell<HashMap<&'static str, Rc<ByStage>>>,
}

impl<'d> Steps<'d> {
    /// Those of `dockerfile`. A RUN before the first FROM is none: no engine takes such a file; nor is one whose script
    /// an interpreter reads that is no shell.
    pub(crate) fn of(dockerfile: &'d Dockerfile) -> Self {
        let users = Rc::new(Users::of(dockerfile));
        let count = dockerfile.document().instructions().len();
        let runs = (0..count).filter_map(|index| Step::at(dockerfile, index, Some(&users))).collect();
        Self {
            dockerfile,
            runs,
            readers: RefCell::default(),
            made: RefCell::default(),
            naming: RefCell::default(),
        }
    }

    pub(crate) fn dockerfile(&self) -> &'d Dockerfile {
        self.dockerfile
    }

    pub(crate) fn model(&self) -> &'d Model {
        self.dockerfile.model()
    }

    /// All of them, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Step<'d>> {
        self.runs.iter()
    }

    /// Those whose text has one of `words` in it.
    pub(crate) fn mentioning<'s>(&'s self, words: &'s [&str]) -> impl Iterator<Item = &'s Step<'d>> {
        self.runs.iter().filter(|step| step.mentions(words))
    }

    /// The one with this index among all instructions.
    pub(crate) fn at(&self, index: usize) -> Option<&Step<'d>> {
        let at = self.runs.binary_search_by_key(&index, |step| step.index).ok()?;
        self.runs.get(at)
    }

    /// Those for which `holds`, by their stage.
    pub(crate) fn where_it_holds(&self, holds: impl Fn(&Step<'d>) -> bool) -> ByStage {
        let found = self.runs.iter().filter(|step| holds(step)).map(|step| step.index);
        ByStage::of(self.model(), found)
    }

    /// The refusal, if a later step, another stage or another image reads `folder` as `step` leaves it, or an earlier
    /// one fills it.
    pub(crate) fn later_reader(&self, step: &Step<'_>, folder: &str) -> Option<Refusal> {
        let known = self.readers.borrow().get(folder).cloned();
        let readers = known.unwrap_or_else(|| {
            let readers = Rc::new(Readers::of(self, folder));
            self.readers.borrow_mut().insert(folder.to_owned(), Rc::clone(&readers));
            readers
        });
        readers.refusal(step, folder)
    }

    /// The RUNs in whose text `program` stands.
    pub(super) fn naming(&self, program: &'static str) -> Rc<ByStage> {
        let mut naming = self.naming.borrow_mut();
        let found = naming
            .entry(program)
            .or_insert_with(|| Rc::new(self.where_it_holds(|step| step.mentions(&[program]))));
        Rc::clone(found)
    }

    /// The RUNs that make `folder`, and the COPYs that put something into it.
    pub(super) fn made(&self, folder: &str) -> Rc<ByStage> {
        if let Some(known) = self.made.borrow().get(folder) {
            return Rc::clone(known);
        }
        let makes = |step: &Step<'d>| {
            step.calls().iter().any(|call| {
                matches!(call.program.as_str(), "mkdir" | "install")
                    && call.args.iter().any(|arg| arg.reach(folder) == Reach::Inside)
            })
        };
        let count = self.dockerfile.document().instructions().len();
        let found = (0..count).filter(|index| {
            self.at(*index).is_some_and(&makes) || readers::makes(self.model(), *index, folder)
        });
        let made = Rc::new(ByStage::of(self.model(), found));
        self.made.borrow_mut().insert(folder.to_owned(), Rc::clone(&made));
        made
    }
}
