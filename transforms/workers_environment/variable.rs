//! The number of workers, moved from the command line to a variable.

use std::ops::Range;

use dockfit_dockerfile::model::Model;
use dockfit_rewrite::{Context, FileEdit, Outcome, Reason};

use super::VARIABLE;
use super::consumers::Consumers;
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;
use crate::servers::count::{self, Given};
use crate::servers::in_image;
use crate::servers::installed::folders;
use crate::servers::launch::{Form, Launch};
use crate::servers::table::Count;

/// What becomes of the number.
#[derive(Debug)]
pub(super) enum Move {
    /// It comes from a variable; the number where it is known.
    Already(Option<u32>),
    /// It leaves the command line.
    To {
        /// The words that go.
        words: Range<usize>,
        /// The variable.
        variable: &'static str,
        /// What the variable is set to, where nothing sets it.
        set: Option<u32>,
        /// The number.
        number: Option<u32>,
        /// Edits of services that would start another number than before.
        service_edits: Vec<FileEdit>,
    },
}

/// What the image of a stage says of a variable.
enum InImage {
    /// It does not set it.
    Unset,
    /// It sets it to something that cannot be told.
    Unknown,
    /// It sets it to this.
    Value(String),
}

impl InImage {
    fn of(model: &Model, stage: usize, variable: &str) -> Self {
        match in_image(model, stage, variable).map(|value| value.as_known().map(str::to_owned)) {
            None => Self::Unset,
            Some(None) => Self::Unknown,
            Some(Some(value)) => Self::Value(value),
        }
    }

    fn number(&self) -> Option<u32> {
        match self {
            Self::Value(value) => value.parse().ok(),
            Self::Unset | Self::Unknown => None,
        }
    }
}

/// What is to become of the number that `launch` gives, if it gives one; what stands in the way as the outcome.
pub(super) fn wanted(
    file: &File<'_>,
    launch: &Launch,
    launches: &[Launch],
    consumers: &Consumers,
) -> Option<Result<Move, Outcome>> {
    let variable = launch.server.count.variable;
    let model = file.dockerfile.model();
    let known = variable.map_or(InImage::Unset, |variable| InImage::of(model, launch.stage, variable));
    let counts = launch.counts();
    let count = match counts.as_slice() {
        [] if matches!(known, InImage::Unset) => return None,
        [] => return Some(Ok(Move::Already(known.number()))),
        [count] => count,
        _ => {
            let text = "the command gives the number of workers more than once".to_owned();
            return Some(refused("several-counts", text, "leave one of them"));
        }
    };
    if file.dockerfile.is_ignored(launch.index, VARIABLE.id) {
        let text = "a comment above the command keeps this pass away".to_owned();
        return Some(refused("ignored", text, "remove the comment"));
    }
    match &count.given {
        Given::Computed(written) => return Some(Err(computed(written))),
        Given::Variable(name, _) if matches!(launch.form, Form::Exec) => {
            let text =
                format!("no shell reads this command: {} gets the characters `${name}`", launch.name());
            let way_out = format!("set {} and leave the option away", variable.unwrap_or("the number"));
            return Some(Err(advised("not-expanded", text, way_out)));
        }
        // Whoever sets that name counts on it.
        Given::Variable(name, default) if variable != Some(name.as_str()) => {
            return Some(Ok(Move::Already(*default)));
        }
        Given::Variable(..) | Given::Number(_) => {}
    }
    let Some(variable) = variable else {
        let text = format!("{} reads the number of workers from no variable", launch.name());
        let way_out =
            "write workers = \"auto\" in the configuration: a module then starts it with the option";
        return Some(refused("no-variable", text, way_out));
    };
    Some(to(file, launch, launches, consumers, count, variable, &known))
}

