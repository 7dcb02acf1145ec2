//! What stands on an image without a shell, in whatever any case becomes: no step needs a shell, and every program that is
//! started is there, with the interpreter that it asks for and the packages that it imports.
//!
//! The rules are this test's own: neither the table of the pass nor its proof is asked.

use std::path::Path;

use dockfit_dockerfile::model::{Base, CopiedSource, Fact, Model, Stage, Value};
use dockfit_dockerfile::operation::{CommandLine, Healthcheck, Operation};
use dockfit_dockerfile::{Document, Keyword};
use dockfit_rewrite::{Project, Selection, pipeline};

#[path = "support/case_files.rs"]
mod case_files;

use self::case_files::{folders, project};

/// Where images without a shell have the programs of their language (their file systems, 2026-11-24).
fn programs(image: &str) -> &'static [&'static str] {
    match image {
        _ if image.starts_with("python3") => &["/usr/bin/python3.13", "/usr/bin/python3", "/usr/bin/python"],
        _ if image.starts_with("nodejs") => &["/nodejs/bin/node"],
        _ if image.starts_with("java") => &["/usr/bin/java"],
        _ => &[],
    }
}

/// The image without a shell that a stage stands on in the end, by its name behind the registry.
fn bare(model: &Model, stage: &Stage) -> Option<String> {
    let Base::Image(image) = &model.lineage(stage.index).last()?.base else { return None };
    let name = format!("{}/{}", image.domain, image.path);
    let name = name.strip_prefix("gcr.io/distroless/")?.to_owned();
    let debug = image.tag.as_deref().is_some_and(|tag| tag.starts_with("debug"));
    (!debug).then_some(name)
}

/// A stage that has no shell, and what was found in it.
struct Bare<'m> {
    document: &'m Document,
    model: &'m Model,
    stage: &'m Stage,
    image: String,
}

