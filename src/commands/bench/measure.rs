//! Builds and starts of all sides, in turn.

use std::fs;

use dockfit_engine::{Built, steps};
use dockfit_image::Config;
use dockfit_rewrite::{Dockerfile, Pass};

use super::figures::cached;
use super::measured::{Benched, Builds, Measured};
use super::modules::Modules;
use super::scenario::Scenario;
use super::watch::Watch;
use crate::args::BenchArgs;
use crate::commands::verify::Rewritten;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::project::Draft;
use crate::session::Session;
use crate::trial::{Maker, Side, Trial, cancel, engine_problem, put, sent, service};

/// One Dockerfile to be measured.
pub(super) struct Bench<'a, 't, 's> {
    pub(super) args: &'a BenchArgs,
    pub(super) passes: &'static [&'static dyn Pass],
    pub(super) session: &'a Session<'s>,
    pub(super) draft: &'a Draft,
    pub(super) index: usize,
    pub(super) trial: &'a mut Trial<'t>,
    /// What tells the changes of this run of the command from those of others.
    pub(super) seed: u32,
}

/// A side that is ready to be built, with the text that it has where nothing is changed.
pub(super) struct Prepared {
    pub(super) side: Side,
    text: Vec<u8>,
    /// What is known of its image, once it was read.
    pub(super) read: Option<Read>,
}

/// What is kept of an image that was read.
pub(super) struct Read {
    pub(super) config: Config,
    pub(super) modules: Modules,
}

impl Prepared {
    fn of(side: Side) -> Result<Self, Problem> {
        let text = fs::read(&side.dockerfile).map_err(|error| {
            Problem::new(ProblemKind::Read, format!("a scratch copy cannot be read: {error}"))
        })?;
        Ok(Self { side, text, read: None })
    }
}

