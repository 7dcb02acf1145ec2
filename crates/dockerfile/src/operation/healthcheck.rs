//! HEALTHCHECK.

use crate::instruction::is_byte_space;
use crate::values::duration;
use crate::{RawWord, SyntaxErrorKind};

use super::flags::Takes;
use super::{CommandLine, Problem, Request};

/// How the health of a container is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Healthcheck {
    /// `NONE`: not at all, whatever the base says.
    None,
    /// `CMD`.
    Probe(Probe),
}

/// A command that is executed again and again. Durations are in nanoseconds; 0 is the engine's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The command.
    pub command: CommandLine,
    /// `--interval`.
    pub interval: i64,
    /// `--timeout`.
    pub timeout: i64,
    /// `--start-period`.
    pub start_period: i64,
    /// `--start-interval`.
    pub start_interval: i64,
    /// `--retries`; 0 is the engine's default.
    pub retries: i32,
}

const FLAGS: [(&str, Takes); 5] = [
    ("interval", Takes::Text),
    ("timeout", Takes::Text),
    ("start-period", Takes::Text),
    ("start-interval", Takes::Text),
    ("retries", Takes::Text),
];

/// Mirrors buildkit `parseHealthcheck` and `parseHealthConfig`.
pub(super) fn parse(request: &Request<'_>) -> Result<Healthcheck, Problem> {
    request.check_json()?;
    let text = request.text();
    let word_end = text.find(is_byte_space).unwrap_or(text.len());
    let (kind, rest) = text.split_at(word_end);
    let rest = rest.trim_start_matches(is_byte_space);
    let missing = |message: &str| {
        Problem::arguments(request.range(), message)
            .with_help("write HEALTHCHECK CMD command, or HEALTHCHECK NONE")
    };
    if kind.is_empty() {
        return Err(missing("HEALTHCHECK needs CMD or NONE"));
    }
    let items = request.command.json.as_ref().map(|array| array.items.len());
    if kind.eq_ignore_ascii_case("NONE") {
        // The flags of a NONE are not looked at.
        if items.unwrap_or(usize::from(!rest.is_empty())) > 0 {
            return Err(missing("HEALTHCHECK NONE takes no arguments"));
        }
        return Ok(Healthcheck::None);
    }

    let flags = request.flags(&FLAGS)?;
    if !kind.eq_ignore_ascii_case("CMD") {
        return Err(missing("HEALTHCHECK knows CMD and NONE"));
    }
    let command = match &request.command.json {
        Some(array) => CommandLine::Exec(array.clone()),
        None => CommandLine::Shell(RawWord {
            text: rest.to_owned(),
            range: request.command.arguments.end - rest.len()..request.command.arguments.end,
        }),
    };
    if items.unwrap_or(rest.len()) == 0 {
        return Err(missing("no command stands behind HEALTHCHECK CMD"));
    }
    let duration = |name: &str| flags.text(name).map_or(Ok(0), |flag| parse_duration(name, &flag));
    Ok(Healthcheck::Probe(Probe {
        command,
        interval: duration("interval")?,
        timeout: duration("timeout")?,
        start_period: duration("start-period")?,
        start_interval: duration("start-interval")?,
        retries: flags.text("retries").map_or(Ok(0), |flag| parse_retries(&flag))?,
    }))
}

fn parse_duration(name: &str, flag: &RawWord) -> Result<i64, Problem> {
    const MILLISECOND: i64 = 1_000_000;
    let wrong = |message: String| {
        let problem = Problem::new(SyntaxErrorKind::Flag, flag.range.clone(), message);
        Err(problem.with_help("write a duration such as 30s or 1m30s; variables are not expanded here"))
    };
    if flag.text.is_empty() {
        return Ok(0);
    }
    match duration::parse(&flag.text) {
        None => wrong(format!("`{}` is no duration", flag.text)),
        Some(0) => Ok(0),
        Some(value) if value < MILLISECOND => wrong(format!("--{name} cannot be less than a millisecond")),
        Some(value) => Ok(value),
    }
}

fn parse_retries(flag: &RawWord) -> Result<i32, Problem> {
    if flag.text.is_empty() {
        return Ok(0);
    }
    flag.text.parse::<i32>().ok().filter(|retries| *retries >= 0).ok_or_else(|| {
        let message = format!("`{}` is no number of retries", flag.text);
        Problem::new(SyntaxErrorKind::Flag, flag.range.clone(), message).with_help("write 0 or more")
    })
}
