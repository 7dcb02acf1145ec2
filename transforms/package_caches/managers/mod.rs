//! The table of package managers: one file a row. Adding one is adding a file and a line.

mod apk;
mod bun;
mod bundler;
mod cargo;
mod composer;
mod conda;
mod dnf;
mod go;
mod gradle;
mod maven;
mod npm;
mod nuget;
mod pdm;
mod pip;
mod pipenv;
mod pnpm;
mod poetry;
mod uv;
mod yarn;
mod zypper;

use super::manager::Manager;

/// All that are known.
pub(crate) static MANAGERS: &[&Manager] = &[
    &pip::PIP,
    &uv::UV,
    &poetry::POETRY,
    &pdm::PDM,
    &pipenv::PIPENV,
    &conda::CONDA,
    &npm::NPM,
    &yarn::YARN,
    &pnpm::PNPM,
    &bun::BUN,
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
