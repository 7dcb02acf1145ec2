//! A new RUN in exec form: it needs no shell, so that it stands in any image that has Python.

use dockfit_dockerfile::model::Value;
use dockfit_dockerfile::{Document, Keyword, NodeKind};
use dockfit_rewrite::{Declared, Edit};

use super::Scene;
use crate::cache_mounts::Refusal;

/// What is put in.
pub(super) struct Step<'a> {
    /// The instruction that it stands behind.
    pub(super) behind: usize,
    /// The user there.
    pub(super) user: Option<Value>,
    /// One line on why, without `#`.
    pub(super) comment: &'a str,
    /// The words; plain ones, without quotes and backslashes.
    pub(super) words: Vec<String>,
}

impl Step<'_> {
    /// The edit, and what it declares.
    pub(super) fn edit(self, scene: &Scene<'_, '_>) -> Result<(Edit, Vec<Declared>), Refusal> {
        let document = scene.file.dockerfile.document();
        let run = document.habits().keyword(Keyword::Run);
        let quoted: Vec<String> = self.words.iter().map(|word| format!("\"{word}\"")).collect();
        let mut lines = vec![format!("# {}", self.comment)];
        let user = self.other_user()?;
        let keyword = document.habits().keyword(Keyword::User);
        lines.extend(user.iter().map(|_| format!("{keyword} root")));
        lines.push(format!("{run} [{}]", quoted.join(", ")));
        lines.extend(user.iter().map(|user| format!("{keyword} {user}")));
        Ok((behind(document, self.behind, &lines), vec![Declared::RunAdded(self.words.join(" "))]))
    }

    /// The user to go back to, where it is not root: bytecode is written beside the source, which is root's.
    fn other_user(&self) -> Result<Option<String>, Refusal> {
        match &self.user {
            Some(Value::Known(user)) => {
                let name = user.split(':').next().unwrap_or_default();
                Ok((!matches!(name, "" | "0" | "root")).then(|| user.to_string()))
            }
            // The images of the table are root's, where theirs is not known otherwise.
            Some(Value::Unknown) | None => Ok(None),
            Some(Value::Partial(_)) => Err(Refusal::new(
                "user-unknown",
                "it cannot be told as which user the step would run",
                "name the user with USER in this file",
            )),
        }
    }
}

/// The edit that puts lines behind an instruction, set apart by a blank line where the file does that.
fn behind(document: &Document, index: usize, lines: &[String]) -> Edit {
    let end = document.line_end();
    let at = document.instructions().get(index).map_or(0, |found| found.span.end);
    let next = document.nodes().partition_point(|node| node.span.start < at);
    let is_apart = document.nodes().get(next).is_none_or(|node| node.kind == NodeKind::Blank);
    let mut text: String = if is_apart { end.to_owned() } else { String::new() };
    text.extend(lines.iter().flat_map(|line| [line.as_str(), end]));
    // The last line of a file may have no end.
    if !document.source().get(..at).is_some_and(|before| before.ends_with(b"\n")) {
        text = format!("{end}{}", text.strip_suffix(end).unwrap_or(&text));
    }
    Edit::insert(at, text)
}
