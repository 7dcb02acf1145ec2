//! The patch series, with the real git.

use super::Place;

const TEXT: &str = "FROM a\nRUN sleep 0\nCOPY . /app\nRUN sleep 0";

fn series(place: &Place) -> String {
    let said = place.run(&["diff", "--format=patch", "@"]);
    assert_eq!(said.err, "");
    said.out
}

#[test]
fn git_am_takes_one_commit_per_pass() {
    let place = Place::in_git(&[("sub folder/Dockerfile", TEXT), ("sub folder/app.py", "")]);
    let series = series(&place);
    super::snapshot!("patch_series", series);
    place.write("../series", "");
    std::fs::write(place.path(".git/series"), series).expect("a file");
    place.git(&["am", "--quiet", ".git/series"]);
    assert_eq!(place.read("sub folder/Dockerfile"), TEXT.replace("RUN sleep 0", "RUN true"));
    assert_eq!(place.read("sub folder/.dockerignore"), "**/__pycache__\n");
    let log = place.git(&["log", "--format=%s", "-2"]);
    assert_eq!(log, "Apply ignore-file (proposal 0.2)\nApply noops (proposal 0.1)\n");
    assert!(place.run(&["diff", "@"]).out.contains("nothing to change"));
}

#[test]
fn git_apply_takes_the_series_as_well() {
    let place = Place::in_git(&[("Dockerfile", TEXT), ("app.py", "")]);
    std::fs::write(place.path(".git/series"), series(&place)).expect("a file");
    place.git(&["apply", ".git/series"]);
    assert_eq!(place.read("Dockerfile"), TEXT.replace("RUN sleep 0", "RUN true"));
}

#[test]
fn odd_bytes_come_through_git_am() {
    let text = "FROM a\r\n# caf\u{e9} = x\r\nRUN sleep 0\r\n# From here\r\n# a line that is rather long, longer than the \
                seventy-six characters of a mail's line, = sign included\r\nCOPY . /\r\n";
    let place = Place::in_git(&[("d\u{e9}j\u{e0} \"vu\"/Dockerfile", text), ("d\u{e9}j\u{e0} \"vu\"/x", "")]);
    place.git(&["config", "core.autocrlf", "false"]);
    std::fs::write(place.path(".git/series"), series(&place)).expect("a file");
    place.git(&["am", "--quiet", ".git/series"]);
    assert_eq!(place.read("d\u{e9}j\u{e0} \"vu\"/Dockerfile"), text.replace("sleep 0", "true"));
}

#[test]
fn a_series_is_of_one_project() {
    let (one, two) = (Place::with(&[("Dockerfile", TEXT)]), Place::with(&[("Dockerfile", TEXT)]));
    let other = two.path("Dockerfile").to_string_lossy().into_owned();
    let said = one.run(&["diff", "--format=patch", "@", &other]);
    assert!(said.err.contains("run dockfit once for each"), "{}", said.err);
    assert_eq!(said.out, "");
}
