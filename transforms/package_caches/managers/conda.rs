//! conda, mamba and micromamba.

use crate::package_caches::manager::{
    Base, Cache, EMPTY_CACHE, EMPTY_ROW, Installer, Link, Manager, On, Unfit,
};

/// Images with an installation in /opt/conda.
const OPT_CONDA: &[Base] = &[
    Base { repository: "continuumio/*", tag: "", since: None, before: None },
    Base { repository: "condaforge/*", tag: "", since: None, before: None },
    Base { repository: "mambaorg/micromamba", tag: "", since: None, before: None },
    Base { repository: "jupyter/*", tag: "", since: None, before: None },
    Base { repository: "quay.io/jupyter/*", tag: "", since: None, before: None },
];

/// Installed files would be links to the packages.
const SOFT_LINKS: Unfit = Unfit {
    programs: &["conda"],
    unless: &["false", "no", "off"],
    lasts: true,
    code: "links-into-cache",
    why: "links installed files to the packages; in a mount they would not be in the image",
    way_out: "set it to false",
    ..Unfit::NEVER
};

pub(crate) static CONDA: Manager = Manager {
    name: "conda",
    programs: &["conda", "mamba", "micromamba"],
    commands: &[&["install"], &["create"], &["update"], &["upgrade"], &["env", "create"], &["env", "update"]],
    also_fill: &[&["build"], &["run"]],
    emptying: &[&["clean"]],
    asking: &["--help", "-h", "--version", "-V", "--dry-run", "-d"],
    relies_by: &["--offline"],
    valued_options: &["-r", "--root-prefix", "--rc-file", "--log-level"],
    // Below the installation, where its owner runs it. Files are linked from there, and copied where they cannot be.
    caches: &[Cache {
        variables: &[("CONDA_PKGS_DIRS", "")],
        set_by: &[&["config", "pkgs_dirs"]],
        below_home: "/opt/conda/pkgs",
        sharing: Some("locked"),
        on: On::Only(&[OPT_CONDA]),
        ..EMPTY_CACHE
    }],
    base_decides: &["conda", "mamba", "micromamba"],
    // Its installer's `-h`: `-b` asks nothing, `-p` names the folder, which must not be there.
    installer: Some(Installer {
        names: &["conda", "forge", "mamba"],
        switch: "-b",
        option: "-p",
        programs: &["conda", "mamba"],
        below: "pkgs",
    }),
    links: &[
        Link { option: "", variable: "CONDA_ALLOW_SOFTLINKS", value: "true" },
        Link { option: "", variable: "CONDA_ALWAYS_SOFTLINK", value: "true" },
    ],
    unfit: &[
        Unfit { commands: &[&["config", "allow_softlinks"]], ..SOFT_LINKS },
        Unfit { commands: &[&["config", "always_softlink"]], ..SOFT_LINKS },
    ],
    source: "conda and libmamba as of August and July 2026, read, not run: `conda/base/context.py`, `conda/core/link.py`, \
             `libmamba/src/api/configuration.cpp`, `libmamba/src/core/link.cpp`; the images' Dockerfiles; 2026-11-24",
    ..EMPTY_ROW
};
