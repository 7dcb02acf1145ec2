//! Taking a command out of a script: the cases that decide, one by one.

use dockfit_shell::{Options, RefusalReason, Removal, Script, State, removal, removals};

fn all(text: &str, options: &str) -> (Vec<Removal>, String) {
    let script = Script::parse(text);
    let state = State::new(Options::from_arguments(options.split_whitespace()), []);
    let located = script.locate(&state);
    let targets: Vec<_> = located.into_iter().filter(|l| l.command.name() == Some("X")).collect();
    let plan = removals(&script, &targets);
    let text = plan.apply(text);
    if let [target] = targets.as_slice() {
        assert_eq!(plan.outcomes, [removal(&script, target)]);
    }
    (plan.outcomes, text)
}

/// Takes every `X` out, in a shell without options.
#[track_caller]
fn becomes(text: &str, expected: &str) {
    let (outcomes, out) = all(text, "");
    assert!(!outcomes.is_empty(), "{text}");
    assert_eq!(out, expected, "{outcomes:?}");
}

/// As [`becomes`], in a shell started with `-e`.
#[track_caller]
fn under_errexit(text: &str, expected: &str) {
    assert_eq!(all(text, "-e").1, expected);
}

#[track_caller]
fn refused(text: &str, reason: RefusalReason) {
    let (outcomes, out) = all(text, "");
    assert_eq!(outcomes, [Removal::Refuse(reason)], "{text}");
    assert_eq!(out, text);
}

#[test]
fn and_lists_close_up() {
    becomes("a && X && b", "a && b");
    becomes("a && X", "a");
    becomes("X && a", "a");
    becomes("a && X; b", "a; b");
    becomes("a || b && X", "a || b");
    becomes("a && X || b", "a || b");
    becomes("a && b \\\n && X -y \\\n && c", "a && b \\\n && c");
    becomes("a &&     X &&     b", "a &&     b");
    becomes("a && X 2>/dev/null >&2 && b", "a && b");
    becomes("a && A=1 X && b", "a && b");
}

#[test]
fn behind_or_the_command_is_the_success() {
    becomes("a || X", "a || true");
    becomes("a && b || X", "a && b || true");
    becomes("X || a", "true || a");
}

#[test]
fn a_harmless_alternative_goes_too() {
    becomes("a; X || true; b", "a; b");
    becomes("X || :; b", "b");
    becomes("X || true && b", "b");
    becomes("a && X || true", "a || true");
    becomes("a; X || true", "a; true");
}

#[test]
fn statements_go_if_their_status_is_not_used() {
    becomes("a; X; b", "a; b");
    becomes("X; b", "b");
    becomes("a\nX\nb\n", "a\nb\n");
    becomes("a;\n  X;\n  b", "a;\n  b");
    becomes("a & X; b", "a & b");
    becomes("a; X && b", "a; b");
}

#[test]
fn the_last_status_stays() {
    becomes("a; X", "a; true");
    becomes("X", "true");
    becomes("a; X || true", "a; true");
    becomes("A=1; X", "A=1");
    becomes("f() { a; }; X", "f() { a; }");
    becomes("a; X;", "a; true;");
    becomes("a\nX\n", "a\ntrue\n");
}

#[test]
fn errexit_leaves_the_shell_where_the_last_command_would_have_been() {
    under_errexit("a; X", "a");
    under_errexit("a\nX\n", "a\n");
    becomes("set -eux; a; X", "set -eux; a");
    becomes("set -euo pipefail; a; X", "set -euo pipefail; a");
    becomes("set -o errexit; a | b; X", "set -o errexit; a | b");
    becomes("set -e; a; set +e; X", "set -e; a; set +e; true");
    becomes("set -e; a || b; X", "set -e; a || b");
    under_errexit("a && b; X", "a && b; true");
    under_errexit("! a; X", "! a; true");
    under_errexit("{ a && b; }; X", "{ a && b; }; true");
    under_errexit("if a; then b; X; fi", "if a; then b; fi");
    under_errexit("(a; X) || b", "(a; true) || b");
    under_errexit("f() { a; X; }; f", "f() { a; true; }; f");
}

#[test]
fn under_errexit_a_command_must_not_become_the_last_of_its_list() {
    becomes("set -e; a && X; b", "set -e; a && true; b");
    becomes("set -e; a && X", "set -e; a");
    becomes("set -e; if a; then b && X; fi", "set -e; if a; then b; fi");
    becomes("set -e; for i in 1 2; do a && X; done", "set -e; for i in 1 2; do a && true; done");
    becomes("set -e; { a && X; } || b; c", "set -e; { a; } || b; c");
    becomes("set -e; a && X && b; c", "set -e; a && b; c");
    becomes(". ./x; a && X; b", ". ./x; a && true; b");
    becomes("set -e; (a && X); b", "set -e; (a); b");
}

