//! The COPY lines of manifests.

use std::collections::BTreeSet;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::operation::{Operation, Source};

use super::destination;
use super::manifest::{Copied, is_manifest};
use super::segment::Planned;
use super::write::Text;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;

/// How many instructions may be added for the manifests of one install: each is a layer, of which an image has 127 at most
/// (moby `layer.go`, 2026-11-24), and a line to read.
const MOST_COPIES: usize = 20;

impl Text<'_> {
    /// The COPY lines for what the installs read and a moved copy brings.
    ///
    /// They will stand in the place of the instruction `place`.
    pub(super) fn manifests(
        &self,
        planned: &Planned,
        place: usize,
        given: &mut BTreeSet<String>,
    ) -> Result<Vec<String>, Refusal> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        let installs = planned.installs.found.iter().map(|(_, install, _)| install);
        for install in installs {
            for path in &install.files {
                if !given.insert(path.clone()) || install.folders.iter().any(|folder| is_inside(path, folder))
                {
                    continue;
                }
                let Some(copied) = self.bringing(path) else { continue };
                let Some(file) = copied.files.iter().rfind(|file| file.target == *path) else { continue };
                let (head, base) = self.head(copied.index, place)?;
                let folder = file.below.rsplit_once('/').map_or("", |(folder, _)| folder);
                let target = if folder.is_empty() { base } else { format!("{base}{folder}/") };
                let source = format!("{}{}", self.dot(copied.index), plain(&file.source)?);
                match groups.iter_mut().find(|(known, _)| *known == format!("{head}\0{target}")) {
                    Some((_, sources)) => sources.push(source),
                    None => groups.push((format!("{head}\0{target}"), vec![source])),
                }
            }
            for folder in &install.folders {
                if !given.insert(folder.clone()) {
                    continue;
                }
                let Some(file) = self.moved.iter().rev().find_map(|copied| {
                    let file = copied.files.iter().find(|file| is_inside(&file.target, folder))?;
                    Some((copied.index, file))
                }) else {
                    continue;
                };
                let (index, file) = file;
                let (head, base) = self.head(index, place)?;
                // The folder's own path in the context and below the destination.
                let inner = file.target.strip_prefix(folder.as_str()).unwrap_or_default();
                let source = file.source.strip_suffix(inner).unwrap_or(&file.source);
                let below = file.below.strip_suffix(inner).unwrap_or(&file.below);
                groups.push((
                    format!("{head}\0{base}{}/", plain(below)?),
                    vec![format!("{}{}", self.dot(index), plain(source)?)],
                ));
            }
        }
        for copied in &self.moved {
            let (head, base) = self.head(copied.index, place)?;
            let key = format!("{head}\0{base}");
            if let Some((_, sources)) = groups.iter_mut().find(|(known, _)| *known == key) {
                sources.extend(self.awaited(copied));
            }
        }
        if groups.len() > MOST_COPIES {
            let text = format!("the manifests lie in {} folders, each of which needs a COPY", groups.len());
            let way_out = "copy them with COPY --parents, or prune the workspace in a stage of its own";
            return Err(Refusal::new("many-folders", text, way_out));
        }
        let line = |(key, sources): (String, Vec<String>)| {
            let (head, target) = key.split_once('\0').unwrap_or((&key, "./"));
            format!("{head} {} {target}", sources.join(" "))
        };
        Ok(groups.into_iter().map(line).collect())
    }

    /// Manifests that a copy takes if they are there, and that are not: `poetry.lock*`.
    fn awaited(&self, copied: &Copied) -> Vec<String> {
        let sources = match self.file.dockerfile.model().operation(copied.index) {
            Some(Operation::Copy(copy) | Operation::Add(copy)) => copy.sources.as_slice(),
            _ => &[],
        };
        let missing = |text: &&str| {
            let name = text.strip_prefix("./").unwrap_or(text).strip_suffix('*');
            name.is_some_and(|name| {
                let plain = !name.contains(['/', '*', '?', '[', '$', '\\', '"', '\'']);
                plain && is_manifest(name) && !copied.files.iter().any(|file| file.source.starts_with(name))
            })
        };
        sources.iter().map(|source| source.word().text.as_str()).filter(missing).map(str::to_owned).collect()
    }

    /// The moved copy that a file of the image comes from, unless it is there without it.
    fn bringing(&self, path: &str) -> Option<&Copied> {
        let indices: Vec<usize> = self.moved.iter().map(|copied| copied.index).collect();
        if self.view.is_given_without(path, &indices) {
            return None;
        }
        self.moved.iter().rev().find(|copied| copied.files.iter().any(|file| file.target == path)).copied()
    }

    /// What a COPY of manifests starts with, and the folder it goes to: those of the copy of the source.
    fn head(&self, index: usize, place: usize) -> Result<(String, String), Refusal> {
        let found = self.instruction(index)?;
        let model = self.file.dockerfile.model();
        let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else {
            return Err(Refusal::from(dockfit_rewrite::surgery::CannotEdit::NotText));
        };
        let mut head = self.habits.keyword(Keyword::Copy);
        for flag in &found.command.flags {
            if matches!(flag.name(), "chown" | "chmod" | "link") {
                head.push(' ');
                head.push_str(found.slice(&flag.range));
            }
        }
        let absolute = destination::at(self.file.dockerfile, index, place)?;
        let target = plain(absolute.as_ref().map_or(&copy.destination.text, |absolute| &absolute.path))?;
        let target = target.strip_suffix("/.").unwrap_or(&target);
        let base = if matches!(target, "." | "" | "./") {
            "./".to_owned()
        } else {
            format!("{}/", target.trim_end_matches('/'))
        };
        Ok((head, base))
    }

    /// `./`, where the author writes sources so.
    fn dot(&self, index: usize) -> &'static str {
        let sources = match self.file.dockerfile.model().operation(index) {
            Some(Operation::Copy(copy) | Operation::Add(copy)) => copy.sources.as_slice(),
            _ => &[],
        };
        let dotted = |source: &Source| source.word().text.len() > 2 && source.word().text.starts_with("./");
        if !sources.is_empty() && sources.iter().all(dotted) { "./" } else { "" }
    }
}

/// A path that can stand in a COPY as it is.
fn plain(path: &str) -> Result<String, Refusal> {
    if path.contains([' ', '\t', '"', '\'', '\\', '*', '?', '[', '#'])
        || path.starts_with('-')
        || path.contains("<<")
    {
        let text = format!("`{path}` cannot be written without quotes");
        return Err(Refusal::new("cannot-edit", text, "copy the manifests first by hand"));
    }
    Ok(path.to_owned())
}
