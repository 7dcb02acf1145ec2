//! Which shapes of Dockerfiles the cases show each manager in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dockfit_rewrite::{Context, Dockerfile, RelPath};
use dockfit_shell::Lookup;

use super::folder;
use super::manager::{Cache, Manager};
use super::managers::MANAGERS;
use super::usage::{self, Action, OptionValue};
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// A shape that real Dockerfiles have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Shape {
    /// Root runs the manager.
    Root,
    /// Another user does.
    User,
    /// There are several stages.
    Stages,
    /// The command stands in a here-document.
    Heredoc,
    /// It stands in a branch, in a list with `;` or line ends.
    Branch,
    /// Something says that the cache is elsewhere.
    Moved,
    /// Something switches the cache off, or empties it in the same step.
    Defeated,
}

/// How many shapes each manager is to be shown in.
const LEAST: usize = 3;

/// Shapes in which each is to be shown: where most tools go wrong.
const ALL: &[Shape] = &[Shape::Heredoc, Shape::Branch];

#[test]
fn each_manager_is_shown_in_several_shapes() {
    let mut shown: BTreeMap<&str, BTreeSet<Shape>> = BTreeMap::new();
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    for path in dockerfiles("package_caches/cases") {
        let bytes = std::fs::read(&path).expect("readable");
        let dockerfile = Dockerfile::new(RelPath::root(), Context::Unknown(String::new()), bytes);
        let mut here: BTreeSet<&str> = BTreeSet::new();
        let steps = Steps::of(&dockerfile);
        for step in steps.all() {
            for call in step.calls() {
                let Some((manager, Action::Fill)) = usage::manager(call) else { continue };
                here.insert(manager.name);
                shown.entry(manager.name).or_default().extend(shapes(step, call, manager));
            }
        }
        for name in here {
            *cases.entry(name).or_default() += 1;
        }
    }
    let table: Vec<String> = MANAGERS
        .iter()
        .map(|manager| {
            let shapes = shown.get(manager.name);
            format!("{}: {} cases, {shapes:?}", manager.name, cases.get(manager.name).unwrap_or(&0))
        })
        .collect();
    let lacking: Vec<&str> = MANAGERS
        .iter()
        .filter(|manager| {
            let shapes = shown.get(manager.name).cloned().unwrap_or_default();
            let few = cases.get(manager.name).is_none_or(|count| *count < LEAST);
            few || shapes.len() < LEAST || !ALL.iter().all(|shape| shapes.contains(shape))
        })
        .map(|manager| manager.name)
        .collect();
    assert!(lacking.is_empty(), "too few shapes for {lacking:?}\n{}", table.join("\n"));
}

/// apt has a pass of its own, with cases of its own.
#[test]
fn apt_is_shown_in_several_shapes() {
    let mut shown: BTreeSet<Shape> = BTreeSet::new();
    for path in dockerfiles("apt_caches/cases") {
        let bytes = std::fs::read(&path).expect("readable");
        let dockerfile = Dockerfile::new(RelPath::root(), Context::Unknown(String::new()), bytes);
        for step in Steps::of(&dockerfile).all() {
            let installs = |call: &&Call<'_>| {
                matches!(call.program.as_str(), "apt" | "apt-get")
                    && call.values().any(|value| value == "install")
            };
            for call in step.calls().iter().filter(installs) {
                shown.extend(where_it_stands(step, call));
                let deletes = |call: &Call<'_>| {
                    let lists = call.args.iter().any(|arg| arg.text.contains("/var/lib/apt/lists"));
                    (call.program == "rm" && lists) || call.values().any(|value| value == "clean")
                };
                shown.extend(step.calls().iter().any(deletes).then_some(Shape::Defeated));
            }
        }
    }
    assert!(ALL.iter().all(|shape| shown.contains(shape)) && shown.len() >= LEAST, "apt: {shown:?}");
}

/// The shapes that any command may have.
fn where_it_stands(step: &Step<'_>, call: &Call<'_>) -> BTreeSet<Shape> {
    let mut shapes = BTreeSet::new();
    if step.model().stages().len() > 1 {
        shapes.insert(Shape::Stages);
    }
    if !step.instruction.heredocs.is_empty() {
        shapes.insert(Shape::Heredoc);
    }
    if call.is_in_list_of_branch() {
        shapes.insert(Shape::Branch);
    }
    shapes
}

fn shapes(step: &Step<'_>, call: &Call<'_>, manager: &'static Manager) -> BTreeSet<Shape> {
    let mut shapes = where_it_stands(step, call);
    let by_root = manager.as_root || step.account().is_ok_and(|account| account.owner.is_none());
    shapes.insert(if by_root { Shape::Root } else { Shape::User });
    if manager.caches.iter().any(|cache| is_moved(step, call, cache)) {
        shapes.insert(Shape::Moved);
    }
    let empties = step.calls().iter().any(|other| {
        let own = usage::manager(other)
            .is_some_and(|(found, action)| found.name == manager.name && action == Action::Empty);
        let removes = other.program == "rm" && other.args.iter().any(|arg| is_of(manager, &arg.text));
        own || removes
    });
    if empties || !usage::switches(call, manager).is_empty() || usage::is_switched_off(step, call, manager) {
        shapes.insert(Shape::Defeated);
    }
    shapes
}

/// Whether a path is one of the manager's caches, or above it, by its end.
fn is_of(manager: &Manager, text: &str) -> bool {
    manager.caches.iter().any(|cache| {
        let name = cache.below_home.trim_start_matches(['.', '/']);
        let first = name.split('/').next().unwrap_or_default();
        text.contains(name) || (!cache.is_fixed() && text.contains(first))
    })
}

fn is_moved(step: &Step<'_>, call: &Call<'_>, cache: &Cache) -> bool {
    let by_variable =
        cache.variables.iter().any(|(name, _)| matches!(usage::value(step, call, name), Lookup::Set(_)));
    let by_option =
        cache.option.is_some_and(|option| !matches!(usage::option_value(call, option), OptionValue::Absent));
    (by_variable || by_option) && folder::on_image(step, cache).is_none()
}

fn dockerfiles(cases: &str) -> Vec<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join(cases);
    let folders = std::fs::read_dir(cases).expect("a folder");
    let mut found: Vec<PathBuf> = folders
        .map(|folder| folder.expect("an entry").path().join("Dockerfile"))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}
