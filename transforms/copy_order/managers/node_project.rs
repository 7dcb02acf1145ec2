//! A package.json and its workspace: what an install reads beyond the manifest, and what makes it need the source.

use serde::Deserialize;
use serde_json::Value;

use super::Install;
use crate::cache_mounts::Refusal;
use crate::copy_order::tree::Folder;

/// Which tool reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tool {
    Npm,
    Yarn,
    Pnpm,
    Bun,
}

impl Tool {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Yarn => "yarn",
            Self::Pnpm => "pnpm",
            Self::Bun => "bun",
        }
    }
}

/// A manifest and its place, relative to the command's folder; empty for the root.
struct Package {
    folder: String,
    json: Value,
}

impl Package {
    /// A path of it, from the command's folder.
    fn path(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) }
    }
}

/// The packages that one install looks at.
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub(super) struct Project {
    tool: Tool,
    packages: Vec<Package>,
    /// yarn 2 or later.
    berry: bool,
    /// pnpm-workspace.yaml is there.
    has_catalogs: bool,
    /// Patches that pnpm-workspace.yaml names.
    patches: Vec<String>,
    /// Plug'n'Play: no `node_modules`.
    pnp: bool,
    pub(super) scripts_off: bool,
    /// Only the lock is read.
    lock_only: bool,
}

/// The scripts that an install of the project itself runs (npm 11 "scripts", "Life Cycle Operation Order").
const LIFECYCLE: &[&str] =
    &["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare", "prepublish"];

/// Commands of such scripts that read no source: guards, git hooks, and what stands aside in CI. `patch-package` reads
/// `patches`, which is copied for it.
const HARMLESS: &[&str] = &[
    "husky",
    "husky install",
    "only-allow",
    "patch-package",
    "is-ci",
    "npx only-allow",
    "simple-git-hooks",
    "lefthook install",
    "exit 0",
    "true",
    "echo",
    "npx husky",
    "npx husky install",
    "npx --yes only-allow",
    "npx -y only-allow",
    "pnpm dlx only-allow",
    "corepack enable",
];

#[derive(Deserialize)]
struct PnpmWorkspace {
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default, rename = "patchedDependencies")]
    patched: std::collections::BTreeMap<String, String>,
}

impl Project {
    pub(super) fn read(folder: &Folder<'_>, tool: Tool, lock_only: bool) -> Result<Self, Refusal> {
        let mut packages = Vec::new();
        let not_json = |path: &str| {
            Refusal::new("not-understood", format!("`{path}` is no valid JSON"), "mend the file")
        };
        let mut patterns = Vec::new();
        let mut patches = Vec::new();
        if !lock_only {
            let text = folder.text("package.json").unwrap_or_default();
            let json: Value = serde_json::from_str(&text).map_err(|_| not_json("package.json"))?;
            patterns = workspaces(&json);
            packages.push(Package { folder: String::new(), json });
        }
        if tool == Tool::Pnpm {
            let text = folder.text("pnpm-workspace.yaml").unwrap_or_default();
            if let Ok(workspace) = serde_saphyr::from_str::<PnpmWorkspace>(&text) {
                patterns = workspace.packages;
                patches = workspace.patched.into_values().collect();
            }
        }
        if !patterns.is_empty() && !lock_only {
            for path in folder.below(".") {
                let Some(member) = path.strip_suffix("/package.json") else { continue };
                if member.split('/').any(|part| part == "node_modules") || !selects(&patterns, member) {
                    continue;
                }
                let text = folder.text(path).unwrap_or_default();
                let json: Value = serde_json::from_str(&text).map_err(|_| not_json(path))?;
                packages.push(Package { folder: member.to_owned(), json });
            }
        }
        let settings = folder.text(".yarnrc.yml").unwrap_or_default();
        let field =
            |name: &str| packages.first().and_then(|root| root.json.get(name)).and_then(Value::as_str);
        let berry = tool == Tool::Yarn
            && (folder.has(".yarnrc.yml")
                || field("packageManager")
                    .is_some_and(|name| !name.starts_with("yarn@1") && name.starts_with("yarn@")));
        let pnp = berry
            && !settings.lines().any(|line| {
                line.trim()
                    .strip_prefix("nodeLinker:")
                    .is_some_and(|value| value.trim().trim_matches('"') != "pnp")
            });
        let npmrc = folder.text(".npmrc").unwrap_or_default();
        let off = |text: &str, setting: &str| text.lines().any(|line| line.replace(' ', "") == setting);
        let scripts_off = off(&npmrc, "ignore-scripts=true") || off(&settings, "enableScripts:false");
        let has_catalogs = folder.has("pnpm-workspace.yaml");
        Ok(Self { tool, packages, berry, has_catalogs, patches, pnp, scripts_off, lock_only })
    }

