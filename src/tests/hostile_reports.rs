//! Reports that are broken or mean harm: whatever they say, `plan` ends in order, injects nothing and stays in the project.

use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::Place;
use crate::args::Cli;
use crate::commands::{Exit, dispatch};
use crate::console::capture;

/// A few bytes that mean something to a terminal, to markdown, to HTML, to a shell or to a file system.
const SPICE: [&str; 14] = [
    "\u{1b}[2J",
    "\u{202e}",
    "\u{7}",
    "</a><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://x.example/i.png)",
    "`````",
    "|",
    "../../../outside",
    "$(touch /outside)",
    "\r",
    "\0",
    "# 1.1 ",
    "::error::x",
];

/// A small generator of numbers, the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// `text` with bytes turned, lines doubled, moved or cut, and spice put in.
fn mutated(text: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut out = text.to_vec();
    for _ in 0..12 {
        let at = numbers.below(out.len());
        match numbers.below(5) {
            0 => {
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            1 => {
                let end = (at + numbers.below(200)).min(out.len());
                let piece = out[at..end].to_vec();
                let to = numbers.below(out.len());
                out.splice(to..to, piece);
            }
            2 => {
                let end = (at + numbers.below(80)).min(out.len());
                out.drain(at..end);
            }
            _ => {
                let spice = SPICE[numbers.below(SPICE.len())];
                out.splice(at..at, spice.bytes());
            }
        }
    }
    out
}

fn plan(place: &Place, words: &[&str]) -> (Exit, String) {
    let mut all = vec!["plan".to_owned(), place.path("project/report.md").to_string_lossy().into_owned()];
    all.push(place.path("project").to_string_lossy().into_owned());
    all.extend(words.iter().map(ToString::to_string));
    let (cli, _) = Cli::read(all.into_iter().map(Into::into).collect()).expect("valid words");
    let (mut console, out, _) = capture::console("", false);
    let exit = dispatch(cli, dockfit_transforms::passes(), &mut console).expect("memory can be written");
    (exit, out.text())
}

/// Only our own anchors and links, no image, no raw markup.
fn check_markdown(text: &str) {
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim();
                let ours = html == "<br>" || html == "</a>" || html.starts_with("<a id=\"p");
                assert!(ours, "{html} in {text}");
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with('#') || dest_url.contains("report.md?plain=1#L"), "{dest_url}");
            }
            Event::Start(Tag::Image { dest_url, .. }) => panic!("an image {dest_url} in {text}"),
            _ => {}
        }
    }
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transforms/evidence/reports");
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("the reports")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a report")))
        .collect();
    found.sort();
    found
}

#[test]
fn mutated_reports_inject_nothing_and_write_nothing_outside() {
    const DOCKERFILE: &str =
        "FROM python:3.13-slim\nRUN pip install flask\nCOPY . /app\nCMD [\"python\", \"/app/main.py\"]\n";
    let mut numbers = Numbers(0x5eed_5eed_5eed_5eed);
    for (name, text) in fixtures() {
        let place = Place::with(&[("sentinel", "as it was"), ("project/main.py", "")]);
        for _ in 0..3 {
            place.write("project/Dockerfile", DOCKERFILE);
            place.write("project/report.md", mutated(&text, &mut numbers));
            let (exit, text) = plan(&place, &[]);
            assert!(exit == Exit::Done, "{name}");
            assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{name}: {text}");
            assert!(!text.contains('\u{202e}'), "{name}: {text}");
            let (_, text) = plan(&place, &["--format=markdown"]);
            assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{name}: {text}");
            check_markdown(&text);
            let (_, text) = plan(&place, &["--format=json"]);
            let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(document["errors"], serde_json::json!([]), "{name}");
        }
        let report = fs::read(place.path("project/report.md")).expect("the report");
        let (exit, _) = plan(&place, &["--apply", "--allow-dirty"]);
        assert!(exit == Exit::Done, "{name}");
        assert_eq!(fs::read(place.path("project/report.md")).expect("the report"), report, "{name}");
        let names =
            fs::read_dir(place.root()).expect("a folder").map(|entry| entry.expect("one").file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        assert_eq!(names, ["project", "sentinel"], "{name}");
        assert_eq!(place.read("sentinel"), "as it was", "{name}");
    }
}

#[test]
fn a_long_report_is_planned_in_time() {
    let one = "## 7.1 Cache <b>\n\n```dockerfile\nRUN --mount=type=cache,target=/root/.npm npm ci\n```\n\ntext - 30 % text\n\n";
    let place = Place::with(&[("project/Dockerfile", "FROM node:22\nRUN npm ci\n")]);
    place.write("project/report.md", one.repeat(1024 * 1024 / one.len()));
    let start = std::time::Instant::now();
    let (exit, text) = plan(&place, &["--format=markdown"]);
    assert!(exit == Exit::Done && text.contains("7.1"));
    // Seconds without optimisation; what is quadratic in its length would take hours.
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}
