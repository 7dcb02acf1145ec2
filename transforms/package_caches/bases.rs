//! Which base images a fact of the table holds for.

use dockfit_dockerfile::values::reference::ImageReference;

use super::manager::{Base, On};

impl On {
    /// Whether it holds on `image`; an image that is not known is none of those that are named.
    pub(super) fn holds(self, image: Option<&ImageReference>) -> bool {
        match self {
            Self::Any => true,
            Self::Only(named) => is_named(named, image),
            Self::Not(named) => !is_named(named, image),
        }
    }

    /// Whether it names `image`.
    pub(super) fn names(self, image: Option<&ImageReference>) -> bool {
        match self {
            Self::Any => false,
            Self::Only(named) | Self::Not(named) => is_named(named, image),
        }
    }
}

fn is_named(named: &[&[Base]], image: Option<&ImageReference>) -> bool {
    let Some(image) = image else { return false };
    let name = image.familiar_name();
    let tag = image.effective_tag().unwrap_or_default();
    named.iter().copied().flatten().any(|base| is(base, &name, tag))
}

fn is(base: &Base, name: &str, tag: &str) -> bool {
    let version = version(tag);
    let same = match base.repository.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == base.repository,
    };
    // The newest one is behind every version.
    same && tag.contains(base.tag)
        && base.since.is_none_or(|since| version.is_none_or(|version| version >= since))
        && base.before.is_none_or(|before| version.is_some_and(|version| version < before))
}

/// The first number of a tag: 8 of `8.9`, 9 of `stream9`.
fn version(tag: &str) -> Option<u32> {
    let digits = tag.trim_start_matches(|char: char| !char.is_ascii_digit());
    let end = digits.find(|char: char| !char.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[Base] = &[
        Base { repository: "centos", tag: "", since: None, before: Some(8) },
        Base { repository: "registry.example/ubi7*", tag: "", since: None, before: None },
    ];

    fn image(name: &str) -> ImageReference {
        ImageReference::parse(name).expect("a reference")
    }

    #[test]
    fn a_release_is_told_by_the_first_number_of_its_tag() {
        let only = On::Only(&[OLD]);
        for old in ["centos:7", "centos:7.9.2009", "centos:centos6", "registry.example/ubi7/python-38:1"] {
            assert!(only.holds(Some(&image(old))), "{old}");
        }
        for new in ["centos", "centos:latest", "centos:8", "centos:stream9", "other/centos:7", "rockylinux:7"]
        {
            assert!(!only.holds(Some(&image(new))), "{new}");
        }
        let tagged = Base { repository: "cuda", tag: "ubi8", since: None, before: None };
        assert!(is(&tagged, "cuda", "12-ubi8") && !is(&tagged, "cuda", "12-ubuntu22.04"));
        assert!(!only.holds(None) && On::Not(&[OLD]).holds(None) && On::Any.holds(None));
    }
}
