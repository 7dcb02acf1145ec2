//! An engine that is a shell script: what is asked of it is written down.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::dockfit;

pub(crate) const PIP: &str = "FROM python:3.13-slim\nRUN pip install flask\n";

/// A `docker` that writes down what is asked of it. `$FAKE/NAME` scripts say how a command of that name goes.
const DOCKER: &str = r#"#!/bin/sh
echo "$*" >> "$FAKE/asked"
case "$1 $2" in
"buildx version") echo "github.com/docker/buildx v0.13.1 x" ;;
"info --format") echo "26.1.5 overlay2 null" ;;
"buildx build") [ ! -e "$FAKE/build" ] || . "$FAKE/build" ;;
"image save") [ -e "$FAKE/${5##*-}.tar" ] && cp "$FAKE/${5##*-}.tar" "$4" || cp "$FAKE/image.tar" "$4" ;;
"image inspect") echo 1000000 ;;
"run --detach") [ ! -e "$FAKE/run" ] || . "$FAKE/run" ;;
"container inspect") if [ -e "$FAKE/inspect" ]; then . "$FAKE/inspect"; else echo '{"Running":true,"Pid":1}'; fi ;;
"logs --tail") echo "the last words" ;;
"logs --timestamps") [ ! -e "$FAKE/output" ] || . "$FAKE/output" ;;
esac
"#;

/// A project, an engine, and a folder for temporary files.
pub(crate) struct Place(pub(crate) tempfile::TempDir);

impl Place {
    pub(crate) fn new(config: &str) -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        for name in ["app", "bin", "fake", "tmp"] {
            fs::create_dir(place.0.path().join(name)).expect("a folder");
        }
        place.write("app/Dockerfile", PIP);
        place.write("bin/docker", DOCKER);
        fs::set_permissions(place.0.path().join("bin/docker"), fs::Permissions::from_mode(0o755))
            .expect("a mode");
        fs::write(place.0.path().join("fake/image.tar"), image(config, &[])).expect("a file");
        place
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::write(self.0.path().join(path), text).expect("a file");
    }

    /// Another image for the side of that name.
    pub(crate) fn image(&self, side: &str, config: &str, files: &[(&str, &str)]) {
        let path = self.0.path().join(format!("fake/{side}.tar"));
        fs::write(path, image(config, files)).expect("a file");
    }

    /// A command in the project, with that engine and no other.
    pub(crate) fn command(&self, name: &str, words: &[&str]) -> Command {
        let root = self.0.path();
        let mut command = dockfit();
        let path = format!("{}:/usr/bin:/bin", root.join("bin").display());
        command.arg(name).args(words).current_dir(root.join("app")).env("PATH", path);
        command.env("FAKE", root.join("fake")).env("TMPDIR", root.join("tmp"));
        command
    }

    /// What was asked of the engine, with the random part of names taken out.
    pub(crate) fn asked(&self) -> Vec<String> {
        let text = fs::read_to_string(self.0.path().join("fake/asked")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The names of what was made and not removed, and the folders that are left.
    pub(crate) fn left(&self) -> Vec<String> {
        let asked = self.asked();
        let made = asked.iter().filter_map(|line| match line.split_once("--tag=") {
            Some((_, rest)) => rest.split(' ').next().map(str::to_owned),
            None => {
                line.split_once("--name ").and_then(|(_, rest)| rest.split(' ').next()).map(str::to_owned)
            }
        });
        let removed = |name: &String| {
            asked.iter().any(|line| line.contains("rm --force") && line.ends_with(name.as_str()))
        };
        let folders = fs::read_dir(self.0.path().join("tmp")).expect("a folder").flatten();
        let folders = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
        made.filter(|name| !removed(name)).chain(folders).collect()
    }
}

/// The archive of an image with one program, and further files.
fn image(config: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let pack = |files: &[(&str, &[u8], u32)]| {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, bytes, mode) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(*mode);
            header.set_uid(0);
            header.set_gid(0);
            builder.append_data(&mut header, path, *bytes).expect("memory");
        }
        builder.into_inner().expect("memory")
    };
    let more = files.iter().map(|(path, text)| (*path, text.as_bytes(), 0o644));
    let layer = pack(&[("bin/app", b"x".as_slice(), 0o755)].into_iter().chain(more).collect::<Vec<_>>());
    let config = format!("{{\"config\":{config}}}");
    let manifest = br#"[{"Config":"config.json","Layers":["layer.tar"]}]"#;
    pack(&[
        ("config.json", config.as_bytes(), 0o644),
        ("layer.tar", &layer, 0o644),
        ("manifest.json", manifest, 0o644),
    ])
}

/// The configuration of an image that only runs.
pub(crate) const PLAIN: &str = r#"{"Cmd":["/bin/app"]}"#;
