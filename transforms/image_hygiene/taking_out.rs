//! Compilers taken out of the step that installs them.

use dockfit_dockerfile::model::Stage;
use dockfit_dockerfile::{Document, NodeKind, Span};
use dockfit_rewrite::{Declared, Edit};

use super::compilers::PROGRAMS;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, Call, Place};
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

type Made = (Vec<Edit>, Vec<Declared>);

/// The edits that take the packages out: the step goes whole where it does nothing else. `sees`: the stages that have what
/// it installs.
pub(super) fn take_out(
    file: &File<'_>,
    steps: &Steps<'_>,
    step: &Step<'_>,
    sees: &[&Stage],
    found: &[(&Call<'_>, Vec<&Arg>)],
) -> Result<Made, Refusal> {
    let document = file.dockerfile.document();
    let nothing_left = found.iter().all(|(call, args)| {
        let packages = call.args.iter().filter(|arg| {
            !arg.value.as_deref().unwrap_or(&arg.text).starts_with('-')
                && !matches!(arg.value.as_deref(), Some("install" | "add"))
        });
        packages.count() == args.len()
    });
    if !nothing_left {
        let places: Vec<Place> =
            found.iter().flat_map(|(_, args)| args.iter().map(|arg| arg.place())).collect();
        let taken = step.take_out(&places)?;
        return Ok((taken.edits, taken.declares));
    }
    let only_apt = step.calls().iter().all(|call| {
        PROGRAMS.contains(&call.program.as_str())
            || (call.program == "rm"
                && call
                    .values()
                    .any(|value| value.starts_with("/var/lib/apt") || value.starts_with("/var/cache")))
            || matches!(call.program.as_str(), "set" | "true" | ":")
    });
    let installs = step.calls().iter().filter(|call| {
        PROGRAMS.contains(&call.program.as_str())
            && call.values().any(|value| matches!(value, "install" | "add" | "upgrade" | "dist-upgrade"))
    });
    if !only_apt || installs.count() != found.len() {
        let text = "the step does other things as well, and nothing would be left of the install";
        return Err(Refusal::new("shared-step", text, "write the install as a step of its own"));
    }
    let settings = settings_of_apt(steps, step, sees);
    Ok(whole(document, settings.into_iter().chain([step.index])))
}

/// The edits that take steps out, in their order, with their comments.
fn whole(document: &Document, steps: impl Iterator<Item = usize>) -> Made {
    let mut declares = Vec::new();
    let mut spans: Vec<Span> = Vec::new();
    for index in steps {
        let Some(instruction) = document.instructions().get(index) else { continue };
        let span = Span::new(document.comments_above(index).start, instruction.span.end);
        declares.push(Declared::RunTakenOut(instruction.span.start));
        let text = document.text(span).into_owned();
        let comments = text.lines().map(str::trim).filter(|line| line.starts_with('#'));
        declares.extend(comments.map(|comment| Declared::CommentTakenOut(comment.to_owned())));
        match spans.last_mut().filter(|last| last.end == span.start) {
            Some(last) => last.end = span.end,
            None => spans.push(span),
        }
    }
    let nodes = document.nodes();
    let blank = |at: usize| nodes.get(at).filter(|node| node.kind == NodeKind::Blank).map(|node| node.span);
    let mut edits = Vec::new();
    for span in spans {
        edits.push(Edit::delete(span));
        // One blank line is left of two.
        let first = nodes.partition_point(|node| node.span.start < span.start);
        let next = nodes.partition_point(|node| node.span.start < span.end);
        if let (Some(_), Some(after)) = (first.checked_sub(1).and_then(blank), blank(next)) {
            edits.push(Edit::delete(after));
        }
    }
    (edits, declares)
}

/// The step before this one that only tells apt to keep what it downloads, which is for nothing where no other step of
/// these stages installs by apt.
fn settings_of_apt(steps: &Steps<'_>, step: &Step<'_>, sees: &[&Stage]) -> Option<usize> {
    let installs = |found: &Step<'_>| {
        found.index != step.index
            && sees.iter().any(|stage| stage.instructions.contains(&found.index))
            && found.calls().iter().any(|call| matches!(call.program.as_str(), "apt-get" | "apt"))
    };
    if steps.all().any(installs) {
        return None;
    }
    let own = steps.model().stage_of(step.index)?;
    let mut before = steps.mentioning(&["docker-clean"]).filter(|found| {
        own.instructions.contains(&found.index) && found.index < step.index && !found.is_deferred()
    });
    let alone = |found: &&Step<'_>| {
        found.script().is_some_and(|script| !script.has_errors())
            && !found.calls().is_empty()
            && found.calls().iter().all(concerns_apt_alone)
    };
    before.find(alone).map(|found| found.index)
}

/// Whether a command writes or deletes files of apt's settings, and does nothing else.
fn concerns_apt_alone(call: &Call<'_>) -> bool {
    const SETTINGS: &str = "/etc/apt/apt.conf.d";
    match call.program.as_str() {
        "rm" => call.args.iter().all(|arg| {
            arg.text.starts_with('-') || arg.path().is_some_and(|path| is_inside(&path, SETTINGS))
        }),
        "echo" | "printf" => {
            let redirects = &call.command().redirects;
            !redirects.is_empty()
                && redirects.iter().all(|redirect| {
                    let target = redirect.target.as_ref().and_then(dockfit_shell::Word::value);
                    target.is_some_and(|target| is_inside(target, SETTINGS))
                })
        }
        _ => false,
    }
}
