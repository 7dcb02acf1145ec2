//! What of a resolution is installed: the walk from the project over what needs what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::conflicts;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::fresh::renew;
use crate::marker::{Environment, Marker, Variable};
use crate::name::Name;
use crate::resolution::{Edge, LockKind, Package, Resolution, Source, When};
use crate::settle;

/// What of the project is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its dependencies (not with `--only-group`).
    pub main: bool,
    /// Its extras.
    pub extras: Choice,
    /// Its dependency groups.
    pub groups: Choice,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { main: true, extras: Choice::none(), groups: Choice::none() }
    }
}

/// Names that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Every one.
    All,
    /// These.
    Only(BTreeSet<Name>),
}

impl Choice {
    /// None.
    pub fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    /// Is this one asked for?
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => Name::new(name).is_some_and(|name| names.contains(&name)),
        }
    }
}

impl Wanted {
    fn has(&self, when: &When) -> bool {
        match when {
            When::Always => self.main,
            When::Extra(name) => self.extras.has(name.as_str()),
            When::Group(name) => self.groups.has(name.as_str()),
        }
    }
}

/// One package that is installed.
#[derive(Debug, Clone)]
pub struct Selected {
    /// An index into [`Resolution::packages`].
    pub package: usize,
    /// When it is installed: what is left of it in the environment.
    pub marker: Marker,
    /// With which of its extras; they are resolved already, and only told for the reader.
    pub extras: BTreeSet<Name>,
    /// Is it a direct dependency?
    pub direct: bool,
}

/// What is installed, by name and version.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The packages, without the project and its workspace's members.
    pub items: Vec<Selected>,
    /// What needs what of them (indices into `items`), as far as the lock says so.
    pub needs: Vec<Vec<usize>>,
    /// Members of the workspace that are installed too, the project itself first.
    pub members: Vec<usize>,
}

/// Finds what is installed.
pub fn select(resolution: &Resolution, wanted: &Wanted, environment: &Environment) -> Result<Selection> {
    check_wanted(resolution, wanted)?;
    let here = environment.marker().and(&resolution.requires_python);
    let mut walk = Walk::new(resolution, wanted, &here);
    walk.run()?;
    // One that leaves to the installer which version it takes.
    if resolution.kind == LockKind::Poetry {
        while let Some(others) = settle::others(resolution, &walk.reached_by(), &here) {
            let mut left_out = walk.left_out;
            left_out.extend(others);
            walk = Walk { left_out, ..Walk::new(resolution, wanted, &here) };
            walk.run()?;
        }
    }
    let mut items = Vec::new();
    let mut position = BTreeMap::new();
    let mut order: Vec<(usize, &Package)> = resolution.packages.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| key(a).cmp(&key(b)));
    for (package, entry) in order {
        if resolution.is_member(package) {
            continue;
        }
        let Some(marker) = walk.marker_of(package) else { continue };
        let Some(marker) = reduce(&here, &marker) else { continue };
        position.insert(package, items.len());
        items.push(Selected {
            package,
            marker,
            extras: walk.extras_of(package),
            direct: walk.direct.contains(&package)
                && resolution.direct.as_ref().is_none_or(|names| names.contains(&entry.name)),
        });
    }
    let reached = |from: usize, when: &When| walk.markers.contains_key(&(from, when.clone()));
    conflicts::refuse(resolution, &items, &here, &reached)?;
    let mut needs = vec![Vec::new(); items.len()];
    for (from, to) in &walk.active {
        if let (Some(from), Some(to)) = (position.get(from), position.get(to))
            && let Some(list) = needs.get_mut(*from)
        {
            list.push(*to);
        }
    }
    refuse_unpinned(resolution, &items)?;
    let members = resolution.members.iter().copied().filter(|at| walk.reached(*at)).collect();
    Ok(Selection { items, needs, members })
}

/// Whether each marker of the lock holds everywhere in `environment`, or nowhere: then a part of that environment selects the
/// same.
pub(crate) fn is_decided(resolution: &Resolution, wanted: &Wanted, environment: &Environment) -> bool {
    let here = environment.marker().and(&resolution.requires_python);
    let walk = Walk::new(resolution, wanted, &here);
    let mut decided: Vec<&Marker> = Vec::new();
    let own = resolution.packages.iter().map(|package| &package.marker);
    let of_edges = resolution.packages.iter().flat_map(|package| &package.edges).map(|edge| &edge.marker);
    own.chain(of_edges).all(|marker| {
        if marker.is_always() || decided.contains(&marker) {
            return true;
        }
        decided.push(marker);
        reduce(&here, &walk.chosen(marker)).is_none_or(|left| left.is_always())
    })
}

