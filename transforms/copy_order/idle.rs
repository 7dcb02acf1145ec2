//! Commands that read and write nothing of the project.

use crate::cache_mounts::call::Call;
use crate::cache_mounts::path::is_inside;
use crate::programs;

/// What a command that is no package manager of a project touches.
pub(super) enum Touches {
    /// Nothing of the project.
    Nothing,
    /// These paths, as written or absolute.
    Paths(Vec<String>),
    /// The shell's own state: folder, options, variables.
    Shell,
    /// Whatever it likes.
    Anything,
}

pub(super) fn touches(call: &Call<'_>) -> Touches {
    let program = call.program.as_str();
    if programs::is(program, programs::SHELL) {
        return Touches::Shell;
    }
    if programs::is(program, programs::IDLE) || only_asks(call) {
        return Touches::Nothing;
    }
    let known: Option<Vec<&str>> = call.args.iter().map(|arg| arg.value.as_deref()).collect();
    if programs::is(program, programs::SYSTEM) {
        let by_path = |arg: &str| {
            !arg.contains("://")
                && (arg.starts_with(['.', '/'])
                    || arg.contains(".deb")
                    || arg.contains(".gem")
                    || arg.contains(".rpm"))
        };
        let any = known.as_ref().is_some_and(|args| args.iter().any(|arg| by_path(arg)));
        // A variable names packages or a version.
        return if any { Touches::Anything } else { Touches::Nothing };
    }
    let Some(args) = known else { return Touches::Anything };
    let plain = args.iter().filter(|arg| !arg.starts_with('-'));
    // An environment in the project's own folder: a COPY behind it could put a local one over it.
    let here = call.folder.as_deref().unwrap_or("/");
    if matches!(program, "venv" | "virtualenv")
        && plain.clone().any(|path| is_inside(&absolute(path, call), here))
    {
        return Touches::Anything;
    }
    if programs::is(program, programs::BY_PATH) {
        let skip = usize::from(matches!(program, "chmod" | "chown" | "chgrp"));
        return Touches::Paths(plain.skip(skip).map(|path| absolute(path, call)).collect());
    }
    // `rustup show` and `n auto` ask the project which version it wants.
    if program == "rustup"
        && args.iter().any(|arg| matches!(*arg, "target" | "component" | "toolchain" | "default"))
    {
        return Touches::Nothing;
    }
    if program == "git" && args.starts_with(&["config", "--global"]) {
        return Touches::Nothing;
    }
    if matches!(program, "curl" | "wget") {
        let paths: Vec<&&str> = plain.clone().filter(|arg| !arg.contains("://")).collect();
        let writes_here =
            program == "wget" || args.iter().any(|arg| *arg == "-O" || *arg == "-OL" || *arg == "-LO");
        if !writes_here && paths.iter().all(|path| path.starts_with('/')) {
            return Touches::Paths(paths.iter().map(|path| (**path).to_owned()).collect());
        }
    }
    Touches::Anything
}

/// `node --version` and the like.
fn only_asks(call: &Call<'_>) -> bool {
    !call.args.is_empty()
        && call.values().all(|arg| matches!(arg, "--version" | "-v" | "-V" | "-version"))
        && call.args.iter().all(|arg| arg.value.is_some())
}

/// A path from the root; of a pattern, the folder that it looks in.
fn absolute(path: &str, call: &Call<'_>) -> String {
    let end =
        path.find(['*', '?', '[']).map_or(path.len(), |at| path[..at].rfind('/').map_or(0, |at| at + 1));
    let path = &path[..end];
    if path.starts_with('/') {
        return path.to_owned();
    }
    // Without a known folder it may be anywhere.
    call.folder.as_ref().map_or_else(|| "/".to_owned(), |folder| format!("{folder}/{path}"))
}
