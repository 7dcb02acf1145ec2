//! Which layers a change of each file makes anew, by the model, as JSON.
//!
//! usage: layers DOCKERFILE < files of the context, a path a line, as `dockfit inspect --context-files` lists them
//!
//! `{"stages": [{"name", "steps": [{"index", "text"}]}], "changes": {PATH: [["cached" | "anew" | "content", …]]}}`:
//! steps are the instructions that make a layer, `index` counts them from 2 (the engine counts FROM, too). What is copied
//! from a stage that is made anew depends on what that stage brings forth: `content`, and so do the steps behind it.
//! `tests/copy_order` holds this against what a real engine does.

use std::io::{Read as _, Write as _};

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, Origin, Taker};
use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::context::{Taken, invalidated_by, taken};
use dockfit_rewrite::{Context, Dockerfile, RelPath};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: layers DOCKERFILE < FILES")?;
    let mut given = String::new();
    std::io::stdin().read_to_string(&mut given)?;
    let mut files: Vec<String> = given.lines().map(str::to_owned).collect();
    files.sort();
    let dockerfile = Dockerfile::new(RelPath::root(), Context::Known(RelPath::root()), std::fs::read(path)?);
    let stages: Vec<Value> =
        (0..dockerfile.model().stages().len()).map(|stage| told(&dockerfile, stage)).collect();
    let changes: serde_json::Map<String, Value> =
        files.iter().map(|changed| (changed.clone(), json!(after(&dockerfile, &files, changed)))).collect();
    writeln!(std::io::stdout(), "{:#}", json!({"stages": stages, "changes": changes}))?;
    Ok(())
}

/// The instructions of a stage that make a layer (buildkit `dockerfile2llb`: those with a vertex of their own).
fn steps(dockerfile: &Dockerfile, stage: usize) -> Vec<usize> {
    let range = dockerfile.model().stages()[stage].instructions.clone();
    let makes = |keyword| matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir);
    range.filter(|index| makes(dockerfile.document().instructions()[*index].keyword())).collect()
}

fn told(dockerfile: &Dockerfile, stage: usize) -> Value {
    let document = dockerfile.document();
    let steps: Vec<Value> = steps(dockerfile, stage)
        .into_iter()
        .enumerate()
        .map(|(at, index)| {
            let text = document.instructions()[index].text.as_str().trim();
            json!({"index": at + 2, "text": text})
        })
        .collect();
    // buildkit `dockerfile2llb` numbers the stages that have no name
    let name = dockerfile.model().stages()[stage].name.clone();
    json!({"name": name.unwrap_or_else(|| format!("stage-{stage}")), "steps": steps})
}

/// For each stage, what becomes of each step.
fn after(dockerfile: &Dockerfile, files: &[String], changed: &str) -> Vec<Vec<&'static str>> {
    let model = dockerfile.model();
    let first = invalidated_by(dockerfile, files, changed);
    let mut all: Vec<Vec<&'static str>> = Vec::new();
    for stage in model.stages() {
        let mut now = match stage.base {
            Base::Stage(other) => all[other].last().copied().unwrap_or("cached"),
            _ => "cached",
        };
        let mut of_stage = Vec::new();
        for index in steps(dockerfile, stage.index) {
            let from_stage = stage
                .takes
                .iter()
                .any(|take| take.by == Taker::Instruction(index) && matches!(take.from, Origin::Stage(_)));
            let reached = first[stage.index].is_some_and(|first| index >= first);
            now = match (now, reached) {
                ("anew", _) => "anew",
                (now, false) => now,
                ("content", true) if !reads(dockerfile, index, files, changed) => "content",
                (_, true) if from_stage => "content",
                (_, true) => "anew",
            };
            let alone = matches!(model.operation(index), Some(Operation::Copy(copy) | Operation::Add(copy)) if copy.link);
            let unmoved = alone && !from_stage && !reads(dockerfile, index, files, changed);
            of_stage.push(if unmoved { "cached" } else { now });
        }
        all.push(of_stage);
    }
    all
}

/// Whether the changed file is among what an instruction copies from the context.
fn reads(dockerfile: &Dockerfile, index: usize, files: &[String], changed: &str) -> bool {
    match taken(dockerfile, index, files) {
        Taken::Nothing => false,
        Taken::Files(found) => found.iter().any(|file| file.source == changed),
        Taken::Unknown(_) => true,
    }
}
