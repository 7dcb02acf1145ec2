//! What is known about the shell at a place in a script.

use dockfit_shell::{Cwd, Flag, Options, Script, State};

/// Options and directory when the command called `here` starts.
#[track_caller]
fn at(text: &str) -> (Options, Cwd) {
    let script = Script::parse(text);
    let mut found = None;
    script.trace(&State::default(), |located, state| {
        assert_eq!(located.options, state.options);
        if located.command.name() == Some("here") {
            found = Some((state.options, state.cwd.clone()));
        }
    });
    found.unwrap_or_else(|| panic!("no `here` in {text}"))
}

#[track_caller]
fn errexit(text: &str, expected: Flag) {
    assert_eq!(at(text).0.errexit, expected, "{text}");
}

#[test]
fn options_hold_from_where_they_are_set() {
    errexit("here", Flag::Off);
    errexit("set -e; here", Flag::On);
    errexit("set -eux; here", Flag::On);
    errexit("set -euo pipefail && here", Flag::On);
    errexit("set -o errexit; here", Flag::On);
    errexit("set -e; set +e; here", Flag::Off);
    errexit("set -- -e; here", Flag::Off);
    errexit("set $OPTIONS; here", Flag::Unknown);
    errexit("set -e; . ./env; here", Flag::Unknown);
    errexit("here; set -e", Flag::Off);
    let (options, _) = at("set -euxo pipefail; here");
    assert_eq!((options.pipefail, options.xtrace, options.nounset), (Flag::On, Flag::On, Flag::On));
}

#[test]
fn options_set_in_a_branch_are_not_known_behind_it() {
    errexit("if a; then set -e; fi; here", Flag::Unknown);
    errexit("if a; then set -e; here; fi", Flag::On);
    errexit("a && set -e; here", Flag::Unknown);
    errexit("a && set -e && here", Flag::On);
    errexit("a || set -e; here", Flag::Unknown);
    errexit("case a in b) set -e;; esac; here", Flag::Unknown);
    errexit("while a; do here; set -e; done", Flag::Unknown);
    errexit("a || { set -e; exit 1; }; here", Flag::Off);
    errexit("set -e || b; here", Flag::On);
}

#[test]
fn processes_of_their_own_keep_their_options() {
    errexit("(set -e); here", Flag::Off);
    errexit("(set -e; here)", Flag::On);
    errexit("{ set -e; }; here", Flag::On);
    errexit("set -e | a; here", Flag::Off);
    errexit("! set -e; here", Flag::On);
    errexit("a $(set -e); here", Flag::Off);
    errexit("set -e & here", Flag::Off);
    errexit("set -e; bash -c 'here'", Flag::Off);
    errexit("bash -ec 'here'", Flag::On);
    errexit("set -e; a $(here)", Flag::Unknown);
}

#[test]
fn functions_run_whenever_they_are_called() {
    errexit("set -e; f() { here; }; f", Flag::Unknown);
    errexit("f() { set -e; }; here", Flag::Unknown);
    errexit("f() { a; }; set -e; f; here", Flag::On);
}

#[test]
fn shells_may_be_started_with_options() {
    let arguments = ["-o", "pipefail", "-e"];
    let options = Options::from_arguments(arguments);
    assert_eq!((options.errexit, options.pipefail, options.xtrace), (Flag::On, Flag::On, Flag::Off));
    assert_eq!(Options::from_arguments(["-exo", "pipefail"]).pipefail, Flag::On);
}

#[test]
fn directories() {
    let cwd = |text| at(text).1;
    let path = |path: &str| Cwd::Changed(path.to_owned());
    assert_eq!(cwd("here"), Cwd::Unchanged);
    assert_eq!(cwd("cd /a && here"), path("/a"));
    assert_eq!(cwd("cd /a; cd b/c; here"), path("/a/b/c"));
    assert_eq!(cwd("cd a; here"), path("a"));
    assert_eq!(cwd("D=/x; cd $D/y; here"), path("/x/y"));
    assert_eq!(cwd("cd $D; here"), Cwd::Unknown);
    assert_eq!(cwd("(cd /a); here"), Cwd::Unchanged);
    assert_eq!(cwd("cd /a || exit 1; here"), path("/a"));
    assert_eq!(cwd("cd /a || here"), Cwd::Unchanged);
    assert_eq!(cwd("cd /a || cd /b; here"), Cwd::Unknown);
    assert_eq!(cwd("cd; here"), Cwd::Unknown);
}

#[test]
fn places() {
    // (in a process of its own, conditional)
    let place = |text: &str| {
        let script = Script::parse(text);
        let all = script.locate(&State::default());
        let here = all.iter().find(|l| l.command.name() == Some("here"));
        here.map(|l| (l.in_subshell(), l.is_conditional()))
    };
    assert_eq!(place("a; here; b"), Some((false, false)));
    assert_eq!(place("{ here; }"), Some((false, false)));
    assert_eq!(place("here && b"), Some((false, false)));
    assert_eq!(place("a && here"), Some((false, true)));
    assert_eq!(place("(here)"), Some((true, false)));
    assert_eq!(place("here | b"), Some((true, false)));
    assert_eq!(place("! here"), Some((false, false)));
    assert_eq!(place("a $(here)"), Some((true, false)));
    assert_eq!(place("here && a &"), Some((true, false)));
    assert_eq!(place("if here; then a; fi"), Some((false, false)));
    assert_eq!(place("if a; then here; fi"), Some((false, true)));
    assert_eq!(place("if a; then b; elif here; then c; fi"), Some((false, true)));
    assert_eq!(place("for i in a; do here; done"), Some((false, true)));
    assert_eq!(place("f() { here; }"), Some((false, true)));
    assert_eq!(place("(bash -c 'here')"), Some((false, false)));
}
