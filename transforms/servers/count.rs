//! The number of workers that a command gives its server.

use std::ops::Range;

use super::launch::Launch;

/// Where a command gives the number, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Count {
    /// The words, by their indices: option and value.
    pub(crate) words: Range<usize>,
    /// The number.
    pub(crate) given: Given,
}

/// A number of workers as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Given {
    /// As it is.
    Number(u32),
    /// The value of a variable, which a shell puts in, and what stands for it where it is not set.
    Variable(String, Option<u32>),
    /// Something else, as written.
    Computed(String),
}

impl Launch {
    /// The places where the command gives the number; what is written last counts.
    pub(crate) fn counts(&self) -> Vec<Count> {
        let option = &self.server.count;
        let short = option.short.map(|letter| format!("-{letter}"));
        let mut found = Vec::new();
        let mut at = self.first;
        while let Some(word) = self.words.get(at) {
            let written = word.written.as_str();
            let bare = |name: &str| written == name;
            let (words, value) = if bare(option.long) || short.as_deref().is_some_and(bare) {
                (at..at + 2, self.words.get(at + 1).map(|word| word.written.as_str()))
            } else if let Some(value) =
                written.strip_prefix(option.long).and_then(|rest| rest.strip_prefix('='))
            {
                (at..at + 1, Some(value))
            } else if let Some(value) = short.as_deref().and_then(|short| written.strip_prefix(short)) {
                (at..at + 1, Some(value.strip_prefix('=').unwrap_or(value)))
            } else {
                at += 1;
                continue;
            };
            at = words.end;
            if let Some(value) = value {
                found.push(Count { words, given: Given::of(value) });
            }
        }
        found
    }
}

impl Given {
    fn of(written: &str) -> Self {
        let text = written.trim_matches(['"', '\'']);
        if let Ok(number) = text.parse() {
            return Self::Number(number);
        }
        let is_name = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !name.starts_with(|char: char| char.is_ascii_digit())
        };
        let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let Some(inner) = inner.or_else(|| text.strip_prefix('$')) else {
            return Self::Computed(written.to_owned());
        };
        let (name, default) = match inner.split_once('-') {
            Some((name, default)) => (name.trim_end_matches(':'), default.parse().ok()),
            None => (inner, None),
        };
        if is_name(name) && (default.is_some() || !inner.contains('-')) {
            Self::Variable(name.to_owned(), default)
        } else {
            Self::Computed(written.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_variables_are_told_apart() {
        assert_eq!(Given::of("4"), Given::Number(4));
        assert_eq!(Given::of("\"4\""), Given::Number(4));
        assert_eq!(Given::of("$WORKERS"), Given::Variable("WORKERS".to_owned(), None));
        assert_eq!(Given::of("${WORKERS:-4}"), Given::Variable("WORKERS".to_owned(), Some(4)));
        assert_eq!(Given::of("${WORKERS-2}"), Given::Variable("WORKERS".to_owned(), Some(2)));
        for computed in ["$(nproc)", "$((2 * 4))", "${WORKERS:-$N}", "auto", "${A}${B}"] {
            assert_eq!(Given::of(computed), Given::Computed(computed.to_owned()), "{computed}");
        }
    }
}
