//! Environment markers (PEP 508, and the two set variables of PEP 751).
//!
//! `pep508_rs` does the logic: its trees are canonical, so that equal markers are equal values. What it reads
//! otherwise than `packaging` does is put into a form in which they agree ([`tokens`]), or refused;
//! `tests/python/markers.py` compares both on generated markers.

mod environment;
mod tokens;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use pep508_rs::{ExtraName, MarkerTree, VerbatimUrl};

pub use environment::{Environment, Platform, PythonVersion};
pub use tokens::{MarkerError, Variable};

use crate::name::Name;

/// A condition on the environment. Keeps the text that it was read from as long as nothing was added.
#[derive(Clone)]
pub struct Marker {
    tree: MarkerTree,
    text: Option<Arc<str>>,
    /// Compares `platform_release` or `platform_version` by order: only the running kernel can say.
    kernel: bool,
}

impl PartialEq for Marker {
    fn eq(&self, other: &Self) -> bool {
        self.tree == other.tree
    }
}

impl Eq for Marker {}

impl Default for Marker {
    fn default() -> Self {
        Self::always()
    }
}

impl Marker {
    /// True everywhere.
    pub fn always() -> Self {
        Self { tree: MarkerTree::TRUE, text: None, kernel: false }
    }

    /// True nowhere.
    pub fn never() -> Self {
        Self { tree: MarkerTree::FALSE, text: None, kernel: false }
    }

    /// Reads a marker; `extra == 'name'` stays a variable.
    pub fn parse(text: &str) -> Result<Self, MarkerError> {
        Self::parse_with(text, &|_, _| None)
    }

    /// Reads a marker, with `known` saying which extras and groups are chosen. `None` leaves one open.
    pub fn parse_with(
        text: &str,
        known: &dyn Fn(Variable, &str) -> Option<bool>,
    ) -> Result<Self, MarkerError> {
        let checked = tokens::check(text, known)?;
        let tree = MarkerTree::parse_str::<VerbatimUrl>(&checked.text)
            .map_err(|error| MarkerError { offset: 0, message: first_line(&error.to_string()) })?;
        let text = (!checked.rewritten).then(|| Arc::from(text.trim()));
        Ok(Self { tree, text, kernel: checked.kernel })
    }

