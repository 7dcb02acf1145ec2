//! `dockfit verify` with an engine that is a shell script: what is asked of it, and what is left behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::engine::{PIP, PLAIN, Place};
use crate::run;

#[test]
fn both_are_built_compared_started_and_removed() {
    let place = Place::new(PLAIN);
    let options =
        ["--build-arg=A=1", "--platform=linux/amd64", "--secret=id=x", "--ssh=default", "--no-cache"];
    let more = ["--network=host", "--cache-to=type=inline", "--cache-from=a/b", "--env=B=2"];
    let (code, out, err) = run(&mut place.command("verify", &[options.as_slice(), &more].concat()));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.starts_with("docker-buildx: buildx 0.13.1, Docker 26.1.5, overlay2 store\n\nDockerfile\n"),
        "{out}"
    );
    assert!(out.contains("the images are the same where they should be, and start"), "{out}");
    let asked = place.asked();
    let builds: Vec<&String> = asked.iter().filter(|line| line.starts_with("buildx build")).collect();
    assert_eq!(builds.len(), 2);
    for option in options.iter().chain(&more[..3]) {
        assert!(builds.iter().all(|line| line.contains(option)), "{option}: {builds:?}");
    }
    assert!(builds[0].contains("--output=type=docker"), "what a builder elsewhere made is handed over");
    let runs: Vec<&String> = asked.iter().filter(|line| line.starts_with("run --detach")).collect();
    assert!(
        runs.iter().all(|line| line.contains("--env B=2 --network host --platform linux/amd64")),
        "{runs:?}"
    );
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn each_dockerfile_of_a_folder_is_verified() {
    let place = Place::new(PLAIN);
    fs::create_dir(place.0.path().join("app/worker")).expect("a folder");
    place.write("app/worker/Dockerfile", "FROM python:3.13-slim\nRUN pip install celery\n");
    let (code, out, err) = run(&mut place.command("verify", &["--no-start"]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.ends_with("2 Dockerfiles verified\n"), "{out}{err}");
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn the_scratch_copies_are_what_is_built() {
    let place = Place::new(PLAIN);
    let dockerfile = "# syntax=docker/dockerfile:1\nFROM python:3.13-slim\nCOPY a /\nRUN pip install flask\n";
    place.write("app/Dockerfile", dockerfile);
    place.write("app/a", "1");
    let keep = r#"for word; do case $word in --file=*) cp "${word#--file=}" "$FAKE/built.$(wc -l < "$FAKE/asked")" ;; esac; context=$word; done; cat "$context/a" >> "$FAKE/contexts""#;
    place.write("fake/build", keep);
    let built = || {
        let mut names: Vec<_> = fs::read_dir(place.0.path().join("fake"))
            .expect("a folder")
            .flatten()
            .map(|it| it.path())
            .collect();
        names.sort_by_key(|path| fs::metadata(path).and_then(|it| it.modified()).expect("a time"));
        let is_built = |path: &&std::path::PathBuf| path.to_string_lossy().contains("built.");
        let texts: Vec<String> =
            names.iter().filter(is_built).map(|path| fs::read_to_string(path).expect("text")).collect();
        for path in names.iter().filter(is_built) {
            fs::remove_file(path).expect("a file");
        }
        texts
    };
    assert_eq!(run(&mut place.command("verify", &["--no-start", "--only=package-caches"])).0, Some(0));
    let [before, after] = built().try_into().expect("two builds");
    assert_eq!(before, dockerfile);
    assert!(
        after.starts_with("# syntax=docker/dockerfile:1\n") && after.contains("--mount=type=cache"),
        "{after}"
    );
    assert_eq!(
        run(&mut place.command("verify", &["--no-start", "--only=package-caches", "--frontend=builtin"])).0,
        Some(0)
    );
    let [before, after] = built().try_into().expect("two builds");
    assert_eq!(before, dockerfile.replace("# syntax=docker/dockerfile:1\n", ""));
    assert!(after.starts_with("FROM ") && after.contains("--mount=type=cache"), "{after}");
    assert_eq!(fs::read_to_string(place.0.path().join("fake/contexts")).expect("text"), "1111");
    assert_eq!(
        fs::read_to_string(place.0.path().join("app/Dockerfile")).expect("text"),
        dockerfile,
        "nothing is written"
    );
}

#[test]
fn no_engine_is_said_with_what_to_do() {
    let place = Place::new(PLAIN);
    let nowhere = place.0.path().join("tmp");
    let (code, out, err) = run(place.command("verify", &[]).env("PATH", &nowhere));
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        err.starts_with("error: no container engine can be used: docker-buildx: not installed; docker: not installed; podman: not installed; buildah: not installed\n"),
        "{err}"
    );
    assert!(err.contains("help: start the Docker daemon, or install Docker"), "{err}");
    let (code, _, err) = run(place.command("verify", &["--engine=podman"]).env("PATH", &nowhere));
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: no container engine can be used: podman: not installed\n"), "{err}");
}

#[test]
fn a_daemon_that_does_not_answer_is_named() {
    let place = Place::new(PLAIN);
    let docker = "#!/bin/sh\n[ \"$1\" = buildx ] && { echo 'x v1'; exit; }\necho 'Cannot connect to the Docker daemon at unix:///x.' >&2\nexit 1\n";
    place.write("bin/docker", docker);
    let (code, _, err) = run(&mut place.command("verify", &["--engine=docker-buildx"]));
    assert_eq!(code, Some(2));
    assert!(
        err.contains("docker-buildx: it does not answer: Cannot connect to the Docker daemon at unix:///x."),
        "{err}"
    );
}

#[test]
fn the_cause_of_a_failed_build_is_named() {
    let place = Place::new(PLAIN);
    place.write("app/Dockerfile", &format!("# syntax=docker/dockerfile:1\n{PIP}"));
    for (said, message, help) in [
        (
            "#3 ERROR: failed to do request: Head \"https://registry.example/v2/docker/dockerfile/manifests/1\": no such host",
            "the frontend that its `# syntax=` line names cannot be had",
            "--frontend builtin",
        ),
        (
            "ERROR: failed to solve: python:3.13-slim: failed to resolve source metadata for docker.io/library/python:3.13-slim: x",
            "an image that it builds on cannot be had",
            "check the name and the network",
        ),
        (
            "#7 ERROR: write /x: no space left on device",
            "there is no room left on the engine's disk",
            "make room",
        ),
        ("ERROR: error reading from server: EOF", "the engine went away", "start the engine"),
        (
            "#7 ERROR: process \"/bin/sh -c pip install flask\" did not complete successfully: exit code: 1",
            "a step failed",
            "",
        ),
    ] {
        place.write(
            "fake/build",
            &format!("echo '#1 [1/2] FROM x'\necho '{}' >&2\nexit 1", said.replace('\'', "'\\''")),
        );
        let (code, out, err) = run(&mut place.command("verify", &[]));
        assert_eq!(code, Some(2), "{out}");
        assert!(err.contains(&format!("error: before: it does not build: {message}")), "{err}");
        assert!(err.contains(help), "{err}");
        assert!(err.contains("    #1 [1/2] FROM x\n"), "the log is shown: {err}");
        assert_eq!(place.left(), [""; 0]);
    }
}

#[test]
fn a_container_that_does_not_come_up_is_shown() {
    let place = Place::new(PLAIN);
    // The second container is the new image's.
    let inspect = "if grep -q after-run \"$FAKE/asked\"; then echo '{\"Running\":false,\"ExitCode\":3}'; else echo '{\"Running\":true}'; fi";
    place.write("fake/inspect", inspect);
    let (code, out, err) = run(&mut place.command("verify", &[]));
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("  after does not come up: ended by itself with status 3\n"), "{out}");
    assert!(
        out.contains("  after, ended by itself with status 3; the end of its output\n    the last words\n"),
        "{out}"
    );
    assert!(out.ends_with("0 Dockerfiles verified, 1 not what they should be\n"), "{out}");
    assert_eq!(place.left(), [""; 0]);
    place.write("fake/inspect", "echo '{\"Running\":false,\"ExitCode\":3}'");
    let (code, out, _) = run(&mut place.command("verify", &[]));
    assert_eq!(code, Some(1));
    assert!(
        out.contains("neither comes up, so nothing can be said of it") && out.contains("--env-file"),
        "{out}"
    );
    place.write("fake/inspect", "echo '{\"Running\":false,\"ExitCode\":0}'");
    assert_eq!(
        run(&mut place.command("verify", &[])).0,
        Some(0),
        "a command that ends well is as good as one that stays"
    );
}

