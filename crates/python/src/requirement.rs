//! One dependency as manifests write it (PEP 508): name, extras, versions or address, marker.

use pep440_rs::{Version, VersionSpecifiers};

use crate::marker::Marker;
use crate::name::Name;

/// A dependency. The text stays as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The name, normalised.
    pub name: Name,
    /// The name as it was written.
    pub written_name: String,
    /// The extras, in the order of the text, each once.
    pub extras: Vec<Name>,
    /// The versions that are allowed, as written (`>=1,<2`); empty for any.
    pub specifiers: String,
    /// The address after `@`.
    pub url: Option<String>,
    /// When it is needed.
    pub marker: Marker,
    /// All of it, trimmed.
    pub text: String,
}

/// What is wrong with a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementError {
    /// The byte of the text.
    pub offset: usize,
    /// In words.
    pub message: String,
}

impl std::fmt::Display for RequirementError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Requirement {
    /// Reads `name[extra] >=1 ; marker` or `name @ address ; marker`.
    ///
    /// Source: "Dependency specifiers", Python Packaging User Guide, 2026-11-24.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        let fail = |rest: &str, message: &str| {
            Err(RequirementError { offset: text.len() - rest.len(), message: message.to_owned() })
        };
        let rest = text.trim_start();
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(rest.len());
        let (written, rest) = rest.split_at(end);
        let Some(name) = Name::new(written) else {
            return fail(text.trim_start(), "a package name was expected");
        };
        let (extras, rest) = match extras(rest.trim_start()) {
            Ok(found) => found,
            Err(rest) => return fail(rest, "the extras are no list of names in `[…]`"),
        };
        let rest = rest.trim_start();
        let (url, specifiers, marker) = if let Some(rest) = rest.strip_prefix('@') {
            // Only a semicolon after white space starts a marker: it may be part of an address.
            let cut = rest
                .match_indices(';')
                .find(|(at, _)| rest[..*at].ends_with(char::is_whitespace) && !rest[..*at].trim().is_empty());
            let (url, marker) = match cut {
                Some((at, _)) => (&rest[..at], Some(&rest[at + 1..])),
                None => (rest, None),
            };
            let url = url.trim();
            if url.is_empty() || url.contains(char::is_whitespace) {
                return fail(rest, "an address was expected after `@`");
            }
            (Some(url.to_owned()), String::new(), marker)
        } else {
            let (versions, marker) = match rest.find(';') {
                Some(at) => (&rest[..at], Some(&rest[at + 1..])),
                None => (rest, None),
            };
            let versions = versions.trim();
            let versions = versions
                .strip_prefix('(')
                .and_then(|inner| inner.strip_suffix(')'))
                .unwrap_or(versions)
                .trim();
            if let Err(message) = check_specifiers(versions) {
                return fail(rest, &message);
            }
            (None, versions.to_owned(), marker)
        };
        let marker = match marker {
            Some(marker) => Marker::parse(marker).map_err(|error| RequirementError {
                offset: text.len() - marker.len() + error.offset,
                message: error.message,
            })?,
            None => Marker::always(),
        };
        Ok(Self {
            name,
            written_name: written.to_owned(),
            extras,
            specifiers,
            url,
            marker,
            text: text.trim().to_owned(),
        })
    }

    /// The version, where exactly one is allowed (`==1.2`, `===1.2`).
    pub fn pinned_version(&self) -> Option<&str> {
        let version = self.specifiers.strip_prefix("==")?;
        let version = version.strip_prefix('=').unwrap_or(version).trim();
        (!version.contains([',', '*', '=', '<', '>', '!', '~'])).then_some(version)
    }

    /// Is this version allowed? `None` where the version or the requirement is none of PEP 440's.
    pub fn allows(&self, version: &str) -> Option<bool> {
        allows(&self.specifiers, version)
    }

    /// The requirement without its marker, as a requirement file would have it: `name[extra]>=1`.
    pub fn head(&self) -> String {
        let extras = extras_text(&self.extras);
        match &self.url {
            Some(url) => format!("{}{extras} @ {url}", self.written_name),
            None => format!("{}{extras}{}", self.written_name, self.specifiers),
        }
    }
}

