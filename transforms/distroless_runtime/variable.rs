//! A base that a build argument decides: its default is an assumption, which has to hold.

use dockfit_dockerfile::model::Stage;
use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::context;

use super::bases::Kind;
use super::choice::base_variable;
use super::one_stage;
use super::scene::Scene;
use super::table::Language;
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;

/// The build arguments in the name of a stage's base, those in its platform left out.
fn names(file: &File<'_>, stage: &Stage) -> Vec<String> {
    let Some(Operation::From(from)) = file.dockerfile.model().operation(stage.from) else {
        return Vec::new();
    };
    let named = |name: &&String| {
        let text = &from.base.text;
        text.contains(&format!("${{{name}")) || text.contains(&format!("${name}"))
    };
    stage.base_arguments.iter().filter(named).cloned().collect()
}

/// Refuses a base of a build argument that is not known to have its default in every build of the repository, or that
/// nothing but this stage goes by.
pub(super) fn fits(file: &File<'_>, stage: &Stage, kind: Kind) -> Result<(), Refusal> {
    let names = names(file, stage);
    let model = file.dockerfile.model();
    let [name] = names.as_slice() else {
        return if names.is_empty() { Ok(()) } else { Err(base_variable(stage)) };
    };
    let is_used =
        model.stages().iter().any(|other| other.index != stage.index && other.base_arguments.contains(name));
    // A stage below the last one stays, and goes by it.
    let is_below = model.stages().last().is_some_and(|last| last.index != stage.index);
    let stays = is_used || is_below || one_stage::installs(file, stage);
    if kind != Kind::Python || !stays {
        return Err(base_variable(stage));
    }
    match passed(file, name, &stage.base_name) {
        None => Ok(()),
        Some(place) => {
            let text = format!("{place} may pass another {name} than the default, which the base goes by");
            Err(Refusal::new("base-variable", text, "write the base's name and version into FROM"))
        }
    }
}

/// Where a file that builds the Dockerfile passes a value that is not part of the base's name.
fn passed(file: &File<'_>, name: &str, base: &str) -> Option<String> {
    let project = file.task.project;
    context::builders(project, file.dockerfile.path()).into_iter().find_map(|path| {
        let bytes = project.read(&path).ok().flatten()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let line = text.lines().position(|line| {
            line.split_once(name).is_some_and(|(before, rest)| {
                let is_word = !before.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_');
                let rest = rest.trim_start_matches(['"', '\'']).trim_start();
                let value = rest
                    .strip_prefix(['=', ':'])
                    .map(|value| value.trim().trim_matches(['"', '\'', ',', ']', '}', ' ']));
                is_word && value.is_some_and(|value| value.is_empty() || !base.contains(value))
            })
        })?;
        Some(format!("{path}:{}", line + 1))
    })
}

/// The build argument by which the old base was chosen, and what the new image has in its place, where these could differ.
pub(super) fn guarded(scene: &Scene<'_>) -> Option<(String, &'static str)> {
    let Language::Python(version) = scene.image.language else { return None };
    if scene.image.is_copied {
        return None;
    }
    let name = names(scene.file, scene.stage).into_iter().next()?;
    Some((name, version))
}

/// The statement that ends the build where the argument names another version.
pub(super) fn statement(name: &str, version: &str) -> String {
    format!(
        "'{version}' in os.environ['{name}'] or exit('this image has Python {version}: {name} is another')"
    )
}
