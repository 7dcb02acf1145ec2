//! The scripts of generated RUNs, executed before and after by real shells.
//!
//! Programs are functions that write their words to a log and fail by a pattern; what cleans a cache always succeeds and
//! is not logged. The status and the log have to be the same. `DOCKFIT_EXECUTIONS` sets the number of Dockerfiles.

#![allow(dead_code, clippy::print_stdout)]

mod support;

use std::fmt::Write as _;
use std::process::Command;

use dockfit_rewrite::Selection;

use self::support::choices::Random;
use self::support::engine::{self, Instruction};
use self::support::{after, nasty, run};

/// A RUN before and after, for a shell with its options.
struct Case {
    shell: &'static str,
    options: String,
    before: String,
    after: String,
}

#[test]
fn runs_do_the_same_as_before() {
    let wanted = std::env::var("DOCKFIT_EXECUTIONS").ok().and_then(|count| count.parse().ok());
    let count = wanted.unwrap_or(400);
    let mut random = Random(wanted.map_or(0x0dd_ba11_5eed, |count| 0x0dd_ba11_5eed ^ count as u64));
    let mut cases = Vec::new();
    for _ in 0..count {
        let source = nasty::dockerfile(&random.tape(300));
        let report = run(&source, &Selection::default());
        let result = after(&report);
        let (before, after) = (shell_runs(&source), shell_runs(&result));
        assert_eq!(before.len(), after.len(), "{}", String::from_utf8_lossy(&source));
        for ((shell, options, before), (_, _, after)) in before.into_iter().zip(after) {
            if before != after {
                cases.push(Case { shell, options, before, after });
            }
        }
    }
    println!("{} scripts were changed", cases.len());
    assert!(cases.len() > count / 3, "only {} scripts were changed", cases.len());
    for shell in ["dash", "bash"] {
        let of_shell: Vec<&Case> = cases.iter().filter(|case| case.shell == shell).collect();
        for pattern in ["0000000000", "1111111111", "0100101101", "1000010010"] {
            let before = execute(shell, pattern, of_shell.iter().map(|case| (&*case.options, &*case.before)));
            let after = execute(shell, pattern, of_shell.iter().map(|case| (&*case.options, &*case.after)));
            let wrong = of_shell.iter().zip(before.iter().zip(&after)).filter(|(_, (one, two))| one != two);
            let count = wrong.clone().count();
            if let Some((case, (one, two))) = wrong.min_by_key(|(case, _)| case.before.len()) {
                panic!(
                    "{count} wrong in {shell} {}, failing {pattern}, the shortest:\n{}\n-- becomes\n{}\n-- log before\n{one}\n-- and after\n{two}",
                    case.options, case.before, case.after
                );
            }
        }
    }
}

/// The scripts that a shell gets, with shell and options.
fn shell_runs(source: &[u8]) -> Vec<(&'static str, String, String)> {
    let reading = engine::read(&String::from_utf8_lossy(source));
    let (mut shell, mut options) = ("dash", String::new());
    let mut runs = Vec::new();
    for Instruction { keyword, script, .. } in reading.instructions {
        match keyword.to_lowercase().as_str() {
            "from" => (shell, options) = ("dash", String::new()),
            "shell" => {
                shell = if script.contains("bash") { "bash" } else { "dash" };
                let words: Vec<&str> =
                    script.split('"').filter(|word| word.starts_with('-') || *word == "pipefail").collect();
                options = words.into_iter().filter(|word| *word != "-c").collect::<Vec<_>>().join(" ");
            }
            "run" if !script.starts_with('[') && !engine::keeps_packages(&script) => {
                runs.push((shell, options.clone(), script));
            }
            _ => {}
        }
    }
    runs
}

