//! A walk over the syntax tree of a module.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::names::{Bound, Scopes, TOP};
use super::read::LAZY;
use super::value::value;
use super::{Argument, Assignment, Call, Function, Import, ImportForm, ImportedName, Level, Module, Use};
use crate::error::Lines;

/// Where a node stands.
#[derive(Clone, Copy)]
struct Around {
    level: Level,
    scope: usize,
    is_annotation: bool,
}

impl Around {
    fn at(self, level: Level) -> Self {
        Self { level: self.level.max(level), ..self }
    }
}

/// A walk over the tree. What needs names is kept until all of them are known.
pub(super) struct Walk<'t> {
    text: &'t str,
    left: Vec<(Node<'t>, Around)>,
    scopes: Scopes<'t>,
    imports: Vec<Import>,
    calls: Vec<(Node<'t>, Around)>,
    assigned: Vec<(Node<'t>, Around)>,
    identifiers: Vec<(Node<'t>, Around, bool)>,
    functions: Vec<Function>,
    definitions: Vec<String>,
    has_lazy_annotations: bool,
    /// Where the first statement of Python 2 is.
    pub(super) python_2: Option<usize>,
    /// Where statements start that import on first use.
    lazy: BTreeSet<usize>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str, lazy: BTreeSet<usize>) -> Self {
        Self {
            text,
            left: Vec::new(),
            scopes: Scopes::new(),
            imports: Vec::new(),
            calls: Vec::new(),
            assigned: Vec::new(),
            identifiers: Vec::new(),
            functions: Vec::new(),
            definitions: Vec::new(),
            has_lazy_annotations: false,
            python_2: None,
            lazy,
        }
    }

    /// Without recursion: source may nest deeper than a stack is.
    pub(super) fn all(&mut self, root: Node<'t>) {
        self.left.push((root, Around { level: Level::Module, scope: TOP, is_annotation: false }));
        while let Some((node, around)) = self.left.pop() {
            let pushed = self.left.len();
            self.visit(node, around);
            // What comes first is looked at first.
            self.left[pushed..].reverse();
        }
    }

    fn visit(&mut self, node: Node<'t>, around: Around) {
        match node.kind() {
            "import_statement" => self.import(node, around),
            "print_statement" | "exec_statement" => {
                self.python_2 = self.python_2.or(Some(node.start_byte()));
            }
            "import_from_statement" => self.import_from(node, around),
            "future_import_statement" => {
                self.has_lazy_annotations |= self.written(node).contains("annotations");
            }
            "function_definition" => self.function(node, around),
            "lambda" => self.lambda(node, around),
            "class_definition" => self.class(node, around),
            "if_statement" => self.condition(node, around),
            "try_statement" => self.children(node, around.at(Level::Try)),
            "with_statement" => {
                let head = self.written(node).lines().next().unwrap_or_default();
                let level = if head.contains("suppress(") { Level::Try } else { Level::Module };
                self.children(node, around.at(level));
            }
            "while_statement" | "match_statement" | "conditional_expression" => {
                self.children(node, around.at(Level::Conditional));
            }
            "for_statement" => {
                self.bind_targets(node.child_by_field_name("left"), around);
                self.children(node, around.at(Level::Conditional));
            }
            "call" => {
                self.calls.push((node, around));
                self.children(node, around);
            }
            "assignment" | "augmented_assignment" | "named_expression" => self.assignment(node, around),
            "as_pattern" => self.as_pattern(node, around),
            "attribute" => self.field(node, "object", around),
            "keyword_argument" => self.field(node, "value", around),
            "type" => self.children(node, Around { is_annotation: true, ..around }),
            "delete_statement" => self.stores(node, around),
            "identifier" => self.identifiers.push((node, around, false)),
            "global_statement" | "nonlocal_statement" | "string_content" | "comment" => {}
            _ => self.children(node, around),
        }
    }

    fn written(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn children(&mut self, node: Node<'t>, around: Around) {
        let mut cursor = node.walk();
        self.left.extend(node.named_children(&mut cursor).map(|child| (child, around)));
    }

    fn field(&mut self, node: Node<'t>, name: &str, around: Around) {
        self.left.extend(node.child_by_field_name(name).map(|child| (child, around)));
    }

    /// The bytes of a statement and when it runs: one that is lazy does at the first use of its names.
    fn statement(&self, node: Node<'_>, around: Around) -> (Range<usize>, Level) {
        let range = node.byte_range();
        match range.start.checked_sub(LAZY.len()).filter(|start| self.lazy.contains(start)) {
            Some(start) => (start..range.end, Level::Function),
            None => (range, around.level),
        }
    }

    fn import(&mut self, node: Node<'t>, around: Around) {
        let (statement, level) = self.statement(node, around);
        let mut cursor = node.walk();
        for child in node.children_by_field_name("name", &mut cursor) {
            let (name, alias) = self.name_and_alias(child);
            // Without an alias only the first part is bound.
            let top = name.split('.').next().unwrap_or_default();
            let (bound, path) = alias.as_deref().map_or((top, top), |alias| (alias, name.as_str()));
            self.scopes.bind(around.scope, bound, Bound::Import(path.to_owned()));
            self.imports.push(Import {
                module: name.clone(),
                dots: 0,
                form: ImportForm::Module { alias },
                level,
                statement: statement.clone(),
                span: child.byte_range(),
            });
        }
    }

    fn import_from(&mut self, node: Node<'t>, around: Around) {
        let Some(from) = node.child_by_field_name("module_name") else { return };
        let written: String = self.written(from).split_whitespace().collect();
        let module = written.trim_start_matches('.').to_owned();
        let dots = written.len() - module.len();
        let mut cursor = node.walk();
        let mut names = Vec::new();
        for child in node.children_by_field_name("name", &mut cursor) {
            let (name, alias) = self.name_and_alias(child);
            let stop = if module.is_empty() { "" } else { "." };
            let path = format!("{written}{stop}{name}");
            self.scopes.bind(around.scope, alias.as_deref().unwrap_or(&name), Bound::Import(path));
            names.push(ImportedName { name, alias, span: child.byte_range() });
        }
        let form = if names.is_empty() { ImportForm::Star } else { ImportForm::Names(names) };
        let ((statement, level), span) = (self.statement(node, around), from.byte_range());
        self.imports.push(Import { module, dots, form, level, statement, span });
    }

    fn name_and_alias(&self, node: Node<'_>) -> (String, Option<String>) {
        let part = |name| node.child_by_field_name(name).map(|part| self.written(part).to_owned());
        let dotted = |text: &str| text.split_whitespace().collect::<String>();
        match node.kind() {
            "aliased_import" => (dotted(&part("name").unwrap_or_default()), part("alias")),
            _ => (dotted(self.written(node)), None),
        }
    }

    /// Decorators, defaults and annotations run where the function is defined, its body when it is called.
    fn function(&mut self, node: Node<'t>, around: Around) {
        self.define(node, around);
        if around.level.is_at_import() {
            self.functions.push(Function { span: node.byte_range(), body: self.body_of(node) });
        }
        let inner = self.scopes.add(around.scope, false);
        self.parameters(node.child_by_field_name("parameters"), around, inner);
        self.field(node, "return_type", around);
        let body = Around { level: around.level.max(Level::Function), scope: inner, is_annotation: false };
        self.field(node, "body", body);
    }

    fn body_of(&self, function: Node<'_>) -> Option<usize> {
        let body = function.child_by_field_name("body")?;
        let mut cursor = body.walk();
        let mut statements = body.named_children(&mut cursor).filter(|child| child.kind() != "comment");
        let first = statements.next()?;
        let is_docstring = first.kind() == "expression_statement"
            && first.named_child(0).is_some_and(|inner| inner.kind().ends_with("string"));
        let statement = if is_docstring { statements.next()? } else { first };
        let before = self.text.get(..statement.start_byte())?;
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        line.chars().all(|char| matches!(char, ' ' | '\t')).then(|| statement.start_byte())
    }

    fn lambda(&mut self, node: Node<'t>, around: Around) {
        let inner = self.scopes.add(around.scope, false);
        self.parameters(node.child_by_field_name("parameters"), around, inner);
        let body = Around { level: around.level.max(Level::Function), scope: inner, ..around };
        self.field(node, "body", body);
    }

    fn parameters(&mut self, parameters: Option<Node<'t>>, around: Around, inner: usize) {
        let Some(parameters) = parameters else { return };
        let mut cursor = parameters.walk();
        for parameter in parameters.named_children(&mut cursor) {
            let name = match parameter.kind() {
                "identifier" => Some(parameter),
                "default_parameter" | "typed_default_parameter" => parameter.child_by_field_name("name"),
                "typed_parameter" | "list_splat_pattern" | "dictionary_splat_pattern" => {
                    parameter.named_child(0)
                }
                _ => None,
            };
            let name = name.map(|name| self.written(name).trim_start_matches('*'));
            if let Some(name) = name {
                self.scopes.bind(inner, name, Bound::Local);
            }
            self.field(parameter, "value", around);
            self.field(parameter, "type", around);
        }
    }

    fn class(&mut self, node: Node<'t>, around: Around) {
        self.define(node, around);
        self.field(node, "superclasses", around);
        let scope = self.scopes.add(around.scope, true);
        self.field(node, "body", Around { scope, ..around });
    }

    fn define(&mut self, node: Node<'t>, around: Around) {
        let Some(name) = node.child_by_field_name("name").map(|name| self.written(name)) else { return };
        self.scopes.bind(around.scope, name, Bound::Local);
        if around.scope == TOP {
            self.definitions.push(name.to_owned());
        }
    }

    fn condition(&mut self, node: Node<'t>, around: Around) {
        let condition = node.child_by_field_name("condition");
        let test: String =
            condition.map(|test| self.written(test)).unwrap_or_default().split_whitespace().collect();
        let level = match test.as_str() {
            "TYPE_CHECKING" => Level::TypeChecking,
            dotted if dotted.ends_with(".TYPE_CHECKING") && !dotted.contains('(') => Level::TypeChecking,
            r#"__name__=="__main__""# | "__name__=='__main__'" => Level::Main,
            _ => Level::Conditional,
        };
        self.left.extend(condition.map(|test| (test, around)));
        self.field(node, "consequence", around.at(level));
        let mut cursor = node.walk();
        for other in node.children_by_field_name("alternative", &mut cursor) {
            self.left.push((other, around.at(Level::Conditional)));
        }
    }

    fn assignment(&mut self, node: Node<'t>, around: Around) {
        let target = node.child_by_field_name("left").or_else(|| node.child_by_field_name("name"));
        let right = node.child_by_field_name("right").or_else(|| node.child_by_field_name("value"));
        if let (Some(target), Some(right)) = (target, right) {
            match target.kind() {
                "identifier" => {
                    let bound = Bound::Assigned(right, around.scope);
                    self.scopes.bind(around.scope, self.written(target), bound);
                    self.identifiers.push((target, around, true));
                    self.assigned.push((node, around));
                }
                "attribute" => {
                    let written = self.written(target);
                    let is_own = written.strip_prefix("self.").is_some_and(|name| !name.contains(['.', '(']));
                    if let (true, Some(class)) = (is_own, self.scopes.class_of(around.scope)) {
                        self.scopes.bind(class, written, Bound::Assigned(right, around.scope));
                        self.assigned.push((node, around));
                    }
                    self.left.push((target, around));
                }
                _ => self.bind_targets(Some(target), around),
            }
        } else {
            self.left.extend(target.map(|target| (target, around)));
        }
        self.field(node, "type", around);
        self.left.extend(right.map(|right| (right, around)));
    }

    /// `with pool() as workers`, `except Error as error`.
    fn as_pattern(&mut self, node: Node<'t>, around: Around) {
        let value = node.named_child(0);
        let target = node.child_by_field_name("alias").and_then(|alias| alias.named_child(0));
        if let (Some(value), Some(target)) = (value, target)
            && target.kind() == "identifier"
        {
            self.scopes.bind(around.scope, self.written(target), Bound::Assigned(value, around.scope));
            self.identifiers.push((target, around, true));
        }
        self.left.extend(value.map(|value| (value, around)));
    }

    /// The names of `a, (b, *c)`; what else stands there is looked at as usual.
    fn bind_targets(&mut self, targets: Option<Node<'t>>, around: Around) {
        let mut left: Vec<Node<'t>> = targets.into_iter().collect();
        while let Some(target) = left.pop() {
            match target.kind() {
                "identifier" => {
                    self.scopes.bind(around.scope, self.written(target), Bound::Local);
                    self.identifiers.push((target, around, true));
                }
                "pattern_list" | "tuple_pattern" | "list_pattern" | "list_splat_pattern" => {
                    let mut cursor = target.walk();
                    left.extend(target.named_children(&mut cursor));
                }
                _ => self.left.push((target, around)),
            }
        }
    }

    fn stores(&mut self, node: Node<'t>, around: Around) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "identifier" => self.identifiers.push((child, around, true)),
                _ => self.left.push((child, around)),
            }
        }
    }

    /// What it has found.
    pub(super) fn finish(self, path: &str) -> Module {
        let Self { text, scopes, .. } = &self;
        let value_of = |node: Node<'_>, scope: usize| {
            value(node, text, &|node: Node<'_>| scopes.path(node, scope, text))
        };
        let calls = self.calls.iter().filter_map(|(node, around)| {
            let function = node.child_by_field_name("function")?;
            let callee = scopes.path(function, around.scope, text)?;
            let mut arguments = Vec::new();
            if let Some(list) = node.child_by_field_name("arguments") {
                let mut cursor = list.walk();
                for argument in list.named_children(&mut cursor) {
                    match argument.kind() {
                        "keyword_argument" => {
                            let name = argument.child_by_field_name("name")?;
                            let value = argument.child_by_field_name("value")?;
                            let keyword = text.get(name.byte_range()).map(str::to_owned);
                            arguments.push(Argument { keyword, value: value_of(value, around.scope) });
                        }
                        "comment" | "dictionary_splat" => {}
                        _ => {
                            let value = value_of(argument, around.scope);
                            arguments.push(Argument { keyword: None, value });
                        }
                    }
                }
            }
            Some(Call { callee, arguments, level: around.level, span: node.byte_range() })
        });
        let assignments = self.assigned.iter().filter_map(|(node, around)| {
            let part = |one, other| node.child_by_field_name(one).or_else(|| node.child_by_field_name(other));
            let target = text.get(part("left", "name")?.byte_range())?.to_owned();
            let value = match node.kind() {
                "augmented_assignment" => super::Value::Other,
                _ => value_of(part("right", "value")?, around.scope),
            };
            Some(Assignment { target, value, level: around.level, span: node.byte_range() })
        });
        let uses = self.identifiers.iter().filter_map(|(node, around, is_store)| {
            let name = text.get(node.byte_range())?;
            let is_imported = matches!(scopes.find(around.scope, name)?, (TOP, Bound::Import(_)));
            is_imported.then(|| Use {
                name: name.to_owned(),
                level: around.level,
                is_annotation: around.is_annotation,
                is_store: *is_store,
                span: node.byte_range(),
            })
        });
        let mut uses: Vec<Use> = uses.collect();
        uses.sort_by_key(|found| found.span.start);
        let mut calls: Vec<Call> = calls.collect();
        calls.sort_by_key(|call| (call.span.start, std::cmp::Reverse(call.span.end)));
        Module {
            path: path.to_owned(),
            text: text.to_string(),
            lines: Lines::of(text),
            calls,
            assignments: assignments.collect(),
            uses,
            imports: self.imports,
            functions: self.functions,
            definitions: self.definitions,
            has_lazy_annotations: self.has_lazy_annotations,
        }
    }
}
