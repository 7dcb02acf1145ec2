//! Folders that a manager keeps.

/// A folder that a manager keeps.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "facts of a table that have nothing to do with each other")]
pub(crate) struct Cache {
    /// The option that names the folder.
    pub(crate) option: Option<&'static str>,
    /// Variables whose value holds options, that one among them.
    pub(crate) options_in: &'static [&'static str],
    /// The variables that name it, the strongest first, each with what is put behind the value.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// The manager's own commands that name it for later ones, each without the folder itself, which is the next word.
    pub(crate) set_by: &'static [&'static [&'static str]],
    /// What is put behind a folder that such a command, or a settings file, names.
    pub(crate) behind: &'static str,
    /// Where it is below the home folder, when nothing names it; from the root folder on, if it begins with `/`.
    pub(crate) below_home: &'static str,
    /// Where root's is, when that is not below the home folder.
    pub(crate) of_root: Option<&'static str>,
    /// Whether the manager was seen to work where the folders above it are another user's.
    pub(crate) nothing_above: bool,
    /// Where it is instead on images of these names, which set a variable, wherever they come from: the last part of the
    /// repository's name, and the folder.
    pub(crate) on_images: &'static [(&'static str, &'static str)],
    /// How builds at the same time may share it; `None` where it is safe to share.
    pub(crate) sharing: Option<&'static str>,
    /// Whether nothing in it was built here, whatever else the manager keeps.
    pub(crate) only_downloads: bool,
    /// Whether it is not the same on all base images, though nothing in it was built.
    pub(crate) per_base: bool,
    /// Whether it is worth no mount of its own where the step has another one for the manager.
    pub(crate) minor: bool,
    /// The programs that use it; all of the manager's where none is named.
    pub(crate) programs: &'static [&'static str],
    /// The subcommands that use it; all that fill a cache where none is named.
    pub(crate) commands: &'static [&'static [&'static str]],
    /// The base images on which it is used.
    pub(crate) on: On,
}

impl Cache {
    /// Whether its place does not depend on whose home it is.
    pub(crate) fn is_fixed(&self) -> bool {
        self.below_home.starts_with('/')
    }
}

/// A cache of which nothing is known yet.
pub(crate) const EMPTY_CACHE: Cache = Cache {
    option: None,
    options_in: &[],
    variables: &[],
    set_by: &[],
    behind: "",
    below_home: "",
    of_root: None,
    nothing_above: false,
    sharing: None,
    on_images: &[],
    only_downloads: false,
    per_base: false,
    minor: false,
    programs: &[],
    commands: &[],
    on: On::Any,
};

/// On which base images something holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum On {
    /// On all.
    Any,
    /// On these.
    Only(&'static [&'static [Base]]),
    /// On all but these.
    Not(&'static [&'static [Base]]),
}

/// Images of one repository.
#[derive(Debug)]
pub(crate) struct Base {
    /// As people write it; a `*` at the end stands for anything.
    pub(crate) repository: &'static str,
    /// What stands somewhere in the tag; may be empty.
    pub(crate) tag: &'static str,
    /// The versions from this one on; a tag without a number counts as the newest.
    pub(crate) since: Option<u32>,
    /// The versions before this one.
    pub(crate) before: Option<u32>,
}
