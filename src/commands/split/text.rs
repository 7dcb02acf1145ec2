//! The text form.

use std::fmt::Write as _;

use dockfit_python::{ApartReason, FileState};

use super::changes::Change;
use super::learnt::Layout;
use super::plan::{Group, Plan, Planned};
use crate::args::SplitArgs;
use crate::report::plural;
use crate::terminal::{Palette, paint, visible};

/// What is shown of a plan.
pub(super) fn text(plan: &Plan, args: &SplitArgs, palette: Palette) -> String {
    let mut out = heading(plan, palette);
    let sized = plan.groups.iter().any(|group| group.bytes.is_some());
    let width = plan.groups.iter().map(|group| group.name.len()).max().unwrap_or(0);
    for group in &plan.groups {
        let name = paint(palette.pass, format!("{:width$}", group.name));
        let Some(file) = group.file.and_then(|at| plan.files.get(at)) else {
            let _ = writeln!(out, "{name}  no package, no file");
            continue;
        };
        let mut line = format!("{name}  {}", counts(group, plan.lock.is_some()));
        if sized {
            let _ = write!(line, ", {}", size(group));
        }
        let _ = writeln!(out, "{line} · {} · {}", plan.shown(file.path.as_str()), state(file, args));
        changes(&mut out, file, plan, palette);
    }
    if plan.lock.is_some() && !sized {
        out.push_str(&paint(palette.dim, "The lock holds no sizes.\n"));
    }
    for file in plan.files.iter().filter(|file| !plan.groups.iter().any(|group| group.is(file, plan))) {
        let what = if file.left_over {
            "no package any more: remove it once no Dockerfile names it"
        } else {
            "apart"
        };
        let _ = writeln!(out, "{}  {what} · {}", plan.shown(file.path.as_str()), state(file, args));
        if !file.left_over {
            changes(&mut out, file, plan, palette);
        }
    }
    for apart in &plan.apart {
        let why = match apart.reason {
            ApartReason::Local => {
                "is made from files of the repository: install it with --no-deps after they are copied"
            }
            ApartReason::NoHash => "has no hash, as the others have: install it with --no-deps after them",
        };
        let _ = writeln!(out, "{} {why}", visible(&apart.requirement));
    }
    estimates(&mut out, &plan.layouts);
    out.push_str(&last(plan, args));
    out
}

impl Group {
    fn is(&self, file: &Planned, plan: &Plan) -> bool {
        self.file.and_then(|at| plan.files.get(at)).is_some_and(|own| std::ptr::eq(own, file))
    }
}

fn heading(plan: &Plan, palette: Palette) -> String {
    let packages: usize = plan.groups.iter().map(|group| group.packages).sum();
    let direct: usize = plan.groups.iter().map(|group| group.direct).sum();
    let Some(lock) = &plan.lock else {
        let manifest = plan.manifest.as_deref().unwrap_or_default();
        let what = format!(
            "{}: {}",
            plan.shown(manifest),
            plural(direct, "direct requirement", "direct requirements")
        );
        let warning =
            "NOT A RESOLUTION: each file is resolved by itself, and versions of what they share may differ.";
        return format!("{}\n{}\n\n", paint(palette.heading, what), paint(palette.refused, warning));
    };
    let mut place = match plan.environment.python {
        Some(python) => format!("Python {}.{}", python.major, python.minor),
        None => "any Python".to_owned(),
    };
    let machines: Vec<&str> = plan.environment.platforms.iter().map(|one| one.machine.as_str()).collect();
    let _ = write!(place, " on Linux{}{}", if machines.is_empty() { "" } else { " " }, machines.join(", "));
    let counted = plural(packages, "package", "packages");
    let what = format!("{}: {direct} direct, {counted} for {place}", plan.shown(lock));
    let remembered =
        plan.remembered.as_ref().map(|said| paint(palette.dim, format!("{said}\n"))).unwrap_or_default();
    format!("{}\n{remembered}\n", paint(palette.heading, what))
}

fn counts(group: &Group, resolved: bool) -> String {
    if resolved {
        format!("{} direct, {}", group.direct, plural(group.packages, "package", "packages"))
    } else {
        format!("{} direct", group.direct)
    }
}

