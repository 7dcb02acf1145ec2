//! A file as nodes that tile it.

use std::sync::OnceLock;

use crate::directive::{self, Directive, DirectiveName};
use crate::instruction::{self, Instruction};
use crate::lines::{self, Line, LineKind, Lines};
use crate::{
    Habits, Heredoc, Keyword, LineIndex, LogicalText, Position, Span, SyntaxError, SyntaxErrorKind, heredoc,
};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text of one Dockerfile and its lossless parse.
#[derive(Clone, Debug)]
pub struct Document {
    source: Vec<u8>,
    nodes: Vec<Node>,
    instructions: Vec<Instruction>,
    directives: Vec<Directive>,
    errors: Vec<SyntaxError>,
    escape: char,
    lines: LineIndex,
    habits: OnceLock<Habits>,
}

/// A stretch of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Its bytes; the spans of all nodes tile the file.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a stretch of the file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// A byte order mark at the very start.
    ByteOrderMark,
    /// The parser directive with this index.
    Directive(usize),
    /// A comment line between instructions.
    Comment,
    /// A blank line between instructions.
    Blank,
    /// The instruction with this index.
    Instruction(usize),
}

impl Document {
    /// Parses any bytes. What the engine would refuse stands in [`Document::errors`]; the nodes tile the
    /// source all the same.
    pub fn parse(source: impl Into<Vec<u8>>) -> Self {
        let source = source.into();
        let lines = LineIndex::new(&source);
        let mut parser = Parser::new(&source);
        parser.run();
        let Parser { nodes, instructions, directives, errors, escape, .. } = parser;
        Self {
            nodes,
            instructions,
            directives,
            errors,
            escape: char::from(escape),
            lines,
            source,
            habits: OnceLock::new(),
        }
    }

    /// The bytes of the file.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The bytes of `span`.
    pub fn bytes(&self, span: Span) -> &[u8] {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// The bytes of `span` as text; what is no UTF-8 becomes U+FFFD.
    pub fn text(&self, span: Span) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(span))
    }

    /// The stretches that tile the file.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The instructions in order.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The parser directives in order.
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// The directive of that name.
    pub fn directive(&self, name: DirectiveName) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.name == name)
    }

    /// What the engine's parser would refuse, in order. Empty: the file can be edited.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// The escape character: `\` unless a directive says otherwise.
    pub fn escape(&self) -> char {
        self.escape
    }

    /// The position of a byte, as people count.
    pub fn position(&self, offset: usize) -> Position {
        self.lines.position(&self.source, offset)
    }

    /// The line on which the instruction with this index starts, as people count; 0 where there is none.
    pub fn line_of(&self, instruction: usize) -> usize {
        self.instructions.get(instruction).map_or(0, |found| self.position(found.span.start).line)
    }

    /// Where the lines start.
    pub fn line_index(&self) -> &LineIndex {
        &self.lines
    }

    /// How the file is written.
    pub fn habits(&self) -> &Habits {
        self.habits.get_or_init(|| Habits::count(self))
    }

    /// The line end that most lines have.
    pub fn line_end(&self) -> &'static str {
        self.habits().line_end
    }

    /// Whether this is no Dockerfile but a template of one: the grammar fails and `{{` or `{%` stand in it.
    pub fn is_template(&self) -> bool {
        !self.errors.is_empty()
            && (memchr::memmem::find(&self.source, b"{{").is_some()
                || memchr::memmem::find(&self.source, b"{%").is_some())
    }

    /// The comment lines directly above the instruction with this index, without a blank line between, as
    /// one span; empty (at the instruction's start) where there is none.
    pub fn comments_above(&self, instruction: usize) -> Span {
        let Some(start) = self.instructions.get(instruction).map(|found| found.span.start) else {
            return Span::default();
        };
        let at = self.nodes.partition_point(|node| node.span.start < start);
        let above = self.nodes[..at].iter().rev().take_while(|node| node.kind == NodeKind::Comment);
        Span::new(above.last().map_or(start, |node| node.span.start), start)
    }
}

