//! What a project says that it needs: `pyproject.toml`, `setup.cfg`, `Pipfile`.

mod dynamic;
mod groups;
mod pipfile;
mod poetry;
mod poetry_constraint;
mod project_table;
mod setup_cfg;
mod tools;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, required_text, text_of};
use crate::name::Name;
use crate::requirement::Requirement;
use crate::resolution::{Index, When};
use crate::toml_tree::Document;

pub(crate) use poetry_constraint::specifiers as poetry_specifiers;

/// The tools that have a table in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// `[tool.uv]`
    Uv,
    /// `[tool.poetry]`
    Poetry,
    /// `[tool.pdm]`
    Pdm,
    /// `[tool.hatch]`
    Hatch,
    /// `[tool.setuptools]`, `setup.cfg`
    Setuptools,
    /// `Pipfile`
    Pipenv,
}

/// A manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The file, relative to the project.
    pub path: String,
    /// The project's name.
    pub name: Option<Name>,
    /// The name as it was written.
    pub written_name: Option<String>,
    /// The project's version.
    pub version: Option<String>,
    /// `requires-python`, as PEP 440 specifiers.
    pub requires_python: Option<String>,
    /// The direct dependencies.
    pub dependencies: Vec<Dependency>,
    /// The optional ones, by extra.
    pub extras: BTreeMap<Name, Vec<Dependency>>,
    /// Those of groups, which are not published (PEP 735, poetry's groups, pdm's and uv's development ones).
    pub groups: BTreeMap<Name, Vec<Dependency>>,
    /// Groups that the tool installs without being asked.
    pub default_groups: BTreeSet<Name>,
    /// Fields that something else fills in and that could not be read.
    pub dynamic: Vec<String>,
    /// Package indexes.
    pub indexes: Vec<Index>,
    /// Where single packages come from (`[tool.uv.sources]`).
    pub sources: BTreeMap<Name, Vec<DeclaredSource>>,
    /// Patterns of the folders of workspace members.
    pub workspace_members: Vec<String>,
    /// Is the project itself installed as a package?
    pub is_package: bool,
    /// Whose tables there are.
    pub tools: BTreeSet<Tool>,
}

/// A direct dependency.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// In the form of PEP 508.
    pub requirement: Requirement,
    /// Where it comes from, if not from the default index.
    pub source: Option<DeclaredSource>,
    /// The versions in the tool's own words, where PEP 440 has no form for them (`^1 || ^3`).
    pub unwritable: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl Dependency {
    fn plain(requirement: Requirement, place: Place) -> Self {
        Self { requirement, source: None, unwritable: None, place }
    }
}

/// Where a manifest says that a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredSource {
    /// A folder or file, relative to the manifest.
    Path {
        /// As written.
        path: String,
        /// As a link to its source?
        editable: bool,
    },
    /// A repository.
    Git {
        /// As written.
        url: String,
        /// Branch, tag or commit.
        reference: Option<String>,
    },
    /// An address.
    Url(String),
    /// A member of the same workspace.
    Workspace,
    /// The index of this name.
    Index(String),
}

impl Manifest {
    pub(crate) fn empty(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            name: None,
            written_name: None,
            version: None,
            requires_python: None,
            dependencies: Vec::new(),
            extras: BTreeMap::new(),
            groups: BTreeMap::new(),
            default_groups: BTreeSet::new(),
            dynamic: Vec::new(),
            indexes: Vec::new(),
            sources: BTreeMap::new(),
            workspace_members: Vec::new(),
            is_package: true,
            tools: BTreeSet::new(),
        }
    }

    /// All direct dependencies with when they count.
    pub fn all_dependencies(&self) -> impl Iterator<Item = (When, &Dependency)> {
        let main = self.dependencies.iter().map(|one| (When::Always, one));
        let extras = self
            .extras
            .iter()
            .flat_map(|(name, list)| list.iter().map(|one| (When::Extra(name.clone()), one)));
        let groups = self
            .groups
            .iter()
            .flat_map(|(name, list)| list.iter().map(|one| (When::Group(name.clone()), one)));
        main.chain(extras).chain(groups)
    }
}

/// Reads a manifest; its file name says which kind it is.
pub fn read_manifest(files: &dyn Files, path: &str) -> Result<Manifest> {
    let text = required_text(files, path)?;
    match path.rsplit('/').next().unwrap_or(path) {
        "setup.cfg" => setup_cfg::read(files, path, &text),
        "Pipfile" => pipfile::read(path, &text),
        name if name.ends_with(".toml") => pyproject(files, path, &text),
        _ => Err(Error::new(ErrorKind::Unsupported, Place::file(path), "this is no manifest that is known")
            .with_way_out("pyproject.toml, setup.cfg and Pipfile are read")),
    }
}

fn pyproject(files: &dyn Files, path: &str, text: &str) -> Result<Manifest> {
    let document = Document::parse(path, text)?;
    let root = document.root();
    let mut manifest = Manifest::empty(path);
    project_table::read(&root, &mut manifest)?;
    groups::read(&root, &mut manifest)?;
    if let Some(tool) = root.table("tool")? {
        if let Some(table) = tool.table("poetry")? {
            manifest.tools.insert(Tool::Poetry);
            poetry::read(&table, root.has("project"), &mut manifest)?;
        }
        tools::read(&tool, &mut manifest)?;
    }
    let uv_path = crate::files::sibling(path, "uv.toml");
    if let Some(text) = text_of(files, &uv_path)? {
        tools::uv_file(&Document::parse(&uv_path, &text)?.root(), &mut manifest)?;
    }
    if !root.has("project") && !manifest.tools.contains(&Tool::Poetry) {
        let no_dependencies = manifest.groups.is_empty();
        manifest.is_package = false;
        if no_dependencies && files.read(&crate::files::sibling(path, "setup.cfg")).is_ok_and(|f| f.is_some())
        {
            let other = crate::files::sibling(path, "setup.cfg");
            return setup_cfg::read(files, &other, &required_text(files, &other)?);
        }
    }
    dynamic::read(files, &root, &mut manifest)?;
    Ok(manifest)
}