fn size(group: &Group) -> String {
    match (group.bytes, group.unknown_sizes) {
        (None, _) => "size not known".to_owned(),
        (Some(bytes), 0) => bytes_text(bytes),
        (Some(bytes), unknown) => format!("{} and {unknown} without a size", bytes_text(bytes)),
    }
}

/// A number of bytes for people, in powers of ten as registries have them.
pub(super) fn bytes_text(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            let tenths = bytes.saturating_mul(10) / unit;
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

fn state(file: &Planned, args: &SplitArgs) -> &'static str {
    match (file.state, args.check) {
        (FileState::Same, _) => "as it was",
        (FileState::Missing, true) => "missing",
        (FileState::Missing, false) => "new",
        (FileState::Outdated, true) => "not what the lock says",
        (FileState::Outdated, false) => "renewed",
        (FileState::Foreign, true) => "not made by dockfit",
        (FileState::Foreign, false) => "overwritten",
    }
}

/// Packages that came, went or changed; none of them where the file is new.
fn changes(out: &mut String, file: &Planned, plan: &Plan, palette: Palette) {
    if file.state != FileState::Outdated {
        return;
    }
    if file.changes.is_empty() {
        out.push_str("    same packages; hashes, markers' form or comments differ\n");
    }
    for Change { name, before, after } in &file.changes {
        // In another group now, or from one.
        let elsewhere = |was: &Option<String>, is: &Option<String>, words: &str| {
            let has = |change: &Change| change.name == *name && change.before == *was && change.after == *is;
            let mut others = plan.files.iter().filter(|other| !std::ptr::eq(*other, file));
            let other = others.find(|other| other.changes.iter().any(has));
            other.map_or_else(String::new, |other| format!(" ({words} {})", other.path.file_name()))
        };
        let moved = match (before, after) {
            (None, after @ Some(_)) => elsewhere(after, &None, "from"),
            (before @ Some(_), None) => elsewhere(&None, before, "now in"),
            _ => String::new(),
        };
        let (name, show) = (visible(name), |text: &str| visible(text).into_owned());
        let line = match (before, after) {
            (Some(before), Some(after)) => format!("  ~ {name} {} → {}", show(before), show(after)),
            (None, Some(after)) => paint(palette.added, format!("  + {name} {}{moved}", show(after))),
            (Some(before), None) => paint(palette.removed, format!("  - {name} {}{moved}", show(before))),
            (None, None) => continue,
        };
        let _ = writeln!(out, "  {line}");
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn estimates(out: &mut String, layouts: &[Layout]) {
    let Some(first) = layouts.first() else { return };
    let changes = plural(first.estimate.changes, "change", "changes");
    let _ = writeln!(out, "\nRebuilt and pulled per change of the lock, as {changes} tell:");
    for layout in layouts {
        let name = match layout.id {
            "auto" => "these groups",
            "fixed" => "the fixed groups",
            _ => "one layer",
        };
        // No lock is so large that the cast would matter.
        let bytes = bytes_text(layout.estimate.bytes_per_change.round() as u64);
        let _ = writeln!(out, "  {name:18}{bytes:>10}");
        for layer in layout.estimate.layers.iter().filter(|_| layout.id != "single") {
            let share = (layer.touched * 100.0).round() as u64;
            let packages = plural(layer.packages, "package", "packages");
            let _ = writeln!(
                out,
                "      {}: {packages}, {}, touched by {share} in 100 changes",
                layer.name,
                bytes_text(layer.bytes)
            );
        }
    }
    if first.estimate.unknown_sizes > 0 {
        let count = plural(first.estimate.unknown_sizes, "package has", "packages have");
        let _ = writeln!(out, "  {count} no size in the lock; the middle one of the others stands for it.");
    }
}

fn last(plan: &Plan, args: &SplitArgs) -> String {
    let differing = plan.files.iter().filter(|file| file.differs()).count();
    match (args.check, differing) {
        (true, 0) => "\nAll files are what the lock says.\n".to_owned(),
        (true, count) => {
            let count = plural(count, "file is not", "files are not");
            let source = if plan.lock.is_some() { "the lock" } else { "the manifest" };
            format!("\n{count} what {source} says; to write: `dockfit split` with the same options\n")
        }
        (false, 0) => "\nNothing to write.\n".to_owned(),
        (false, count) => {
            format!("\nWrote {}. To take it back: dockfit undo\n", plural(count, "file", "files"))
        }
    }
}
