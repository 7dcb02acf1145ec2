//! Gradle.

use crate::package_caches::manager::{Cache, EMPTY_CACHE, EMPTY_ROW, InPlace, Manager, Rule};

/// Two folders of its home, in which `gradle.properties` and `init.d` lie, too.
pub(crate) static GRADLE: Manager = Manager {
    name: "Gradle",
    programs: &["gradle", "gradlew"],
    commands: &[&[]],
    valued_options: &[
        "-b",
        "--build-file",
        "-c",
        "--settings-file",
        "-p",
        "--project-dir",
        "-I",
        "--init-script",
        "-x",
        "--exclude-task",
        "--max-workers",
        "--console",
        "--warning-mode",
        "-D",
        "-P",
        "-g",
        "--gradle-user-home",
        "--include-build",
    ],
    // Gradle hands its locks over between processes of one machine by a port of the loopback interface, which a build in
    // another container does not reach.
    caches: &[
        Cache {
            variables: &[("GRADLE_USER_HOME", "/caches")],
            below_home: ".gradle/caches",
            sharing: Some("locked"),
            ..EMPTY_CACHE
        },
        Cache {
            variables: &[("GRADLE_USER_HOME", "/wrapper")],
            below_home: ".gradle/wrapper",
            sharing: Some("locked"),
            programs: &["gradlew"],
            ..EMPTY_CACHE
        },
    ],
    elsewhere: &["-g", "--gradle-user-home"],
    in_place: Some(InPlace {
        offline: &[Rule { option: "--offline", value: None, variable: "" }],
        publishes: &[],
        run_by: &[],
    }),
    source: "Gradle 9: its user guide on the directories it uses and on the dependency cache; 2026-11-24",
    ..EMPTY_ROW
};
