//! Installed packages, and whether the files of Python's are their own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Aspect, Difference, unequal};
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
    found
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

/// By name: what is wrong.
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
            let Distribution { version, missing, changed, .. } = distribution;
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
