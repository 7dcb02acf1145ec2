//! dnf 4 and 5, and yum, which today is one of them.

use crate::package_caches::manager::{Base, Cache, EMPTY_CACHE, EMPTY_ROW, Manager, On, WantedOption};

/// Releases whose yum is yum 3, by their images' tags.
const YUM3: &[Base] = &[
    Base { repository: "centos", tag: "", since: None, before: Some(8) },
    Base { repository: "quay.io/centos/centos", tag: "", since: None, before: Some(8) },
    Base { repository: "amazonlinux", tag: "", since: None, before: Some(3) },
    Base { repository: "public.ecr.aws/amazonlinux/amazonlinux", tag: "", since: None, before: Some(3) },
    Base { repository: "oraclelinux", tag: "", since: None, before: Some(8) },
    Base { repository: "registry.access.redhat.com/ubi7*", tag: "", since: None, before: None },
    Base { repository: "nvidia/cuda", tag: "centos7", since: None, before: None },
    Base { repository: "registry.access.redhat.com/rhel7*", tag: "", since: None, before: None },
];

/// Releases with dnf 4.
const DNF4: &[Base] = &[
    Base { repository: "fedora", tag: "", since: None, before: Some(41) },
    Base { repository: "quay.io/fedora/fedora", tag: "", since: None, before: Some(41) },
    Base { repository: "registry.fedoraproject.org/fedora", tag: "", since: None, before: Some(41) },
    Base { repository: "centos", tag: "", since: Some(8), before: None },
    Base { repository: "quay.io/centos/centos", tag: "", since: Some(8), before: None },
    Base { repository: "amazonlinux", tag: "", since: Some(3), before: None },
    Base { repository: "public.ecr.aws/amazonlinux/amazonlinux", tag: "", since: Some(3), before: None },
    Base { repository: "oraclelinux", tag: "", since: Some(8), before: None },
    Base { repository: "nvidia/cuda", tag: "amzn2023", since: None, before: None },
    Base { repository: "nvidia/cuda", tag: "rockylinux", since: None, before: None },
    Base { repository: "nvidia/cuda", tag: "ubi", since: None, before: None },
    Base { repository: "rockylinux", tag: "", since: None, before: None },
    Base { repository: "rockylinux/*", tag: "", since: None, before: None },
    Base { repository: "almalinux", tag: "", since: None, before: None },
    Base { repository: "almalinux/*", tag: "", since: None, before: None },
    Base { repository: "openeuler/*", tag: "", since: None, before: None },
    Base { repository: "registry.access.redhat.com/ubi8*", tag: "", since: None, before: None },
    Base { repository: "registry.access.redhat.com/ubi9*", tag: "", since: None, before: None },
    Base { repository: "registry.access.redhat.com/ubi10*", tag: "", since: None, before: None },
    Base { repository: "registry.redhat.io/ubi8*", tag: "", since: None, before: None },
    Base { repository: "registry.redhat.io/ubi9*", tag: "", since: None, before: None },
];

/// Releases with dnf 5.
const DNF5: &[Base] = &[
    Base { repository: "fedora", tag: "", since: Some(41), before: None },
    Base { repository: "quay.io/fedora/fedora", tag: "", since: Some(41), before: None },
    Base { repository: "registry.fedoraproject.org/fedora", tag: "", since: Some(41), before: None },
];

/// Releases of the smaller image whose microdnf is dnf 5.
const MICRODNF5: &[Base] = &[
    Base { repository: "quay.io/fedora/fedora-minimal", tag: "", since: Some(38), before: None },
    Base { repository: "registry.fedoraproject.org/fedora-minimal", tag: "", since: Some(38), before: None },
];

/// Without it, what was installed is deleted.
const KEEP: WantedOption = WantedOption {
    option: "--setopt=keepcache=1",
    said_by: &["--setopt=keepcache", "keepcache="],
    configured_by: &["keepcache"],
    done_by: &[],
    once: false,
    with_new_mount: false,
    on: On::Any,
};

