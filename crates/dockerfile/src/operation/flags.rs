//! Flags, checked against those that an instruction has.

use crate::{Flag, RawWord, SyntaxErrorKind};

use super::{Problem, Request};

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing, `true` or `false`.
    Bool,
    /// A text, once.
    Text,
    /// A text, any number of times.
    Texts,
}

/// The flags of one instruction after the check.
pub(super) struct Flags<'a>(&'a [Flag]);

impl<'a> Request<'a> {
    /// Checks the flags. Mirrors buildkit `instructions/bflag.go` `Parse`.
    pub(super) fn flags(&self, known: &[(&'static str, Takes)]) -> Result<Flags<'a>, Problem> {
        let given = &self.command.flags;
        for (index, flag) in given.iter().enumerate() {
            let (name, value) = (flag.name(), flag.value());
            let wrong = |message: String| Problem::new(SyntaxErrorKind::Flag, flag.range.clone(), message);
            let Some((_, takes)) = known.iter().find(|(known, _)| *known == name) else {
                return Err(self.unknown_flag(flag, known));
            };
            let before = given.get(..index).unwrap_or_default();
            if *takes != Takes::Texts && before.iter().any(|earlier| earlier.name() == name) {
                return Err(wrong(format!("the flag --{name} stands twice")).with_help("remove one"));
            }
            match takes {
                Takes::Bool => {
                    let lower = value.map(str::to_lowercase);
                    if !matches!(lower.as_deref(), None | Some("true" | "false")) {
                        let help = format!("write --{name}, --{name}=true or --{name}=false");
                        return Err(wrong(format!("--{name} is switched on or off")).with_help(help));
                    }
                }
                Takes::Text | Takes::Texts if value.is_none() => {
                    return Err(
                        wrong(format!("--{name} needs a value")).with_help(format!("write --{name}=…"))
                    );
                }
                Takes::Text | Takes::Texts => {}
            }
        }
        Ok(Flags(given))
    }

    fn unknown_flag(&self, flag: &Flag, known: &[(&'static str, Takes)]) -> Problem {
        let keyword = self.command.keyword;
        let name = flag.name();
        let message = format!("{keyword} has no flag --{name}");
        let problem = Problem::new(SyntaxErrorKind::Flag, flag.range.clone(), message);
        let names: Vec<String> = known.iter().map(|(name, _)| format!("--{name}")).collect();
        match known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((known, _)) => problem.with_help(format!("did you mean --{known}?")),
            None if names.is_empty() => problem.with_help(format!("{keyword} has no flags")),
            None => problem.with_help(format!("{keyword} has {}", names.join(", "))),
        }
    }
}

impl Flags<'_> {
    /// The value of a flag, with the range of the whole flag.
    pub(super) fn text(&self, name: &str) -> Option<RawWord> {
        self.texts(name).next()
    }

    /// The values of a flag that may stand several times.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = RawWord> {
        self.0.iter().filter(move |flag| flag.name() == name).map(|flag| RawWord {
            text: flag.value().unwrap_or_default().to_owned(),
            range: flag.range.clone(),
        })
    }

    /// Whether a flag is switched on or off; nothing where it does not stand.
    pub(super) fn switch(&self, name: &str) -> Option<bool> {
        let flag = self.0.iter().find(|flag| flag.name() == name)?;
        Some(!flag.value().is_some_and(|value| value.eq_ignore_ascii_case("false")))
    }
}
