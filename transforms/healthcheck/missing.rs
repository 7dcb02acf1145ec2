//! Web servers without a health check.

use dockfit_dockerfile::model::Fact;
use dockfit_rewrite::context::ServiceHealthCheck;
use dockfit_rewrite::{Decision, DecisionInfo};

use crate::dockerfiles::File;

/// Servers for web applications in Python, by the programs' names; their documentation, 2026-11-24.
const SERVERS: &[&str] =
    &["uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "waitress-serve", "fastapi"];

/// The server that the default target runs and the one port that it exposes, if it surely has no health check.
pub(super) fn server(file: &File<'_>) -> Option<(&'static str, String)> {
    let model = file.dockerfile.model();
    let config = model.config(model.stages().last()?.index);
    if config.healthcheck != Fact::Known(None) || config.exposed_ports_open {
        return None;
    }
    let mut ports = config.exposed_ports.iter().filter_map(|port| port.strip_suffix("/tcp"));
    let (Some(port), None) = (ports.next(), ports.next()) else { return None };
    let (Fact::Known(entrypoint), Fact::Known(cmd)) = (&config.entrypoint, &config.cmd) else { return None };
    let mut words = entrypoint.iter().chain(cmd).flat_map(|word| word.split_whitespace());
    let server = words.find_map(|word| {
        let name = dockfit_shell::base_name(word);
        SERVERS.iter().find(|server| **server == name)
    })?;
    Some((server, port.to_owned()))
}

/// The advice to write one, unless compose has it.
pub(super) fn advice(
    file: &File<'_>,
    info: &'static DecisionInfo,
    services: &[ServiceHealthCheck],
) -> Option<Decision> {
    let (server, port) = server(file).filter(|_| services.is_empty())?;
    let document = file.dockerfile.document();
    let model = file.dockerfile.model();
    let from = document.instructions().get(model.stages().last()?.from)?;
    let text = format!("the image runs {server} on port {port} and has no HEALTHCHECK");
    let way_out = format!(
        "write HEALTHCHECK --timeout=3s --start-period=30s CMD with a request to port {port} that tells whether the service works"
    );
    Some(file.decision(info, from.text_span(), super::advised("no-healthcheck", text, way_out)))
}
