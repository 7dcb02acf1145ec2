//! One Dockerfile of a project.

use std::sync::{Arc, OnceLock};

use dockfit_dockerfile::model::Model;
use dockfit_dockerfile::{Document, Keyword, RunForm, SyntaxError, SyntaxErrorKind};
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
    model: Arc<OnceLock<Model>>,
    runs: Arc<Vec<OnceLock<Option<Run>>>>,
}

/// A RUN (or the RUN of an ONBUILD): what the engine executes, and its commands where a shell gets it.
#[derive(Debug)]
pub struct Run {
    /// What the engine executes.
    pub form: RunForm,
    script: OnceLock<Option<Script>>,
    exec: OnceLock<Option<Script>>,
}

impl Run {
    /// The shell's commands, parsed when first asked for; none in exec form or for a file with an interpreter.
    pub fn script(&self) -> Option<&Script> {
        let parsed = || self.form.shell_text().map(|text| Script::parse(text.as_str()));
        self.script.get_or_init(parsed).as_ref()
    }

    /// The words of an exec form as one command of a shell, so that both forms can be read in one way; its places are
    /// not those of the file. None for the other forms.
    pub fn exec_script(&self) -> Option<&Script> {
        let quoted = || match &self.form {
            RunForm::Exec(array) => {
                let words = array.items.iter().map(|item| format!("'{}'", item.value.replace('\'', r"'\''")));
                Some(Script::parse(&words.collect::<Vec<_>>().join(" ")))
            }
            RunForm::Shell(_) | RunForm::File { .. } => None,
        };
        self.exec.get_or_init(quoted).as_ref()
    }
}

impl Dockerfile {
    /// A Dockerfile with that text.
    pub fn new(path: RelPath, context: Context, source: impl Into<Vec<u8>>) -> Self {
        Self::from_document(path, context, Document::parse(source))
    }

    /// A Dockerfile that was parsed already.
    pub fn from_document(path: RelPath, context: Context, document: Document) -> Self {
        let runs = document.instructions().iter().map(|_| OnceLock::new()).collect();
        Self { path, context, document: Arc::new(document), model: Arc::default(), runs: Arc::new(runs) }
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

    /// What it means to the engine, worked out when first asked for.
    pub fn model(&self) -> &Model {
        self.model.get_or_init(|| Model::of(&self.document))
    }

    /// What the engine refuses, first what the grammar does. A base that an argument without a default names may well be
    /// there when the image is built.
    pub fn errors(&self) -> impl Iterator<Item = &SyntaxError> {
        // The model's errors begin with those of the document.
        self.model().errors().iter().filter(|error| error.kind != SyntaxErrorKind::MissingArgument)
    }

    /// What the RUN with this index (of all instructions) executes, parsed when first asked for; `None` for
    /// other instructions.
    pub fn run(&self, instruction: usize) -> Option<&Run> {
        let slot = self.runs.get(instruction)?;
        slot.get_or_init(|| {
            let found = self.document.instructions().get(instruction)?;
            if found.effective().keyword != Keyword::Run {
                return None;
            }
            Some(Run {
                form: RunForm::of(&self.document, found),
                script: OnceLock::new(),
                exec: OnceLock::new(),
            })
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
        super::ignore_comments_above(&self.document, instruction)
    }

    /// The same Dockerfile with another text.
    pub(crate) fn with_source(&self, source: Vec<u8>) -> Self {
        Self::new(self.path.clone(), self.context.clone(), source)
    }
}
