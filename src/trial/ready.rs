//! Starts an image, waits until it is ready, and stops it.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use dockfit_engine::{BuiltImage, Container, EngineError, RunRequest, State};
use dockfit_image::Config;

use super::engine::cancel;
use super::{Memory, Service, Trial};
use crate::args::StartArgs;
use crate::problem::{Problem, ProblemKind};
use crate::progress::Activity;

/// How often it is asked whether the container is ready.
const TICK: Duration = Duration::from_millis(100);
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(5);
/// How long a container that nothing can be asked of has to stay up.
const SETTLED: Duration = Duration::from_secs(5);
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

/// What tells that a container is ready.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Probe {
    /// This address of the container answers with success.
    Http { port: u16, path: String },
    /// The image's health check succeeds.
    Health,
    /// Something listens at this port.
    Port(u16),
    /// It stays up.
    Settled,
}

impl Probe {
    fn of(args: &StartArgs, config: &Config, service: Option<&Service>) -> Self {
        if let Some((port, path)) = args.probe.as_deref().and_then(port_and_path) {
            return Self::Http { port, path };
        }
        if config.probe().is_some() {
            return Self::Health;
        }
        let exposed = config.exposed_ports.iter().filter_map(|port| port.strip_suffix("/tcp")?.parse().ok());
        match service.and_then(|service| service.ports.first().copied()).or_else(|| exposed.min()) {
            Some(port) => Self::Port(port),
            None => Self::Settled,
        }
    }

    /// The port that has to be reached from here.
    fn port(&self) -> Option<u16> {
        match self {
            Self::Http { port, .. } | Self::Port(port) => Some(*port),
            Self::Health | Self::Settled => None,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Http { port, path } => format!("http://localhost:{port}{path}"),
            Self::Health => "the health check".to_owned(),
            Self::Port(port) => format!("port {port}"),
            Self::Settled => format!("{} s without an end", SETTLED.as_secs()),
        }
    }
}

/// The port and the path of `http://host[:port]/path`.
fn port_and_path(url: &str) -> Option<(u16, String)> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let port = match host.rsplit_once(':') {
        Some((_, port)) => port.parse().ok()?,
        None => 80,
    };
    Some((port, path.to_owned()))
}

impl StartArgs {
    /// What is wrong with them.
    pub(crate) fn wrong(&self) -> Option<Problem> {
        let probe = self.probe.as_deref()?;
        if port_and_path(probe).is_none() {
            let message = format!("--probe: `{probe}` is no address that can be asked");
            let problem = Problem::new(ProblemKind::Usage, message);
            return Some(problem.help("write it as http://localhost:8000/health; there is no TLS"));
        }
        if self.run_network.as_deref() == Some("none") {
            let message = "--probe: a container without a network cannot be asked";
            return Some(
                Problem::new(ProblemKind::Usage, message).help("leave --run-network away, or --probe"),
            );
        }
        None
    }
}

/// Starts `image` and sees it through to its end.
pub(crate) fn start(
    trial: &Trial<'_>,
    image: &BuiltImage,
    side: &str,
    config: &Config,
    service: Option<&Service>,
    args: &StartArgs,
) -> Result<Start, EngineError> {
    let activity = Activity::new(&format!("starting {side}"));
    let network =
        args.run_network.clone().or_else(|| trial.args.network.clone().filter(|mode| mode == "host"));
    let probe = match Probe::of(args, config, service) {
        // Nothing is reached from here in a container without a network.
        Probe::Port(_) if network.as_deref() == Some("none") => Probe::Settled,
        probe => probe,
    };
    let of_host = network.as_deref() == Some("host");
    let waited_for = probe.words();
    if let Some(port) = probe.port().filter(|port| of_host && is_taken(*port)) {
        let why = format!(
            "port {port} is taken by something else on this machine, which would answer in its place"
        );
        return Ok(Start {
            waited_for,
            outcome: Outcome::NotReady(why),
            log: Vec::new(),
            stop: None,
            memory: None,
        });
    }
    let request = RunRequest {
        env: service
            .into_iter()
            .flat_map(|service| service.env.iter().cloned())
            .chain(args.env.iter().cloned())
            .collect(),
        env_files: args.env_file.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        port: probe.port().filter(|_| !of_host),
        network,
        platform: trial.args.platform.clone(),
        command: None,
        checks_health: probe == Probe::Health,
    };
    let container = match trial.engine.start(image, &trial.name(&format!("{side}-run")), &request, cancel()) {
        Ok(container) => container,
        Err(EngineError::Failed { said, .. }) => {
            let outcome = Outcome::NotReady(format!("the engine cannot start it: {said}"));
            return Ok(Start { waited_for, outcome, log: Vec::new(), stop: None, memory: None });
        }
        Err(error) => return Err(error),
    };
    let outcome = wait(&container, &probe, of_host, args, &activity)?;
    let log = if matches!(outcome, Outcome::Ready(_)) { Vec::new() } else { container.logs(LOG) };
    let memory = match outcome {
        Outcome::Ready(_) => memory(&container),
        Outcome::Ended(_) | Outcome::NotReady(_) => None,
    };
    let stop = match outcome {
        Outcome::Ready(_) => Some(stop(&container, args)?),
        Outcome::Ended(_) | Outcome::NotReady(_) => None,
    };
    Ok(Start { waited_for, outcome, log, stop, memory })
}

