//! RUN.

use crate::{RawWord, SyntaxErrorKind};

use super::flags::Takes;
use super::mount::MountFlag;
use super::{CommandLine, Problem, Request, single};

/// A command that is executed at build time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The command, without what here-documents make of it: that is [`RunForm`](crate::RunForm).
    pub command: CommandLine,
    /// `--mount`, in order.
    pub mounts: Vec<MountFlag>,
    /// `--network`.
    pub network: Network,
    /// `--security=insecure`.
    pub insecure: bool,
    /// `--device`, in order.
    pub devices: Vec<RawWord>,
}

/// The network of a RUN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// That of the build.
    #[default]
    Default,
    /// None.
    None,
    /// That of the host.
    Host,
}

const FLAGS: [(&str, Takes); 3] =
    [("mount", Takes::Texts), ("network", Takes::Text), ("device", Takes::Texts)];
const FLAGS_WITH_SECURITY: [(&str, Takes); 4] = [FLAGS[0], FLAGS[1], FLAGS[2], ("security", Takes::Text)];

/// Mirrors buildkit `parseRun` and its hooks.
pub(super) fn parse(request: &Request<'_>) -> Result<Run, Problem> {
    let flags = request.flags(if request.features.security { &FLAGS_WITH_SECURITY } else { &FLAGS })?;
    let command = single::command(request)?;
    let wrong = |flag: &RawWord, message: String, help: &str| {
        Err(Problem::new(SyntaxErrorKind::Flag, flag.range.clone(), message).with_help(help))
    };

    let mounts = flags.texts("mount").map(MountFlag::parse).collect::<Result<_, _>>()?;
    let network = match flags.text("network") {
        None => Network::Default,
        Some(flag) => match flag.text.as_str() {
            "default" => Network::Default,
            "none" => Network::None,
            "host" => Network::Host,
            other => {
                return wrong(&flag, format!("`{other}` is no network"), "write default, none or host");
            }
        },
    };
    let insecure = match flags.text("security") {
        None => false,
        Some(flag) => match flag.text.as_str() {
            "sandbox" => false,
            "insecure" => true,
            other => {
                return wrong(&flag, format!("`{other}` is no security mode"), "write sandbox or insecure");
            }
        },
    };
    Ok(Run { command, mounts, network, insecure, devices: flags.texts("device").collect() })
}
