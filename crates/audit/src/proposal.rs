//! Which sections, items and rows of a report are proposals.
//!
//! A numbered heading is one, with all that stands below it, unless what stands below it is numbered in turn. Where no
//! heading is numbered, those that say something are; and where headings say nothing, the items of a list or the rows of
//! a table that do. A heading that repeats (as "Before", "Gain", in whatever language) is a part of the one above it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Form, Heading, Outline, Piece, Priority, Section, Snippet, figures};

/// Something that a report says, and what it means to the caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topic {
    /// What it is about.
    pub id: &'static str,
    /// The words that say so.
    pub quote: String,
    /// Their line in the report, counted from 1.
    pub line: usize,
}

/// One proposal.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The number as the report has it, else `#` and its position.
    pub id: String,
    /// The heading without the number, or what the item or row sets in bold, or its first words.
    pub title: String,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// The phase that the report puts it in: the number of that heading, row or item.
    pub phase: Option<String>,
    /// Its first line in the report, counted from 1.
    pub line: usize,
    /// What it is about, in the order of the text.
    pub topics: Vec<Topic>,
    /// Its code blocks.
    pub snippets: Vec<Snippet>,
    /// What it is expected to gain, as the report writes it.
    pub figures: Vec<String>,
}

/// What a piece is about.
type Recognise<'a> = dyn Fn(&Piece) -> Vec<Topic> + 'a;

impl Outline {
    /// The proposals, in the order of the text. `recognise` says what a piece is about; a heading is asked as a piece.
    pub fn proposals(&self, recognise: &Recognise<'_>) -> Vec<Proposal> {
        let mut finder = Finder::new(self, recognise);
        for at in 0..self.sections.len() {
            if self.sections[at].parent.is_none() {
                finder.walk(at, None);
            }
        }
        finder.rest();
        let mut found = finder.found;
        found.sort_by_key(|proposal| proposal.line);
        self.refer(&mut found);
        for (index, proposal) in found.iter_mut().enumerate() {
            if proposal.id.is_empty() {
                proposal.id = format!("#{}", index + 1);
            }
        }
        found
    }

    /// Takes phases, priorities and figures from rows and items that name proposals by their numbers.
    fn refer(&self, found: &mut [Proposal]) {
        let mut by_id: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, proposal) in found.iter().enumerate().filter(|(_, proposal)| !proposal.id.is_empty()) {
            by_id.entry(proposal.id.clone()).or_default().push(index);
        }
        for section in &self.sections {
            let of_section = phase_of(&section.heading);
            for piece in &section.pieces {
                let first = piece.strong.as_deref().unwrap_or(&piece.text);
                let own = phase_of(&Heading::read(first));
                let phase = own.as_ref().or(of_section.as_ref());
                let named: BTreeSet<usize> =
                    named(piece, &by_id).into_iter().filter(|at| found[*at].line != piece.line).collect();
                let alone = named.len() == 1 && piece.form == Form::Row;
                for at in named {
                    let proposal = &mut found[at];
                    // The section of a proposal speaks of itself.
                    if section.line == proposal.line {
                        continue;
                    }
                    if proposal.phase.is_none() {
                        proposal.phase = phase.cloned();
                    }
                    if alone {
                        proposal.priority = proposal.priority.take().or_else(|| Priority::find(&piece.text));
                        let more = figures(&piece.text);
                        let new: Vec<_> =
                            more.into_iter().filter(|it| !proposal.figures.contains(it)).collect();
                        proposal.figures.extend(new);
                    }
                }
            }
        }
    }
}

/// The number of a heading such as `Phase 1: …`, in whatever language.
fn phase_of(heading: &Heading) -> Option<String> {
    heading.word.as_ref().and(heading.number.clone()).filter(|number| !number.contains('.'))
}

