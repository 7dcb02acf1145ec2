//! What a node does to the state of the shell that runs it.

use super::state::{Options, State};
use crate::ast::{
    Assignment, Assignments, Command, Declaration, List, Lookup, Node, OperationKind, Word, WordPart,
};
use crate::walk;

/// The value that a word has in `state`.
fn resolved(word: &Word, text: &str, state: &State) -> Lookup {
    word.resolve(text, |name| state.variable(name)).map_or(Lookup::Unknown, Lookup::Set)
}

impl State {
    /// A simple command with a name.
    pub(super) fn command(&mut self, command: &Command, text: &str) {
        for word in command.all_words() {
            self.word(word);
        }
        let Some((name, arguments)) = command.words.split_first() else { return };
        match name.value() {
            Some("set") => self.options.apply(arguments.iter().map(Word::value)),
            // bash's other way to say `set -o`
            Some("shopt") if arguments.iter().any(|a| a.value().is_none_or(|v| v.contains('o'))) => {
                self.options = Options::UNKNOWN;
            }
            Some("cd") => self.change_directory(arguments, text),
            Some("pushd" | "popd") => self.cwd.change(None),
            Some("unset") => {
                for name in arguments.iter().filter_map(Word::value).filter(|n| !n.starts_with('-')) {
                    self.assign(name, Lookup::Unset, Some(false));
                }
            }
            Some("read" | "mapfile" | "readarray" | "getopts" | "printf") => {
                for name in arguments.iter().filter_map(Word::value).filter(|n| is_name(n)) {
                    self.forget(name);
                }
            }
            Some("eval" | "." | "source") => {
                self.options = Options::UNKNOWN;
                self.cwd.change(None);
                self.sourced = true;
            }
            Some("exit" | "return" | "break" | "continue") => self.ended = true,
            Some("exec") => self.ended = !arguments.is_empty(),
            _ => {}
        }
    }

    fn change_directory(&mut self, arguments: &[Word], text: &str) {
        let mut targets = arguments.iter().filter(|a| !matches!(a.value(), Some("--" | "-P" | "-L")));
        let target = targets.next().map(|word| resolved(word, text, self));
        match (target, targets.next()) {
            (Some(Lookup::Set(path)), None) => self.cwd.change(Some(&path)),
            _ => self.cwd.change(None),
        }
    }

    pub(super) fn assignments(&mut self, node: &Assignments, text: &str) {
        for assignment in &node.assignments {
            self.assignment(assignment, text, None);
        }
    }

    fn assignment(&mut self, assignment: &Assignment, text: &str, export: Option<bool>) {
        self.word(&assignment.value);
        let value = match (assignment.subscript, assignment.append) {
            (true, _) => Lookup::Unknown,
            (false, false) => resolved(&assignment.value, text, self),
            (false, true) => match (self.variable(&assignment.name), resolved(&assignment.value, text, self))
            {
                (Lookup::Set(old), Lookup::Set(new)) => Lookup::Set(old + &new),
                _ => Lookup::Unknown,
            },
        };
        self.assign(&assignment.name, value, export);
    }

    pub(super) fn declaration(&mut self, node: &Declaration, text: &str) {
        let keyword = node.keyword.value().unwrap_or_default();
        let options = || node.words.iter().filter_map(Word::value).filter(|w| w.starts_with('-'));
        let exports = if keyword == "export" {
            Some(!options().any(|o| o.contains('n')))
        } else if options().any(|o| o.contains('x')) {
            Some(true)
        } else {
            None
        };
        for assignment in &node.assignments {
            self.assignment(assignment, text, exports);
        }
        for word in &node.words {
            self.word(word);
            let Some(name) = word.value().filter(|w| is_name(w)) else { continue };
            match exports {
                Some(true) => self.export(name),
                Some(false) => self.forget(name),
                None => {}
            }
        }
    }

    /// `${NAME:=value}` sets the variable.
    pub(super) fn word(&mut self, word: &Word) {
        for part in &word.parts {
            if let WordPart::Variable { name, operation: Some(operation), .. } = part
                && matches!(operation.kind, OperationKind::Assign { .. })
            {
                self.forget(name);
            }
        }
    }

    /// Everything that the commands of `list` might change is no longer known.
    pub(super) fn clobber(&mut self, list: &List, text: &str) {
        walk::nodes(list, |node| self.clobber_node(node, text));
    }

    pub(super) fn clobber_node(&mut self, node: &Node, text: &str) {
        match node {
            Node::Command(command) => {
                let mut after = self.clone();
                after.ended = false;
                after.command(command, text);
                after.ended = self.ended;
                self.differ(&after);
                if matches!(command.name(), Some("set")) {
                    self.options = Options::UNKNOWN;
                }
                if matches!(command.name(), Some("cd" | "pushd" | "popd")) {
                    self.cwd.change(None);
                }
                if matches!(command.name(), Some("unset")) {
                    command.words.iter().skip(1).filter_map(Word::value).for_each(|n| self.forget(n));
                }
            }
            Node::Assignment(node) => node.assignments.iter().for_each(|a| self.forget(&a.name)),
            Node::Declaration(node) => {
                node.assignments.iter().for_each(|a| self.forget(&a.name));
                node.words.iter().filter_map(Word::value).filter(|w| is_name(w)).for_each(|n| self.forget(n));
            }
            Node::Opaque(_) => self.opaque(),
            _ => {}
        }
    }

    /// Text that was not understood might do anything.
    pub(super) fn opaque(&mut self) {
        self.options = Options::UNKNOWN;
        self.cwd.change(None);
        self.sourced = true;
    }

    fn differ(&mut self, after: &Self) {
        if self != after {
            self.join(after);
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
