//! The table in markdown, for a comment on a pull request.

use std::fmt::Write as _;

use dockfit_engine::Engine;

use super::measure::Benched;
use super::table::{Row, rows};

/// All tables.
pub(super) fn document(engine: &Engine, all: &[Benched]) -> String {
    let mut out = String::new();
    for benched in all {
        let _ = writeln!(out, "### {}\n", escaped(&benched.dockerfile));
        let passes: Vec<String> = benched.passes.iter().map(|pass| format!("`{pass}`")).collect();
        let _ = writeln!(out, "Measured with {engine}; runs: {}; {}.\n", benched.runs, passes.join(", "));
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
