//! cargo.

use crate::package_caches::manager::{Cache, EMPTY_CACHE, EMPTY_ROW, InPlace, Manager, Rule};

/// The registry and the git checkouts only: what it builds in `target/` is wanted in the image.
pub(crate) static CARGO: Manager = Manager {
    name: "cargo",
    programs: &["cargo", "cargo-chef", "cargo-binstall"],
    commands: &[
        &["build"],
        &["b"],
        &["install"],
        &["fetch"],
        &["test"],
        &["t"],
        &["run"],
        &["r"],
        &["check"],
        &["c"],
        &["bench"],
        &["doc"],
        &["clippy"],
        &["rustc"],
        &["rustdoc"],
        &["update"],
        &["add"],
        &["fix"],
        &["package"],
        &["publish"],
        &["vendor"],
        &["tree"],
        &["metadata"],
        &["generate-lockfile"],
        &["chef", "cook"],
        &["cook"],
        &["auditable"],
        &["nextest"],
        &["zigbuild"],
        &["xwin"],
        &["ndk"],
        &["leptos"],
        &["component"],
        &["tauri"],
        &["make"],
        &["xtask"],
        &["llvm-cov"],
        &["tarpaulin"],
        &["pgrx"],
    ],
    valued_options: &["--config", "-C", "-Z", "--color", "--manifest-path"],
    // cargo's lock is `$CARGO_HOME/.package-cache`, beside the folders and thus not shared between builds.
    caches: &[
        Cache {
            variables: &[("CARGO_HOME", "/registry")],
            below_home: ".cargo/registry",
            on_images: &[("rust", "/usr/local/cargo/registry")],
            sharing: Some("locked"),
            ..EMPTY_CACHE
        },
        Cache {
            variables: &[("CARGO_HOME", "/git")],
            below_home: ".cargo/git",
            on_images: &[("rust", "/usr/local/cargo/git")],
            minor: true,
            sharing: Some("locked"),
            ..EMPTY_CACHE
        },
    ],
    in_place: Some(InPlace {
        offline: &[
            Rule { option: "--offline", value: None, variable: "" },
            Rule { option: "--frozen", value: None, variable: "" },
            Rule { option: "", value: Some("true"), variable: "CARGO_NET_OFFLINE" },
        ],
        publishes: &[],
        run_by: &["cross", "wasm-pack", "trunk", "maturin", "dx", "bacon", "just", "cargo-watch"],
    }),
    source: "cargo 1.95: `cargo --list`, the Cargo book on Cargo home, the files in a home after a build; 2026-11-24",
    ..EMPTY_ROW
};
