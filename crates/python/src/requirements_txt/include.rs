//! A requirements file with all that it includes.

use std::collections::BTreeSet;

use super::{Item, ItemKind, Line, RequirementsFile};
use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, folder_of, join, required_text};
use crate::resolution::Index;

/// A requirements file with its includes, in the order in which pip reads them.
#[derive(Debug, Clone, Default)]
pub struct Requirements {
    /// Every file that was read, the first one being the one that was asked for.
    pub files: Vec<RequirementsFile>,
    /// What there is to install: file and item, as indices.
    pub wanted: Vec<(usize, usize)>,
    /// What only limits versions.
    pub constraints: Vec<(usize, usize)>,
    /// Indexes and places with links, in the order of the files.
    pub indexes: Vec<Index>,
    /// Other options, as written.
    pub options: Vec<(String, Option<String>)>,
    read: BTreeSet<(String, bool)>,
}

impl Requirements {
    /// What there is to install.
    pub fn lines(&self) -> impl Iterator<Item = (&Item, &Line)> {
        self.pick(&self.wanted)
    }

    /// What limits versions.
    pub fn constraint_lines(&self) -> impl Iterator<Item = (&Item, &Line)> {
        self.pick(&self.constraints)
    }

    fn pick<'a>(&'a self, places: &'a [(usize, usize)]) -> impl Iterator<Item = (&'a Item, &'a Line)> {
        places.iter().filter_map(|(file, item)| {
            let item = self.files.get(*file)?.items.get(*item)?;
            match &item.kind {
                ItemKind::Requirement(line) => Some((item, line)),
                _ => None,
            }
        })
    }
}

/// Reads a requirements file and what it includes (`-r`, `-c`).
pub fn read_requirements(files: &dyn Files, path: &str) -> Result<Requirements> {
    let mut all = Requirements::default();
    visit(files, path, false, &mut Vec::new(), None, &mut all)?;
    Ok(all)
}

fn visit(
    files: &dyn Files,
    path: &str,
    constraint: bool,
    above: &mut Vec<String>,
    from: Option<&Place>,
    all: &mut Requirements,
) -> Result<()> {
    let place = || from.cloned().unwrap_or_else(|| Place::file(path));
    if above.iter().any(|one| one == path) {
        let round = above.join(" → ");
        let message = format!("the files include each other: {round} → {path}");
        return Err(
            Error::new(ErrorKind::Cycle, place(), message).with_way_out("take one of the includes out")
        );
    }
    // What was read before adds nothing, and files that include others many times stay cheap.
    if !all.read.insert((path.to_owned(), constraint)) {
        return Ok(());
    }
    let text = required_text(files, path).map_err(|error| match error.kind {
        ErrorKind::MissingFile => Error::new(error.kind, place(), format!("there is no file `{path}`")),
        _ => error,
    })?;
    let file = RequirementsFile::parse(path, &text)?;
    let number = all.files.len();
    let items = file.items.clone();
    all.files.push(file);
    above.push(path.to_owned());
    for (at, item) in items.iter().enumerate() {
        match &item.kind {
            ItemKind::Requirement(_) if constraint => all.constraints.push((number, at)),
            ItemKind::Requirement(_) => all.wanted.push((number, at)),
            ItemKind::Index(index) => {
                if !all.indexes.contains(index) {
                    all.indexes.push(index.clone());
                }
            }
            ItemKind::Option { name, value } => all.options.push((name.clone(), value.clone())),
            ItemKind::Include(target) | ItemKind::Constraint(target) => {
                let limits = constraint || matches!(item.kind, ItemKind::Constraint(_));
                let joined = if target.contains("://") || target.contains("${") {
                    None
                } else {
                    join(folder_of(path), target)
                };
                let Some(next) = joined else {
                    let message = format!("`{target}` is not a file of the project");
                    return Err(Error::new(ErrorKind::Unsupported, item.place.clone(), message));
                };
                visit(files, &next, limits, above, Some(&item.place), all)?;
            }
        }
    }
    above.pop();
    Ok(())
}
