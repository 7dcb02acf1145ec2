//! The direct requirements per group, without a resolution: for people who want the split and have no lock.

use std::fmt::Write as _;

use crate::error::{Error, ErrorKind, Result};
use crate::groups::Groups;
use crate::manifest::{DeclaredSource, Dependency, Manifest};
use crate::resolution::{IndexRole, When};
use crate::selection::Wanted;
use crate::write::{GeneratedFile, MARK, file_name};

/// Writes the manifest's own requirements, group by group. Each file would be resolved by itself, and versions of
/// what they share may differ: the header says so.
pub fn direct_files(manifest: &Manifest, wanted: &Wanted, groups: &Groups) -> Result<Vec<GeneratedFile>> {
    let names: Vec<_> = groups.names().collect();
    let rest = names.iter().position(|name| *name == groups.rest()).unwrap_or_default();
    let mut lists: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    for (when, dependency) in manifest.all_dependencies() {
        let asked = match &when {
            When::Always => wanted.main,
            When::Extra(name) => wanted.extras.has(name.as_str()),
            When::Group(name) => wanted.groups.has(name.as_str()),
        };
        let itself = manifest.name.as_ref() == Some(&dependency.requirement.name);
        if !asked || itself {
            continue;
        }
        let text = text(manifest, dependency)?;
        let group = groups.of(&dependency.requirement.name, true).unwrap_or(rest);
        if let Some(list) = lists.get_mut(group)
            && !list.contains(&text)
        {
            list.push(text);
        }
    }
    let mut files = Vec::new();
    for (name, mut list) in names.into_iter().zip(lists).filter(|(_, list)| !list.is_empty()) {
        list.sort();
        let mut text = format!(
            "{MARK} --direct from {}: group {name}, direct requirements.\n\
             # NO RESOLUTION: each file is resolved by itself, and versions of what they share may differ.\n",
            manifest.path.rsplit('/').next().unwrap_or(&manifest.path)
        );
        for index in &manifest.indexes {
            let option = match index.role {
                IndexRole::Default => "--index-url",
                IndexRole::Extra | IndexRole::Explicit => "--extra-index-url",
                IndexRole::FindLinks => "--find-links",
            };
            let _ = writeln!(text, "{option} {}", index.url);
        }
        for line in list {
            text.push_str(&line);
            text.push('\n');
        }
        files.push(GeneratedFile { name: file_name(name.as_str()), text });
    }
    Ok(files)
}

fn text(manifest: &Manifest, dependency: &Dependency) -> Result<String> {
    let requirement = &dependency.requirement;
    let refuse = |message: String| {
        Error::new(ErrorKind::Unsupported, dependency.place.clone(), message)
            .with_way_out("make a lock: `dockfit lock`")
    };
    if let Some(constraint) = &dependency.unwritable {
        let message = format!("`{constraint}` of `{}` has no form in a requirements file", requirement.name);
        return Err(refuse(message));
    }
    let declared = manifest.sources.get(&requirement.name).and_then(|sources| sources.first());
    let extras = crate::requirement::extras_text(&requirement.extras);
    let mut text = match dependency.source.as_ref().or(declared) {
        None | Some(DeclaredSource::Index(_)) => requirement.head(),
        Some(DeclaredSource::Git { url, reference }) => {
            let at = reference.as_ref().map(|reference| format!("@{reference}")).unwrap_or_default();
            format!("{}{extras} @ git+{url}{at}", requirement.written_name)
        }
        Some(DeclaredSource::Url(url)) => format!("{}{extras} @ {url}", requirement.written_name),
        Some(DeclaredSource::Path { .. } | DeclaredSource::Workspace) => {
            let message = format!("`{}` is a folder of the project", requirement.name);
            return Err(refuse(message));
        }
    };
    if let Some(marker) = requirement.marker.text() {
        let _ = write!(text, " ; {marker}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::manifest::read_manifest;

    fn direct(text: &str) -> String {
        let files = BTreeMap::from([("pyproject.toml".to_owned(), text.to_owned())]);
        let manifest = read_manifest(&files, "pyproject.toml").expect("a manifest");
        let groups = Groups::well_known().expect("the table");
        match direct_files(&manifest, &Wanted::default(), &groups) {
            Ok(files) => files.into_iter().map(|file| format!("==> {}\n{}", file.name, file.text)).collect(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_requirements_are_the_manifests_own() {
        let text = "[project]\nname = \"app\"\ndependencies = [\"Redis>=5\", \"torch ; os_name == 'posix'\", \"FastAPI[all]\"]\n\
                    [[tool.uv.index]]\nname = \"cpu\"\nurl = \"https://index.example/cpu\"\nexplicit = true\n";
        insta::assert_snapshot!(direct(text), @r"
        ==> requirements-core.txt
        # Made by dockfit split --direct from pyproject.toml: group core, direct requirements.
        # NO RESOLUTION: each file is resolved by itself, and versions of what they share may differ.
        --extra-index-url https://index.example/cpu
        FastAPI[all]
        ==> requirements-ai.txt
        # Made by dockfit split --direct from pyproject.toml: group ai, direct requirements.
        # NO RESOLUTION: each file is resolved by itself, and versions of what they share may differ.
        --extra-index-url https://index.example/cpu
        torch ; os_name == 'posix'
        ==> requirements-app.txt
        # Made by dockfit split --direct from pyproject.toml: group app, direct requirements.
        # NO RESOLUTION: each file is resolved by itself, and versions of what they share may differ.
        --extra-index-url https://index.example/cpu
        Redis>=5
        ");
    }

    #[test]
    fn what_has_no_form_is_refused() {
        let text = "[tool.poetry.dependencies]\nredis = \"^4 || ^5\"\n";
        insta::assert_snapshot!(
            direct(text),
            @"pyproject.toml:2:1: `^4 || ^5` of `redis` has no form in a requirements file; make a lock: `dockfit lock`"
        );
        let text = "[tool.poetry.dependencies]\nlib = {path = \"lib\"}\n";
        insta::assert_snapshot!(
            direct(text),
            @"pyproject.toml:2:7: `lib` is a folder of the project; make a lock: `dockfit lock`"
        );
    }
}
