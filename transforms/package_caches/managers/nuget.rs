//! `NuGet`, by the dotnet command.

use crate::package_caches::manager::{Cache, EMPTY_CACHE, EMPTY_ROW, InPlace, Manager, Rule};

/// The global packages folder, which builds read; the HTTP cache beside it forgets after 30 minutes.
pub(crate) static NUGET: Manager = Manager {
    name: "NuGet",
    programs: &["dotnet", "nuget"],
    commands: &[
        &["restore"],
        &["build"],
        &["publish"],
        &["test"],
        &["run"],
        &["pack"],
        &["msbuild"],
        &["watch"],
        &["add"],
        &["package", "add"],
        &["tool", "install"],
        &["tool", "restore"],
        &["tool", "update"],
        &["workload", "restore"],
        &["ef"],
    ],
    emptying: &[&["nuget", "locals"], &["locals"]],
    // Its locks lie in `/tmp/NuGetScratch`, which builds do not share.
    caches: &[Cache {
        option: Some("--packages"),
        variables: &[("NUGET_PACKAGES", ""), ("DOTNET_CLI_HOME", "/.nuget/packages")],
        below_home: ".nuget/packages",
        sharing: Some("locked"),
        ..EMPTY_CACHE
    }],
    in_place: Some(InPlace {
        offline: &[
            Rule { option: "--no-restore", value: None, variable: "" },
            Rule { option: "--no-build", value: None, variable: "" },
        ],
        publishes: &[],
        run_by: &["msbuild", "csi", "nuke", "cake"],
    }),
    source: "NuGet.Client: `NuGetEnvironment`, `SettingsUtility`; Microsoft's page on managing the global packages folder; 2026-11-24",
    ..EMPTY_ROW
};
