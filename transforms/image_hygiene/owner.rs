//! `chown -R` behind a COPY: every file is stored a second time, because a layer holds whole files.

use dockfit_dockerfile::Instruction;
use dockfit_dockerfile::model::Base;
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::context::{Taken, taken};
use dockfit_rewrite::{Decision, Declared, Edit, Facet, FileSource, Outcome};

use super::OWNER;
use crate::build_context::BuildContext;
use crate::bytecode;
use crate::bytecode::source::of_lineage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, As, Call};
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// Users and groups that official images have (Debian's base-passwd, Alpine's alpine-baselayout; 2026-11-24).
const EVERYWHERE: &[&str] = &["root", "daemon", "bin", "nobody", "www-data"];

/// Programs that write nothing below a folder that they are not told of.
const ELSEWHERE: &[&str] = &[
    "apt-get",
    "apt",
    "apk",
    "dnf",
    "microdnf",
    "yum",
    "useradd",
    "groupadd",
    "adduser",
    "addgroup",
    "usermod",
    "echo",
    "printf",
    "true",
    ":",
    "set",
    "ldconfig",
    "update-ca-certificates",
    "locale-gen",
];

/// Programs that write where their arguments say.
const BY_PATH: &[&str] = &["rm", "mkdir", "chown", "chmod", "touch", "ln"];

pub(super) fn decide(file: &File<'_>, steps: &Steps<'_>) -> Vec<Decision> {
    let model = file.dockerfile.model();
    let mut decisions = Vec::new();
    for step in steps.mentioning(&["chown"]) {
        let is_built = model.stage_of(step.index).is_some_and(|stage| stage.built);
        if !is_built || step.is_deferred() {
            continue;
        }
        for call in step.calls().iter().filter(|call| call.program == "chown") {
            let Some(chown) = Chown::of(call) else { continue };
            let copies = chown.copies(file, step);
            if copies.is_empty() {
                continue;
            }
            let outcome = match change(file, steps, step, &chown, &copies) {
                Ok(outcome) => outcome,
                Err(refusal) => refusal.into_outcome(),
            };
            decisions.push(file.decision(&OWNER, step.instruction.text_span(), outcome));
            // One decision for each step: the next run looks at what is left.
            break;
        }
    }
    decisions
}

/// `chown -R owner folder…`
struct Chown<'c, 's> {
    call: &'c Call<'s>,
    recursive: usize,
    owner: Option<String>,
    folders: Option<Vec<String>>,
}

fn is_option(arg: &Arg) -> bool {
    arg.value.as_deref().unwrap_or(&arg.text).starts_with('-')
}

impl<'c, 's> Chown<'c, 's> {
    fn of(call: &'c Call<'s>) -> Option<Self> {
        let recursive =
            call.args.iter().position(|arg| matches!(arg.value.as_deref(), Some("-R" | "--recursive")))?;
        let plain: Vec<_> = call.args.iter().filter(|arg| !is_option(arg)).collect();
        let (owner, folders) = plain.split_first()?;
        let owner = owner.value.clone().filter(|_| !owner.varies() || owner.is_fixed());
        let folders = folders.iter().map(|arg| {
            let is_plain = !arg.text.contains(['*', '?', '[', '{']) && (!arg.varies() || arg.is_fixed());
            arg.path().filter(|_| is_plain).map(|path| clean(&path))
        });
        Some(Self { call, recursive, owner, folders: folders.collect() })
    }

    /// The copies of the stage before the step that bring something into the folders, or may.
    fn copies(&self, file: &File<'_>, step: &Step<'_>) -> Vec<usize> {
        let model = file.dockerfile.model();
        let Some(stage) = model.stage_of(step.index) else { return Vec::new() };
        let own = stage.instructions.start..step.index;
        let folders = self.folders.as_deref().unwrap_or_default();
        own.filter(|index| {
            let copied = model.copied(file.dockerfile.document(), *index);
            let target = copied.as_ref().and_then(|copied| copied.destination.as_known()).map(clean);
            target.is_some_and(|target| folders.iter().any(|folder| is_inside(&target, folder)))
        })
        .collect()
    }
}

