//! Files of groups that hold nothing any more.

use crate::generated::is_generated;
use crate::write::{GeneratedFile, MARK, file_name};

/// What becomes of a file that an earlier split made and that the new one does not: its packages stand elsewhere now, or
/// nowhere. It stays, without a package, because a Dockerfile may still name it. `None` where the file is not one that
/// is made so.
pub fn emptied(name: &str, text: &str) -> Option<GeneratedFile> {
    let group = name.strip_prefix("requirements-")?.strip_suffix(".txt")?;
    if !is_generated(text) || file_name(group) != name {
        return None;
    }
    let text = format!(
        "{MARK}: group {group} holds no package any more. Remove the file once no Dockerfile names it.\n"
    );
    Some(GeneratedFile { name: name.to_owned(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_tool_made_is_emptied() {
        let made =
            format!("{MARK} from uv.lock: group ai. Do not edit; to renew, run `dockfit split`.\ntorch==2\n");
        let file = emptied("requirements-ai.txt", &made).expect("a file");
        assert!(is_generated(&file.text) && !file.text.contains("torch"), "{}", file.text);
        assert_eq!(emptied("requirements-ai.txt", &file.text), Some(file.clone()), "and stays so");
        assert_eq!(emptied("requirements-dev.txt", "pytest\n"), None);
        assert_eq!(emptied("constraints.txt", &made), None);
    }
}
