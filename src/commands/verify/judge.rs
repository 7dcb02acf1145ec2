//! Sorts differences into declared and not declared.

use dockfit_image::{Aspect, Difference, Manager, Part};
use dockfit_rewrite::Facet;

use super::declared::Declarations;

/// A difference, and what is to be thought of it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) difference: Difference,
    pub(super) verdict: Verdict,
    /// The passes that declare it, or that may have made it.
    pub(super) passes: Vec<&'static str>,
    /// Why it counts as declared, where the pass alone does not say it.
    pub(super) because: Option<&'static str>,
}

/// Declared or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Verdict {
    /// No pass declares it.
    Undeclared,
    /// A pass declares it.
    Declared,
    /// Builds differ in this by themselves, or it is only more than there was.
    Noted,
}

/// Tools that install packages: they come with a base image for Python, and go with it.
const INSTALLERS: [&str; 4] = ["pip", "setuptools", "wheel", "uv"];

/// Judges all differences.
pub(super) fn judge(differences: Vec<Difference>, declared: &Declarations) -> Vec<Judged> {
    let system = |difference: &Difference| matches!(difference.aspect, Aspect::Package(manager) if manager.is_system());
    let system_changes = differences.iter().any(system) && !declared.of_unsafe(Facet::Packages).is_empty();
    differences.into_iter().map(|difference| one(difference, declared, system_changes)).collect()
}

fn one(difference: Difference, declared: &Declarations, system_changes: bool) -> Judged {
    if !difference.aspect.is_judged() {
        return Judged { difference, verdict: Verdict::Noted, passes: Vec::new(), because: None };
    }
    let (passes, because) = declaring(&difference, declared, system_changes);
    if passes.is_empty() {
        let passes = declared.suspects(facet(difference.aspect));
        return Judged { difference, verdict: Verdict::Undeclared, passes, because: None };
    }
    Judged { difference, verdict: Verdict::Declared, passes, because }
}

/// The passes that declare a difference, and in what way.
fn declaring(
    difference: &Difference,
    declared: &Declarations,
    system_changes: bool,
) -> (Vec<&'static str>, Option<&'static str>) {
    let Difference { aspect, subject, after, .. } = difference;
    let plain = |passes: Vec<&'static str>| (passes, None);
    match aspect {
        Aspect::Env => plain(declared.of_variable(subject)),
        Aspect::Package(Manager::Python) => {
            // The lock does not speak of them, and it is not why they are gone.
            let installer = INSTALLERS.contains(&subject.as_str());
            if installer && !declared.of_unsafe(Facet::Packages).is_empty() {
                return plain(declared.of_unsafe(Facet::Packages));
            }
            let pinned = after
                .as_deref()
                .map_or_else(|| declared.leaves_out(subject), |now| declared.pins(subject, now));
            let by_lock = declared.of_facet(Facet::Packages);
            if pinned && !by_lock.is_empty() {
                return (by_lock, Some("as the lock has it"));
            }
            plain(if installer { Vec::new() } else { declared.of_beyond(Facet::Packages) })
        }
        Aspect::Package(_) => plain(declared.of_unsafe(Facet::Packages)),
        Aspect::PackagePart(part) => {
            (declared.of_beyond_steps_with(sign(*part)), Some("by a step that was added"))
        }
        Aspect::BrokenPackage | Aspect::ApplicationFile => plain(declared.of_beyond(Facet::Files)),
        Aspect::UnsentFile => {
            let by = declared.of_files(|path| path.ends_with(".dockerignore"));
            (by, Some("not sent to the engine any more"))
        }
        Aspect::RewrittenFile => {
            let inside = subject.trim_start_matches('/');
            let by = match after {
                // Its bytes are those of the rewritten file, so it is that file wherever it was copied to.
                Some(_) => {
                    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
                    let by = declared.of_files(|path| name(path) == name(inside));
                    if by.is_empty() { declared.changed_by.clone() } else { by }
                }
                None => declared.of_files(|path| inside == path || inside.ends_with(&format!("/{path}"))),
            };
            (by, Some("rewritten in the context"))
        }
        Aspect::ApplicationOwner => plain(declared.of_unsafe(Facet::User)),
        Aspect::Access => {
            let by_user = declared.of_unsafe(Facet::User);
            plain(if by_user.is_empty() { declared.of_unsafe(Facet::Files) } else { by_user })
        }
        Aspect::MadeFile | Aspect::SystemFile if !declared.of_steps_with(subject).is_empty() => {
            (declared.of_steps_with(subject), Some("named by a step that was added or changed"))
        }
        Aspect::MadeFile | Aspect::SystemFile if declared.is_mounted(subject) => {
            (declared.of_facet(Facet::Files), Some("in a cache mount now"))
        }
        Aspect::SystemFile if system_changes => {
            (declared.of_unsafe(Facet::Packages), Some("with the packages of the system"))
        }
        Aspect::MadeFile | Aspect::SystemFile | Aspect::CompiledFile => {
            plain(declared.of_unsafe(Facet::Files))
        }
        Aspect::Entrypoint
        | Aspect::Cmd
        | Aspect::User
        | Aspect::Workdir
        | Aspect::Ports
        | Aspect::Volumes
        | Aspect::Labels
        | Aspect::HealthCheck
        | Aspect::StopSignal
        | Aspect::Shell
        | Aspect::Onbuild => plain(facet(*aspect).map(|facet| declared.of_facet(facet)).unwrap_or_default()),
        Aspect::Program | Aspect::MadeContent | Aspect::NewFile => plain(Vec::new()),
    }
}

/// What a step that takes a part of packages away has in its text.
fn sign(part: Part) -> &'static str {
    match part {
        Part::Stubs => "-name '*.pyi' -delete",
        Part::Tests => "-type d -name tests",
        Part::Symbols => "-exec strip --strip-unneeded",
    }
}

/// The facet of the contract that an aspect is judged by.
fn facet(aspect: Aspect) -> Option<Facet> {
    Some(match aspect {
        Aspect::Env => Facet::Env,
        Aspect::Entrypoint => Facet::Entrypoint,
        Aspect::Cmd => Facet::Cmd,
        Aspect::User => Facet::User,
        Aspect::Workdir => Facet::Workdir,
        Aspect::Ports => Facet::Ports,
        Aspect::Volumes => Facet::Volumes,
        Aspect::Labels => Facet::Labels,
        Aspect::HealthCheck => Facet::HealthCheck,
        Aspect::StopSignal => Facet::StopSignal,
        Aspect::Shell => Facet::Shell,
        Aspect::Onbuild => Facet::Onbuild,
        Aspect::Package(_) | Aspect::BrokenPackage | Aspect::PackagePart(_) => Facet::Packages,
        Aspect::Program => return None,
        Aspect::ApplicationFile
        | Aspect::ApplicationOwner
        | Aspect::CompiledFile
        | Aspect::UnsentFile
        | Aspect::RewrittenFile
        | Aspect::MadeFile
        | Aspect::SystemFile
        | Aspect::Access
        | Aspect::MadeContent
        | Aspect::NewFile => Facet::Files,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps as `image-hygiene` writes them.
    const STEPS: &str = concat!(
        include_str!("../../../snapshots/image-hygiene--packages-in-a-prefix.snap"),
        include_str!("../../../snapshots/image-hygiene--packages-in-a-uv-environment.snap"),
    );

    #[test]
    fn steps_that_take_parts_of_packages_away_are_known() {
        for part in [Part::Stubs, Part::Tests, Part::Symbols] {
            assert!(STEPS.contains(sign(part)), "{part:?}");
        }
    }
}
