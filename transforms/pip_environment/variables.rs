//! Variables of pip's that do nothing, or not what they say.

use dockfit_dockerfile::Span;
use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::Dockerfile;

use super::options;

/// A variable that an ENV or ARG sets.
pub(super) struct Set {
    pub(super) name: String,
    /// As written, quotes taken off.
    pub(super) value: Option<String>,
    pub(super) span: Span,
}

impl Set {
    /// Whether it says that pip's cache is not to be switched off, and switches it off: pip takes any value but an empty one
    /// as yes (pip 23.2 and 26.3, `_internal/cli/cmdoptions.py`, `_handle_no_cache_dir`; 2026-11-24).
    pub(super) fn means_to_keep_the_cache(&self) -> bool {
        const NO: &[&str] = &["0", "false", "off", "no", "f", "n"];
        self.name == "PIP_NO_CACHE_DIR"
            && self.value.as_deref().is_some_and(|value| NO.contains(&value.to_ascii_lowercase().as_str()))
    }

    /// What does what the name promises, behind a semicolon.
    pub(super) fn instead(&self) -> &'static str {
        INSTEAD.iter().find(|(name, _)| *name == self.name).map_or("", |(_, instead)| *instead)
    }
}

const PARALLEL: &str = "; pip downloads one file after another, `uv pip install` several at a time";

/// Names that are passed on as if they were options of pip's.
///
/// Checked with pip 23.2 and 26.3, which have no such options; 2026-11-24.
const INSTEAD: &[(&str, &str)] = &[("PIP_PARALLEL_DOWNLOAD", PARALLEL), ("PIP_PARALLEL_DOWNLOADS", PARALLEL)];

/// The variables named `PIP_…` that the file sets, but for those that it refers to itself.
pub(super) fn set(dockerfile: &Dockerfile) -> Vec<Set> {
    let (document, model) = (dockerfile.document(), dockerfile.model());
    let unquoted = |text: &str| text.trim_matches(['"', '\'']).to_owned();
    let mut found = Vec::new();
    for (index, instruction) in document.instructions().iter().enumerate() {
        let span = |range| instruction.text.span(range);
        if let Some(Operation::Env(pairs)) = model.operation(index) {
            found.extend(pairs.iter().map(|pair| Set {
                name: pair.key.text.clone(),
                value: Some(unquoted(&pair.value.text)),
                span: span(pair.key.range.start..pair.value.range.end.max(pair.key.range.end)),
            }));
        }
        if let Some(Operation::Arg(arguments)) = model.operation(index) {
            found.extend(arguments.iter().map(|argument| Set {
                name: argument.name.text.clone(),
                value: argument.default.as_ref().map(|value| unquoted(&value.text)),
                span: span(argument.name.range.clone()),
            }));
        }
    }
    found.retain(|set| set.name.starts_with("PIP_"));
    found
}

/// Whether the variable is one that pip does not read, and nothing in the file either.
pub(super) fn does_nothing(dockerfile: &Dockerfile, set: &Set) -> bool {
    !options::is_read(&set.name) && !is_referred_to(dockerfile, &set.name)
}

fn is_referred_to(dockerfile: &Dockerfile, name: &str) -> bool {
    let document = dockerfile.document();
    let refers = |text: &str| {
        text.match_indices(name).any(|(at, _)| {
            text.get(..at).is_some_and(|before| before.ends_with('$') || before.ends_with("${"))
        })
    };
    document.instructions().iter().any(|instruction| {
        refers(instruction.text.as_str())
            || instruction.heredocs.iter().any(|heredoc| refers(&document.text(heredoc.body)))
    })
}
