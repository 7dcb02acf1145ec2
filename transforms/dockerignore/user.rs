//! What one Dockerfile takes from its context, and what it makes anew.

use dockfit_dockerfile::model::Base;
use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::context::{ContextTree, DockerIgnore, sources, within};
use dockfit_rewrite::{Dockerfile, RelPath};

use super::kinds::{Kind, Maker, WITHOUT_PYTHON, WITHOUT_PYTHON_IF_SMALL};
use crate::cache_mounts::call::Call;
use crate::cache_mounts::steps::Steps;

/// A Dockerfile whose builds read the ignore file.
pub(super) struct User<'t> {
    /// Its index in the project.
    pub(super) index: usize,
    pub(super) dockerfile: &'t Dockerfile,
    /// Its RUNs.
    pub(super) steps: Steps<'t>,
    /// The sources that it names, and the instructions.
    pub(super) sources: Vec<(String, Span)>,
    /// By entry of the context: whether it takes it.
    pub(super) taken: Vec<bool>,
    /// Whether it takes all of the context.
    pub(super) takes_all: bool,
    /// What installs dependencies in it.
    made: Vec<&'static str>,
}

impl<'t> User<'t> {
    /// Reads what `dockerfile` takes from `tree`.
    pub(super) fn new(index: usize, dockerfile: &'t Dockerfile, tree: &ContextTree) -> Self {
        let sources: Vec<(String, Span)> = sources(dockerfile.document())
            .into_iter()
            .map(|source| (within(&source.path), source.span))
            .collect();
        let takes_all = sources.iter().any(|(source, _)| source.is_empty());
        let mut taken = vec![takes_all; tree.entries().len()];
        if !takes_all {
            // A source is a pattern that is anchored at the context, as one of an ignore file is.
            for (source, _) in &sources {
                if source.starts_with(['#', '!']) || source.contains('$') {
                    continue;
                }
                let Ok(pattern) = DockerIgnore::parse(source.as_bytes()) else { continue };
                let Ok(sight) = tree.sight(&pattern) else { continue };
                for (entry, taken) in taken.iter_mut().enumerate() {
                    *taken |= sight.excludes(entry);
                }
            }
        }
        Self { index, dockerfile, steps: Steps::of(dockerfile), sources, taken, takes_all, made: Vec::new() }
    }

    /// Whether it takes what lies in the folder with that index; `None` is the context itself.
    pub(super) fn takes_in(&self, folder: Option<usize>) -> bool {
        folder.map_or(self.takes_all, |folder| self.taken.get(folder).copied().unwrap_or(false))
    }

    /// The instruction that takes the most, if one takes a folder.
    pub(super) fn place(&self, tree: &ContextTree) -> Option<Span> {
        if let Some((_, span)) = self.sources.iter().find(|(source, _)| source.is_empty()) {
            return Some(*span);
        }
        let amount = |source: &str| {
            let sight = tree.sight(&DockerIgnore::parse(source.as_bytes()).ok()?).ok()?;
            let entries = || tree.entries().iter().enumerate().filter(|(index, _)| sight.excludes(*index));
            entries().any(|(_, entry)| entry.is_folder).then(|| entries().count())
        };
        let amounts = self.sources.iter().filter_map(|(source, span)| Some((amount(source)?, *span)));
        amounts.rev().max_by_key(|(amount, _)| *amount).map(|(_, span)| span)
    }

    /// The source that means things of that kind by name, if one does.
    pub(super) fn names(&self, kind: &Kind) -> Option<&str> {
        let meant = |source: &&(String, Span)| source.0.split('/').any(|part| kind.is_meant_by(part));
        self.sources.iter().find(meant).map(|(source, _)| source.as_str())
    }

    /// An instruction whose words mention something of that kind, if one does.
    pub(super) fn mentions(&self, kind: &Kind) -> bool {
        let document = self.dockerfile.document();
        document.instructions().iter().any(|instruction| {
            let text = document.text(instruction.span);
            kind.spellings.iter().any(|spelling| text.contains(spelling))
        })
    }

