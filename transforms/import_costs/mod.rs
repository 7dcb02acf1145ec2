//! `import-costs`: which heavy packages a server imports before it can answer, and where.

mod entry;
mod heavy;
mod image_files;
mod lazy;

use dockfit_dockerfile::Span;
use dockfit_dockerfile::model::Stage;
use dockfit_python::source::{Graph, Reach};
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Edit, Facet, FileEdit, FileSource, Outcome, Pass, PassInfo,
    Place, Reason, Safety, Task,
};

use self::entry::Entry;
use self::heavy::Heavy;
use self::image_files::ImageFiles;
use crate::build_context::BuildContext;
use crate::bytecode::bases::{Python, python};
use crate::bytecode::source::Source;
use crate::dockerfiles::File;

/// The pass.
pub(crate) struct ImportCosts;

static HEAVY: DecisionInfo = DecisionInfo {
    id: "import-costs/heavy",
    summary: "heavy packages that are imported before the server can answer",
    safety: Safety::Safe,
};

static LAZY: DecisionInfo = DecisionInfo {
    id: "import-costs/on-first-use",
    summary: "imports of heavy packages move into the functions that use them",
    safety: Safety::ByName,
};

static UNREAD: DecisionInfo = DecisionInfo {
    id: "import-costs/unread",
    summary: "where the way from the server to its imports cannot be followed",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "import-costs",
    proposal: "beyond",
    summary: "a start is mostly imports: what is imported on first use does not delay it",
    page: include_str!("README.md"),
    decisions: &[&HEAVY, &LAZY, &UNREAD],
    facets: &[Facet::Files],
    after: &[],
};

impl Pass for ImportCosts {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for file in File::all(task) {
            for decision in decide(&file) {
                // Two Dockerfiles of one application name the same import.
                let same = |other: &Decision| other.info == decision.info && other.place == decision.place;
                if !decisions.iter().any(same) && task.consent(decision.info) != Consent::Withheld {
                    decisions.push(decision);
                }
            }
        }
        decisions
    }
}

fn decide(file: &File<'_>) -> Vec<Decision> {
    look(file).unwrap_or_default()
}

/// What is to say of the stage that is built when none is named; nothing where it runs no Python server.
fn look(file: &File<'_>) -> Option<Vec<Decision>> {
    let model = file.dockerfile.model();
    let stage: &Stage = model.target()?;
    if python(model, stage.index) == Python::None {
        return None;
    }
    let entry = Entry::of(model, stage.index).or_else(|| Entry::in_script(file, stage.index))?;
    let says = entry::instruction(model, stage);
    let span = file.dockerfile.document().instructions().get(says)?.text_span();
    let unread = |code: &'static str, text: String, way_out: &str| {
        let reason = Reason { code, text };
        Some(vec![file.decision(&UNREAD, span, Outcome::Refused { reason, way_out: way_out.to_owned() })])
    };
    if file.dockerfile.is_ignored(says, INFO.id) {
        return unread(
            "ignored",
            "a comment above the command keeps this pass away".to_owned(),
            "remove the comment",
        );
    }
    let tree = match BuildContext::of(file.task.project, file.dockerfile) {
        Ok(tree) => tree,
        Err(refusal) => return unread(refusal.code, refusal.text, &refusal.way_out),
    };
    let source = Source::of(file.dockerfile, stage.index, &tree);
    let files = ImageFiles::new(&tree, &source);
    let roots = entry.roots(model, stage.index);
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let main = format!("{}.__main__", entry.name);
    let follow = |name: &str| Graph::from_entry(&files, &roots, name, Reach::AtImport).ok();
    let Some(graph) = follow(&main).or_else(|| follow(&entry.name)) else {
        let text = format!("`{}` is not among the source that this image copies", entry.name);
        return unread("entry-not-found", text, "python -X importtime tells what a start imports");
    };
    let mut decisions: Vec<Decision> = Vec::new();
    for problem in &graph.problems {
        let path = files.context_path(&problem.place.path).unwrap_or(&problem.place.path);
        let (line, column) = (problem.place.line, problem.place.column);
        let text = format!("{path}:{line}:{column}: {}; what it imports is not known", problem.message);
        decisions.extend(unread("not-python", text, "mend the file").into_iter().flatten());
    }
    let has_lazy_imports = entry::has_lazy_imports(model, stage.index);
    for found in heavy::found(&graph) {
        decisions.extend(one(file, &tree, &files, &graph, &found, has_lazy_imports));
    }
    Some(decisions)
}