impl Bare<'_> {
    fn instructions(&self) -> Vec<usize> {
        let mut own: Vec<usize> =
            self.model.lineage(self.stage.index).flat_map(|stage| stage.instructions.clone()).collect();
        own.sort_unstable();
        own
    }

    fn exec_words(&self, index: usize) -> Option<Vec<String>> {
        let array = self.document.instructions()[index].command.json.as_ref()?;
        Some(array.items.iter().map(|item| item.value.clone()).collect())
    }

    /// The text of all RUNs.
    fn runs(&self) -> String {
        let is_run = |index: &usize| self.document.instructions()[*index].keyword() == Keyword::Run;
        let runs = self.instructions().into_iter().filter(is_run);
        runs.map(|index| self.exec_words(index).unwrap_or_default().join(" ")).collect::<Vec<_>>().join("\n")
    }

    fn folders_of_path(&self) -> Vec<String> {
        let path = self.model.environment_at_end(self.stage.index).value("PATH").cloned();
        let path = path.as_ref().and_then(Value::text).unwrap_or_default().to_owned();
        path.split(':').map(str::to_owned).collect()
    }

    /// The path of a program, where the stage has it.
    fn find(&self, program: &str, index: usize) -> Option<String> {
        let places = if program.contains('/') {
            let folder = self.model.state(index).map(dockfit_dockerfile::model::State::current_dir);
            let folder =
                folder.as_ref().and_then(Value::as_known).unwrap_or("/").trim_end_matches('/').to_owned();
            let program = program.trim_start_matches("./");
            vec![if program.starts_with('/') { program.to_owned() } else { format!("{folder}/{program}") }]
        } else {
            self.folders_of_path()
                .iter()
                .map(|folder| format!("{}/{program}", folder.trim_end_matches('/')))
                .collect()
        };
        places.into_iter().find(|place| self.has(place))
    }

    fn has(&self, place: &str) -> bool {
        if programs(&self.image).contains(&place) {
            return true;
        }
        // A link that a RUN makes: the folder and the name stand in one loop.
        let (folder, name) = place.rsplit_once('/').unwrap_or_default();
        let runs = self.runs();
        if runs.contains(&format!("'{folder}/{{name}}'")) && runs.contains(&format!("'{name}'")) {
            return true;
        }
        self.instructions().into_iter().any(|index| {
            if !matches!(self.model.operation(index), Some(Operation::Copy(_) | Operation::Add(_))) {
                return false;
            }
            let Some(copied) = self.model.copied(self.document, index) else { return false };
            let Some(target) = copied.destination.as_known() else { return false };
            let folder = target.trim_end_matches('/');
            let below = place == folder || place.starts_with(&format!("{folder}/"));
            // Single files land under their own names.
            let is_file = |source: &CopiedSource| match source {
                CopiedSource::Path(Value::Known(path)) => {
                    place == format!("{folder}/{}", path.rsplit('/').next().unwrap_or_default())
                        || path
                            .rsplit('/')
                            .next()
                            .is_none_or(|name| !name.trim_start_matches('.').contains('.'))
                }
                _ => true,
            };
            below && copied.sources.iter().any(is_file)
        })
    }

    /// Everything that is wrong.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let instructions = self.document.instructions();
        for index in self.instructions() {
            let line = self.document.line_of(index);
            let keyword = instructions[index].keyword();
            let mut fault = |what: &str| faults.push(format!("line {line}: {keyword} {what}"));
            if instructions[index].onbuild.is_some() || keyword == Keyword::Shell {
                fault("needs a shell");
            }
            let words = match (keyword, self.model.operation(index)) {
                (Keyword::Run, _) => self.exec_words(index),
                (_, Some(Operation::Healthcheck(Healthcheck::Probe(probe)))) => match &probe.command {
                    CommandLine::Exec(_) => self.exec_words(index),
                    CommandLine::Shell(_) => None,
                },
                (
                    _,
                    Some(
                        Operation::Cmd(CommandLine::Shell(_)) | Operation::Entrypoint(CommandLine::Shell(_)),
                    ),
                ) => None,
                _ => continue,
            };
            let Some(words) = words else {
                fault("is in shell form");
                continue;
            };
            if let Some(program) =
                words.first().filter(|_| matches!(keyword, Keyword::Run | Keyword::Healthcheck))
                && self.find(program, index).is_none()
            {
                fault(&format!("starts `{program}`, which is not there"));
            }
        }
        faults.extend(self.start());
        faults
    }

    /// What is wrong with the program that the container starts.
    fn start(&self) -> Option<String> {
        let config = self.model.config(self.stage.index);
        let words = |fact: &Fact<Vec<String>>| match fact {
            Fact::Known(words) => words.clone(),
            Fact::Unknown => Vec::new(),
        };
        let all: Vec<String> = words(&config.entrypoint).into_iter().chain(words(&config.cmd)).collect();
        let program = all.first()?;
        let end = self.stage.instructions.end;
        let last = end.saturating_sub(1);
        let Some(place) = self.find(program, last) else {
            return Some(format!("the container starts `{program}`, which is not there"));
        };
        if !self.image.starts_with("python3") || programs(&self.image).contains(&place.as_str()) {
            return self.packages();
        }
        // A console script, or the link of an environment: both go by the interpreter that installed them.
        let is_script = self.is_of_python(&place);
        if is_script && !self.has("/usr/local/bin/python3.13") {
            return Some(format!("`{place}` asks for an interpreter in /usr/local/bin, where there is none"));
        }
        self.packages()
    }

    /// Whether a path is copied from a stage on the official image of Python.
    fn is_of_python(&self, place: &str) -> bool {
        self.copies_from_python()
            .iter()
            .any(|(_, target)| place.starts_with(&format!("{target}/")) || place == target)
    }

    /// Sources and destinations of what is copied from stages on images with Python in /usr/local.
    fn copies_from_python(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for index in self.instructions() {
            let Some(Operation::Copy(copy)) = self.model.operation(index) else { continue };
            let Some(from) = copy.from.as_ref().and_then(|from| self.model.stage_named(&from.text)) else {
                continue;
            };
            let lowest = self.model.lineage(from.index).last().map(|lowest| lowest.base_name.clone());
            if !lowest.is_some_and(|name| name.contains("python")) {
                continue;
            }
            let Some(copied) = self.model.copied(self.document, index) else { continue };
            let target = copied.destination.as_known().unwrap_or_default().trim_end_matches('/').to_owned();
            for source in copied.sources {
                if let CopiedSource::Path(Value::Known(path)) = source {
                    found.push((path.trim_end_matches('/').to_owned(), target.clone()));
                }
            }
        }
        found
    }

    /// Packages have to lie where the interpreter looks.
    fn packages(&self) -> Option<String> {
        if !self.image.starts_with("python3") {
            return None;
        }
        let runs = self.runs();
        let told = self.model.environment_at_end(self.stage.index).value("PYTHONPATH").is_some();
        self.copies_from_python().into_iter().find_map(|(_, target)| {
            let into_prefix = target == "/usr/local" || target == "/usr/local/lib/python3.13";
            let into_site = target.ends_with("/usr/local/lib/python3.13/site-packages");
            let linked =
                runs.contains("os.symlink('site-packages', '/usr/local/lib/python3.13/dist-packages')");
            (!told && !linked && (into_prefix || into_site))
                .then(|| format!("packages in {target} are not looked for"))
        })
    }
}

