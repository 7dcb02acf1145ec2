//! Dockerfiles that stand in a compose file: what the passes would do there is told, and not done. What they say of consumers
//! counts from a Dockerfile's path, which these have not, and compose puts variables into them.

use dockfit_dockerfile::Position;
use dockfit_rewrite::context::{InlineDockerfile, InlineText, declarations_in};
use dockfit_rewrite::{Context, Outcome, Pass, RelPath};

use super::sound::{engine_refuses, sound};
use super::{Draft, Member, shown};
use crate::discover::Root;
use crate::problem::{Problem, ProblemKind};
use crate::run;

/// What is to be said of the Dockerfiles in a compose file.
pub(super) fn problems(passes: &[&'static dyn Pass], root: &Root, path: &RelPath) -> Vec<Problem> {
    let Ok(bytes) = root.overlay.read_inside(&root.path, path) else { return Vec::new() };
    if memchr::memmem::find(&bytes, b"dockerfile_inline").is_none() {
        return Vec::new();
    }
    let inline = declarations_in(path, &bytes).map(|found| found.inline).unwrap_or_default();
    inline.iter().flat_map(|inline| of_one(passes, root, path, inline, &bytes)).collect()
}

fn of_one(
    passes: &[&'static dyn Pass],
    root: &Root,
    path: &RelPath,
    inline: &InlineDockerfile,
    bytes: &[u8],
) -> Vec<Problem> {
    let file = shown(&path.on_disk(&root.path));
    let about = format!("the Dockerfile of the service `{}` stands in this file", inline.service);
    let problem = |message: String, help: &str| {
        let problem = Problem::new(ProblemKind::Inline, message).in_file(&file).help(help);
        problem.at_line(bytes, inline.line)
    };
    let text = match &inline.text {
        Ok(text) => text,
        Err(why) => {
            return vec![problem(format!("{about} and is not looked at: {why}"), OWN_FILE)];
        }
    };
    let placed = |problem: Problem| {
        let line = problem.position.map_or(inline.line, |at| line_in_file(text, at));
        problem.in_file(&file).at_line(bytes, line)
    };
    if let Err(problems) = sound(&file, text.source.as_bytes()) {
        return problems.into_iter().map(placed).collect();
    }
    let Some(draft) = draft(root, path, inline, text) else { return Vec::new() };
    let ran = match run::one(passes, &draft, &mut |offer| draft.wants(offer)) {
        Ok(ran) => ran,
        Err(problem) => return vec![placed(problem)],
    };
    let refused: Vec<Problem> =
        ran.report.before.dockerfiles().iter().flat_map(|it| engine_refuses(&file, it)).map(placed).collect();
    if !refused.is_empty() {
        return refused;
    }
    let mut would = Vec::new();
    let mut others = 0;
    for placed in ran.report.passes.iter().flat_map(|pass| &pass.decisions) {
        match &placed.decision.outcome {
            Outcome::Applied(_) => {
                let at = crate::report::position(&ran.report, &placed.original);
                let line = at.filter(|_| placed.original.file == draft.members[0].path);
                let line = line.map_or(inline.line, |at| line_in_file(text, at));
                would.push(format!("{} (line {line})", placed.decision.info.id));
            }
            Outcome::Refused { .. } | Outcome::Advised { .. } => others += 1,
            Outcome::Already => {}
        }
    }
    if would.is_empty() && others == 0 {
        return Vec::new();
    }
    let more = match others {
        0 => String::new(),
        1 => "; refused or advised: 1".to_owned(),
        more => format!("; refused or advised: {more}"),
    };
    let would = if would.is_empty() { "nothing".to_owned() } else { would.join(", ") };
    vec![problem(
        format!("{about} and is not changed there; in a file of its own it would be: {would}{more}"),
        OWN_FILE,
    )]
}

const OWN_FILE: &str = "put it into a file of its own, and name that as `build.dockerfile`";

/// The Dockerfile as one of a path that no file has.
fn draft(root: &Root, path: &RelPath, inline: &InlineDockerfile, text: &InlineText) -> Option<Draft> {
    let name = format!("{}#{}.Dockerfile", path.file_name(), inline.service.replace(['/', '\\'], "-"));
    let context = match &inline.context {
        Some(context) => Context::Known(context.clone()),
        None => Context::Unknown("its context is not a folder of the repository".to_owned()),
    };
    let member = Member {
        path: path.parent().join(name)?,
        context,
        source: text.source.as_bytes().into(),
        targets: inline.target.iter().cloned().collect(),
    };
    Some(Draft {
        root: root.path.clone(),
        settings: root.settings.clone(),
        members: vec![member],
        standard_input: false,
        tracked: std::sync::Arc::default(),
        overlay: root.overlay.clone(),
    })
}

/// The line of the compose file that a place of the text stands on.
fn line_in_file(text: &InlineText, at: Position) -> usize {
    text.first_line + at.line - 1
}