struct Parser<'a> {
    source: &'a [u8],
    lines: Lines<'a>,
    escape: u8,
    directives_over: bool,
    nodes: Vec<Node>,
    instructions: Vec<Instruction>,
    directives: Vec<Directive>,
    errors: Vec<SyntaxError>,
}

impl<'a> Parser<'a> {
    fn new(source: &'a [u8]) -> Self {
        let start = if source.starts_with(BOM) { BOM.len() } else { 0 };
        let mut nodes = Vec::new();
        if start > 0 {
            nodes.push(Node { span: Span::new(0, start), kind: NodeKind::ByteOrderMark });
        }
        Self {
            source,
            lines: Lines::new(source, start),
            escape: b'\\',
            directives_over: false,
            nodes,
            instructions: Vec::new(),
            directives: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Mirrors buildkit parser.go `Parse`.
    fn run(&mut self) {
        while let Some(line) = self.next_line() {
            let ended = lines::without_line_end(self.source, line);
            let text = lines::without_leading_space(self.source, ended);
            if self.take_directive(line, text) {
                continue;
            }
            let kind = if text.is_empty() {
                NodeKind::Blank
            } else if self.source[text.start] == b'#' {
                NodeKind::Comment
            } else {
                self.instruction(line, text);
                continue;
            };
            self.nodes.push(Node { span: line, kind });
        }
        if self.instructions.is_empty() {
            let error = SyntaxError::new(
                SyntaxErrorKind::Empty,
                Span::empty(self.source.len()),
                "the file has no instruction",
            );
            self.errors.push(error.with_help("a Dockerfile starts with FROM"));
        }
    }

    fn next_line(&mut self) -> Option<Span> {
        let line = self.lines.next()?;
        let ends = self.source.get(line.end.wrapping_sub(1)) == Some(&b'\n');
        if line.len() - usize::from(ends) > lines::LONGEST_LINE {
            let message = format!("the line is longer than {} bytes", lines::LONGEST_LINE);
            let error = SyntaxError::new(SyntaxErrorKind::LineTooLong, line, message);
            self.errors.push(error.with_help("break it with the escape character"));
        }
        Some(line)
    }

    /// Parser directives stand at the very top: the first line that is none ends them (buildkit
    /// directives.go `ParseLine`).
    fn take_directive(&mut self, line: Span, text: Span) -> bool {
        if self.directives_over {
            return false;
        }
        let Some((name, value_span)) = directive::parse(self.source, text) else {
            self.directives_over = true;
            return false;
        };
        let value = String::from_utf8_lossy(&self.source[value_span.range()]).into_owned();
        if self.directives.iter().any(|known| known.name == name) {
            let message = format!("the parser directive {} stands twice", name.name());
            self.errors
                .push(SyntaxError::new(SyntaxErrorKind::Directive, text, message).with_help("remove one"));
        } else if name == DirectiveName::Escape {
            match value.as_str() {
                "\\" | "`" => self.escape = value.as_bytes()[0],
                _ => {
                    let message = format!("`{value}` is no escape character");
                    let error = SyntaxError::new(SyntaxErrorKind::Directive, value_span, message);
                    self.errors.push(error.with_help("use ` or \\"));
                }
            }
        }
        self.nodes.push(Node { span: line, kind: NodeKind::Directive(self.directives.len()) });
        self.directives.push(Directive { name, value, value_span, span: line });
        true
    }

    fn instruction(&mut self, first: Span, first_text: Span) {
        let mut text = LogicalText::default();
        let mut physical = Vec::new();
        let mut open = self.text_line(first, first_text, &mut text, &mut physical);
        while open {
            let Some(line) = self.next_line() else { break };
            let ended = lines::without_line_end(self.source, line);
            if lines::is_comment(self.source, ended) {
                physical.push(Line { span: line, kind: LineKind::Comment });
            } else if lines::without_leading_space(self.source, ended).is_empty() {
                physical.push(Line { span: line, kind: LineKind::Blank });
            } else {
                open = self.text_line(line, ended, &mut text, &mut physical);
            }
        }
        self.directives_over = true;

        let escape = char::from(self.escape);
        let command = instruction::split(&text, 0..text.as_str().len(), escape, &mut self.errors);
        let onbuild = (command.keyword == Keyword::Onbuild && !command.arguments.is_empty())
            .then(|| instruction::split(&text, command.arguments.clone(), escape, &mut self.errors));
        self.check_keyword(&text, &command);

        let effective = onbuild.as_ref().unwrap_or(&command);
        let heredocs = if effective.keyword.takes_heredocs() && effective.json.is_none() {
            self.heredocs(&text, &mut physical)
        } else {
            Vec::new()
        };
        let end = physical.last().map_or(first.end, |line| line.span.end);
        let span = Span::new(first.start, end);
        self.nodes.push(Node { span, kind: NodeKind::Instruction(self.instructions.len()) });
        self.instructions.push(Instruction { span, lines: physical, text, command, onbuild, heredocs });
    }

    /// Takes one line of text in; whether the instruction goes on.
    fn text_line(&self, line: Span, content: Span, text: &mut LogicalText, physical: &mut Vec<Line>) -> bool {
        let continuation = lines::continuation(self.source, content, self.escape);
        let content = Span::new(content.start, continuation.unwrap_or(content.end));
        text.push(self.source, content);
        physical.push(Line { span: line, kind: LineKind::Text { content, continuation } });
        continuation.is_some()
    }

    fn heredocs(&mut self, text: &LogicalText, physical: &mut Vec<Line>) -> Vec<Heredoc> {
        let mut found = heredoc::announced(text.as_str());
        for (index, heredoc) in found.iter_mut().enumerate() {
            let start = physical.last().map_or(0, |line| line.span.end);
            heredoc.body = Span::empty(start);
            heredoc.terminator = Span::empty(start);
            loop {
                let Some(line) = self.next_line() else {
                    let at = text.span(0..text.as_str().len());
                    let message = format!("the here-document `{}` has no end", heredoc.name);
                    let help = format!("write `{}` alone on the line behind it", heredoc.name);
                    let error = SyntaxError::new(SyntaxErrorKind::UnterminatedHeredoc, at, message);
                    self.errors.push(error.with_help(help));
                    break;
                };
                physical.push(Line { span: line, kind: LineKind::Heredoc(index) });
                let content = lines::without_line_end(self.source, line);
                if heredoc.is_closed_by(&self.source[content.range()]) {
                    heredoc.terminator = line;
                    break;
                }
                heredoc.body.end = line.end;
                heredoc.terminator = Span::empty(line.end);
            }
        }
        found
    }

    fn check_keyword(&mut self, text: &LogicalText, command: &instruction::Subcommand) {
        if command.keyword != Keyword::Unknown {
            return;
        }
        let word = &text.as_str()[command.keyword_range.clone()];
        let span = text.span(command.keyword_range.clone());
        let message = format!("unknown instruction `{word}`");
        let mut error = SyntaxError::new(SyntaxErrorKind::UnknownInstruction, span, message);
        if let Some(near) = nearest(word) {
            error = error.with_help(format!("did you mean {near}?"));
        }
        self.errors.push(error);
    }
}

/// The instruction whose name is nearest to `word`, if any is near.
fn nearest(word: &str) -> Option<&'static str> {
    let word = word.to_uppercase();
    if word.len() > 20 {
        return None;
    }
    Keyword::names()
        .map(|name| (strsim::damerau_levenshtein(&word, name), name))
        .filter(|(distance, name)| *distance <= 2 && *distance < name.len())
        .min()
        .map(|(_, name)| name)
}
