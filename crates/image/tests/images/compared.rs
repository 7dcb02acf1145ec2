//! What differs, and what does not matter.

use std::collections::BTreeSet;

use dockfit_image::{Aspect, Difference, Sources, compare, digest_of};
use serde_json::json;

use crate::made::{File, Made, recorded};

/// `aspect subject: before → after`, of what is judged.
fn differences(before: &Made, after: &Made, sources: &Sources) -> Vec<String> {
    let shown = |Difference { aspect, subject, before, after }: Difference| {
        let word = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
        format!("{} {subject}: {} → {}", aspect.name(), word(before), word(after))
    };
    let judged =
        compare(&before.read(), &after.read(), sources).into_iter().filter(|it| it.aspect.is_judged());
    judged.map(shown).collect()
}

fn aspects(before: &Made, after: &Made, sources: &Sources) -> Vec<Aspect> {
    compare(&before.read(), &after.read(), sources).into_iter().map(|it| it.aspect).collect()
}

fn digests(texts: &[&str]) -> BTreeSet<[u8; 32]> {
    texts.iter().map(|text| digest_of(text.as_bytes())).collect()
}

#[test]
fn the_same_image_has_no_differences() {
    let made = Made::new().layer(vec![File::program("bin/app", b"x"), File::text("a", "1")]);
    assert_eq!(compare(&made.read(), &made.read(), &Sources::default()), []);
}

#[test]
fn the_configuration_key_by_key() {
    let made = Made::new().layer(vec![File::program("bin/app", b"x")]);
    let other = made
        .clone()
        .with("Env", json!(["PATH=/bin", "NEW=1"]))
        .with("Cmd", json!(["/bin/app", "--fast"]))
        .with("ExposedPorts", json!({"80/tcp": {}}))
        .with(
            "Healthcheck",
            json!({"Test": ["CMD", "/bin/app"], "Interval": 30_000_000_000_i64, "StartPeriod": 500_000_000}),
        )
        .with("Labels", json!({"a": "b"}))
        .with("StopSignal", json!("SIGINT"))
        .with("Shell", json!(["/bin/bash", "-c"]))
        .with("Volumes", json!(null));
    assert_eq!(
        differences(&made, &other, &Sources::default()),
        [
            "env NEW: none → 1",
            "env PATH: /usr/bin:/bin → /bin",
            "cmd : [\"/bin/app\"] → [\"/bin/app\",\"--fast\"]",
            "ports : none → 80/tcp",
            "labels a: none → b",
            "health-check : none → --interval=30s --start-period=500ms [\"/bin/app\"]",
            "stop-signal : SIGTERM → SIGINT",
            "shell : none → [\"/bin/bash\",\"-c\"]",
        ]
    );
}

#[test]
fn files_of_the_context_are_the_same_byte_for_byte() {
    let image = |files| Made::new().layer(vec![File::program("bin/app", b"x")]).layer(files);
    let before = image(vec![
        File::text("app/lost.py", "lost"),
        File::text("app/other.py", "other"),
        File::text("app/owner.py", "owner").owned_by(1000),
        File::text("app/unsent.md", "unsent"),
        File::text("app/Dockerfile", "rewritten"),
        File::text("app/other/Dockerfile", "rewritten"),
        File::text("app/compiled.py", "compiled"),
        File::text("app/empty", ""),
    ]);
    let after = image(vec![
        File::text("app/other.py", "OTHER"),
        File::text("app/owner.py", "owner"),
        File::text("app/Dockerfile", "REWRITTEN"),
        File::text("app/other/Dockerfile", "something else"),
        File::text("app/compiled.pyc", "bytecode"),
        File::text("app/new.txt", "new"),
    ]);
    let sent = ["lost", "other", "owner", "compiled"];
    let sources = Sources {
        before: digests(&["lost", "other", "owner", "compiled", "unsent", "rewritten"]),
        after: digests(&sent),
        rewritten: [(digest_of(b"rewritten"), digests(&["REWRITTEN"]))].into(),
    };
    assert_eq!(
        aspects(&before, &after, &sources),
        [
            Aspect::ApplicationFile,
            Aspect::ApplicationFile,
            // What was rewritten, but is not in the image as it was rewritten.
            Aspect::ApplicationFile,
            Aspect::ApplicationOwner,
            Aspect::CompiledFile,
            Aspect::UnsentFile,
            Aspect::RewrittenFile,
            Aspect::MadeFile,
            Aspect::NewFile,
        ]
    );
    let said = differences(&before, &after, &sources);
    assert_eq!(
        said[3],
        "application-owner /app/owner.py: 5 bytes, 4c1029697ee3, owner 1000:1000 → 5 bytes, 4c1029697ee3, owner 0:0"
    );
}

#[test]
fn what_builds_leave_behind_does_not_matter() {
    let image = |files| Made::new().layer(vec![File::program("bin/app", b"x")]).layer(files);
    let before = image(vec![
        File::text("var/log/apt/history.log", "1"),
        File::text("root/.cache/pip/x", "1"),
        File::text("app/__pycache__/a.cpython-313.pyc", "1"),
        File::text("var/lib/dpkg/status-old", "1"),
        File::text("etc/ld.so.cache", "1"),
        File::text("app/out.bin", "1"),
        File::folder("build"),
    ]);
    let after = image(vec![
        File::text("etc/ld.so.cache", "2"),
        File::text("app/out.bin", "2"),
        File::text("new", "1"),
    ]);
    assert_eq!(aspects(&before, &after, &Sources::default()), [Aspect::MadeContent, Aspect::NewFile]);
}

