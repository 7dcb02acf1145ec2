//! COPY and ADD.

use crate::{RawWord, parse_heredoc_word};

use super::flags::Takes;
use super::{Problem, Request};

/// Files that go into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Where they come from.
    pub sources: Vec<Source>,
    /// Where they go.
    pub destination: RawWord,
    /// `--from`: a stage, its number, or an image; variables are not expanded in it.
    pub from: Option<RawWord>,
    /// `--chown`.
    pub chown: Option<RawWord>,
    /// `--chmod`.
    pub chmod: Option<RawWord>,
    /// `--link`.
    pub link: bool,
    /// `--parents`.
    pub parents: bool,
    /// `--exclude`, any number; variables are not expanded in it.
    pub exclude: Vec<RawWord>,
    /// `--keep-git-dir` of an ADD.
    pub keep_git_dir: Option<bool>,
    /// `--checksum` of an ADD.
    pub checksum: Option<RawWord>,
    /// `--unpack` of an ADD.
    pub unpack: Option<bool>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path or pattern, or for ADD an address.
    Path(RawWord),
    /// The body of a here-document, which becomes a file of its name.
    Heredoc {
        /// The word that announces it.
        word: RawWord,
        /// Its name, quotes removed.
        name: String,
        /// Its index in the instruction's here-documents. Nothing in a JSON array: the file is empty then.
        index: Option<usize>,
    },
}

impl Source {
    /// The word as written.
    pub fn word(&self) -> &RawWord {
        match self {
            Self::Path(word) | Self::Heredoc { word, .. } => word,
        }
    }
}

const COPY_FLAGS: [(&str, Takes); 5] = [
    ("chown", Takes::Text),
    ("from", Takes::Text),
    ("chmod", Takes::Text),
    ("link", Takes::Bool),
    ("exclude", Takes::Texts),
];

const COPY_FLAGS_WITH_PARENTS: [(&str, Takes); 6] =
    [COPY_FLAGS[0], COPY_FLAGS[1], COPY_FLAGS[2], COPY_FLAGS[3], COPY_FLAGS[4], ("parents", Takes::Bool)];

const ADD_FLAGS: [(&str, Takes); 7] = [
    ("chown", Takes::Text),
    ("chmod", Takes::Text),
    ("link", Takes::Bool),
    ("keep-git-dir", Takes::Bool),
    ("checksum", Takes::Text),
    ("unpack", Takes::Bool),
    ("exclude", Takes::Texts),
];

/// Mirrors buildkit `parseCopy`, `parseAdd` and `parseSourcesAndDest`.
pub(super) fn parse(request: &Request<'_>, add: bool) -> Result<Copy, Problem> {
    let keyword = request.command.keyword;
    request.check_json()?;
    let mut words = request.list();
    let Some(destination) = words.pop().filter(|_| !words.is_empty()) else {
        let problem =
            Problem::arguments(request.range(), format!("{keyword} needs a source and a destination"));
        return Err(problem.with_help(format!("write {keyword} source destination")));
    };
    let flags = request.flags(match (add, request.features.parents) {
        (true, _) => &ADD_FLAGS,
        (false, true) => &COPY_FLAGS_WITH_PARENTS,
        (false, false) => &COPY_FLAGS,
    })?;
    if parse_heredoc_word(&destination.text).is_some() {
        let problem =
            Problem::arguments(destination.range, format!("{keyword} cannot write to a here-document"));
        return Err(problem.with_help("write the destination behind the last `<<`"));
    }

    let heredocs = &request.instruction.heredocs;
    let mut used = vec![false; heredocs.len()];
    let sources = words
        .into_iter()
        .map(|word| match parse_heredoc_word(&word.text) {
            None => Source::Path(word),
            Some(found) => {
                let index = heredocs.iter().rposition(|heredoc| heredoc.name == found.name);
                if let Some(used) = index.and_then(|index| used.get_mut(index)) {
                    *used = true;
                }
                Source::Heredoc { word, name: found.name, index }
            }
        })
        .collect();
    // `COPY << EOF /f` announces a here-document, but its words are `<<` and `EOF`: the engine looks for files of
    // these names and drops the text.
    if let Some(lost) = heredocs.iter().zip(&used).find(|(heredoc, used)| {
        !**used && heredocs.iter().filter(|other| other.name == heredoc.name).count() == 1
    }) {
        let name = &lost.0.raw_name;
        let problem = Problem::arguments(request.range(), format!("the here-document `{name}` is no source"));
        return Err(problem.with_help(format!("write <<{name} without blanks")));
    }
    Ok(Copy {
        sources,
        destination,
        from: flags.text("from"),
        chown: flags.text("chown"),
        chmod: flags.text("chmod"),
        link: flags.switch("link").unwrap_or(false),
        parents: flags.switch("parents").unwrap_or(false),
        exclude: flags.texts("exclude").collect(),
        keep_git_dir: flags.switch("keep-git-dir"),
        checksum: flags.text("checksum"),
        unpack: flags.switch("unpack"),
    })
}
