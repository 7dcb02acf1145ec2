//! Charts as SVG: bars with the spread, layers as stacked blocks. Colours follow the reader's preference for light or dark.

use std::fmt::Write as _;

use super::figures::Figures;
use super::measured::{Benched, Measured};
use super::table::{megabytes, of_bytes, seconds, short};

/// A chart.
pub(super) struct Chart {
    /// Of its file.
    pub(super) name: String,
    pub(super) title: String,
    width: f64,
    height: f64,
    /// What is drawn, escaped.
    body: String,
}

/// Colours, for light and for dark; a rule of the chart's own, so that the file stands alone.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2328}.dim{fill:#57606a}.before{fill:#8c959f}.after{fill:#1a7f6b}\
.spread{stroke:#1f2328;stroke-width:1.5}.axis{stroke:#d0d7de}.block{stroke:#fff;stroke-width:1}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.dim{fill:#9198a1}.before{fill:#6e7681}.after{fill:#3fb9a0}\
.spread{stroke:#e6edf3}.axis{stroke:#3d444d}.block{stroke:#0d1117}}";

const WIDTH: f64 = 760.0;
/// Where bars begin: names stand to the left.
const LEFT: f64 = 170.0;
/// Room for the figure behind a bar.
const RIGHT: f64 = 170.0;
const BAR: f64 = 16.0;
const GROUP: f64 = 46.0;

impl Chart {
    /// The element, for a page.
    pub(super) fn svg(&self) -> String {
        let Self { title, width, height, body, .. } = self;
        let title = escaped(title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-label=\"{title}\"><title>{title}</title><style>{STYLE}</style>{body}</svg>"
        )
    }

    /// A file of its own.
    pub(super) fn file(&self) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", self.svg())
    }
}

/// All charts of a Dockerfile.
pub(super) fn all(benched: &Benched) -> Vec<Chart> {
    let stem: String = benched
        .dockerfile
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' })
        .collect();
    let Benched { before, after, scenarios, .. } = benched;
    let builds: Vec<(String, &Figures, &Figures)> = scenarios
        .iter()
        .zip(before.builds.iter().zip(&after.builds))
        .map(|(scenario, (was, is))| (scenario.name.clone(), &was.seconds, &is.seconds))
        .collect();
    let mut charts = Vec::new();
    charts.extend(bars(&format!("{stem}-builds"), "Seconds of a build", &builds, seconds));
    let mut starts = vec![("ready".to_owned(), &before.ready, &after.ready)];
    let mut memory = vec![("memory".to_owned(), &before.memory, &after.memory)];
    if let (Some(was), Some(is)) = (&before.one_worker, &after.one_worker) {
        starts.push(("ready, one worker".to_owned(), &was.ready, &is.ready));
        memory.push(("memory, one worker".to_owned(), &was.memory, &is.memory));
    }
    charts.extend(bars(&format!("{stem}-start"), "Seconds until ready", &starts, seconds));
    charts.extend(bars(&format!("{stem}-memory"), "Memory of all processes (PSS)", &memory, megabytes));
    charts.extend(layers(
        &format!("{stem}-layers"),
        "Layers of the image, by the bytes of their files",
        [before, after],
    ));
    charts
}

/// Two bars for each figure, with a line from the least to the greatest.
fn bars(
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

/// Two columns of blocks, a block for each layer, the lowest at the bottom.
fn layers(name: &str, title: &str, sides: [&Measured; 2]) -> Option<Chart> {
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
                let text: String = short(&layer.made_by).chars().take(26).collect();
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

/// Nothing in a text begins markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in crate::terminal::visible(text).chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}
