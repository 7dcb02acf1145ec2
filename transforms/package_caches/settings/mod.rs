//! Settings files that COPY and ADD bring into the image, as far as they concern a cache.

mod brought;
mod format;

use std::collections::BTreeSet;

use dockfit_rewrite::Project;
use dockfit_shell::Lookup;

use self::brought::{Asked, named_by_variables, out_of_the_context, tables, written_there};
use super::folder::absolute;
use super::manager::{Cache, Manager, Means, SettingsFile, Spot};
use super::usage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The settings files of a Dockerfile's images.
pub(super) struct Settings(Vec<Brought>);

/// One file, as an instruction brings it.
struct Brought {
    stage: usize,
    instruction: usize,
    /// Its absolute path in the image.
    target: String,
    text: String,
}

/// A setting that counts for a command.
struct Setting<'s> {
    file: &'static SettingsFile,
    key: &'static str,
    means: Means,
    value: String,
    brought: &'s Brought,
    /// Whether the manager surely reads the file.
    certain: bool,
}

/// Options by which a manager works on another folder than the one that it is started in.
///
/// The managers' own `--help`; 2026-11-24.
const ELSEWHERE: &[&str] = &["-C", "--prefix", "--cwd", "--dir", "--directory", "-P", "--project", "-p"];

impl Settings {
    pub(super) fn of(project: &Project, steps: &Steps<'_>) -> Self {
        let set_up = || tables().filter(|manager| !manager.files.is_empty());
        let programs: Vec<&str> = set_up().flat_map(|manager| manager.programs).copied().collect();
        if steps.mentioning(&programs).next().is_none() {
            return Self(Vec::new());
        }
        let names: BTreeSet<&str> =
            set_up().flat_map(|manager| manager.files).map(|file| file.name).collect();
        let asked = Asked { names, paths: named_by_variables(steps) };
        let mut all = written_there(steps, &asked);
        all.extend(out_of_the_context(project, steps, &asked).unwrap_or_default());
        all.sort_by_key(|brought| brought.instruction);
        Self(all)
    }

    /// The folder of `cache` that a file names, or why that cannot be followed.
    pub(super) fn folder(
        &self,
        step: &Step<'_>,
        call: &Call<'_>,
        manager: &Manager,
        cache: &Cache,
    ) -> Option<Result<String, Refusal>> {
        let found = self.counting(step, call, manager);
        let named = found.into_iter().rev().find(|setting| setting.means == Means::Folder)?;
        let what = format!("`{}` in {}", named.key, named.file.name);
        let refused = |text: String| Refusal::new("cache-unknown", text, "set the folder with ENV");
        if !named.certain {
            let line = step.line_of(named.brought.instruction);
            let text = format!("it cannot be told whether {what}, which line {line} brings, counts here");
            return Some(Err(refused(text)));
        }
        let value = match named.value.strip_prefix("~/") {
            Some(below) => {
                step.account().map(|account| format!("{}/{below}", account.home.trim_end_matches('/'))).ok()
            }
            None => Some(named.value.clone()).filter(|value| value.starts_with('/')),
        };
        let path = value.filter(|value| !value.contains('$'));
        let path = path.and_then(|path| absolute(&format!("{}{}", path.trim_end_matches('/'), cache.behind)));
        let unknown = || {
            let text = format!("{what} names {}'s cache folder by `{}`", manager.name, named.value);
            Refusal::new("cache-unknown", text, "name it by a path from the root folder on")
        };
        Some(path.ok_or_else(unknown))
    }

    /// The refusal of a mount, where a file switches the cache off or has installed files point into it.
    pub(super) fn refuses(&self, step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> Option<Refusal> {
        let found = self.counting(step, call, manager);
        let has = |key: &str, value: &str| {
            found.iter().any(|other| other.key == key && other.value.eq_ignore_ascii_case(value))
        };
        let is = |values: &[&str], setting: &Setting<'_>| {
            values.is_empty() || values.iter().any(|value| setting.value.eq_ignore_ascii_case(value))
        };
        found.iter().find_map(|setting| {
            let place = format!(
                "`{}` in {}, which line {} brings,",
                setting.key,
                setting.file.name,
                step.line_of(setting.brought.instruction)
            );
            let way_out = format!("do without `{}` there", setting.key);
            match setting.means {
                Means::Off(values, unless)
                    if is(values, setting) && !unless.is_some_and(|(key, value)| has(key, value)) =>
                {
                    let text = format!("{place} switches {}'s cache off", manager.name);
                    Some(Refusal::new("cache-configured", text, way_out))
                }
                Means::Links(values) if is(values, setting) => {
                    let text = format!(
                        "{place} links installed files to the cache; in a mount they would not be in the image"
                    );
                    Some(Refusal::new("links-into-cache", text, way_out))
                }
                _ => None,
            }
        })
    }

    /// The settings that count for `call`, the later ones last.
    fn counting(&self, step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> Vec<Setting<'_>> {
        if self.0.is_empty() || manager.files.is_empty() {
            return Vec::new();
        }
        let stages: Vec<usize> = step.stages().collect();
        let mut found = Vec::new();
        for (index, brought) in self.0.iter().enumerate() {
            let is_seen =
                |brought: &Brought| brought.instruction < step.index && stages.contains(&brought.stage);
            let replaced = |later: &Brought| later.target == brought.target && is_seen(later);
            if !is_seen(brought) || self.0.iter().skip(index + 1).any(replaced) {
                continue;
            }
            let name = brought.target.rsplit('/').next().unwrap_or_default();
            for file in manager.files.iter().filter(|file| file.name == name || file.is_named_by_variable()) {
                let Some(certain) = is_read(file, &brought.target, step, call) else { continue };
                let values = format::read(file.written, &brought.text);
                for setting in file.settings {
                    let Some(value) = values.get(setting.key) else { continue };
                    let (key, means, value) = (setting.key, setting.means, value.clone());
                    found.push(Setting { file, key, means, value, brought, certain });
                }
            }
        }
        found
    }
}

impl SettingsFile {
    fn is_named_by_variable(&self) -> bool {
        self.read.iter().any(|spot| matches!(spot, Spot::NamedBy(_)))
    }
}

/// Whether `call` reads the file at `target`: surely, or possibly.
fn is_read(file: &SettingsFile, target: &str, step: &Step<'_>, call: &Call<'_>) -> Option<bool> {
    let (folder, _) = target.rsplit_once('/')?;
    let project = || match call.folder.as_deref() {
        _ if call.args.iter().any(|arg| {
            let option = arg.text.split('=').next().unwrap_or_default();
            ELSEWHERE.contains(&option)
        }) =>
        {
            Some(false)
        }
        None => Some(false),
        Some(here) => {
            crate::cache_mounts::path::is_inside(here, if folder.is_empty() { "/" } else { folder })
                .then_some(true)
        }
    };
    let home = |below: &str| {
        let account = step.account().ok()?;
        (target == format!("{}/{below}", account.home.trim_end_matches('/'))).then_some(true)
    };
    let named = |variable: &str| {
        matches!(usage::value(step, call, variable), Lookup::Set(path) if path == target).then_some(true)
    };
    let name_fits = target.ends_with(&format!("/{}", file.name));
    file.read.iter().find_map(|spot| match spot {
        Spot::Project => project().filter(|_| name_fits),
        Spot::Home(below) => home(below),
        Spot::At(path) => (target == *path).then_some(true),
        Spot::NamedBy(variable) => named(variable),
    })
}
