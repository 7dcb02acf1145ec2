//! Sections and what stands in them.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::{Heading, Snippet};

/// A report's sections, in their order.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The sections; the first holds what stands before any heading.
    pub sections: Vec<Section>,
}

/// A heading and what stands below it, up to the next heading of any level.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// 1 to 6; 0 for what stands before any heading.
    pub level: u8,
    /// The section around this one, by its index.
    pub parent: Option<usize>,
    /// The text of the heading.
    pub text: String,
    /// What the heading says.
    pub heading: Heading,
    /// The words that the heading sets as code.
    pub codes: Vec<Code>,
    /// The line of the heading, counted from 1.
    pub line: usize,
    /// What stands in it.
    pub pieces: Vec<Piece>,
}

/// A word or a few that the report sets as code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// The words.
    pub text: String,
    /// Their line in the report, counted from 1.
    pub line: usize,
}

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// A paragraph, a quotation, a code block by itself.
    #[default]
    Paragraph,
    /// An item of a list, of the outermost one, with all that stands in it.
    Item {
        /// Whether the list is numbered.
        ordered: bool,
        /// Whether it has a box to tick.
        task: bool,
    },
    /// A row of a table; not its head.
    Row,
}

/// A paragraph, item or row.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// What it is.
    pub form: Form,
    /// Its text, code words included, code blocks not. The cells of a row have a `|` between them.
    pub text: String,
    /// What it sets as code.
    pub codes: Vec<Code>,
    /// Its code blocks.
    pub snippets: Vec<Snippet>,
    /// Its first line, counted from 1.
    pub line: usize,
    /// What is set in bold first, of an item: its title.
    pub strong: Option<String>,
}

impl Outline {
    /// Reads a report. Any text is a report, if one without sections.
    pub fn read(text: &str) -> Self {
        let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
        let mut reader = Reader {
            starts: std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect(),
            sections: vec![Section { line: 1, ..Section::default() }],
            piece: None,
            depth: 0,
            ordered: Vec::new(),
            heading: false,
            strong: None,
            code: None,
        };
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            reader.take(event, &range);
        }
        reader.close();
        let mut outline = Self { sections: reader.sections };
        outline.adopt();
        outline
    }

    /// Finds each section's parent.
    fn adopt(&mut self) {
        let mut open: Vec<(usize, u8)> = Vec::new();
        for (index, section) in self.sections.iter_mut().enumerate().skip(1) {
            while open.last().is_some_and(|(_, level)| *level >= section.level) {
                open.pop();
            }
            section.parent = open.last().map(|(index, _)| *index);
            open.push((index, section.level));
        }
    }
}

struct Reader {
    starts: Vec<usize>,
    sections: Vec<Section>,
    piece: Option<Piece>,
    /// Lists around the place.
    depth: usize,
    ordered: Vec<bool>,
    heading: bool,
    /// The bold text being read, if it is the piece's first.
    strong: Option<String>,
    /// The code block being read: its tag, text and line.
    code: Option<(String, String, usize)>,
}

impl Reader {
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    fn take(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(words) => {
                let code = Code { text: words.to_string(), line: self.line(range.start) };
                self.text(&words);
                if self.heading {
                    self.section().codes.push(code);
                } else {
                    self.piece_at(range.start).codes.push(code);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            Event::TaskListMarker(_) => {
                if let Some(Piece { form: Form::Item { task, .. }, .. }) = &mut self.piece {
                    *task = true;
                }
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close();
                self.depth = 0;
                self.heading = true;
                let line = self.line(range.start);
                self.sections.push(Section { level: level_of(*level), line, ..Section::default() });
            }
            Tag::List(first) => {
                if self.depth == 0 {
                    self.close();
                }
                self.depth += 1;
                self.ordered.push(first.is_some());
            }
            Tag::Item if self.depth == 1 => {
                self.close();
                let ordered = self.ordered.last().copied().unwrap_or(false);
                self.begin(Form::Item { ordered, task: false }, range.start);
            }
            Tag::TableRow | Tag::TableHead => {
                self.close();
                self.begin(Form::Row, range.start);
            }
            Tag::Paragraph | Tag::HtmlBlock if self.depth == 0 => {
                self.close();
                self.begin(Form::Paragraph, range.start);
            }
            Tag::Paragraph | Tag::Item => self.text(" "),
            Tag::Strong => {
                let first = self.piece.as_ref().is_some_and(|piece| piece.strong.is_none());
                self.strong = first.then(String::new);
            }
            Tag::CodeBlock(kind) => {
                let tag = match kind {
                    CodeBlockKind::Fenced(tag) => tag.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let fenced = matches!(kind, CodeBlockKind::Fenced(_));
                let line = self.line(range.start) + usize::from(fenced);
                self.code = Some((tag, String::new(), line));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.heading = false;
                let section = self.section();
                section.heading = Heading::read(&section.text);
            }
            TagEnd::List(_) => {
                self.depth = self.depth.saturating_sub(1);
                self.ordered.pop();
                if self.depth == 0 {
                    self.close();
                }
            }
            // The head of a table names its columns.
            TagEnd::TableHead => self.piece = None,
            TagEnd::TableCell => self.text(" | "),
            TagEnd::TableRow => self.close(),
            TagEnd::Strong => {
                if let (Some(text), Some(piece)) = (self.strong.take(), &mut self.piece) {
                    piece.strong = Some(text);
                }
            }
            TagEnd::CodeBlock => {
                if let Some((tag, text, line)) = self.code.take() {
                    let snippet = Snippet::read(&tag, &text, line);
                    if self.piece.is_none() {
                        self.piece = Some(Piece { line, ..Piece::default() });
                    }
                    if let Some(piece) = &mut self.piece {
                        piece.snippets.push(snippet);
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, code, _)) = &mut self.code {
            code.push_str(text);
            return;
        }
        if let Some(strong) = &mut self.strong {
            strong.push_str(text);
        }
        if self.heading {
            self.section().text.push_str(text);
        } else if let Some(piece) = &mut self.piece {
            piece.text.push_str(text);
        }
    }

    fn begin(&mut self, form: Form, at: usize) {
        let line = self.line(at);
        self.piece = Some(Piece { form, line, ..Piece::default() });
    }

    fn piece_at(&mut self, at: usize) -> &mut Piece {
        let line = self.line(at);
        self.piece.get_or_insert_with(|| Piece { line, ..Piece::default() })
    }

    fn close(&mut self) {
        self.strong = None;
        if let Some(piece) = self.piece.take() {
            self.section().pieces.push(piece);
        }
    }

    fn section(&mut self) -> &mut Section {
        if self.sections.is_empty() {
            self.sections.push(Section::default());
        }
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }
}

fn level_of(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
