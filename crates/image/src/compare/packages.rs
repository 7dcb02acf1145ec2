//! Installed packages, and whether the files of Python's are their own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Aspect, Difference, Part, unequal};
use crate::{Distribution, Image, Manager};

pub(super) fn differences(before: &Image, after: &Image) -> Vec<Difference> {
    let mut found = Vec::new();
    for manager in Manager::ALL {
        let names: BTreeSet<&str> = before
            .packages
            .of_manager(manager)
            .chain(after.packages.of_manager(manager))
            .map(|(name, _)| name)
            .collect();
        for name in names {
            let versions = |image: &Image| {
                let versions = image.packages.versions(manager, name)?;
                Some(versions.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            };
            found.extend(unequal(Aspect::Package(manager), name, versions(before), versions(after)));
        }
    }
    found.extend(broken(before, after));
    found.extend(parts(before, after));
    found
}

/// Which part of a distribution a file is that is gone: one without which the rest can be imported, or none such.
fn part_gone(path: &str) -> Option<Part> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folders.split('/').any(|folder| folder == "tests") {
        return Some(Part::Tests);
    }
    matches!(name.rsplit_once('.'), Some((_, "pyi"))).then_some(Part::Stubs)
}

/// The same of a file with other bytes.
fn part_changed(path: &str) -> Option<Part> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_library = matches!(name.rsplit_once('.'), Some((_, "so"))) || name.contains(".so.");
    is_library.then_some(Part::Symbols)
}

/// The parts of the distributions of `after` that are not as before.
fn parts(before: &Image, after: &Image) -> Vec<Difference> {
    let (was, is) = (numbers(before), numbers(after));
    let differs = |entry: &(&(Part, &str), &usize)| was.get(entry.0) != Some(entry.1);
    is.iter()
        .filter(differs)
        .map(|(key, count)| Difference {
            aspect: Aspect::PackagePart(key.0),
            subject: key.1.to_owned(),
            before: was.get(key).map(|count| told(key.0, *count)),
            after: Some(told(key.0, *count)),
        })
        .collect()
}

/// The number of files of each part and distribution that are not as installed.
fn numbers(image: &Image) -> BTreeMap<(Part, &str), usize> {
    let mut found = BTreeMap::new();
    for distribution in &image.packages.python {
        let gone = distribution.missing.iter().filter_map(|path| part_gone(path));
        let changed = distribution.changed.iter().filter_map(|path| part_changed(path));
        for part in gone.chain(changed) {
            *found.entry((part, distribution.name.as_str())).or_default() += 1;
        }
    }
    found
}

fn told(part: Part, count: usize) -> String {
    match part {
        Part::Stubs => format!("{count} stubs missing"),
        Part::Tests => format!("{count} files of tests missing"),
        Part::Symbols => format!("{count} libraries with other bytes"),
    }
}

/// What is wrong with the distributions of `after`, and was not before.
fn broken(before: &Image, after: &Image) -> Vec<Difference> {
    let (was, is) = (defects(before), defects(after));
    let mut found = Vec::new();
    for (name, defect) in is {
        if was.get(&name) != Some(&defect) {
            let before = was.get(&name).cloned();
            found.push(Difference {
                aspect: Aspect::BrokenPackage,
                subject: name,
                before,
                after: Some(defect),
            });
        }
    }
    found
}

/// By name: what is wrong, beyond the parts without which the rest works.
fn defects(image: &Image) -> BTreeMap<String, String> {
    let mut by_name: BTreeMap<&str, Vec<&Distribution>> = BTreeMap::new();
    for distribution in &image.packages.python {
        by_name.entry(&distribution.name).or_default().push(distribution);
    }
    let mut found = BTreeMap::new();
    for (name, all) in by_name {
        let mut defects = Vec::new();
        let folders: BTreeSet<&str> = all.iter().map(|it| it.folder.as_str()).collect();
        for folder in folders {
            let here: Vec<&str> =
                all.iter().filter(|it| it.folder == folder).map(|it| it.version.as_str()).collect();
            if here.len() > 1 {
                defects.push(format!("installed {} times in /{folder}: {}", here.len(), here.join(", ")));
            }
        }
        for distribution in all {
            let Distribution { version, .. } = distribution;
            let of_it = |files: &'_ [String], part: fn(&str) -> Option<Part>| -> Vec<String> {
                files.iter().filter(|path| part(path).is_none()).cloned().collect()
            };
            let missing = of_it(&distribution.missing, part_gone);
            let changed = of_it(&distribution.changed, part_changed);
            if let Some(first) = missing.iter().min() {
                defects.push(format!("{} of the files of {version} missing, such as {first}", missing.len()));
            }
            if let Some(first) = changed.iter().min() {
                defects.push(format!(
                    "{} of the files of {version} are not its own, such as {first}",
                    changed.len()
                ));
            }
        }
        if !defects.is_empty() {
            found.insert(name.to_owned(), defects.join("; "));
        }
    }
    found
}