    /// The requirement of a Python version (`>=3.11,<4`) as a marker.
    pub fn of_requires_python(specifiers: &str) -> Result<Self, MarkerError> {
        let mut marker = Self::always();
        for part in specifiers.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let at = part.find(|c: char| !"<>=!~".contains(c)).unwrap_or(part.len());
            let (operator, version) = part.split_at(at);
            let text = format!("python_full_version {operator} '{}'", version.trim());
            let one = Self::parse(&text).map_err(|error| MarkerError {
                offset: 0,
                message: format!("`{part}`: {}", error.message),
            })?;
            marker = marker.and(&one);
        }
        Ok(Self { text: None, ..marker })
    }

    /// Both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if self.is_always() || self.tree == other.tree {
            return other.clone();
        }
        if other.is_always() {
            return self.clone();
        }
        let mut tree = self.tree.clone();
        tree.and(other.tree.clone());
        self.joined(other, tree)
    }

    /// Either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.is_never() || self.tree == other.tree {
            return other.clone();
        }
        if other.is_never() {
            return self.clone();
        }
        let mut tree = self.tree.clone();
        tree.or(other.tree.clone());
        self.joined(other, tree)
    }

    fn joined(&self, other: &Self, tree: MarkerTree) -> Self {
        let text = [self, other].iter().find(|one| one.tree == tree).and_then(|one| one.text.clone());
        Self { tree, text, kernel: self.kernel || other.kernel }
    }

    /// The opposite.
    #[must_use]
    pub fn not(&self) -> Self {
        Self { tree: self.tree.negate(), text: None, kernel: self.kernel }
    }

    /// True everywhere?
    pub fn is_always(&self) -> bool {
        self.tree.is_true()
    }

    /// True nowhere?
    pub fn is_never(&self) -> bool {
        self.tree.is_false()
    }

    /// Can both never be true at once? May say no where the answer is yes.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.tree.is_disjoint(&other.tree)
    }

    /// Is `other` true wherever this is?
    pub fn implies(&self, other: &Self) -> bool {
        self.is_disjoint(&other.not())
    }

    /// The names that `extra` is compared with.
    pub fn extras(&self) -> BTreeSet<Name> {
        let found = RefCell::new(BTreeSet::new());
        if let Some(text) = self.text().filter(|text| text.contains("extra")) {
            // The text was read before, or comes from a tree: it cannot fail.
            let _ = tokens::check(&text, &|_, name| {
                found.borrow_mut().extend(Name::new(name));
                None
            });
        }
        found.into_inner()
    }

    /// The marker with `extra` being exactly `chosen` (or none).
    #[must_use]
    pub fn with_extra(&self, chosen: Option<&Name>) -> Self {
        match self.text() {
            Some(text) if text.contains("extra") => {
                Self::parse_with(&text, &|_, name| Some(Name::new(name).as_ref() == chosen))
                    .unwrap_or_else(|_| self.clone())
            }
            _ => self.clone(),
        }
    }

    /// How the name of a dependency group begins where a marker of PEP 751 (`'dev' in dependency_groups`) is
    /// kept as a condition on `extra`, the only open name that `pep508_rs` knows.
    pub(crate) const GROUP_PREFIX: &str = "x-dependency-group-";

    /// The marker with what is chosen put in for extras and groups.
    #[must_use]
    pub(crate) fn with_choices(&self, known: &dyn Fn(Variable, &str) -> Option<bool>) -> Self {
        match self.text() {
            Some(text) if text.contains("extra") => {
                Self::parse_with(&text, known).unwrap_or_else(|_| self.clone())
            }
            _ => self.clone(),
        }
    }

    /// Simplified for the Python versions that can occur at all: conditions that always hold there go.
    #[must_use]
    pub fn within_python(&self, requires_python: &Self) -> Self {
        // The true part of the marker outside of the requirement does not matter: adding it
        // gives canonical trees the chance to drop the condition.
        if self.is_always() || requires_python.is_always() {
            return self.clone();
        }
        let widened = self.or(&requires_python.not());
        if widened.is_always() { Self::always() } else { self.clone() }
    }

    /// Is it true in this full environment (`python_full_version` and so on, as `packaging` names them)?
    /// `None` where only the running kernel can say, or a value is no version.
    pub fn evaluate(&self, environment: &pep508_rs::MarkerEnvironment, extras: &[Name]) -> Option<bool> {
        if self.kernel {
            return None;
        }
        let extras: Vec<ExtraName> = extras.iter().filter_map(|name| name.as_str().parse().ok()).collect();
        Some(self.tree.evaluate(environment, &extras))
    }

    /// The text: as it was read, or else in the canonical form. `None` where it is always true.
    pub fn text(&self) -> Option<String> {
        if self.is_always() {
            return None;
        }
        match &self.text {
            Some(text) => Some(text.to_string()),
            None => self.tree.try_to_string(),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().unwrap_or_else(|| "always".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(text: &str) -> Marker {
        Marker::parse(text).expect(text)
    }

    #[test]
    fn the_text_stays_until_something_is_added() {
        let one = marker("sys_platform=='linux'  and os_name=='posix'");
        assert_eq!(one.text().as_deref(), Some("sys_platform=='linux'  and os_name=='posix'"));
        assert_eq!(one.and(&Marker::always()).text(), one.text());
        let both = one.and(&marker("python_version >= '3.9'"));
        assert_eq!(
            both.text().as_deref(),
            Some("python_full_version >= '3.9' and os_name == 'posix' and sys_platform == 'linux'")
        );
    }

    #[test]
    fn extras_are_chosen_one_at_a_time() {
        let one = marker("(extra == 'a' or extra == 'B_c') and os_name == 'nt' or sys_platform == 'linux'");
        let names: Vec<String> = one.extras().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "b-c"]);
        assert_eq!(one.with_extra(None), marker("sys_platform == 'linux'"));
        let chosen = Name::new("b-c").expect("a name");
        assert_eq!(one.with_extra(Some(&chosen)), marker("os_name == 'nt' or sys_platform == 'linux'"));
    }

    #[test]
    fn a_condition_that_always_holds_in_the_supported_versions_goes() {
        let requires = Marker::of_requires_python(">=3.11,<4").expect("specifiers");
        assert!(marker("python_version >= '3.9'").within_python(&requires).is_always());
        assert!(!marker("python_version >= '3.12'").within_python(&requires).is_always());
        assert!(marker("python_version < '3.11'").and(&requires).is_never());
    }
}
