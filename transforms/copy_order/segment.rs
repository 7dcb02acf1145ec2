//! A stretch of a stage in which nothing reads the source but what is understood.

use std::collections::BTreeSet;

use dockfit_rewrite::DecisionInfo;

use super::effect::Installs;
use super::manifest::{Copied, is_of_system};
use crate::cache_mounts::path::is_inside;

/// The stretch.
#[derive(Default)]
pub(super) struct Segment {
    /// What is copied from the context in it, in order.
    pub(super) copies: Vec<Copied>,
    /// The installs that will stand ahead of the source.
    pub(super) planned: Vec<Planned>,
}

/// A RUN whose installs will stand ahead of the source.
pub(super) struct Planned {
    /// The RUN.
    pub(super) step: usize,
    pub(super) installs: Installs,
    pub(super) info: &'static DecisionInfo,
    /// The folders that it installs for, and those in which the stage works.
    folders: Vec<String>,
    /// It reads files at the root of the image.
    pub(super) at_root: bool,
}

impl Planned {
    /// `worked`: the folders in which the stage works.
    pub(super) fn new(
        step: usize,
        installs: Installs,
        info: &'static DecisionInfo,
        worked: &BTreeSet<String>,
    ) -> Self {
        let mut folders: Vec<String> = worked.iter().cloned().collect();
        for (_, install, _) in &installs.found {
            // At the root of the image all lies below.
            let parents =
                install.files.iter().filter_map(|file| file.rsplit_once('/')).map(|(parent, _)| parent);
            folders.extend(parents.filter(|parent| !parent.is_empty()).map(str::to_owned));
        }
        folders.sort();
        folders.dedup();
        let at_root = installs
            .found
            .iter()
            .flat_map(|(_, install, _)| &install.files)
            .any(|file| file.rfind('/') == Some(0));
        Self { step, installs, info, folders, at_root }
    }

    /// The files that its installs read.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.installs.found.iter().flat_map(|(_, install, _)| &install.files).map(String::as_str)
    }

    /// Whether a copy brings source of the project that it installs for.
    pub(super) fn needs_before(&self, copied: &Copied) -> bool {
        let is_source = |path: &str| {
            self.folders.iter().any(|folder| is_inside(path, folder)) || (self.at_root && !is_of_system(path))
        };
        copied.index < self.step
            && (copied.whole || copied.files.iter().any(|file| is_source(&file.target)))
            && !self.installs.found.iter().any(|(_, install, _)| copied.is_for(install))
    }
}

impl Segment {
    /// The copies that have to move behind `planned`, by their index here.
    pub(super) fn movers(&self, planned: &Planned) -> Vec<usize> {
        let copies = self.copies.iter().enumerate();
        copies.filter(|(_, copied)| planned.needs_before(copied)).map(|(at, _)| at).collect()
    }
}
