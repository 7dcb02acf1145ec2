//! Starts of an image: as it is, with one worker, and once more to see where the seconds go.

use std::net::SocketAddr;

use dockfit_engine::Built;

use super::measure::{Bench, Prepared, Read};
use super::measured::{Load, Measured, OneWorker};
use super::modules::Modules;
use super::phases;
use super::watch::Watch;
use super::{load, workers};
use crate::problem::Problem;
use crate::trial::{Outcome, Request, Service, Start, Trial, engine_problem, start};

impl Bench<'_, '_, '_> {
    /// The size of the image, and how it starts.
    pub(super) fn image(
        &mut self,
        run: usize,
        prepared: &mut Prepared,
        built: &Built,
        like: Option<&Service>,
        measured: &mut Measured,
        watch: &mut Watch,
    ) -> Result<(), Problem> {
        let side = &prepared.side;
        let read = if let Some(read) = &prepared.read {
            read
        } else {
            let image = self.trial.read(side, built)?;
            measured.bytes = Trial::size(built);
            measured.layers = image.layers;
            let modules = Modules::of(image.tree.iter().map(|(path, _)| path));
            prepared.read.insert(Read { config: image.config, modules })
        };
        let starts = !self.args.start.no_start && self.trial.engine.kind.runs();
        if !starts || measured.not_ready.is_some() {
            return Ok(());
        }
        let request = Request::of(&built.image, &side.name, &read.config, like, &self.args.start);
        let request = Request { load_port: self.args.load.is_some(), ..request };
        self.as_it_is(&request, measured, &watch.label(run, &side.name, "start"), watch)?;
        if measured.not_ready.is_some() {
            return Ok(());
        }
        // The same again with one worker, where the command asks for more.
        let one = workers::one(&read.config);
        if run == 0 {
            watch.more(
                self.args.runs * (usize::from(one.is_some()) + usize::from(read.modules.has_library())),
            );
        }
        let mut request = Request { load_port: false, ..request };
        if let Some(one) = one {
            request = Request { command: one.command, env: one.env, ..request };
            let label = watch.label(run, &side.name, "start with one worker");
            self.with_one_worker(&request, measured, &label, watch)?;
        }
        let label = watch.label(run, &side.name, "start with its imports timed");
        self.phases(request, &read.modules, measured, &label, watch)
    }

    fn start(
        &self,
        request: &Request<'_>,
        while_ready: &mut dyn FnMut(Option<SocketAddr>),
    ) -> Result<Start, Problem> {
        start(self.trial, request, while_ready).map_err(|error| engine_problem(&error, None))
    }

    fn as_it_is(
        &self,
        request: &Request<'_>,
        measured: &mut Measured,
        label: &str,
        watch: &mut Watch,
    ) -> Result<(), Problem> {
        let mut loaded = Ok(None);
        let started = self.start(request, &mut |address| {
            if let (Some(path), Some(address)) = (&self.args.load, address) {
                loaded =
                    load::of(self.trial, address, path, self.args.load_seconds, self.args.load_connections);
            }
        });
        let started = started?;
        watch.done(label, started.ready().unwrap_or_default());
        if let Some((with, loaded)) = loaded? {
            let all = measured.load.get_or_insert_with(|| Load { with, ..Load::default() });
            all.rate.0.push(loaded.rate);
            all.p50.0.push(loaded.p50);
            all.p95.0.push(loaded.p95);
            all.p99.0.push(loaded.p99);
        }
        match &started.outcome {
            Outcome::Ready(took) => measured.ready.push(*took),
            Outcome::Ended(code) => measured.not_ready = Some(format!("it ended with status {code}")),
            Outcome::NotReady(why) => measured.not_ready = Some(why.clone()),
        }
        if let Some(memory) = &started.memory {
            measured.memory.push_bytes(memory.pss);
            measured.processes = memory.processes;
        }
        Ok(())
    }

    fn with_one_worker(
        &self,
        request: &Request<'_>,
        measured: &mut Measured,
        label: &str,
        watch: &mut Watch,
    ) -> Result<(), Problem> {
        let started = self.start(request, &mut |_| {})?;
        watch.done(label, started.ready().unwrap_or_default());
        let figures = measured.one_worker.get_or_insert_with(OneWorker::default);
        let Start { outcome, memory, .. } = started;
        if let Outcome::Ready(took) = outcome {
            figures.ready.push(took);
        }
        if let Some(memory) = memory {
            figures.memory.push_bytes(memory.pss);
        }
        Ok(())
    }

    /// A start of its own: writing down each import takes time.
    fn phases(
        &self,
        request: Request<'_>,
        modules: &Modules,
        measured: &mut Measured,
        label: &str,
        watch: &mut Watch,
    ) -> Result<(), Problem> {
        let first = measured.ready.0.len() == 1;
        if !modules.has_library() || (!first && measured.phases.is_none()) {
            return Ok(());
        }
        let env = request.env.iter().cloned().chain([phases::VARIABLE.to_owned()]).collect();
        let request = Request { env, output_only: true, ..request };
        let started = self.start(&request, &mut |_| {})?;
        let Some(ready) = started.ready() else { return Ok(()) };
        watch.done(label, ready);
        let mut phases = measured.phases.take().unwrap_or_default();
        if phases.push(&started.output, ready.as_secs_f64(), modules) || !first {
            measured.phases = Some(phases);
        }
        Ok(())
    }
}
