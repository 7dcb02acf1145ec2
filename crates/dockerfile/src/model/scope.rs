//! The variables of the stages: what ENV and ARG set, in order, and what a stage inherits.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::expand::{Environment, Lookup};

use super::Value;

/// What set a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setter {
    /// ENV, or the base image: part of the image.
    Env,
    /// ARG: at build time only.
    Arg,
    /// A mount of RUN: for that command only.
    Mount,
}

/// One variable that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// What set it.
    pub setter: Setter,
}

#[derive(Debug, Clone)]
struct Assignment {
    variable: Variable,
    step: u32,
}

#[derive(Debug, Clone, Default)]
struct History {
    /// Indices of all assignments, in order.
    all: Vec<usize>,
    /// Index of the last ENV.
    last_env: Option<usize>,
}

/// The variables of one stage, beyond what it inherits.
#[derive(Debug, Clone, Default)]
struct Scope {
    parent: Option<usize>,
    /// Whether there may be variables that nothing here names: the base image is not described.
    open: bool,
    /// Whether that is so of this stage or one below it.
    open_below: bool,
    assignments: Vec<Assignment>,
    names: HashMap<Arc<str>, History>,
}

/// The variables of all stages. A step counts what is evaluated in a stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scopes {
    scopes: Vec<Scope>,
    /// Every name that any stage sets: for others there is no need to look into one stage after another.
    names: HashSet<Arc<str>>,
}

impl Scopes {
    /// Adds the next stage, on a stage or an image. `open`: the image may set more than is known.
    pub(crate) fn open_stage(&mut self, parent: Option<usize>, open: bool) -> usize {
        let open_below = open || parent.is_some_and(|parent| self.is_open(parent));
        self.scopes.push(Scope { parent, open, open_below, ..Scope::default() });
        self.scopes.len() - 1
    }

    /// Sets a variable. What the base image sets has step 0.
    pub(crate) fn set(&mut self, stage: usize, step: u32, name: Arc<str>, value: Value, setter: Setter) {
        let Some(scope) = self.scopes.get_mut(stage) else { return };
        if !self.names.contains(&name) {
            self.names.insert(Arc::clone(&name));
        }
        let index = scope.assignments.len();
        let history = scope.names.entry(Arc::clone(&name)).or_default();
        history.all.push(index);
        if setter == Setter::Env {
            history.last_env = Some(index);
        }
        scope.assignments.push(Assignment { variable: Variable { name, value, setter }, step });
    }

    /// The environment of `stage` as it is before `step` is evaluated.
    pub(crate) fn at(&self, stage: usize, step: u32) -> At<'_> {
        At { scopes: self, stage, step }
    }

    /// Whether a variable is set by the image that `stage` has so far, known or not.
    pub(crate) fn image_has(&self, stage: usize, name: &str) -> bool {
        self.image_value(Some(stage), name).is_some()
    }

    fn variable(scope: &Scope, index: usize) -> Option<&Variable> {
        scope.assignments.get(index).map(|assignment| &assignment.variable)
    }

    /// The value of the image's own variable at the end of `stage`.
    fn image_value(&self, stage: Option<usize>, name: &str) -> Option<&Value> {
        let mut next = stage;
        while let Some(scope) = next.and_then(|stage| self.scopes.get(stage)) {
            let last = scope.names.get(name).and_then(|history| history.last_env);
            if let Some(variable) = last.and_then(|index| Self::variable(scope, index)) {
                return Some(&variable.value);
            }
            if scope.open {
                return Some(&Value::Unknown);
            }
            next = scope.parent;
        }
        None
    }

    /// What a stage finds when it begins. The image's own variables are set anew then, so that they win over the
    /// arguments of the stage below, which are inherited too (buildkit convert.go, before the commands of a stage
    /// are dispatched).
    fn inherited(&self, stage: usize, name: &str) -> Option<&Value> {
        let parent = self.scopes.get(stage)?.parent?;
        if let Some(value) = self.image_value(Some(parent), name) {
            return Some(value);
        }
        let mut next = Some(parent);
        while let Some(scope) = next.and_then(|stage| self.scopes.get(stage)) {
            let last = scope.names.get(name).and_then(|history| history.all.last());
            if let Some(variable) = last.and_then(|index| Self::variable(scope, *index)) {
                return Some(&variable.value);
            }
            next = scope.parent;
        }
        None
    }

    /// The image's own variables at the end of `stage`, in the order of Config.Env: where each was first set.
    pub(crate) fn image_variables(&self, stage: usize) -> Vec<Variable> {
        let mut order: Vec<Variable> = Vec::new();
        let mut places: HashMap<Arc<str>, usize> = HashMap::new();
        for stage in self.chain(stage) {
            let assignments =
                self.scopes.get(stage).map(|scope| scope.assignments.as_slice()).unwrap_or_default();
            for Assignment { variable, .. } in assignments {
                if variable.setter != Setter::Env {
                    continue;
                }
                if let Some(known) = places.get(&variable.name).and_then(|place| order.get_mut(*place)) {
                    known.value = variable.value.clone();
                } else {
                    places.insert(Arc::clone(&variable.name), order.len());
                    order.push(variable.clone());
                }
            }
        }
        order
    }

    /// `stage` and the stages below it, lowest first.
    fn chain(&self, stage: usize) -> Vec<usize> {
        let mut chain: Vec<usize> =
            std::iter::successors(Some(stage), |stage| self.scopes.get(*stage)?.parent).collect();
        chain.reverse();
        chain
    }

    /// Whether the image below `stage` may set more than is known.
    pub(crate) fn is_open(&self, stage: usize) -> bool {
        self.scopes.get(stage).is_some_and(|scope| scope.open_below)
    }
}

