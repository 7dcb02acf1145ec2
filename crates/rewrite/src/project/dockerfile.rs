//! One Dockerfile of a project.

use std::sync::{Arc, OnceLock};

use dockfit_dockerfile::{Document, RunForm};
use dockfit_shell::Script;

use super::IgnoreComment;
use crate::RelPath;

/// The folder that a build of this Dockerfile sends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Context {
    /// This one.
    Known(RelPath),
    /// It cannot be told; why. Passes that need it refuse with these words.
    Unknown(String),
}

/// One Dockerfile: its text, and what was made of it so far.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    path: RelPath,
    context: Context,
    document: Arc<Document>,
    runs: Arc<Vec<OnceLock<Option<Run>>>>,
}

/// A RUN (or the RUN of an ONBUILD): what the engine executes, and its commands where a shell gets it.
#[derive(Debug)]
pub struct Run {
    /// What the engine executes.
    pub form: RunForm,
    /// The shell's commands; none in exec form or for a file with an interpreter.
    pub script: Option<Script>,
}

impl Dockerfile {
    /// A Dockerfile with that text.
    pub fn new(path: RelPath, context: Context, source: impl Into<Vec<u8>>) -> Self {
        Self::from_document(path, context, Document::parse(source))
    }

    /// A Dockerfile that was parsed already.
    pub fn from_document(path: RelPath, context: Context, document: Document) -> Self {
        let runs = document.instructions().iter().map(|_| OnceLock::new()).collect();
        Self { path, context, document: Arc::new(document), runs: Arc::new(runs) }
    }

    /// Where it lies.
    pub fn path(&self) -> &RelPath {
        &self.path
    }

    /// The folder that its build sends.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Its text.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What the RUN with this index (of all instructions) executes, parsed when first asked for; `None` for
    /// other instructions.
    pub fn run(&self, instruction: usize) -> Option<&Run> {
        let slot = self.runs.get(instruction)?;
        slot.get_or_init(|| {
            let found = self.document.instructions().get(instruction)?;
            if found.effective().keyword != dockfit_dockerfile::Keyword::Run {
                return None;
            }
            let form = RunForm::of(&self.document, found);
            let script = form.shell_text().map(|text| Script::parse(text.as_str()));
            Some(Run { form, script })
        })
        .as_ref()
    }

    /// Whether a comment directly above the instruction with this index keeps `name`, a pass
    /// (`package-caches`) or a decision (`package-caches/mount`), away from it.
    pub fn is_ignored(&self, instruction: usize, name: &str) -> bool {
        self.ignore_comments(instruction).iter().any(|comment| comment.covers(name))
    }

    /// The comments directly above the instruction with this index that keep passes away from it.
    pub fn ignore_comments(&self, instruction: usize) -> Vec<IgnoreComment> {
        super::ignore::above(&self.document, instruction)
    }

    /// The same Dockerfile with another text.
    pub(crate) fn with_source(&self, source: Vec<u8>) -> Self {
        Self::new(self.path.clone(), self.context.clone(), source)
    }
}
