//! Maven and Gradle. Sources: Maven 3.9 "Introduction to the POM", dependency plugin 3.9 `go-offline`; Gradle 9.2 "Build
//! layout", "Gradle Wrapper"; read 2026-11-24.

use super::{Install, Manager, Reading, Words};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;

/// Maven, also by its wrapper.
pub(super) static MAVEN: Manager = Manager { name: "maven", programs: &["mvn", "mvnw"], read: maven };

/// Gradle, also by its wrapper.
pub(super) static GRADLE: Manager =
    Manager { name: "gradle", programs: &["gradle", "gradlew"], read: gradle };

const WITH_VALUE: &[&str] =
    &["-f", "--file", "-s", "--settings", "-pl", "--projects", "-P", "-T", "-p", "-b", "-c", "-g", "-x"];

fn maven(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let Ok(words) = Words::of(call, WITH_VALUE, &[]) else { return Reading::Other };
    let ahead = |goal: &&&str| {
        let goal = goal.rsplit_once(':').map_or(**goal, |(_, goal)| goal);
        goal.starts_with("go-offline")
            || goal == "resolve"
            || goal == "resolve-plugins"
            || goal == "resolve-dependencies"
    };
    let builds = ["package", "install", "verify", "compile", "test", "deploy"];
    if words.plain.iter().any(|goal| builds.contains(goal)) {
        let text = "Maven downloads while it builds";
        return Reading::refused(
            "no-step",
            text,
            "copy pom.xml and run mvn dependency:go-offline first, or keep ~/.m2 in a cache mount (package-caches)",
        );
    }
    if words.plain.is_empty() || !words.plain.iter().filter(|word| **word != "clean").all(|goal| ahead(&goal))
    {
        let version = words.has(&["--version", "-v", "-version"]);
        return if version { Reading::Idle } else { Reading::Other };
    }
    let main = words.value(&["-f", "--file"]).unwrap_or("pom.xml");
    let mut install = Install::default();
    let mut todo = vec![main.to_owned()];
    while let Some(pom) = todo.pop() {
        let Some(text) = folder.text(&pom) else { return Reading::no_manifest(folder, &pom) };
        let at = folder.at(&pom);
        if install.files.contains(&at) {
            continue;
        }
        install.files.push(at);
        let parent = pom.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
        if text.contains("<systemPath>") {
            let text = format!("{pom} takes a library from a path");
            return Reading::needs_source(text, "copy the library first by hand");
        }
        for module in values(&text, "module") {
            todo.push(if module.rsplit_once('.').is_some_and(|(_, suffix)| suffix == "xml") {
                format!("{parent}{module}")
            } else {
                format!("{parent}{module}/pom.xml")
            });
        }
    }
    if call.program == "mvnw" {
        install.files.extend(folder.present(&["mvnw"]));
    }
    if !folder.below(".mvn").is_empty() {
        install.folders.push(folder.at(".mvn"));
    }
    for settings in words.values(&["-s", "--settings"]) {
        if folder.has(settings) {
            install.files.push(folder.at(settings));
        }
    }
    Reading::Installs(install)
}

/// The texts of an element without attributes; comments are not told apart.
pub(super) fn values<'t>(text: &'t str, element: &str) -> Vec<&'t str> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    text.split(open.as_str())
        .skip(1)
        .filter_map(|rest| rest.split_once(close.as_str()))
        .map(|(value, _)| value.trim())
        .collect()
}

fn gradle(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let Ok(words) = Words::of(call, WITH_VALUE, &[]) else { return Reading::Other };
    let ahead = ["dependencies", "resolveDependencies", "downloadDependencies", "wrapper"];
    if words.has(&["--version", "-v"]) {
        return Reading::Idle;
    }
    let last = |task: &str| task.rsplit(':').next().unwrap_or_default().to_owned();
    let tasks: Vec<String> =
        words.plain.iter().map(|task| last(task)).filter(|task| task != "clean").collect();
    let builds = [
        "build",
        "assemble",
        "bootJar",
        "jar",
        "shadowJar",
        "installDist",
        "test",
        "war",
        "bootWar",
        "buildFatJar",
    ];
    if tasks.iter().any(|task| builds.contains(&task.as_str())) {
        let text = "Gradle downloads while it builds";
        return Reading::refused(
            "no-step",
            text,
            "copy the build scripts and run gradle dependencies first, or keep ~/.gradle in a cache mount (package-caches)",
        );
    }
    if tasks.is_empty() || !tasks.iter().all(|task| ahead.contains(&task.as_str())) {
        return Reading::Other;
    }
    let folder = folder.folder(words.value(&["-p"]).unwrap_or("."));
    let is_script = |path: &&str| path.ends_with(".gradle") || path.ends_with(".gradle.kts");
    let scripts: Vec<&str> = folder.below(".").into_iter().filter(is_script).collect();
    if scripts.is_empty() {
        return Reading::no_manifest(&folder, "build.gradle");
    }
    let mut install =
        Install { files: scripts.iter().map(|path| folder.at(path)).collect(), ..Install::default() };
    install.files.extend(folder.present(&["gradle.properties", "gradle.lockfile"]));
    if call.program == "gradlew" {
        install.files.extend(folder.present(&["gradlew"]));
    }
    for name in ["gradle", "buildSrc", "build-logic"] {
        if !folder.below(name).is_empty() {
            install.folders.push(folder.at(name));
        }
    }
    Reading::Installs(install)
}
