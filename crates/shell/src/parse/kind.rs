//! The node kinds of the grammar that the builder looks at.

use std::sync::OnceLock;

use tree_sitter::{Language, Node};

macro_rules! kinds {
    ($($variant:ident = $name:literal,)*) => {
        /// A node kind of tree-sitter-bash 0.25 (`src/node-types.json`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind { $($variant,)* Other }

        fn by_name(name: &str) -> Kind {
            match name { $($name => Kind::$variant,)* _ => Kind::Other }
        }
    };
}

kinds! {
    Ampersand = "&",
    AndAnd = "&&",
    ArithmeticExpansion = "arithmetic_expansion",
    Array = "array",
    CStyleFor = "c_style_for_statement",
    Case = "case",
    CaseItem = "case_item",
    CaseStatement = "case_statement",
    CloseBrace = "}",
    CloseParen = ")",
    Command = "command",
    CommandSubstitution = "command_substitution",
    Comment = "comment",
    CompoundStatement = "compound_statement",
    DeclarationCommand = "declaration_command",
    Do = "do",
    DoGroup = "do_group",
    Done = "done",
    DoubleSemicolon = ";;",
    Elif = "elif",
    ElifClause = "elif_clause",
    Else = "else",
    ElseClause = "else_clause",
    Esac = "esac",
    Expansion = "expansion",
    Fallthrough = ";&",
    FallthroughTest = ";;&",
    Fi = "fi",
    FileRedirect = "file_redirect",
    For = "for",
    ForStatement = "for_statement",
    FunctionDefinition = "function_definition",
    HeredocBody = "heredoc_body",
    HeredocEnd = "heredoc_end",
    HeredocRedirect = "heredoc_redirect",
    HeredocStart = "heredoc_start",
    HerestringRedirect = "herestring_redirect",
    If = "if",
    In = "in",
    IfStatement = "if_statement",
    List = "list",
    NegatedCommand = "negated_command",
    OpenDoubleParen = "((",
    OpenDoubleBracket = "[[",
    OrOr = "||",
    OpenBrace = "{",
    OpenParen = "(",
    Pipe = "|",
    PipeAmpersand = "|&",
    Pipeline = "pipeline",
    ProcessSubstitution = "process_substitution",
    Program = "program",
    RedirectedStatement = "redirected_statement",
    Select = "select",
    Semicolon = ";",
    Subshell = "subshell",
    TestCommand = "test_command",
    Then = "then",
    UnsetCommand = "unset_command",
    Until = "until",
    VariableAssignment = "variable_assignment",
    VariableAssignments = "variable_assignments",
    VariableName = "variable_name",
    While = "while",
    WhileStatement = "while_statement",
    Word = "word",
}

/// The grammar.
pub(super) fn language() -> &'static Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    LANGUAGE.get_or_init(|| tree_sitter_bash::LANGUAGE.into())
}

fn table() -> &'static [Kind] {
    static TABLE: OnceLock<Vec<Kind>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let count = u16::try_from(language().node_kind_count()).unwrap_or(u16::MAX);
        (0..count).map(|id| language().node_kind_for_id(id).map_or(Kind::Other, by_name)).collect()
    })
}

/// The kind of `node`; error nodes are [`Kind::Other`], ask `is_error`.
pub(super) fn kind(node: Node<'_>) -> Kind {
    table().get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Other)
}

/// The children of `node`, extras (comments) and anonymous tokens included.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}
