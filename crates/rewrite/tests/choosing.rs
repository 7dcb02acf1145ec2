//! Decisions that are offered and declined, and the places of edits in the file on disk.

use std::sync::Arc;

use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::{
    Change, Context, Decision, DecisionInfo, Declared, Dockerfile, Edit, FileEdit, MemoryFiles, Outcome,
    Pass, PassInfo, Place, Project, RelPath, Safety, Selection, Task, pipeline,
};

static CUT: DecisionInfo = DecisionInfo { id: "cut/noop", summary: "Cut `gone`", safety: Safety::Safe };
static LABEL: DecisionInfo = DecisionInfo { id: "label/add", summary: "Add a label", safety: Safety::Safe };
static CUT_INFO: PassInfo = info("cut", &[&CUT]);
static LABEL_INFO: PassInfo = info("label", &[&LABEL]);

const fn info(id: &'static str, decisions: &'static [&'static DecisionInfo]) -> PassInfo {
    PassInfo { id, proposal: "0", summary: "", page: "", decisions, facets: &[], after: &[] }
}

/// Turns each `RUN gone` into `RUN true`.
struct Cut;

impl Pass for Cut {
    fn info(&self) -> &'static PassInfo {
        &CUT_INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let file = &task.project.dockerfiles()[0];
        let runs = file.document().instructions().iter().filter(|found| found.arguments() == "gone");
        runs.map(|run| decision(&CUT, file, run.text.span(run.command.arguments.clone()), "true")).collect()
    }
}

/// Puts a comment at the top of the file, once.
struct Label;

impl Pass for Label {
    fn info(&self) -> &'static PassInfo {
        &LABEL_INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let file = &task.project.dockerfiles()[0];
        let from = file.document().instructions().iter().find(|found| found.keyword() == Keyword::From);
        match from {
            Some(from) if from.span.start == 0 => {
                vec![decision(&LABEL, file, Span::empty(0), "# labelled\n")]
            }
            _ => Vec::new(),
        }
    }
}

fn decision(info: &'static DecisionInfo, file: &Dockerfile, span: Span, text: &str) -> Decision {
    let place = Place { file: file.path().clone(), span };
    let edit = FileEdit { file: file.path().clone(), edit: Edit::replace(span, text) };
    let change = Change { edits: vec![edit], declares: declares(file, span), note: None };
    Decision { info, dockerfile: 0, place, outcome: Outcome::Applied(change) }
}

fn project(text: &str) -> Project {
    let path = RelPath::new("Dockerfile").expect("a plain name");
    let file = Dockerfile::new(path, Context::Unknown(String::new()), text);
    Project::new("/".into(), vec![file], Arc::new(MemoryFiles::new()))
}

fn after(report: &pipeline::Report) -> String {
    String::from_utf8(report.after.dockerfiles()[0].document().source().to_vec()).expect("text")
}

#[test]
fn what_is_declined_is_not_made_and_no_takeback() {
    let mut offered = 0;
    let report = pipeline::run_choosing(
        &project("FROM a\nRUN gone\nRUN gone\nRUN gone\n"),
        &[&Label, &Cut],
        &Selection::default(),
        &mut |offer| {
            offered += 1;
            offer.pass.id == "label" || offer.decision.place.span.start > 30
        },
    );
    assert_eq!(offered, 4);
    assert!(report.takebacks.is_empty(), "{:?}", report.takebacks);
    assert_eq!(after(&report), "# labelled\nFROM a\nRUN gone\nRUN true\nRUN true\n");
    assert_eq!(report.passes[1].decisions.len(), 2, "a declined decision is not reported");
}

#[test]
fn edits_are_placed_in_the_file_on_disk() {
    let text = "FROM a\nRUN gone\nRUN x\nRUN gone\n";
    let report = pipeline::run(&project(text), &[&Label, &Cut], &Selection::default());
    let spans: Vec<Span> =
        report.passes[1].decisions.iter().flat_map(|placed| placed.original_edits.clone()).collect();
    assert_eq!(spans.iter().map(|span| &text[span.range()]).collect::<Vec<_>>(), ["gone", "gone"]);
    assert!(report.takebacks.is_empty(), "{:?}", report.takebacks);
}

fn declares(file: &Dockerfile, span: Span) -> Vec<Declared> {
    let runs = file.document().instructions().iter().filter(|found| found.span.encloses(span));
    runs.map(|run| Declared::TakenOut { run: run.span.start, words: "gone".to_owned() }).collect()
}
