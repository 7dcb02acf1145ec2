//! What a Dockerfile reads from its context.

use dockfit_dockerfile::{Document, Flag, Instruction, Keyword, Span, parse_heredoc_word};

/// A path of the context that an instruction names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContextSource {
    /// The words as they stand.
    pub path: String,
    /// The instruction's span.
    pub span: Span,
}

/// The paths that COPY, ADD and bind mounts take from the context, in order. Addresses, here-documents and
/// what comes from another stage or image are none; what ONBUILD defers is taken from another build's context.
pub fn sources(document: &Document) -> Vec<ContextSource> {
    let mut found = Vec::new();
    for instruction in document.instructions() {
        let paths = match instruction.keyword() {
            Keyword::Copy | Keyword::Add => copied(instruction),
            Keyword::Run => mounted(instruction),
            _ => continue,
        };
        let span = instruction.span;
        found.extend(paths.into_iter().map(|path| ContextSource { path, span }));
    }
    found
}

fn copied(instruction: &Instruction) -> Vec<String> {
    let command = &instruction.command;
    if command.flags.iter().any(|flag| flag.name() == "from") {
        return Vec::new();
    }
    let mut words: Vec<String> = match &command.json {
        Some(array) => array.items.iter().map(|item| item.value.clone()).collect(),
        None => instruction.slice(&command.arguments).split_whitespace().map(unquoted).collect(),
    };
    words.pop();
    words.retain(|word| !word.contains("://") && !word.starts_with("git@"));
    words.retain(|word| command.json.is_some() || parse_heredoc_word(word).is_none());
    words
}

fn unquoted(word: &str) -> String {
    let inner = |quote| word.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(word).to_owned()
}

fn mounted(instruction: &Instruction) -> Vec<String> {
    instruction.flags("mount").filter_map(bind_source).collect()
}

/// The source of a bind mount from the context; a bind mount without one takes the whole context.
fn bind_source(mount: &Flag) -> Option<String> {
    let mut source = ".";
    for part in mount.value()?.split(',') {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key {
            "type" if value != "bind" => return None,
            "from" => return None,
            "source" | "src" => source = value,
            _ => {}
        }
    }
    Some(source.to_owned())
}
