//! Starts an image, waits until it is ready, and stops it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use dockfit_engine::{BuiltImage, Container, EngineError, RunRequest, State, TimedLine};
use dockfit_image::Config;

use super::engine::cancel;
use super::probe::{Answer, Probe, SETTLED, get, health, is_taken, listens, served};
use super::{Memory, Service, Trial};
use crate::args::StartArgs;
use crate::progress::Activity;

/// How often it is asked whether the container is ready.
const TICK: Duration = Duration::from_millis(25);
/// How often it is asked whether it still runs, where its address is what tells that it is ready.
const CHECK: Duration = Duration::from_millis(500);
/// How many lines of its output are shown.
const LOG: usize = 20;

/// How a start went.
#[derive(Debug)]
pub(crate) struct Start {
    /// What was waited for, in words.
    pub(crate) waited_for: String,
    pub(crate) outcome: Outcome,
    /// The end of its output, where it did not come up.
    pub(crate) log: Vec<String>,
    /// How it ended; none where it ended by itself.
    pub(crate) stop: Option<Stop>,
    /// Its memory when it was ready, where that can be read.
    pub(crate) memory: Option<Memory>,
    /// Its output up to then, where that was asked for.
    pub(crate) output: Vec<TimedLine>,
}

/// What came of waiting.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Outcome {
    /// It was ready after that time.
    Ready(Duration),
    /// It ended by itself with this code.
    Ended(i64),
    /// It did not get ready; why.
    NotReady(String),
}

/// How a container ended that was asked to.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Stop {
    pub(crate) took: Duration,
    pub(crate) exit_code: i64,
    /// Whether it had to be killed.
    pub(crate) killed: bool,
}

/// What is started, and how.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) image: &'a BuiltImage,
    /// The side that it is of.
    pub(crate) side: &'a str,
    pub(crate) config: &'a Config,
    pub(crate) service: Option<&'a Service>,
    pub(crate) args: &'a StartArgs,
    /// Variables that come on top.
    pub(crate) env: Vec<String>,
    /// In the place of the image's command.
    pub(crate) command: Option<Vec<String>>,
    /// Whether the port is reached from here, even where the probe needs none.
    pub(crate) load_port: bool,
    /// Whether only its output until it is ready is wanted: then it is removed without being asked to end.
    pub(crate) output_only: bool,
}

impl<'a> Request<'a> {
    /// The image with its own command.
    pub(crate) fn of(
        image: &'a BuiltImage,
        side: &'a str,
        config: &'a Config,
        service: Option<&'a Service>,
        args: &'a StartArgs,
    ) -> Self {
        let (env, command) = (Vec::new(), None);
        Self { image, side, config, service, args, env, command, load_port: false, output_only: false }
    }
}

impl Start {
    /// One that never began, or came to nothing before it was waited for.
    fn failed(waited_for: String, why: String) -> Self {
        let outcome = Outcome::NotReady(why);
        Self { waited_for, outcome, log: Vec::new(), stop: None, memory: None, output: Vec::new() }
    }

    /// After what time it was ready.
    pub(crate) fn ready(&self) -> Option<Duration> {
        match &self.outcome {
            Outcome::Ready(took) => Some(*took),
            Outcome::Ended(_) | Outcome::NotReady(_) => None,
        }
    }
}

/// A container that was started, and how it is asked.
struct Started {
    container: Container,
    probe: Probe,
    /// The port that is reached from here.
    port: Option<u16>,
    of_host: bool,
}

