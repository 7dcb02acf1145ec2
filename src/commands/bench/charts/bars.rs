//! Bars: two for each figure.

use std::fmt::Write as _;

use super::super::figures::Figures;
use super::{BAR, Chart, LEFT, RIGHT, WIDTH, escaped};

/// Room for both bars of a figure.
const GROUP: f64 = 46.0;

/// Two bars for each figure, with a line from the least to the greatest.
pub(super) fn bars(
    name: &str,
    title: &str,
    figures: &[(String, &Figures, &Figures)],
    shown: fn(f64) -> String,
) -> Option<Chart> {
    let figures: Vec<_> =
        figures.iter().filter(|(_, was, is)| was.median().is_some() || is.median().is_some()).collect();
    let greatest = figures
        .iter()
        .flat_map(|(_, was, is)| [was.spread(), is.spread()])
        .flatten()
        .map(|(_, greatest)| greatest)
        .max_by(f64::total_cmp)
        .filter(|greatest| *greatest > 0.0)?;
    let scale = (WIDTH - LEFT - RIGHT) / greatest;
    let mut body = String::new();
    let mut y = 10.0;
    for (figure, was, is) in figures {
        let _ = write!(body, "<text x=\"0\" y=\"{:.1}\">{}</text>", y + BAR + 4.0, escaped(figure));
        for (at, (class, side)) in [("before", was), ("after", is)].into_iter().enumerate() {
            let top = if at == 0 { y } else { y + BAR + 3.0 };
            let (Some(median), Some((least, most))) = (side.median(), side.spread()) else { continue };
            let width = (median * scale).max(1.0);
            let _ = write!(
                body,
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/>"
            );
            let middle = top + BAR / 2.0;
            let (from, to) = (LEFT + least * scale, LEFT + most * scale);
            if side.0.len() > 1 {
                let _ = write!(
                    body,
                    "<path class=\"spread\" d=\"M{from:.1} {middle:.1}H{to:.1}M{from:.1} {:.1}v6M{to:.1} {:.1}v6\"/>",
                    middle - 3.0,
                    middle - 3.0
                );
            }
            let x = LEFT + width.max(most * scale) + 8.0;
            let _ = write!(
                body,
                "<text class=\"dim\" x=\"{x:.1}\" y=\"{:.1}\">{} {class}</text>",
                middle + 4.5,
                escaped(&shown(median))
            );
        }
        y += GROUP;
    }
    let _ = write!(body, "<path class=\"axis\" d=\"M{LEFT} 4V{:.1}\"/>", y - 6.0);
    Some(Chart { name: name.to_owned(), title: title.to_owned(), width: WIDTH, height: y, body })
}