fn change(
    file: &File<'_>,
    steps: &Steps<'_>,
    step: &Step<'_>,
    chown: &Chown<'_, '_>,
    copies: &[usize],
) -> Result<Outcome, Refusal> {
    let document = file.dockerfile.document();
    if let Some(refusal) = step.refuses_edits(OWNER.id) {
        return Err(refusal);
    }
    let by_hand = "set --chown on the COPY by hand";
    if chown.call.is_in_branch() || chown.call.user != As::Same {
        let text = "the chown runs in a branch, or as another user";
        return Err(Refusal::new("not-understood", text, by_hand));
    }
    let options = chown.call.args.iter().filter(|arg| is_option(arg));
    if let Some(arg) =
        options.clone().find(|arg| !matches!(arg.value.as_deref(), Some("-R" | "--recursive" | "-v")))
    {
        let text = format!("`{}` changes what chown does", arg.text);
        return Err(Refusal::new("option", text, by_hand));
    }
    let folders = chown.folders.as_deref().unwrap_or_default();
    let owner = chown
        .owner
        .as_deref()
        .ok_or_else(|| Refusal::new("owner-unknown", "a variable says who the owner is", "name the owner"))?;
    let owner = flag_value(owner)?;
    let first = copies.first().copied().unwrap_or_default();
    exists(steps, step, &owner, first)?;
    for index in copies {
        let operation = file.dockerfile.model().operation(*index);
        let line = document.line_of(*index);
        let Some(Operation::Copy(copy)) = operation else {
            let text = format!("line {line} is an ADD, which may unpack files with owners of their own");
            return Err(Refusal::new("add", text, "write COPY where nothing is unpacked"));
        };
        if copy.chown.as_ref().is_some_and(|have| have.text != owner) {
            let text = format!("the COPY in line {line} names another owner");
            return Err(Refusal::new("other-owner", text, by_hand));
        }
        if copy.link && owner.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            let text = format!("the COPY in line {line} is linked: it knows numbers only");
            return Err(Refusal::new("linked", text, "name the owner by numbers"));
        }
        if file.dockerfile.is_ignored(*index, OWNER.id) {
            let text = format!("a comment above line {line} keeps this pass away");
            return Err(Refusal::new("ignored", text, "remove the comment"));
        }
    }
    fresh(file, step, folders)?;
    others(file, steps, step, chown, folders)?;
    let place = chown.call.args.get(chown.recursive).map(Arg::place);
    let taken_out = step
        .take_out(&[place.ok_or_else(|| Refusal::from(dockfit_rewrite::surgery::CannotEdit::Scattered))?])?;
    let mut edits = taken_out.edits;
    let mut declares = taken_out.declares;
    for index in copies {
        let has = matches!(file.dockerfile.model().operation(*index), Some(Operation::Copy(copy)) if copy.chown.is_some());
        if let Some(instruction) = document.instructions().get(*index).filter(|_| !has) {
            edits.push(with_flag(instruction, &format!("--chown={owner}")));
        }
    }
    declares.push(Declared::Facet(Facet::Files));
    Ok(file.change(edits, declares, saved(file, copies)))
}

/// The owner as the flag has it: chown leaves the group alone where none is named, the flag does not.
fn flag_value(owner: &str) -> Result<String, Refusal> {
    let plain = owner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    match owner.split_once(':') {
        _ if !plain => {
            Err(Refusal::new("owner-unknown", format!("`{owner}` is no plain name"), "name the owner"))
        }
        None => Ok(format!("{owner}:root")),
        Some(("", _) | (_, "")) => {
            let text = format!("`{owner}` leaves user or group to be looked up");
            Err(Refusal::new("owner-unknown", text, "write user:group"))
        }
        Some(_) => Ok(owner.to_owned()),
    }
}

