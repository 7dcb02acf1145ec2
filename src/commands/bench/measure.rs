//! Builds and starts of both sides, in turn.

use std::fs;

use dockfit_engine::{BuildStep, Built, steps};
use dockfit_image::Layer;
use dockfit_rewrite::Pass;

use super::figures::{Figures, cached, critical_path};
use super::scenario::Scenario;
use crate::args::BenchArgs;
use crate::commands::verify::Rewritten;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::project::Draft;
use crate::trial::{Maker, Outcome, Side, Trial, engine_problem, isolated, put, sent, service, start};

/// What was measured of one Dockerfile.
#[derive(Debug)]
pub(super) struct Benched {
    /// As it is shown.
    pub(super) dockerfile: String,
    /// The passes that changed something.
    pub(super) passes: Vec<&'static str>,
    pub(super) runs: usize,
    /// By scenario, before and after.
    pub(super) builds: Vec<(Scenario, [Builds; 2])>,
    pub(super) images: [Measured; 2],
}

/// The builds of one side in one scenario.
#[derive(Debug, Default)]
pub(super) struct Builds {
    pub(super) seconds: Figures,
    /// Steps from the cache, and all, of the last run.
    pub(super) cached: (usize, usize),
    /// Those of the last run.
    pub(super) steps: Vec<BuildStep>,
}

/// The image of one side.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// As the store counts it.
    pub(super) bytes: u64,
    pub(super) layers: Vec<Layer>,
    pub(super) ready: Figures,
    /// Of all processes, in bytes.
    pub(super) memory: Figures,
    pub(super) processes: usize,
    /// Why it did not get ready, where it did not.
    pub(super) not_ready: Option<String>,
}

impl Builds {
    /// The steps that the last build waited for.
    pub(super) fn critical_path(&self) -> Vec<&BuildStep> {
        critical_path(&self.steps)
    }
}

impl Benched {
    /// The medians of a figure, before and after.
    pub(super) fn figure(&self, name: &str) -> Option<(f64, f64)> {
        let [before, after] = &self.images;
        let both = |before: &Figures, after: &Figures| Some((before.median()?, after.median()?));
        match name {
            #[allow(clippy::cast_precision_loss, reason = "compared in percent")]
            "size" => Some((before.bytes as f64, after.bytes as f64)),
            "ready" => both(&before.ready, &after.ready),
            "memory" => both(&before.memory, &after.memory),
            name => {
                let (_, [before, after]) = self.builds.iter().find(|(scenario, _)| scenario.name == name)?;
                both(&before.seconds, &after.seconds)
            }
        }
    }
}

/// One Dockerfile to be measured.
pub(super) struct Bench<'a, 't> {
    pub(super) args: &'a BenchArgs,
    pub(super) passes: &'static [&'static dyn Pass],
    pub(super) draft: &'a Draft,
    pub(super) index: usize,
    pub(super) trial: &'a mut Trial<'t>,
}

impl Bench<'_, '_> {
    /// Measures; `None` where no pass changes what is built.
    pub(super) fn run(&mut self, console: &mut Console) -> Result<Option<Benched>, Problem> {
        let rewritten = Rewritten::by_passes(self.passes, self.draft, self.index, console)?;
        if !rewritten.changes_build() {
            return Ok(None);
        }
        let member = self.draft.members.get(self.index).map(|member| self.draft.shown(&member.path));
        let shown = member.unwrap_or_default();
        let maker =
            Maker { shown: shown.clone(), scratch: self.trial.scratch(), frontend: self.trial.frontend() };
        let both = [rewritten.present(&maker, "before")?, rewritten.result(&maker, "after")?];
        let [before, after] = &both;
        let files = sent((&rewritten.before, &rewritten.site, before))?;
        let new_files = sent((&rewritten.after, &rewritten.site_after, after))?;
        let is_group = |path: &&String| {
            let name = path.rsplit('/').next().unwrap_or_default();
            name.starts_with("requirements-") && path.strip_suffix(".txt").is_some()
        };
        let groups: Vec<String> = new_files.iter().filter(is_group).cloned().collect();
        let scenarios = Scenario::all(&before.context, &files, &groups, self.args.source.as_deref());
        let scenarios = self.chosen(scenarios)?;
        let mut benched = Benched {
            dockerfile: shown.clone(),
            passes: rewritten.changing(),
            runs: self.args.runs,
            builds: scenarios.into_iter().map(|scenario| (scenario, Default::default())).collect(),
            images: Default::default(),
        };
        let texts = [read(&before.dockerfile)?, read(&after.dockerfile)?];
        for run in 0..self.args.runs {
            for (at, (side, text)) in both.iter().zip(&texts).enumerate() {
                // Each run starts with cache mounts of its own, which are empty.
                let prefix = self.trial.name(&format!("{}{run}", side.name));
                put(&side.dockerfile, &isolated(text, &prefix)).map_err(|error| unwritten(&error))?;
                let is_last = run + 1 == self.args.runs;
                let image = self.builds(run, at, side, &mut benched.builds, &shown)?;
                let Some(measured) = benched.images.get_mut(at) else { continue };
                self.image(&rewritten, side, &image, is_last, measured)?;
            }
        }
        Ok(Some(benched))
    }