/// A package of an index to which the lock gives no version: an installer would take any.
fn refuse_unpinned(resolution: &Resolution, items: &[Selected]) -> Result<()> {
    let packages = items.iter().filter_map(|item| resolution.packages.get(item.package));
    let unpinned =
        |package: &&Package| package.version.is_none() && matches!(package.source, Source::Index { .. });
    match packages.into_iter().find(unpinned) {
        None => Ok(()),
        Some(package) => {
            let message =
                format!("`{}` has no version in the lock, so that any would be installed", package.name);
            let command = renew(resolution.kind);
            Err(Error::new(ErrorKind::MissingField, package.place.clone(), message)
                .in_field(&package.field)
                .with_way_out(format!(
                    "run `{command}` where the package is needed, or give it a version in the manifest"
                )))
        }
    }
}

fn key(package: &Package) -> (&Name, Option<&str>) {
    (&package.name, package.version.as_deref())
}

/// What is left of a marker where `here` holds; `None` where it cannot hold.
fn reduce(here: &Marker, marker: &Marker) -> Option<Marker> {
    if marker.is_always() {
        return Some(Marker::always());
    }
    if marker.is_disjoint(here) || marker.and(here).is_never() {
        return None;
    }
    if here.implies(marker) { Some(Marker::always()) } else { Some(marker.clone()) }
}

fn check_wanted(resolution: &Resolution, wanted: &Wanted) -> Result<()> {
    if matches!(resolution.kind, LockKind::Compiled | LockKind::Pylock) {
        // These were made for one choice, or name theirs only in markers.
        return Ok(());
    }
    let choices = resolution.choices();
    let extras = match &wanted.extras {
        Choice::Only(names) => names.iter().map(|name| ("extra", When::Extra(name.clone()))).collect(),
        Choice::All => Vec::new(),
    };
    let groups = match &wanted.groups {
        Choice::Only(names) => names.iter().map(|name| ("group", When::Group(name.clone()))).collect(),
        Choice::All => Vec::new(),
    };
    for (what, when) in extras.into_iter().chain(groups) {
        // An extra without dependencies leaves no trace in some locks; nothing to install is no mistake.
        let (When::Extra(name) | When::Group(name)) = &when else { continue };
        let known: Vec<&str> = choices
            .iter()
            .filter_map(|choice| match (choice, &when) {
                (When::Extra(name), When::Extra(_)) | (When::Group(name), When::Group(_)) => {
                    Some(name.as_str())
                }
                _ => None,
            })
            .collect();
        if !choices.contains(&when) && !known.is_empty() {
            let message = format!("the project has no {what} `{name}`; it has {}", known.join(", "));
            return Err(Error::new(ErrorKind::InvalidValue, Place::file(&resolution.path), message));
        }
    }
    Ok(())
}

struct Walk<'a> {
    resolution: &'a Resolution,
    wanted: &'a Wanted,
    here: &'a Marker,
    markers: BTreeMap<(usize, When), Marker>,
    queue: VecDeque<(usize, When)>,
    direct: BTreeSet<usize>,
    active: BTreeSet<(usize, usize)>,
    /// Packages that are not installed, whatever leads to them.
    left_out: BTreeSet<usize>,
}

impl<'a> Walk<'a> {
    fn new(resolution: &'a Resolution, wanted: &'a Wanted, here: &'a Marker) -> Self {
        Self {
            resolution,
            wanted,
            here,
            markers: BTreeMap::new(),
            queue: VecDeque::new(),
            direct: BTreeSet::new(),
            active: BTreeSet::new(),
            left_out: BTreeSet::new(),
        }
    }

    fn run(&mut self) -> Result<()> {
        if let Some(member) = self.resolution.members.first().copied() {
            let edges = self.resolution.packages.get(member).into_iter().flat_map(|package| &package.edges);
            let mut whens: BTreeSet<When> = edges.map(|edge| edge.when.clone()).collect();
            whens.insert(When::Always);
            for when in whens.into_iter().filter(|when| self.wanted.has(when)) {
                self.add(member, when, &Marker::always());
            }
        }
        if self.resolution.flat {
            for at in 0..self.resolution.packages.len() {
                self.add(at, When::Always, &Marker::always());
            }
        }
        while let Some((from, when)) = self.queue.pop_front() {
            let Some(package) = self.resolution.packages.get(from) else { continue };
            let Some(marker) = self.markers.get(&(from, when.clone())).cloned() else { continue };
            for edge in package.edges.iter().filter(|edge| edge.when == when) {
                self.follow(from, package, edge, &marker)?;
            }
        }
        Ok(())
    }

