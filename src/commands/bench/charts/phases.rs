//! The phases of a start, as blocks in a row.

use std::fmt::Write as _;

use super::super::measured::Benched;
use super::super::table::seconds;
use super::{Chart, LEFT, RIGHT, WIDTH, escaped};

/// A row for each side, a block for each phase.
pub(super) fn phases(name: &str, title: &str, benched: &Benched) -> Option<Chart> {
    const TALL: f64 = 26.0;
    /// A block that is narrower has its name in the legend only.
    const NARROW: f64 = 90.0;
    /// Pale, so that a name on them can be read in the light and in the dark.
    const SHADES: [f64; 5] = [0.65, 0.42, 0.28, 0.55, 0.35];
    let rows = benched.phases();
    let of = |is_after: bool| {
        let figures = rows.iter().map(|row| (row.name, if is_after { row.after } else { row.before }));
        figures
            .map(|(name, figures)| (name, figures.and_then(super::Figures::median).unwrap_or(0.0)))
            .collect::<Vec<_>>()
    };
    let sides = [("before", of(false)), ("after", of(true))];
    let total = |phases: &[(&str, f64)]| phases.iter().map(|(_, seconds)| seconds).sum::<f64>();
    let longest =
        sides.iter().map(|(_, phases)| total(phases)).max_by(f64::total_cmp).filter(|total| *total > 0.0)?;
    let scale = (WIDTH - LEFT - RIGHT) / longest;
    let mut body = String::new();
    let mut y = 8.0;
    for (class, phases) in &sides {
        let _ = write!(body, "<text x=\"0\" y=\"{:.1}\">{class}</text>", y + TALL / 2.0 + 4.5);
        let mut x = LEFT;
        for (at, (phase, took)) in phases.iter().enumerate() {
            let width = took * scale;
            let shade = SHADES.get(at % SHADES.len()).copied().unwrap_or(1.0);
            let words = escaped(&format!("{phase}: {}", seconds(*took)));
            let _ = write!(
                body,
                "<rect class=\"{class} block\" fill-opacity=\"{shade}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
                 height=\"{TALL}\"><title>{words}</title></rect>"
            );
            if width >= NARROW {
                let _ = write!(
                    body,
                    "<text class=\"on\" x=\"{:.1}\" y=\"{:.1}\">{phase}</text>",
                    x + 6.0,
                    y + TALL / 2.0 + 4.5
                );
            }
            x += width;
        }
        let shown = escaped(&seconds(total(phases)));
        let _ = write!(
            body,
            "<text class=\"dim\" x=\"{:.1}\" y=\"{:.1}\">{shown}</text>",
            x + 8.0,
            y + TALL / 2.0 + 4.5
        );
        y += TALL + 10.0;
    }
    for (class, phases) in &sides {
        let words: Vec<String> =
            phases.iter().map(|(phase, took)| format!("{phase} {}", seconds(*took))).collect();
        let _ = write!(
            body,
            "<text class=\"dim\" x=\"0\" y=\"{:.1}\">{class}: {}</text>",
            y + 12.0,
            escaped(&words.join(" · "))
        );
        y += 20.0;
    }
    Some(Chart { name: name.to_owned(), title: title.to_owned(), width: WIDTH, height: y + 6.0, body })
}