#[test]
fn a_health_check_says_when_it_is_ready() {
    let place =
        Place::new(r#"{"Cmd":["/bin/app"],"Healthcheck":{"Test":["CMD","curl","-f","http://localhost/"]}}"#);
    let health = |status: &str, code: i32, said: &str| {
        format!(
            "echo '{{\"Running\":true,\"Health\":{{\"Status\":\"{status}\",\"Log\":[{{\"ExitCode\":{code},\"Output\":\"{said}\"}}]}}}}'"
        )
    };
    place.write("fake/inspect", &health("healthy", 0, "ok"));
    let (code, out, _) = run(&mut place.command("verify", &[]));
    assert_eq!(code, Some(0), "{out}");
    assert!(
        place.asked().iter().any(|line| line.contains("--health-interval=1s --health-start-interval=1s"))
    );
    place.write(
        "fake/inspect",
        &health("starting", -1, "exec: \\\"curl\\\": executable file not found in $PATH: unknown"),
    );
    let (code, out, _) = run(&mut place.command("verify", &[]));
    assert_eq!(code, Some(1));
    assert!(
        out.contains("its health check cannot be run: exec: \"curl\": executable file not found"),
        "{out}"
    );
    place.write("fake/inspect", &health("unhealthy", 1, "refused"));
    let (code, out, _) = run(&mut place.command("verify", &["--ready-within=1"]));
    assert_eq!(code, Some(1));
    assert!(out.contains("not ready within 1 s; last: refused"), "{out}");
}

#[test]
fn a_taken_port_is_said() {
    let place = Place::new(PLAIN);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let probe = format!("--probe=http://localhost:{port}/health");
    let (code, out, _) = run(&mut place.command("verify", &[&probe, "--network=host"]));
    assert_eq!(code, Some(1));
    assert!(out.contains(&format!("port {port} is taken by something else on this machine")), "{out}");
    assert!(!place.asked().iter().any(|line| line.starts_with("run --detach")), "nothing was started");
}

#[test]
fn an_interrupt_leaves_nothing_behind() {
    for (signal, script) in
        [("-INT", "fake/build"), ("-TERM", "fake/build"), ("-TERM", "fake/inspect"), ("-INT", "fake/run")]
    {
        let place = Place::new(PLAIN);
        // `run` cannot be cut short: the engine would make the container behind our back.
        let body = if script == "fake/run" {
            "touch \"$FAKE/here\"; sleep 1"
        } else {
            "touch \"$FAKE/here\"; sleep 60"
        };
        place.write(script, body);
        let mut child = place
            .command("verify", &[])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start");
        wait_for(&place.0.path().join("fake/here"));
        let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert!(killed.success());
        assert_eq!(child.wait().expect("an end").code(), Some(130), "{signal} {script}");
        assert_eq!(place.left(), [""; 0], "{signal} {script}");
    }
}

fn wait_for(path: &Path) {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_mins(1), "{} does not appear", path.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn json_says_the_same() {
    let place = Place::new(PLAIN);
    let (code, out, _) = run(&mut place.command("verify", &["--format=json"]));
    assert_eq!(code, Some(0));
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["engine"]["kind"], "docker-buildx");
    assert_eq!(document["dockerfiles"][0]["holds"], true);
    assert_eq!(document["dockerfiles"][0]["before"]["bytes"], 1_000_000);
    assert_eq!(document["dockerfiles"][0]["start"]["before"]["waited_for"], "5 s without an end");
}

#[test]
fn what_cannot_be_verified_is_said() {
    let place = Place::new(PLAIN);
    let said = |words: &[&str]| run(&mut place.command("verify", words));
    let (code, _, err) = said(&["--probe=https://localhost/"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--probe: `https://localhost/` is no address that can be asked"), "{err}");
    let (code, _, err) = said(&["-"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("standard input has no context to build"), "{err}");
    let (code, _, err) = said(&["--builder=x", "--engine=podman"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--builder names a builder of docker-buildx"), "{err}");
    place.write("app/Dockerfile", "FROM scratch\n");
    let (code, out, _) = said(&[]);
    assert_eq!(code, Some(0));
    assert!(out.ends_with("1 Dockerfile would not change\n"), "{out}");
}

#[test]
fn a_difference_that_no_pass_declares_fails_and_is_blamed() {
    let place = Place::new(PLAIN);
    place.write(
        "app/Dockerfile",
        "FROM debian:13\nRUN apt-get update && apt-get install -y curl\nRUN pip install flask\n",
    );
    let clean = ("etc/apt/apt.conf.d/docker-clean", "1");
    let (lost, cached) = (("srv/lost", "2"), ("root/.cache/x", "3"));
    place.image("before", PLAIN, &[clean, lost, cached]);
    place.image("after", PLAIN, &[]);
    let words = ["--no-start", "--only=apt-caches,package-caches"];
    let (code, out, err) = run(&mut place.command("verify", &words));
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(
        out.contains("  not declared\n    made-file /srv/lost: gone (was 1 bytes, d4735e3a265e)  made by apt-caches or package-caches\n    --blame finds the pass"),
        "{out}"
    );
    assert!(
        out.contains("  declared\n    system-file /etc/apt/apt.conf.d/docker-clean: gone (was 1 bytes, 6b86b273ff34)  apt-caches: named by a step that was added"),
        "{out}"
    );
    assert!(!out.contains(".cache"), "caches do not matter: {out}");
    // With the first of the two passes alone the file is still there.
    place.image("passes1", PLAIN, &[lost]);
    let (code, out, _) = run(&mut place.command("verify", &[words.as_slice(), &["--blame"]].concat()));
    assert_eq!(code, Some(1));
    assert!(out.contains("    made-file /srv/lost comes from package-caches\n"), "{out}");
    place.image("passes1", PLAIN, &[]);
    let (_, out, _) = run(&mut place.command("verify", &[words.as_slice(), &["--blame"]].concat()));
    assert!(out.contains("    made-file /srv/lost comes from apt-caches\n"), "{out}");
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn a_build_that_fails_with_the_passes_is_blamed() {
    let place = Place::new(PLAIN);
    place.write(
        "app/Dockerfile",
        "FROM debian:13\nRUN apt-get update && apt-get install -y curl\nRUN pip install flask\n",
    );
    place.write("fake/build", "case \"$*\" in *-after*) echo 'ERROR: broken' >&2; exit 1 ;; esac");
    let (code, _, err) = run(&mut place.command("verify", &["--only=apt-caches,package-caches", "--blame"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("after: it does not build: a step failed: ERROR: broken"), "{err}");
    assert!(err.contains("the first pass whose result does not build is package-caches"), "{err}");
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn a_copy_that_somebody_rewrote_is_compared() {
    let place = Place::new(PLAIN);
    fs::create_dir(place.0.path().join("copy")).expect("a folder");
    place.write("copy/Dockerfile", "FROM python:3.13-slim\nENV A=1\n");
    place.image("after", r#"{"Cmd":["/bin/app"],"Env":["A=1"]}"#, &[]);
    let (code, out, _) = run(&mut place.command("verify", &["--no-start", "--against=../copy"]));
    assert_eq!(code, Some(1));
    assert!(out.contains("  not declared\n    env A: new: 1\n"), "{out}");
    let (code, _, err) = run(&mut place.command("verify", &["--no-start", "--against=../fake"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("it has no such Dockerfile"), "{err}");
}
