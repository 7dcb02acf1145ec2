//! The variables that FROM sees: those that the engine predefines, and the ARGs before the first FROM.

use std::collections::{HashMap, HashSet};

use crate::expand::{Environment, Expanded, Lexer, Lookup};
use crate::operation::{Argument, Problem};
use crate::values::platform::Platform;

use super::expansion::{Budget, expansion_problem};

/// Global variables by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Globals {
    values: HashMap<String, String>,
    /// Those whose default is put together from arguments without a value.
    incomplete: HashSet<String>,
}

impl Globals {
    /// The predefined ones. Mirrors buildkit `dockerfile2llb/platform.go` `defaultArgs`.
    pub(crate) fn predefined(
        platform: &Platform,
        target: &str,
        build_arg: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let build = Platform::default();
        let build_name = build.to_string();
        let platform_name = platform.to_string();
        let defaults = [
            ("BUILDPLATFORM", build_name.as_str()),
            ("BUILDOS", &build.os),
            ("BUILDOSVERSION", &build.os_version),
            ("BUILDARCH", &build.architecture),
            ("BUILDVARIANT", &build.variant),
            ("TARGETPLATFORM", &platform_name),
            ("TARGETOS", &platform.os),
            ("TARGETOSVERSION", &platform.os_version),
            ("TARGETARCH", &platform.architecture),
            ("TARGETVARIANT", &platform.variant),
            ("TARGETSTAGE", if target.is_empty() { "default" } else { target }),
        ];
        let values = defaults
            .into_iter()
            .map(|(name, value)| (name.to_owned(), build_arg(name).unwrap_or_else(|| value.to_owned())))
            .collect();
        Self { values, incomplete: HashSet::new() }
    }

    /// Declares the arguments of an ARG before the first FROM. Mirrors buildkit `buildMetaArgs`.
    pub(crate) fn declare(
        &mut self,
        arguments: &[Argument],
        lexer: Lexer,
        budget: &mut Budget,
        build_arg: impl Fn(&str) -> Option<String>,
    ) -> Result<(), Problem> {
        for argument in arguments {
            let name = &argument.name.text;
            let value = match (build_arg(name), &argument.default) {
                (Some(value), _) => value,
                (None, None) => continue,
                (None, Some(default)) => {
                    let expanded = lexer
                        .process_word(&default.text, self)
                        .map_err(|error| expansion_problem(&error, default))?;
                    budget.spend(expanded.text.len(), default)?;
                    if self.lacks(&expanded) {
                        self.incomplete.insert(name.clone());
                    }
                    expanded.text
                }
            };
            self.values.insert(name.clone(), value);
        }
        Ok(())
    }

    /// Whether an argument in a word has no value, so that a build that gives it one may make another word of it.
    pub(crate) fn lacks(&self, word: &Expanded) -> bool {
        let empty =
            |name: &String| self.incomplete.contains(name) || self.value(name).is_none_or(str::is_empty);
        !word.unmatched.is_empty() || word.used.iter().any(empty)
    }

    /// The value of a global variable.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}

impl Environment for Globals {
    fn get(&self, name: &str) -> Lookup<'_> {
        self.value(name).map_or(Lookup::Unset, Lookup::Set)
    }
}
