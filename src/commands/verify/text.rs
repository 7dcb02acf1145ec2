//! The text form.

use std::fmt::Write as _;

use dockfit_engine::Engine;
use dockfit_image::Manager;

use super::differences::{blamed, noted, shown};
use super::judge::Verdict;
use super::started::{Starts, said};
use super::{Measured, Verified};
use crate::report::{Look, plural};
use crate::terminal::{paint, visible};
use crate::trial::{Start, Stop};

/// The engine.
pub(super) fn engine(engine: &Engine, look: &Look) -> String {
    format!("{}\n\n", paint(look.palette.dim, format!("{}: {engine}", engine.kind)))
}

/// The end of a build's log.
pub(super) fn log(lines: &[String]) -> String {
    let lines = lines.iter().filter(|line| !line.is_empty());
    lines.map(|line| format!("    {}\n", visible(line))).collect()
}

/// All that is to say of a Dockerfile.
pub(super) fn verified(verified: &Verified, look: &Look) -> String {
    let palette = &look.palette;
    let mut out = format!("{}\n", paint(palette.heading, &verified.dockerfile));
    if !verified.passes.is_empty() {
        let _ = writeln!(out, "  {}", paint(palette.dim, verified.passes.join(", ")));
    }
    out.push('\n');
    out.push_str(&table(verified));
    let undeclared = shown(verified, Verdict::Undeclared, look);
    if !undeclared.is_empty() {
        let _ = write!(out, "\n  {}\n{undeclared}", paint(palette.refused, "not declared"));
        out.push_str(&blamed(verified));
    }
    let declared = shown(verified, Verdict::Declared, look);
    if !declared.is_empty() {
        let _ = write!(out, "\n  {}\n{declared}", paint(palette.good, "declared"));
    }
    out.push_str(&noted(verified, look));
    if let Some(starts) = &verified.starts {
        out.push_str(&starting(starts));
    }
    if let Some(why) = &verified.not_started {
        let _ = writeln!(out, "\n  not started: {why}");
    }
    let verdict = if verified.holds() {
        let started = if verified.starts.is_some() { ", and start" } else { "" };
        paint(palette.good, format!("the images are the same where they should be{started}"))
    } else {
        paint(palette.refused, "the new image is not what it should be")
    };
    let _ = writeln!(out, "\n  {verdict}\n");
    out
}

/// Figures, before and after.
fn table(verified: &Verified) -> String {
    let Verified { before, after, starts, .. } = verified;
    let mut rows = vec![("build".to_owned(), seconds(before), seconds(after), String::new())];
    if before.bytes > 0 && after.bytes > 0 {
        rows.push((
            "size".to_owned(),
            megabytes(before.bytes),
            megabytes(after.bytes),
            change(before.bytes, after.bytes),
        ));
    }
    rows.push(("layers".to_owned(), layers(before), layers(after), String::new()));
    for manager in Manager::ALL {
        let (was, is) = (before.image.packages.count(manager), after.image.packages.count(manager));
        if was + is > 0 {
            let name = format!("{} packages", manager.name());
            rows.push((name, was.to_string(), is.to_string(), String::new()));
        }
    }
    if let Some(Starts { before, after, .. }) = starts {
        let ready = |start: &Start| match &start.outcome {
            crate::trial::Outcome::Ready(took) => format!("{:.1} s", took.as_secs_f64()),
            crate::trial::Outcome::Ended(code) => format!("ended: {code}"),
            crate::trial::Outcome::NotReady(_) => "never".to_owned(),
        };
        rows.push(("ready".to_owned(), ready(before), ready(after), after.waited_for.clone()));
        let stop = |stop: &Option<Stop>| match stop {
            Some(stop) if stop.killed => "killed".to_owned(),
            Some(stop) => format!("{:.1} s, status {}", stop.took.as_secs_f64(), stop.exit_code),
            None => "-".to_owned(),
        };
        rows.push(("stop".to_owned(), stop(&before.stop), stop(&after.stop), String::new()));
    }
    let width = |column: fn(&(String, String, String, String)) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0).max(6)
    };
    let (names, first, second) = (width(|row| &row.0), width(|row| &row.1), width(|row| &row.2));
    let mut out = format!("  {:names$}  {:>first$}  {:>second$}\n", "", "before", "after");
    for (name, was, is, more) in &rows {
        let line = format!("  {name:names$}  {was:>first$}  {is:>second$}  {more}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn seconds(measured: &Measured) -> String {
    format!("{:.1} s", measured.took.as_secs_f64())
}

fn layers(measured: &Measured) -> String {
    measured.image.layers.len().to_string()
}

#[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
fn change(was: u64, is: u64) -> String {
    let percent = (is as f64 - was as f64) / was as f64 * 100.0;
    if percent.abs() < 0.05 { String::new() } else { format!("{percent:+.1} %") }
}

fn starting(starts: &Starts) -> String {
    let mut out = String::new();
    if let Some(service) = &starts.service {
        let _ = write!(
            out,
            "\n  started like the service {} of {}",
            visible(&service.name),
            visible(&service.file)
        );
        if !service.unset.is_empty() {
            let _ = write!(out, "; without a value here: {}", service.unset.join(", "));
        }
        out.push('\n');
    }
    let failures = starts.failures();
    for failure in &failures {
        let _ = writeln!(out, "\n  {}", visible(failure));
    }
    for (side, start) in [("before", &starts.before), ("after", &starts.after)] {
        if !start.log.is_empty() && !failures.is_empty() {
            let _ = write!(
                out,
                "\n  {side}, {}; the end of its output\n{}",
                visible(&said(&start.outcome)),
                log(&start.log)
            );
        }
    }
    if failures.iter().any(|failure| failure.starts_with("neither")) {
        out.push_str("\n  give it what it needs with --env, --env-file or --service; --service none starts it without compose's environment; --no-start leaves this out\n");
    }
    out
}

/// The last line.
pub(super) fn summary(all: &[Verified], unchanged: usize, errors: usize, look: &Look) -> String {
    let wrong = all.iter().filter(|verified| !verified.holds()).count();
    let mut parts = Vec::new();
    if !all.is_empty() {
        parts.push(format!("{} verified", plural(all.len() - wrong, "Dockerfile", "Dockerfiles")));
    }
    if wrong > 0 {
        parts.push(format!("{wrong} not what they should be"));
    }
    if unchanged > 0 {
        parts.push(format!("{} would not change", plural(unchanged, "Dockerfile", "Dockerfiles")));
    }
    if errors > 0 {
        parts.push(plural(errors, "error", "errors"));
    }
    if parts.is_empty() {
        return String::new();
    }
    let style = if wrong + errors == 0 { look.palette.good } else { look.palette.refused };
    format!("{}\n", paint(style, parts.join(", ")))
}