    /// Adds what else the install reads and writes.
    pub(super) fn complete(
        &self,
        folder: &Folder<'_>,
        install: &mut Install,
        scripts_off: bool,
    ) -> Result<(), Refusal> {
        for package in &self.packages {
            let at = |path: &str| folder.at(&package.path(path));
            if !package.folder.is_empty() {
                install.files.push(at("package.json"));
                self.bin(package, folder)?;
            }
            self.dependencies(package, folder, install)?;
            if !scripts_off {
                scripts(package, folder, install)?;
                prisma(package, folder, install)?;
            }
            if !self.pnp {
                install.writes.push(at("node_modules"));
            }
        }
        if self.lock_only {
            install.writes.push(folder.at("node_modules"));
        }
        if self.berry {
            self.berry_files(folder, install);
        }
        let root = self.packages.first().map(|package| &package.json);
        let patched = [&["pnpm", "patchedDependencies"][..], &["patchedDependencies"][..]];
        for path in patched.iter().filter_map(|keys| keys.iter().try_fold(root?, |json, key| json.get(key))) {
            let paths = path.as_object().into_iter().flat_map(|map| map.values()).filter_map(Value::as_str);
            install.files.extend(paths.filter(|path| folder.has(path)).map(|path| folder.at(path)));
        }
        let listed = self.patches.iter().filter(|path| folder.has(path));
        install.files.extend(listed.map(|path| folder.at(path)));
        if self.tool == Tool::Pnpm && !folder.below("patches").is_empty() {
            install.folders.push(folder.at("patches"));
        }
        Ok(())
    }

    /// What yarn 2 and later keep beside the project (yarn 4 "Which files should be gitignored?").
    fn berry_files(&self, folder: &Folder<'_>, install: &mut Install) {
        if !folder.below(".yarn").is_empty() {
            install.folders.push(folder.at(".yarn"));
        }
        if self.pnp {
            for file in [".pnp.cjs", ".pnp.loader.mjs"] {
                if folder.has(file) {
                    install.files.push(folder.at(file));
                } else {
                    install.writes.push(folder.at(file));
                }
            }
        }
    }

    fn dependencies(
        &self,
        package: &Package,
        folder: &Folder<'_>,
        install: &mut Install,
    ) -> Result<(), Refusal> {
        let groups = ["dependencies", "devDependencies", "optionalDependencies", "resolutions", "overrides"];
        for group in groups {
            let Some(map) = package.json.get(group).and_then(Value::as_object) else { continue };
            for (name, value) in map {
                let Some(value) = value.as_str() else { continue };
                self.seen(name, value)?;
                let local =
                    ["file:", "link:", "portal:", "exec:"].iter().find_map(|kind| value.strip_prefix(kind));
                let relative = value.starts_with("./") || value.starts_with("../");
                let local = local.or_else(|| relative.then_some(value));
                let Some(path) = local else { continue };
                let path = package.path(path);
                let is_member =
                    self.packages.iter().any(|member| folder.at(&member.folder) == folder.at(&path));
                if is_member {
                    continue;
                }
                if folder.has(&path) {
                    install.files.push(folder.at(&path));
                    continue;
                }
                let text = format!("`{name}` is `{value}`: a folder of the source");
                return Err(Refusal::new("needs-source", text, "make it a member of the workspace"));
            }
        }
        Ok(())
    }

    /// What only a workspace can answer (pnpm "Workspace protocol", "Catalogs") needs one that is seen: the context may
    /// be another folder than the nearest one.
    fn seen(&self, name: &str, value: &str) -> Result<(), Refusal> {
        let is_member = |name: &str| {
            let named = |package: &Package| package.json.get("name").and_then(Value::as_str) == Some(name);
            self.packages.iter().any(named)
        };
        let missing = match value.strip_prefix("workspace:") {
            // `workspace:NAME@RANGE` is another name for a member, `workspace:./PATH` its folder.
            Some(rest) if rest.starts_with('.') => false,
            Some(rest) => {
                let alias = rest.rsplit_once('@').map(|(alias, _)| alias).filter(|alias| !alias.is_empty());
                !is_member(alias.unwrap_or(name))
            }
            None => value.starts_with("catalog:") && self.tool == Tool::Pnpm && !self.has_catalogs,
        };
        if !missing {
            return Ok(());
        }
        let text = format!(
            "`{name}` is `{value}`, and the workspace that has it is not in the folder that is copied"
        );
        Err(Refusal::new("workspace-unseen", text, "name the root of the workspace with --context"))
    }

