//! What package managers wrote down.

use dockfit_image::{Image, Manager};

use crate::made::{File, Made, recorded};

fn versions(image: &Image, manager: Manager) -> Vec<String> {
    let one = |(name, versions): (&str, &std::collections::BTreeSet<String>)| {
        format!("{name} {}", versions.iter().cloned().collect::<Vec<_>>().join("+"))
    };
    image.packages.of_manager(manager).map(one).collect()
}

#[test]
fn python_distributions_by_their_metadata() {
    let site = "usr/local/lib/python3.13/site-packages";
    let record = recorded("a/__init__.py", "x = 1\n")
        + &recorded("a/gone.py", "1")
        + &recorded("a/data.txt", "old")
        + "../../../bin/a,sha256=0,1\na/__pycache__/x.pyc,,\na/__pycache__,,\n";
    let image = Made::new()
        .layer(vec![
            File::text(
                &format!("{site}/Some_Name-1.0.dist-info/METADATA"),
                "Metadata-Version: 2.1\nName: Some_Name.x\nVersion: 1.0\n\nName: not this\n",
            ),
            File::text(&format!("{site}/Some_Name-1.0.dist-info/RECORD"), &record),
            File::text(&format!("{site}/a/__init__.py"), "x = 1\n"),
            File::text(&format!("{site}/a/data.txt"), "new"),
            File::text(&format!("{site}/old.egg-info/PKG-INFO"), "Name: old\nVersion: 2\n"),
            // In uv's cache, from which it installs.
            File::text("root/.cache/uv/archive-v0/x/wheel-1.dist-info/METADATA", "Name: wheel\nVersion: 1\n"),
        ])
        .read();
    assert_eq!(versions(&image, Manager::Python), ["old 2", "some-name-x 1.0"]);
    let first = &image.packages.python[0];
    assert_eq!(first.folder, site);
    assert_eq!(
        (first.missing.as_slice(), first.changed.as_slice()),
        (["a/gone.py".to_owned()].as_slice(), ["a/data.txt".to_owned()].as_slice())
    );
}

#[test]
fn system_packages_by_their_databases() {
    let status = "Package: libc6\nStatus: install ok installed\nVersion: 2.41\nDescription: x\n Package: not this\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
    let image = Made::new()
        .layer(vec![
            File::text("var/lib/dpkg/status", status),
            File::text("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2026a\n"),
            File::text("var/lib/dpkg/status.d/tzdata.md5sums", "0  usr/share/zoneinfo/UTC\n"),
            File::text("lib/apk/db/installed", "C:Q1\nP:musl\nV:1.2.5-r0\n\nP:busybox\nV:1.37\n"),
        ])
        .read();
    assert_eq!(versions(&image, Manager::Dpkg), ["libc6 2.41", "tzdata 2026a"]);
    assert_eq!(versions(&image, Manager::Apk), ["busybox 1.37", "musl 1.2.5-r0"]);
}

#[test]
fn node_packages_by_the_manifest_at_their_top() {
    let manifest =
        |name: &str, version: &str| format!("{{\"name\": \"{name}\", \"version\": \"{version}\"}}");
    let image = Made::new()
        .layer(vec![
            File::text("app/package.json", &manifest("app", "9")),
            File::text("app/node_modules/a/package.json", &manifest("a", "1")),
            File::text("app/node_modules/@s/b/package.json", &manifest("@s/b", "2")),
            File::text("app/node_modules/a/node_modules/@s/b/package.json", &manifest("@s/b", "3")),
            File::text("app/node_modules/a/test/package.json", &manifest("fixture", "1")),
            File::text("app/node_modules/broken/package.json", "{"),
        ])
        .read();
    assert_eq!(versions(&image, Manager::Node), ["@s/b 2+3", "a 1"]);
}
