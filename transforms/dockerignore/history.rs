//! `.git`: left out where no step can read it.
//!
//! What may read it, 2026-11-24: setuptools-scm, hatch-vcs, versioneer and poetry-dynamic-versioning while a Python project
//! is built, `go build` (stamps the revision, `-buildvcs`), build scripts of Cargo (vergen, built), plugins of Maven and
//! Gradle, composer (the root's version), gemspecs (`git ls-files`), scripts of package.json, and every program of the
//! repository. So only commands that are known not to do so count; all others may.

use dockfit_dockerfile::Span;
use dockfit_dockerfile::model::{Base, Origin, Stage, Take};
use dockfit_rewrite::context::{DockerIgnore, glob};

use super::lines::IgnoreText;
use super::scene::Scene;
use super::user::User;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;

/// What is to become of a history that reaches the build.
pub(super) enum Fate {
    /// Nothing reads it.
    LeftOut,
    /// No step reads it, but a program in the image might.
    InImage(Refusal),
    /// Something may read it.
    Refused(Refusal),
}

/// Commands that read no more of a repository than they are told to.
const BLIND: &[&str] = &[
    "apt-get",
    "apt",
    "apk",
    "dnf",
    "yum",
    "microdnf",
    "zypper",
    "dpkg",
    "rpm",
    "mkdir",
    "chown",
    "chmod",
    "chgrp",
    "rm",
    "rmdir",
    "cp",
    "mv",
    "ln",
    "touch",
    "echo",
    "printf",
    "cat",
    "head",
    "tail",
    "tr",
    "cut",
    "sort",
    "sed",
    "grep",
    "ls",
    "pwd",
    "cd",
    "export",
    "set",
    "unset",
    "true",
    "false",
    ":",
    "test",
    "[",
    "useradd",
    "adduser",
    "groupadd",
    "addgroup",
    "usermod",
    "groupmod",
    "id",
    "whoami",
    "sleep",
    "date",
    "install",
    "mktemp",
    "curl",
    "wget",
    "tar",
    "unzip",
    "gunzip",
    "exit",
    "umask",
    "ldconfig",
    "update-ca-certificates",
    "locale-gen",
    "corepack",
    "compileall",
    "command",
    "which",
];

/// Scripts of package.json that an installation runs (npm docs, "scripts", life cycle of `npm install`).
const LIFE_CYCLE: &[&str] =
    &["\"preinstall\"", "\"install\"", "\"postinstall\"", "\"prepublish\"", "\"prepare\"", "\"preprepare\""];

/// Tags and images without a git program, as their Dockerfiles showed on 2026-11-24.
const TAGS_WITHOUT_GIT: &[&str] = &["slim", "alpine", "distroless", "chiseled"];
const IMAGES_WITHOUT_GIT: &[&str] = &["alpine", "debian", "ubuntu", "busybox", "nginx", "httpd"];

/// What is to become of `.git` in the context; `None` where none reaches the build.
pub(super) fn fate(scene: &Scene<'_>, text: &IgnoreText<'_>, ignore: &DockerIgnore) -> Option<Fate> {
    let entries = scene.tree.entries();
    let git = entries.iter().position(|entry| entry.folder.is_none() && entry.path == ".git")?;
    let within = |entry: &str| entry == ".git" || entry.starts_with(".git/");
    let reaches = |(index, entry): (usize, &dockfit_rewrite::context::Entry)| {
        !entry.is_folder && within(&entry.path) && scene.reaches(index, &scene.sight)
    };
    if ignore.has_exceptions() {
        let meant = |part: &str| is_git(part);
        if let Some(line) =
            text.lines().iter().find(|line| line.lets_in && line.pattern.split('/').any(meant))
        {
            let text = format!("line {} lets `{}` in on purpose", line.number, line.pattern);
            return Some(Fate::Refused(Refusal::new("let-in", text, "remove that line if it is not needed")));
        }
    }
    if !entries.iter().enumerate().any(reaches) {
        return None;
    }
    if let Some((path, _)) = scene.others.iter().find(|(_, text)| text.contains("git")) {
        let text = format!("{path} may build with this context, and mentions git");
        return Some(Fate::Refused(Refusal::new(
            "mentioned",
            text,
            "add `.git` by hand if it does not need it",
        )));
    }
    let mut in_image = None;
    for user in scene.users.iter().filter(|user| user.taken.get(git) == Some(&true)) {
        let named = user.sources.iter().find(|(source, _)| source.split('/').any(is_git));
        if let Some((source, _)) = named {
            let text = format!("{} takes `{source}` by name", user.path());
            return Some(Fate::Refused(Refusal::new(
                "named",
                text,
                "nothing has to be done if that is meant",
            )));
        }
        let Some(first) = first_that_takes_it(user) else { continue };
        for run in user.runs_behind(first) {
            if let Some(what) = reader(scene, user, run) {
                let line = user.dockerfile.document().line_of(run);
                let text = format!("line {line} of {} may read `.git`: {what}", user.path());
                let way_out = "add `.git` by hand if no step asks git for a version";
                return Some(Fate::Refused(Refusal::new("may-read-history", text, way_out)));
            }
        }
        in_image = in_image.or_else(|| program_in_image(user, first));
    }
    Some(in_image.map_or(Fate::LeftOut, Fate::InImage))
}

