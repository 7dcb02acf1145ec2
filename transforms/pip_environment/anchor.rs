//! Where a variable goes, so that it holds for a step and the file reads as before.
//!
//! The place depends only on instructions that no other pass adds or takes away.

use dockfit_dockerfile::operation::{Operation, Pair};
use dockfit_dockerfile::{Document, Instruction, Keyword, LineKind, NodeKind, Span, SyntaxError};
use dockfit_rewrite::surgery::Habits;
use dockfit_rewrite::{Dockerfile, Edit};

use crate::package_caches;

/// The edit that sets `pair` (`NAME=value`) between the FROM and another instruction of a stage, by their indices: joined to
/// the last ENV there that holds several settings of Python or pip; else as a line of its own behind the last ENV; else
/// behind the FROM.
pub(super) fn set(
    dockerfile: &Dockerfile,
    (from, before): (usize, usize),
    pair: &str,
    pass: &str,
) -> Option<Edit> {
    let document = dockerfile.document();
    let mut alone = None;
    for at in (from + 1..before).rev() {
        let Some(env) = Env::of(dockerfile, at) else { continue };
        if dockerfile.is_ignored(at, pass) {
            continue;
        }
        if env.is_of_python() {
            return env.join(document, pair);
        }
        alone = alone.or(Some(at));
    }
    let habits = Habits::of(document);
    let line = format!("{} {pair}{}", habits.keyword(Keyword::Env), habits.line_end);
    Some(Edit::insert(behind(document, alone.unwrap_or(from)), line))
}

/// The end of an instruction, or of the comments that were in it before its last line was taken out: indented ones.
fn behind(document: &Document, index: usize) -> usize {
    let end = document.instructions().get(index).map_or(0, |found| found.span.end);
    let next = document.nodes().partition_point(|node| node.span.start < end);
    let behind = document.nodes().get(next..).unwrap_or_default().iter();
    let indented = |span: Span| document.bytes(span).first().is_some_and(u8::is_ascii_whitespace);
    behind
        .take_while(|node| node.kind == NodeKind::Comment && indented(node.span))
        .last()
        .map_or(end, |node| node.span.end)
}

/// An ENV with at least one variable that stays.
struct Env<'d> {
    instruction: &'d Instruction,
    /// The pairs that no pass takes away.
    staying: Vec<&'d Pair>,
}

impl<'d> Env<'d> {
    fn of(dockerfile: &'d Dockerfile, index: usize) -> Option<Self> {
        let Some(Operation::Env(pairs)) = dockerfile.model().operation(index) else { return None };
        let instruction = dockerfile.document().instructions().get(index)?;
        // In a stage that is not the target: the engine does not notice, and the whole line sets nothing.
        let is_broken = |error: &SyntaxError| instruction.span.contains(error.span.start);
        if dockerfile.model().latent_errors().iter().any(is_broken) {
            return None;
        }
        let staying: Vec<&Pair> =
            pairs.iter().filter(|pair| !package_caches::may_take_away(&pair.key.text)).collect();
        (!staying.is_empty()).then_some(Self { instruction, staying })
    }

    /// Whether it holds several settings, of which one is Python's or pip's.
    fn is_of_python(&self) -> bool {
        self.staying.len() > 1 && self.instruction.text.is_exact() && self.last_of_python().is_some()
    }

    /// The last pair that pip reads, else the last one that Python reads.
    fn last_of_python(&self) -> Option<&'d Pair> {
        ["PIP_", "PYTHON"]
            .iter()
            .find_map(|prefix| self.staying.iter().rfind(|pair| pair.key.text.starts_with(prefix)).copied())
    }

    /// Behind that pair: on the same line where the pairs stand side by side, else on a line of its own.
    fn join(&self, document: &Document, pair: &str) -> Option<Edit> {
        let neighbour = self.last_of_python()?;
        let (line, _) = self.line_of(neighbour)?;
        let beside = |other: &&Pair| {
            other.key.range != neighbour.key.range
                && self.line_of(other).is_some_and(|(span, _)| span == line)
        };
        let separator = if self.staying.iter().any(beside) {
            " ".to_owned()
        } else {
            let habits = Habits::of(document);
            let indent = self.staying.iter().find_map(|pair| self.indent_of(document, pair));
            format!(" {}", habits.line_break(&indent.unwrap_or_else(|| habits.indent.clone())))
        };
        let end = neighbour.value.range.end.max(neighbour.key.range.end + 1);
        Some(Edit::insert(self.instruction.text.end_to_file(end), format!("{separator}{pair}")))
    }

    /// The line that a pair starts on, and the text in it.
    fn line_of(&self, pair: &Pair) -> Option<(Span, Span)> {
        let start = self.instruction.text.to_file(pair.key.range.start);
        self.instruction.lines.iter().find_map(|line| match line.kind {
            LineKind::Text { content, .. } if line.span.contains(start) => Some((line.span, content)),
            _ => None,
        })
    }

    /// The white space before a pair that starts its line.
    fn indent_of(&self, document: &Document, pair: &Pair) -> Option<String> {
        let start = self.instruction.text.to_file(pair.key.range.start);
        let (_, content) = self.line_of(pair)?;
        let before = document.text(Span::new(content.start, start)).into_owned();
        (!before.is_empty() && before.trim_matches([' ', '\t']).is_empty()).then_some(before)
    }
}