/// What is to say of one heavy package: at the first import of it.
fn one(
    file: &File<'_>,
    tree: &BuildContext<'_>,
    files: &ImageFiles<'_>,
    graph: &Graph,
    heavy: &Heavy<'_>,
    has_lazy_imports: bool,
) -> Vec<Decision> {
    let Some(reached) = graph.modules.get(heavy.by) else { return Vec::new() };
    let Some(path) = files.context_path(reached.module.path()).and_then(|path| tree.folder.join(path)) else {
        return Vec::new();
    };
    let mut chain: Vec<String> = Vec::new();
    for (module, import) in graph.chain(heavy.by) {
        let place = module.place(import.statement.start);
        let path = files.context_path(module.path()).unwrap_or_default();
        chain.push(format!("{path}:{}", place.line));
    }
    let by_name = file.task.consent(&LAZY) == Consent::Given;
    if !heavy.first && !by_name {
        return Vec::new();
    }
    let import = heavy.import;
    let at = reached.module.place(import.statement.start);
    chain.push(format!("{path}:{}", at.line));
    let cost = heavy.row.cost();
    let others = match heavy.others {
        0 => String::new(),
        1 => ", and in one more module".to_owned(),
        more => format!(", and in {more} more modules"),
    };
    let text = format!(
        "`{}` is imported before the server can answer{cost}: {}{others}",
        heavy.row.name,
        chain.join(" → ")
    );
    // The module's text is without a byte order mark, the file is not.
    let bytes = FileSource::read(file.task.project, &path).ok().flatten().unwrap_or_default();
    let shift = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let span = Span::new(import.statement.start + shift, import.statement.end + shift);
    let decision = |info, outcome| {
        let place = Place { file: path.clone(), span };
        Decision { place, ..file.decision(info, span, outcome) }
    };
    let advised = |way_out: String| {
        let reason = Reason { code: "heavy-import", text: text.clone() };
        decision(&HEAVY, Outcome::Advised { reason, way_out })
    };
    let edits = lazy::edits(graph, heavy).map(|edits| {
        // The interpreter's own way leaves the import where it stands.
        let own = || vec![Edit::insert(import.statement.start, "lazy ")];
        if has_lazy_imports { own() } else { edits }
    });
    match edits {
        Ok(edits) if by_name => {
            let edits = edits.into_iter().map(|mut edit| {
                edit.span = Span::new(edit.span.start + shift, edit.span.end + shift);
                FileEdit { file: path.clone(), edit }
            });
            let change = Change {
                edits: edits.collect(),
                declares: Vec::new(),
                note: Some(format!(
                    "an error in `{}` itself shows at its first use, no longer at the start",
                    heavy.row.name
                )),
            };
            vec![decision(&LAZY, Outcome::Applied(change))]
        }
        Ok(_) if has_lazy_imports => {
            vec![advised(format!("--with {} writes lazy before the import, which Python 3.15 has", LAZY.id))]
        }
        Ok(_) => vec![advised(format!("--with {} moves the import into the functions that use it", LAZY.id))],
        Err(why) if by_name => {
            let reason = Reason { code: why.code, text: why.text };
            vec![decision(&LAZY, Outcome::Refused { reason, way_out: why.way_out })]
        }
        Err(why) => vec![advised(format!("import it where it is first used, by hand: {}", why.text))],
    }
}
