//! The table, for a terminal and in markdown.

use std::fmt::Write as _;

use dockfit_engine::Engine;

use super::figures::Figures;
use super::measure::{Benched, Builds, Measured};
use crate::report::Look;
use crate::terminal::{paint, visible};

/// A row: a name, both sides, the change and a remark.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) change: String,
    pub(super) remark: String,
}

/// All figures of a Dockerfile.
pub(super) fn rows(benched: &Benched) -> Vec<Row> {
    let mut rows = Vec::new();
    for (scenario, [before, after]) in &benched.builds {
        let steps = |builds: &Builds| format!("{}/{}", builds.cached.0, builds.cached.1);
        let remark = if scenario.is_from_nothing() {
            String::new()
        } else {
            format!("steps from the cache: {} → {}", steps(before), steps(after))
        };
        rows.push(row(&scenario.name, &before.seconds, &after.seconds, seconds, remark));
    }
    let [before, after] = &benched.images;
    #[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
    let size = |measured: &Measured| Figures(vec![measured.bytes as f64]);
    let layers = format!("layers: {} → {}", before.layers.len(), after.layers.len());
    rows.push(row("size", &size(before), &size(after), megabytes, layers));
    if before.ready.median().is_some() || after.ready.median().is_some() {
        rows.push(row("ready", &before.ready, &after.ready, seconds, String::new()));
    }
    if before.memory.median().is_some() || after.memory.median().is_some() {
        let processes = format!("PSS; processes: {} → {}", before.processes, after.processes);
        rows.push(row("memory", &before.memory, &after.memory, megabytes, processes));
    }
    rows
}

fn row(name: &str, before: &Figures, after: &Figures, shown: fn(f64) -> String, remark: String) -> Row {
    let figure = |figures: &Figures| match (figures.median(), figures.spread()) {
        (Some(median), Some((least, greatest))) if figures.0.len() > 1 => {
            format!("{} ({}–{})", shown(median), bare(least, shown), bare(greatest, shown))
        }
        (Some(median), _) => shown(median),
        (None, _) => "-".to_owned(),
    };
    let change = match (before.median(), after.median()) {
        (Some(before), Some(after)) if before > 0.0 => format!("{:+.1} %", (after / before - 1.0) * 100.0),
        _ => String::new(),
    };
    Row { name: name.to_owned(), before: figure(before), after: figure(after), change, remark }
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// Without the unit.
fn bare(figure: f64, shown: fn(f64) -> String) -> String {
    shown(figure).split(' ').next().unwrap_or_default().to_owned()
}

/// The text form.
pub(super) fn benched(engine: &Engine, benched: &Benched, look: &Look) -> String {
    let palette = &look.palette;
    let mut out = format!("{}\n", paint(palette.heading, &benched.dockerfile));
    let about = format!("{}: {engine} · {}", engine.kind, runs(benched));
    let _ = writeln!(
        out,
        "  {}\n  {}\n",
        paint(palette.dim, about),
        paint(palette.dim, benched.passes.join(", "))
    );
    let rows = rows(benched);
    let width = |of: fn(&Row) -> &String, least: usize| {
        rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).max(least)
    };
    let (name, before, after, change) = (
        width(|row| &row.name, 0),
        width(|row| &row.before, 6),
        width(|row| &row.after, 5),
        width(|row| &row.change, 0),
    );
    let _ = writeln!(out, "  {:name$}  {:>before$}  {:>after$}", "", "before", "after");
    for Row { name: of, before: was, after: is, change: percent, remark } in &rows {
        let line = format!("  {of:name$}  {was:>before$}  {is:>after$}  {percent:>change$}  {remark}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for (side, measured) in ["before", "after"].iter().zip(&benched.images) {
        if let Some(why) = &measured.not_ready {
            let _ = writeln!(out, "\n  {side} does not get ready: {}", visible(why));
        }
    }
    if look.verbose {
        out.push_str(&details(benched, look));
    }
    out.push('\n');
    out
}

fn runs(benched: &Benched) -> String {
    if benched.runs == 1 {
        "one run".to_owned()
    } else {
        format!("{} runs, medians (least–greatest)", benched.runs)
    }
}

/// What the cold build waited for, and the layers.
fn details(benched: &Benched, look: &Look) -> String {
    let mut out = String::new();
    for (scenario, sides) in benched.builds.iter().filter(|(scenario, _)| scenario.is_from_nothing()) {
        for (side, builds) in ["before", "after"].iter().zip(sides) {
            let _ = writeln!(out, "\n  {}, {side}: what the build waited for", scenario.name);
            for step in builds.critical_path() {
                let _ = writeln!(
                    out,
                    "  {:>8.1} s  {}",
                    step.seconds.unwrap_or(0.0),
                    visible(&short(&step.name))
                );
            }
        }
    }
    for (side, measured) in ["before", "after"].iter().zip(&benched.images) {
        let _ = writeln!(out, "\n  {}", paint(look.palette.dim, format!("layers, {side}")));
        for layer in &measured.layers {
            #[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
            let size = megabytes(layer.content as f64);
            let _ = writeln!(out, "  {size:>10}  {}", visible(&short(&layer.made_by)));
        }
    }
    out
}

fn short(text: &str) -> String {
    const LONGEST: usize = 90;
    let text = text.replace(['\n', '\t'], " ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    format!("{cut}…")
}