fn faults(text: &str) -> Vec<String> {
    let document = Document::parse(text);
    let model = Model::of(&document);
    let stages = model.stages().iter().filter_map(|stage| {
        Some(Bare { document: &document, model: &model, stage, image: bare(&model, stage)? })
    });
    stages.flat_map(|stage| stage.faults()).collect()
}

/// Passes whose cases are also tried by themselves: those that write, or look at, what stands on such an image.
const ALONE: &[&str] = &["bytecode", "debug-target", "distroless-runtime"];

#[test]
fn what_any_case_becomes_needs_no_shell_where_there_is_none() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut standing, mut wrong) = (0, Vec::new());
    for pass in dockfit_transforms::passes() {
        let id = pass.info().id;
        for case in folders(&root.join(id.replace('-', "_")).join("cases")) {
            let project = project(&case);
            let texts = |project: &Project| -> Vec<String> {
                let files = project.dockerfiles().iter();
                files.map(|file| String::from_utf8_lossy(file.document().source()).into_owned()).collect()
            };
            let had: Vec<Vec<String>> = texts(&project).iter().map(|text| faults(text)).collect();
            let alone = Selection { only: vec![id.to_owned()], ..Selection::default() };
            let together = Selection { all: true, ..Selection::default() };
            for selection in ALONE.contains(&id).then_some(alone).into_iter().chain([together]) {
                let report = pipeline::run(&project, dockfit_transforms::passes(), &selection);
                for (text, had) in texts(&report.after).iter().zip(&had) {
                    standing += usize::from(text.contains("gcr.io/distroless/"));
                    // What was wrong before is not the passes' doing.
                    let found = faults(text);
                    if had.is_empty() {
                        wrong.extend(found.iter().map(|fault| format!("{}: {fault}", case.display())));
                    }
                }
            }
        }
    }
    assert!(standing > 100, "only {standing} results stand on an image without a shell");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn faults_are_found() {
    const BASE: &str = "FROM python:3.13 AS build\nRUN pip install --prefix=/install x\nFROM gcr.io/distroless/python3-debian13\n";
    let told = |body: &str| faults(&format!("{BASE}{body}\n"));
    for body in [
        "RUN true",
        "RUN [\"/bin/sh\", \"-c\", \"true\"]",
        "CMD python app.py",
        "SHELL [\"/bin/bash\", \"-c\"]",
        "HEALTHCHECK CMD curl localhost",
        "HEALTHCHECK CMD [\"curl\", \"localhost\"]",
        "ENTRYPOINT []\nCMD [\"gunicorn\", \"app\"]",
        // The script is there, its interpreter is not.
        "COPY --from=build /install /opt/app\nENV PATH=/opt/app/bin:$PATH PYTHONPATH=/opt/app\nENTRYPOINT [\"gunicorn\"]",
        // The interpreter does not look there.
        "COPY --from=build /install /usr/local\nENTRYPOINT [\"python\", \"-m\", \"app\"]",
    ] {
        assert!(!told(body).is_empty(), "{body}");
    }
    for body in [
        "CMD [\"app.py\"]",
        "ENTRYPOINT []\nCMD [\"python3\", \"app.py\"]",
        "COPY serve /app/\nENTRYPOINT [\"/app/serve\"]",
    ] {
        assert_eq!(told(body), Vec::<String>::new(), "{body}");
    }
    assert_eq!(faults("FROM gcr.io/distroless/python3-debian13:debug\nRUN true\n"), Vec::<String>::new());
}
