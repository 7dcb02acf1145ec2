//! One resolution in disjoint groups: together exactly what a single install would be.

use std::collections::BTreeSet;

use crate::error::{Error, ErrorKind, Result};
use crate::groups::Groups;
use crate::name::Name;
use crate::resolution::{Index, IndexRole, Package, Resolution, Source};
use crate::selection::Selection;

/// The groups, in their order, and what goes into none.
#[derive(Debug, Clone)]
pub struct Partition {
    /// The groups; those without packages are left out.
    pub parts: Vec<Part>,
    /// What cannot be installed with the others (indices into [`Selection::items`]).
    pub apart: Vec<Apart>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: Name,
    /// Its packages (indices into [`Selection::items`]), sorted by name.
    pub items: Vec<usize>,
    /// With each: the direct dependencies *of this group* that bring it, or where there is none, one of another
    /// group. All of them are not told: the file of a group must not change when another group does.
    pub via: Vec<Vec<usize>>,
}

/// A package that is installed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// An index into [`Selection::items`].
    pub item: usize,
    /// Why.
    pub reason: ApartReason,
    /// The direct dependencies that bring it.
    pub via: Vec<usize>,
}

/// Why a package goes into no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApartReason {
    /// It is made from files of the repository: install it after they are copied, with `--no-deps`.
    Local,
    /// It is a commit of a repository, for which there is no hash; the others have hashes, and an installer
    /// that sees one wants one for each.
    NoHash,
}

/// Divides a selection.
pub fn partition(resolution: &Resolution, selection: &Selection, groups: &Groups) -> Result<Partition> {
    let places = |item: usize| -> Option<&Package> {
        selection.items.get(item).and_then(|one| resolution.packages.get(one.package))
    };
    let count = groups.names().count();
    let rest = groups.names().position(|name| name == groups.rest()).unwrap_or(count.saturating_sub(1));
    let mut starts: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (item, selected) in selection.items.iter().enumerate() {
        let named = places(item).and_then(|package| groups.of(&package.name, selected.direct));
        match named {
            Some(group) => starts.get_mut(group).into_iter().for_each(|list| list.push(item)),
            None if selected.direct => {
                starts.get_mut(rest).into_iter().for_each(|list| list.push(item));
            }
            None => {}
        }
    }
    let mut of: Vec<Option<usize>> = vec![None; selection.items.len()];
    for (group, starts) in starts.iter().enumerate() {
        for item in closure(selection, starts) {
            if let Some(place) = of.get_mut(item) {
                place.get_or_insert(group);
            }
        }
    }
    let names: Vec<Name> = groups.names().cloned().collect();
    divide(resolution, selection, &names, &of, rest)
}

/// Makes the parts from each item's group; what has none goes to the group `rest`.
pub(crate) fn divide(
    resolution: &Resolution,
    selection: &Selection,
    names: &[Name],
    of: &[Option<usize>],
    rest: usize,
) -> Result<Partition> {
    let hashed = check_hashes(resolution, selection)?;
    let brings = brings(selection);
    let via_of = |item: usize| brings.get(item).cloned().unwrap_or_default();
    let mut apart = Vec::new();
    let mut parts: Vec<Part> =
        names.iter().map(|name| Part { name: name.clone(), items: Vec::new(), via: Vec::new() }).collect();
    for (item, selected) in selection.items.iter().enumerate() {
        let Some(package) = resolution.packages.get(selected.package) else { continue };
        if package.source.is_local() {
            apart.push(Apart { item, reason: ApartReason::Local, via: via_of(item) });
        } else if hashed && package.files.is_empty() {
            apart.push(Apart { item, reason: ApartReason::NoHash, via: via_of(item) });
        } else {
            // What nothing reaches (a lock without edges) is with the rest.
            let group = of.get(item).copied().flatten().unwrap_or(rest);
            parts.get_mut(group).into_iter().for_each(|part| part.items.push(item));
        }
    }
    for part in &mut parts {
        part.via = via(selection, &brings, part);
    }
    parts.retain(|part| !part.items.is_empty());
    Ok(Partition { parts, apart })
}

