//! What tells that a container is ready.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use dockfit_engine::{Container, EngineError, State};
use dockfit_image::Config;

use super::Service;
use super::engine::cancel;
use crate::args::StartArgs;
use crate::problem::{Problem, ProblemKind};

/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(5);
/// How long a container that nothing can be asked of has to stay up.
pub(super) const SETTLED: Duration = Duration::from_secs(5);

/// What tells that a container is ready.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Probe {
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
    pub(super) fn of(args: &StartArgs, config: &Config, service: Option<&Service>) -> Self {
        if let Some((port, path)) = args.probe.as_deref().and_then(port_and_path) {
            return Self::Http { port, path };
        }
        if config.probe().is_some() {
            return Self::Health;
        }
        served(config, service).map_or(Self::Settled, Self::Port)
    }

    /// The port that has to be reached from here.
    pub(super) fn port(&self) -> Option<u16> {
        match self {
            Self::Http { port, .. } | Self::Port(port) => Some(*port),
            Self::Health | Self::Settled => None,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Http { port, path } => format!("http://localhost:{port}{path}"),
            Self::Health => "the health check".to_owned(),
            Self::Port(port) => format!("port {port}"),
            Self::Settled => format!("{} s without an end", SETTLED.as_secs()),
        }
    }
}

/// The port that an image is asked at: that of compose, or the first one that it exposes.
pub(super) fn served(config: &Config, service: Option<&Service>) -> Option<u16> {
    let exposed = config.exposed_ports.iter().filter_map(|port| port.strip_suffix("/tcp")?.parse().ok());
    service.and_then(|service| service.ports.first().copied()).or_else(|| exposed.min())
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

/// What a probe says.
pub(super) enum Answer {
    Yes,
    /// Not yet; why.
    No(String),
    /// And it never will.
    Never(String),
}

pub(super) fn get(address: SocketAddr, path: &str) -> Answer {
    let config = ureq::Agent::config_builder().timeout_global(Some(REQUEST)).http_status_as_error(false);
    let agent = ureq::Agent::new_with_config(config.build());
    match agent.get(format!("http://{address}{path}")).call() {
        Ok(response) if response.status().is_success() || response.status().is_redirection() => Answer::Yes,
        Ok(response) => Answer::No(format!("it answers {}", response.status())),
        Err(error) => Answer::No(error.to_string()),
    }
}

/// Whether something listens. The engine's proxy takes every connection, and closes it at once where nothing does.
pub(super) fn listens(address: SocketAddr) -> Answer {
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

pub(super) fn health(container: &Container, state: &State) -> Result<Answer, EngineError> {
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

/// Whether something listens at a port of this machine.
pub(super) fn is_taken(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), REQUEST).is_ok()
}