    /// Looks for the commands that install dependencies.
    pub(super) fn read_makers(&mut self, kinds: &'static [Kind]) {
        let makers: Vec<&'static Maker> = kinds.iter().flat_map(|kind| kind.made_by).collect();
        let words: Vec<&str> = makers.iter().map(|maker| maker.program).collect();
        for step in self.steps.mentioning(&words) {
            for call in step.calls() {
                self.made.extend(makers.iter().filter(|maker| makes(call, maker)).map(|maker| maker.program));
            }
        }
    }

    /// Whether one of its steps makes things of that kind anew.
    pub(super) fn makes(&self, kind: &Kind) -> bool {
        kind.made_by.is_empty() || kind.made_by.iter().any(|maker| self.made.contains(&maker.program))
    }

    /// Whether its image can surely do nothing with things of that kind.
    pub(super) fn cannot_run(&self, kind: &Kind) -> bool {
        let document = self.dockerfile.document();
        let is_without = |base: &Base| match base {
            Base::Image(image) => {
                let (name, tag) = (image.familiar_name(), image.effective_tag().unwrap_or_default());
                let small = ["alpine", "slim"].iter().any(|word| tag.contains(word));
                WITHOUT_PYTHON.contains(&name.as_str())
                    || (small && WITHOUT_PYTHON_IF_SMALL.contains(&name.as_str()))
            }
            Base::Stage(_) | Base::Scratch => true,
            Base::Context(_) | Base::Invalid => false,
        };
        let says = |text: &str| kind.run_by.iter().any(|word| text.contains(word));
        !kind.run_by.is_empty()
            && self.dockerfile.model().stages().iter().all(|stage| is_without(&stage.base))
            && !document.instructions().iter().any(|found| says(&document.text(found.span)))
    }

    /// Whether the tools of its application are known to leave things of that kind behind.
    pub(super) fn expects(&self, kind: &Kind) -> bool {
        let image = |word: &&str| {
            self.dockerfile.model().stages().iter().any(|stage| stage.base_name.contains(*word))
        };
        kind.expected.makers.iter().any(|maker| self.made.contains(&maker.program))
            || kind.expected.images.iter().any(image)
    }

    /// Whether a comment keeps `pass` away from the instruction at `span`.
    pub(super) fn is_ignored(&self, span: Span, pass: &str) -> bool {
        let instructions = self.dockerfile.document().instructions();
        let index = instructions.iter().position(|instruction| instruction.span == span);
        index.is_some_and(|index| self.dockerfile.is_ignored(index, pass))
    }

    /// Its path.
    pub(super) fn path(&self) -> &RelPath {
        self.dockerfile.path()
    }

    /// The indices of the RUNs at and behind the instruction at `first`.
    pub(super) fn runs_behind(&self, first: Span) -> impl Iterator<Item = usize> {
        let instructions = self.dockerfile.document().instructions();
        instructions
            .iter()
            .enumerate()
            .filter(move |(_, instruction)| {
                instruction.span.start >= first.start && instruction.effective().keyword == Keyword::Run
            })
            .map(|(index, _)| index)
    }
}

/// Options with a value behind them (npm, yarn and pnpm, `install --help`, 2026-11-24).
const WITH_VALUE: &[&str] = &[
    "--omit",
    "--include",
    "--prefix",
    "--registry",
    "--loglevel",
    "--network-timeout",
    "--network-concurrency",
    "--filter",
    "--cache-folder",
    "--cache",
    "--cwd",
    "-C",
    "--dir",
];

fn makes(call: &Call<'_>, maker: &Maker) -> bool {
    if call.program != maker.program {
        return false;
    }
    let mut behind_option = false;
    let mut plain = call.values().filter(|value| {
        let is_value = std::mem::replace(&mut behind_option, WITH_VALUE.contains(value));
        !is_value && !value.starts_with('-')
    });
    let global = call.values().any(|value| matches!(value, "-g" | "--global"));
    match plain.next() {
        None => maker.bare && !global,
        Some(verb) => maker.verbs.contains(&verb) && !(maker.alone && (global || plain.next().is_some())),
    }
}