/// Everything that these items need, themselves included.
fn closure(selection: &Selection, starts: &[usize]) -> Vec<usize> {
    let mut seen = vec![false; selection.items.len()];
    let mut found = Vec::new();
    let mut open: Vec<usize> = starts.to_vec();
    while let Some(item) = open.pop() {
        if let Some(seen) = seen.get_mut(item)
            && !std::mem::replace(seen, true)
        {
            found.push(item);
            open.extend(selection.needs.get(item).into_iter().flatten().copied());
        }
    }
    found
}

/// With each item: the direct dependencies that bring it, but not itself.
fn brings(selection: &Selection) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); selection.items.len()];
    for (direct, _) in selection.items.iter().enumerate().filter(|(_, item)| item.direct) {
        for item in closure(selection, &[direct]).into_iter().filter(|item| *item != direct) {
            found.get_mut(item).into_iter().for_each(|list| list.push(direct));
        }
    }
    found
}

fn via(selection: &Selection, brings: &[Vec<usize>], part: &Part) -> Vec<Vec<usize>> {
    let of_item = |item: &usize| {
        let all = brings.get(*item).map_or(&[][..], Vec::as_slice);
        let own: Vec<usize> =
            all.iter().copied().filter(|direct| part.items.binary_search(direct).is_ok()).collect();
        // Something must bring it: where nothing of the group does, the first of the others stands for them.
        let direct = selection.items.get(*item).is_some_and(|item| item.direct);
        if own.is_empty() && !direct { all.iter().copied().take(1).collect() } else { own }
    };
    part.items.iter().map(of_item).collect()
}

/// Do the packages have hashes? All that can have one must, if one has.
fn check_hashes(resolution: &Resolution, selection: &Selection) -> Result<bool> {
    let packages = || selection.items.iter().filter_map(|item| resolution.packages.get(item.package));
    let has = |package: &&Package| package.files.iter().any(|file| file.hash.is_some());
    let Some(with) = packages().find(has) else { return Ok(false) };
    let without = packages().find(|package| {
        !has(package)
            && match &package.source {
                Source::Index { .. } | Source::Url { .. } => true,
                Source::Path { directory, .. } => !directory,
                Source::Git { .. } | Source::Project { .. } => false,
            }
    });
    match without {
        None => Ok(true),
        Some(package) => {
            let message = format!("`{}` has no hash, `{}` has", package.name, with.name);
            Err(Error::new(ErrorKind::MissingHash, package.place.clone(), message)
                .in_field(&package.field)
                .with_way_out("lock again, with hashes for all"))
        }
    }
}

/// The indexes that the packages of a part come from, as far as the manifest or the lock declares them.
///
/// The default one and those beside it are for every part: which one serves a package is only known where
/// the lock says so.
pub fn indexes_of<'a>(resolution: &'a Resolution, selection: &Selection, part: &Part) -> Vec<&'a Index> {
    let mut urls: BTreeSet<&str> = BTreeSet::new();
    let mut unknown = false;
    for item in &part.items {
        let package = selection.items.get(*item).and_then(|one| resolution.packages.get(one.package));
        match package.map(|package| &package.source) {
            Some(Source::Index { url: Some(url) }) => {
                urls.insert(url.trim_end_matches('/'));
            }
            Some(Source::Index { url: None }) => unknown = true,
            _ => {}
        }
    }
    let used = |index: &&Index| {
        let named = urls.contains(index.url.trim_end_matches('/'));
        match index.role {
            IndexRole::Explicit => named,
            IndexRole::Default | IndexRole::FindLinks => true,
            IndexRole::Extra => named || unknown,
        }
    };
    resolution.indexes.iter().filter(used).collect()
}
