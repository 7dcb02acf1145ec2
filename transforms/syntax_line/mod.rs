//! `syntax-line`: a file that uses newer grammar says which frontend reads it.

mod feature;
mod frontend;

use dockfit_rewrite::{Consent, Decision, DecisionInfo, Edit, Outcome, Pass, PassInfo, Reason, Safety, Task};

use self::feature::Feature;
use self::frontend::{LINE, Syntax};
use crate::dockerfiles::File;

/// The pass.
pub(crate) struct SyntaxLine;

static ADD: DecisionInfo = DecisionInfo {
    id: "syntax-line/add",
    summary: "a first line that names the frontend, where newer grammar is used",
    safety: Safety::Safe,
};

static MOVE: DecisionInfo = DecisionInfo {
    id: "syntax-line/move",
    summary: "the line that names the frontend at the top, where it has an effect",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "syntax-line",
    proposal: "2.2",
    summary: "older builders stop at newer grammar; a `# syntax=` line lets them fetch the frontend that knows it",
    page: include_str!("README.md"),
    decisions: &[&ADD, &MOVE],
    facets: &[],
    after: &[],
};

impl Pass for SyntaxLine {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        File::all(task)
            .filter_map(|file| decide(&file))
            .filter(|decision| task.consent(decision.info) == Consent::Given)
            .collect()
    }
}

fn decide(file: &File<'_>) -> Option<Decision> {
    let document = file.dockerfile.document();
    let used = feature::used(document);
    if let Some(syntax) = frontend::effective(document) {
        let first = used.first()?;
        return Some(match frontend::missing(&syntax.image, &used) {
            Some(feature) => file.decision(&ADD, syntax.span, too_old(&syntax, feature)),
            None => file.decision(&ADD, first.span, Outcome::Already),
        });
    }
    if let Some(syntax) = frontend::misplaced(document) {
        return Some(file.decision(&MOVE, syntax.span, misplaced(file, &syntax, &used)));
    }
    let first = used.first()?;
    let outcome = ignored(file, ADD.id).unwrap_or_else(|| {
        let line = format!("{LINE}{}", document.line_end());
        file.change([Edit::insert(frontend::top(document), line)], Vec::new(), None)
    });
    Some(file.decision(&ADD, first.span, outcome))
}

fn too_old(syntax: &Syntax, feature: &Feature) -> Outcome {
    refused(
        "old-frontend",
        format!("the frontend `{}` does not know {feature}", syntax.image),
        format!("write {LINE}, unless the pin is meant"),
    )
}

/// A comment that names a frontend and has no effect: moved to the top where the frontend named is one that knows all
/// that is used.
fn misplaced(file: &File<'_>, syntax: &Syntax, used: &[Feature]) -> Outcome {
    if let Some(outcome) = ignored(file, MOVE.id) {
        return outcome;
    }
    let document = file.dockerfile.document();
    let without_effect = "the line has no effect: it stands behind a comment, a blank line or an instruction";
    let refuse = |why: String| {
        let way_out = "move it to the first line, or remove it";
        refused("without-effect", format!("{without_effect}; {why}"), way_out.to_owned())
    };
    if used.is_empty() {
        return refuse("nothing in this file needs it".to_owned());
    }
    if let Some(feature) = frontend::missing(&syntax.image, used) {
        return refuse(format!("at the top, `{}` would not know {feature}", syntax.image));
    }
    if !frontend::is_dockers(&syntax.image) {
        return refuse(format!("what `{}` would make of the file is not known", syntax.image));
    }
    let text = document.text(syntax.span);
    let line = format!("{}{}", text.trim(), document.line_end());
    let edits = [Edit::insert(frontend::top(document), line), Edit::delete(syntax.span)];
    file.change(edits, Vec::new(), Some("where it stood, it had no effect".to_owned()))
}

/// The refusal where a comment above the first instruction keeps the pass away.
fn ignored(file: &File<'_>, name: &str) -> Option<Outcome> {
    file.dockerfile.is_ignored(0, name).then(|| {
        let text = "a comment above the first instruction keeps this pass away".to_owned();
        refused("ignored", text, "remove the comment".to_owned())
    })
}

fn refused(code: &'static str, text: String, way_out: String) -> Outcome {
    Outcome::Refused { reason: Reason { code, text }, way_out }
}
