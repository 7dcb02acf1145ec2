//! Which program a command really runs: wrappers peeled off.

mod peel;
mod shells;
mod table;

pub(crate) use self::peel::{Peeled, peel};
pub(crate) use self::shells::{is_user_shell, shell_reads_input, shell_script, user_shell};

/// As whom a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunAs<'w> {
    /// As whoever runs the script.
    #[default]
    Unchanged,
    /// As the user of this name or number (without a group).
    User(&'w str),
    /// As somebody else, who cannot be told from the text.
    Unknown,
}

impl<'w> RunAs<'w> {
    /// `user` or `user:group`, as written.
    fn named(user: Option<&'w str>) -> Self {
        user.map_or(Self::Unknown, |u| Self::User(u.split(':').next().unwrap_or(u)))
    }
}

/// What a wrapper makes of the environment that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum EnvironmentChange {
    /// Passes it on.
    #[default]
    Keeps,
    /// Starts with an empty one.
    Clears,
    /// Passes on some variables, which is a matter of its configuration.
    Resets,
}

/// The last component of a path: `pip3` of `/opt/venv/bin/pip3`.
pub fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The name without a version behind it: `pip` of `pip3.13`, `python` of `python3`, `gcc` of `gcc-12`.
///
/// Purely textual (`base64` gives `base`): meant for names that are then looked up in a table.
pub fn strip_version(name: &str) -> &str {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let stripped = name.get(stem.len()..).unwrap_or_default();
    if stem.is_empty() || stripped.starts_with('.') {
        return name;
    }
    match stem.strip_suffix('-') {
        Some(shorter) if !stripped.is_empty() && !shorter.is_empty() => shorter,
        _ => stem,
    }
}
