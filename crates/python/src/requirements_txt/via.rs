//! `# via` comments: who needs a line, as pip-tools and uv write it.

use crate::name::Name;

/// Who needs a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// Another package of the file (or the project's own name).
    Package(Name),
    /// A manifest or requirements file, as written: `-r requirements.in`, `app (pyproject.toml)`.
    File(String),
}

/// Collects the sources of a `# via` comment that may go over several comment lines.
#[derive(Debug, Default)]
pub(super) struct ViaReader {
    open: bool,
    pub(super) found: Vec<Via>,
}

impl ViaReader {
    /// Takes one comment (without `#`); false where it is no part of a `via` list.
    pub(super) fn take(&mut self, comment: &str) -> bool {
        let comment = comment.trim();
        let rest = match comment.strip_prefix("via") {
            Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => {
                self.open = true;
                rest.trim()
            }
            _ if self.open && !comment.is_empty() => comment,
            _ => {
                self.open = false;
                return false;
            }
        };
        for part in rest.split(", ").map(str::trim).filter(|part| !part.is_empty()) {
            self.found.push(source(part.trim_end_matches(',')));
        }
        true
    }
}

fn source(text: &str) -> Via {
    let bare = text.split('[').next().unwrap_or(text);
    match Name::new(bare) {
        Some(name) => Via::Package(name),
        None => Via::File(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_the_tools_write() {
        let mut reader = ViaReader::default();
        assert!(!reader.take("a comment"));
        for comment in ["via", "  -r requirements.in", "  app (pyproject.toml)", "  uvicorn[standard]"] {
            assert!(reader.take(comment), "{comment}");
        }
        let name = |text| Via::Package(Name::new(text).expect("a name"));
        let file = |text: &str| Via::File(text.to_owned());
        assert_eq!(reader.found, [file("-r requirements.in"), file("app (pyproject.toml)"), name("uvicorn")]);
        let mut reader = ViaReader::default();
        assert!(reader.take("via anyio, httpx"));
        assert_eq!(reader.found, [name("anyio"), name("httpx")]);
    }
}
