//! What moves a cache, switches it off, or makes a mount wrong.

use super::{Cache, Manager, On};

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

/// How a manager is installed into a folder of its own.
#[derive(Debug)]
pub(crate) struct Installer {
    /// Parts of the name of its installer, one of which stands somewhere in the RUN.
    pub(crate) names: &'static [&'static str],
    /// The option that has it ask nothing, so that it is an installer.
    pub(crate) switch: &'static str,
    /// The option with the folder.
    pub(crate) option: &'static str,
    /// The manager's programs that lie in `bin` or `condabin` of the folder, and work on what lies there.
    pub(crate) programs: &'static [&'static str],
    /// Where the cache is, below that folder.
    pub(crate) below: &'static str,
}
