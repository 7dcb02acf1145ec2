//! brush-parser's reading of a script, and this crate's, in one notation.
//!
//! Simple commands are their words as written, in order, with redirections left out; substitutions are not looked
//! into, for brush keeps them as text.

use std::fmt::Write as _;

use brush_parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem, CompoundCommand, CompoundList, CompoundListItem,
    Pipeline, SeparatorOperator, SimpleCommand,
};
use dockfit_shell::ast::{Assignment, List, Loop, LoopKind, Node, TestKind, Word};
use dockfit_shell::{OperatorKind, Script};

/// brush's reading; `None` if it refuses the text.
pub(crate) fn theirs(text: &str) -> Option<String> {
    let tokens = brush_parser::tokenize_str(text).ok()?;
    let program = brush_parser::parse_tokens(&tokens, &brush_parser::ParserOptions::default()).ok()?;
    let mut out = String::new();
    // A complete command is what stands on one line.
    let items: Vec<_> = program.complete_commands.iter().flat_map(|c| &c.0).collect();
    their_items(&items, &mut out);
    Some(out)
}

fn their_list(list: &CompoundList, out: &mut String) {
    out.push('{');
    their_items(&list.0.iter().collect::<Vec<_>>(), out);
    out.push('}');
}

fn their_items(items: &[&CompoundListItem], out: &mut String) {
    for CompoundListItem(and_or, separator) in items {
        their_and_or(and_or, out);
        out.push_str(if matches!(separator, SeparatorOperator::Async) { " & " } else { "; " });
    }
}

fn their_and_or(list: &AndOrList, out: &mut String) {
    their_pipeline(&list.first, out);
    for next in &list.additional {
        let (operator, pipeline) = match next {
            AndOr::And(pipeline) => (" && ", pipeline),
            AndOr::Or(pipeline) => (" || ", pipeline),
        };
        out.push_str(operator);
        their_pipeline(pipeline, out);
    }
}

fn their_pipeline(pipeline: &Pipeline, out: &mut String) {
    if pipeline.timed.is_some() {
        out.push_str("[time]");
    }
    if pipeline.bang {
        out.push_str("! ");
    }
    for (index, command) in pipeline.seq.iter().enumerate() {
        if index > 0 {
            out.push_str(" | ");
        }
        their_command(command, out);
    }
}

fn their_command(command: &Command, out: &mut String) {
    match command {
        Command::Simple(simple) => their_simple(simple, out),
        Command::Compound(compound, _) => their_compound(compound, out),
        Command::Function(function) => {
            let _ = write!(out, "{}()", function.fname);
            their_compound(&function.body.0, out);
        }
        Command::ExtendedTest(..) => out.push_str("[[]]"),
    }
}

fn their_simple(simple: &SimpleCommand, out: &mut String) {
    let mut item = |item: &CommandPrefixOrSuffixItem| match item {
        CommandPrefixOrSuffixItem::IoRedirect(_) => {}
        CommandPrefixOrSuffixItem::Word(word) | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
            let _ = write!(out, "[{}]", word.value);
        }
        CommandPrefixOrSuffixItem::ProcessSubstitution(..) => out.push_str("[process]"),
    };
    simple.prefix.iter().flat_map(|p| &p.0).for_each(&mut item);
    simple.word_or_name.iter().for_each(|w| item(&CommandPrefixOrSuffixItem::Word(w.clone())));
    simple.suffix.iter().flat_map(|s| &s.0).for_each(&mut item);
}

fn their_compound(compound: &CompoundCommand, out: &mut String) {
    match compound {
        CompoundCommand::Arithmetic(_) => out.push_str("(())"),
        CompoundCommand::ArithmeticForClause(clause) => {
            out.push_str("for(())");
            their_list(&clause.body.list, out);
        }
        CompoundCommand::BraceGroup(group) => {
            out.push_str("group");
            their_list(&group.list, out);
        }
        CompoundCommand::Subshell(subshell) => {
            out.push_str("subshell");
            their_list(&subshell.list, out);
        }
        CompoundCommand::ForClause(clause) => {
            let _ = write!(out, "for {}", clause.variable_name);
            clause.values.iter().flatten().for_each(|w| {
                let _ = write!(out, "[{}]", w.value);
            });
            their_list(&clause.body.list, out);
        }
        CompoundCommand::CaseClause(clause) => {
            let _ = write!(out, "case [{}]", clause.value.value);
            for case in &clause.cases {
                match &case.cmd {
                    Some(list) => their_list(list, out),
                    None => out.push_str("{}"),
                }
            }
        }
        CompoundCommand::IfClause(clause) => {
            out.push_str("if");
            their_list(&clause.condition, out);
            their_list(&clause.then, out);
            for otherwise in clause.elses.iter().flatten() {
                out.push_str("else");
                otherwise.condition.iter().for_each(|c| their_list(c, out));
                their_list(&otherwise.body, out);
            }
        }
        CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
            out.push_str("while");
            their_list(&clause.0, out);
            their_list(&clause.1.list, out);
        }
        CompoundCommand::Coprocess(_) => out.push_str("coproc"),
    }
}

