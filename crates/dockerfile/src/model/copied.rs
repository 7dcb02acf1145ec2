//! What a COPY or ADD copies, and where to.

use crate::operation::{Copy, Operation, Source};
use crate::values::path;
use crate::values::remote::{SourceKind, source_kind};
use crate::{Document, RawWord};

use super::{Model, Value};

/// A COPY or ADD with its words expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The sources in order.
    pub sources: Vec<CopiedSource>,
    /// The absolute destination; a slash at its end says that it is a directory.
    pub destination: Value,
    /// `--chown`; empty where there is none, which is root.
    pub owner: Value,
    /// `--chmod`; empty where there is none.
    pub mode: Value,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopiedSource {
    /// A path or pattern in the context, a stage or an image.
    Path(Value),
    /// An address or repository of an ADD.
    Remote(Value),
    /// The body of a here-document.
    Text {
        /// The name of the file that it becomes in a directory.
        name: String,
        /// Its text, expanded unless its name is quoted.
        text: Value,
    },
}

impl Model {
    /// What a COPY or ADD copies; nothing for other instructions, and where a word cannot be expanded.
    pub fn copied(&self, document: &Document, instruction: usize) -> Option<Copied> {
        let (Operation::Copy(copy) | Operation::Add(copy)) = self.operation(instruction)? else {
            return None;
        };
        let expand = |word: &RawWord| self.expand(instruction, &word.text).ok().map(Value::from);
        let flag = |word: Option<&RawWord>| word.map_or_else(|| Some(Value::known("")), expand);
        Some(Copied {
            sources: self.copied_sources(document, instruction, copy)?,
            destination: self.destination(instruction, &expand(&copy.destination)?),
            owner: flag(copy.chown.as_ref())?,
            mode: flag(copy.chmod.as_ref())?,
        })
    }

    fn copied_sources(
        &self,
        document: &Document,
        instruction: usize,
        copy: &Copy,
    ) -> Option<Vec<CopiedSource>> {
        let source = |source: &Source| match source {
            Source::Path(word) => {
                let value = Value::from(self.expand(instruction, &word.text).ok()?);
                let remote = value.as_known().is_some_and(|path| source_kind(path) != SourceKind::Local);
                Some(if remote { CopiedSource::Remote(value) } else { CopiedSource::Path(value) })
            }
            Source::Heredoc { name, index, .. } => {
                let text = match index {
                    Some(index) => self.heredoc_text(document, instruction, *index)?,
                    None => Value::known(""),
                };
                Some(CopiedSource::Text { name: name.clone(), text })
            }
        };
        copy.sources.iter().map(source).collect()
    }

    fn destination(&self, instruction: usize, written: &Value) -> Value {
        let current = self.state(instruction).map(super::State::current_dir);
        match (written, current.as_ref().and_then(Value::as_known)) {
            (Value::Known(path), _) if path.starts_with('/') => written.clone(),
            (Value::Partial(path), _) if path.starts_with('/') => written.clone(),
            (Value::Known(path), Some(current)) => Value::known(path::destination(current, path)),
            _ => Value::Unknown,
        }
    }
}
