//! The table, for a terminal and in markdown.

use std::fmt::Write as _;

use dockfit_engine::Engine;

use super::figures::Figures;
use super::measured::{Benched, Builds, Load, Measured, OneWorker, Phase};
use super::target::Judged;
use crate::report::Look;
use crate::terminal::{paint, visible};

/// How many packages are shown that take long to import.
pub(super) const MOST_PACKAGES: usize = 15;

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
    let Benched { scenarios, before, after, .. } = benched;
    let mut rows = Vec::new();
    for ((scenario, was), is) in scenarios.iter().zip(&before.builds).zip(&after.builds) {
        let steps = |builds: &Builds| format!("{}/{}", builds.cached.0, builds.cached.1);
        let mut remarks = Vec::new();
        if !scenario.is_from_nothing() {
            remarks.push(format!("steps from the cache: {} → {}", steps(was), steps(is)));
        }
        if let (Some(was), Some(is)) = (was.pulled, is.pulled) {
            remarks.push(format!("to pull: {} → {}", of_bytes(was), of_bytes(is)));
        }
        rows.push(row(&scenario.name, &was.seconds, &is.seconds, seconds, remarks.join("; ")));
    }
    let layers = format!("layers: {} → {}", before.layers.len(), after.layers.len());
    let of = |bytes: u64| {
        let mut figures = Figures::default();
        figures.push_bytes(bytes);
        figures
    };
    rows.push(row("size", &of(before.bytes), &of(after.bytes), megabytes, layers));
    if let (Some(was), Some(is)) = (before.compressed(), after.compressed()) {
        rows.push(row("compressed", &of(was), &of(is), megabytes, "as it is pulled".to_owned()));
    }
    let mut figures = |name: &str, was: Option<&Figures>, is: Option<&Figures>, shown, remark: String| {
        let nothing = Figures::default();
        let (was, is) = (was.unwrap_or(&nothing), is.unwrap_or(&nothing));
        if was.median().is_some() || is.median().is_some() {
            rows.push(row(name, was, is, shown, remark));
        }
    };
    figures("ready", Some(&before.ready), Some(&after.ready), seconds, String::new());
    let processes = format!("PSS; processes: {} → {}", before.processes, after.processes);
    figures("memory", Some(&before.memory), Some(&after.memory), megabytes, processes);
    let (was, is) = (before.one_worker.as_ref(), after.one_worker.as_ref());
    let (ready, memory) = (|one: &'_ OneWorker| one.ready.clone(), |one: &'_ OneWorker| one.memory.clone());
    let (was_ready, is_ready) = (was.map(ready), is.map(ready));
    figures("ready, one worker", was_ready.as_ref(), is_ready.as_ref(), seconds, String::new());
    let (was_memory, is_memory) = (was.map(memory), is.map(memory));
    figures("memory, one worker", was_memory.as_ref(), is_memory.as_ref(), megabytes, "PSS".to_owned());
    for Phase { name, before: was, after: is, remark } in benched.phases() {
        figures(&format!("start: {name}"), was, is, seconds, remark);
    }
    let more = |measured: &Measured| {
        let seconds = measured.phases.as_ref().and_then(|_| measured.more_workers());
        seconds.map(|seconds| Figures(vec![seconds]))
    };
    let (was, is) = (more(before), more(after));
    figures("start: more workers", was.as_ref(), is.as_ref(), seconds, String::new());
    let (was, is) = (before.load.as_ref(), after.load.as_ref());
    let with = was.or(is).map_or("", |load| load.with).to_owned();
    figures("requests", was.map(|it| &it.rate), is.map(|it| &it.rate), rate, with);
    for (name, of) in [
        ("P50", (|load| &load.p50) as fn(&Load) -> &Figures),
        ("P95", |load| &load.p95),
        ("P99", |load| &load.p99),
    ] {
        figures(name, was.map(of), is.map(of), milliseconds, String::new());
    }
    rows
}

/// What each pass alone changes: scenarios, size, start and memory, in percent of before.
pub(super) fn alone(benched: &Benched) -> Vec<Vec<String>> {
    if benched.alone.is_empty() {
        return Vec::new();
    }
    let all = benched.figures();
    let is_measured = |name: &&String| benched.before.figure(name, &benched.scenarios).is_some();
    let names: Vec<&String> = all.iter().filter(is_measured).collect();
    let mut table = vec![
        std::iter::once("alone".to_owned()).chain(names.iter().map(ToString::to_string)).collect::<Vec<_>>(),
    ];
    for measured in benched.alone.iter().chain(std::iter::once(&benched.after)) {
        let cell = |name: &&String| {
            let before = benched.before.figure(name, &benched.scenarios);
            let after = measured.figure(name, &benched.scenarios);
            percent(before, after).unwrap_or_else(|| "-".to_owned())
        };
        let name = if measured.name == "after" { "all together" } else { &measured.name };
        table.push(std::iter::once(name.to_owned()).chain(names.iter().map(cell)).collect());
    }
    table
}

