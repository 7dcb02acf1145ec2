//! The page: tables and charts, with nothing that is fetched.

use std::fmt::Write as _;

use dockfit_engine::Engine;

use super::charts::{self, Chart, escaped};
use super::measured::{Benched, Builds};
use super::table::{MOST_PACKAGES, Row, alone, of_bytes, rows, seconds, short};
use super::target::Judged;

const STYLE: &str = ":root{color-scheme:light dark;--line:#d0d7de;--dim:#57606a;--good:#1a7f37;--bad:#cf222e}\
@media(prefers-color-scheme:dark){:root{--line:#3d444d;--dim:#9198a1;--good:#3fb950;--bad:#f85149}}\
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right}\
th:first-child,td:first-child,td.text{text-align:left}td:not(.text){white-space:nowrap}.dim{color:var(--dim)}.met{color:var(--good)}.missed{color:var(--bad)}\
svg{max-width:100%;height:auto}figure{margin:1.5rem 0;overflow-x:auto}code{font-size:.9em}details{margin:1rem 0}.wide{overflow-x:auto}";

/// The whole page.
pub(super) fn document(engine: &Engine, all: &[(Benched, Vec<Judged>)]) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>dockfit bench</title>\n<style>{STYLE}</style>\n<h1>Before and after</h1>\n<p class=\"dim\">{}: {}</p>\n",
        engine.kind,
        escaped(&engine.to_string())
    );
    for (benched, targets) in all {
        out.push_str(&section(benched, targets));
    }
    out.push_str("</html>\n");
    out
}

fn section(benched: &Benched, targets: &[Judged]) -> String {
    let mut out = format!("<h2>{}</h2>\n", escaped(&benched.dockerfile));
    let passes: Vec<String> =
        benched.passes.iter().map(|pass| format!("<code>{}</code>", escaped(pass))).collect();
    let _ = writeln!(
        out,
        "<p class=\"dim\">Medians (least–greatest); runs: {}. {}</p>",
        benched.runs,
        passes.join(" ")
    );
    out.push_str(&figures(benched, targets, Chart::svg));
    out
}

/// The tables and charts of a Dockerfile.
pub(super) fn figures(benched: &Benched, targets: &[Judged], drawn: fn(&Chart) -> String) -> String {
    let mut out = String::new();
    out.push_str("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Figures\"><table><tr><th>figure</th><th>before</th><th>after</th><th>change</th><th>remark</th></tr>\n");
    for Row { name, before, after, change, remark } in rows(benched) {
        let cells: String =
            [before, after, change].iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        let remark = escaped(&remark);
        let _ =
            writeln!(out, "<tr><td>{}</td>{cells}<td class=\"text dim\">{remark}</td></tr>", escaped(&name));
    }
    out.push_str("</table></div>\n");
    if !targets.is_empty() {
        out.push_str("<h3>Targets</h3>\n<ul>\n");
        for judged in targets {
            let class = if judged.is_met() { "met" } else { "missed" };
            let _ = writeln!(out, "<li class=\"{class}\">{}</li>", escaped(&judged.to_string()));
        }
        out.push_str("</ul>\n");
    }
    for chart in charts::all(benched) {
        let _ = writeln!(
            out,
            "<figure><figcaption>{}</figcaption>{}</figure>",
            escaped(&chart.title),
            drawn(&chart)
        );
    }
    let alone = alone(benched);
    if !alone.is_empty() {
        out.push_str("<h3>Each pass alone</h3>\n<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Each pass alone\"><table>\n");
        for (at, row) in alone.iter().enumerate() {
            let tag = if at == 0 { "th" } else { "td" };
            let cells: String = row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
            let _ = writeln!(out, "<tr>{cells}</tr>");
        }
        out.push_str("</table></div>\n");
    }
    for side in [&benched.before, &benched.after] {
        if let Some(phases) = &side.phases {
            let _ =
                writeln!(out, "<details><summary>Imports that take longest, {}</summary><table>", side.name);
            for (name, figures) in phases.longest(MOST_PACKAGES) {
                let took = figures.median().map(seconds).unwrap_or_default();
                let _ = writeln!(out, "<tr><td><code>{}</code></td><td>{took}</td></tr>", escaped(name));
            }
            out.push_str("</table></details>\n");
        }
        let _ = writeln!(out, "<details><summary>Layers, {}</summary><table>", side.name);
        for layer in &side.layers {
            let packed = layer.pulled.map(of_bytes).unwrap_or_default();
            let made_by = escaped(&short(&layer.made_by));
            let size = of_bytes(layer.content);
            let _ = writeln!(out, "<tr><td><code>{made_by}</code></td><td>{size}</td><td>{packed}</td></tr>");
        }
        out.push_str("</table></details>\n");
        for (scenario, builds) in benched.scenarios.iter().zip(&side.builds) {
            if scenario.is_from_nothing() {
                out.push_str(&waited(&format!("{}, {}", scenario.name, side.name), builds));
            }
        }
    }
    out
}

/// The steps that a build waited for.
fn waited(title: &str, builds: &Builds) -> String {
    let mut out =
        format!("<details><summary>What the build waited for: {}</summary><table>\n", escaped(title));
    for step in builds.critical_path() {
        let took = seconds(step.seconds.unwrap_or(0.0));
        let _ =
            writeln!(out, "<tr><td><code>{}</code></td><td>{took}</td></tr>", escaped(&short(&step.name)));
    }
    out.push_str("</table></details>\n");
    out
}