/// COPY looks names up in the image as it is then.
fn exists(steps: &Steps<'_>, step: &Step<'_>, owner: &str, copy: usize) -> Result<(), Refusal> {
    let before: Vec<usize> =
        of_lineage(step.model(), step.model().stage_of(step.index).map_or(0, |stage| stage.index))
            .filter(|index| *index < copy)
            .collect();
    for name in owner.split(':') {
        if name.bytes().all(|byte| byte.is_ascii_digit()) || EVERYWHERE.contains(&name) {
            continue;
        }
        let creates = |call: &Call<'_>| {
            matches!(call.program.as_str(), "useradd" | "adduser" | "groupadd" | "addgroup")
                && call.values().any(|value| value == name)
        };
        let mut earlier = steps.all().filter(|found| before.contains(&found.index));
        if !earlier.any(|found| found.calls().iter().any(creates)) {
            let text = format!("`{name}` is not known before the COPY, which would have to name it");
            let way_out = "create the user in a step before the COPY, or name it by numbers";
            return Err(Refusal::new("user-created-later", text, way_out));
        }
    }
    Ok(())
}

/// Images that have no files of their own but in the folders of a system (their file systems, 2026-11-24).
const PLAIN_IMAGES: &[&str] = &["python", "node", "ruby", "golang", "rust", "debian", "ubuntu", "alpine"];

/// Folders that a system has, and in which packages put files.
const SYSTEM: &[&str] = &[
    "bin", "boot", "dev", "etc", "go", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run",
    "sbin", "sys", "tmp", "usr", "var",
];

/// Whether neither the base image nor a package of the system has files in the folders: the chown concerns them, too.
fn fresh(file: &File<'_>, step: &Step<'_>, folders: &[String]) -> Result<(), Refusal> {
    let model = file.dockerfile.model();
    let lowest = model.stage_of(step.index).and_then(|stage| model.lineage(stage.index).last());
    let plain = lowest.is_some_and(|lowest| {
        matches!(&lowest.base, Base::Image(image) if PLAIN_IMAGES.contains(&image.familiar_name().as_str()))
    });
    let is_fresh = |folder: &String| {
        let top = folder.trim_start_matches('/').split('/').next().unwrap_or_default();
        let below = |start: &str| folder.strip_prefix(start).is_some_and(|rest| !rest.is_empty());
        !top.is_empty() && (!SYSTEM.contains(&top) || below("/opt/") || below("/usr/src/"))
    };
    match folders.iter().find(|folder| !plain || !is_fresh(folder)) {
        None => Ok(()),
        Some(folder) => {
            let text = format!(
                "the base image or a package may have files in `{folder}`, which the chown concerns as well"
            );
            Err(Refusal::new("system-folder", text, "set --chown on the COPY by hand"))
        }
    }
}

