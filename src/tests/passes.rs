//! Passes for tests: small, and with every outcome.

use dockfit_dockerfile::{Instruction, Keyword, Span};
use dockfit_rewrite::{
    Change, Consent, Context, Decision, DecisionInfo, Declared, Dockerfile, Edit, FileEdit, Outcome, Pass,
    PassInfo, Place, Reason, RelPath, Safety, Selection, Task,
};

/// All of them, in order.
pub(super) static ALL: &[&dyn Pass] = &[&Noops, &IgnoreFile, &CommentEater, &Meddler];

static SHORTEN: DecisionInfo =
    DecisionInfo { id: "noops/shorten", summary: "Write `true` for `sleep 0`", safety: Safety::Safe };
static EXIT: DecisionInfo =
    DecisionInfo { id: "noops/exit", summary: "Write `true` for `exit 0`", safety: Safety::Unsafe };
static NOOPS: PassInfo = PassInfo {
    id: "noops",
    proposal: "0.1",
    summary: "A command that does nothing need not be spelt out",
    page: "# noops\n\nWrites `true` for `sleep 0`.\n\n## Example\n\n```dockerfile\nRUN true\n```\n",
    decisions: &[&SHORTEN, &EXIT],
    facets: &[],
    after: &[],
};

/// Shortens `sleep 0`; refuses, advises and panics where the text says so.
struct Noops;

impl Pass for Noops {
    fn info(&self) -> &'static PassInfo {
        &NOOPS
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let files = task.project.dockerfiles().iter().enumerate();
        files.flat_map(|(index, file)| noops_in(task, index, file)).collect()
    }
}

fn noops_in(task: &Task<'_>, index: usize, file: &Dockerfile) -> Vec<Decision> {
    let runs = file.document().instructions().iter().enumerate();
    runs.filter(|(at, run)| run.keyword() == Keyword::Run && !file.is_ignored(*at, "noops"))
        .filter_map(|(_, run)| {
            let span = run.text.span(run.command.arguments.clone());
            let shorten = Edit::replace(span, "true");
            let (info, outcome) = match run.arguments() {
                "sleep 0" => (&SHORTEN, taken_out(file.path(), run, shorten)),
                "true" => (&SHORTEN, Outcome::Already),
                "false" => (&SHORTEN, refused("fails", "`false` does something: it fails", "Remove the RUN")),
                "exit 0" if task.consent(&EXIT) == Consent::Given => {
                    (&EXIT, taken_out(file.path(), run, shorten))
                }
                "exit 0" => (&EXIT, advised("unsafe", "`true` would do", &Selection::option_for(&EXIT))),
                "panic" => panic!("the text says so"),
                _ => return None,
            };
            let place = Place { file: file.path().clone(), span: run.text_span() };
            Some(Decision { info, dockerfile: index, place, outcome })
        })
        .filter(|decision| task.consent(decision.info) != Consent::Withheld)
        .collect()
}

fn applied(file: &RelPath, edit: Edit) -> Outcome {
    let edits = vec![FileEdit { file: file.clone(), edit }];
    Outcome::Applied(Change { edits, declares: Vec::new(), note: None })
}

fn taken_out(file: &RelPath, run: &Instruction, edit: Edit) -> Outcome {
    let edits = vec![FileEdit { file: file.clone(), edit }];
    let declared = Declared::TakenOut { run: run.span.start, words: run.arguments().to_owned() };
    Outcome::Applied(Change { edits, declares: vec![declared], note: None })
}

fn refused(code: &'static str, text: &str, way_out: &str) -> Outcome {
    Outcome::Refused { reason: Reason { code, text: text.to_owned() }, way_out: way_out.to_owned() }
}

fn advised(code: &'static str, text: &str, option: &str) -> Outcome {
    let reason = Reason { code, text: text.to_owned() };
    Outcome::Advised { reason, way_out: format!("Use {option}") }
}

static CREATE: DecisionInfo =
    DecisionInfo { id: "ignore-file/create", summary: "Add an ignore file", safety: Safety::Safe };
static IGNORE_FILE: PassInfo = PassInfo {
    id: "ignore-file",
    proposal: "0.2",
    summary: "What is no input need not be sent",
    page: "",
    decisions: &[&CREATE],
    facets: &[],
    after: &[],
};

/// Gives a known context an ignore file where `COPY . …` takes all of it.
struct IgnoreFile;

impl Pass for IgnoreFile {
    fn info(&self) -> &'static PassInfo {
        &IGNORE_FILE
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let files = task.project.dockerfiles().iter().enumerate();
        let found = files.filter_map(|(index, file)| {
            let copies = file.document().instructions().iter();
            let copy = copies
                .into_iter()
                .find(|copy| copy.keyword() == Keyword::Copy && copy.arguments().starts_with(". "))?;
            let outcome = match file.context() {
                Context::Unknown(why) => refused("context", why, "Name the context with --context"),
                Context::Known(context) => {
                    let path = context.join(".dockerignore")?;
                    match task.project.read(&path).ok()? {
                        Some(_) => Outcome::Already,
                        None => applied(&path, Edit::insert(0, "**/__pycache__\n")),
                    }
                }
            };
            let place = Place { file: file.path().clone(), span: copy.text_span() };
            Some(Decision { info: &CREATE, dockerfile: index, place, outcome })
        });
        found.collect()
    }
}

static EAT: DecisionInfo = DecisionInfo { id: "eater/eat", summary: "Lose a comment", safety: Safety::Safe };
static EATER: PassInfo = PassInfo {
    id: "eater",
    proposal: "0.3",
    summary: "Loses comments, and is taken back",
    page: "",
    decisions: &[&EAT],
    facets: &[],
    after: &[],
};

/// Deletes the comment `# lose me`: a bug, which the verifier finds.
struct CommentEater;

impl Pass for CommentEater {
    fn info(&self) -> &'static PassInfo {
        &EATER
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        const COMMENT: &str = "# lose me\n";
        let files = task.project.dockerfiles().iter().enumerate();
        let found = files.filter_map(|(index, file)| {
            let text = String::from_utf8_lossy(file.document().source()).into_owned();
            let start = text.find(COMMENT)?;
            let span = Span::new(start, start + COMMENT.len());
            let place = Place { file: file.path().clone(), span };
            Some(Decision {
                info: &EAT,
                dockerfile: index,
                place,
                outcome: applied(file.path(), Edit::delete(span)),
            })
        });
        found.collect()
    }
}

static MEDDLE: DecisionInfo = DecisionInfo { id: "meddler/write", summary: "Meddle", safety: Safety::ByName };
static MEDDLER: PassInfo = PassInfo {
    id: "meddler",
    proposal: "0.4",
    summary: "Changes the file on disk while the others run, as an editor might",
    page: "",
    decisions: &[&MEDDLE],
    facets: &[],
    after: &[],
};

/// Stands for somebody who saves the file between reading and writing.
struct Meddler;

impl Pass for Meddler {
    fn info(&self) -> &'static PassInfo {
        &MEDDLER
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        if task.consent(&MEDDLE) == Consent::Given {
            let path = task.project.root().join("Dockerfile");
            std::fs::write(path, "FROM saved\n").expect("a file can be written");
        }
        Vec::new()
    }
}
