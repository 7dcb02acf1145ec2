//! Proof, of the text that was made: nothing in a stage on a distroless image needs a shell, and what it starts is there.

use dockfit_dockerfile::model::{Base, Model};
use dockfit_dockerfile::operation::{CommandLine, Healthcheck, Operation};
use dockfit_dockerfile::values::path::clean;
use dockfit_dockerfile::{Document, Keyword};

use super::table::{self, Image};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;

/// Looks at every stage of `text` that is built on a distroless image of the table, by whatever way.
pub(crate) fn check(text: &[u8]) -> Result<(), Refusal> {
    let document = Document::parse(text);
    let model = Model::of(&document);
    for stage in model.stages() {
        let Some(lowest) = model.lineage(stage.index).last() else { continue };
        let Base::Image(reference) = &lowest.base else { continue };
        let Some(image) = table::named(&format!("{}/{}", reference.domain, reference.path)) else { continue };
        let has_shell = reference.effective_tag().is_some_and(|tag| tag.starts_with("debug"));
        for index in stage.instructions.clone() {
            one(&document, &model, image, has_shell, stage.index, index)?;
        }
    }
    Ok(())
}

fn one(
    document: &Document,
    model: &Model,
    image: &Image,
    has_shell: bool,
    stage: usize,
    index: usize,
) -> Result<(), Refusal> {
    let line = document.line_of(index);
    let unproven = |what: String| {
        Err(Refusal::new("not-proven", format!("line {line} of the result: {what}"), "keep the base"))
    };
    let Some(instruction) = document.instructions().get(index) else { return Ok(()) };
    let command = match model.operation(index) {
        Some(Operation::Cmd(line) | Operation::Entrypoint(line)) => Some(line),
        Some(Operation::Healthcheck(Healthcheck::Probe(probe))) => Some(&probe.command),
        Some(Operation::Run(_)) if instruction.command.json.is_none() && !has_shell => {
            return unproven("RUN in shell form".to_owned());
        }
        _ => None,
    };
    let words: Vec<String> = match (command, &instruction.command.json) {
        (Some(CommandLine::Shell(_)), _) if !has_shell => {
            return unproven(format!("{} in shell form", instruction.keyword()));
        }
        (Some(CommandLine::Exec(array)), _) => array.items.iter().map(|item| item.value.clone()).collect(),
        (None, Some(array)) if instruction.keyword() == Keyword::Run => {
            array.items.iter().map(|item| item.value.clone()).collect()
        }
        _ => return Ok(()),
    };
    let arguments_alone = instruction.keyword() == Keyword::Cmd
        && model.lineage(stage).flat_map(|stage| stage.instructions.clone()).any(|other| {
            matches!(model.operation(other), Some(Operation::Entrypoint(CommandLine::Exec(array))) if !array.items.is_empty())
        });
    let Some(program) = words.first().filter(|_| !arguments_alone) else { return Ok(()) };
    if is_there(document, model, image, stage, index, program) {
        Ok(())
    } else {
        unproven(format!("`{program}` is not in the stage"))
    }
}

/// Whether a program is in the image, or was put where it is looked for.
fn is_there(
    document: &Document,
    model: &Model,
    image: &Image,
    stage: usize,
    index: usize,
    program: &str,
) -> bool {
    let name = dockfit_shell::base_name(program);
    let path = model.environment_at_end(stage).value("PATH").cloned();
    let path = path.as_ref().and_then(|path| path.text()).unwrap_or_default().to_owned();
    let folders: Vec<&str> = path.split(':').collect();
    let of_image = |known: &&&str| {
        **known == program
            || (!program.contains('/')
                && known
                    .rsplit_once('/')
                    .is_some_and(|(folder, own)| own == name && folders.contains(&folder)))
    };
    if image.programs.iter().find(of_image).is_some() {
        return true;
    }
    let places: Vec<String> = match (program.starts_with('/'), program.contains('/')) {
        (true, _) => vec![clean(program)],
        (false, true) => {
            let folder = model.state(index).map(|state| state.current_dir());
            let folder = folder.as_ref().and_then(|folder| folder.as_known()).unwrap_or("/").to_owned();
            vec![clean(&format!("{folder}/{program}"))]
        }
        (false, false) => folders.iter().map(|folder| clean(&format!("{folder}/{name}"))).collect(),
    };
    let mut instructions = model.lineage(stage).flat_map(|stage| stage.instructions.clone());
    instructions.any(|other| match model.operation(other) {
        Some(Operation::Copy(_) | Operation::Add(_)) => {
            let copied = model.copied(document, other);
            let destination = copied.as_ref().and_then(|copied| copied.destination.as_known()).map(clean);
            destination.is_some_and(|destination| places.iter().any(|place| is_inside(place, &destination)))
        }
        // The links of the interpreter.
        Some(Operation::Run(_)) => {
            let text = document.instructions().get(other).map(|found| found.arguments().to_owned());
            text.is_some_and(|text| text.contains("os.symlink") && text.contains(&format!("'{name}'")))
        }
        _ => false,
    })
}