/// Starts an image and sees it through to its end. `while_ready` is done when it is ready, with the address at which its port
/// is reached.
pub(crate) fn start(
    trial: &Trial<'_>,
    request: &Request<'_>,
    while_ready: &mut dyn FnMut(Option<SocketAddr>),
) -> Result<Start, EngineError> {
    let Request { image, side, config, service, args, .. } = request;
    let activity = Activity::new(&format!("starting {side}"));
    let network =
        args.run_network.clone().or_else(|| trial.args.network.clone().filter(|mode| mode == "host"));
    let probe = match Probe::of(args, config, *service) {
        // Nothing is reached from here in a container without a network.
        Probe::Port(_) if network.as_deref() == Some("none") => Probe::Settled,
        probe => probe,
    };
    let of_host = network.as_deref() == Some("host");
    let waited_for = probe.words();
    let port = probe.port().or_else(|| served(config, *service).filter(|_| request.load_port));
    if let Some(port) = port.filter(|port| of_host && is_taken(*port)) {
        let why = format!(
            "port {port} is taken by something else on this machine, which would answer in its place"
        );
        return Ok(Start::failed(waited_for, why));
    }
    let of_service = service.iter().flat_map(|service| service.env.iter());
    let run = RunRequest {
        env: of_service.chain(&args.env).chain(&request.env).cloned().collect(),
        env_files: args.env_file.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        port: port.filter(|_| !of_host),
        network,
        platform: trial.args.platform.clone(),
        command: request.command.clone(),
        checks_health: probe == Probe::Health,
    };
    let container = match trial.engine.start(image, &trial.name(&format!("{side}-run")), &run, cancel()) {
        Ok(container) => container,
        Err(EngineError::Failed { said, .. }) => {
            return Ok(Start::failed(waited_for, format!("the engine cannot start it: {said}")));
        }
        Err(error) => return Err(error),
    };
    let started = Started { container, probe, port, of_host };
    let (outcome, address) = started.wait(args, &activity)?;
    let container = &started.container;
    if !matches!(outcome, Outcome::Ready(_)) {
        let log = container.logs(LOG);
        return Ok(Start { waited_for, outcome, log, stop: None, memory: None, output: Vec::new() });
    }
    if request.output_only {
        let output = container.timed_logs(cancel())?;
        return Ok(Start { waited_for, outcome, log: Vec::new(), stop: None, memory: None, output });
    }
    let memory = memory(container);
    while_ready(address);
    let stop = Some(stop(container, args)?);
    Ok(Start { waited_for, outcome, log: Vec::new(), stop, memory, output: Vec::new() })
}

fn memory(container: &Container) -> Option<Memory> {
    let state = container.state(cancel()).ok()?;
    Memory::of(state.pid, &container.id(cancel()).ok()?)
}

impl Started {
    fn wait(
        &self,
        args: &StartArgs,
        activity: &Activity,
    ) -> Result<(Outcome, Option<SocketAddr>), EngineError> {
        let container = &self.container;
        let within = Duration::from_secs(args.ready_within);
        let (mut last, mut address) = (String::new(), None);
        let mut state = container.state(cancel())?;
        let mut checked = Instant::now();
        loop {
            if cancel().is_asked() {
                return Err(EngineError::Cancelled);
            }
            // The engine takes longer to say how a container is than most take to answer.
            let is_asked_itself =
                address.is_some() && matches!(self.probe, Probe::Http { .. } | Probe::Port(_));
            if !is_asked_itself || checked.elapsed() > CHECK {
                state = container.state(cancel())?;
                checked = Instant::now();
            }
            if !state.running {
                return Ok((ended(&state), None));
            }
            if let (None, Some(port)) = (address, self.port) {
                // A container that has ended in the meantime has no ports: its state says so the next time.
                let outer = if self.of_host { Some(port) } else { container.port(port, cancel()).ok() };
                address = outer.map(|outer| SocketAddr::from((Ipv4Addr::LOCALHOST, outer)));
            }
            let answer = match (&self.probe, address) {
                (Probe::Http { .. } | Probe::Port(_), None) => {
                    Answer::No("its port is not published".to_owned())
                }
                (Probe::Http { path, .. }, Some(address)) => get(address, path),
                (Probe::Port(_), Some(address)) => listens(address),
                (Probe::Health, _) => health(container, &state)?,
                _ if container.started.elapsed() >= SETTLED => Answer::Yes,
                _ => Answer::No(String::new()),
            };
            let elapsed = container.started.elapsed();
            match answer {
                Answer::Yes => return Ok((Outcome::Ready(elapsed), address)),
                Answer::Never(why) => return Ok((Outcome::NotReady(why), None)),
                Answer::No(why) if why.is_empty() => {}
                Answer::No(why) => last = why,
            }
            if elapsed > within {
                let seconds = within.as_secs();
                let last = if last.is_empty() { String::new() } else { format!("; last: {last}") };
                return Ok((Outcome::NotReady(format!("not ready within {seconds} s{last}")), None));
            }
            activity.say(&last);
            std::thread::sleep(TICK);
        }
    }
}

fn ended(state: &State) -> Outcome {
    if state.out_of_memory {
        return Outcome::NotReady("it ended: there was not enough memory".to_owned());
    }
    if !state.error.is_empty() {
        return Outcome::NotReady(format!("the engine cannot start it: {}", state.error));
    }
    Outcome::Ended(state.exit_code)
}

fn stop(container: &Container, args: &StartArgs) -> Result<Stop, EngineError> {
    /// 128 and the number of SIGKILL.
    const KILLED: i64 = 137;
    let grace = Duration::from_secs(args.stop_within);
    let began = Instant::now();
    let (state, took) = container.stop(grace, cancel())?;
    let killed = state.exit_code == KILLED && began.elapsed() >= grace;
    Ok(Stop { took, exit_code: state.exit_code, killed })
}
