//! dotnet restore. Source: .NET 10 "dotnet restore", "Customize the build by folder", "NuGet.config"; read 2026-11-24.

use super::{Install, Manager, Reading, Words};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;

/// dotnet.
pub(super) static DOTNET: Manager = Manager { name: "dotnet", programs: &["dotnet"], read };

const WITH_VALUE: &[&str] = &[
    "-r",
    "--runtime",
    "-c",
    "--configuration",
    "-o",
    "--output",
    "-s",
    "--source",
    "-a",
    "--arch",
    "--configfile",
    "-f",
    "--framework",
    "-v",
    "--verbosity",
    "--packages",
    "--os",
];

/// Files that a restore reads in the project's folder and in those above it.
const ABOVE: &[&str] = &[
    "Directory.Build.props",
    "Directory.Build.targets",
    "Directory.Packages.props",
    "Directory.Solution.props",
    "nuget.config",
    "NuGet.config",
    "NuGet.Config",
    "global.json",
];

const PROJECTS: &[&str] = &[".csproj", ".fsproj", ".vbproj"];
const SOLUTIONS: &[&str] = &[".sln", ".slnx"];

fn read(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::with_free_values(call, WITH_VALUE, &["restore"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    match words.plain.first() {
        Some(&"restore") => {}
        Some(&("build" | "publish" | "test" | "pack")) if !words.has(&["--no-restore", "--no-build"]) => {
            let text = "dotnet restores while it builds";
            return Reading::refused("no-step", text, "copy the project files and run dotnet restore first");
        }
        Some(&("tool" | "nuget" | "dev-certs" | "workload")) => return Reading::Idle,
        _ => return Reading::Other,
    }
    let roots = match roots(&words, folder) {
        Ok(roots) => roots,
        Err(reading) => return reading,
    };
    let mut install = Install::default();
    let mut todo = roots;
    while let Some(path) = todo.pop() {
        let at = folder.at(&path);
        if install.files.contains(&at) {
            continue;
        }
        let Some(text) = folder.text(&path) else { return Reading::no_manifest(folder, &path) };
        install.files.push(at.clone());
        let parent = at.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
        let is_solution = SOLUTIONS.iter().any(|suffix| path.ends_with(suffix));
        if let Some(import) =
            attribute(&text, "<Import ", "Project").into_iter().next().filter(|_| !is_solution)
        {
            let text = format!("{path} imports `{import}`");
            return Reading::needs_source(text, "copy that file first by hand");
        }
        let named = if is_solution {
            solution_projects(&text)
        } else {
            attribute(&text, "<ProjectReference ", "Include")
        };
        for project in named {
            if project.contains(['$', '*']) {
                let text = format!("{path} names projects by `{project}`");
                return Reading::needs_source(text, "copy the project files first by hand");
            }
            if PROJECTS.iter().any(|suffix| project.ends_with(suffix)) {
                todo.push(format!("{parent}/{}", project.replace('\\', "/")));
            }
        }
        let inner = folder.folder(&parent);
        install.files.extend(inner.present(&["packages.lock.json"]));
        if !is_solution {
            install.writes.push(inner.at("obj"));
        }
        for (end, _) in parent.match_indices('/').chain([(parent.len(), "")]) {
            install.files.extend(folder.folder(if end == 0 { "/" } else { &parent[..end] }).present(ABOVE));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    install.files.retain(|file| seen.insert(file.clone()));
    if !folder.below(".config/dotnet-tools.json").is_empty() {
        install.files.extend(folder.present(&[".config/dotnet-tools.json"]));
    }
    Reading::Installs(install)
}

/// The project or solution that is restored: named, or the only one of the folder.
fn roots(words: &Words<'_>, folder: &Folder<'_>) -> Result<Vec<String>, Reading> {
    let is_root = |path: &str| PROJECTS.iter().chain(SOLUTIONS).any(|suffix| path.ends_with(suffix));
    match words.plain.get(1) {
        Some(path) if is_root(path) => Ok(vec![(*path).to_owned()]),
        named => {
            let inner = folder.folder(named.copied().unwrap_or("."));
            let found: Vec<&str> =
                inner.below(".").into_iter().filter(|path| !path.contains('/') && is_root(path)).collect();
            match found.as_slice() {
                [one] => Ok(vec![inner.at(one)]),
                [] => Err(Reading::no_manifest(&inner, "*.csproj")),
                _ => {
                    let solution: Vec<&&str> = found
                        .iter()
                        .filter(|path| !PROJECTS.iter().any(|suffix| path.ends_with(suffix)))
                        .collect();
                    match solution.as_slice() {
                        [one] => Ok(vec![inner.at(one)]),
                        _ => Err(Reading::refused(
                            "not-understood",
                            "which project is restored cannot be told",
                            "name it",
                        )),
                    }
                }
            }
        }
    }
}

/// The values of an attribute of elements.
fn attribute(text: &str, element: &str, name: &str) -> Vec<String> {
    let key = format!("{name}=\"");
    let elements = text.split(element).skip(1).filter_map(|rest| rest.split('>').next());
    elements
        .filter_map(|element| element.split_once(key.as_str())?.1.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The projects of a solution, in the old text form or in XML.
fn solution_projects(text: &str) -> Vec<String> {
    if text.contains("<Solution") {
        return attribute(text, "<Project ", "Path");
    }
    let lines = text.lines().filter(|line| line.starts_with("Project("));
    lines.filter_map(|line| line.split('"').nth(5)).map(str::to_owned).collect()
}
