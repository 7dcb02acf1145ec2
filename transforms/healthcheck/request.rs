//! The request that a probe with curl or wget makes, where all of the probe is understood.

use dockfit_dockerfile::operation::CommandLine;
use dockfit_shell::ast::{Node, OperatorKind, Redirect};
use dockfit_shell::{Script, Word};

/// A request by which a probe tells whether the service works: it fails on an HTTP error and where nobody answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Request {
    /// `http://`, this machine, perhaps a port and a path.
    url: String,
    /// How long the program waits, in seconds, as written.
    seconds: Option<String>,
}

impl Request {
    /// The same request in Python, as a command in exec form.
    pub(super) fn in_python(&self) -> String {
        let words = self.python_words();
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        format!("[{}]", quoted.join(", "))
    }

    /// The same request in Python, as words that hold no quotes of JSON.
    pub(crate) fn python_words(&self) -> Vec<String> {
        let Self { url, seconds } = self;
        let timeout = seconds.as_deref().map(|seconds| format!(", timeout={seconds}")).unwrap_or_default();
        let code = format!("import urllib.request as u; u.urlopen('{url}'{timeout})");
        vec!["python".to_owned(), "-c".to_owned(), code]
    }

    /// The same request in Node, as words that hold no quotes of JSON. Without a time, the engine's own ends the probe.
    pub(crate) fn node_words(&self) -> Vec<String> {
        let url = &self.url;
        let code = format!("fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))");
        vec!["node".to_owned(), "-e".to_owned(), code]
    }
}

/// A command line that may be a probe by curl or wget.
pub(crate) enum Probe {
    /// Another program, or none that can be told.
    Other,
    /// curl or wget, and the request, or why it is not understood.
    Http(&'static str, Result<Request, String>),
}

/// What the command of a HEALTHCHECK is.
pub(crate) fn probe(command: &CommandLine) -> Probe {
    match command {
        CommandLine::Exec(array) => {
            let words: Vec<&str> = array.items.iter().map(|item| item.value.as_str()).collect();
            let Some(program) = words.first().and_then(|word| program(word)) else { return Probe::Other };
            Probe::Http(program, request(program, words.get(1..).unwrap_or_default()))
        }
        CommandLine::Shell(text) => shell(&Script::parse(&text.text)),
    }
}

/// The program of `word`, if it is one that makes requests.
fn program(word: &str) -> Option<&'static str> {
    super::programs::KNOWN.iter().find(|known| **known == dockfit_shell::base_name(word)).copied()
}

fn shell(script: &Script) -> Probe {
    let named = |command: &dockfit_shell::Command| command.name().and_then(program);
    let Some(first) = script.commands().find_map(named) else { return Probe::Other };
    let several = || Probe::Http(first, Err("the probe is more than one command".to_owned()));
    let mut items = script.body.items.iter();
    let Some((Node::Command(command), operator)) =
        items.next().map(|item| (&item.node, item.operator.as_ref().map(|operator| operator.kind)))
    else {
        return several();
    };
    let fails = |node: &Node| match node {
        Node::Command(command) => {
            let words: Option<Vec<&str>> = command.words.iter().map(Word::value).collect();
            matches!(words.as_deref(), Some(["exit", status]) if *status != "0")
                || matches!(words.as_deref(), Some(["false"]))
        }
        _ => false,
    };
    match (operator, items.next(), items.next()) {
        (None, None, None) => {}
        (Some(OperatorKind::Or), Some(item), None) if fails(&item.node) => {}
        _ => return several(),
    }
    if named(command).is_none() || script.has_errors() || !command.assignments.is_empty() {
        return several();
    }
    let into_nothing = |redirect: &Redirect| {
        redirect
            .target
            .as_ref()
            .and_then(Word::value)
            .is_some_and(|target| matches!(target, "/dev/null" | "1"))
    };
    if !command.redirects.iter().all(into_nothing) {
        return Probe::Http(first, Err("the probe writes its output elsewhere".to_owned()));
    }
    let words: Option<Vec<&str>> = command.words.iter().skip(1).map(Word::value).collect();
    let request = words.map_or_else(
        || Err("the probe has variables, which only a shell puts in".to_owned()),
        |words| request(first, &words),
    );
    Probe::Http(first, request)
}

