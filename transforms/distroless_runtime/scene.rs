//! The final stage, read: what it copies, runs, and starts.

use std::collections::BTreeMap;

use dockfit_dockerfile::model::{Base, CopiedSource, Model, Origin, Stage, Taker, Value};
use dockfit_dockerfile::operation::{CommandLine, Healthcheck, Operation};
use dockfit_dockerfile::values::path::clean;
use dockfit_dockerfile::{Document, Keyword};
use dockfit_rewrite::Context;

use super::accounts::Accounts;
use super::bases::{self, Kind, System};
use super::choice::Chosen;
use super::libraries::{self, Carried};
use super::runs::{self, Effects};
use super::table::{Image, RELEASE};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// What is known of the image that the stage was built on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OldBase {
    /// Whether it has no users but those of its system.
    pub(super) plain: bool,
    pub(super) alpine: bool,
    /// The release of Debian that it is, if it is one.
    pub(super) release: Option<u32>,
}

/// A COPY or ADD of the final stage.
#[derive(Clone, Debug)]
pub(super) struct Copied {
    pub(super) index: usize,
    /// The one source, where it is a single path of a stage or image.
    pub(super) source: Option<String>,
    /// Where it goes, without a slash at the end.
    pub(super) destination: String,
    /// Whether it is taken from another stage or image.
    pub(super) from: bool,
    /// Whether it says who owns the files.
    pub(super) has_owner: bool,
}

/// The final stage.
pub(super) struct Scene<'t> {
    pub(super) file: &'t File<'t>,
    pub(super) stage: &'t Stage,
    pub(super) image: &'static Image,
    pub(super) kind: Kind,
    pub(super) old: OldBase,
    pub(super) accounts: Accounts,
    pub(super) effects: Effects,
    /// Packages of the stage that builds whose shared libraries what it builds may link to.
    pub(super) linked: Vec<&'static str>,
    /// The libraries of packages that are carried over.
    pub(super) carried: Carried,
    pub(super) copies: Vec<Copied>,
    /// WORKDIRs with the folder that each makes the current one.
    pub(super) workdirs: Vec<(usize, String)>,
    pub(super) users: Vec<usize>,
    pub(super) entrypoint: Option<usize>,
    pub(super) cmd: Option<usize>,
    pub(super) healthcheck: Option<usize>,
    /// SHELLs: nothing is left for them to run.
    pub(super) shells: Vec<usize>,
    /// Files of the context, by their path in the image.
    pub(super) context_files: BTreeMap<String, String>,
}

