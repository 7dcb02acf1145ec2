//! `image-hygiene`: what an image holds twice, or for nothing.

pub(crate) mod compilers;
mod copied;
mod installer;
mod leftovers;
mod link;
pub(crate) mod locked;
pub(crate) mod need;
mod owner;
mod packages;
mod taking_out;
mod workdir;

use dockfit_rewrite::{Decision, DecisionInfo, Facet, Pass, PassInfo, Safety, Task};

use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::{File, ask, decisions};

/// The pass.
pub(crate) struct ImageHygiene;

static COMPILERS: DecisionInfo = DecisionInfo {
    id: "image-hygiene/compilers",
    summary: "compilers are not installed where every locked package has a wheel",
    safety: Safety::Beyond,
};

static OWNER: DecisionInfo = DecisionInfo {
    id: "image-hygiene/copy-owner",
    summary: "COPY --chown in place of a RUN that stores every file a second time",
    safety: Safety::Beyond,
};

static WORKDIR: DecisionInfo = DecisionInfo {
    id: "image-hygiene/workdir-first",
    summary: "WORKDIR before linked copies, so that these stay layers of their own",
    safety: Safety::Beyond,
};

static LINK: DecisionInfo = DecisionInfo {
    id: "image-hygiene/link",
    summary: "COPY --link where every folder above the destination is a plain one",
    safety: Safety::Beyond,
};

static INSTALLER: DecisionInfo = DecisionInfo {
    id: "image-hygiene/installer",
    summary: "a copied virtual environment is without pip and setuptools, which install and do not run",
    safety: Safety::Beyond,
};

static TESTS: DecisionInfo = DecisionInfo {
    id: "image-hygiene/tests",
    summary: "packages are copied without their tests, where nothing imports these",
    safety: Safety::Beyond,
};

static STUBS: DecisionInfo = DecisionInfo {
    id: "image-hygiene/stubs",
    summary: "packages are copied without the stubs of their types",
    safety: Safety::Beyond,
};

static STRIP: DecisionInfo = DecisionInfo {
    id: "image-hygiene/strip",
    summary: "extension modules are copied without the symbols for a debugger",
    safety: Safety::Beyond,
};

static INFO: PassInfo = PassInfo {
    id: "image-hygiene",
    proposal: "beyond",
    summary: "what an image holds twice, or for nothing, is pulled by every machine that starts it",
    page: include_str!("README.md"),
    decisions: &[&COMPILERS, &OWNER, &WORKDIR, &LINK, &INSTALLER, &TESTS, &STUBS, &STRIP],
    facets: &[Facet::Files, Facet::Layers, Facet::Packages],
    after: &["distroless-runtime"],
};

impl Pass for ImageHygiene {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, decide).into_iter().map(|decision| ask(task, &INFO, decision)).collect()
    }
}

fn decide(file: &File<'_>) -> Vec<Decision> {
    let steps = Steps::of(file.dockerfile);
    let mut decisions = compilers::decide(file, &steps);
    decisions.extend(owner::decide(file, &steps));
    decisions.extend(workdir::decide(file));
    decisions.extend(link::decide(file));
    decisions.extend(installer::decide(file, &steps));
    decisions.extend(leftovers::decide(file, &steps));
    decisions
}
