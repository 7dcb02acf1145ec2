//! Names of packages, extras and groups, normalised.

use std::fmt;

/// A name in its normal form: lower case, with each run of `-`, `_` and `.` as one `-`.
///
/// Source: Python Packaging User Guide, "Names and normalization" (PEP 503), 2026-11-24.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Normalises; `None` where the text is no name (`^[A-Z0-9]([A-Z0-9._-]*[A-Z0-9])?$`, any case).
    pub fn new(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let ends = bytes.first()?.is_ascii_alphanumeric() && bytes.last()?.is_ascii_alphanumeric();
        let inner = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        (ends && inner).then(|| Self(normalise(text)))
    }

    /// What a project without a name is called.
    pub(crate) fn project() -> Self {
        Self("project".to_owned())
    }

    /// The group that development dependencies have in tools that know only one.
    pub(crate) fn dev() -> Self {
        Self("dev".to_owned())
    }

    /// What a group with everything is called.
    pub(crate) fn all() -> Self {
        Self("all".to_owned())
    }

    /// Several names as one that none can have.
    pub(crate) fn joined(names: &[Self]) -> Self {
        let names: Vec<&str> = names.iter().map(Self::as_str).collect();
        Self(names.join("+"))
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn normalise(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '-' | '_' | '.' => {
                if !name.ends_with('-') {
                    name.push('-');
                }
            }
            c => name.push(c.to_ascii_lowercase()),
        }
    }
    name
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_and_separators_are_one() {
        let forms = ["Foo.Bar", "foo-bar", "FOO__bar", "foo-._bar"];
        for form in forms {
            assert_eq!(Name::new(form).expect(form).as_str(), "foo-bar", "{form}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "-a", "a-", "a b", "a[b]", "é"] {
            assert_eq!(Name::new(text), None, "{text:?}");
        }
    }
}