/// The proposals that a piece names: `1.1` anywhere; a bare number as `#3`, or as the whole first cell of a row.
fn named(piece: &Piece, by_id: &BTreeMap<String, Vec<usize>>) -> Vec<usize> {
    let mut found = Vec::new();
    let cell = piece.text.split('|').next().unwrap_or_default().trim();
    if piece.form == Form::Row {
        found.extend(by_id.get(cell).into_iter().flatten());
    }
    for word in piece.text.split(|c: char| c.is_whitespace() || ",;()[]|:：、，（）/+&".contains(c)) {
        let word = word.trim_end_matches('.');
        let (bare, signed) = match word.strip_prefix(['#', '§', '№']) {
            Some(rest) => (rest, true),
            None => (word, false),
        };
        if signed || !bare.chars().all(|c| c.is_ascii_digit()) {
            found.extend(by_id.get(bare).into_iter().flatten());
        }
    }
    found
}

struct Finder<'a> {
    sections: &'a [Section],
    children: Vec<Vec<usize>>,
    /// What each section's heading is about.
    heads: Vec<Vec<Topic>>,
    /// What each section's pieces are about, piece by piece.
    pieces: Vec<Vec<Vec<Topic>>>,
    /// What a section and all below it are about.
    all: Vec<BTreeSet<&'static str>>,
    /// Whether a section below it has a number.
    numbered_below: Vec<bool>,
    /// Titles that stand in the report more than once.
    repeated: BTreeSet<String>,
    is_numbered: bool,
    found: Vec<Proposal>,
    /// Sections that are part of a proposal.
    taken: BTreeSet<usize>,
}

impl<'a> Finder<'a> {
    fn new(outline: &'a Outline, recognise: &Recognise<'_>) -> Self {
        let sections = &outline.sections;
        let mut children = vec![Vec::new(); sections.len()];
        for (at, section) in sections.iter().enumerate() {
            if let Some(parent) = section.parent {
                children[parent].push(at);
            }
        }
        let heads: Vec<Vec<Topic>> = sections.iter().map(|section| recognise(&head(section))).collect();
        let pieces: Vec<Vec<Vec<Topic>>> =
            sections.iter().map(|section| section.pieces.iter().map(recognise).collect()).collect();
        let of_section = |(head, pieces): (&Vec<Topic>, &Vec<Vec<Topic>>)| {
            head.iter().chain(pieces.iter().flatten()).map(|topic| topic.id).collect()
        };
        let mut all: Vec<BTreeSet<&'static str>> = heads.iter().zip(&pieces).map(of_section).collect();
        let mut numbered_below = vec![false; sections.len()];
        // A section stands behind the one around it.
        for at in (0..sections.len()).rev() {
            if let Some(parent) = sections[at].parent {
                let of_child = std::mem::take(&mut all[at]);
                all[parent].extend(of_child.iter().copied());
                all[at] = of_child;
                numbered_below[parent] |= sections[at].heading.number.is_some() || numbered_below[at];
            }
        }
        let mut seen = BTreeSet::new();
        let titles = sections.iter().map(|section| section.heading.title.to_lowercase());
        let repeated = titles.filter(|title| !title.is_empty() && !seen.insert(title.clone())).collect();
        let numbers = sections
            .iter()
            .zip(&all)
            .filter(|(section, all)| section.heading.number.is_some() && !all.is_empty());
        let is_numbered = numbers.count() > 0;
        Self {
            sections,
            children,
            heads,
            pieces,
            all,
            numbered_below,
            repeated,
            is_numbered,
            found: Vec::new(),
            taken: BTreeSet::new(),
        }
    }

    /// Finds the proposals of a section and of those below it. `phase`: of the section around it.
    fn walk(&mut self, at: usize, phase: Option<&str>) {
        let section = &self.sections[at];
        let is_part = |child: usize| {
            let heading = &self.sections[child].heading;
            heading.number.is_none() && self.repeated.contains(&heading.title.to_lowercase())
        };
        let speaking: Vec<usize> = self.children[at]
            .iter()
            .copied()
            .filter(|child| !is_part(*child) && !self.all[*child].is_empty())
            .collect();
        let around = if self.numbered_below[at] {
            true
        } else if section.heading.number.is_some() {
            speaking.len() > 1 && self.disjoint(&speaking) && self.says_nothing(at)
        } else {
            !speaking.is_empty() && (self.says_nothing(at) || section.level < 2)
        };
        if around {
            let own = phase_of(&section.heading);
            let phase = own.as_deref().or(phase);
            for child in self.children[at].clone() {
                self.walk(child, phase);
            }
        } else if self.has_items(at) {
            self.items(at, phase);
        } else if section.heading.number.is_some() || self.speaks_for_itself(at) {
            self.whole(at, phase);
        }
    }

