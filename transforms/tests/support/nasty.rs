//! Dockerfiles that the engine accepts and that nobody would write twice.

use std::fmt::Write as _;

use super::choices::Choices;
use super::script::{NEXT, SOFT, script};
use super::start;

const BASES: &[&str] = &[
    "python:3.13-slim",
    "debian:bookworm-slim",
    "python:3.12",
    "ubuntu:24.04",
    "python:3.12-alpine",
    "node:20",
    "registry.example/team/image:1",
    "--platform=$BUILDPLATFORM python:3.13-slim",
    "${BASE}",
    "scratch",
];

const ENVS: &[&str] = &[
    "PIP_NO_CACHE_DIR=1",
    "PIP_NO_CACHE_DIR 1",
    "A=1\u{1}PIP_NO_CACHE_DIR=1",
    "PIP_NO_CACHE_DIR=1\u{1}A=1",
    "A=1\u{1}PIP_NO_CACHE_DIR=off\u{1}B=\"x y\"",
    "PIP_NO_CACHE_DIR=\u{1}A=1",
    "UV_NO_CACHE=1",
    "UV_NO_CACHE=true\u{1}PIP_NO_CACHE_DIR=0\u{1}C='d'",
    "PIP_CACHE_DIR=/pipcache",
    "XDG_CACHE_HOME=/cache",
    "UV_LINK_MODE=copy",
    "PATH=/opt/bin:$PATH\u{1}PIP_NO_CACHE_DIR=\"1\"",
    "PIP_NO_CACHE_DIR=1\u{1}UV_NO_CACHE=1",
    "HOME=/srv",
    "PIP_NO_CACHE_DIR=$X",
];

const SHELLS: &[&str] = &[
    r#"["/bin/bash", "-e", "-c"]"#,
    r#"["/bin/bash", "-o", "pipefail", "-c"]"#,
    r#"["/bin/sh", "-c"]"#,
    r#"["/bin/bash", "-euxo", "pipefail", "-c"]"#,
    r#"["/bin/bash", "-c"]"#,
];

const USERS: &[&[&str]] = &[
    &["USER root"],
    &["RUN useradd -m -u 1000 app", "USER app"],
    &["RUN groupadd -g 1001 app && useradd --create-home --uid 1001 --gid 1001 app", "USER app:app"],
    &["RUN adduser --disabled-password --uid 1002 app", "USER app"],
    &["USER 1000:1000"],
    &["USER app"],
];

const PLAIN: &[&str] = &[
    "WORKDIR /app",
    "COPY . .",
    "ARG X=1",
    "ARG PIP_NO_CACHE_DIR=1",
    "LABEL a=b\u{1}c=d",
    "EXPOSE 80",
    "CMD [\"python\", \"app.py\"]",
    "HEALTHCHECK --interval=5s CMD test -e /app",
    "ONBUILD RUN pip install --no-cache-dir -r requirements.txt",
    "COPY --from=0 /root/.cache /root/.cache",
    "RUN [\"pip\", \"install\", \"--no-cache-dir\", \"flask\"]",
    "RUN [\"/bin/sh\", \"-c\", \"pip install --no-cache-dir x && rm -rf /root/.cache/pip\"]",
    "RUN rm -f /etc/apt/apt.conf.d/docker-clean",
    "RUN ./setup.sh",
];

const MOUNTS: &[&str] = &[
    "--mount=type=cache,target=/root/.cache/pip ",
    "--mount=type=bind,source=requirements.txt,target=requirements.txt ",
    "--mount=type=cache,target=/var/cache/apt,sharing=locked ",
    "--network=host ",
    "--mount=type=cache,target=/var/lib/apt/lists\u{1}--mount=type=secret,id=a ",
    "--mount=type=tmpfs,target=/var/cache/apt ",
];

/// The habits of one file.
struct Habits {
    escape: char,
    crlf: usize,
    lower: bool,
    indent: &'static str,
    breaks: usize,
    notes: usize,
}

