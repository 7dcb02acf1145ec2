//! The table of package managers: one file a row. Adding one is adding a file and a line.

mod apk;
mod bundler;
mod cargo;
mod composer;
mod dnf;
mod go;
mod gradle;
mod maven;
mod nuget;
mod pip;
mod uv;
mod zypper;

use super::manager::Manager;

/// All that are known.
pub(crate) static MANAGERS: &[&Manager] = &[
    &pip::PIP,
    &uv::UV,
    &go::GO,
    &cargo::CARGO,
    &maven::MAVEN,
    &gradle::GRADLE,
    &bundler::BUNDLER,
    &composer::COMPOSER,
    &nuget::NUGET,
    &apk::APK,
    &dnf::DNF,
    &dnf::MICRODNF,
    &dnf::TDNF,
    &zypper::ZYPPER,
];
