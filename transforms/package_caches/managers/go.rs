//! The go command.

use crate::package_caches::manager::{Builds, Cache, EMPTY_CACHE, EMPTY_ROW, InPlace, Manager, Rule};

pub(crate) static GO: Manager = Manager {
    name: "go",
    programs: &["go"],
    commands: &[
        &["build"],
        &["install"],
        &["get"],
        &["run"],
        &["test"],
        &["vet"],
        &["generate"],
        &["list"],
        &["tool"],
        &["work", "sync"],
        &["work", "vendor"],
        &["mod", "download"],
        &["mod", "tidy"],
        &["mod", "vendor"],
        &["mod", "verify"],
        &["mod", "graph"],
        &["mod", "why"],
    ],
    emptying: &[&["clean", "-modcache"], &["clean", "-cache"]],
    printing: &[&["env", "GOMODCACHE"], &["env", "GOCACHE"]],
    valued_options: &["-C"],
    // Both folders are safe for builds at the same time (`go help cache`; locks lie in the folders themselves).
    caches: &[
        Cache {
            variables: &[("GOMODCACHE", ""), ("GOPATH", "/pkg/mod")],
            below_home: "go/pkg/mod",
            on_images: &[("golang", "/go/pkg/mod")],
            only_downloads: true,
            ..EMPTY_CACHE
        },
        Cache {
            variables: &[("GOCACHE", ""), ("XDG_CACHE_HOME", "/go-build")],
            below_home: ".cache/go-build",
            commands: &[
                &["build"],
                &["install"],
                &["run"],
                &["test"],
                &["vet"],
                &["generate"],
                &["tool"],
                &["get"],
            ],
            ..EMPTY_CACHE
        },
    ],
    // "The build cache does not detect changes to C libraries imported with cgo" (`go help cache`).
    keeps_builds: Some(Builds {
        ruled_out_by: &[Rule { option: "", value: Some("0"), variable: "CGO_ENABLED" }],
        against_installed: &[],
    }),
    in_place: Some(InPlace {
        offline: &[Rule { option: "", value: Some("off"), variable: "GOPROXY" }],
        publishes: &[],
        run_by: &[
            "golangci-lint",
            "goreleaser",
            "gotestsum",
            "ginkgo",
            "mage",
            "task",
            "ko",
            "xcaddy",
            "air",
            "dlv",
            "CompileDaemon",
            "reflex",
            "gow",
            "fresh",
            "realize",
            "modd",
        ],
    }),
    source: "go 1.19.8: `go help cache`, `go help environment`, `go env`; the Go modules reference; 2026-11-24",
    ..EMPTY_ROW
};
