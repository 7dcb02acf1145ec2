//! The choices that a split was made with, as its files remember them: whoever renews them needs the same.

use std::collections::BTreeSet;
use std::fmt;

use crate::marker::{Environment, Platform, PythonVersion};
use crate::name::Name;
use crate::selection::{Choice, Wanted};
use crate::write::MARK;

/// The options of `dockfit split` that change what its files hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// `--extra`.
    pub extras: BTreeSet<Name>,
    /// `--group`.
    pub groups: BTreeSet<Name>,
    /// `--python`, as written.
    pub python: Option<String>,
    /// `--platform`, as written.
    pub platforms: Vec<String>,
    /// `--groups auto --layers N`: how many.
    pub learnt: Option<u8>,
}

/// What the first line of a file says of how it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The name of the lock.
    pub lock: String,
    /// The options.
    pub choices: Choices,
}

impl Choices {
    /// Those of a request; `None` where no options say the same.
    pub(crate) fn of(wanted: &Wanted, environment: &Environment) -> Option<Self> {
        let (Choice::Only(extras), Choice::Only(groups), true) =
            (&wanted.extras, &wanted.groups, wanted.main)
        else {
            return None;
        };
        let python = environment.python.map(|python| match python.patch {
            Some(patch) => format!("{}.{}.{patch}", python.major, python.minor),
            None => format!("{}.{}", python.major, python.minor),
        });
        let platforms =
            environment.platforms.iter().filter_map(Platform::engine_name).map(str::to_owned).collect();
        Some(Self { extras: extras.clone(), groups: groups.clone(), python, platforms, learnt: None })
    }

    /// What of the project is asked for.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            main: true,
            extras: Choice::Only(self.extras.clone()),
            groups: Choice::Only(self.groups.clone()),
        }
    }

    /// Where it is installed.
    pub fn environment(&self) -> Environment {
        Environment {
            python: self.python.as_deref().and_then(PythonVersion::parse),
            platforms: self.platforms.iter().filter_map(|name| Platform::of_engine(name)).collect(),
            anywhere: false,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut found = Self::default();
        for option in text.split_whitespace() {
            let (name, value) = option.split_once('=')?;
            let names = || value.split(',').filter_map(Name::new);
            match name {
                "--extra" => found.extras.extend(names()),
                "--group" => found.groups.extend(names()),
                "--python" => found.python = Some(value.to_owned()),
                "--platform" => found.platforms.extend(value.split(',').map(str::to_owned)),
                "--groups" => found.learnt = found.learnt.or(Some(3)),
                "--layers" => found.learnt = value.parse().ok(),
                _ => return None,
            }
        }
        Some(found)
    }
}

impl fmt::Display for Choices {
    /// As options, each with a blank before it; nothing where all is as by default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |names: &BTreeSet<Name>| names.iter().map(Name::as_str).collect::<Vec<_>>().join(",");
        for (option, names) in [("--extra", &self.extras), ("--group", &self.groups)] {
            if !names.is_empty() {
                write!(f, " {option}={}", join(names))?;
            }
        }
        if let Some(python) = &self.python {
            write!(f, " --python={python}")?;
        }
        if !self.platforms.is_empty() {
            write!(f, " --platform={}", self.platforms.join(","))?;
        }
        if let Some(layers) = self.learnt {
            write!(f, " --groups=auto --layers={layers}")?;
        }
        Ok(())
    }
}

/// The words before and behind the options.
const BEFORE: &str = "to renew, run `dockfit split";
const BEHIND: &str = "`.";

/// The first line of a file.
pub(crate) fn first_line(lock: &str, what: &str, choices: Option<&Choices>) -> String {
    let options = choices.map(ToString::to_string).unwrap_or_default();
    format!("{MARK} from {lock}: {what}. Do not edit; {BEFORE}{options}{BEHIND}\n")
}

/// What the first line of a file says of how it was made; `None` where it was not made from a lock, or says nothing.
pub fn made(text: &str) -> Option<Made> {
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    let (lock, rest) = line.strip_prefix(MARK)?.strip_prefix(" from ")?.split_once(": ")?;
    let (_, options) = rest.split_once(BEFORE)?;
    let choices = Choices::read(options.strip_suffix(BEHIND)?)?;
    Some(Made { lock: lock.to_owned(), choices })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).expect("a name")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let plain = Choices::default();
        let all = Choices {
            extras: [name("pg"), name("redis")].into(),
            groups: [name("ops")].into(),
            python: Some("3.13".to_owned()),
            platforms: vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
            learnt: Some(4),
        };
        for choices in [plain, all] {
            let line = first_line("uv.lock", "group core", Some(&choices));
            let found = made(&line).expect("readable");
            assert_eq!((found.lock.as_str(), &found.choices), ("uv.lock", &choices), "{line}");
        }
    }

    #[test]
    fn what_the_tool_did_not_write_says_nothing() {
        let good = first_line("uv.lock", "group core", None);
        assert!(made(&good).is_some());
        for text in [
            "",
            "# Made by hand\n",
            "# Made by dockfit split: group ai holds no package any more.\n",
            "# Made by dockfit split --direct from pyproject.toml: group app, direct requirements.\n",
            "# Made by dockfit split from uv.lock: group core. To renew, run `dockfit split --what=else`.\n",
        ] {
            assert_eq!(made(text), None, "{text}");
        }
    }
}
