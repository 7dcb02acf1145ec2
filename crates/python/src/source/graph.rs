//! Which modules an entry point reaches by its imports.

use std::collections::{HashMap, VecDeque};

use super::read::read_module;
use super::{Import, ImportForm, Level, Module};
use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, text_of};

/// Which imports are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those that run when the entry is imported.
    AtImport,
    /// Those in functions too; never those under `if TYPE_CHECKING`.
    Anywhere,
}

/// A module of the files that the entry reaches.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Its dotted name.
    pub name: String,
    /// What its text says.
    pub module: Module,
    /// The module that imports it first, by its index in [`Graph::modules`], and its import there; none for the entry.
    pub from: Option<(usize, usize)>,
}

/// An import of something that the files do not hold: a package, or the standard library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The dotted name; of `from a import b` it is `a`.
    pub name: String,
    /// The module that imports it, by its index in [`Graph::modules`].
    pub by: usize,
    /// Its import there, by its index in [`Module::imports`].
    pub import: usize,
}

/// The modules that an entry point reaches, nearest first.
#[derive(Debug, Clone)]
pub struct Graph {
    /// The modules; the first is the entry, unless packages around it have an `__init__.py`, which come before it.
    pub modules: Vec<Reached>,
    /// What they import from outside, in the order of the modules.
    pub outside: Vec<Outside>,
    /// Modules that could not be read. What they import is not known.
    pub problems: Vec<Error>,
}

/// The module of an entry point: `app.main` of `app.main:create_app()`.
pub fn module_of_entry(entry: &str) -> &str {
    entry.split(':').next().unwrap_or_default().trim()
}

impl Graph {
    /// Follows the imports from `entry` (`app.main:app`, `app.main`, or a path that ends in `.py`). `roots` are the folders
    /// that the interpreter searches, in order (`""` is the project's own).
    ///
    /// An error only where the entry is not there; see [`problems`](Self::problems) for the rest.
    pub fn from_entry(files: &dyn Files, roots: &[&str], entry: &str, reach: Reach) -> Result<Self> {
        let mut search = Search {
            files,
            roots,
            reach,
            seen: HashMap::new(),
            left: VecDeque::new(),
            graph: Self { modules: Vec::new(), outside: Vec::new(), problems: Vec::new() },
        };
        let name = module_of_entry(entry);
        if name.ends_with(".py") {
            let text = crate::files::required_text(files, name)?;
            search.take("__main__", name, &text, None);
        } else if !search.reach(name, None) {
            let error = Error::new(ErrorKind::MissingFile, Place::file(name), "there is no such module");
            return Err(error);
        }
        while let Some(index) = search.left.pop_front() {
            search.follow(index);
        }
        Ok(search.graph)
    }

    /// How a module is reached: each step's module and import, from the entry on. Empty for the entry.
    pub fn chain(&self, index: usize) -> Vec<(&Module, &Import)> {
        let mut steps = Vec::new();
        let mut at = index;
        while let Some((by, import)) = self.modules.get(at).and_then(|reached| reached.from) {
            let Some(module) = self.modules.get(by).map(|reached| &reached.module) else { break };
            steps.extend(module.imports.get(import).map(|import| (module, import)));
            // Who imports stands before what is imported.
            if by >= at {
                break;
            }
            at = by;
        }
        steps.reverse();
        steps
    }
}

struct Search<'a> {
    files: &'a dyn Files,
    roots: &'a [&'a str],
    reach: Reach,
    /// Whether a dotted name is among the files.
    seen: HashMap<String, bool>,
    left: VecDeque<usize>,
    graph: Graph,
}

impl Search<'_> {
    /// Imports a module by its full name, the packages around it first. Whether it is one of the files.
    fn reach(&mut self, name: &str, from: Option<(usize, usize)>) -> bool {
        let mut is_there = false;
        let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        for end in ends {
            is_there = self.reach_one(&name[..end], from);
        }
        is_there
    }

    fn reach_one(&mut self, name: &str, from: Option<(usize, usize)>) -> bool {
        if let Some(known) = self.seen.get(name) {
            return *known;
        }
        let found = self.find(name);
        self.seen.insert(name.to_owned(), found.is_some());
        let Some((path, text)) = found else { return false };
        self.take(name, &path, &text, from);
        true
    }

    fn find(&mut self, name: &str) -> Option<(String, String)> {
        let relative = name.replace('.', "/");
        if relative.is_empty() || relative.split('/').any(str::is_empty) {
            return None;
        }
        for root in self.roots {
            let folder = root.trim_matches('/');
            let base = if folder.is_empty() { relative.clone() } else { format!("{folder}/{relative}") };
            // A package hides a module of the same name.
            for path in [format!("{base}/__init__.py"), format!("{base}.py")] {
                match text_of(self.files, &path) {
                    Ok(Some(text)) => return Some((path, text)),
                    Ok(None) => {}
                    Err(error) => {
                        self.graph.problems.push(error);
                        return Some((path, String::new()));
                    }
                }
            }
        }
        None
    }

    fn take(&mut self, name: &str, path: &str, text: &str, from: Option<(usize, usize)>) {
        match read_module(path, text) {
            Ok(module) => {
                self.left.push_back(self.graph.modules.len());
                self.graph.modules.push(Reached { name: name.to_owned(), module, from });
            }
            Err(error) => self.graph.problems.push(error),
        }
    }

    fn follow(&mut self, index: usize) {
        let Some(reached) = self.graph.modules.get(index) else { return };
        let is_package = reached.module.path.ends_with("/__init__.py");
        let name = reached.name.clone();
        let wanted = |level: Level| match self.reach {
            Reach::AtImport => level.is_at_import() || (level == Level::Main && name == "__main__"),
            Reach::Anywhere => level != Level::TypeChecking,
        };
        let imports: Vec<(usize, Import)> = (reached.module.imports.iter().cloned().enumerate())
            .filter(|(_, import)| wanted(import.level))
            .collect();
        for (at, import) in imports {
            let Some(target) = absolute(&name, is_package, &import) else { continue };
            let from = Some((index, at));
            let mut is_inside = !target.is_empty() && self.reach(&target, from);
            if let ImportForm::Names(names) = &import.form {
                for name in names {
                    let stop = if target.is_empty() { "" } else { "." };
                    is_inside |= self.reach_one(&format!("{target}{stop}{}", name.name), from);
                }
            }
            if !is_inside && import.dots == 0 {
                self.graph.outside.push(Outside { name: target, by: index, import: at });
            }
        }
    }
}

/// The full name of what is imported; none where the dots lead out of the package.
fn absolute(name: &str, is_package: bool, import: &Import) -> Option<String> {
    if import.dots == 0 {
        return Some(import.module.clone());
    }
    let mut package: Vec<&str> = name.split('.').collect();
    let up = if is_package { import.dots - 1 } else { import.dots };
    let kept = package.len().checked_sub(up)?;
    package.truncate(kept);
    package.extend((!import.module.is_empty()).then_some(import.module.as_str()));
    Some(package.join("."))
}
