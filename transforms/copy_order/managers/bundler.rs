//! Bundler. Source: Bundler 2.7 "bundle install", "Gemfile", "bundle config"; read 2026-11-24.

use super::{Install, Manager, Reading, Words, no_lock};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;
use dockfit_shell::Lookup;

/// Bundler.
pub(super) static BUNDLER: Manager = Manager { name: "bundler", programs: &["bundle", "bundler"], read };

const WITH_VALUE: &[&str] =
    &["-j", "--jobs", "--retry", "--without", "--with", "--path", "--gemfile", "--binstubs", "-r"];

fn read(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::of(call, WITH_VALUE, &["install"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    match words.plain.first() {
        Some(&"install") | None => {}
        // `--local` writes `.bundle/config`, which a COPY might overwrite; checked where it is installed.
        Some(&"config") => return Reading::Idle,
        _ => return Reading::Other,
    }
    if words.has(&["--version", "-v"]) {
        return Reading::Idle;
    }
    if words.has(&["--gemfile"]) || matches!(folder.variable(call, "BUNDLE_GEMFILE"), Lookup::Set(_)) {
        return Reading::refused("moved-manifest", "the Gemfile is set by name", "copy it first by hand");
    }
    let (gemfile, lock) =
        if folder.has("Gemfile") { ("Gemfile", "Gemfile.lock") } else { ("gems.rb", "gems.locked") };
    let Some(text) = folder.text(gemfile) else { return Reading::no_manifest(folder, "Gemfile") };
    let mut install = Install { files: folder.present(&[gemfile, lock]), ..Install::default() };
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let calls = |word: &str| {
            line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '(']))
        };
        let local = line.contains("path:") || line.contains(":path") || calls("path");
        let reads = ["eval_gemfile", "require_relative", "File.", "Dir[", "Dir.", "instance_eval", "load "];
        let version =
            line.starts_with("ruby") && (line.contains(".ruby-version") || line.contains(".tool-versions"));
        if version {
            install.files.extend(folder.present(&[".ruby-version", ".tool-versions"]));
        } else if calls("gemspec") || local || reads.iter().any(|word| line.contains(word)) {
            let text = format!("the {gemfile} says `{line}`: it reads more than itself");
            return Reading::needs_source(text, "copy what it reads before the install by hand");
        }
    }
    if folder.has(".bundle/config") {
        install.files.push(folder.at(".bundle/config"));
    } else {
        install.writes.push(folder.at(".bundle"));
    }
    let path = match folder.variable(call, "BUNDLE_PATH") {
        Lookup::Set(path) => Some(path),
        Lookup::Unset | Lookup::Unknown => words.value(&["--path"]).map(str::to_owned),
    };
    install.writes.extend(path.map(|path| folder.at(&path)));
    if words.has(&["--deployment"]) || folder.stage_says("deployment") || folder.stage_says("vendor/bundle") {
        install.writes.push(folder.at("vendor/bundle"));
    }
    if !folder.has(lock) {
        install.note = Some(no_lock(lock));
    }
    if !writes_config(&words, folder) {
        install.writes.retain(|path| !path.ends_with("/.bundle"));
    }
    Reading::Installs(install)
}

/// Whether settings of the project are written: options that are remembered, or `bundle config --local`.
fn writes_config(words: &Words<'_>, folder: &Folder<'_>) -> bool {
    words.has(&["--path", "--without", "--with", "--deployment", "--binstubs"])
        || folder.stage_says("bundle config")
}
