//! Markdown, as far as the pages of passes use it, made readable in a terminal; and text made safe within it.

use crate::terminal::{Palette, paint, visible};

/// The page with headings and code set off by colour; without colour the page as it stands.
pub(crate) fn for_terminal(page: &str, palette: &Palette) -> String {
    if !palette.styled {
        return page.to_owned();
    }
    let mut out = String::with_capacity(page.len() * 2);
    let mut fenced = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let heading = line.trim_start_matches('#');
        if fenced {
            out.push_str("    ");
            out.push_str(&paint(palette.hunk, line));
        } else if heading.len() < line.len() && heading.starts_with(' ') {
            out.push_str(&paint(palette.heading, heading.trim()));
        } else {
            out.push_str(&inline(line, palette));
        }
        out.push('\n');
    }
    out
}

/// Code spans and bold words.
fn inline(line: &str, palette: &Palette) -> String {
    let mut out = String::with_capacity(line.len());
    for (index, part) in line.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&paint(palette.hunk, part));
            continue;
        }
        for (index, part) in part.split("**").enumerate() {
            let bold = anstyle::Style::new().bold();
            if index % 2 == 1 { out.push_str(&paint(bold, part)) } else { out.push_str(part) }
        }
    }
    out
}

/// Text in which nothing is markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in visible(text).chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\t' => out.push(' '),
            // `@` would call somebody, `#` and `!` link.
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '@' => {
                out.push('\\');
                out.push(char);
            }
            _ => out.push(char),
        }
    }
    out
}

/// A code block that its content cannot end.
pub(crate) fn fenced(text: &str, tag: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: String = text.lines().map(|line| format!("{}\n", visible(line))).collect();
    format!("{fence}{tag}\n{lines}{fence}\n")
}
