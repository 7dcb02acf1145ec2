//! Where variables get their values.

/// What is known of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// It is set to this value (which may be empty).
    Set(&'a str),
    /// It is set to this text, in which references stand for what only the build can tell: `/opt/bin:$PATH`.
    Partial(&'a str),
    /// It is not set.
    Unset,
    /// Only the build can tell: it may come from a base image that is not described.
    Unknown,
}

/// The variables that a word can refer to.
pub trait Environment {
    /// Looks a variable up by its exact name.
    fn get(&self, name: &str) -> Lookup<'_>;
}

/// No variable is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEnvironment;

impl Environment for NoEnvironment {
    fn get(&self, _name: &str) -> Lookup<'_> {
        Lookup::Unset
    }
}

/// Pairs of name and value; of several of one name the last one counts, as in the engine.
impl<K: AsRef<str>, V: AsRef<str>> Environment for &[(K, V)] {
    fn get(&self, name: &str) -> Lookup<'_> {
        self.iter()
            .rev()
            .find(|(k, _)| k.as_ref() == name)
            .map_or(Lookup::Unset, |(_, v)| Lookup::Set(v.as_ref()))
    }
}
