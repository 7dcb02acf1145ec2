//! Takes wrappers off a command.

use std::borrow::Cow;

use super::table::{MODULE_RUNNER_VALUES, MODULE_RUNNERS, User, WRAPPERS, Wrapper};
use super::{EnvironmentChange, RunAs, base_name, strip_version};
use crate::ast::{Word, WordPart};

/// What is left of a command's words without its wrappers.
#[derive(Debug, Default)]
pub(crate) struct Peeled<'w> {
    /// The index of the word that names the program; `None` when that cannot be told.
    pub(crate) program: Option<usize>,
    /// The program's base name.
    pub(crate) name: Option<Cow<'w, str>>,
    /// The indices of `NAME=value` words of `env` and `sudo`.
    pub(crate) assignments: Vec<usize>,
    /// As whom it runs.
    pub(crate) run_as: RunAs<'w>,
    /// `xargs` adds arguments that are not written.
    pub(crate) adds_arguments: bool,
    /// `python -m` names the program.
    pub(crate) module: bool,
    /// What becomes of the shell's environment.
    pub(crate) environment_change: EnvironmentChange,
}

/// Takes the wrappers off `words`. `value` is asked for a word that holds expansions.
pub(crate) fn peel<'w>(words: &'w [Word], value: &dyn Fn(&Word) -> Option<String>) -> Peeled<'w> {
    let mut peeled = Peeled::default();
    let mut at = 0;
    loop {
        let Some(word) = words.get(at) else { return peeled };
        let is_module = words.get(at + 1).is_some_and(|next| next.literal_prefix().starts_with("-m"));
        let name = program_name(word, value).or_else(|| runner_name(word).filter(|_| is_module));
        let Some(name) = name else { return peeled };
        if MODULE_RUNNERS.contains(&strip_version(&name)) {
            peeled.program = Some(at);
            peeled.name = Some(name);
            module(words, at, &mut peeled);
            return peeled;
        }
        let wrapper = WRAPPERS.iter().find(|w| w.name == name).filter(|_| word.value().is_some());
        let step = wrapper.map_or(Step::Itself, |wrapper| unwrap(wrapper, words, at, &mut peeled));
        match step {
            Step::Command(next) => at = next,
            Step::Itself => {
                peeled.program = Some(at);
                peeled.name = Some(name);
                return peeled;
            }
            Step::Unknown => return peeled,
        }
    }
}

/// The base name of the program that `word` names; of `$VENV/bin/pip` what stands behind the last slash.
fn program_name<'w>(word: &'w Word, value: &dyn Fn(&Word) -> Option<String>) -> Option<Cow<'w, str>> {
    if let Some(value) = word.value() {
        return Some(Cow::Borrowed(base_name(value)));
    }
    if let Some(WordPart::Literal { value, .. }) = word.parts.last()
        && !word.has_braces()
        && let Some((_, name)) = value.rsplit_once('/')
    {
        return Some(Cow::Borrowed(name)).filter(|name| !name.is_empty());
    }
    let value = value(word)?;
    let name = base_name(&value);
    (!name.is_empty()).then(|| Cow::Owned(name.to_owned()))
}

/// The name of an interpreter whose version is in a variable: `python` of `python$VERSION`.
fn runner_name(word: &Word) -> Option<Cow<'static, str>> {
    let prefix = word.literal_prefix();
    let name = strip_version(base_name(&prefix));
    MODULE_RUNNERS.iter().find(|runner| **runner == name).map(|runner| Cow::Borrowed(*runner))
}

enum Step {
    /// The wrapped command starts at this index.
    Command(usize),
    /// The wrapper is the program here.
    Itself,
    /// An expansion hides it.
    Unknown,
}

