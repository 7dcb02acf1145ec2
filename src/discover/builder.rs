//! A compose file, a bake file or a workflow that was given: it stands for what it builds.

use std::path::Path;

use dockfit_rewrite::RelPath;
use dockfit_rewrite::context::declarations_in;

use super::Root;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// Takes over what the file at `inside` builds; what is wrong with it.
pub(super) fn given(root: &mut Root, given: &Path, inside: &RelPath) -> Vec<Problem> {
    let file = shown(given);
    let problem = |kind, message: String, help: &str| Problem::new(kind, message).in_file(&file).help(help);
    let bytes = match root.overlay.read_inside(&root.path, inside) {
        Ok(bytes) => bytes,
        Err(failure) => return vec![problem(ProblemKind::Read, failure.message(), "check the file")],
    };
    let Some(declared) = declarations_in(inside, &bytes) else {
        let message = "it cannot be read as what its name says that it is".to_owned();
        return vec![problem(ProblemKind::Read, message, "mend it, or name a Dockerfile")];
    };
    if declared.builds.is_empty() && declared.inline.is_empty() && declared.elsewhere.is_empty() {
        let message = "it builds no Dockerfile, as far as can be told".to_owned();
        let help = "name a Dockerfile or a folder; what depends on variables cannot be told";
        return vec![problem(ProblemKind::NoDockerfile, message, help)];
    }
    let at = |problem: Problem, line: usize| problem.at_line(&bytes, line);
    let mut problems = Vec::new();
    for elsewhere in &declared.elsewhere {
        let message =
            format!("what the service `{}` builds depends on variables, or lies elsewhere", elsewhere.name);
        let help = "name its Dockerfile, with --context";
        problems.push(at(problem(ProblemKind::Elsewhere, message, help), elsewhere.line));
    }
    if !declared.inline.is_empty() {
        root.inline_in.insert(inside.clone());
    }
    for (build, line) in declared.builds {
        if !build.dockerfile.on_disk(&root.path).is_file() {
            let message = format!("the Dockerfile that it builds, {}, is not there", build.dockerfile);
            let help = "paths count from the build's context; check `dockerfile` and `context`";
            problems.push(at(problem(ProblemKind::Path, message, help), line));
            continue;
        }
        let is_new = root.dockerfiles.insert(build.dockerfile.clone());
        let targets = root.targets.entry(build.dockerfile.clone()).or_default();
        match build.target.as_ref().filter(|target| target.parse::<usize>().is_err()) {
            // What one build takes whole, or by number, is meant whole.
            None => targets.clear(),
            Some(target) if is_new || !targets.is_empty() => targets.push(target.clone()),
            Some(_) => {}
        }
        root.given.push(build);
    }
    problems
}
