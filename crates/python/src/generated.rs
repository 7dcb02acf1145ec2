//! Files that were made before: are they ours, and are they still what the lock says?

use crate::error::Result;
use crate::files::{Files, sibling, text_of};
use crate::write::{GeneratedFile, MARK};

/// What stands where a file is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState {
    /// The same text.
    Same,
    /// Nothing.
    Missing,
    /// A file that was made by the tool and says something else now.
    Outdated,
    /// A file that the tool did not make: it is not overwritten without being told.
    Foreign,
}

impl FileState {
    /// The stable name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Missing => "missing",
            Self::Outdated => "outdated",
            Self::Foreign => "foreign",
        }
    }
}

/// Was this text made by the tool?
pub fn is_generated(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.starts_with(MARK))
}

/// Compares a text with what is to be written. Line ends do not count: git may have changed them.
pub fn compare(existing: Option<&str>, new: &str) -> FileState {
    match existing {
        None => FileState::Missing,
        Some(text) if text.lines().eq(new.lines()) => FileState::Same,
        Some(text) if is_generated(text) => FileState::Outdated,
        Some(_) => FileState::Foreign,
    }
}

/// The state of each file beside the manifest.
pub fn file_states(files: &dyn Files, manifest: &str, new: &[GeneratedFile]) -> Result<Vec<FileState>> {
    new.iter()
        .map(|file| Ok(compare(text_of(files, &sibling(manifest, &file.name))?.as_deref(), &file.text)))
        .collect()
}

/// The packages of a text that was made before, as written (`name==1.0 ; marker`): to tell what changed since.
pub fn lines_of(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric()))
        .map(|line| line.trim_end_matches('\\').trim_end())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ours_is_known() {
        let new = format!("{MARK} from uv.lock: group core.\na==1 \\\n    --hash=x\n");
        assert_eq!(compare(None, &new), FileState::Missing);
        assert_eq!(compare(Some(&new.replace('\n', "\r\n")), &new), FileState::Same);
        assert_eq!(compare(Some(&new.replace("==1", "==2")), &new), FileState::Outdated);
        assert_eq!(compare(Some("a==1\n"), &new), FileState::Foreign);
        assert_eq!(lines_of(&new), ["a==1"]);
    }
}