    /// Those that the user chose.
    fn chosen(&self, all: Vec<Scenario>) -> Result<Vec<Scenario>, Problem> {
        // A name stands for itself and for those that begin with it: all groups of dependencies.
        let covers = |chosen: &str, scenario: &Scenario| {
            let rest = scenario.name.strip_prefix(chosen);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let chosen = &self.args.scenario;
        let unknown = chosen.iter().find(|name| !all.iter().any(|scenario| covers(name, scenario)));
        if let Some(name) = unknown {
            let known: Vec<&str> = all.iter().map(|scenario| scenario.name.as_str()).collect();
            let problem = Problem::new(ProblemKind::Usage, format!("--scenario: there is no `{name}` here"));
            return Err(problem.help(format!("there are {}", known.join(", "))));
        }
        let wanted =
            |scenario: &Scenario| chosen.is_empty() || chosen.iter().any(|name| covers(name, scenario));
        Ok(all.into_iter().filter(wanted).collect())
    }

    /// One run of one side: every scenario. Answers with the image of the unchanged context.
    fn builds(
        &self,
        run: usize,
        at: usize,
        side: &Side,
        all: &mut [(Scenario, [Builds; 2])],
        shown: &str,
    ) -> Result<Built, Problem> {
        let failed = |error| engine_problem(&error, Some(shown));
        let mut filled = false;
        for (count, (scenario, sides)) in all.iter_mut().enumerate() {
            if !scenario.is_from_nothing() && !filled {
                // What a change is measured against has to be there.
                self.trial.build(side).map_err(failed)?;
                filled = true;
            }
            filled |= scenario.is_from_nothing();
            let undo = scenario.change(&side.context, at == 1, run * 100 + count + 1)?;
            let built = self.trial.build_anew(side, scenario.is_from_nothing()).map_err(failed)?;
            undo.put_back()?;
            if let Some(builds) = sides.get_mut(at) {
                builds.seconds.push(built.took);
                builds.steps = steps(&built.log);
                builds.cached = cached(&builds.steps);
            }
        }
        self.trial.build(side).map_err(failed)
    }

    /// The size of the image, and how it starts.
    fn image(
        &mut self,
        rewritten: &Rewritten,
        side: &Side,
        built: &Built,
        is_last: bool,
        measured: &mut Measured,
    ) -> Result<(), Problem> {
        let starts = !self.args.start.no_start && self.trial.engine.kind.runs();
        if !starts && !is_last {
            return Ok(());
        }
        let image = self.trial.read(side, built)?;
        measured.bytes = Trial::size(built);
        measured.layers.clone_from(&image.layers);
        if !starts || measured.not_ready.is_some() {
            return Ok(());
        }
        let path = rewritten.site.dockerfile(&rewritten.before).map(dockfit_rewrite::Dockerfile::path);
        let service = match path {
            Some(path) => service(&rewritten.before, path, self.args.start.service.as_deref())?,
            None => None,
        };
        let started =
            start(self.trial, &built.image, &side.name, &image.config, service.as_ref(), &self.args.start)
                .map_err(|error| engine_problem(&error, None))?;
        match started.outcome {
            Outcome::Ready(took) => measured.ready.push(took),
            Outcome::Ended(code) => measured.not_ready = Some(format!("it ended with status {code}")),
            Outcome::NotReady(why) => measured.not_ready = Some(why),
        }
        if let Some(memory) = started.memory {
            #[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
            measured.memory.0.push(memory.pss as f64);
            measured.processes = memory.processes;
        }
        Ok(())
    }
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, Problem> {
    fs::read(path)
        .map_err(|error| Problem::new(ProblemKind::Read, format!("a scratch copy cannot be read: {error}")))
}

fn unwritten(error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Write, format!("a scratch copy cannot be written: {error}"))
}
