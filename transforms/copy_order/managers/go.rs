//! Go modules. Source: "Go Modules Reference" (`go mod download`, `go.work`, `replace`, vendoring) of Go 1.25; read
//! 2026-11-24.

use super::{Ahead, Install, Manager, Reading};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;
use dockfit_shell::Lookup;

/// The go command.
pub(super) static GO: Manager = Manager { name: "go", programs: &["go"], read };

/// Commands that build, and download what they need on the way.
const BUILDS: &[&str] = &["build", "install", "test", "vet", "run", "generate", "list"];

/// Variables that say where modules come from. One set for a build alone would have to be set for the download, too.
const SOURCES: &[&str] = &[
    "GOFLAGS",
    "GOPROXY",
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOSUMDB",
    "GOWORK",
    "GO111MODULE",
    "GOMODCACHE",
    "GOPATH",
];

fn read(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words: Vec<&str> = call.values().collect();
    match words.as_slice() {
        ["mod", "download", rest @ ..] => {
            if let Some(named) = rest.iter().find(|word| !word.starts_with('-')) {
                return Reading::refused(
                    "named-modules",
                    format!("`{named}` is downloaded by name"),
                    "download all modules",
                );
            }
            modules(folder, Ahead::Itself)
        }
        ["env" | "version" | "clean", ..] => Reading::Idle,
        ["get", ..] | ["mod", "tidy" | "vendor", ..] => {
            let text = format!("`go {}` reads the imports of the source", words.join(" "));
            Reading::needs_source(text, "run go mod download first, and commit go.mod and go.sum")
        }
        [subcommand, rest @ ..] if BUILDS.contains(subcommand) => {
            // `go install tool@version` is no build of the project.
            if rest.iter().any(|word| word.contains('@')) && *subcommand != "build" {
                return Reading::Idle;
            }
            if words.iter().any(|word| {
                word.starts_with("-C") || word.starts_with("-mod") || word.starts_with("-modfile")
            }) {
                let text = "an option says where the modules are";
                return Reading::refused(
                    "options",
                    text,
                    "copy go.mod and go.sum and run go mod download first by hand",
                );
            }
            if let Some(set) = call.assignments.iter().find(|set| SOURCES.contains(&set.name.as_str())) {
                let text = format!("`{}` is set for this command alone", set.name);
                return Reading::refused("options", text, "set it with ENV");
            }
            modules(folder, Ahead::Other("go mod download"))
        }
        _ => Reading::Other,
    }
}

fn modules(folder: &Folder<'_>, ahead: Ahead) -> Reading {
    let download = ahead == Ahead::Itself;
    if !folder.has("go.mod") && !folder.has("go.work") {
        // A module above the folder, or no module at all.
        let above = folder.path.match_indices('/').map(|(at, _)| &folder.path[..at]).rev();
        let found = above
            .into_iter()
            .any(|path| folder.folder(if path.is_empty() { "/" } else { path }).has("go.mod"));
        if found {
            let text = "the command does not run in the module's folder";
            return Reading::refused("other-folder", text, "run it from the folder of go.mod");
        }
        // Without a module nothing is downloaded ahead.
        return if download { Reading::no_manifest(folder, "go.mod") } else { Reading::Other };
    }
    let vendored = folder.has("vendor/modules.txt");
    let mod_flag =
        matches!(folder.step.variable("GOFLAGS"), Lookup::Set(flags) if flags.contains("-mod=vendor"));
    if (vendored || mod_flag) && !download {
        // Nothing is downloaded.
        return Reading::Other;
    }
    let requires = |text: Option<String>| text.is_some_and(|text| !entries(&text, "require").is_empty());
    if !download && !folder.has("go.work") && !requires(folder.text("go.mod")) {
        return Reading::Other;
    }
    let mut install = Install {
        files: folder.present(&["go.mod", "go.sum", "go.work", "go.work.sum"]),
        ahead,
        ..Install::default()
    };
    let mut manifests = vec![folder.text("go.mod").unwrap_or_default()];
    let mut folders: Vec<String> = Vec::new();
    let work = folder
        .text("go.work")
        .filter(|_| !matches!(folder.step.variable("GOWORK"), Lookup::Set(value) if value == "off"));
    for member in work.as_deref().map(|text| entries(text, "use")).unwrap_or_default() {
        let member = member.trim_matches('"');
        if member != "." {
            folders.push(member.to_owned());
        }
    }
    if let Some(text) = work {
        manifests.push(text);
    }
    let mut seen = Vec::new();
    while let Some(text) = manifests.pop() {
        for entry in entries(&text, "replace") {
            let Some((_, target)) = entry.split_once("=>") else { continue };
            let target = target.split_whitespace().next().unwrap_or_default().trim_matches('"');
            if target.starts_with("./") || target.starts_with("../") {
                folders.push(target.to_owned());
            } else if target.starts_with('/') {
                return Reading::needs_source(
                    format!("go.mod takes a module from `{target}`"),
                    "copy that folder first by hand",
                );
            }
        }
        while let Some(member) = folders.pop() {
            let inner = folder.folder(&member);
            if seen.contains(&inner.path) || inner.path == folder.path {
                continue;
            }
            if !inner.has("go.mod") {
                return Reading::no_manifest(&inner, "go.mod");
            }
            if inner
                .text("go.mod")
                .is_some_and(|text| entries(&text, "replace").iter().any(|entry| entry.contains("=> .")))
            {
                let text = format!("`{member}` replaces modules by folders in turn");
                return Reading::needs_source(text, "copy their go.mod files first by hand");
            }
            install.files.extend(inner.present(&["go.mod", "go.sum"]));
            seen.push(inner.path);
        }
    }
    Reading::Installs(install)
}

/// The entries of a directive, one to a line or in brackets (Go Modules Reference, "go.mod files: Grammar").
fn entries(text: &str, directive: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if inside {
            if line == ")" {
                inside = false;
            } else if !line.is_empty() {
                found.push(line.to_owned());
            }
        } else if let Some(rest) =
            line.strip_prefix(directive).filter(|rest| rest.starts_with([' ', '\t', '(']))
        {
            let rest = rest.trim();
            if rest == "(" {
                inside = true;
            } else {
                found.push(rest.to_owned());
            }
        }
    }
    found
}
