//! cargo. Source: The Cargo Book 1.91, "cargo fetch", "cargo build", "Cargo Targets"; cargo-chef's README; read 2026-11-24.

use super::{Manager, Reading};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;

/// cargo.
pub(super) static CARGO: Manager = Manager { name: "cargo", programs: &["cargo"], read };

fn read(call: &Call<'_>, _folder: &Folder<'_>) -> Reading {
    let mut words = call.values().filter(|word| !word.starts_with(['-', '+']));
    let subcommand = words.next();
    let by_path = call.values().any(|word| word == "--path" || word.starts_with("--path="));
    match subcommand {
        Some("build" | "b" | "test" | "check" | "rustc" | "zigbuild") => builds(),
        Some("install") if by_path => builds(),
        Some("install" | "version" | "search" | "login" | "binstall") => Reading::Idle,
        Some("chef") => Reading::Prepared,
        Some("fetch" | "vendor") => {
            let text = "cargo reads no manifest whose src/main.rs or src/lib.rs is not there";
            Reading::needs_source(text, "cache the dependencies with cargo-chef")
        }
        _ => Reading::Other,
    }
}

fn builds() -> Reading {
    let text = "cargo has no command that builds the dependencies alone";
    Reading::refused("no-step", text, "cache them with cargo-chef, or in a cache mount (package-caches)")
}
