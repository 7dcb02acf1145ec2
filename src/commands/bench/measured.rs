//! What was measured.

use dockfit_engine::BuildStep;
use dockfit_image::Layer;

use super::figures::{Figures, critical_path};
use super::phases::Phases;
use super::scenario::Scenario;

/// What was measured of one Dockerfile.
#[derive(Debug)]
pub(super) struct Benched {
    /// As it is shown.
    pub(super) dockerfile: String,
    /// The passes that changed something; none where it was compared with another copy.
    pub(super) passes: Vec<&'static str>,
    pub(super) runs: usize,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) before: Measured,
    pub(super) after: Measured,
    /// Each pass alone, where that was asked for.
    pub(super) alone: Vec<Measured>,
}

/// One side.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// `before`, `after`, or a pass.
    pub(super) name: String,
    /// By scenario, in their order.
    pub(super) builds: Vec<Builds>,
    /// As the store counts it; 0 where it does not say.
    pub(super) bytes: u64,
    pub(super) layers: Vec<Layer>,
    pub(super) ready: Figures,
    /// Of all processes, in bytes.
    pub(super) memory: Figures,
    pub(super) processes: usize,
    /// At one worker, where the command asks for more.
    pub(super) one_worker: Option<OneWorker>,
    /// Where the seconds of a start go, at one worker; none where it is no Python that starts.
    pub(super) phases: Option<Phases>,
    pub(super) load: Option<Load>,
    /// Why it did not get ready, where it did not.
    pub(super) not_ready: Option<String>,
}

/// How it does with one worker.
#[derive(Debug, Default)]
pub(super) struct OneWorker {
    pub(super) ready: Figures,
    /// Of all processes, in bytes.
    pub(super) memory: Figures,
}

/// How it does under load.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// The program that made it.
    pub(super) with: &'static str,
    /// Requests a second.
    pub(super) rate: Figures,
    /// Seconds within which half of the requests, 95 and 99 of a hundred were answered.
    pub(super) p50: Figures,
    pub(super) p95: Figures,
    pub(super) p99: Figures,
}

/// The builds of one side in one scenario.
#[derive(Debug, Default)]
pub(super) struct Builds {
    pub(super) seconds: Figures,
    /// Steps from the cache, and all, of the last run.
    pub(super) cached: (usize, usize),
    /// Those of the last run.
    pub(super) steps: Vec<BuildStep>,
    /// Bytes that a host has to pull that has the image from before the change.
    pub(super) pulled: Option<u64>,
}

impl Builds {
    /// The steps that the last build waited for.
    pub(super) fn critical_path(&self) -> Vec<&BuildStep> {
        critical_path(&self.steps)
    }
}

impl Measured {
    /// The bytes of all layers as they are pulled.
    pub(super) fn compressed(&self) -> Option<u64> {
        let all: Option<Vec<u64>> = self.layers.iter().map(|layer| layer.pulled).collect();
        all.map(|all| all.iter().sum()).filter(|sum| *sum > 0)
    }

    /// What more than one worker adds to the seconds until ready.
    pub(super) fn more_workers(&self) -> Option<f64> {
        Some(self.ready.median()? - self.one_worker.as_ref()?.ready.median()?)
    }

    /// The median of a figure: bytes or seconds.
    pub(super) fn figure(&self, name: &str, scenarios: &[Scenario]) -> Option<f64> {
        #[allow(clippy::cast_precision_loss, reason = "compared in percent")]
        let bytes = |bytes: u64| (bytes > 0).then_some(bytes as f64);
        match name {
            "size" => bytes(self.bytes),
            "compressed" => bytes(self.compressed()?),
            "ready" => self.ready.median(),
            "memory" => self.memory.median(),
            "ready-one-worker" => self.one_worker.as_ref()?.ready.median(),
            "memory-one-worker" => self.one_worker.as_ref()?.memory.median(),
            "p50" => self.load.as_ref()?.p50.median(),
            "p95" => self.load.as_ref()?.p95.median(),
            "p99" => self.load.as_ref()?.p99.median(),
            name => {
                let at = scenarios.iter().position(|scenario| scenario.name == name)?;
                self.builds.get(at)?.seconds.median()
            }
        }
    }
}

/// A phase of a start, before and after.
#[derive(Debug)]
pub(super) struct Phase<'a> {
    pub(super) name: &'static str,
    pub(super) before: Option<&'a Figures>,
    pub(super) after: Option<&'a Figures>,
    pub(super) remark: String,
}

impl Benched {
    /// The phases of a start; none where it is no Python that starts.
    pub(super) fn phases(&self) -> Vec<Phase<'_>> {
        let sides = [&self.before, &self.after].map(|measured| measured.phases.as_ref());
        let Some(known) = sides.into_iter().flatten().next() else { return Vec::new() };
        let [before, after] = sides.map(|phases| phases.map(Phases::all));
        let all = known.all();
        let rows = all.iter().enumerate().map(|(at, (name, _))| {
            let remark = match *name {
                "interpreter" => "at one worker, with the imports timed".to_owned(),
                "packages" => longest(sides),
                _ => String::new(),
            };
            Phase { name, before: of(before.as_ref(), at), after: of(after.as_ref(), at), remark }
        });
        rows.collect()
    }

    /// The names of all figures that `figure` may know, in the order of the table.
    pub(super) fn figures(&self) -> Vec<String> {
        const OF_IMAGE: [&str; 9] = [
            "size",
            "compressed",
            "ready",
            "memory",
            "ready-one-worker",
            "memory-one-worker",
            "p50",
            "p95",
            "p99",
        ];
        let builds = self.scenarios.iter().map(|scenario| scenario.name.clone());
        builds.chain(OF_IMAGE.iter().map(ToString::to_string)).collect()
    }
}

/// The figures of the phase at that place.
fn of<'a>(all: Option<&[(&'static str, &'a Figures); 5]>, at: usize) -> Option<&'a Figures> {
    all.and_then(|all| all.get(at)).map(|(_, figures)| *figures)
}

/// The packages that take longest before, and how long they take after.
fn longest(sides: [Option<&Phases>; 2]) -> String {
    const SHOWN: usize = 3;
    let [Some(before), after] = sides else { return String::new() };
    let shown = before.longest(SHOWN).into_iter().map(|(name, figures)| {
        let was = figures.median().unwrap_or(0.0);
        let is = after.and_then(|after| after.by_package.get(name)?.median()).unwrap_or(0.0);
        format!("{name} {was:.2} → {is:.2}")
    });
    shown.collect::<Vec<_>>().join(", ")
}
