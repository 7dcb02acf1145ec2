//! What a piece of an audit report is about: from code, option names and image names to passes; and which snippets are
//! wrong as they stand. Prose of no language is understood. Sources: the manuals of the engine, of pip, apt, uvicorn and
//! gunicorn that the passes name; read 2026-11-24.

mod groups;
mod signs;
mod statement;
mod wrong;

use dockfit_audit::{Piece, Topic};

pub use groups::groups;
pub use wrong::{Correction, corrections};

/// Something that reports propose and that is not dockfit's to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Advice {
    /// Its id among the topics.
    pub id: &'static str,
    /// Why no pass does it.
    pub why: &'static str,
    /// What to do.
    pub instead: &'static str,
}

/// What reports propose beside what the passes do.
pub static ADVICE: &[Advice] = &[
    Advice {
        id: "alpine-base",
        why: "Alpine has another C library: a package without a musl wheel is compiled, or does not run",
        instead: "take distroless-runtime, or check each locked package for a musllinux wheel first",
    },
    Advice {
        id: "database-client",
        why: "another database client is a change of the application",
        instead: "change it in the application, with its tests",
    },
    Advice {
        id: "benchmark",
        why: "a measurement changes nothing",
        instead: "`dockfit bench` measures builds, size, start and memory before and after",
    },
    Advice {
        id: "orchestrator-limits",
        why: "limits and replicas belong to where the container runs",
        instead: "set them in the deployment, by what was measured",
    },
];

/// The passes, and the ids of [`ADVICE`], that a piece of a report is about, each with the words that say so.
pub fn topics(piece: &Piece) -> Vec<Topic> {
    let mut found: Vec<Topic> = Vec::new();
    let mut add = |id: &'static str, quote: &str, line: usize| {
        if !found.iter().any(|topic| topic.id == id) {
            found.push(Topic { id, quote: shortened(quote), line });
        }
    };
    for snippet in &piece.snippets {
        let statements = statement::of_snippet(snippet);
        for statement in &statements {
            signs::of_statement(statement, &mut |id| add(id, &statement.text, statement.line));
        }
        signs::of_sequence(&statements, &mut add);
        signs::of_snippet(snippet, &mut add);
    }
    for code in &piece.codes {
        let statement = statement::of_code(&code.text, code.line);
        signs::of_statement(&statement, &mut |id| add(id, &statement.text, statement.line));
    }
    for (id, word) in signs::of_prose(&piece.text) {
        add(id, word, piece.line);
    }
    found
}

/// One line of at most a hundred characters.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests;
