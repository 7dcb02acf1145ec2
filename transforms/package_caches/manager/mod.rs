//! What is known of a package manager, for its cache to be mounted.

mod cache;
mod files;
mod rules;

pub(crate) use self::cache::{Base, Cache, EMPTY_CACHE, On};
pub(crate) use self::files::{FileSetting, Means, SettingsFile, Spot, Written};
pub(crate) use self::rules::{
    Builds, Configuration, Edition, InPlace, Installer, Link, Off, OffWhen, Rule, Sole, Unfit, Wanted,
    WantedOption,
};

/// A row of the table: one package manager.
///
/// All that the pass knows of a manager stands in its row; logic does not know names.
#[derive(Debug)]
pub(crate) struct Manager {
    /// Its name, as people say it.
    pub(crate) name: &'static str,
    /// The programs that are it, version numbers stripped.
    pub(crate) programs: &'static [&'static str],
    /// The subcommands that fill the cache; each is the words it consists of. An empty one stands for a call
    /// without a subcommand.
    pub(crate) commands: &'static [&'static [&'static str]],
    /// Subcommands that may put something into the cache, but get no mount for it: what they run has arguments of its
    /// own, or they download little.
    pub(crate) also_fill: &'static [&'static [&'static str]],
    /// The subcommands that empty the cache.
    pub(crate) emptying: &'static [&'static [&'static str]],
    /// The subcommands that print where the cache is.
    pub(crate) printing: &'static [&'static [&'static str]],
    /// Files by which it is set up, as far as they concern the cache.
    pub(crate) files: &'static [SettingsFile],
    /// How it is installed into a folder of its own, below which the cache lies.
    pub(crate) installer: Option<Installer>,
    /// Options that take the next word as their value and may stand before the subcommand.
    pub(crate) valued_options: &'static [&'static str],
    /// Where it keeps what it downloads.
    pub(crate) caches: &'static [Cache],
    /// What switches the cache off.
    pub(crate) off: Off,
    /// Whether packages that it builds itself are kept too, under a key that does not name the C library.
    pub(crate) keeps_builds: Option<Builds>,
    /// Options with which a command does nothing but answer.
    pub(crate) asking: &'static [&'static str],
    /// What has a command download nothing, so that a mount would be of no use.
    pub(crate) offline: &'static [Rule],
    /// Its own configuration, by which a file or an earlier command may move the cache or switch it off.
    pub(crate) configuration: Option<Configuration>,
    /// A variable that its work on a mount wants, and the value.
    pub(crate) wants: Option<Wanted>,
    /// Settings that make a mount wrong, since the installed files would lie in the cache.
    pub(crate) links: &'static [Link],
    /// Options with which it takes all from its cache and downloads nothing.
    pub(crate) relies_by: &'static [&'static str],
    /// Commands with which a mount is wrong.
    pub(crate) unfit: &'static [Unfit],
    /// Other caches than those above, where something else is kept elsewhere.
    pub(crate) sole: Option<Sole>,
    /// Another program by the same name.
    pub(crate) edition: Option<Edition>,
    /// Whether a call without a subcommand fills the cache.
    pub(crate) bare: bool,
    /// Options that it has to be given, for what it downloads to be kept and what it installs to be up to date.
    pub(crate) wanted_options: &'static [WantedOption],
    /// Words of which one has to stand in the Dockerfile, since it keeps nothing otherwise; none where it keeps by itself.
    pub(crate) kept_by: &'static [&'static str],
    /// What to do where none of them does.
    pub(crate) keep_it_by: &'static str,
    /// Options with which it works on another root folder, where its cache is, too.
    pub(crate) elsewhere: &'static [&'static str],
    /// Programs whose folder only the base image tells; without a known one they get no mount.
    pub(crate) base_decides: &'static [&'static str],
    /// Whether it runs as root only, so that the cache is root's.
    pub(crate) as_root: bool,
    /// Set where what was downloaded is used where it lies, so that later steps and the image itself may need it.
    pub(crate) in_place: Option<InPlace>,
    /// Where these facts are from, and when they were looked at.
    #[allow(dead_code, reason = "read by people, and by the test that each row has one")]
    pub(crate) source: &'static str,
}

/// A row in which nothing stands yet: rows name what is different.
pub(crate) const EMPTY_ROW: Manager = Manager {
    name: "",
    programs: &[],
    commands: &[],
    also_fill: &[],
    emptying: &[],
    printing: &[],
    files: &[],
    installer: None,
    valued_options: &[],
    caches: &[],
    off: Off { options: &[], variables: &[], when: OffWhen::Truthy },
    keeps_builds: None,
    asking: &["--help"],
    offline: &[],
    configuration: None,
    wants: None,
    links: &[],
    relies_by: &[],
    unfit: &[],
    sole: None,
    edition: None,
    bare: false,
    wanted_options: &[],
    kept_by: &[],
    keep_it_by: "",
    elsewhere: &[],
    base_decides: &[],
    as_root: false,
    in_place: None,
    source: "",
};
