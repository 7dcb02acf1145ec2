//! Exit codes, streams and signals.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use crate::{dockfit, repository, run};

const PIP: &str = "FROM python:3.13-slim\nRUN pip install flask\n";

#[test]
fn without_a_command_it_shows_the_current_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("Dockerfile"), PIP).expect("a file");
    let (code, bare, _) = run(dockfit().current_dir(folder.path()));
    let (_, named, _) = run(dockfit().args(["diff", "."]).current_dir(folder.path()));
    assert_eq!(code, Some(0));
    assert!(
        bare.starts_with("Dockerfile\n\npackage-caches · proposal 1.2\n"),
        "paths are those of the folder: {bare}"
    );
    assert!(bare.ends_with("To apply: dockfit apply\n"), "{bare}");
    assert_eq!(bare.trim_end(), named.trim_end().trim_end_matches(" ."));
}

#[test]
fn exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("Dockerfile"), PIP).expect("a file");
    let code = |words: &[&str]| run(dockfit().args(words).current_dir(folder.path())).0;
    assert_eq!(code(&["diff"]), Some(0));
    assert_eq!(code(&["check"]), Some(1));
    assert_eq!(code(&["check", "--only=apt-caches"]), Some(0));
    assert_eq!(code(&["check", "none", "."]), Some(2), "2 wins over 1");
    assert_eq!(code(&["chek"]), Some(2));
    assert_eq!(code(&["diff", "--format=xml"]), Some(2));
    assert_eq!(code(&["apply", "--commit", "--allow-dirty"]), Some(2));
    assert_eq!(code(&["apply"]), Some(0));
    assert_eq!(code(&["check"]), Some(0), "a second run changes nothing");
    assert_eq!(code(&["undo"]), Some(0));
    assert_eq!(code(&["undo"]), Some(2));
    assert_eq!(std::fs::read_to_string(folder.path().join("Dockerfile")).expect("a file"), PIP);
}

#[test]
fn one_cause_is_said_once() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("Dockerfile"), "FROM debian:13\nCMD [\"sh\"]\n").expect("a file");
    let diff = |words: &[&str]| run(dockfit().args(words).current_dir(folder.path())).1;
    // What keeps the base as it is keeps the debug target away, too.
    let both = diff(&["diff", "--unsafe"]);
    assert!(both.contains("  also in line 1 (debug-target/stage)\n"), "{both}");
    assert!(!both.contains("\ndebug-target ·"), "{both}");
    let alone = diff(&["diff", "--unsafe", "--only=debug-target"]);
    assert!(alone.contains("`debian:13` is no distroless image"), "{alone}");
}

#[test]
fn standard_input_comes_out_changed() {
    let mut child =
        dockfit().args(["apply", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("start");
    child.stdin.take().expect("a pipe").write_all(PIP.as_bytes()).expect("a pipe");
    let mut text = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut text).expect("text");
    assert!(child.wait().expect("an end").success());
    assert!(text.contains("RUN --mount=type=cache,") && text.ends_with("pip install flask\n"), "{text}");
}

#[test]
fn colour_follows_the_environment() {
    let example = repository().join("examples/fastapi-backend");
    let colored = |name: &str, value: &str| {
        let (_, out, _) = run(dockfit().arg("diff").arg(&example).env(name, value));
        out.contains('\x1b')
    };
    assert!(!colored("X", "1"), "no terminal, no colour");
    assert!(colored("CLICOLOR_FORCE", "1"));
    assert!(!colored("NO_COLOR", "1"));
    let (_, out, _) = run(dockfit().args(["diff", "--color=always"]).arg(&example).env("NO_COLOR", "1"));
    assert!(out.contains('\x1b'), "the option wins");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = dockfit()
        .args(["diff", "--color=always"])
        .arg(repository().join("examples"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_with_130() {
    let mut child =
        dockfit().args(["diff", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("start");
    // It reads standard input by the time that it takes this much of it.
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(&vec![b'#'; 1 << 20]).expect("a pipe");
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    assert_eq!(child.wait().expect("an end").code(), Some(130));
    drop(pipe);
}

#[test]
fn many_projects_come_out_the_same_whatever_the_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    for index in 0..600 {
        let path = folder.path().join(format!("p{index:03}"));
        std::fs::create_dir(&path).expect("a folder");
        std::fs::write(path.join("Dockerfile"), format!("FROM python:3.13-slim\nRUN pip install a{index}\n"))
            .expect("a file");
    }
    let out = |jobs: &str| run(dockfit().args(["diff", "--jobs", jobs, "."]).current_dir(folder.path())).1;
    let one = out("1").replace("--jobs 1", "");
    assert_eq!(one, out("4").replace("--jobs 4", ""));
    assert!(one.contains("600 Dockerfiles, 600 files would change"), "{}", &one[one.len() - 200..]);
}

/// A command that runs as somebody whom permissions bind, if we are root.
#[cfg(unix)]
fn bound(folder: &std::path::Path, words: &str) -> std::process::Command {
    let program = folder.join("dockfit");
    std::fs::copy(env!("CARGO_BIN_EXE_dockfit"), &program).expect("a copy that everybody can reach");
    let mut command = std::process::Command::new("sh");
    let drop = r#"if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; fi; exec "$@""#;
    command.args(["-c", drop, "sh"]).arg(program).args(words.split(' ')).current_dir(folder);
    command
}

#[test]
#[cfg(unix)]
fn files_and_folders_that_may_not_be_read_are_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let mode = |name: &str, mode| {
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    for name in ["good", "closed", "secret"] {
        std::fs::create_dir(path(name)).expect("a folder");
        std::fs::write(path(name).join("Dockerfile"), PIP).expect("a file");
    }
    mode("", 0o755);
    mode("closed", 0o000);
    mode("secret/Dockerfile", 0o000);
    let (code, out, err) = run(&mut bound(folder.path(), "diff ."));
    mode("closed", 0o755);
    assert_eq!(code, Some(2));
    assert!(out.contains("good/Dockerfile\n"), "{out}");
    assert!(
        err.contains("secret/Dockerfile") && err.contains("it cannot be read: permission denied"),
        "{err}"
    );
    assert!(err.contains("closed") && err.contains("a folder cannot be searched"), "{err}");
}

#[test]
#[cfg(unix)]
fn a_run_that_dies_while_it_writes_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Dockerfile");
    std::fs::write(&path, PIP).expect("a file");
    // The system kills it at the first byte that it writes to a file.
    let mut command = std::process::Command::new("sh");
    command.args(["-c", r#"ulimit -c 0; ulimit -f 0; exec "$@" > /dev/null"#, "sh"]);
    let (code, ..) = run(command.arg(env!("CARGO_BIN_EXE_dockfit")).arg("apply").arg(folder.path()));
    assert_ne!(code, Some(0));
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), PIP);
    let (code, _, err) = run(dockfit().arg("apply").arg(folder.path()));
    assert_eq!(code, Some(0), "{err}");
    assert_ne!(std::fs::read_to_string(&path).expect("a file"), PIP);
}
