//! `debug-target`: the runtime once more, with a shell and tools, for whoever has to look into it.

use std::fmt::Write as _;

use dockfit_dockerfile::model::{Base, Fact, Stage};
use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_dockerfile::{Document, Keyword, LineKind, NodeKind};
use dockfit_rewrite::{
    Consent, Decision, DecisionInfo, Declared, Dockerfile, Edit, Facet, Outcome, Pass, PassInfo, Reason,
    Safety, Selection, Task,
};

use crate::bytecode;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::distroless_runtime::{self, table};
use crate::dockerfiles::{File, decisions};

/// The pass.
pub(crate) struct DebugTarget;

static STAGE: DecisionInfo = DecisionInfo {
    id: "debug-target/stage",
    summary: "a target with the same application, a shell and tools, which nothing builds by default",
    safety: Safety::Unsafe,
};

static INFO: PassInfo = PassInfo {
    id: "debug-target",
    proposal: "9.1",
    summary: "an image without a shell cannot be looked into; the same application with one can",
    page: include_str!("README.md"),
    decisions: &[&STAGE],
    facets: &[Facet::Env, Facet::Entrypoint],
    after: &["distroless-runtime"],
};

impl Pass for DebugTarget {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, decide)
    }
}

fn decide(file: &File<'_>) -> Option<Decision> {
    let model = file.dockerfile.model();
    let document = file.dockerfile.document();
    let stage = model.stages().last()?;
    let span = document.instructions().get(stage.from)?.text_span();
    let consent = file.task.consent(&STAGE);
    let outcome = match add(file, stage) {
        Ok(None) => Outcome::Already,
        Ok(Some(added)) if consent == Consent::Given => {
            file.change([added.edit], added.declares, Some(format!("docker build --target {}", added.name)))
        }
        Ok(Some(added)) => Outcome::Advised {
            reason: Reason {
                code: "no-debug-target",
                text: "the image has no shell to look into it with".to_owned(),
            },
            way_out: format!("{} adds the target `{}`", Selection::option_for(&STAGE), added.name),
        },
        // Where the base stays, it stays for the reason that is given there, and for none of its own.
        Err(refusal) => distroless_runtime::refused(file).unwrap_or_else(|| refusal.into_outcome()),
    };
    let speaks = consent == Consent::Given || matches!(outcome, Outcome::Advised { .. });
    speaks.then(|| file.decision(&STAGE, span, outcome))
}

/// The name of the debug stage of a stage.
pub(crate) fn name(stage: Option<&str>) -> String {
    stage.map_or_else(|| "debug".to_owned(), |name| format!("{name}-debug"))
}

/// A stage to be added.
#[derive(Debug)]
pub(crate) struct Added {
    pub(crate) name: String,
    pub(crate) edit: Edit,
    pub(crate) declares: Vec<Declared>,
}

/// The debug stage of `stage`; nothing where there is one.
fn add(file: &File<'_>, stage: &Stage) -> Result<Option<Added>, Refusal> {
    let model = file.dockerfile.model();
    let Base::Image(image) = &stage.base else {
        let text = match stage.base {
            Base::Scratch => "the final stage is built on nothing, for which there is no image with a shell",
            _ => "the final stage is built on another stage",
        };
        return Err(Refusal::new("not-distroless", text, "build the final stage on a distroless image"));
    };
    if tag(image).is_none() {
        let text = format!(
            "`{}` is no distroless image: it has its own shell, or no variant with one",
            image.familiar()
        );
        return Err(Refusal::new("not-distroless", text, "apply distroless-runtime first, if it fits"));
    }
    if file.dockerfile.is_ignored(stage.from, INFO.id) {
        return Err(Refusal::new(
            "ignored",
            "a comment above the stage keeps this pass away",
            "remove the comment",
        ));
    }
    if image.digest.is_some() {
        let text = format!(
            "`{}` is pinned by its digest, and no pin of its debug variant is known here",
            image.familiar()
        );
        return Err(Refusal::new("pinned", text, "add the stage by hand, with the pin of the debug tag"));
    }
    if !stage.base_arguments.is_empty() {
        let text = format!("the base is decided by the build argument {}", stage.base_arguments.join(", "));
        return Err(Refusal::new("base-variable", text, "write the base's name and tag into FROM"));
    }
    let name = name(stage.name.as_deref());
    let is_debug = |other: &Stage| match &other.base {
        Base::Image(base) => {
            base.path == image.path && base.effective_tag().is_some_and(|tag| tag.starts_with("debug"))
        }
        _ => false,
    };
    if model.stage_named(&name).is_some() || model.stages().iter().any(is_debug) {
        return Ok(None);
    }
    write(file.dockerfile.document().source(), file.dockerfile, stage, &name).map(Some)
}

