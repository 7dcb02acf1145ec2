//! The text form.

use std::fmt::Write as _;

use dockfit_engine::Engine;
use dockfit_image::{Difference, Manager};

use super::judge::{Judged, Verdict};
use super::started::{Starts, said};
use super::{Measured, Verified};
use crate::report::{Look, plural};
use crate::terminal::{paint, visible};
use crate::trial::{Start, Stop};

/// How many differences of one kind are shown.
const SHOWN: usize = 5;

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

/// The differences of one verdict, those of one kind together.
fn shown(verified: &Verified, verdict: Verdict, look: &Look) -> String {
    let mut out = String::new();
    let mut rest: &[Judged] = &verified.judged;
    while let Some(first) = rest.first() {
        let same = |judged: &&Judged| {
            judged.verdict == first.verdict
                && judged.difference.aspect == first.difference.aspect
                && judged.passes == first.passes
                && judged.because == first.because
        };
        let length = rest.iter().take_while(same).count();
        let (group, others) = rest.split_at(length);
        rest = others;
        if first.verdict != verdict {
            continue;
        }
        let most = if look.verbose { group.len() } else { SHOWN };
        for judged in group.iter().take(most) {
            out.push_str(&entry(judged, look));
        }
        if group.len() > most {
            let more = group.len() - most;
            let name = first.difference.aspect.name();
            let _ = writeln!(
                out,
                "    {}",
                paint(look.palette.dim, format!("… and {more} more: {name} (-v shows them)"))
            );
        }
    }
    out
}

/// A difference and where it comes from; one that is too long for a line has its sides below it.
fn entry(judged: &Judged, look: &Look) -> String {
    const LONGEST: usize = 72;
    let origin = paint(look.palette.dim, origin(judged));
    let Difference { aspect, subject, before, after } = &judged.difference;
    match (before, after) {
        (Some(was), Some(is)) if was.chars().count() + is.chars().count() > LONGEST => {
            let subject = if subject.is_empty() { String::new() } else { format!(" {}", visible(subject)) };
            let was = paint(look.palette.removed, format!("- {}", visible(was)));
            let is = paint(look.palette.added, format!("+ {}", visible(is)));
            let first = format!("    {}{subject}  {origin}", aspect.name());
            format!("{}\n      {was}\n      {is}\n", first.trim_end())
        }
        _ => format!("{}\n", format!("    {}  {origin}", line(&judged.difference)).trim_end()),
    }
}

/// What differs, as one line.
fn line(difference: &Difference) -> String {
    const LONGEST: usize = 120;
    let Difference { aspect, subject, before, after } = difference;
    let short = |text: &Option<String>| {
        let text = text.as_deref().map_or_else(|| "none".to_owned(), |text| visible(text).into_owned());
        if text.chars().count() <= LONGEST {
            return text;
        }
        let cut: String = text.chars().take(LONGEST - 1).collect();
        format!("{cut}…")
    };
    let subject = if subject.is_empty() { String::new() } else { format!(" {}", visible(subject)) };
    match (before, after) {
        (Some(_), None) => format!("{}{subject}: gone (was {})", aspect.name(), short(before)),
        (None, Some(_)) => format!("{}{subject}: new: {}", aspect.name(), short(after)),
        _ => format!("{}{subject}: {} → {}", aspect.name(), short(before), short(after)),
    }
}

/// Which pass, and why.
fn origin(judged: &Judged) -> String {
    let passes = match judged.verdict {
        Verdict::Declared => judged.passes.join(", "),
        _ if judged.passes.is_empty() => String::new(),
        _ => format!("made by {}", judged.passes.join(" or ")),
    };
    match judged.because {
        Some(because) => format!("{passes}: {because}"),
        None => passes,
    }
}

fn blamed(verified: &Verified) -> String {
    let mut out = String::new();
    for blame in &verified.blame {
        let subject =
            if blame.subject.is_empty() { String::new() } else { format!(" {}", visible(&blame.subject)) };
        let _ = writeln!(out, "    {}{subject} comes from {}", blame.aspect.name(), blame.pass);
    }
    let several = verified.judged.iter().any(|it| it.verdict == Verdict::Undeclared && it.passes.len() > 1);
    if verified.blame.is_empty() && several {
        out.push_str("    --blame finds the pass, with a few builds more\n");
    }
    out
}

/// What differs by itself, counted.
fn noted(verified: &Verified, look: &Look) -> String {
    let all = || verified.judged.iter().filter(|judged| judged.verdict == Verdict::Noted);
    if all().next().is_none() {
        return String::new();
    }
    if look.verbose {
        let lines: String = all().map(|judged| format!("    {}\n", line(&judged.difference))).collect();
        return format!("\n  noted\n{lines}");
    }
    let new = all().filter(|judged| judged.difference.before.is_none()).count();
    let other = all().count() - new;
    let parts = [(other, "with other bytes"), (new, "new")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", plural(*count, "file", "files")))
        .collect();
    let text = format!("made by steps: {} (-v shows them)", parts.join(", "));
    format!("\n  {}\n", paint(look.palette.dim, text))
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