/// The programs. `_n` counts what is logged, and picks the status from the pattern.
const PROGRAMS: &str = r#"
_log() {
    echo "$*" >&3
    _n=$(( (_n + 1) % 10 )); export _n
    _rest=$_pattern; _i=0
    while [ $_i -lt $_n ]; do _rest=${_rest#?}; _i=$((_i + 1)); done
    case $_rest in 1*) return 1;; esac
    return 0
}
_words() {
    _line=
    for _word do
        case $_word in
            --no-cache-dir|--no-cache-dir=1|--no-cache|-n) ;;
            *) _line="$_line <$_word>";;
        esac
    done
    _log "$_line"
}
apt_get() { case $1 in clean|autoclean) return 0;; esac; _words apt_get "$@"; }
apt() { case $1 in clean|autoclean) return 0;; esac; _words apt "$@"; }
pip() { case "$1 $2" in "cache purge") return 0;; esac; _words pip "$@"; }
pip3() { _words pip3 "$@"; }
python() { _words python "$@"; }
uv() { case "$1 $2" in "cache clean") return 0;; esac; _words uv "$@"; }
rm() {
    _line= _others=
    for _word do
        case $_word in
            /var/lib/apt/lists|/var/lib/apt/lists/*|/var/cache/apt/*|/root/.cache/pip|/root/.cache/uv) ;;
            -*) _line="$_line <$_word>";;
            *) _line="$_line <$_word>"; _others=1;;
        esac
    done
    [ -z "$_others" ] || _log "rm$_line"
}
env() { while :; do case $1 in *=*) shift;; *) break;; esac; done; "$@"; }
sudo() { while :; do case $1 in -*) shift;; *) break;; esac; done; "$@"; }
build() { _words build "$@"; }
cat() { while IFS= read -r _line; do _log "read $_line"; done; _words cat "$@"; }
mkdir() { _words mkdir "$@"; }
cd() { _words cd "$@"; }
useradd() { _words useradd "$@"; }
groupadd() { _words groupadd "$@"; }
adduser() { _words adduser "$@"; }
bash() { _nested bash "$@"; }
sh() { _nested dash "$@"; }
_nested() {
    _options=
    _shell=$1; shift
    case $1 in -ec) _options=-e;; esac
    command "$_shell" -c ". \"\$1\"; set -f $_options; eval \"\$0\"" "$2" "$_programs"
}
"#;

/// The log and the status of each script, all run in one process.
fn execute<'c>(shell: &str, pattern: &str, scripts: impl Iterator<Item = (&'c str, &'c str)>) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let (programs, driver) = (folder.path().join("programs"), folder.path().join("driver"));
    std::fs::write(&programs, PROGRAMS).expect("written");
    let mut text = format!(
        "export _programs={} _pattern={pattern} HOME=/root X=x PACKAGES=p\n. \"$_programs\"\nset -f\n",
        programs.display()
    );
    let mut count = 0;
    for (options, script) in scripts {
        let set = if options.is_empty() { String::new() } else { format!("set {options}; ") };
        // dash takes no function with a hyphen in its name.
        let quoted = script.replace("apt-get", "apt_get").replace('\'', r"'\''");
        let _ = writeln!(text, "( export _n=0; {set}eval '{quoted}' )\necho \"= $?\" >&3");
        count += 1;
    }
    std::fs::write(&driver, text).expect("written");
    let output = Command::new(shell)
        .args(["-c", "exec 3>&1; . \"$0\" >/dev/null 2>&1 </dev/null"])
        .arg(&driver)
        // Scripts within quotes may end up as redirections to files.
        .current_dir(folder.path())
        .output()
        .unwrap_or_else(|error| panic!("{shell} is needed for this test: {error}"));
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut results = vec![String::new()];
    for line in log.lines() {
        let Some(last) = results.last_mut() else { break };
        let _ = writeln!(last, "{line}");
        if line.starts_with('=') {
            results.push(String::new());
        }
    }
    results.pop();
    assert_eq!(results.len(), count, "{shell} stopped early");
    results
}
