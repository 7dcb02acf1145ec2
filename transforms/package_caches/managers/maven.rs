//! Maven.

use crate::package_caches::manager::{Cache, EMPTY_CACHE, EMPTY_ROW, InPlace, Manager, Rule};

/// The repository only: `settings.xml` lies beside it in `.m2`.
pub(crate) static MAVEN: Manager = Manager {
    name: "Maven",
    programs: &["mvn", "mvnw", "mvnd"],
    commands: &[&[]],
    valued_options: &[
        "-f",
        "--file",
        "-pl",
        "--projects",
        "-P",
        "--activate-profiles",
        "-s",
        "--settings",
        "-gs",
        "--global-settings",
        "-t",
        "--toolchains",
        "-T",
        "--threads",
        "-rf",
        "--resume-from",
        "-D",
        "--define",
        "-l",
        "--log-file",
        "-b",
        "--builder",
    ],
    // Two builds at a time are not safe in one repository before Maven 4 (its named locks default to one process).
    caches: &[
        Cache {
            option: Some("-Dmaven.repo.local"),
            options_in: &["MAVEN_OPTS", "MAVEN_ARGS", "JAVA_TOOL_OPTIONS"],
            below_home: ".m2/repository",
            sharing: Some("locked"),
            ..EMPTY_CACHE
        },
        Cache {
            variables: &[("MAVEN_USER_HOME", "/wrapper")],
            below_home: ".m2/wrapper",
            sharing: Some("locked"),
            programs: &["mvnw"],
            ..EMPTY_CACHE
        },
    ],
    in_place: Some(InPlace {
        offline: &[
            Rule { option: "-o", value: None, variable: "" },
            Rule { option: "--offline", value: None, variable: "" },
        ],
        publishes: &["install"],
        run_by: &[],
    }),
    source: "Maven 3.8.7: `mvn --help`, its settings reference, the wrapper's script; 2026-11-24",
    ..EMPTY_ROW
};