/// The tag with busybox that belongs to the image's own; nothing for other images, and for those with it.
fn tag(image: &ImageReference) -> Option<&'static str> {
    table::named(&format!("{}/{}", image.domain, image.path))?;
    match image.effective_tag() {
        Some("latest") => Some("debug"),
        Some("nonroot") => Some("debug-nonroot"),
        _ => None,
    }
}

/// The debug stage of the last stage of `text`, as an edit of `dockerfile`, of which `text` was made and in which that stage
/// is `stage`.
pub(crate) fn write(
    text: &[u8],
    dockerfile: &Dockerfile,
    stage: &Stage,
    name: &str,
) -> Result<Added, Refusal> {
    let read = Dockerfile::new(dockerfile.path().clone(), dockerfile.context().clone(), text.to_vec());
    let (document, model) = (read.document(), read.model());
    let cannot = || Refusal::new("cannot-edit", "the final stage is not read", "add the stage by hand");
    let last = model.stages().last().ok_or_else(cannot)?;
    let Base::Image(reference) = &last.base else { return Err(cannot()) };
    let tag = tag(reference).ok_or_else(cannot)?;
    let debug = format!("{}:{tag}", reference.familiar_name());
    let habits = document.habits();
    let end = habits.line_end;
    let from = habits.keyword(Keyword::From);
    let as_word = if habits.lower_case { "as" } else { "AS" };
    let of = last.name.as_deref().map_or_else(String::new, |name| format!(" of `{name}`"));
    let mut lines = format!(
        "# The application{of} with a shell and tools: docker build --target {name}{end}{from} {debug} {as_word} {name}{end}"
    );
    let mut declares = vec![
        Declared::StageAdded { name: name.to_owned(), like: stage.index },
        Declared::Base { stage: stage.index, image: debug },
        Declared::Env("PATH".to_owned()),
    ];
    let entrypoint = model.config(last.index).entrypoint;
    let has_own =
        last.instructions.clone().any(|index| keyword(document, index) == Some(Keyword::Entrypoint));
    for index in repeated(&read, last) {
        let Some(instruction) = document.instructions().get(index) else { continue };
        if instruction.keyword() == Keyword::Cmd && !has_own && entrypoint == Fact::Known(Vec::new()) {
            // Where the image starts the program itself, its debug variant starts a shell.
            let _ = write!(lines, "{} []{end}", habits.keyword(Keyword::Entrypoint));
        }
        for line in instruction.lines.iter().filter(|line| line.kind != LineKind::Comment) {
            lines.push_str(&document.text(line.span));
        }
        if !lines.ends_with('\n') {
            lines.push_str(end);
        }
        if instruction.keyword() == Keyword::Run {
            let words = match &instruction.command.json {
                Some(array) => {
                    array.items.iter().map(|item| item.value.as_str()).collect::<Vec<_>>().join(" ")
                }
                None => instruction.arguments().to_owned(),
            };
            declares.push(Declared::RunAdded(words));
        }
    }
    let old = dockerfile.document();
    let start = old.comments_above(stage.from).start;
    lines.push_str(&end.repeat(gap(old, start)));
    Ok(Added { name: name.to_owned(), edit: Edit::insert(start, lines), declares })
}

/// The instructions that the debug stage repeats: all but the steps that compile to bytecode, which shortens a start and
/// changes no answer, and the users that only those steps have.
fn repeated(dockerfile: &Dockerfile, stage: &Stage) -> Vec<usize> {
    let document = dockerfile.document();
    let steps = Steps::of(dockerfile);
    let compiles = |index: &usize| {
        let calls = steps.at(*index).map(Step::calls).unwrap_or_default();
        !calls.is_empty() && calls.iter().all(bytecode::compiles)
    };
    let mut kept: Vec<usize> = Vec::new();
    for index in stage.instructions.clone().filter(|index| !compiles(index)) {
        let is_user = |index: usize| keyword(document, index) == Some(Keyword::User);
        let left_out_between = kept.last().is_some_and(|last| last + 1 < index);
        if left_out_between && is_user(index) && kept.last().is_some_and(|last| is_user(*last)) {
            kept.pop();
        }
        kept.push(index);
    }
    kept
}

fn keyword(document: &Document, index: usize) -> Option<Keyword> {
    document.instructions().get(index).map(dockfit_dockerfile::Instruction::keyword)
}

/// The number of empty lines between two stages of this file.
pub(crate) fn gap(document: &Document, start: usize) -> usize {
    let before = document.nodes().iter().rev().skip_while(|node| node.span.start >= start);
    before.take_while(|node| node.kind == NodeKind::Blank).count().clamp(1, 2)
}