/// A Dockerfile; the same tape gives the same one.
pub(crate) fn dockerfile(tape: &[u16]) -> Vec<u8> {
    let mut choices = Choices::new(tape);
    let c = &mut choices;
    let mut habits = Habits {
        crlf: [0, 0, 0, 1, 2][c.below(5)],
        escape: if c.one_in(8) { '`' } else { '\\' },
        lower: c.one_in(6),
        indent: ["    ", "\t", "  ", "", " "][c.below(5)],
        breaks: 1 + c.below(3),
        notes: 0,
    };
    let mut out = String::new();
    out.push_str(if c.one_in(12) { "\u{feff}" } else { "" });
    if habits.escape == '`' {
        out.push_str("# escape=`\n");
    }
    if c.one_in(6) {
        out.push_str("# syntax=docker/dockerfile:1\n");
    }
    if c.one_in(5) {
        out.push_str("ARG BASE=python:3.13-slim\n");
    }
    for stage in 0..=c.below(3).saturating_sub(c.below(2)) {
        let base =
            if stage > 0 && c.one_in(3) { format!("s{}", stage - 1) } else { c.pick(BASES).to_owned() };
        // Only the last may lack a name.
        let name = if c.one_in(4) { String::new() } else { format!(" AS s{stage}") };
        let base = if base == "s0" && !out.contains("AS s0") { "debian".to_owned() } else { base };
        let base = if base == "s1" && !out.contains("AS s1") { "debian".to_owned() } else { base };
        let _ = writeln!(out, "FROM {base}{name}");
        for _ in 0..=c.below(6) {
            instruction(c, &mut habits, &mut out);
        }
    }
    let mut text = if habits.lower { lowered(&out) } else { out };
    match habits.crlf {
        1 => text = text.replace('\n', "\r\n"),
        2 => {
            let mut lines = String::new();
            for line in text.split_inclusive('\n') {
                let body = line.strip_suffix('\n').unwrap_or(line);
                lines.push_str(body);
                lines.push_str(if c.one_in(2) { "\r\n" } else { "\n" });
            }
            text = lines;
        }
        _ => {}
    }
    if c.one_in(6) {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    text.into_bytes()
}

/// The Dockerfile of a service: little besides the commands that start its server.
pub(crate) fn service(tape: &[u16]) -> Vec<u8> {
    let mut choices = Choices::new(tape);
    let c = &mut choices;
    let indent = ["    ", "\t", "  "][c.below(3)];
    let mut habits = Habits { escape: '\\', crlf: 0, lower: false, indent, breaks: 1 + c.below(3), notes: 0 };
    let mut out = "FROM python:3.13-slim\nWORKDIR /srv\nCOPY requirements.txt ./\n\
                   RUN pip install -r requirements.txt\nCOPY . .\n"
        .to_owned();
    for _ in 0..=c.below(3) {
        if c.one_in(3) {
            let _ = writeln!(out, "{} workers", habits.note());
        }
        for text in start::instructions(c) {
            continued(c, &mut habits, &text, &mut out);
        }
    }
    out.into_bytes()
}

fn lowered(text: &str) -> String {
    const WORDS: &[&str] = &["FROM", "RUN", "ENV", "USER", "ARG", "COPY", "WORKDIR"];
    let line = |line: &str| match WORDS.iter().find(|word| line.starts_with(&format!("{word} "))) {
        Some(word) => format!("{}{}", word.to_lowercase(), &line[word.len()..]),
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

fn instruction(c: &mut Choices<'_>, habits: &mut Habits, out: &mut String) {
    match c.below(27) {
        16 | 17 => {
            let env = format!("ENV {}", c.pick(ENVS));
            continued(c, habits, &env, out);
        }
        18 => {
            let _ = writeln!(out, "SHELL {}", c.pick(SHELLS));
        }
        19 => {
            for line in USERS[c.below(USERS.len())] {
                let _ = writeln!(out, "{line}");
            }
        }
        20 | 21 => {
            let plain = c.pick(PLAIN);
            continued(c, habits, plain, out);
        }
        22 => {
            let note = habits.note();
            let ignore = if c.one_in(4) { "# dockfit: ignore[package-caches]\n" } else { "" };
            let blank = if c.one_in(2) { "\n" } else { "" };
            let _ = write!(out, "{blank}{note}\n{ignore}");
        }
        23 => out.push('\n'),
        24..=26 => {
            for text in start::instructions(c) {
                continued(c, habits, &text, out);
            }
        }
        _ => run(c, habits, out),
    }
}

impl Habits {
    fn note(&mut self) -> String {
        self.notes += 1;
        format!("# note-{}", self.notes)
    }
}

fn run(c: &mut Choices<'_>, habits: &mut Habits, out: &mut String) {
    let script = script(c);
    let mount = if c.one_in(8) { c.pick(MOUNTS) } else { "" };
    if habits.crlf == 0 && c.one_in(6) {
        heredoc(c, habits, mount, &script, out);
        return;
    }
    continued(c, habits, &format!("RUN {mount}{}", script.replace(NEXT, &format!(";{SOFT}"))), out);
}

/// A script as a here-document, or with one that a command of it reads.
fn heredoc(c: &mut Choices<'_>, habits: &mut Habits, mount: &str, script: &str, out: &mut String) {
    let mount = mount.replace(SOFT, " ");
    if c.one_in(3) {
        let script = script.replace(NEXT, "; ").replace(SOFT, " ");
        let _ = writeln!(out, "RUN {mount}cat <<EOF >/dev/null && {script}\nsome text\n# note-0\nEOF");
        return;
    }
    let (dash, tabs) = if c.one_in(3) { ("-", "\t") } else { ("", "") };
    let quote = c.pick(&["", "\"", "'"]);
    let _ = writeln!(out, "RUN {mount}<<{dash}{quote}EOF{quote}");
    let mut quoted = false;
    out.push_str(tabs);
    for char in script.chars() {
        quoted ^= char == '\'';
        match char {
            NEXT if quoted => out.push_str("; "),
            NEXT if c.one_in(4) => {
                let _ = write!(out, " {}\n{tabs}", habits.note());
            }
            NEXT => {
                let _ = write!(out, "\n{tabs}");
            }
            SOFT if !quoted && c.one_in(3) => {
                let _ = write!(out, " \\\n{tabs}  ");
            }
            SOFT => out.push(' '),
            other => out.push(other),
        }
    }
    out.push_str("\nEOF\n");
}

/// Text of an instruction over several lines, with comments and blank lines between them.
fn continued(c: &mut Choices<'_>, habits: &mut Habits, text: &str, out: &mut String) {
    for char in text.chars() {
        if char != SOFT {
            out.push(char);
            continue;
        }
        if c.below(habits.breaks + 1) == 0 {
            out.push(' ');
            continue;
        }
        let trailing = if c.one_in(8) { "  " } else { "" };
        let _ = writeln!(out, " {}{trailing}", habits.escape);
        while c.one_in(6) {
            let indent = if c.one_in(2) { habits.indent } else { "" };
            if c.one_in(4) && !habits.lower {
                out.push('\n');
            } else {
                let _ = writeln!(out, "{indent}{}", habits.note());
            }
        }
        out.push_str(habits.indent);
    }
    if text.starts_with("RUN ") && !text.starts_with("RUN [") && c.one_in(8) {
        let _ = write!(out, " {}", habits.note());
    }
    out.push('\n');
}