/// This crate's reading; `None` if any of the text, outside of substitutions, is opaque.
pub(crate) fn ours(text: &str) -> Option<String> {
    let script = Script::parse(text);
    let mut out = String::new();
    our_items(&script, &script.body, &mut out).then_some(out)
}

fn our_list(script: &Script, list: &List, out: &mut String) -> bool {
    out.push('{');
    let understood = our_items(script, list, out);
    out.push('}');
    understood
}

fn our_items(script: &Script, list: &List, out: &mut String) -> bool {
    let mut understood = true;
    for item in &list.items {
        understood &= our_node(script, &item.node, out);
        out.push_str(match item.operator.as_ref().map(|o| o.kind) {
            Some(OperatorKind::And) => " && ",
            Some(OperatorKind::Or) => " || ",
            Some(OperatorKind::Background) => " & ",
            Some(OperatorKind::Semicolon | OperatorKind::Newline) | None => "; ",
        });
    }
    understood
}

fn our_words(script: &Script, assignments: &[Assignment], words: &[&Word], out: &mut String) {
    let mut ranges: Vec<_> =
        assignments.iter().map(|a| &a.range).chain(words.iter().map(|w| &w.range)).collect();
    ranges.sort_by_key(|r| r.start);
    for range in ranges {
        let raw = script.slice(range);
        if raw.starts_with("<(") || raw.starts_with(">(") {
            out.push_str("[process]");
        } else {
            let _ = write!(out, "[{raw}]");
        }
    }
}

fn our_node(script: &Script, node: &Node, out: &mut String) -> bool {
    match node {
        Node::Command(n) => our_words(script, &n.assignments, &n.words.iter().collect::<Vec<_>>(), out),
        Node::Assignment(n) => our_words(script, &n.assignments, &[], out),
        Node::Declaration(n) => {
            let words: Vec<_> = std::iter::once(&n.keyword).chain(&n.words).collect();
            our_words(script, &n.assignments, &words, out);
        }
        Node::Test(n) => match n.kind {
            TestKind::Single => our_words(script, &[], &n.words.iter().collect::<Vec<_>>(), out),
            TestKind::Double => out.push_str("[[]]"),
            TestKind::Arithmetic => out.push_str("(())"),
        },
        Node::Pipeline(n) => {
            if n.negated.is_some() {
                out.push_str("! ");
            }
            for (index, command) in n.commands.iter().enumerate() {
                if index > 0 {
                    out.push_str(" | ");
                }
                if !our_node(script, command, out) {
                    return false;
                }
            }
        }
        Node::Group(n) => {
            out.push_str("group");
            return our_list(script, &n.body, out);
        }
        Node::Subshell(n) => {
            out.push_str("subshell");
            return our_list(script, &n.body, out);
        }
        Node::If(n) => {
            let mut understood = true;
            for (index, clause) in n.clauses.iter().enumerate() {
                out.push_str(if index == 0 { "if" } else { "else" });
                understood &= our_list(script, &clause.condition, out) & our_list(script, &clause.body, out);
            }
            if let Some(otherwise) = &n.otherwise {
                out.push_str("else");
                understood &= our_list(script, otherwise, out);
            }
            return understood;
        }
        Node::Loop(n) => return our_loop(script, n, out),
        Node::Case(n) => {
            let _ = write!(out, "case [{}]", script.slice(&n.word.range));
            return n.arms.iter().fold(true, |understood, arm| understood & our_list(script, &arm.body, out));
        }
        Node::Function(n) => {
            let _ = write!(out, "{}()", n.name);
            return our_node(script, &n.body, out);
        }
        Node::Opaque(_) => return false,
    }
    true
}

fn our_loop(script: &Script, node: &Loop, out: &mut String) -> bool {
    match node.kind {
        LoopKind::Arithmetic => out.push_str("for(())"),
        LoopKind::While | LoopKind::Until => out.push_str("while"),
        LoopKind::For | LoopKind::Select => {
            let variable = node.variable.clone().unwrap_or_default();
            let _ = write!(out, "for {}", script.slice(&variable));
            node.words.iter().flatten().for_each(|w| {
                let _ = write!(out, "[{}]", script.slice(&w.range));
            });
        }
    }
    let condition = node.condition.as_ref().is_none_or(|c| our_list(script, c, out));
    condition & our_list(script, &node.body, out)
}
