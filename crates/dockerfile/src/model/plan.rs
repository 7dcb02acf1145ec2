//! The stages of a file before anything is executed: names, bases, and what takes from what.

use std::collections::HashMap;

use crate::expand::{Lexer, NoEnvironment};
use crate::operation::{self, Copy, Operation, Problem, Run};
use crate::values::lowercase;
use crate::values::platform::Platform;
use crate::values::reference::ImageReference;
use crate::{RawWord, SyntaxErrorKind};

use super::expansion::{Budget, expansion_problem};
use super::globals::Globals;
use super::options::BuildOptions;
use super::stage::{Base, Origin, Stage, Take, Taker};

/// The names of the stages so far, and all that has a number.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The latest stage of a name, in lower case.
    by_name: HashMap<String, usize>,
    /// The number of stages.
    count: usize,
    /// Images that were named by `--from`. The engine lists them behind the stages, so they have numbers too.
    images: Vec<Origin>,
}

impl Names {
    /// Adds the next stage.
    pub(crate) fn add(&mut self, name: Option<&str>) {
        if let Some(name) = name {
            self.by_name.insert(name.to_owned(), self.count);
        }
        self.count += 1;
    }

    /// The stage of that name, in any case.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&lowercase(name)).copied()
    }
}

/// Reads a FROM. Mirrors the first loop of buildkit `toDispatchState`.
pub(crate) fn stage(
    from: &operation::From,
    index: usize,
    instruction: usize,
    context: (&Globals, &Names, &BuildOptions<'_>, Lexer),
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Stage {
    let (globals, names, options, lexer) = context;
    let mut base_arguments = Vec::new();
    let mut missing = false;
    let mut expand = |word: &RawWord| {
        let expanded =
            lexer.process_word(&word.text, globals).map_err(|error| expansion_problem(&error, word))?;
        budget.spend(expanded.text.len(), word)?;
        missing |= globals.lacks(&expanded);
        for name in expanded.used.into_iter().chain(expanded.unmatched) {
            if !base_arguments.contains(&name) {
                base_arguments.push(name);
            }
        }
        Ok(expanded.text)
    };
    let base_name = expand(&from.base).unwrap_or_else(|problem| {
        problems.push(problem);
        String::new()
    });
    // An empty `--platform=` is none.
    let platform_word = from.platform.as_ref().filter(|word| !word.text.is_empty());
    let platform_name = platform_word.and_then(|word| {
        let expanded = expand(word).map_err(|problem| problems.push(problem)).ok()?;
        Some((word, expanded))
    });
    let kind = if missing { SyntaxErrorKind::MissingArgument } else { SyntaxErrorKind::Base };
    let wrong = |word: &RawWord, message: String| Problem::new(kind, word.range.clone(), message);
    if base_name.is_empty() && problems.is_empty() {
        let problem = wrong(&from.base, format!("`{}` is empty: the stage has no base", from.base.text));
        problems.push(problem.with_help("give the ARG a default, or write ${NAME:-image}"));
    }
    let platform = platform_name.and_then(|(word, text)| {
        let platform = Platform::parse(&text);
        if platform.is_none() {
            let problem = wrong(word, format!("`{text}` is no platform"));
            problems.push(problem.with_help("write one such as linux/amd64"));
        }
        platform
    });

    let name = from.name.as_ref().map(|name| name.text.clone());
    let replaced = name.as_ref().filter(|name| options.contexts.contains(*name));
    let base = match (replaced, base_name.as_str()) {
        (Some(name), _) => Base::Context(name.clone()),
        (None, "") => Base::Invalid,
        // Bases are found by their exact name; stage names are in lower case.
        (None, base) => match names.by_name.get(base) {
            Some(stage) => Base::Stage(*stage),
            None if base == "scratch" => Base::Scratch,
            None if options.contexts.contains(base) => Base::Context(base.to_owned()),
            None => match ImageReference::parse(base) {
                Ok(reference) => Base::Image(reference),
                Err(error) => {
                    let problem = wrong(&from.base, format!("`{base}`: {error}"));
                    problems.push(match names.find(base) {
                        Some(_) => {
                            problem.with_help(format!("the stage is called `{}`", base.to_lowercase()))
                        }
                        None => problem,
                    });
                    Base::Invalid
                }
            },
        },
    };
    Stage {
        index,
        name,
        from: instruction,
        instructions: instruction + 1..instruction + 1,
        base,
        base_name,
        base_arguments,
        platform,
        takes: Vec::new(),
        triggers: Vec::new(),
        built: false,
    }
}

/// What an instruction takes from stages and images. Mirrors buildkit `toCommand` and `detectRunMount`.
pub(crate) fn takes(
    operation: &Operation,
    by: Taker,
    names: &mut Names,
    options: &BuildOptions<'_>,
    lexer: Lexer,
    takes: &mut Vec<Take>,
) -> Result<(), Problem> {
    match operation {
        Operation::Copy(Copy { from: Some(from), .. }) if !from.text.is_empty() => {
            let from = copy_origin(from, names, options, lexer)?;
            takes.push(Take { from, by, copied: true });
        }
        Operation::Run(Run { mounts, .. }) => {
            for mount in mounts {
                let origin = match (mount.from(), names.find(mount.from().unwrap_or("scratch"))) {
                    (_, Some(stage)) => Origin::Stage(stage),
                    (None, None) => {
                        names.images.push(Origin::Scratch);
                        continue;
                    }
                    (Some(name), None) => {
                        let word = RawWord { text: name.to_owned(), range: mount.range.clone() };
                        external(&word, names, options)?
                    }
                };
                takes.push(Take { from: origin, by, copied: false });
            }
        }
        _ => {}
    }
    Ok(())
}

fn copy_origin(
    from: &RawWord,
    names: &mut Names,
    options: &BuildOptions<'_>,
    lexer: Lexer,
) -> Result<Origin, Problem> {
    let wrong = |message: String| Problem::new(SyntaxErrorKind::Stage, from.range.clone(), message);
    let plain =
        lexer.process_word(&from.text, &NoEnvironment).map_err(|error| expansion_problem(&error, from))?;
    if plain.text != from.text {
        let problem = wrong("variables are not expanded in --from".to_owned());
        return Err(problem.with_help("give the stage a name: FROM $IMAGE AS name, then --from=name"));
    }
    if let Ok(number) = from.text.parse::<i64>() {
        let index = usize::try_from(number).ok();
        let image = index.and_then(|index| names.images.get(index.checked_sub(names.count)?));
        return match (index, image) {
            (Some(index), _) if index < names.count => Ok(Origin::Stage(index)),
            (_, Some(image)) => Ok(image.clone()),
            _ => {
                let problem = wrong(format!("there is no stage {number}"));
                Err(problem
                    .with_help(format!("stages are numbered from 0 to {}", names.count.saturating_sub(1))))
            }
        };
    }
    match names.find(&from.text) {
        Some(stage) => Ok(Origin::Stage(stage)),
        None => external(from, names, options),
    }
}

fn external(word: &RawWord, names: &mut Names, options: &BuildOptions<'_>) -> Result<Origin, Problem> {
    let name = word.text.as_str();
    let origin = if options.contexts.contains(name) {
        Origin::Context(name.to_owned())
    } else if name == "scratch" {
        Origin::Scratch
    } else {
        let reference = ImageReference::parse(name).map_err(|error| {
            let problem =
                Problem::new(SyntaxErrorKind::Stage, word.range.clone(), format!("`{name}`: {error}"));
            problem.with_help("name a stage of this file, or an image")
        })?;
        Origin::Image(reference)
    };
    names.images.push(origin.clone());
    Ok(origin)
}

/// A stage that takes from itself, by way of others or not. Mirrors buildkit `validateCircularDependency`.
pub(crate) fn circular(stages: &[Stage]) -> Option<&Take> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; stages.len()];
    for root in 0..stages.len() {
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some((stage, next)) = path.pop() {
            if next == 0 {
                match marks.get_mut(stage) {
                    Some(mark) if *mark == Mark::New => *mark = Mark::Open,
                    _ => continue,
                }
            }
            let takes = stages.get(stage).map(|stage| stage.takes.as_slice()).unwrap_or_default();
            let Some(take) = takes.get(next) else {
                if let Some(mark) = marks.get_mut(stage) {
                    *mark = Mark::Done;
                }
                continue;
            };
            path.push((stage, next + 1));
            if let Origin::Stage(other) = take.from {
                match marks.get(other) {
                    Some(Mark::Open) => return Some(take),
                    Some(Mark::New) => path.push((other, 0)),
                    _ => {}
                }
            }
        }
    }
    None
}
