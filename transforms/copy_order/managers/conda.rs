//! conda, mamba and micromamba. Source: conda 25.9 "conda env create", "Creating an environment file manually"; read
//! 2026-11-24.

use super::{Install, Manager, Reading, Words, pip};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;

/// The three.
pub(super) static CONDA: Manager =
    Manager { name: "conda", programs: &["conda", "mamba", "micromamba"], read };

const WITH_VALUE: &[&str] =
    &["-f", "--file", "-n", "--name", "-p", "--prefix", "-c", "--channel", "--solver", "-r", "--root-prefix"];

fn read(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::of(call, WITH_VALUE, &["-f", "--file"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    let installs = matches!(
        words.plain.as_slice(),
        ["env", "create" | "update", ..] | ["create" | "install" | "update", ..]
    );
    if !installs {
        let idle = matches!(words.plain.first(), Some(&("clean" | "config" | "info" | "init")));
        return if idle { Reading::Idle } else { Reading::Other };
    }
    let mut named: Vec<&str> = words.values(&["-f", "--file"]).collect();
    if named.is_empty() {
        if words.plain.first() != Some(&"env") {
            return Reading::Idle;
        }
        named.push("environment.yml");
    }
    let mut install = Install::default();
    for name in named {
        let Some(text) = folder.text(name) else { return Reading::no_manifest(folder, name) };
        install.files.push(folder.at(name));
        // The entries of `pip:` are lines of a requirements file.
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("- ")).map(str::trim) {
            let line = line.trim_matches(['"', '\'']);
            if let Some(path) = line.strip_prefix("-r ").map(str::trim) {
                let Some(text) = folder.text(path) else { return Reading::no_manifest(folder, path) };
                if text.lines().any(|line| line.trim().starts_with('-') || pip::is_local(line.trim())) {
                    let text = format!("`{path}` may name further files");
                    return Reading::needs_source(text, "copy what it names first by hand");
                }
                install.files.push(folder.at(path));
            } else if line.starts_with("-e") || line.starts_with('.') || line.contains("file:") {
                let text = format!("`{line}` in {name} is installed from the source");
                return Reading::needs_source(text, "install it behind the source");
            }
        }
    }
    Reading::Installs(install)
}