fn unwrap<'w>(wrapper: &Wrapper, words: &'w [Word], start: usize, peeled: &mut Peeled<'w>) -> Step {
    let mut at = start + 1;
    if let Some(subcommand) = wrapper.subcommand {
        if words.get(at).and_then(Word::value) != Some(subcommand) {
            return Step::Itself;
        }
        at += 1;
    }
    let mut user = match wrapper.user {
        User::Option { default: Some(default), .. } => RunAs::User(default),
        User::Option { .. } | User::Keeps | User::Operand => RunAs::Unchanged,
    };
    let mut clears = false;
    // Options
    while let Some(word) = words.get(at) {
        let prefix = word.literal_prefix();
        if !prefix.starts_with('-') {
            break;
        }
        let Some(option) = word.value() else {
            // `--user=$X` has its value glued; anything else that is expanded could be anything.
            if !prefix.starts_with("--") || !prefix.contains('=') {
                return Step::Unknown;
            }
            if is_user_option(wrapper, prefix.split('=').next().unwrap_or_default()) {
                user = RunAs::Unknown;
            }
            at += 1;
            continue;
        };
        at += 1;
        if option == "--" {
            break;
        }
        clears |= wrapper.clears_environment.contains(&option);
        if option == "-" {
            continue;
        }
        let parsed = parse_option(wrapper, option);
        if wrapper.stops.iter().any(|s| parsed.names.iter().any(|n| n == s)) {
            return Step::Itself;
        }
        let value = match parsed.value {
            Value::None => None,
            Value::Glued(text) => Some(Some(text)),
            Value::Next => {
                let value = words.get(at).map(Word::value);
                at += 1;
                value
            }
        };
        if let Some(value) = value
            && parsed.names.last().is_some_and(|n| is_user_option(wrapper, n))
        {
            user = RunAs::named(value);
        }
    }
    // Operands
    for index in 0..wrapper.operands {
        let Some(word) = words.get(at) else { return Step::Itself };
        if index == 0 && matches!(wrapper.user, User::Operand) {
            user = RunAs::named(word.value());
        }
        at += 1;
    }
    let mut assignments = Vec::new();
    while wrapper.assignments && words.get(at).is_some_and(is_assignment) {
        assignments.push(at);
        at += 1;
    }
    let Some(program) = words.get(at) else { return Step::Itself };
    if !wrapper.only.is_empty() {
        let name = program.value().map(base_name);
        let runs = name.is_some_and(|v| wrapper.only.contains(&v.split('@').next().unwrap_or(v)));
        if !runs {
            return Step::Itself;
        }
    }
    peeled.assignments.extend(assignments);
    peeled.adds_arguments |= wrapper.adds_arguments;
    if clears {
        peeled.environment_change = EnvironmentChange::Clears;
    } else if wrapper.resets_environment {
        peeled.environment_change = EnvironmentChange::Resets;
    }
    if user != RunAs::Unchanged {
        peeled.run_as = user;
    }
    Step::Command(at)
}

/// Whether the word reads `NAME=…`.
fn is_assignment(word: &Word) -> bool {
    let prefix = word.literal_prefix();
    let Some((name, _)) = prefix.split_once('=') else { return false };
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_user_option(wrapper: &Wrapper, name: &str) -> bool {
    match wrapper.user {
        User::Option { short, long, .. } => {
            name == long || name.strip_prefix('-').is_some_and(|n| n.chars().eq([short]))
        }
        User::Keeps | User::Operand => false,
    }
}

struct ParsedOption<'o> {
    /// `--long` or each short option with its dash; the last one has the value.
    names: Vec<Cow<'o, str>>,
    value: Value<'o>,
}

enum Value<'o> {
    None,
    Glued(&'o str),
    Next,
}

fn parse_option<'o>(wrapper: &Wrapper, option: &'o str) -> ParsedOption<'o> {
    if option.starts_with("--") {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Value::Glued(value)),
            None if wrapper.long_values.contains(&option) => (option, Value::Next),
            None => (option, Value::None),
        };
        return ParsedOption { names: vec![Cow::Borrowed(name)], value };
    }
    let mut names = Vec::new();
    for (index, letter) in option.char_indices().skip(1) {
        names.push(Cow::Owned(format!("-{letter}")));
        if wrapper.short_values.contains(letter) {
            let rest = option.get(index + letter.len_utf8()..).unwrap_or_default();
            let value = if rest.is_empty() { Value::Next } else { Value::Glued(rest) };
            return ParsedOption { names, value };
        }
    }
    ParsedOption { names, value: Value::None }
}

/// `python [options] -m module`
fn module<'w>(words: &'w [Word], start: usize, peeled: &mut Peeled<'w>) {
    let mut at = start + 1;
    while let Some(option) = words.get(at).and_then(Word::value) {
        let Some(letters) = option.strip_prefix('-').filter(|l| !l.is_empty() && !l.starts_with('-')) else {
            return;
        };
        at += 1;
        for (index, letter) in letters.char_indices() {
            let rest = letters.get(index + letter.len_utf8()..).unwrap_or_default();
            if letter == 'c' {
                return;
            }
            if letter == 'm' {
                peeled.module = true;
                let named = if rest.is_empty() {
                    words.get(at).and_then(Word::value).map(|name| (at, base_name(name)))
                } else {
                    Some((at - 1, rest))
                };
                peeled.program = named.map(|(at, _)| at);
                peeled.name = named.map(|(_, name)| Cow::Borrowed(name));
                return;
            }
            if MODULE_RUNNER_VALUES.contains(letter) {
                at += usize::from(rest.is_empty());
                break;
            }
        }
    }
}
