//! One list of blocks for several versions of a diff: what all of them have stands there once.

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// A block, and the versions that have it.
pub(super) struct Woven {
    pub(super) html: String,
    versions: Vec<usize>,
}

/// The blocks of all versions, each version's in its own order.
pub(super) fn weave(versions: Vec<Vec<String>>) -> Vec<Woven> {
    let mut woven: Vec<Woven> = Vec::new();
    for (version, blocks) in versions.into_iter().enumerate() {
        let known: Vec<&str> = woven.iter().map(|block| block.html.as_str()).collect();
        let new: Vec<&str> = blocks.iter().map(String::as_str).collect();
        let ops = capture_diff_slices(Algorithm::Myers, &known, &new);
        let mut next = Vec::with_capacity(woven.len() + blocks.len());
        let mut old = woven.into_iter();
        let mut come = blocks.into_iter();
        for op in ops {
            for mut block in old.by_ref().take(op.old_range().len()) {
                if op.tag() == DiffTag::Equal {
                    block.versions.push(version);
                }
                next.push(block);
            }
            let fresh = come.by_ref().take(op.new_range().len());
            if op.tag() == DiffTag::Equal {
                fresh.for_each(drop);
            } else {
                next.extend(fresh.map(|html| Woven { html, versions: vec![version] }));
            }
        }
        woven = next;
    }
    woven
}

impl Woven {
    /// The attribute that tells the versions, of so many; none where all have the block.
    pub(super) fn attribute(&self, of: usize) -> String {
        attribute(&self.versions, of)
    }
}

/// As [`Woven::attribute`], for any element.
pub(super) fn attribute(versions: &[usize], of: usize) -> String {
    if versions.len() == of {
        return String::new();
    }
    let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
    format!(" data-v=\"{}\"", versions.join(" "))
}

#[cfg(test)]
mod tests {
    use super::weave;

    fn blocks(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn each_version_is_in_it() {
        let all = ["abcde", "abde", "xabcde", "", "edcba"];
        let woven = weave(all.iter().map(|text| blocks(text)).collect());
        for (version, text) in all.iter().enumerate() {
            let said: String = woven
                .iter()
                .filter(|block| block.versions.contains(&version))
                .map(|block| block.html.as_str())
                .collect();
            assert_eq!(said, *text);
        }
        assert!(woven.len() < all.concat().len(), "what several have stands there once");
        assert_eq!(woven[0].attribute(5), " data-v=\"2\"");
    }
}
