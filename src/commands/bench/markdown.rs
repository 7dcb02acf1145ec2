//! The table in markdown, for a comment on a pull request.

use std::fmt::Write as _;

use dockfit_engine::Engine;

use super::measured::Benched;
use super::table::{Row, alone, rows};
use super::target::Judged;

/// All tables.
pub(super) fn document(engine: &Engine, all: &[(Benched, Vec<Judged>)]) -> String {
    let mut out = String::new();
    for (benched, targets) in all {
        let _ = writeln!(out, "### {}\n", escaped(&benched.dockerfile));
        let passes: Vec<String> = benched.passes.iter().map(|pass| format!("`{pass}`")).collect();
        let passes = if passes.is_empty() { String::new() } else { format!("; {}", passes.join(", ")) };
        let _ = writeln!(out, "Measured with {engine}; runs: {}{passes}.\n", benched.runs);
        out.push_str("| | before | after | change | |\n| --- | ---: | ---: | ---: | --- |\n");
        for Row { name, before, after, change, remark } in rows(benched) {
            let _ = writeln!(
                out,
                "| {} | {before} | {after} | {change} | {} |",
                escaped(&name),
                escaped(&remark)
            );
        }
        out.push('\n');
        let alone = alone(benched);
        for (at, row) in alone.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
            if at == 0 {
                let _ = writeln!(out, "| --- |{}", " ---: |".repeat(row.len().saturating_sub(1)));
            }
        }
        if !alone.is_empty() {
            out.push('\n');
        }
        for judged in targets {
            let _ = writeln!(out, "- target {}", escaped(&judged.to_string()));
        }
        if !targets.is_empty() {
            out.push('\n');
        }
    }
    out
}

/// Nothing in a name ends the cell or begins markup.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in crate::terminal::visible(text).chars() {
        if matches!(char, '|' | '\\' | '`' | '*' | '_' | '<' | '[' | '#') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}
