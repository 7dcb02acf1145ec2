//! The import moves into the functions that use it, where that is simple.

use std::collections::BTreeSet;

use dockfit_dockerfile::Span;
use dockfit_python::source::{Graph, ImportForm, Level, Module};
use dockfit_rewrite::Edit;

use super::heavy::Heavy;
use crate::cache_mounts::Refusal;

/// The edits of the module; or why it is not simple.
pub(super) fn edits(graph: &Graph, heavy: &Heavy<'_>) -> Result<Vec<Edit>, Refusal> {
    let refuse =
        |code, text: String| Err(Refusal::new(code, text, "write the import into the functions by hand"));
    let Some(reached) = graph.modules.get(heavy.by) else { return Ok(Vec::new()) };
    let (module, import) = (&reached.module, heavy.import);
    let line = |offset: usize| module.place(offset).line;
    if import.level != Level::Module {
        return refuse("conditional", "the import stands in a `try` or under a condition".to_owned());
    }
    if import.form == ImportForm::Star {
        return refuse("star", "it takes all names with `*`".to_owned());
    }
    if module.path().ends_with("/__init__.py") {
        let text = "the module is a package, whose names others may import".to_owned();
        return refuse("package", text);
    }
    let Some(statement) = own_lines(module, &import.statement) else {
        return refuse("shared-line", "other code stands on its line".to_owned());
    };
    if module.imports.iter().filter(|other| other.statement == import.statement).count() > 1 {
        return refuse("several", "the statement imports several modules".to_owned());
    }
    let bound: BTreeSet<&str> = import.bound().into_iter().collect();
    if let Some(name) = bound.iter().find(|name| is_taken_elsewhere(graph, heavy.by, name)) {
        return refuse("imported-from-here", format!("another module imports `{name}` from this one"));
    }
    // `import a.b` and `import a.c` bind the same name.
    let binds_too = |other: &&dockfit_python::source::Import| {
        other.statement != import.statement && other.bound().iter().any(|name| bound.contains(name))
    };
    if let Some(other) = module.imports.iter().find(binds_too) {
        let text = format!("line {} binds the same name", line(other.statement.start));
        return refuse("bound-twice", text);
    }
    if module.assigned("__all__").is_some() {
        return refuse("exports", "the module names what it exports with `__all__`".to_owned());
    }
    let uses: Vec<_> = module.uses.iter().filter(|found| bound.contains(found.name.as_str())).collect();
    if uses.is_empty() {
        return refuse(
            "unused",
            "nothing in the module uses it: it may be imported for its effects".to_owned(),
        );
    }
    let mut places = BTreeSet::new();
    for found in uses {
        let at = line(found.span.start);
        if found.is_annotation {
            let text =
                format!("line {at} names `{}` in an annotation, which frameworks read at import", found.name);
            return refuse("annotation", text);
        }
        if found.is_store {
            return refuse("bound-twice", format!("line {at} binds `{}` again", found.name));
        }
        if found.level.is_at_import() {
            return refuse(
                "used-at-import",
                format!("line {at} uses `{}` when the module is imported", found.name),
            );
        }
        let around = module
            .functions
            .iter()
            .find(|function| function.span.start <= found.span.start && found.span.end <= function.span.end);
        match around.and_then(|function| function.body) {
            Some(body) => {
                places.insert(body);
            }
            None => {
                return refuse(
                    "no-function",
                    format!("line {at} uses it outside of a function with lines of its own"),
                );
            }
        }
    }
    let text = module.text();
    let moved = text.get(import.statement.start..statement.end).unwrap_or_default().trim_end();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = vec![Edit::delete(Span::new(statement.start, behind_blank(text, &statement)))];
    for place in places {
        let before = text.get(..place).unwrap_or_default();
        let indent = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let mut lines = moved.lines();
        let mut text = lines.next().unwrap_or_default().to_owned();
        text.extend(lines.map(|line| format!("{end}{indent}{line}")));
        edits.push(Edit::insert(place, format!("{text}{end}{indent}")));
    }
    Ok(edits)
}

/// The end of what goes: with the blank line behind the statement, where none of two would be left over.
fn behind_blank(text: &str, statement: &std::ops::Range<usize>) -> usize {
    let before = text.get(..statement.start).unwrap_or_default();
    let is_apart = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    let rest = text.get(statement.end..).unwrap_or_default();
    let blank = ["\n", "\r\n"].iter().find(|blank| rest.starts_with(**blank));
    blank.filter(|_| is_apart).map_or(statement.end, |blank| statement.end + blank.len())
}

/// The lines of a statement, if nothing but a comment stands on them beside it.
fn own_lines(module: &Module, statement: &std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
    let text = module.text();
    let start = text.get(..statement.start)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(statement.end..)?;
    let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
    let behind = rest.get(..length)?.trim();
    let alone = start == statement.start && (behind.is_empty() || behind.starts_with('#'));
    alone.then_some(start..statement.end + length)
}

/// Whether another module of the graph takes `name` from this one.
fn is_taken_elsewhere(graph: &Graph, by: usize, name: &str) -> bool {
    let Some(own) = graph.modules.get(by).map(|reached| reached.name.as_str()) else { return false };
    let last = own.rsplit('.').next().unwrap_or(own);
    graph.modules.iter().flat_map(|reached| &reached.module.imports).any(|import| match &import.form {
        ImportForm::Names(names) => {
            import.module.rsplit('.').next() == Some(last) && names.iter().any(|taken| taken.name == name)
        }
        ImportForm::Star => import.module.rsplit('.').next() == Some(last),
        ImportForm::Module { .. } => false,
    })
}