#[test]
fn files_that_steps_made_are_missed() {
    let image = |files| Made::new().layer(vec![File::program("bin/app", b"x")]).layer(files);
    let before = image(vec![
        File::text("app/dist/main.js", "1"),
        File::text("usr/lib/x/y.so", "1"),
        File::text("usr/local/bin/tool", "1"),
    ]);
    assert_eq!(
        aspects(&before, &image(Vec::new()), &Sources::default()),
        [Aspect::MadeFile, Aspect::MadeFile, Aspect::SystemFile]
    );
}

#[test]
fn a_package_that_is_installed_twice_is_broken() {
    let site = "usr/lib/python3/site-packages";
    let metadata = |version: &str| {
        let path = format!("{site}/pydantic-{version}.dist-info");
        let text = format!("Name: pydantic\nVersion: {version}\n");
        [
            File::text(&format!("{path}/METADATA"), &text),
            File::text(&format!("{path}/RECORD"), &recorded("pydantic/main.py", version)),
        ]
    };
    let image = |more: Vec<File>| Made::new().layer(vec![File::program("bin/app", b"x")]).layer(more);
    let mut once = metadata("2.10.1").to_vec();
    once.push(File::text(&format!("{site}/pydantic/main.py"), "2.10.1"));
    let mut twice = once.clone();
    twice.pop();
    twice.extend(metadata("2.14.3"));
    twice.push(File::text(&format!("{site}/pydantic/main.py"), "2.14.3"));
    assert_eq!(
        differences(&image(once.clone()), &image(twice), &Sources::default()),
        [
            "python-package pydantic: 2.10.1 → 2.10.1, 2.14.3",
            "broken-package pydantic: none → installed 2 times in /usr/lib/python3/site-packages: 2.10.1, 2.14.3; \
             1 of the files of 2.10.1 are not its own, such as pydantic/main.py",
        ]
    );
    assert_eq!(differences(&image(once.clone()), &image(once), &Sources::default()), [""; 0]);
}

#[test]
fn a_package_without_its_stubs_tests_and_symbols_is_whole() {
    let site = "usr/lib/python3/site-packages";
    let info = format!("{site}/shop-1.0.dist-info");
    let files = ["shop/main.py", "shop/main.pyi", "shop/tests/test_main.py", "shop/fast.so"];
    let record: String = files.iter().map(|path| recorded(path, path)).collect();
    let image = |left: &[(&str, &str)]| {
        let mut made = vec![
            File::text(&format!("{info}/METADATA"), "Name: shop\nVersion: 1.0\n"),
            File::text(&format!("{info}/RECORD"), &record),
        ];
        made.extend(left.iter().map(|(path, text)| File::text(&format!("{site}/{path}"), text)));
        Made::new().layer(vec![File::program("bin/app", b"x")]).layer(made)
    };
    let whole: Vec<(&str, &str)> = files.iter().map(|path| (*path, *path)).collect();
    let lighter = [("shop/main.py", "shop/main.py"), ("shop/fast.so", "stripped")];
    let of_packages = |before, after| {
        let all = differences(&image(before), &image(after), &Sources::default());
        all.into_iter().filter(|told| told.contains("package")).collect::<Vec<_>>()
    };
    assert_eq!(
        of_packages(&whole, &lighter),
        [
            "package-stubs shop: none → 1 stubs missing",
            "package-tests shop: none → 1 files of tests missing",
            "package-symbols shop: none → 1 libraries with other bytes",
        ]
    );
    assert_eq!(of_packages(&lighter, &lighter), [""; 0]);
    assert_eq!(
        of_packages(&whole, &whole[1..]),
        ["broken-package shop: none → 1 of the files of 1.0 missing, such as shop/main.py"]
    );
}

#[test]
fn what_the_user_could_write_it_can_write() {
    let base = vec![
        File::program("bin/app", b"x"),
        File::text("etc/passwd", "app:x:1000:1000::/home/app:\n"),
        File::text("etc/group", "www:x:33:app\n"),
    ];
    let image = |more: Vec<File>| Made::new().with("User", json!("app")).layer(base.clone()).layer(more);
    let before = image(vec![
        File::folder("data").owned_by(1000),
        File::folder("www").owned_by(33).mode(0o775),
        File::folder("gone").owned_by(1000),
        File::folder("root"),
    ]);
    let after = image(vec![File::folder("data"), File::folder("www").owned_by(33).mode(0o775)]);
    let said = differences(&before, &after, &Sources::default());
    let access: Vec<_> = said.iter().filter(|line| line.starts_with("access")).collect();
    assert_eq!(
        access,
        [
            "access /data: the image's user may write → mode 0755, owner 0:0",
            "access /gone: the image's user may write → none",
        ]
    );
    let root = before.clone().with("User", json!(""));
    assert!(
        differences(&before, &root, &Sources::default())
            .contains(&"user uid: uid 1000, gid 1000 → uid 0, gid 0".to_owned())
    );
}

#[test]
fn commands_that_cannot_be_started_any_more() {
    let check = json!({"Test": ["CMD", "curl", "-f", "http://localhost/"]});
    let made = |files| Made::new().with("Healthcheck", check.clone()).layer(files);
    let before = made(vec![File::program("bin/app", b"x"), File::program("usr/bin/curl", b"x")]);
    let after = made(vec![File::program("bin/app", b"#!/bin/sh\n")]);
    let said = differences(&before, &after, &Sources::default());
    let programs: Vec<_> = said.iter().filter(|line| line.starts_with("program")).collect();
    assert_eq!(
        programs,
        [
            "program command: /bin/app → `/bin/app` wants `/bin/sh`, which is not in the image",
            "program health check: /usr/bin/curl → `curl` is not in the image",
        ]
    );
}