/// Whether one part of a path or pattern means `.git` and not just anything.
fn is_git(part: &str) -> bool {
    part.chars().any(|char| !matches!(char, '*' | '?')) && glob(part, ".git")
}

/// The first instruction that takes all of the context: `.git` lies at its top.
fn first_that_takes_it(user: &User<'_>) -> Option<Span> {
    user.sources.iter().find(|(source, _)| source.is_empty()).map(|(_, span)| *span)
}

/// What in the RUN may read the history, in words.
fn reader(scene: &Scene<'_>, user: &User<'_>, run: usize) -> Option<String> {
    let document = user.dockerfile.document();
    let text = document.text(document.instructions()[run].span);
    let Some(step) = user.steps.at(run) else {
        return Some("its script is not understood".to_owned());
    };
    if step.script().is_none_or(dockfit_shell::Script::has_errors) || step.not_posix().is_some() {
        return Some("its script is not understood".to_owned());
    }
    if text.matches("git").count() > deleted(step.calls()) {
        return Some("the step mentions git".to_owned());
    }
    step.calls().iter().find_map(|call| reads(scene, call))
}

/// How often an `rm -f` mentions git: it deletes what is not there without a word.
fn deleted(calls: &[Call<'_>]) -> usize {
    let forced = |call: &&Call<'_>| {
        let short = |value: &str| value.starts_with('-') && !value.starts_with("--") && value.contains('f');
        call.program == "rm" && call.values().any(|value| short(value) || value == "--force")
    };
    let values = calls.iter().filter(forced).flat_map(Call::values);
    values.map(|value| value.matches("git").count()).sum()
}

/// What `call` may do with the history, in words.
fn reads(scene: &Scene<'_>, call: &Call<'_>) -> Option<String> {
    let verb = call.values().find(|value| !value.starts_with('-'));
    let unknown = call.args.iter().any(|arg| arg.value.is_none());
    let may = || Some(format!("`{}` may ask git", call.program));
    if call.runs_script() {
        return may();
    }
    match call.program.as_str() {
        program if BLIND.contains(&program) => None,
        "find" if !call.values().any(|value| value.starts_with("-exec") || value == "-ok") => None,
        "sh" | "bash" | "dash" | "ash" if call.has_own_script() => None,
        "pip" if verb == Some("install") && !unknown => installs_a_project(scene, call),
        "pip" if matches!(verb, Some("cache" | "config" | "uninstall" | "list" | "check")) => None,
        "npm" | "yarn" | "pnpm" | "bun" if matches!(verb, None | Some("install" | "ci" | "i" | "cache")) => {
            has_life_cycle(scene)
        }
        "go" if verb == Some("mod") => None,
        _ => may(),
    }
}

/// What `pip install` builds from the repository, in words.
fn installs_a_project(scene: &Scene<'_>, call: &Call<'_>) -> Option<String> {
    let values: Vec<&str> = call.values().skip_while(|value| *value != "install").skip(1).collect();
    let mut lists = Vec::new();
    let mut rest = values.iter();
    while let Some(value) = rest.next() {
        let joined = ["--requirement=", "--constraint=", "-r", "-c"];
        match *value {
            "-r" | "--requirement" | "-c" | "--constraint" => lists.extend(rest.next()),
            "-e" | "--editable" => return Some("`pip install -e` builds the project".to_owned()),
            value if joined.iter().any(|option| value.starts_with(option)) => {
                let list = joined.iter().find_map(|option| value.strip_prefix(option));
                lists.push(list?);
            }
            value if value.starts_with('-') => {}
            value if value.starts_with(['.', '/']) || (value.contains('/') && !value.contains("://")) => {
                return Some(format!("`pip install {value}` builds what lies there"));
            }
            _ => {}
        }
    }
    lists.into_iter().find_map(|list| lists_a_project(scene, list))
}

