//! Charts as SVG: bars with the spread, layers as stacked blocks. Colours follow the reader's preference for light or dark.

mod bars;
mod layers;
mod phases;

use self::bars::bars;
use self::layers::layers;
use self::phases::phases;
use super::figures::Figures;
use super::measured::Benched;
use super::table::{megabytes, seconds};
pub(super) use crate::report::html::escaped;

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
.spread{stroke:#1f2328;stroke-width:1.5}.axis{stroke:#d0d7de}.block{stroke:#fff;stroke-width:1}.on{fill:#0d1117}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.dim{fill:#9198a1}.before{fill:#6e7681}.after{fill:#3fb9a0}\
.spread{stroke:#e6edf3}.axis{stroke:#3d444d}.block{stroke:#0d1117}.on{fill:#fff}}";

const WIDTH: f64 = 760.0;
/// Where bars begin: names stand to the left.
const LEFT: f64 = 170.0;
/// Room for the figure behind a bar.
const RIGHT: f64 = 170.0;
/// How high a bar is.
const BAR: f64 = 16.0;

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

    /// The element without its style, for a page that has one for the class `chart`.
    pub(super) fn bare(&self) -> String {
        let Self { title, width, height, body, .. } = self;
        let title = escaped(title);
        format!(
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-label=\"{title}\">{body}</svg>"
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
    charts.extend(phases(
        &format!("{stem}-phases"),
        "Where the seconds of a start go, at one worker",
        benched,
    ));
    charts.extend(bars(&format!("{stem}-memory"), "Memory of all processes (PSS)", &memory, megabytes));
    charts.extend(layers(
        &format!("{stem}-layers"),
        "Layers of the image, by the bytes of their files",
        [before, after],
    ));
    charts
}