fn memory(container: &Container) -> Option<Memory> {
    let state = container.state(cancel()).ok()?;
    Memory::of(state.pid, &container.id(cancel()).ok()?)
}

fn wait(
    container: &Container,
    probe: &Probe,
    of_host: bool,
    args: &StartArgs,
    activity: &Activity,
) -> Result<Outcome, EngineError> {
    let within = Duration::from_secs(args.ready_within);
    let mut last = String::new();
    let mut address = None;
    loop {
        if cancel().is_asked() {
            return Err(EngineError::Cancelled);
        }
        let state = container.state(cancel())?;
        if !state.running {
            return Ok(ended(&state));
        }
        if let (None, Some(port)) = (address, probe.port()) {
            // A container that has ended in the meantime has no ports: its state says so the next time.
            let outer = if of_host { Some(port) } else { container.port(port, cancel()).ok() };
            address = outer.map(|outer| SocketAddr::from((Ipv4Addr::LOCALHOST, outer)));
        }
        let answer = match (probe, address) {
            (Probe::Http { .. } | Probe::Port(_), None) => Answer::No("its port is not published".to_owned()),
            (Probe::Http { path, .. }, Some(address)) => get(address, path),
            (Probe::Port(_), Some(address)) => listens(address),
            (Probe::Health, _) => health(container, &state)?,
            _ if container.started.elapsed() >= SETTLED => Answer::Yes,
            _ => Answer::No(String::new()),
        };
        let elapsed = container.started.elapsed();
        match answer {
            Answer::Yes => return Ok(Outcome::Ready(elapsed)),
            Answer::Never(why) => return Ok(Outcome::NotReady(why)),
            Answer::No(why) if why.is_empty() => {}
            Answer::No(why) => last = why,
        }
        if elapsed > within {
            let seconds = within.as_secs();
            let last = if last.is_empty() { String::new() } else { format!("; last: {last}") };
            return Ok(Outcome::NotReady(format!("not ready within {seconds} s{last}")));
        }
        activity.say(&last);
        std::thread::sleep(TICK);
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

/// What a probe says.
enum Answer {
    Yes,
    /// Not yet; why.
    No(String),
    /// And it never will.
    Never(String),
}

fn get(address: SocketAddr, path: &str) -> Answer {
    let config = ureq::Agent::config_builder().timeout_global(Some(REQUEST)).http_status_as_error(false);
    let agent = ureq::Agent::new_with_config(config.build());
    match agent.get(format!("http://{address}{path}")).call() {
        Ok(response) if response.status().is_success() || response.status().is_redirection() => Answer::Yes,
        Ok(response) => Answer::No(format!("it answers {}", response.status())),
        Err(error) => Answer::No(error.to_string()),
    }
}

/// Whether something listens. The engine's proxy takes every connection, and closes it at once where nothing does.
fn listens(address: SocketAddr) -> Answer {
    let Ok(mut stream) = TcpStream::connect_timeout(&address, REQUEST) else {
        return Answer::No("nothing listens".to_owned());
    };
    let _ = stream.set_read_timeout(Some(Duration::from_millis(300)));
    match stream.read(&mut [0]) {
        Ok(0) => Answer::No("nothing listens".to_owned()),
        Ok(_) => Answer::Yes,
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
        {
            Answer::Yes
        }
        Err(error) => Answer::No(error.to_string()),
    }
}

fn health(container: &Container, state: &State) -> Result<Answer, EngineError> {
    let asked = container.check_health(cancel())?;
    let Some(health) = asked.as_ref().or(state.health.as_ref()) else { return Ok(Answer::No(String::new())) };
    if health.healthy {
        return Ok(Answer::Yes);
    }
    // What cannot be run now cannot be run later.
    let lacks_tool = health.said.contains("executable file not found")
        || health.said.contains("no such file or directory: unknown")
        || (health.exit_code == 127 && health.said.contains("not found"));
    let said = health.said.lines().last().unwrap_or_default().to_owned();
    Ok(if lacks_tool {
        Answer::Never(format!("its health check cannot be run: {said}"))
    } else {
        Answer::No(said)
    })
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

/// Whether something listens at a port of this machine.
fn is_taken(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), REQUEST).is_ok()
}