/// What an option does to a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Nothing that a probe shows.
    None,
    /// The program fails on an HTTP error.
    Fails,
    /// Its value is where the answer goes; only nowhere is understood.
    Output,
    /// Its value is the number of seconds to wait.
    Seconds,
    /// Its value counts attempts.
    Attempts,
}

/// Options of curl(1), 8.14, as far as probes use them; 2026-11-24. Each in its long form and as a letter.
const CURL: &[(&str, &str, Effect)] = &[
    ("fail", "f", Effect::Fails),
    ("fail-with-body", "", Effect::Fails),
    ("silent", "s", Effect::None),
    ("show-error", "S", Effect::None),
    ("location", "L", Effect::None),
    ("no-progress-meter", "", Effect::None),
    ("verbose", "v", Effect::None),
    ("output", "o", Effect::Output),
    ("max-time", "m", Effect::Seconds),
];

/// Options of wget(1), 1.25, and busybox wget, as far as probes use them; 2026-11-24. With `--spider` wget asks for the
/// head alone first; a probe in Python asks for the whole.
const WGET: &[(&str, &str, Effect)] = &[
    ("quiet", "q", Effect::None),
    ("spider", "", Effect::None),
    ("no-verbose", "", Effect::None),
    ("server-response", "S", Effect::None),
    ("output-document", "O", Effect::Output),
    ("timeout", "T", Effect::Seconds),
    ("tries", "t", Effect::Attempts),
];

fn request(program: &str, words: &[&str]) -> Result<Request, String> {
    let options = if program == "curl" { CURL } else { WGET };
    let mut fails = program == "wget";
    let (mut url, mut seconds) = (None, None);
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        let not_understood = || format!("what the option `{word}` of {program} does is not known here");
        let mut apply = |effect: Effect, value: Option<&str>| match (effect, value) {
            (Effect::Fails, None) => {
                fails = true;
                Ok(())
            }
            (Effect::None, None)
            | (Effect::Output, Some("/dev/null" | "-"))
            | (Effect::Attempts, Some(_)) => Ok(()),
            (Effect::Seconds, Some(value)) if value.parse::<f64>().is_ok_and(|value| value > 0.0) => {
                seconds = Some(value.to_owned());
                Ok(())
            }
            _ => Err(not_understood()),
        };
        let takes_value = |effect| matches!(effect, Effect::Output | Effect::Seconds | Effect::Attempts);
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let (.., effect) =
                options.iter().find(|(known, ..)| *known == name).ok_or_else(not_understood)?;
            let value = if takes_value(*effect) { value.or_else(|| words.next()) } else { value };
            apply(*effect, value)?;
        } else if word == "-nv" {
            apply(Effect::None, None)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            for (at, letter) in letters.char_indices() {
                let known = options.iter().find(|(_, known, _)| known.chars().eq([letter]));
                let (.., effect) = known.ok_or_else(not_understood)?;
                if takes_value(*effect) {
                    let glued = letters.get(at + letter.len_utf8()..).filter(|rest| !rest.is_empty());
                    apply(*effect, glued.or_else(|| words.next()))?;
                    break;
                }
                apply(*effect, None)?;
            }
        } else if url.replace(word).is_some() {
            return Err("the probe asks for more than one address".to_owned());
        }
    }
    if !fails {
        return Err(
            "without `-f`, curl takes an error page for an answer; a probe in Python would not".to_owned()
        );
    }
    let url = url.ok_or("the probe names no address")?;
    Ok(Request { url: on_this_machine(url)?, seconds })
}

/// `url` with its scheme, if it is a plain one of this machine.
fn on_this_machine(url: &str) -> Result<String, String> {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = authority.split_once(':').map_or((authority, ""), |(host, port)| (host, port));
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-?=&%~+,:".contains(char);
    let is_plain = matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0")
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && path.chars().all(plain);
    if !is_plain {
        return Err(format!("`{url}` is no plain address of this machine"));
    }
    Ok(format!("http://{rest}"))
}