    fn follow(&mut self, from: usize, package: &Package, edge: &Edge, marker: &Marker) -> Result<()> {
        let reached = marker.and(&self.chosen(&edge.marker));
        if reached.is_disjoint(self.here) || reached.and(self.here).is_never() {
            return Ok(());
        }
        let Some(to) = edge.to else {
            let needs = format!("`{}` needs `{}`, which the lock does not hold", package.name, edge.name);
            return Err(Error::new(ErrorKind::MissingPackage, package.place.clone(), needs)
                .in_field(&package.field)
                .with_way_out("lock again"));
        };
        if self.left_out.contains(&to) {
            return Ok(());
        }
        self.active.insert((from, to));
        if self.resolution.is_member(from) && !self.resolution.is_member(to) {
            self.direct.insert(to);
        }
        self.add(to, When::Always, &reached);
        for extra in &edge.extras {
            self.add(to, When::Extra(extra.clone()), &reached);
        }
        Ok(())
    }

    fn add(&mut self, package: usize, when: When, marker: &Marker) {
        let key = (package, when);
        let old = self.markers.get(&key).cloned().unwrap_or_else(Marker::never);
        let new = old.or(marker);
        if new != old {
            self.markers.insert(key.clone(), new);
            self.queue.push_back(key);
        }
    }

    /// What is installed of each package, and when.
    fn reached_by(&self) -> BTreeMap<(usize, When), Marker> {
        let reached = self.markers.iter().filter(|((at, _), _)| !self.left_out.contains(at));
        reached.map(|(key, marker)| (key.clone(), self.chosen(marker))).collect()
    }

    fn reached(&self, package: usize) -> bool {
        self.keys_of(package).next().is_some()
    }

    fn keys_of(&self, package: usize) -> impl Iterator<Item = (&When, &Marker)> {
        self.markers
            .range((package, When::Always)..)
            .take_while(move |((at, _), _)| *at == package)
            .map(|((_, when), marker)| (when, marker))
    }

    fn marker_of(&self, package: usize) -> Option<Marker> {
        let own = self.chosen(&self.resolution.packages.get(package)?.marker);
        let walked = self.markers.get(&(package, When::Always))?;
        let marker = walked.and(&own);
        (!marker.is_never()).then_some(marker)
    }

    fn extras_of(&self, package: usize) -> BTreeSet<Name> {
        let own = self.resolution.packages.get(package).into_iter().flat_map(|one| one.extras.clone());
        let asked = self.keys_of(package).filter_map(|(when, _)| match when {
            When::Extra(name) => Some(name.clone()),
            _ => None,
        });
        own.chain(asked).collect()
    }

    /// A marker with the extras and groups that are asked for put in.
    fn chosen(&self, marker: &Marker) -> Marker {
        let project = self.resolution.project().map(|project| project.name.as_str());
        marker.with_choices(&|_: Variable, name| Some(is_chosen(self.wanted, project, name)))
    }
}

/// Is an extra or group of the project asked for, whatever form its name has in a marker?
fn is_chosen(wanted: &Wanted, project: Option<&str>, name: &str) -> bool {
    if let Some(group) = name.strip_prefix(Marker::GROUP_PREFIX) {
        return wanted.groups.has(group);
    }
    // uv writes `extra-6-my-app-gpu` and `group-6-my-app-dev` where extras conflict:
    // the length and name of the package, then the extra.
    for (prefix, choice) in [("extra-", &wanted.extras), ("group-", &wanted.groups)] {
        let encoded = name.strip_prefix(prefix).and_then(|rest| rest.split_once('-'));
        if let Some((length, rest)) = encoded
            && let Ok(length) = length.parse::<usize>()
            && let Some((package, extra)) = rest.split_at_checked(length)
            && let Some(extra) = extra.strip_prefix('-')
        {
            return project == Some(package) && choice.has(extra);
        }
    }
    wanted.extras.has(name)
}