/// Whether anything else than the copies may have put files into the folders: they would keep their owner.
fn others(
    file: &File<'_>,
    steps: &Steps<'_>,
    step: &Step<'_>,
    chown: &Chown<'_, '_>,
    folders: &[String],
) -> Result<(), Refusal> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let stage = model.stage_of(step.index).map_or(0, |stage| stage.index);
    let inside = |path: &str| folders.iter().any(|folder| is_inside(path, folder));
    for index in of_lineage(model, stage).filter(|index| *index <= step.index) {
        let line = document.line_of(index);
        let refuse = |what: &str| {
            let text = format!("line {line} {what}, whose owner the chown changes as well");
            Err(Refusal::new(
                "other-files",
                text,
                "set --chown on the COPY, and the owner of the rest, by hand",
            ))
        };
        match model.operation(index) {
            Some(Operation::Workdir(_)) => {
                let next = model.state(index + 1).filter(|_| model.stage_of(index + 1).is_some());
                let folder = next.map(dockfit_dockerfile::model::State::current_dir);
                let folder = folder.as_ref().and_then(|folder| folder.as_known()).map(clean);
                // The folder itself is handed over all the same.
                if folder.is_some_and(|folder| inside(&folder) && !folders.contains(&folder)) {
                    return refuse("makes a folder");
                }
            }
            Some(Operation::Copy(_) | Operation::Add(_)) => {
                let in_stage = model.stage_of(index).is_some_and(|found| found.index == stage);
                let target = model.copied(document, index);
                let target = target.as_ref().and_then(|copied| copied.destination.as_known()).map(clean);
                match target {
                    Some(target) if !in_stage && inside(&target) => {
                        return refuse("copies files into another stage");
                    }
                    // A copy around the folder may bring some of it.
                    Some(target)
                        if !inside(&target) && folders.iter().any(|folder| is_inside(folder, &target)) =>
                    {
                        return refuse("copies files that may lie there");
                    }
                    Some(_) => {}
                    None => return refuse("copies files to a place that is not known"),
                }
            }
            Some(Operation::Run(_)) => {
                let Some(found) = steps.at(index) else { return refuse("runs what is not read") };
                for call in found.calls() {
                    if std::ptr::eq(call.command(), chown.call.command()) {
                        break;
                    }
                    if writes(call, &inside) {
                        return refuse(&format!("runs `{}`, which may put files there", call.program));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn writes(call: &Call<'_>, inside: &dyn Fn(&str) -> bool) -> bool {
    let redirected = call.command().redirects.iter().any(|redirect| {
        let target = redirect.target.as_ref().and_then(dockfit_shell::Word::value);
        target.is_none_or(|target| !target.starts_with('/') || inside(target))
    });
    if redirected && !call.command().redirects.is_empty() {
        return true;
    }
    let program = call.program.as_str();
    if matches!(program, "useradd" | "adduser") {
        // A home in the folder.
        return call.values().any(|value| value.starts_with('/') && inside(&clean(value)));
    }
    if ELSEWHERE.contains(&program) || bytecode::compiles(call) {
        return false;
    }
    if BY_PATH.contains(&program) {
        let makes_it = |path: &str| inside(path);
        // Rights and deletions bring no file.
        if matches!(program, "rm" | "chmod" | "chown") {
            return false;
        }
        let mut paths = call.args.iter().filter(|arg| !arg.text.starts_with('-')).map(Arg::path);
        return paths.any(|path| path.is_none_or(|path| makes_it(&clean(&path))));
    }
    // pip writes into the folder only where it is told to, or where it builds what lies there.
    if program == "pip" {
        let told = |value: &str| {
            matches!(value, "-e" | "--editable" | "-t")
                || value == "."
                || value.starts_with("./")
                || value.starts_with("--target")
                || value.starts_with("--prefix")
                || value.starts_with("--root")
                || value.starts_with("--src")
                || value.starts_with(".[")
        };
        return call.values().any(told) || !call.values().any(|value| value == "install");
    }
    true
}

/// The edit that puts a flag behind the keyword and the flags that are there.
fn with_flag(instruction: &Instruction, flag: &str) -> Edit {
    let command = &instruction.command;
    let end = command.flags.last().map_or(command.keyword_range.end, |last| last.range.end);
    Edit::insert(instruction.text.end_to_file(end), format!(" {flag}"))
}

/// The bytes that are no longer stored twice, where they are known.
fn saved(file: &File<'_>, copies: &[usize]) -> Option<String> {
    let tree = BuildContext::of(file.task.project, file.dockerfile).ok()?;
    let mut bytes = 0;
    for index in copies {
        match taken(file.dockerfile, *index, &tree.files) {
            Taken::Files(files) => {
                let sizes = files.iter().filter_map(|taken| tree.folder.join(&taken.source));
                bytes += sizes.map(|path| FileSource::size(tree.project, &path)).sum::<u64>();
            }
            Taken::Nothing | Taken::Unknown(_) => return None,
        }
    }
    (bytes >= 1000).then(|| format!("{} are no longer stored twice", super::need::size(bytes)))
}