/// What a list of requirements builds from the repository, in words.
fn lists_a_project(scene: &Scene<'_>, list: &str) -> Option<String> {
    let name = list.rsplit('/').next().unwrap_or_default();
    let mut found = false;
    for entry in scene.tree.entries().iter().filter(|entry| !entry.is_folder && entry.name() == name) {
        found = true;
        let read = scene.shared.context.join(&entry.path).map(|path| scene.project.read(&path));
        let Some(Ok(Some(bytes))) = read else { return Some(format!("`{}` cannot be read", entry.path)) };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let local = |line: &&str| {
            let line = line.trim();
            line.starts_with(['.', '/'])
                || ["-e", "--editable", "file:"].iter().any(|start| line.starts_with(start))
                || line.contains("@ file:")
        };
        if let Some(line) = text.lines().find(local) {
            return Some(format!("`{}` installs `{}`", entry.path, line.trim()));
        }
    }
    (!found).then(|| format!("`{list}` is not in the context"))
}

/// Which package.json has scripts that an installation runs, in words.
fn has_life_cycle(scene: &Scene<'_>) -> Option<String> {
    for (index, entry) in scene.tree.entries().iter().enumerate() {
        if entry.is_folder || entry.name() != "package.json" || scene.waste[index].is_some() {
            continue;
        }
        let read = scene.shared.context.join(&entry.path).map(|path| scene.project.read(&path));
        let Some(Ok(Some(bytes))) = read else { return Some(format!("`{}` cannot be read", entry.path)) };
        let text = String::from_utf8_lossy(&bytes);
        if let Some(script) = LIFE_CYCLE.iter().find(|script| text.contains(**script)) {
            return Some(format!("`{}` has a script {script}, which an installation runs", entry.path));
        }
    }
    None
}

/// Why a program in an image might read the history, if one that may hold it may have git.
fn program_in_image(user: &User<'_>, first: Span) -> Option<Refusal> {
    let document = user.dockerfile.document();
    let model = user.dockerfile.model();
    let index = document.instructions().iter().position(|instruction| instruction.span == first)?;
    let stage = model.stage_of(index)?;
    // Others may copy it on from a stage that is none itself.
    let copied_from = |take: &Take| take.from == Origin::Stage(stage.index);
    let is_image = !model.stages().iter().flat_map(|stage| &stage.takes).any(copied_from);
    let images = model.target().into_iter().chain(is_image.then_some(stage));
    if images.into_iter().all(|image| !may_have_git(user, image.index)) {
        return None;
    }
    let text = format!(
        "`.git` becomes part of the image of {}: all of the history, for whoever can pull it; no step reads it, but a git program in the image might when it runs",
        user.path()
    );
    let way_out = "use --unsafe, or --with git-history/leave-out-of-image, to leave it out";
    Some(Refusal::new("history-in-image", text, way_out))
}

/// Whether an image of that stage may have a git program.
fn may_have_git(user: &User<'_>, stage: usize) -> bool {
    let document = user.dockerfile.document();
    let lineage: Vec<&Stage> = user.dockerfile.model().lineage(stage).collect();
    let mentions = |stage: &&Stage| {
        let instructions = document.instructions().get(stage.instructions.clone()).unwrap_or_default();
        instructions.iter().any(|instruction| document.text(instruction.span).contains("git"))
    };
    let without = match lineage.last().map(|stage| &stage.base) {
        Some(Base::Scratch) => true,
        Some(Base::Image(image)) => {
            let (tag, name) = (image.effective_tag().unwrap_or_default(), image.familiar_name());
            TAGS_WITHOUT_GIT.iter().any(|word| tag.contains(word) || name.contains(word))
                || IMAGES_WITHOUT_GIT.contains(&name.as_str())
        }
        _ => false,
    };
    !without || lineage.iter().any(mentions)
}
