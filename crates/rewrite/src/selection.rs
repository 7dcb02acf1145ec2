//! Which decisions the user consents to.

use crate::{DecisionInfo, PassInfo, Safety};

/// The user's choice of passes and decisions. A name is a pass (`package-caches`) or one of its decisions
/// (`package-caches/mount`); naming is consent, whatever the safety.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// Only these, if any is named.
    pub only: Vec<String>,
    /// These as well.
    pub with: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
    /// Unsafe decisions that apply a proposal.
    pub allow_unsafe: bool,
    /// All but those that want a name.
    pub all: bool,
    /// Which packages change together, for passes that divide what is installed.
    pub groups: PackageGroups,
    /// A version of uv, or an image that brings it, in the place of the one that a pass knows.
    pub uv: Option<String>,
    /// What passes on web servers write.
    pub servers: ServerSettings,
    /// Where the interpreter of an image without a shell comes from.
    pub interpreter: Interpreter,
}

/// Where the interpreter comes from that an application starts by, once its stage is built on an image without a shell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Interpreter {
    /// From the image, which has to have the same version.
    #[default]
    OfImage,
    /// From the base that the stage had, with the libraries that it links to.
    Copied,
}

/// What passes on web servers write: how the number of workers is found, and the numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ServerSettings {
    /// The number of workers is found at each start, from what the container may use.
    pub workers_from_limits: bool,
    /// What one worker takes, in megabytes.
    pub memory_per_worker: u32,
    /// The requests after which a worker is replaced.
    pub max_requests: u32,
    /// By how many more at most, so that not all are replaced at once.
    pub max_requests_jitter: u32,
    /// The connections above which a server answers 503.
    pub limit_concurrency: u32,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            workers_from_limits: false,
            memory_per_worker: 350,
            max_requests: 1000,
            max_requests_jitter: 50,
            limit_concurrency: 1000,
        }
    }
}

/// The user's groups of packages, beside or in the place of those that a pass knows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PackageGroups {
    /// Each group's name, with its names and patterns of packages.
    pub packages: Vec<(String, Vec<String>)>,
    /// The groups in their order, what changes most seldom first.
    pub order: Option<Vec<String>>,
}

/// Whether a decision may be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Consent {
    /// Make it.
    Given,
    /// Say that it could be made, and with which option.
    Ask,
    /// The user does not want to hear of it.
    Withheld,
}

fn names(list: &[String], decision: &DecisionInfo) -> bool {
    list.iter().any(|name| {
        decision.id == name
            || decision.id.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/'))
    })
}

impl Selection {
    /// Whether `decision` may be made.
    pub fn consent(&self, decision: &DecisionInfo) -> Consent {
        if names(&self.skip, decision) {
            return Consent::Withheld;
        }
        if names(&self.only, decision) || names(&self.with, decision) {
            return Consent::Given;
        }
        if !self.only.is_empty() {
            return Consent::Withheld;
        }
        match decision.safety {
            Safety::Safe => Consent::Given,
            Safety::Unsafe if self.allow_unsafe || self.all => Consent::Given,
            Safety::Beyond if self.all => Consent::Given,
            Safety::Unsafe | Safety::Beyond | Safety::ByName => Consent::Ask,
        }
    }

    /// Whether any decision of the pass may be made or asked about.
    pub fn runs(&self, pass: &PassInfo) -> bool {
        pass.decisions.iter().any(|decision| self.consent(decision) != Consent::Withheld)
    }

    /// The option that gives consent to a decision of that safety.
    pub fn option_for(decision: &DecisionInfo) -> String {
        match decision.safety {
            Safety::Safe | Safety::Unsafe => "--unsafe".to_owned(),
            Safety::Beyond => "--all".to_owned(),
            Safety::ByName => format!("--with {}", decision.id),
        }
    }
}
