//! Taking commands out of generated scripts, and running them before and after with real shells.
//!
//! The commands are stubs: `t N` and `f N` write to a log and succeed or fail, `s $?` logs a status, `X` succeeds and
//! is what is taken out. Log and exit status must be the same before and after, for each `X` alone and for all of
//! them. `DOCKFIT_SHELL_CASES` sets the number of scripts.

#![allow(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::process::Command;

use dockfit_shell::{Options, Plan, Removal, Script, State, removals};

/// A generator of scripts; xorshift64*, so that a seed gives the same scripts everywhere.
struct Generator {
    state: u64,
    number: usize,
}

impl Generator {
    fn below(&mut self, limit: u64) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }

    fn one_in(&mut self, odds: u64) -> bool {
        self.below(odds) == 0
    }

    fn number(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    fn script(&mut self) -> String {
        self.number = 0;
        let mut out = String::new();
        match self.below(6) {
            0 | 1 => out.push_str("set -e; "),
            2 => out.push_str("set -eux && "),
            _ => {}
        }
        let depth = self.below(4);
        self.list(depth, &mut out);
        out
    }

    fn list(&mut self, depth: u64, out: &mut String) {
        let chains = 1 + self.below(3);
        for index in 0..chains {
            if index > 0 && !out.ends_with('\n') {
                out.push_str(if self.one_in(4) { "\n" } else { "; " });
            }
            if self.one_in(40) {
                out.push_str("# note\n");
            }
            self.chain(depth, out);
            if self.one_in(40) {
                out.push_str(" # note\n");
            }
        }
        if out.ends_with('\n') {
            out.push_str("t 0");
        }
    }

    fn chain(&mut self, depth: u64, out: &mut String) {
        let items = 1 + self.below(4).saturating_sub(1);
        for index in 0..items {
            if index > 0 {
                let blank = if self.one_in(5) { "\n  " } else { " " };
                out.push_str(if self.one_in(3) { " ||" } else { " &&" });
                out.push_str(blank);
            }
            self.item(depth, out);
        }
    }

    fn block(&mut self, open: &str, close: &str, depth: u64, out: &mut String) {
        out.push_str(open);
        self.list(depth - 1, out);
        out.push_str(close);
    }

    fn item(&mut self, depth: u64, out: &mut String) {
        let number = self.number();
        let choice = self.below(if depth == 0 { 22 } else { 30 });
        let simple = match choice {
            0..=4 => format!("t {number}"),
            5..=8 => format!("f {number}"),
            9..=15 => format!("X {number}"),
            16 => format!("X {number} 2>/dev/null || true"),
            17 => "true".to_owned(),
            18 => match self.below(10) {
                0 => "set -e".to_owned(),
                1 => "set +e".to_owned(),
                2 => "exit 3".to_owned(),
                3 => "exit".to_owned(),
                4 => "s $?".to_owned(),
                5 => "A=1".to_owned(),
                6 => "export A=$(f 0)".to_owned(),
                7 => "A=$(f 0)".to_owned(),
                8 => "[ a = b ]".to_owned(),
                _ => "> /dev/null".to_owned(),
            },
            19 => format!("! {} {number}", if self.one_in(2) { "t" } else { "f" }),
            20 => format!(": | {} {number}", if self.one_in(2) { "t" } else { "f" }),
            21 => format!("B=2 t {number}"),
            _ => String::new(),
        };
        if !simple.is_empty() {
            out.push_str(&simple);
            return;
        }
        match choice {
            22 | 23 => self.block("{ ", "; }", depth, out),
            24 | 25 => self.block("( ", " )", depth, out),
            26 => {
                self.block("if ", "; then ", depth, out);
                self.list(depth - 1, out);
                if self.one_in(2) {
                    self.block("; elif ", "; then ", depth, out);
                    self.list(depth - 1, out);
                }
                if self.one_in(2) {
                    self.block("; else ", "", depth, out);
                }
                out.push_str("; fi");
            }
            27 => self.block("for i in 1 2; do ", "; done", depth, out),
            28 => {
                self.block("case a in b) f 9;; a) ", ";; esac", depth, out);
            }
            _ => {
                let _ = write!(out, "g{number}() {{ ");
                self.block("", "; }", depth, out);
                out.push_str(if self.one_in(2) { "; " } else { " && " });
                let _ = write!(out, "g{number}");
            }
        }
    }
}

/// A script before and after; `prefix` is run first in the same shell.
struct Case {
    prefix: &'static str,
    before: String,
    after: String,
}