impl<'t> Scene<'t> {
    pub(super) fn document(&self) -> &'t Document {
        self.file.dockerfile.document()
    }

    pub(super) fn model(&self) -> &'t Model {
        self.file.dockerfile.model()
    }

    /// Reads the stage.
    pub(super) fn read(
        file: &'t File<'t>,
        stage: &'t Stage,
        chosen: Chosen,
        linked: Vec<&'static str>,
    ) -> Result<Self, Refusal> {
        let Chosen { image, kind, old } = chosen;
        let image_users: &[(&str, u32, u32)] = if kind == Kind::Node { &[("node", 1000, 1000)] } else { &[] };
        let mut scene = Self {
            file,
            stage,
            image,
            kind,
            old,
            accounts: Accounts::of_image(image_users, old.plain, old.alpine),
            effects: Effects::default(),
            linked,
            carried: Carried::default(),
            copies: Vec::new(),
            workdirs: Vec::new(),
            users: Vec::new(),
            entrypoint: None,
            cmd: None,
            healthcheck: None,
            shells: Vec::new(),
            context_files: BTreeMap::new(),
        };
        let steps = Steps::of(file.dockerfile);
        for index in stage.instructions.clone() {
            scene.take(&steps, index)?;
        }
        scene.check_origins()?;
        scene.carried = libraries::carried(&scene, &steps)?;
        Ok(scene)
    }

    fn take(&mut self, steps: &Steps<'_>, index: usize) -> Result<(), Refusal> {
        let document = self.document();
        let line = document.line_of(index);
        let Some(instruction) = document.instructions().get(index) else { return Ok(()) };
        match instruction.keyword() {
            Keyword::Run => {
                let step = steps.at(index).ok_or_else(|| {
                    let text = format!("line {line}: the RUN is a script of another interpreter");
                    Refusal::new(
                        "run-in-final-stage",
                        text,
                        "move it to the stage that builds, and copy what it makes",
                    )
                })?;
                runs::read(self.file.dockerfile, step, self.image, &mut self.accounts, &mut self.effects)
            }
            Keyword::Copy | Keyword::Add => self.take_copy(index, line),
            Keyword::Workdir => {
                let known = self.workdir_after(index).ok_or_else(|| {
                    let text = format!("line {line}: the folder of WORKDIR is not known");
                    Refusal::new("workdir-unknown", text, "name the folder in WORKDIR")
                })?;
                self.workdirs.push((index, known));
                Ok(())
            }
            Keyword::User => {
                self.users.push(index);
                Ok(())
            }
            Keyword::Entrypoint => {
                self.entrypoint = Some(index);
                Ok(())
            }
            Keyword::Cmd => {
                self.cmd = Some(index);
                Ok(())
            }
            Keyword::Healthcheck => {
                self.healthcheck = Some(index);
                Ok(())
            }
            Keyword::Shell => {
                self.shells.push(index);
                Ok(())
            }
            Keyword::Onbuild => {
                let text =
                    format!("line {line}: ONBUILD says what builds on this image do, which need its shell");
                Err(Refusal::new(
                    "onbuild",
                    text,
                    "keep an image for others to build on apart from the one that runs",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The folder that the WORKDIR with this index makes the current one.
    fn workdir_after(&self, index: usize) -> Option<String> {
        let Some(Operation::Workdir(word)) = self.model().operation(index) else { return None };
        let path = self.model().expand(index, &word.text).ok().map(Value::from)?;
        let path = path.as_known()?;
        if path.starts_with('/') {
            return Some(clean(path));
        }
        let current = self.model().state(index)?.current_dir();
        Some(clean(&format!("{}/{path}", current.as_known()?)))
    }

    fn take_copy(&mut self, index: usize, line: usize) -> Result<(), Refusal> {
        let (model, document) = (self.model(), self.document());
        let unread = || {
            let text = format!("line {line}: it cannot be told where the files go");
            Refusal::new("copy-unknown", text, "write source and destination without variables")
        };
        let copied = model.copied(document, index).ok_or_else(unread)?;
        let Some(Operation::Copy(written) | Operation::Add(written)) = model.operation(index) else {
            return Err(unread());
        };
        let destination = copied.destination.as_known().ok_or_else(unread)?;
        let from = written.from.is_some();
        let source = match copied.sources.as_slice() {
            [CopiedSource::Path(Value::Known(path))] => Some(path.to_string()),
            _ => None,
        };
        let into = destination.ends_with('/');
        let folder = clean(destination);
        for source in &copied.sources {
            let CopiedSource::Path(Value::Known(path)) = source else { continue };
            if !from {
                let path = path.trim_start_matches("./").trim_start_matches('/').to_owned();
                let name = path.rsplit('/').next().unwrap_or_default();
                let place =
                    if into { format!("{}/{name}", folder.trim_end_matches('/')) } else { folder.clone() };
                self.context_files.insert(place, path);
            }
        }
        self.copies.push(Copied {
            index,
            source: source.map(|path| clean(&format!("/{path}"))),
            destination: folder,
            from,
            has_owner: written.chown.is_some(),
        });
        Ok(())
    }

    /// What is copied from other stages and images gets along with the C library and the version of the language.
    fn check_origins(&self) -> Result<(), Refusal> {
        let (model, document) = (self.model(), self.document());
        for take in &self.stage.takes {
            let Taker::Instruction(index) = take.by else { continue };
            let line = document.line_of(index);
            let Origin::Stage(from) = &take.from else { continue };
            let Some(lowest) = model.lineage(*from).last() else { continue };
            let Base::Image(image) = &lowest.base else { continue };
            let refuse = |code, text: String, way_out: String| {
                Err(Refusal::new(code, format!("line {line}: {text}"), way_out))
            };
            let name = image.familiar();
            if bases::kind(image) != Some(self.kind) {
                // Files for a browser, configuration: no program of another language runs here.
                continue;
            }
            // What a Java compiler writes runs on any system.
            if self.kind == Kind::Java {
                continue;
            }
            let Some(tagged) = bases::tagged(image) else {
                return refuse(
                    "builder-unknown",
                    format!("it cannot be told on which system `{name}` builds"),
                    "name version and system in the builder's FROM".to_owned(),
                );
            };
            match tagged.system {
                System::Debian(release) if release <= RELEASE => {}
                System::Alpine => {
                    return refuse(
                        "other-libc",
                        format!(
                            "`{name}` builds for Alpine's C library (musl), distroless images have Debian's"
                        ),
                        "build on the -slim variant".to_owned(),
                    );
                }
                _ => {
                    return refuse(
                        "other-libc",
                        format!("`{name}` builds on a system that is not older than Debian {RELEASE}"),
                        format!("build on Debian {RELEASE} or older"),
                    );
                }
            }
            if self.image.language.version() != Some(&*bases::version(self.kind, &tagged)) {
                let text = format!("`{name}` installs for another version of {}", self.kind.name());
                return refuse("other-version", text, "build with the version that runs".to_owned());
            }
        }
        Ok(())
    }

    /// The words of CMD, ENTRYPOINT or HEALTHCHECK with this index.
    pub(super) fn command(&self, index: usize) -> Option<&'t CommandLine> {
        match self.model().operation(index)? {
            Operation::Cmd(line) | Operation::Entrypoint(line) => Some(line),
            Operation::Healthcheck(Healthcheck::Probe(probe)) => Some(&probe.command),
            _ => None,
        }
    }

    /// The first line of a file that is copied from the context to `path`.
    pub(super) fn first_line(&self, path: &str) -> Option<String> {
        let Context::Known(context) = self.file.dockerfile.context() else { return None };
        let source = self.context_files.get(path).cloned().or_else(|| {
            let (folder, source) =
                self.context_files.iter().rev().find(|(place, _)| is_inside(path, place))?;
            let rest = path.strip_prefix(folder.as_str())?.trim_start_matches('/');
            Some(if source == "." || source.is_empty() {
                rest.to_owned()
            } else {
                format!("{source}/{rest}")
            })
        })?;
        let bytes = self.file.task.project.read(&context.join(&source)?).ok()??;
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        std::str::from_utf8(bytes.get(..end.min(200))?).ok().map(|line| line.trim_end().to_owned())
    }

    /// The folders of PATH at the end of the stage.
    pub(super) fn path(&self) -> Vec<String> {
        let value = self.model().environment_at_end(self.stage.index).value("PATH").cloned();
        let text = value.as_ref().and_then(|value| value.text().map(str::to_owned)).unwrap_or_default();
        let mut folders: Vec<String> =
            text.split(':').filter(|part| part.starts_with('/')).map(str::to_owned).collect();
        for folder in ["/usr/local/bin", "/usr/bin", "/bin"] {
            if !folders.iter().any(|known| known == folder) {
                folders.push(folder.to_owned());
            }
        }
        folders
    }
}

/// Programs by which health checks ask: in an image without a shell nothing else starts them.
pub(super) const PROBES: &[&str] = &["curl", "wget"];