/// The environment of a stage at one place.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    scopes: &'a Scopes,
    stage: usize,
    step: u32,
}

impl<'a> At<'a> {
    /// The value of a variable; nothing where it is surely not set.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        let scope = self.scopes.scopes.get(self.stage)?;
        if !self.scopes.names.contains(name) {
            return scope.open_below.then_some(&Value::Unknown);
        }
        if let Some(history) = scope.names.get(name) {
            let before = history.all.partition_point(|index| {
                scope.assignments.get(*index).is_some_and(|assignment| self.covers(assignment))
            });
            let last = before.checked_sub(1).and_then(|last| history.all.get(last));
            if let Some(variable) = last.and_then(|index| Scopes::variable(scope, *index)) {
                return Some(&variable.value);
            }
        }
        if scope.open { Some(&Value::Unknown) } else { self.scopes.inherited(self.stage, name) }
    }

    /// Whether the file, or a base image that is described, sets the variable before this place.
    pub fn is_named(&self, name: &str) -> bool {
        if !self.scopes.names.contains(name) {
            return false;
        }
        let Some(scope) = self.scopes.scopes.get(self.stage) else { return false };
        let first = scope.names.get(name).and_then(|history| scope.assignments.get(*history.all.first()?));
        if first.is_some_and(|assignment| self.covers(assignment)) {
            return true;
        }
        let mut next = scope.parent;
        while let Some(scope) = next.and_then(|stage| self.scopes.scopes.get(stage)) {
            if scope.names.contains_key(name) {
                return true;
            }
            next = scope.parent;
        }
        false
    }

    /// All variables, in the engine's order: that in which they were last set.
    pub fn variables(&self) -> Vec<Variable> {
        let mut set: Vec<Variable> = Vec::new();
        let Some(scope) = self.scopes.scopes.get(self.stage) else { return set };
        if let Some(parent) = scope.parent {
            let open = self.scopes.is_open(parent);
            for stage in self.scopes.chain(parent) {
                let assignments = self.scopes.scopes.get(stage).map(|scope| scope.assignments.as_slice());
                set.extend(assignments.unwrap_or_default().iter().map(|Assignment { variable, .. }| {
                    // An image that is not described may set the same name, which would win over an argument.
                    let value = if open { Value::Unknown } else { variable.value.clone() };
                    Variable { value, ..variable.clone() }
                }));
            }
            set.extend(self.scopes.image_variables(parent));
        }
        let own = scope.assignments.iter().take_while(|assignment| self.covers(assignment));
        set.extend(own.map(|assignment| assignment.variable.clone()));

        let mut seen = HashSet::new();
        let mut last: Vec<Variable> =
            set.into_iter().rev().filter(|variable| seen.insert(Arc::clone(&variable.name))).collect();
        last.reverse();
        last
    }

    /// Whether there may be more variables than [`At::variables`] names.
    pub fn is_open(&self) -> bool {
        self.scopes.is_open(self.stage)
    }

    fn covers(&self, assignment: &Assignment) -> bool {
        assignment.step < self.step
    }
}

impl Environment for At<'_> {
    fn get(&self, name: &str) -> Lookup<'_> {
        self.value(name).map_or(Lookup::Unset, Value::lookup)
    }
}
