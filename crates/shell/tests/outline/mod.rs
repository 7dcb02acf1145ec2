//! A script's tree as one line of text, for tests.

use std::fmt::Write as _;

use dockfit_shell::ast::{Assignment, CaseArm, List, LoopKind, NestedBody, Node, Redirect, Word};
use dockfit_shell::{OperatorKind, Script};

/// The tree of `text`: words between `⟨⟩`, operators as written, constructs by name.
pub(crate) fn outline(text: &str) -> String {
    let script = Script::parse(text);
    let mut out = String::new();
    list(&script, &script.body, &mut out);
    out
}

fn list(script: &Script, body: &List, out: &mut String) {
    for (index, item) in body.items.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        node(script, &item.node, out);
        if let Some(operator) = &item.operator {
            out.push_str(match operator.kind {
                OperatorKind::And => " &&",
                OperatorKind::Or => " ||",
                OperatorKind::Semicolon => " ;",
                OperatorKind::Newline => " ↵",
                OperatorKind::Background => " &",
            });
        }
    }
}

fn block(script: &Script, name: &str, body: &List, out: &mut String) {
    out.push_str(name);
    out.push('{');
    list(script, body, out);
    out.push('}');
}

fn word(script: &Script, word: &Word, out: &mut String) {
    out.push('⟨');
    out.push_str(script.slice(&word.range));
    out.push('⟩');
    for substitution in word.substitutions() {
        block(script, "$", &substitution.body, out);
    }
}

fn assignments(script: &Script, all: &[Assignment], out: &mut String) {
    for assignment in all {
        let _ = write!(out, "{}=", assignment.name);
        word(script, &assignment.value, out);
    }
}

fn redirects(script: &Script, all: &[Redirect], out: &mut String) {
    for redirect in all {
        let _ = write!(out, " <{}>", script.slice(&redirect.range));
        if let Some(heredoc) = &redirect.heredoc {
            let _ = write!(out, "{:?}", script.slice(&heredoc.body));
            for substitution in &heredoc.substitutions {
                block(script, "$", &substitution.body, out);
            }
        }
    }
}

fn arm(script: &Script, arm: &CaseArm, out: &mut String) {
    block(script, script.slice(&arm.patterns).trim(), &arm.body, out);
}

fn node(script: &Script, node: &Node, out: &mut String) {
    match node {
        Node::Command(c) => {
            assignments(script, &c.assignments, out);
            c.words.iter().for_each(|w| word(script, w, out));
            match c.nested.as_ref().map(|n| &n.body) {
                Some(NestedBody::Exact(body)) => block(script, "script", body, out),
                Some(NestedBody::Expanded(body)) => block(script, "expanded", body, out),
                Some(NestedBody::Unescaped(inner)) => block(inner, "unescaped", &inner.body, out),
                None => {}
            }
        }
        Node::Assignment(a) => assignments(script, &a.assignments, out),
        Node::Declaration(d) => {
            word(script, &d.keyword, out);
            d.words.iter().for_each(|w| word(script, w, out));
            assignments(script, &d.assignments, out);
        }
        Node::Test(t) => {
            let _ = write!(out, "{:?}", t.kind);
            t.words.iter().for_each(|w| word(script, w, out));
        }
        Node::Pipeline(p) => {
            out.push_str(if p.negated.is_some() { "not(" } else { "pipe(" });
            for (index, command) in p.commands.iter().enumerate() {
                if index > 0 {
                    out.push_str(" | ");
                }
                self::node(script, command, out);
            }
            out.push(')');
        }
        Node::Group(g) => block(script, "group", &g.body, out),
        Node::Subshell(s) => block(script, "subshell", &s.body, out),
        Node::If(i) => {
            for clause in &i.clauses {
                block(script, "if", &clause.condition, out);
                block(script, "then", &clause.body, out);
            }
            if let Some(body) = &i.otherwise {
                block(script, "else", body, out);
            }
        }
        Node::Loop(l) => {
            out.push_str(match l.kind {
                LoopKind::For => "for",
                LoopKind::Arithmetic => "for((",
                LoopKind::Select => "select",
                LoopKind::While => "while",
                LoopKind::Until => "until",
            });
            l.words.iter().flatten().for_each(|w| word(script, w, out));
            if let Some(condition) = &l.condition {
                block(script, "", condition, out);
            }
            block(script, "do", &l.body, out);
        }
        Node::Case(c) => {
            out.push_str("case");
            word(script, &c.word, out);
            c.arms.iter().for_each(|a| arm(script, a, out));
        }
        Node::Function(f) => {
            let _ = write!(out, "{}()", f.name);
            self::node(script, &f.body, out);
        }
        Node::Opaque(o) => {
            let _ = write!(out, "opaque<{}>", script.slice(&o.range));
        }
    }
    redirects(script, node.redirects(), out);
}