impl Bench<'_, '_, '_> {
    /// Measures; `None` where no pass changes what is built.
    pub(super) fn run(&mut self, console: &mut Console) -> Result<Option<Benched>, Problem> {
        let rewritten = match &self.args.against {
            Some(copy) => {
                let place = (self.draft, self.index);
                Rewritten::by_hand(self.session, place, (&self.args.path, copy), console)?
            }
            None => Rewritten::by_passes(self.passes, self.draft, self.index, console)?,
        };
        if !rewritten.changes_build() {
            return Ok(None);
        }
        self.trial.next_dockerfile()?;
        let shown = self.draft.members.get(self.index).map(|member| self.draft.shown(&member.path));
        let shown = shown.unwrap_or_default();
        let mut all = self.sides(&rewritten, &shown, console)?;
        let scenarios = match all.as_slice() {
            [before, after, ..] => self.scenarios(&rewritten, before, &after.side)?,
            _ => return Ok(None),
        };
        let named = |prepared: &Prepared| Measured {
            name: prepared.side.name.clone(),
            builds: scenarios.iter().map(|_| Builds::default()).collect(),
            ..Measured::default()
        };
        let mut measured: Vec<Measured> = all.iter().map(named).collect();
        let path = rewritten.site.dockerfile(&rewritten.before).map(Dockerfile::path);
        let like = match path {
            Some(path) => service(&rewritten.before, path, self.args.start.service.as_deref())?,
            None => None,
        };
        let mut watch = Watch::over(self.args, &shown, all.len(), scenarios.len());
        for run in 0..self.args.runs {
            for (at, (prepared, measured)) in all.iter_mut().zip(&mut measured).enumerate() {
                // Each run starts with cache mounts of its own, which are empty.
                let text = self.trial.isolated(&prepared.text, &format!("{}{run}", prepared.side.name));
                put(&prepared.side.dockerfile, &text).map_err(|error| unwritten(&error))?;
                let image = self.builds(run, at > 0, prepared, &scenarios, measured, &shown, &mut watch)?;
                self.image(run, prepared, &image, like.as_ref(), measured, &mut watch)?;
            }
        }
        let mut measured = measured.into_iter();
        let (before, after) = (measured.next().unwrap_or_default(), measured.next().unwrap_or_default());
        Ok(Some(Benched {
            dockerfile: shown,
            passes: rewritten.changing(),
            runs: self.args.runs,
            scenarios,
            before,
            after,
            alone: measured.collect(),
        }))
    }

    /// Before, after, and each pass alone where that was asked for.
    fn sides(
        &self,
        rewritten: &Rewritten,
        shown: &str,
        console: &mut Console,
    ) -> Result<Vec<Prepared>, Problem> {
        let maker =
            Maker { shown: shown.to_owned(), scratch: self.trial.scratch(), frontend: self.trial.frontend() };
        let mut sides = vec![
            Prepared::of(rewritten.present(&maker, "before")?)?,
            Prepared::of(rewritten.result(&maker, "after")?)?,
        ];
        let changing = rewritten.changing();
        for pass in
            self.passes.iter().filter(|pass| self.args.each_pass && changing.contains(&pass.info().id))
        {
            let alone = Rewritten::by_passes(&[*pass], self.draft, self.index, console)?;
            // It may only go on with what another one made.
            if alone.changes_build() {
                sides.push(Prepared::of(alone.result(&maker, pass.info().id)?)?);
            }
        }
        Ok(sides)
    }

    /// Those that the user chose.
    fn scenarios(
        &self,
        rewritten: &Rewritten,
        before: &Prepared,
        after: &Side,
    ) -> Result<Vec<Scenario>, Problem> {
        let files = sent((&rewritten.before, &rewritten.site, &before.side))?;
        let new_files = sent((&rewritten.after, &rewritten.site_after, after))?;
        let is_group = |path: &&String| {
            let name = path.rsplit('/').next().unwrap_or_default();
            name.starts_with("requirements-") && path.strip_suffix(".txt").is_some()
        };
        let groups: Vec<String> = new_files.iter().filter(is_group).cloned().collect();
        let source = self.args.source.as_deref();
        let all = Scenario::all(&before.side.context, &before.text, &files, &groups, source);
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

    /// One run of one side: every scenario. Answers with the image of what was not changed.
    #[allow(clippy::too_many_arguments, reason = "one run is told by all of them")]
    fn builds(
        &mut self,
        run: usize,
        is_rewritten: bool,
        prepared: &Prepared,
        scenarios: &[Scenario],
        measured: &mut Measured,
        shown: &str,
        watch: &mut Watch,
    ) -> Result<Built, Problem> {
        let failed = |error| engine_problem(&error, Some(shown));
        let side = &prepared.side;
        // The same for all sides of a run.
        let seed = self.seed.wrapping_add(u32::try_from(run).unwrap_or_default().wrapping_mul(1000));
        // The layers that a host has from before a change; known once what the change is measured against is there.
        let mut had: Option<Vec<String>> = None;
        for ((scenario, builds), count) in scenarios.iter().zip(&mut measured.builds).zip(0_u32..) {
            if !scenario.is_from_nothing() && had.is_none() {
                had = Some(self.trial.build(side).map_err(failed)?.image.layer_ids(cancel()));
            }
            let undo = scenario.change(side, is_rewritten, seed.wrapping_add(count))?;
            let label = watch.label(run, &side.name, &scenario.name);
            let built = self.trial.build_anew(side, scenario.is_from_nothing(), &label).map_err(failed)?;
            undo.put_back()?;
            watch.done(&label, built.took);
            builds.seconds.push(built.took);
            builds.steps = steps(&built.log);
            builds.cached = cached(&builds.steps);
            if let (Some(had), 0, false) = (&had, run, scenario.is_from_nothing()) {
                builds.pulled = self.pulled(had, side, &built)?;
            }
        }
        self.trial.build(side).map_err(failed)
    }

    /// The bytes of the layers that are not among those that a host has.
    fn pulled(&mut self, had: &[String], side: &Side, built: &Built) -> Result<Option<u64>, Problem> {
        let now = built.image.layer_ids(cancel());
        if had.is_empty() || now.is_empty() {
            return Ok(None);
        }
        let new: Vec<&String> = now.iter().filter(|id| !had.contains(id)).collect();
        if new.is_empty() {
            return Ok(Some(0));
        }
        let image = self.trial.read(side, built)?;
        let weights =
            image.layers.iter().filter(|layer| new.contains(&&layer.diff_id)).map(|layer| layer.pulled);
        Ok(weights.sum())
    }
}

fn unwritten(error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Write, format!("a scratch copy cannot be written: {error}"))
}
