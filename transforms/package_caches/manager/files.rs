//! Files by which a manager is set up.

/// A file whose settings may move a cache or switch it off.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it is written.
    pub(crate) written: Written,
    /// Where the manager reads it.
    pub(crate) read: &'static [Spot],
    /// What counts in it.
    pub(crate) settings: &'static [FileSetting],
}

/// How settings are written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Written {
    /// `key = value`, below `[section]` or not.
    Ini,
    /// TOML.
    Toml,
    /// YAML, of which the outermost keys count.
    Yaml,
    /// `key value`, as yarn 1 writes it.
    Words,
}

/// Where a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spot {
    /// In the folder that the command works in, or one above.
    Project,
    /// Below the home folder, at this path.
    Home(&'static str),
    /// At this path.
    At(&'static str),
    /// Where this variable says.
    NamedBy(&'static str),
}

/// One setting.
#[derive(Debug)]
pub(crate) struct FileSetting {
    /// Its key, sections before it with a dot between them.
    pub(crate) key: &'static str,
    /// What it does.
    pub(crate) means: Means,
}

/// What a setting does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Means {
    /// Its value is the folder of the cache.
    Folder,
    /// With one of these values (any where none is named) it switches the cache off, unless another key has the value
    /// beside it.
    Off(&'static [&'static str], Option<(&'static str, &'static str)>),
    /// Nothing by itself: what another setting means depends on it.
    Beside,
    /// With one of these values installed files are links to the cache.
    Links(&'static [&'static str]),
}
