//! What holds for every text.

use std::ops::Range;

use dockfit_shell::ast::{Assignment, List, Node, Redirect};
use dockfit_shell::{Command, Script, State, Word, invocations, removals};
use proptest::prelude::*;

/// Pieces of shell syntax; random characters alone hardly ever nest.
const PIECES: &[&str] = &[
    "a",
    "rm",
    "pip",
    " ",
    " ",
    " ",
    "\n",
    "&&",
    "||",
    ";",
    ";;",
    "|",
    "&",
    "(",
    ")",
    "{ ",
    " }",
    "if ",
    "then ",
    "elif ",
    "else ",
    "fi",
    "for ",
    "in ",
    "do ",
    "done",
    "while ",
    "case ",
    "esac",
    "f() ",
    "$(",
    "`",
    "${",
    "}",
    "$",
    "$x",
    "\"",
    "'",
    "\\",
    "\\\n",
    "#",
    "<",
    ">",
    ">&2",
    "2>&1",
    "<<E\n",
    "<<'E'",
    "\nE\n",
    "=",
    "A=",
    "export ",
    "set -e",
    "[ ",
    " ]",
    "[[ ",
    " ]]",
    "((",
    "))",
    "*",
    "~",
    "é",
    "\t",
    "\r\n",
    "\0",
    "sh -c '",
    "bash -c \"",
    "sudo ",
    "! ",
    "true",
    ":-",
    "$'",
    "{a,b}",
    "exit",
    "cd ",
    "+=",
    "<(",
    "&>",
];

fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|p| p.concat());
    prop_oneof![4 => pieces, 1 => ".{0,80}", 1 => "[ -~\n]{0,80}"]
}

/// Checks ranges on the way down.
struct Checker<'s> {
    script: &'s Script,
}