    /// Whether a section without a number is a proposal. Beside numbered ones it may be a summary: then only if it shows
    /// how, with code; what only it is about is found by [`rest`](Self::rest).
    fn speaks_for_itself(&self, at: usize) -> bool {
        let shows = || self.sections[at].pieces.iter().any(|piece| !piece.snippets.is_empty());
        !self.all[at].is_empty() && (!self.is_numbered || shows())
    }

    /// Whether neither its heading nor a piece of it is about anything, what stands below it left aside.
    fn says_nothing(&self, at: usize) -> bool {
        self.heads[at].is_empty() && self.pieces[at].iter().all(Vec::is_empty)
    }

    fn disjoint(&self, sections: &[usize]) -> bool {
        let mut seen = BTreeSet::new();
        sections.iter().flat_map(|at| &self.all[*at]).all(|topic| seen.insert(*topic))
    }

    /// Whether the section is a list of proposals: two items or more are about something, and not the same.
    fn has_items(&self, at: usize) -> bool {
        let section = &self.sections[at];
        if self.is_numbered && section.heading.number.is_none() || !self.children[at].is_empty() {
            return false;
        }
        let lonely =
            section.pieces.iter().any(|piece| piece.form == Form::Paragraph && !piece.snippets.is_empty());
        let counts = |piece: &Piece| match piece.form {
            Form::Paragraph => false,
            // Below a numbered heading, plain items are the steps of one proposal.
            Form::Item { ordered, task } => task || ordered || section.heading.number.is_none(),
            Form::Row => section.heading.number.is_none() || number_of_row(piece).is_some(),
        };
        let counted = section.pieces.iter().zip(&self.pieces[at]).filter(|(piece, _)| counts(piece));
        let topics: Vec<BTreeSet<&'static str>> = counted
            .map(|(_, topics)| topics.iter().map(|topic| topic.id).collect::<BTreeSet<_>>())
            .filter(|topics| !topics.is_empty())
            .collect();
        !lonely && topics.len() > 1 && topics.iter().any(|other| *other != topics[0])
    }

    fn items(&mut self, at: usize, phase: Option<&str>) {
        self.taken.insert(at);
        let section = &self.sections[at];
        let around = Priority::find(&section.text);
        let pieces = section.pieces.iter().zip(&self.pieces[at]);
        for (piece, topics) in pieces.filter(|(piece, _)| piece.form != Form::Paragraph) {
            let mut proposal = of_piece(piece, topics);
            proposal.priority = proposal.priority.or_else(|| around.clone());
            proposal.phase = phase_of(&section.heading).or(phase.map(str::to_owned));
            self.found.push(proposal);
        }
    }

