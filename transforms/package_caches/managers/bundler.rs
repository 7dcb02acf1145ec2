//! Bundler.

use crate::package_caches::manager::{Builds, Cache, EMPTY_CACHE, EMPTY_ROW, Manager, Wanted};

/// Its user cache holds downloaded gems, and extensions that were compiled, only with `global_gem_cache`.
pub(crate) static BUNDLER: Manager = Manager {
    name: "bundler",
    programs: &["bundle", "bundler"],
    commands: &[&["install"], &["i"], &["update"], &["add"], &["package"], &["cache"], &["lock"]],
    valued_options: &[
        "--gemfile",
        "--path",
        "--jobs",
        "-j",
        "--retry",
        "--without",
        "--with",
        "--system",
        "-r",
    ],
    caches: &[Cache {
        variables: &[("BUNDLE_USER_CACHE", ""), ("BUNDLE_USER_HOME", "/cache")],
        below_home: ".bundle/cache",
        ..EMPTY_CACHE
    }],
    // Compiled extensions are kept by platform, Ruby version and source: not by C library.
    keeps_builds: Some(Builds { ruled_out_by: &[], against_installed: &[] }),
    wants: Some(Wanted {
        variable: "BUNDLE_GLOBAL_GEM_CACHE",
        value: Some("true"),
        option: "",
        unless: &[],
        needed: true,
        why: "bundler keeps gems in the cache mount only when it is told to",
    }),
    source: "bundler 2.3 and 4.0: `bundle help config`, `Bundler.user_cache`, `Source::Rubygems`, tried; 2026-11-24",
    ..EMPTY_ROW
};