/// Metadata of up to two days ago would do otherwise, and name packages that are gone.
const REFRESH: WantedOption = WantedOption {
    option: "--refresh",
    said_by: &["--refresh"],
    configured_by: &[],
    done_by: &[],
    once: true,
    with_new_mount: true,
    on: On::Any,
};

const INSTALLING: &[&[&str]] = &[
    &["install"],
    &["localinstall"],
    &["reinstall"],
    &["update"],
    &["upgrade"],
    &["update-minimal"],
    &["upgrade-minimal"],
    &["distro-sync"],
    &["downgrade"],
    &["groupinstall"],
    &["group", "install"],
    &["builddep"],
    &["build-dep"],
    &["module", "install"],
    &["swap"],
    &["makecache"],
];

const VALUED: &[&str] = &[
    "-c",
    "--config",
    "--setopt",
    "--releasever",
    "--enablerepo",
    "--disablerepo",
    "--repo",
    "--repoid",
    "--installroot",
    "-x",
    "--exclude",
    "--excludepkgs",
    "--forcearch",
    "-d",
    "-e",
    "--debuglevel",
    "--errorlevel",
    "--rpmverbosity",
    "--disableplugin",
    "--enableplugin",
];

pub(crate) static DNF: Manager = Manager {
    name: "dnf",
    programs: &["dnf", "yum"],
    commands: INSTALLING,
    emptying: &[&["clean"]],
    valued_options: VALUED,
    caches: &[
        Cache {
            below_home: "/var/cache/dnf",
            sharing: Some("locked"),
            on: On::Not(&[DNF5, YUM3]),
            ..EMPTY_CACHE
        },
        Cache {
            below_home: "/var/cache/libdnf5",
            sharing: Some("locked"),
            on: On::Not(&[DNF4, YUM3]),
            ..EMPTY_CACHE
        },
        Cache { below_home: "/var/cache/yum", sharing: Some("locked"), on: On::Only(&[YUM3]), ..EMPTY_CACHE },
    ],
    wanted_options: &[KEEP, WantedOption { on: On::Not(&[YUM3]), ..REFRESH }],
    elsewhere: &["--installroot", "--use-host-config"],
    base_decides: &["yum"],
    as_root: true,
    source: "dnf 4.14: dnf(8), dnf.conf(5); dnf5's documentation on caching and on changes from dnf 4; 2026-11-24",
    ..EMPTY_ROW
};

pub(crate) static MICRODNF: Manager = Manager {
    name: "microdnf",
    programs: &["microdnf"],
    commands: INSTALLING,
    emptying: &[&["clean"]],
    valued_options: VALUED,
    caches: &[
        Cache {
            below_home: "/var/cache/yum",
            sharing: Some("locked"),
            on: On::Not(&[MICRODNF5]),
            ..EMPTY_CACHE
        },
        Cache {
            below_home: "/var/cache/libdnf5",
            sharing: Some("locked"),
            on: On::Only(&[MICRODNF5]),
            ..EMPTY_CACHE
        },
    ],
    wanted_options: &[KEEP, REFRESH],
    elsewhere: &["--installroot"],
    as_root: true,
    source: "microdnf 3.10: `dnf/dnf-main.c`; keepcache since 2021-01, --refresh since 2020-01; 2026-11-24",
    ..EMPTY_ROW
};

/// Its folders are named by the repository alone, whose name is the same in each release.
pub(crate) static TDNF: Manager = Manager {
    name: "tdnf",
    programs: &["tdnf"],
    commands: INSTALLING,
    emptying: &[&["clean"]],
    valued_options: VALUED,
    caches: &[Cache {
        below_home: "/var/cache/tdnf",
        per_base: true,
        sharing: Some("locked"),
        ..EMPTY_CACHE
    }],
    wanted_options: &[KEEP, REFRESH],
    elsewhere: &["--installroot", "-i"],
    as_root: true,
    source: "tdnf: `client/config.c`, `client/api.c`, its README; keepcache by option since 2023-12; 2026-11-24",
    ..EMPTY_ROW
};
