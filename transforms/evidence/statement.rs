//! A snippet as statements: an instruction, a command line, a pattern, a setting, each with its line.

use dockfit_audit::{Kind, Snippet};
use dockfit_dockerfile::{Document, Keyword};

/// One statement of a snippet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Statement {
    /// What the snippet is of.
    pub(super) kind: Kind,
    /// The instruction, in a Dockerfile.
    pub(super) keyword: Option<Keyword>,
    /// The text on one line; of an instruction, without comments.
    pub(super) text: String,
    /// Its line in the report, counted from 1.
    pub(super) line: usize,
}

impl Statement {
    /// Whether the text has the word, with nothing of a name around it.
    pub(super) fn has(&self, word: &str) -> bool {
        has_word(&self.text, word)
    }

    /// Whether it is one of these instructions.
    pub(super) fn is(&self, keywords: &[Keyword]) -> bool {
        self.keyword.is_some_and(|keyword| keywords.contains(&keyword))
    }

    /// The folders at which it mounts caches; none for a mount that does not say.
    pub(super) fn cache_targets(&self) -> impl Iterator<Item = Option<&str>> {
        let mounts = self.text.split("--mount=").skip(1);
        let mounts = mounts.map(|mount| mount.split_whitespace().next().unwrap_or_default());
        mounts.filter(|mount| mount.contains("type=cache")).map(|mount| {
            let mut options = mount.split(',').filter_map(|option| option.split_once('='));
            let target = options.find(|(name, _)| ["target", "dst", "destination"].contains(name));
            target.map(|(_, folder)| folder)
        })
    }

    /// What the instruction installs, starts or copies: its words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split(|c: char| c.is_whitespace() || "\"',[]".contains(c)).filter(|word| !word.is_empty())
    }
}

/// Whether `word` stands in `text` by itself: `--workers` in `--workers=4`, not in `--workers-per-core`.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        let open = !word.starts_with(part) || !before.is_some_and(part);
        open && (!word.ends_with(part) || !behind.is_some_and(part))
    })
}

/// The statements of a code block.
pub(super) fn of_snippet(snippet: &Snippet) -> Vec<Statement> {
    let plain = |line: usize, text: &str| Statement {
        kind: snippet.kind,
        keyword: None,
        text: text.trim().to_owned(),
        line: snippet.line + line,
    };
    let lines = || {
        let lines = snippet.text.lines().enumerate();
        lines.filter(|(_, text)| !text.trim().is_empty()).map(|(line, text)| plain(line, text))
    };
    if snippet.kind != Kind::Dockerfile {
        return lines().collect();
    }
    let document = Document::parse(snippet.text.clone().into_bytes());
    let directives = lines().filter(|it| it.text.starts_with('#') && it.text.contains("syntax="));
    let mut found: Vec<Statement> = directives.collect();
    for (index, instruction) in document.instructions().iter().enumerate() {
        let heredocs = instruction.heredocs.iter().map(|heredoc| document.text(heredoc.body));
        let text = std::iter::once(std::borrow::Cow::from(instruction.text.as_str())).chain(heredocs);
        let text = text.collect::<Vec<_>>().join(" ");
        found.push(Statement {
            kind: snippet.kind,
            keyword: Some(instruction.keyword()),
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            line: snippet.line + document.line_of(index).saturating_sub(1),
        });
    }
    found
}

/// A few words that the report sets as code: an instruction, or a word of a command.
pub(super) fn of_code(text: &str, line: usize) -> Statement {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_instruction = first.chars().all(|c| c.is_ascii_uppercase()) && text.contains(' ');
    let keyword = Some(Keyword::of(first)).filter(|_| is_instruction);
    Statement { kind: Kind::Other, keyword, text: text.trim().to_owned(), line }
}