fn plan(text: &str, errexit: bool, only: Option<usize>) -> Plan {
    let script = Script::parse(text);
    assert!(!script.has_errors(), "not understood: {text}");
    let options = Options::from_arguments(errexit.then_some("-e"));
    let located = script.locate(&State::new(options, []));
    let targets = located.into_iter().filter(|l| l.command.name() == Some("X"));
    let targets: Vec<_> = match only {
        Some(index) => targets.skip(index).take(1).collect(),
        None => targets.collect(),
    };
    removals(&script, &targets)
}

/// Runs all `scripts` in one process of `shell`; gives log and status of each.
fn run(shell: &[&str], scripts: &[(&str, &str)]) -> Option<Vec<String>> {
    let mut driver = String::from(
        "t() { echo \"t $1\" >&3; }\nf() { echo \"f $1\" >&3; return 1; }\ns() { echo \"s $1\" >&3; }\nX() { :; }\n",
    );
    for (prefix, script) in scripts {
        let quoted = script.replace('\'', r"'\''");
        let _ = writeln!(driver, "( {prefix}eval '{quoted}' )\necho \"= $?\" >&3");
    }
    // From a file: a shell reads a pipe byte by byte.
    let path = format!("{}/removal-{}.sh", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    std::fs::write(&path, driver).unwrap();
    let (program, arguments) = shell.split_first()?;
    // The log is a duplicate of standard output, so that a script's own redirections do not reach it.
    let output = Command::new(program)
        .args(arguments)
        .args(["-c", "exec 3>&1; . \"$0\" >/dev/null 2>&1", &path])
        .output();
    let Ok(output) = output else {
        // Debian's and every CI machine's own shells have to be there.
        assert!(program == &"busybox", "{program} is needed for this test");
        eprintln!("{program} is not installed: its part is not tested");
        return None;
    };
    let log = String::from_utf8(output.stdout).unwrap();
    let mut results = Vec::new();
    let mut current = String::new();
    for line in log.lines() {
        current.push_str(line);
        current.push('\n');
        if line.starts_with('=') {
            results.push(std::mem::take(&mut current));
        }
    }
    assert_eq!(results.len(), scripts.len(), "{shell:?} stopped early");
    Some(results)
}

fn cases(count: usize) -> (Vec<Case>, [usize; 3]) {
    let mut generator = Generator { state: 0x9e37_79b9_7f4a_7c15, number: 0 };
    let mut cases = Vec::new();
    let mut kinds = [0; 3];
    for _ in 0..count {
        let text = generator.script();
        let errexit = generator.one_in(4);
        let prefix = if errexit { "set -e; " } else { "" };
        let whole = plan(&text, errexit, None);
        let alone = (0..whole.outcomes.len()).map(|i| plan(&text, errexit, Some(i)));
        for plan in alone.chain([whole.clone()]) {
            for outcome in &plan.outcomes {
                match outcome {
                    Removal::Delete(_) => kinds[0] += 1,
                    Removal::ReplaceWithTrue(_) => kinds[1] += 1,
                    Removal::Refuse(_) => kinds[2] += 1,
                }
            }
            let after = plan.apply(&text);
            if after != text {
                cases.push(Case { prefix, before: text.clone(), after });
            }
        }
    }
    (cases, kinds)
}

#[test]
fn removals_change_neither_status_nor_other_commands() {
    let wanted = std::env::var("DOCKFIT_SHELL_CASES").ok().and_then(|c| c.parse().ok());
    let count = wanted.unwrap_or(200);
    let (cases, [deleted, replaced, refused]) = cases(count);
    println!("{} cases: {deleted} deleted, {replaced} replaced, {refused} refused", cases.len());
    // The generator is to reach all three, and deletions above all.
    assert!(cases.len() > count && deleted > count / 2 && replaced > count / 10 && refused > count / 100);
    for shell in [&["dash"][..], &["bash"], &["bash", "--posix"], &["busybox", "sh"]] {
        let before: Vec<_> = cases.iter().map(|c| (c.prefix, c.before.as_str())).collect();
        let after: Vec<_> = cases.iter().map(|c| (c.prefix, c.after.as_str())).collect();
        let (Some(before), Some(after)) = (run(shell, &before), run(shell, &after)) else { continue };
        let wrong =
            cases.iter().zip(before.iter().zip(&after)).filter(|(_, (before, after))| before != after);
        let shortest = wrong.clone().min_by_key(|(case, _)| case.before.len());
        if let Some((case, (before, after))) = shortest {
            panic!(
                "{} wrong in {shell:?}, the shortest:\n{}{}\n-- becomes\n{}{}\n-- log and status before\n{before}-- and after\n{after}",
                wrong.count(),
                case.prefix,
                case.before,
                case.prefix,
                case.after,
            );
        }
    }
}