    /// A section, with all below it, as one proposal.
    fn whole(&mut self, at: usize, phase: Option<&str>) {
        let mut inside = vec![at];
        let mut next = 0;
        while let Some(&current) = inside.get(next) {
            inside.extend(&self.children[current]);
            next += 1;
        }
        inside.sort_unstable();
        let section = &self.sections[at];
        let pieces = || inside.iter().flat_map(|at| &self.sections[*at].pieces);
        let mut gains: Vec<String> = Vec::new();
        let texts = inside
            .iter()
            .map(|at| self.sections[*at].text.as_str())
            .chain(pieces().map(|piece| piece.text.as_str()));
        for figure in texts.flat_map(figures) {
            if !gains.contains(&figure) {
                gains.push(figure);
            }
        }
        let short = pieces().filter(|piece| piece.text.chars().count() < 100);
        let priority = Priority::find(&section.text)
            .or_else(|| short.into_iter().find_map(|piece| Priority::find(&piece.text)))
            .or_else(|| self.above(at).find_map(|above| Priority::find(&above.text)));
        let said =
            inside.iter().flat_map(|at| self.heads[*at].iter().chain(self.pieces[*at].iter().flatten()));
        let topics: Vec<Topic> = said.cloned().collect();
        let snippets: Vec<Snippet> = pieces().flat_map(|piece| piece.snippets.clone()).collect();
        let marked = priority.is_some() || !gains.is_empty() || !snippets.is_empty();
        let has_code = inside.iter().any(|at| !self.sections[*at].codes.is_empty())
            || pieces().any(|piece| !piece.codes.is_empty());
        // A number alone makes no proposal: an introduction has one, too.
        if topics.is_empty() && !marked && !has_code {
            return;
        }
        let proposal = Proposal {
            id: section.heading.number.clone().unwrap_or_default(),
            title: shortened(Self::title(section)),
            priority,
            phase: phase.map(str::to_owned),
            line: section.line,
            topics,
            snippets,
            figures: gains,
        };
        self.taken.extend(inside);
        self.found.push(proposal);
    }

    /// The heading; of what stands before any heading, the first words.
    fn title(section: &Section) -> &str {
        let first = || section.pieces.iter().map(|piece| piece.text.as_str()).find(|text| !text.is_empty());
        if section.heading.title.is_empty() { first().unwrap_or_default() } else { &section.heading.title }
    }

    fn above(&self, at: usize) -> impl Iterator<Item = &Section> {
        std::iter::successors(self.sections[at].parent, |at| self.sections[*at].parent)
            .map(|at| &self.sections[at])
    }

    /// Items of other sections that are about something that no proposal so far is about.
    fn rest(&mut self) {
        let mut known: BTreeSet<&'static str> =
            self.found.iter().flat_map(|proposal| &proposal.topics).map(|topic| topic.id).collect();
        for (at, section) in self.sections.iter().enumerate() {
            if self.taken.contains(&at) {
                continue;
            }
            for (piece, topics) in section.pieces.iter().zip(&self.pieces[at]) {
                if topics.iter().any(|topic| !known.contains(topic.id)) {
                    known.extend(topics.iter().map(|topic| topic.id));
                    self.found.push(of_piece(piece, topics));
                }
            }
        }
    }
}

/// The number in the first cell of a row, where nothing else stands there.
fn number_of_row(piece: &Piece) -> Option<String> {
    let heading = Heading::read(piece.text.split('|').next()?);
    heading.number.filter(|_| heading.title.is_empty())
}

/// A piece, with what it is about, as a proposal.
fn of_piece(piece: &Piece, topics: &[Topic]) -> Proposal {
    let cells: Vec<&str> = piece.text.split('|').map(str::trim).collect();
    let is_row = piece.form == Form::Row;
    let (number, title) = match cells.as_slice() {
        [first, second, ..] if is_row && Heading::read(first).title.is_empty() => {
            (Heading::read(first).number, (*second).to_owned())
        }
        [first, ..] => {
            let mut heading = Heading::read(piece.strong.as_deref().unwrap_or(first));
            // What is bold may be the number alone.
            if heading.title.is_empty() {
                heading = Heading { number: heading.number, ..Heading::read(first) };
            }
            let title = if heading.title.is_empty() { (*first).to_owned() } else { heading.title };
            (heading.number, title)
        }
        [] => (None, piece.text.clone()),
    };
    Proposal {
        id: number.unwrap_or_default(),
        title: shortened(&title),
        priority: Priority::find(&piece.text),
        phase: None,
        line: piece.line,
        topics: topics.to_vec(),
        snippets: piece.snippets.clone(),
        figures: figures(&piece.text),
    }
}

/// A heading as a piece.
fn head(section: &Section) -> Piece {
    Piece { text: section.text.clone(), codes: section.codes.clone(), line: section.line, ..Piece::default() }
}

/// At most eighty characters.
fn shortened(text: &str) -> String {
    let text = text.trim().trim_end_matches([':', '：']).trim();
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}
