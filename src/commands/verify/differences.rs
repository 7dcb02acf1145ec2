//! The differences of two images, in the text form.

use std::fmt::Write as _;

use dockfit_image::Difference;

use super::Verified;
use super::judge::{Judged, Verdict};
use crate::report::{Look, plural};
use crate::terminal::{paint, visible};

/// How many differences of one kind are shown.
const SHOWN: usize = 5;

/// The differences of one verdict, those of one kind together.
pub(super) fn shown(verified: &Verified, verdict: Verdict, look: &Look) -> String {
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

/// The passes that `--blame` found, or that it would find some.
pub(super) fn blamed(verified: &Verified) -> String {
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
pub(super) fn noted(verified: &Verified, look: &Look) -> String {
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