/// How much more it is, in percent.
fn percent(before: Option<f64>, after: Option<f64>) -> Option<String> {
    let (before, after) = (before?, after?);
    (before > 0.0).then(|| format!("{:+.1} %", (after / before - 1.0) * 100.0))
}

/// Bytes in words.
pub(super) fn of_bytes(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
    megabytes(bytes as f64)
}

fn row(name: &str, before: &Figures, after: &Figures, shown: fn(f64) -> String, remark: String) -> Row {
    let figure = |figures: &Figures| match (figures.median(), figures.spread()) {
        (Some(median), Some((least, greatest))) if figures.0.len() > 1 => {
            format!("{} ({}–{})", shown(median), bare(least, shown), bare(greatest, shown))
        }
        (Some(median), _) => shown(median),
        (None, _) => "-".to_owned(),
    };
    let change = percent(before.median(), after.median()).unwrap_or_default();
    Row { name: name.to_owned(), before: figure(before), after: figure(after), change, remark }
}

/// Seconds in words.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds < 0.95 { format!("{seconds:.2} s") } else { format!("{seconds:.1} s") }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.1} ms", seconds * 1000.0)
}

fn rate(rate: f64) -> String {
    format!("{rate:.0} /s")
}

/// Bytes in words.
pub(super) fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// Without the unit.
fn bare(figure: f64, shown: fn(f64) -> String) -> String {
    shown(figure).split(' ').next().unwrap_or_default().to_owned()
}

/// The text form.
pub(super) fn benched(engine: &Engine, benched: &Benched, targets: &[Judged], look: &Look) -> String {
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
    let alone = alone(benched);
    if !alone.is_empty() {
        out.push('\n');
        out.push_str(&aligned(&alone));
    }
    for measured in
        std::iter::once(&benched.before).chain(std::iter::once(&benched.after)).chain(&benched.alone)
    {
        if let Some(why) = &measured.not_ready {
            let _ = writeln!(out, "\n  {} does not get ready: {}", measured.name, visible(why));
        }
    }
    if !targets.is_empty() {
        out.push('\n');
    }
    for judged in targets {
        let style = if judged.is_met() { palette.good } else { palette.refused };
        let _ = writeln!(out, "  target {}", paint(style, judged));
    }
    if look.verbose {
        out.push_str(&details(benched, look));
    }
    out.push('\n');
    out
}

/// A table: names to the left, figures to the right.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = table.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in table {
        let mut line = String::from("  ");
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = if at == 0 { write!(line, "{cell:width$}") } else { write!(line, "  {cell:>width$}") };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
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
    let sides = [&benched.before, &benched.after];
    for (at, scenario) in benched.scenarios.iter().enumerate().filter(|(_, it)| it.is_from_nothing()) {
        for side in sides {
            let _ = writeln!(out, "\n  {}, {}: what the build waited for", scenario.name, side.name);
            for step in side.builds.get(at).map(Builds::critical_path).unwrap_or_default() {
                let took = step.seconds.unwrap_or(0.0);
                let _ = writeln!(out, "  {took:>8.1} s  {}", visible(&short(&step.name)));
            }
        }
    }
    for side in sides {
        let Some(phases) = &side.phases else { continue };
        let _ = writeln!(out, "\n  {}", paint(look.palette.dim, format!("imports, {}", side.name)));
        for (name, figures) in phases.longest(MOST_PACKAGES) {
            let _ = writeln!(
                out,
                "  {:>10}  {}",
                figures.median().map(seconds).unwrap_or_default(),
                visible(name)
            );
        }
    }
    for side in sides {
        let _ = writeln!(out, "\n  {}", paint(look.palette.dim, format!("layers, {}", side.name)));
        for layer in &side.layers {
            let size = of_bytes(layer.content);
            let packed = layer.pulled.map(of_bytes).unwrap_or_default();
            let _ = writeln!(out, "  {size:>10}  {packed:>10}  {}", visible(&short(&layer.made_by)));
        }
    }
    out
}

/// The beginning of a text, on one line.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 90;
    let text = text.replace(['\n', '\t'], " ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    format!("{cut}…")
}