#[test]
fn bodies_are_never_left_empty() {
    becomes("if a; then X; fi", "if a; then true; fi");
    becomes("if a; then b; else X; fi", "if a; then b; else true; fi");
    becomes("for i in a; do X; done", "for i in a; do true; done");
    becomes("case a in b) X;; esac", "case a in b) true;; esac");
    becomes("f() { X; }", "f() { true; }");
    becomes("(X)", "(true)");
    becomes("if a; then b; X; c; fi", "if a; then b; c; fi");
    becomes("case a in b) c; X; d;; esac", "case a in b) c; d;; esac");
}

#[test]
fn several_commands_of_one_script() {
    becomes("a && X 1 && X 2 && b", "a && b");
    becomes("X 1 && X 2 && b", "b");
    becomes("a && X 1 && X 2", "a");
    becomes("a; X 1 && X 2; b", "a; b");
    becomes("a; X 1; X 2; b", "a; b");
    becomes("a; X 1; X 2", "a; true");
    becomes("X 1; X 2", "true");
    becomes("{ X 1; X 2; } && b", "{ true; } && b");
    becomes("a && X 1 || X 2; b", "a || true; b");
    under_errexit("{ X 1; X 2; }", "{ true; }");
    becomes("a && (X 1; b) && X 2", "a && (b)");
}

#[test]
fn the_order_of_the_targets_does_not_matter() {
    let script = Script::parse("X 1 && X 2 && b; X 3");
    let mut targets: Vec<_> =
        script.locate(&State::default()).into_iter().filter(|l| l.command.name() == Some("X")).collect();
    let plan = removals(&script, &targets);
    targets.reverse();
    let mut reversed = removals(&script, &targets);
    reversed.outcomes.reverse();
    assert_eq!(plan, reversed);
    assert_eq!(plan.apply(script.text()), "b; true");
}

#[test]
fn a_command_within_another_goes_with_it() {
    let script = Script::parse("a && sh -c 'X && c' && b");
    let targets: Vec<_> = script
        .locate(&State::default())
        .into_iter()
        .filter(|l| matches!(l.command.name(), Some("X" | "sh")))
        .collect();
    assert_eq!(removals(&script, &targets).apply(script.text()), "a && b");
}

#[test]
fn readers_of_the_status_are_not_misled() {
    becomes("a; X; echo $?", "a; true; echo $?");
    becomes("a; X; exit", "a; true; exit");
    becomes("a && X && echo $?", "a && echo $?");
    becomes("X && b; echo $?", "true && b; echo $?");
    refused("a | b; X; echo ${PIPESTATUS[0]}", RefusalReason::ReadsTrace);
    refused("a; X b; echo $_", RefusalReason::ReadsTrace);
}

#[test]
fn comments_and_here_documents_stay() {
    becomes("a\n# why\nX\nb", "a\n# why\nb");
    becomes("a\nX # why\nb", "a # why\nb");
    becomes("a\n# why\nX # so\nb", "a\n# why\ntrue # so\nb");
    becomes("a && # why\n X || b", "a && # why\n true || b");
    becomes("a && # why\n X && b", "a && # why\n b");
    becomes("cat <<E && X\nt\nE\nb", "cat <<E\nt\nE\nb");
    becomes("cat <<E\nt\nE\nX\nb", "cat <<E\nt\nE\nb");
}

#[test]
fn some_commands_have_to_stay() {
    refused("a | X", RefusalReason::Pipeline);
    refused("X | a", RefusalReason::Pipeline);
    refused("a $(X)", RefusalReason::Substitution);
    refused("if X; then a; fi", RefusalReason::Condition);
    refused("while X; do a; done", RefusalReason::Condition);
    refused("if a && X; then b; fi", RefusalReason::Condition);
    refused("a && X & b", RefusalReason::Background);
    refused("! X", RefusalReason::Negated);
    refused("X > f", RefusalReason::Redirected);
    refused("X <<E\nE\n", RefusalReason::Redirected);
    refused("X $(a)", RefusalReason::RunsOthers);
    refused("X ${A:=b}", RefusalReason::RunsOthers);
    refused("X() { a; }; X && b", RefusalReason::Shadowed);
    refused("true() { a; }; X && b", RefusalReason::Shadowed);
    refused("bash -c \"X $A && b\"", RefusalReason::Expanded);
}

#[test]
fn scripts_of_other_shells_are_shells_of_their_own() {
    becomes("bash -c 'a && X && b' | tee log", "bash -c 'a && b' | tee log");
    becomes("set -e; bash -c 'a; X'", "set -e; bash -c 'a; true'");
    becomes("bash -ec 'a; X'; b", "bash -ec 'a'; b");
    becomes("bash -ec 'a && X'; b", "bash -ec 'a'; b");
}