/// `[a,b]`, or nothing.
pub(crate) fn extras_text(extras: &[Name]) -> String {
    if extras.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = extras.iter().map(Name::as_str).collect();
    format!("[{}]", names.join(","))
}

/// Do these specifiers allow the version? A version that was resolved is allowed to be a pre-release.
pub(crate) fn allows(specifiers: &str, version: &str) -> Option<bool> {
    if let Some(exact) = specifiers.strip_prefix("===") {
        return Some(exact.trim().eq_ignore_ascii_case(version));
    }
    let version: Version = version.parse().ok()?;
    let specifiers: VersionSpecifiers = specifiers.parse().ok()?;
    Some(specifiers.contains(&version))
}

/// Are these specifiers of PEP 440?
pub(crate) fn check_specifiers(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let wrong = || format!("`{text}` is no list of version specifiers");
    // Behind `===` stands any one word, which need not be a version.
    let exact = text.split(',').filter_map(|clause| clause.trim().strip_prefix("===")).collect::<Vec<_>>();
    if exact.iter().any(|word| word.trim().is_empty() || word.trim().contains(char::is_whitespace)) {
        return Err(wrong());
    }
    let mut others = text.split(',').filter(|clause| !clause.trim().starts_with("==="));
    let all_read = if exact.is_empty() {
        text.parse::<VersionSpecifiers>().is_ok()
    } else {
        others.all(|clause| clause.parse::<VersionSpecifiers>().is_ok_and(|found| !found.is_empty()))
    };
    if all_read { Ok(()) } else { Err(wrong()) }
}

fn extras(text: &str) -> Result<(Vec<Name>, &str), &str> {
    let Some(inner) = text.strip_prefix('[') else { return Ok((Vec::new(), text)) };
    let Some(end) = inner.find(']') else { return Err(text) };
    let mut found: Vec<Name> = Vec::new();
    if !inner[..end].trim().is_empty() {
        for part in inner[..end].split(',') {
            let Some(name) = Name::new(part.trim()) else { return Err(text) };
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    Ok((found, &inner[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Requirement {
        Requirement::parse(text).expect(text)
    }

    #[test]
    fn the_parts_are_read() {
        let one = read("Foo.Bar [b, A] >= 1.0, <2 ; python_version>='3.8'");
        assert_eq!(one.name.as_str(), "foo-bar");
        assert_eq!(one.written_name, "Foo.Bar");
        assert_eq!(one.extras.iter().map(Name::as_str).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(one.specifiers, ">= 1.0, <2");
        assert_eq!(one.marker.text().as_deref(), Some("python_version>='3.8'"));
        assert_eq!(read("a (>=1)").specifiers, ">=1");
        assert_eq!(read("a==1.0").pinned_version(), Some("1.0"));
        assert_eq!(read("a===any-word").pinned_version(), Some("any-word"));
        assert_eq!(read("a==1.*").pinned_version(), None);
        assert_eq!(read("a==1,<2").pinned_version(), None);
        assert_eq!(read("a>=1").allows("1.5"), Some(true));
    }

    #[test]
    fn an_address_may_hold_a_semicolon() {
        let one = read("a[x] @ https://index.example/a;b.whl ; os_name == 'nt'");
        assert_eq!(one.url.as_deref(), Some("https://index.example/a;b.whl"));
        assert_eq!(one.marker.text().as_deref(), Some("os_name == 'nt'"));
    }

    #[test]
    fn mistakes_have_their_place() {
        let cases = [
            ("", 0),
            ("a[b", 1),
            ("a[b c]", 1),
            ("a >> 1", 2),
            ("a @ ", 3),
            ("a ; os_name", 11),
            ("a b", 2),
            ("a===", 1),
            ("a === 1 2", 2),
            ("a===1,", 1),
        ];
        for (text, offset) in cases {
            assert_eq!(Requirement::parse(text).expect_err(text).offset, offset, "{text:?}");
        }
    }
}
