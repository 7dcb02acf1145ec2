//! Proof, of the text that was made: nothing in a stage on a distroless image needs a shell, and what it starts is there.

use dockfit_dockerfile::model::{Base, Model, State};
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
        let text = format!("line {line} of the result: {what}");
        Err(Refusal::new("not-proven", text, "mend that line where it is your own, else keep the base"))
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
    let arguments_alone = instruction.keyword() == Keyword::Cmd && has_entrypoint(model, image, stage);
    let Some(program) = words.first().filter(|_| !arguments_alone) else { return Ok(()) };
    if is_there(document, model, image, stage, index, program) {
        Ok(())
    } else {
        unproven(format!("`{program}` is not in the stage"))
    }
}

/// Whether CMD of a stage is the arguments of an entrypoint: of its own, else of the image.
fn has_entrypoint(model: &Model, image: &Image, stage: usize) -> bool {
    let own = model.lineage(stage).find_map(|stage| {
        stage.instructions.clone().rev().find_map(|index| match model.operation(index) {
            Some(Operation::Entrypoint(CommandLine::Exec(array))) => Some(!array.items.is_empty()),
            Some(Operation::Entrypoint(CommandLine::Shell(_))) => Some(true),
            _ => None,
        })
    });
    own.unwrap_or(!image.entrypoint.is_empty())
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
            let folder = model.state(index).map(State::current_dir);
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

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "FROM gcr.io/distroless/python3-debian13";

    fn unproven(body: &str) -> Option<String> {
        check(format!("{BASE}\n{body}\n").as_bytes()).err().map(|refusal| refusal.text)
    }

    #[test]
    fn what_needs_a_shell_is_found() {
        for (body, told) in [
            ("RUN true", "line 2 of the result: RUN in shell form"),
            ("CMD python app.py", "line 2 of the result: CMD in shell form"),
            ("ENTRYPOINT python app.py", "line 2 of the result: ENTRYPOINT in shell form"),
            ("HEALTHCHECK CMD python -c pass", "line 2 of the result: HEALTHCHECK in shell form"),
        ] {
            assert_eq!(unproven(body).as_deref(), Some(told), "{body}");
        }
        // A stage that is built on it has no shell either.
        assert!(check(format!("{BASE} AS base\nFROM base\nRUN true\n").as_bytes()).is_err());
        assert!(check(b"FROM gcr.io/distroless/python3-debian13:debug\nRUN true\n").is_ok());
    }

    #[test]
    fn programs_that_are_not_there_are_found() {
        for body in [
            "ENTRYPOINT []\nCMD [\"uvicorn\", \"app:app\"]",
            "RUN [\"/usr/local/bin/python3.13\", \"-c\", \"pass\"]",
            "HEALTHCHECK CMD [\"curl\", \"localhost\"]\nENTRYPOINT [\"python\"]",
            "ENTRYPOINT [\"./serve\"]",
        ] {
            assert!(unproven(body).is_some_and(|text| text.contains("is not in the stage")), "{body}");
        }
        for body in [
            "ENTRYPOINT []\nCMD [\"python\", \"app.py\"]",
            "CMD [\"app.py\"]",
            "RUN [\"/usr/bin/python3.13\", \"-c\", \"pass\"]",
            "COPY --from=build /install /usr/local\nENTRYPOINT [\"uvicorn\", \"app:app\"]",
            "WORKDIR /app\nCOPY serve .\nENTRYPOINT [\"./serve\"]",
            "ENV PATH=/venv/bin:$PATH\nCOPY --from=build /venv /venv\nENTRYPOINT [\"gunicorn\"]",
        ] {
            assert_eq!(unproven(body), None, "{body}");
        }
    }
}
