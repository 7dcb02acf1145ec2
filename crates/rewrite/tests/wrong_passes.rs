//! Passes that break a promise, and are taken back.

use std::sync::Arc;

use dockfit_rewrite::{
    Change, Context, Decision, DecisionInfo, Declared, Dockerfile, Edit, FileEdit, MemoryFiles, Outcome,
    Pass, PassInfo, Place, Project, RelPath, Safety, Selection, Task, pipeline,
};

static SWAP: DecisionInfo = DecisionInfo { id: "swap/text", summary: "Swap a text", safety: Safety::Safe };

static DECISIONS: &[&DecisionInfo] = &[&SWAP];

/// Puts one text in the place of another, and declares words as taken out.
struct Swap {
    info: PassInfo,
    from: &'static str,
    to: &'static str,
    taken: &'static [&'static str],
}

impl Pass for Swap {
    fn info(&self) -> &'static PassInfo {
        Box::leak(Box::new(self.info))
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let file = &task.project.dockerfiles()[0];
        let source = String::from_utf8_lossy(file.document().source()).into_owned();
        let Some(at) = source.find(self.from) else { return Vec::new() };
        let span = dockfit_dockerfile::Span::new(at, at + self.from.len());
        let instructions = file.document().instructions().iter();
        let run = instructions.filter(|found| found.span.encloses(span)).map(|found| found.span.start).next();
        let taken = |words: &&str| Declared::TakenOut { run: run.unwrap_or(0), words: (*words).to_owned() };
        let change = Change {
            edits: vec![FileEdit { file: file.path().clone(), edit: Edit::replace(span, self.to) }],
            declares: self.taken.iter().map(taken).collect(),
            note: None,
        };
        let place = Place { file: file.path().clone(), span };
        vec![Decision { info: &SWAP, dockerfile: 0, place, outcome: Outcome::Applied(change) }]
    }
}

/// The promise that is broken by the swap in `text`, if one is.
fn broken(
    text: &str,
    from: &'static str,
    to: &'static str,
    taken: &'static [&'static str],
) -> Option<&'static str> {
    let info = PassInfo {
        id: "swap",
        proposal: "0",
        summary: "",
        page: "",
        decisions: DECISIONS,
        facets: &[],
        after: &[],
    };
    let pass: &'static Swap = Box::leak(Box::new(Swap { info, from, to, taken }));
    let path = RelPath::new("Dockerfile").expect("a plain name");
    let file = Dockerfile::new(path, Context::Unknown(String::new()), text);
    let project = Project::new("/".into(), vec![file], Arc::new(MemoryFiles::new()));
    let report = pipeline::run(&project, &[pass], &Selection::default());
    report.takebacks.first().map(|takeback| takeback.breach.promise)
}

#[test]
fn an_operator_alone_does_not_go() {
    let text = "FROM a\nRUN one && two\n";
    assert_eq!(broken(text, "one && two", "one two", &[]), Some("scripts"));
    assert_eq!(broken(text, "one && two", "one two", &["three"]), Some("scripts"));
    let text = "FROM a\nRUN one && gone x && two | three\n";
    assert_eq!(broken(text, "gone x && ", "", &["gone x"]), None);
    assert_eq!(broken(text, "gone x && two | three", "two three", &["gone x"]), Some("scripts"));
    assert_eq!(broken(text, " && gone x && two", "", &["gone x"]), Some("scripts"));
}

#[test]
fn an_operator_at_either_end_goes_with_its_words() {
    let text = "FROM a\nRUN gone x; one; gone y\n";
    assert_eq!(broken(text, "gone x; one; gone y", "one", &["gone x", "gone y"]), None);
    assert_eq!(broken(text, "one; gone y", "one; true", &["gone y"]), None);
}