fn to(
    file: &File<'_>,
    launch: &Launch,
    launches: &[Launch],
    consumers: &Consumers,
    count: &count::Count,
    variable: &'static str,
    known: &InImage,
) -> Result<Move, Outcome> {
    if let Some(refusal) = launch.launcher.refusal(Some(variable), "set the variable there by hand") {
        return Err(refusal.into_outcome());
    }
    if !launch.is_exact() {
        let text = "the command's text is written with escapes".to_owned();
        return refused("cannot-edit", text, "write it in exec form");
    }
    if !launch.alone {
        let text = format!("the command starts another server as well, which would read {variable}");
        return refused("other-command", text, "give each its number in a start script");
    }
    let (number, set) = match (&count.given, known) {
        (Given::Number(number) | Given::Variable(_, Some(number)), InImage::Unset) => {
            (Some(*number), Some(*number))
        }
        (Given::Variable(_, None), InImage::Unset) => {
            let text = format!("nothing in the image sets {variable}, and the option needs a value");
            return refused("variable-missing", text, format!("write ENV {variable}= with a number"));
        }
        (Given::Variable(..), known) => (known.number(), None),
        (Given::Number(number), known) if known.number() == Some(*number) => (Some(*number), None),
        (Given::Number(_), known) => {
            let value = if let InImage::Value(value) = known { format!("={value}") } else { String::new() };
            let text = format!("the image sets {variable}{value}, which the command line overrules now");
            return refused("variable-set", text, "set it to the number that is wanted");
        }
        (Given::Computed(written), _) => return Err(computed(written)),
    };
    overruled(file, launch)?;
    let other = launches.iter().find(|other| {
        let stands_on = file.dockerfile.model().lineage(other.stage).any(|below| below.index == launch.stage);
        let reads = other.server.count.variable == Some(variable);
        other.index != launch.index
            && stands_on
            && reads
            && other.counts().is_empty()
            && !other.has("--reload")
    });
    if let Some(other) = other {
        let line = file.dockerfile.document().line_of(other.index);
        let text =
            format!("{} in line {line} starts without a number, and would read {variable}", other.name());
        return refused("other-command", text, "give that one its number");
    }
    let service_edits = consumers.kept(file, launch, variable, number).map_err(Refusal::into_outcome)?;
    Ok(Move::To { words: count.words.clone(), variable, set, number, service_edits })
}

/// What else would decide once the option is gone.
fn overruled(file: &File<'_>, launch: &Launch) -> Result<(), Outcome> {
    let model = file.dockerfile.model();
    let count = &launch.server.count;
    for name in count.overruled_by {
        let value = in_image(model, launch.stage, name);
        let decides = value.is_some_and(|value| match value.text() {
            Some(text) if name.ends_with("_ARGS") => text.split_whitespace().any(|word| gives(count, word)),
            _ => true,
        });
        if decides {
            let text = format!("the image sets {name}, which the command line overrules now");
            return refused("overruled", text, format!("give the number in {name} alone"));
        }
    }
    if let Some(option) = count.configuration.iter().find(|option| launch.has(option)) {
        let named = launch.value(option).unwrap_or_default();
        let text = format!(
            "the configuration `{named}` may set the number as well, which the command line overrules now"
        );
        return refused(
            "configuration",
            text,
            format!("have it read {}", count.variable.unwrap_or_default()),
        );
    }
    let Some(name) = count.default_configuration else { return Ok(()) };
    if let Context::Unknown(why) = file.dockerfile.context() {
        let text = format!("whether a {name} sets the number as well cannot be told: {why}");
        return refused("context-unknown", text, "name the context with --context");
    }
    let project = file.task.project;
    let found = folders(file.dockerfile).into_iter().find_map(|folder| {
        let names = project.list(&folder).unwrap_or_default();
        names.iter().any(|found| found == name).then(|| folder.join(name))?
    });
    match found {
        Some(path) => {
            let text = format!("`{path}` may set the number as well, which the command line overrules now");
            refused("configuration", text, format!("have it read {}", count.variable.unwrap_or_default()))
        }
        None => Ok(()),
    }
}

/// Whether a word of a variable with options gives the number: `-w`, `-w4`, `--workers=4`.
fn gives(count: &Count, word: &str) -> bool {
    let short =
        count.short.is_some_and(|letter| word.strip_prefix('-').is_some_and(|rest| rest.starts_with(letter)));
    short || word.split('=').next() == Some(count.long)
}

/// A number that the shell works out.
pub(super) fn computed(written: &str) -> Outcome {
    let counts = ["nproc", "getconf", "cpu"].iter().any(|word| written.contains(word));
    let text = if counts {
        format!("`{written}` counts the processors of the machine, whatever the container may use")
    } else {
        format!("`{written}` is put together by the shell at each start")
    };
    let way_out =
        "set the variable where the container is started, or write workers = \"auto\" in the configuration";
    advised("computed", text, way_out.to_owned())
}

fn advised(code: &'static str, text: String, way_out: String) -> Outcome {
    Outcome::Advised { reason: Reason { code, text }, way_out }
}

/// A refusal as the outcome that stands in the way.
pub(super) fn refused<T>(code: &'static str, text: String, way_out: impl Into<String>) -> Result<T, Outcome> {
    Err(Refusal::new(code, text, way_out).into_outcome())
}
