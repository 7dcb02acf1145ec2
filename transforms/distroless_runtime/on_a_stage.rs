//! A stage that is built on another one: what that one does is written into it first, then its base is swapped.

use std::fmt::Write as _;

use dockfit_dockerfile::model::Stage;
use dockfit_dockerfile::{Document, Instruction, Keyword, LineKind, NodeKind};
use dockfit_rewrite::{Declared, Dockerfile};

use super::choice::Chosen;
use super::in_two::difference;
use super::one_stage::{self, base_words, from_name};
use super::planned::{Made, planned};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// What is written into a stage.
struct Repeated {
    /// The whole text with it.
    text: String,
    /// How many RUNs are among it.
    runs: usize,
    /// How many RUNs of the stage it stands behind.
    behind: usize,
}

/// Swaps the base of a stage that is built on others, of which `lowest` is built on an image.
pub(super) fn apart(file: &File<'_>, stage: &Stage, lowest: &Stage, chosen: Chosen) -> Result<Made, Refusal> {
    let own = file.dockerfile;
    let repeated = repeated(file, stage, lowest)?;
    let dockerfile = Dockerfile::new(own.path().clone(), own.context().clone(), repeated.text);
    let inner = file.with(&dockerfile);
    let last = dockerfile
        .model()
        .stages()
        .last()
        .filter(|_| dockerfile.errors().next().is_none())
        .ok_or_else(|| shared(stage))?;
    if one_stage::installs(&inner, last) {
        return Err(shared(stage));
    }
    let made = planned(&inner, last, chosen, Vec::new())?;
    // What was declared of the RUNs of the text in between, told of those on disk.
    let inner_runs = runs(dockerfile.document(), last);
    let own_runs = runs(own.document(), stage);
    let place = |run: usize| {
        let at = inner_runs.iter().position(|found| *found == run)?;
        let before = if at < repeated.behind { at } else { at.checked_sub(repeated.runs)? };
        own_runs.get(before).filter(|_| before == at || before >= repeated.behind).copied()
    };
    let mut declares = Vec::new();
    for declared in made.declares {
        match declared {
            // A RUN that was written into the stage alone was not there before.
            Declared::RunTakenOut(run) => declares.extend(place(run).map(Declared::RunTakenOut)),
            other => declares.push(other),
        }
    }
    // They stand before what is repeated, which is nothing to them.
    for index in stage.instructions.clone().take(repeated.behind) {
        let Some(compiles) = own.document().instructions().get(index) else { continue };
        let Some(array) = &compiles.command.json else { return Err(shared(stage)) };
        let words: Vec<&str> = array.items.iter().map(|item| item.value.as_str()).collect();
        declares.push(Declared::RunTakenOut(compiles.span.start));
        declares.push(Declared::RunAdded(words.join(" ")));
    }
    let mut notes = made.notes;
    notes.push(format!("what the stage `{}` sets, it sets itself", stage.base_name));
    let edits = vec![difference(own.document().source(), &made.text)];
    Ok(Made { edits, declares, notes, ..made })
}

/// Where the RUNs of a stage begin, in their order.
fn runs(document: &Document, stage: &Stage) -> Vec<usize> {
    let of_stage = stage.instructions.clone().filter_map(|index| document.instructions().get(index));
    of_stage.filter(|found| found.keyword() == Keyword::Run).map(|found| found.span.start).collect()
}

fn shared(stage: &Stage) -> Refusal {
    Refusal::new(
        "base-is-a-stage",
        format!("the final stage is built on the stage `{}`, which others need as it is", stage.base_name),
        "build the final stage on the image itself, and repeat the ENV and WORKDIR that it needs",
    )
}

/// The text with the instructions of the stages below in the stage, which is built on the image itself.
fn repeated(file: &File<'_>, stage: &Stage, lowest: &Stage) -> Result<Repeated, Refusal> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let instruction = |index: usize| document.instructions().get(index).ok_or_else(|| shared(stage));
    let (from, lowest_from) = (instruction(stage.from)?, instruction(lowest.from)?);
    // One that says for which platform is another stage than the ones below.
    if !from.command.flags.is_empty() {
        return Err(shared(stage));
    }
    let own: Vec<Keyword> =
        stage.instructions.clone().filter_map(|index| Some(instruction(index).ok()?.keyword())).collect();
    let replaced = |keyword: Keyword| match keyword {
        Keyword::Cmd => own.contains(&Keyword::Cmd) || own.contains(&Keyword::Entrypoint),
        Keyword::Entrypoint | Keyword::Healthcheck | Keyword::Stopsignal => own.contains(&keyword),
        _ => false,
    };
    let mut below: Vec<&Stage> = model.lineage(stage.index).skip(1).collect();
    below.reverse();
    let (mut lines, mut runs) = (String::new(), 0);
    for index in below.iter().flat_map(|stage| stage.instructions.clone()) {
        let found = instruction(index)?;
        match found.keyword() {
            Keyword::Onbuild => return Err(shared(stage)),
            keyword if replaced(keyword) => continue,
            Keyword::Run if found.command.json.is_some() => return Err(shared(stage)),
            Keyword::Run => runs += 1,
            _ => {}
        }
        lines.push_str(&without_comments(document, found));
    }
    let habits = document.habits();
    let as_word = if habits.lower_case { "as" } else { "AS" };
    let source = document.source();
    let piece = |range: std::ops::Range<usize>| {
        String::from_utf8(source.get(range).unwrap_or_default().to_vec()).map_err(|_| shared(stage))
    };
    let mut text = piece(0..from.span.start)?;
    let _ = write!(text, "{} {}", habits.keyword(Keyword::From), base_words(lowest_from));
    if let Some(name) = from_name(document, stage) {
        let _ = write!(text, " {as_word} {name}");
    }
    text.push_str(habits.line_end);
    // Behind the steps that compile the standard library, so that it does not matter whether `bytecode` ran before.
    let steps = Steps::of(file.dockerfile);
    let compiles = |index: &usize| steps.at(*index).is_some_and(one_stage::is_of_the_interpreter);
    let behind = stage.instructions.clone().take_while(compiles).last().unwrap_or(stage.from);
    let at = instruction(behind)?.span.end;
    text.push_str(&piece(from.span.end..at)?);
    let next = document.nodes().partition_point(|node| node.span.start < at);
    if !lines.is_empty() && document.nodes().get(next).is_some_and(|node| node.kind == NodeKind::Blank) {
        text.push_str(habits.line_end);
    }
    text.push_str(&lines);
    text.push_str(&piece(at..source.len())?);
    let behind = stage.instructions.clone().take_while(compiles).count();
    Ok(Repeated { text, runs, behind })
}

fn without_comments(document: &Document, instruction: &Instruction) -> String {
    let lines = instruction.lines.iter().filter(|line| line.kind != LineKind::Comment);
    let mut text: String = lines.map(|line| document.text(line.span).into_owned()).collect();
    if !text.ends_with('\n') {
        text.push_str(document.line_end());
    }
    text
}
