//! The source of Python modules: what they import and call, where, and whether it happens when they are imported; and
//! which modules a server's entry point reaches.
//!
//! The grammar is tree-sitter-python's. Of 11,659 modules of `CPython` 3.11's library and installed packages it refuses
//! three, all of which the interpreter refuses too; what only a newer or older Python takes may pass. Nothing is run, so
//! names are followed only where the text says what they are: imports with their aliases, and plain assignments.

mod graph;
mod names;
mod read;
#[cfg(test)]
mod tests;
mod value;
mod walk;

use std::ops::Range;

pub use graph::{Graph, Outside, Reach, Reached, module_of_entry};
pub use read::{check_module, read_module};
pub use value::Value;

use crate::Place;
use crate::error::Lines;

/// When a piece of a module runs. The order is from what surely runs at import to what does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// When the module is imported: at its top level, in a class body, a decorator or a default value.
    Module,
    /// As [`Module`](Self::Module), in a `try` or under `with suppress(…)`.
    Try,
    /// At import, if a condition holds or a loop is entered.
    Conditional,
    /// When a function or lambda is called.
    Function,
    /// Under `if __name__ == "__main__"`: only where the file itself is run.
    Main,
    /// Under `if TYPE_CHECKING`: never.
    TypeChecking,
}

impl Level {
    /// Whether it runs, or may run, when the module is imported.
    pub fn is_at_import(self) -> bool {
        self <= Self::Conditional
    }
}

/// One imported module; `import a, b` is two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module as written, without leading dots; empty in `from . import a`.
    pub module: String,
    /// The leading dots of a relative import.
    pub dots: usize,
    /// What is taken from it.
    pub form: ImportForm,
    /// When it runs.
    pub level: Level,
    /// The bytes of the whole statement.
    pub statement: Range<usize>,
    /// The bytes of this module's name in it.
    pub span: Range<usize>,
}

impl Import {
    /// The first part of an absolute import (`a` of `a.b.c`); empty for a relative one.
    pub fn top(&self) -> &str {
        if self.dots > 0 { "" } else { self.module.split('.').next().unwrap_or_default() }
    }

    /// The names that it binds in its scope; of `from a import *` none that the text tells.
    pub fn bound(&self) -> Vec<&str> {
        match &self.form {
            ImportForm::Module { alias: Some(alias) } => vec![alias],
            ImportForm::Module { alias: None } => vec![self.module.split('.').next().unwrap_or_default()],
            ImportForm::Names(names) => names.iter().map(ImportedName::bound).collect(),
            ImportForm::Star => Vec::new(),
        }
    }
}

/// What an import takes of its module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportForm {
    /// `import a.b`, `import a.b as c`.
    Module {
        /// The name behind `as`.
        alias: Option<String>,
    },
    /// `from a import b, c as d`.
    Names(Vec<ImportedName>),
    /// `from a import *`.
    Star,
}

/// One name of a `from` import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedName {
    /// The name in the module.
    pub name: String,
    /// The name behind `as`.
    pub alias: Option<String>,
    /// Its bytes, with the alias.
    pub span: Range<usize>,
}

impl ImportedName {
    /// The name that it has here.
    pub fn bound(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What is called, its first name replaced by what an import or an assignment of this module says it is:
    /// `subprocess.run`, `threading.Thread().start`, `.database.connect` (a relative import keeps its dots). `()`
    /// stands for a call, `[]` for a subscript.
    pub callee: String,
    /// The arguments in their order.
    pub arguments: Vec<Argument>,
    /// When it runs.
    pub level: Level,
    /// Its bytes.
    pub span: Range<usize>,
}

impl Call {
    /// The value of a keyword argument.
    pub fn keyword(&self, name: &str) -> Option<&Value> {
        let mut named = self.arguments.iter().filter(|argument| argument.keyword.as_deref() == Some(name));
        named.next().map(|argument| &argument.value)
    }

    /// The value of the argument at this position, keywords not counted; none from a `*arguments` on.
    pub fn positional(&self, index: usize) -> Option<&Value> {
        let mut plain = self.arguments.iter().filter(|argument| argument.keyword.is_none());
        plain.nth(index).map(|argument| &argument.value)
    }
}

/// One argument of a call. `**options` is left out: see [`Value::Other`] for what is not literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The keyword.
    pub keyword: Option<String>,
    /// The value.
    pub value: Value,
}

/// A name, or an attribute of `self`, that is assigned a value at the top level or in a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// `app`, `self.client`.
    pub target: String,
    /// `FastAPI()` is `Value::Path("fastapi.FastAPI()")`.
    pub value: Value,
    /// When it runs.
    pub level: Level,
    /// The bytes of the assignment.
    pub span: Range<usize>,
}

/// One place where a name stands that an import at the top of the module binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name.
    pub name: String,
    /// When it is looked up. An annotation counts as what is around it.
    pub level: Level,
    /// Whether it stands in an annotation.
    pub is_annotation: bool,
    /// Whether the name is bound again there, or deleted.
    pub is_store: bool,
    /// Its bytes.
    pub span: Range<usize>,
}

/// A function that is defined when the module is imported, also one of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its bytes, without decorators.
    pub span: Range<usize>,
    /// Where its first statement stands, the docstring not counted; none where it has no other, or where it stands on the
    /// line of the `def`.
    pub body: Option<usize>,
}

/// What a module's text says.
#[derive(Debug, Clone)]
pub struct Module {
    path: String,
    text: String,
    lines: Lines,
    /// The imports in their order.
    pub imports: Vec<Import>,
    /// The calls in their order, the outer one first.
    pub calls: Vec<Call>,
    /// The assignments in their order.
    pub assignments: Vec<Assignment>,
    /// Where imported names stand.
    pub uses: Vec<Use>,
    /// The functions that are defined at import; none lies in another.
    pub functions: Vec<Function>,
    /// The functions and classes of the top level.
    pub definitions: Vec<String>,
    /// Whether annotations are not evaluated (`from __future__ import annotations`).
    pub has_lazy_annotations: bool,
}

impl Module {
    /// The file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte of the text.
    pub fn place(&self, offset: usize) -> Place {
        self.lines.place(&self.path, &self.text, offset)
    }

    /// Calls of exactly this callee.
    pub fn calls_of<'m>(&'m self, callee: &'m str) -> impl Iterator<Item = &'m Call> {
        self.calls.iter().filter(move |call| call.callee == callee)
    }

    /// What the top level assigns to a name, the last time.
    pub fn assigned(&self, name: &str) -> Option<&Assignment> {
        self.assignments.iter().rev().find(|found| found.target == name && found.level.is_at_import())
    }
}
