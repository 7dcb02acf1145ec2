//! COPY and ADD, as far as they can be judged without the files.

use crate::expand::{ExpandError, Lexer};
use crate::operation::{Copy, Problem, Source};
use crate::values::file_mode;
use crate::values::path::working_directory;
use crate::values::remote::{SourceKind, source_kind};
use crate::{Document, Heredoc, RawWord};

use super::Value;
use super::evaluate::{Evaluator, Site};
use super::expansion::expansion_problem;

impl Evaluator<'_> {
    /// Mirrors buildkit `dispatchCopy` and what is expanded before it.
    pub(super) fn copy(&mut self, copy: &Copy, add: bool, site: Site<'_>) -> Result<(), Problem> {
        let owner = self.expand_flag(copy.chown.as_ref())?;
        let mode = self.expand_flag(copy.chmod.as_ref())?;
        let checksum = self.expand_flag(copy.checksum.as_ref())?;

        let mut paths = Vec::new();
        for source in &copy.sources {
            if let Source::Path(word) = source {
                paths.push((word, self.expand(word)?));
            }
        }
        let destination = self.expand(&copy.destination)?;
        for source in &copy.sources {
            if let Source::Heredoc { word, index: Some(index), .. } = source
                && let Some(heredoc) = site.instruction.heredocs.get(*index)
            {
                self.heredoc(word, heredoc, site.document)?;
            }
        }

        if self.windows()
            && let Some(path) = destination.as_known()
        {
            working_directory("\\", path, true)
                .map_err(|message| Problem::arguments(copy.destination.range.clone(), message))?;
        }
        if let (Some(word), Some(mode)) = (&copy.chmod, mode.as_known())
            && !(mode.is_empty() || file_mode::is_valid(mode))
        {
            let problem = Problem::arguments(word.range.clone(), format!("`{mode}` is no mode"));
            return Err(problem.with_help("write an octal number up to 7777, or one such as u+x"));
        }
        check_sources(copy, add, &paths, &checksum)?;
        match &copy.chown {
            Some(word) => self.need_user(&owner, word),
            None => self.need_user(&Value::known(""), &copy.destination),
        }
    }

    fn expand_flag(&mut self, flag: Option<&RawWord>) -> Result<Value, Problem> {
        flag.map_or_else(|| Ok(Value::known("")), |word| self.expand(word))
    }

    /// The body of a here-document as it reaches the image.
    fn heredoc(&mut self, word: &RawWord, heredoc: &Heredoc, document: &Document) -> Result<Value, Problem> {
        let text = heredoc_text(heredoc, document);
        if !heredoc.expand {
            return Ok(Value::known(text));
        }
        let expanded = BODY.process_word(&text, &self.now()).map_err(|error| {
            // What is wrong in a body is reported at the word that announces it.
            expansion_problem(&ExpandError { offset: 0, ..error }, word)
        })?;
        self.budget.spend(expanded.text.len(), word)?;
        Ok(expanded.into())
    }
}

/// Bodies keep their quotes, and their escape character is `\` whatever the file says.
pub(super) const BODY: Lexer = Lexer { skip_process_quotes: true, ..Lexer::new('\\') };

/// The body of a here-document before expansion; without leading tabs for `<<-`.
pub(super) fn heredoc_text(heredoc: &Heredoc, document: &Document) -> String {
    let text = document.text(heredoc.body);
    if heredoc.chomp {
        text.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
    } else {
        text.into_owned()
    }
}

fn check_sources(
    copy: &Copy,
    add: bool,
    paths: &[(&RawWord, Value)],
    checksum: &Value,
) -> Result<(), Problem> {
    if let (Some(word), Some(sum)) = (&copy.checksum, checksum.as_known())
        && !sum.is_empty()
    {
        let remote =
            |value: &Value| value.as_known().is_none_or(|path| source_kind(path) != SourceKind::Local);
        if paths.len() != 1 || !paths.iter().all(|(_, value)| remote(value)) {
            let problem =
                Problem::arguments(word.range.clone(), "--checksum needs exactly one remote source");
            return Err(problem.with_help("leave it out, or ADD a single address"));
        }
    }
    for (word, value) in paths {
        let kind = value.as_known().map_or(SourceKind::Local, source_kind);
        if !add && kind != SourceKind::Local {
            let what = if kind == SourceKind::Git { "a git repository" } else { "an address" };
            let problem = Problem::arguments(word.range.clone(), format!("COPY cannot take {what}"));
            return Err(problem.with_help("use ADD"));
        }
    }
    Ok(())
}
