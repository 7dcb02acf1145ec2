//! Layers of images, as stacked blocks.

use std::fmt::Write as _;

use super::super::measured::Measured;
use super::super::table::{of_bytes, short};
use super::{Chart, WIDTH, escaped};

/// Two columns of blocks, a block for each layer, the lowest at the bottom.
pub(super) fn layers(name: &str, title: &str, sides: [&Measured; 2]) -> Option<Chart> {
    const TALL: f64 = 320.0;
    const COLUMN: f64 = 90.0;
    // Of one hue, lighter and darker in turn.
    const SHADES: [f64; 4] = [1.0, 0.78, 0.6, 0.88];
    let total = |side: &Measured| side.layers.iter().map(|layer| layer.content).sum::<u64>();
    let greatest = sides.iter().map(|side| total(side)).max().filter(|total| *total > 0)?;
    #[allow(clippy::cast_precision_loss, reason = "drawn")]
    let scale = |bytes: u64| bytes as f64 / greatest as f64 * TALL;
    let mut body = String::new();
    for (column, (class, side)) in ["before", "after"].iter().zip(sides).enumerate() {
        let x = if column == 0 { 0.0 } else { WIDTH / 2.0 };
        let mut bottom = TALL + 24.0;
        for (at, layer) in side.layers.iter().enumerate() {
            let height = scale(layer.content);
            let shade = SHADES.get(at % SHADES.len()).copied().unwrap_or(1.0);
            let packed =
                layer.pulled.map(|bytes| format!(", {} to pull", of_bytes(bytes))).unwrap_or_default();
            let words = format!("{}{packed}: {}", of_bytes(layer.content), short(&layer.made_by));
            let top = bottom - height;
            let _ = write!(
                body,
                "<rect class=\"{class} block\" fill-opacity=\"{shade}\" x=\"{x}\" y=\"{top:.1}\" width=\"{COLUMN}\" \
                 height=\"{height:.1}\"><title>{}</title></rect>",
                escaped(&words)
            );
            if height >= 14.0 {
                // A base that was imported says nothing of how it was made.
                let made_by =
                    if layer.made_by.is_empty() { "(not said)".to_owned() } else { short(&layer.made_by) };
                let text: String = made_by.chars().take(26).collect();
                let _ = write!(
                    body,
                    "<text class=\"dim\" x=\"{:.1}\" y=\"{:.1}\">{} {}</text>",
                    x + COLUMN + 8.0,
                    top + height / 2.0 + 4.5,
                    escaped(&of_bytes(layer.content)),
                    escaped(&text)
                );
            }
            bottom = top;
        }
        let _ = write!(
            body,
            "<text x=\"{x}\" y=\"{:.1}\">{class}: {}, {} layers</text>",
            TALL + 44.0,
            escaped(&of_bytes(total(side))),
            side.layers.len()
        );
    }
    Some(Chart { name: name.to_owned(), title: title.to_owned(), width: WIDTH, height: TALL + 56.0, body })
}