    /// A program of a member must be there when it is linked.
    fn bin(&self, package: &Package, folder: &Folder<'_>) -> Result<(), Refusal> {
        let bin = match package.json.get("bin") {
            Some(Value::String(path)) => Some(path.as_str()),
            Some(Value::Object(map)) => map.values().find_map(Value::as_str),
            _ => None,
        };
        match bin.filter(|path| folder.has(&package.path(path))) {
            Some(path) => {
                let text = format!(
                    "{} links the program `{path}` of `{}`, which must be there",
                    self.tool.name(),
                    package.folder
                );
                Err(Refusal::new("needs-source", text, "copy that file before the install by hand"))
            }
            None => Ok(()),
        }
    }
}

/// Scripts that run at an install: only those that read no source.
fn scripts(package: &Package, folder: &Folder<'_>, install: &mut Install) -> Result<(), Refusal> {
    let Some(map) = package.json.get("scripts").and_then(Value::as_object) else { return Ok(()) };
    for name in LIFECYCLE {
        let Some(text) = map.get(*name).and_then(Value::as_str) else { continue };
        for part in text.split(['&', '|', ';']).map(str::trim).filter(|part| !part.is_empty()) {
            let known = HARMLESS.iter().any(|known| {
                part.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            });
            if !known {
                let whose = if package.folder.is_empty() { "package.json" } else { &package.folder };
                let words =
                    format!("the script `{name}` of {whose} runs `{part}`, which may read the source");
                let way_out = "install with --ignore-scripts and run the script behind the COPY";
                return Err(Refusal::new("install-script", words, way_out));
            }
            let patches = package.path("patches");
            if part.starts_with("patch-package") && !folder.below(&patches).is_empty() {
                install.folders.push(folder.at(&patches));
            }
        }
    }
    Ok(())
}

/// `@prisma/client` makes its client when it is installed, from the schema (Prisma "Generating Prisma Client").
fn prisma(package: &Package, folder: &Folder<'_>, install: &mut Install) -> Result<(), Refusal> {
    let depends = ["dependencies", "devDependencies"]
        .iter()
        .any(|group| package.json.get(group).and_then(|map| map.get("@prisma/client")).is_some());
    if !depends {
        return Ok(());
    }
    let at = |path: &str| package.path(path);
    let config = package.json.get("prisma").and_then(|prisma| prisma.get("schema")).and_then(Value::as_str);
    if folder.has(&at("prisma.config.ts")) || config.is_some() {
        let text = "`@prisma/client` reads a schema whose place the project sets when it is installed";
        return Err(Refusal::new("needs-source", text, "copy the schema before the install by hand"));
    }
    if !folder.below(&at("prisma")).is_empty() {
        install.folders.push(folder.at(&at("prisma")));
    }
    Ok(())
}

fn workspaces(json: &Value) -> Vec<String> {
    let list = match json.get("workspaces") {
        Some(Value::Array(list)) => Some(list),
        Some(Value::Object(map)) => map.get("packages").and_then(Value::as_array),
        _ => None,
    };
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether the patterns of a workspace choose a folder; `!` takes out.
fn selects(patterns: &[String], folder: &str) -> bool {
    let hit = |pattern: &str| {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let folder: Vec<&str> = folder.split('/').collect();
        matches(&parts, &folder)
    };
    let (out, chosen): (Vec<&str>, Vec<&str>) =
        patterns.iter().map(String::as_str).partition(|pattern| pattern.starts_with('!'));
    chosen.iter().any(|pattern| hit(pattern))
        && !out.iter().any(|pattern| hit(pattern.trim_start_matches('!')))
}

fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => {
            matches(rest, path) || path.split_first().is_some_and(|(_, path)| matches(pattern, path))
        }
        ([first, pattern @ ..], [name, path @ ..]) => {
            crate::cache_mounts::path::matches(first, name) && matches(pattern, path)
        }
        _ => false,
    }
}