impl Checker<'_> {
    /// `range` is text of the script, and within `outer`.
    fn range(&self, range: &Range<usize>, outer: &Range<usize>) {
        let text = self.script.text();
        assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
        assert!(outer.start <= range.start && range.end <= outer.end, "{range:?} in {outer:?} of {text:?}");
    }

    /// The ranges do not overlap and come in order.
    fn ordered<'r>(&self, ranges: impl IntoIterator<Item = &'r Range<usize>>, outer: &Range<usize>) {
        let mut end = outer.start;
        for range in ranges {
            self.range(range, outer);
            assert!(end <= range.start, "{range:?} behind {end} of {:?}", self.script.text());
            end = range.end;
        }
    }

    fn list(&self, list: &List, outer: &Range<usize>) {
        self.range(&list.range, outer);
        self.ordered(list.items.iter().map(|i| i.node.range()), &list.range);
        for item in &list.items {
            if let Some(operator) = &item.operator {
                self.range(&operator.range, &list.range);
                assert!(item.node.range().end <= operator.range.start);
            }
            self.node(&item.node);
        }
        assert_eq!(list.opaque, list.items.iter().any(|i| matches!(i.node, Node::Opaque(_))));
    }

    fn words<'w>(&self, words: impl IntoIterator<Item = &'w Word>, outer: &Range<usize>) {
        for word in words {
            self.range(&word.range, outer);
            self.ordered(word.parts.iter().map(dockfit_shell::WordPart::range), &word.range);
            for substitution in word.substitutions() {
                self.range(&substitution.range, &word.range);
                self.list(&substitution.body, &substitution.range);
            }
        }
    }

    fn assignments(&self, all: &[Assignment], outer: &Range<usize>) {
        self.ordered(all.iter().map(|a| &a.range), outer);
        for assignment in all {
            self.range(&assignment.name_range, &assignment.range);
            self.words([&assignment.value], &assignment.range);
        }
    }

    fn redirects(&self, all: &[Redirect], outer: &Range<usize>) {
        self.ordered(all.iter().map(|r| &r.range), outer);
        for redirect in all {
            self.words(&redirect.target, &redirect.range);
            let whole = 0..self.script.text().len();
            if let Some(heredoc) = &redirect.heredoc {
                self.ordered([&heredoc.body, &heredoc.end], &whole);
                for substitution in &heredoc.substitutions {
                    self.list(&substitution.body, &heredoc.body);
                }
            }
        }
    }

    fn command(&self, command: &Command) {
        assert!(!command.words.is_empty());
        self.ordered(command.words.iter().map(|w| &w.range), &command.range);
        self.assignments(&command.assignments, &command.range);
        self.words(&command.words, &command.range);
    }

    fn node(&self, node: &Node) {
        let range = node.range();
        assert!(!range.is_empty(), "{node:?} of {:?}", self.script.text());
        self.redirects(node.redirects(), range);
        match node {
            Node::Command(n) => self.command(n),
            Node::Assignment(n) => self.assignments(&n.assignments, range),
            Node::Declaration(n) => {
                self.assignments(&n.assignments, range);
                self.words(&n.words, range);
            }
            Node::Test(n) => self.words(&n.words, range),
            Node::Pipeline(n) => {
                assert_eq!(n.operators.len() + 1, n.commands.len());
                self.ordered(n.commands.iter().map(Node::range), range);
                n.commands.iter().for_each(|c| self.node(c));
            }
            Node::Group(n) => self.list(&n.body, range),
            Node::Subshell(n) => self.list(&n.body, range),
            Node::If(n) => {
                for clause in &n.clauses {
                    self.ordered([&clause.condition.range, &clause.body.range], range);
                    self.list(&clause.condition, range);
                    self.list(&clause.body, range);
                }
                n.otherwise.iter().for_each(|l| self.list(l, range));
            }
            Node::Loop(n) => {
                self.words(n.words.iter().flatten(), range);
                n.condition.iter().for_each(|l| self.list(l, range));
                self.list(&n.body, range);
            }
            Node::Case(n) => {
                self.words([&n.word], range);
                self.ordered(n.arms.iter().map(|a| &a.body.range), range);
                n.arms.iter().for_each(|a| self.list(&a.body, range));
            }
            Node::Function(n) => self.node(&n.body),
            Node::Opaque(_) => {}
        }
    }
}

fn check(text: &str) {
    let script = Script::parse(text);
    assert_eq!(script.text(), text);
    let checker = Checker { script: &script };
    checker.list(&script.body, &(0..text.len()));
    checker.ordered(script.comments(), &(0..text.len()));
    for comment in script.comments() {
        assert!(script.slice(comment).starts_with('#'), "{text:?}");
    }
    let state = State::default();
    let located = script.locate(&state);
    let commands: Vec<_> = script.commands().map(|c| c.range.clone()).collect();
    assert_eq!(located.iter().map(|l| l.command.range.clone()).collect::<Vec<_>>(), commands);
    for invocation in invocations(&script, &state) {
        assert!(!invocation.program.contains('/'));
    }
    let targets: Vec<_> = located.into_iter().filter(|l| l.command.name() == Some("rm")).collect();
    let plan = removals(&script, &targets);
    assert_eq!(plan.outcomes.len(), targets.len());
    checker.ordered(plan.edits.iter().map(|(range, _)| range), &(0..text.len()));
    if !script.has_errors() {
        let after = plan.apply(text);
        assert!(!Script::parse(&after).has_errors(), "{text:?} became {after:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_is_parsed_with_ranges_that_hold(text in any_text()) {
        check(&text);
    }
}

#[test]
fn texts_that_once_went_wrong() {
    for text in [
        "",
        "\n",
        " # c",
        "\u{feff}a",
        "a\r\nb",
        "<<",
        "<<E",
        "$(",
        "a <<E\nE",
        "\\",
        "`",
        "${",
        "a;;b",
        "\0",
        "{\u{10ffff}",
    ] {
        check(text);
    }
}
