//! What is known of a package manager, for its cache to be mounted.

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

/// A cache of which nothing is known yet.
pub(crate) const EMPTY_CACHE: Cache = Cache {
    option: None,
    options_in: &[],
    variables: &[],
    set_by: &[],
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

/// The configuration of a manager, as far as it concerns the cache.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// The subcommand that writes it.
    pub(crate) command: &'static [&'static str],
    /// The names of its files.
    pub(crate) files: &'static [&'static str],
    /// The settings that move the cache or switch it off.
    pub(crate) settings: &'static [&'static str],
}

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

/// An option that a manager has to be given.
#[derive(Debug)]
pub(crate) struct WantedOption {
    /// As it is put in.
    pub(crate) option: &'static str,
    /// How words begin that say it, or the contrary.
    pub(crate) said_by: &'static [&'static str],
    /// Words anywhere in the Dockerfile that say it, as in a configuration file.
    pub(crate) configured_by: &'static [&'static str],
    /// Subcommands earlier in the RUN that do the same.
    pub(crate) done_by: &'static [&'static [&'static str]],
    /// Whether it is enough for the first command of a RUN.
    pub(crate) once: bool,
    /// Whether it is wanted only where the mount is new: with a mount of the author's own it is the author's choice.
    pub(crate) with_new_mount: bool,
    /// The base images on which the manager has it.
    pub(crate) on: On,
}

/// What is known of a manager that works from its cache.
#[derive(Debug)]
pub(crate) struct InPlace {
    /// By which a step uses what is there, and downloads nothing.
    pub(crate) offline: &'static [Rule],
    /// Operands by which it puts what it builds into the cache, for later steps.
    pub(crate) publishes: &'static [&'static str],
    /// Programs that are known to run it.
    pub(crate) run_by: &'static [&'static str],
}

/// What switches a cache off.
#[derive(Debug)]
pub(crate) struct Off {
    /// Options.
    pub(crate) options: &'static [&'static str],
    /// Variables.
    pub(crate) variables: &'static [&'static str],
    /// Which values of them do.
    pub(crate) when: OffWhen,
}

/// The values of a variable that switch a cache off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OffWhen {
    /// Any that is not empty, `0` and `false` included.
    NotEmpty,
    /// Those that mean yes.
    Truthy,
}

impl OffWhen {
    /// Whether `value` does.
    pub(crate) fn holds(self, value: &str) -> bool {
        match self {
            Self::NotEmpty => !value.is_empty(),
            Self::Truthy => {
                ["1", "true", "yes", "on", "y", "t"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
            }
        }
    }
}

/// Packages that a manager builds and keeps.
#[derive(Debug)]
pub(crate) struct Builds {
    /// What rules building out.
    pub(crate) ruled_out_by: &'static [Rule],
    /// What has a package built against others that are installed, which the key does not name either: what was built
    /// for one version would be taken for another.
    pub(crate) against_installed: &'static [Rule],
}

/// An option, or the variable that says the same.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The option.
    pub(crate) option: &'static str,
    /// Its value; `None` for an option without one.
    pub(crate) value: Option<&'static str>,
    /// The variable; its value is the option's, or `1` where that has none.
    pub(crate) variable: &'static str,
}

/// A setting that links installed files to the cache.
#[derive(Debug)]
pub(crate) struct Link {
    /// The option.
    pub(crate) option: &'static str,
    /// The variable.
    pub(crate) variable: &'static str,
    /// The value of either that links.
    pub(crate) value: &'static str,
}

/// A variable that a manager wants to be set.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Its name.
    pub(crate) variable: &'static str,
    /// Its value; `None` for the folder of the cache.
    pub(crate) value: Option<&'static str>,
    /// The option that says the same.
    pub(crate) option: &'static str,
    /// Other variables that make it needless.
    pub(crate) unless: &'static [&'static str],
    /// Why, for the comment that is written with it.
    pub(crate) why: &'static str,
    /// Whether nothing is kept in the mount without it.
    pub(crate) needed: bool,
}

/// A command with which a mount is wrong.
#[derive(Debug)]
pub(crate) struct Unfit {
    /// The program.
    pub(crate) programs: &'static [&'static str],
    /// The subcommands; any where none is named.
    pub(crate) commands: &'static [&'static [&'static str]],
    /// Options of which one has to be there; any call where none is named.
    pub(crate) options: &'static [&'static str],
    /// Words with which it is all right.
    pub(crate) unless: &'static [&'static str],
    /// Whether it counts for all later steps too, not only in its own.
    pub(crate) lasts: bool,
    /// A stable word for machines.
    pub(crate) code: &'static str,
    /// What it does, behind the command's own words.
    pub(crate) why: &'static str,
    /// What the reader can do.
    pub(crate) way_out: &'static str,
}

impl Unfit {
    /// One in which nothing stands yet.
    pub(crate) const NEVER: Self = Self {
        programs: &[],
        commands: &[],
        options: &[],
        unless: &[],
        lasts: false,
        code: "",
        why: "",
        way_out: "",
    };
}

/// When a folder above the caches holds nothing else, so that it can be the mount as a whole.
#[derive(Debug)]
pub(crate) struct Sole {
    /// Variables, each with the values (in lower case) of which one says so.
    pub(crate) when: &'static [(&'static str, &'static [&'static str])],
    /// The manager's own commands that say so for later ones.
    pub(crate) set_by: &'static [&'static [&'static str]],
    /// The caches then.
    pub(crate) caches: &'static [Cache],
}

/// Another program by the same name, which can install so that nothing lies in its cache.
#[derive(Debug)]
pub(crate) struct Edition {
    /// Options that only it has.
    pub(crate) options: &'static [&'static str],
    /// Subcommands that only it has.
    pub(crate) commands: &'static [&'static [&'static str]],
    /// Files and folders that only it has; the first is where its settings stand.
    pub(crate) files: &'static [&'static str],
    /// The setting that has it install so.
    pub(crate) setting: &'static str,
    /// The variable that says the same.
    pub(crate) variable: &'static str,
    /// The value of either.
    pub(crate) value: &'static str,
    /// What is known of it then.
    pub(crate) row: &'static Manager,
    /// Why it gets no mount otherwise.
    pub(crate) why: &'static str,
    /// What the reader can do.
    pub(crate) way_out: &'static str,
}
