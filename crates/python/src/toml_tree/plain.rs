//! TOML in the plain form that tools write: read in one go, several times as fast as by a reader of the whole language.
//!
//! A lock of a thousand packages is megabytes of it. What is not plain (dotted keys, strings of several lines, dates,
//! numbers with a point, and all mistakes) gives `None`, and the crate `toml` reads the file instead: it alone says
//! what is wrong. Where both read a file, they read the same; the tests hold them against each other.

use std::borrow::Cow;

use super::value::{Entries, Entry, Item, Value};

/// Lists in lists may be so deep.
const DEPTH: usize = 16;
/// Tables with more keys are not searched key by key for the way to a header.
const SEARCHED: usize = 64;

/// The root's entries; `None` where the text is not plain.
pub(super) fn parse(text: &str) -> Option<Entries<'_>> {
    let mut reader = Reader { text, at: 0 };
    let mut root = Open { entries: reader.body()?, ..Open::default() };
    while !reader.at_end() {
        let header = reader.header()?;
        let table = Open { start: header.start, entries: reader.body()?, below: Vec::new() };
        root.insert(header, table)?;
    }
    root.close()
}

/// A table that headers may still add to.
#[derive(Default)]
struct Open<'t> {
    start: usize,
    entries: Vec<Entry<'t>>,
    below: Vec<Below<'t>>,
}

/// What headers put below a table: one table, or those of `[[…]]`.
struct Below<'t> {
    key: Key<'t>,
    list: bool,
    /// Only as the way to another one.
    implied: bool,
    tables: Vec<Open<'t>>,
}

#[derive(Clone)]
struct Key<'t> {
    text: Cow<'t, str>,
    start: usize,
}

struct Header<'t> {
    start: usize,
    list: bool,
    way: Vec<Key<'t>>,
    name: Key<'t>,
}

impl<'t> Open<'t> {
    fn insert(&mut self, header: Header<'t>, table: Self) -> Option<()> {
        let mut here = self;
        for key in header.way {
            let at = here.find(&key)?;
            let at = at.unwrap_or_else(|| {
                let implied = Open { start: key.start, ..Open::default() };
                here.below.push(Below { key, list: false, implied: true, tables: vec![implied] });
                here.below.len() - 1
            });
            here = here.below.get_mut(at)?.tables.last_mut()?;
        }
        match here.find(&header.name)? {
            None => {
                let (key, list) = (header.name, header.list);
                here.below.push(Below { key, list, implied: false, tables: vec![table] });
            }
            Some(at) => {
                let known = here.below.get_mut(at)?;
                // A table may be given twice only where the first time was the way to another one; that is not plain.
                if !(known.list && header.list) || known.implied {
                    return None;
                }
                known.tables.push(table);
            }
        }
        Some(())
    }

    /// Where the headers' tables of this key are; `None` where it cannot be said, or is a mistake.
    #[allow(clippy::option_option)]
    fn find(&self, key: &Key<'_>) -> Option<Option<usize>> {
        if self.entries.len() > SEARCHED || self.below.len() > SEARCHED {
            return None;
        }
        if self.entries.iter().any(|entry| entry.key == key.text) {
            return None;
        }
        Some(self.below.iter().position(|below| below.key.text == key.text))
    }

    fn close(self) -> Option<Entries<'t>> {
        let mut entries = self.entries;
        for below in self.below {
            let start = below.tables.first()?.start;
            let mut tables = Vec::with_capacity(below.tables.len());
            for table in below.tables {
                let start = table.start;
                tables.push(Item { start, value: Value::Table(table.close()?) });
            }
            let item = if below.list { Item { start, value: Value::Array(tables) } } else { tables.pop()? };
            entries.push(Entry { key: below.key.text, start: below.key.start, item });
        }
        Entries::new(entries)
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// A comment, where there is one, up to its line's end.
    fn comment(&mut self) -> Option<()> {
        if self.peek() == Some(b'#') {
            let rest = self.rest();
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let text = rest.get(..end)?;
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if has_control(text) {
                return None;
            }
            self.at += text.len();
        }
        Some(())
    }

    /// A line's end, where there is one.
    fn newline(&mut self) -> bool {
        let length = match self.rest() {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// Space, comments and empty lines.
    fn gap(&mut self) -> Option<()> {
        loop {
            self.space();
            self.comment()?;
            if !self.newline() {
                return Some(());
            }
        }
    }

    /// The rest of a line, which may only hold a comment.
    fn line_end(&mut self) -> Option<()> {
        self.space();
        self.comment()?;
        (self.newline() || self.at_end()).then_some(())
    }

    fn header(&mut self) -> Option<Header<'t>> {
        let start = self.at;
        self.take(b'[')?;
        let list = self.take(b'[').is_some();
        let mut way = Vec::new();
        let name = loop {
            self.space();
            let key = self.key()?;
            self.space();
            if self.take(b'.').is_none() {
                break key;
            }
            way.push(key);
        };
        self.take(b']')?;
        if list {
            self.take(b']')?;
        }
        self.line_end()?;
        Some(Header { start, list, way, name })
    }

    /// Lines of `key = value`, up to the next header or the end.
    fn body(&mut self) -> Option<Vec<Entry<'t>>> {
        let mut found = Vec::new();
        loop {
            self.gap()?;
            if self.at_end() || self.peek() == Some(b'[') {
                return Some(found);
            }
            found.push(self.entry(0)?);
            self.line_end()?;
        }
    }

    fn entry(&mut self, depth: usize) -> Option<Entry<'t>> {
        let key = self.key()?;
        self.space();
        self.take(b'=')?;
        self.space();
        Some(Entry { key: key.text, start: key.start, item: self.value(depth)? })
    }

    fn key(&mut self) -> Option<Key<'t>> {
        let start = self.at;
        let text = match self.peek()? {
            b'"' => self.basic()?,
            b'\'' => self.literal()?,
            _ => {
                let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                let length = self.rest().iter().take_while(|byte| bare(byte)).count();
                self.at += length;
                (length > 0).then(|| self.text.get(start..self.at))?.map(Cow::Borrowed)?
            }
        };
        Some(Key { text, start })
    }

    fn value(&mut self, depth: usize) -> Option<Item<'t>> {
        let start = self.at;
        let value = match self.peek()? {
            b'"' => Value::String(self.basic()?),
            b'\'' => Value::String(self.literal()?),
            b'{' => Value::Table(self.inline(depth)?),
            b'[' => Value::Array(self.array(depth)?),
            b't' => self.word("true", true)?,
            b'f' => self.word("false", false)?,
            _ => Value::Integer(Cow::Borrowed(self.digits()?), 10),
        };
        Some(Item { start, value })
    }

    fn word(&mut self, word: &str, value: bool) -> Option<Value<'t>> {
        self.rest().starts_with(word.as_bytes()).then(|| self.at += word.len())?;
        self.value_ends().then_some(Value::Boolean(value))
    }

    /// `0`, or digits that do not start with it.
    fn digits(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.at += self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = self.text.get(start..self.at)?;
        let plain = !text.is_empty() && (text.len() == 1 || !text.starts_with('0'));
        (plain && self.value_ends()).then_some(text)
    }

    /// Does nothing follow that would belong to a number or word?
    fn value_ends(&self) -> bool {
        matches!(self.peek(), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b']' | b'}' | b'#'))
    }

    /// `"…"` in one line.
    fn basic(&mut self) -> Option<Cow<'t, str>> {
        self.take(b'"')?;
        if self.rest().starts_with(b"\"\"") {
            return None;
        }
        let start = self.at;
        let mut text = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let length = memchr::memchr2(b'"', b'\\', rest)?;
            let part = self.text.get(self.at..self.at + length)?;
            if has_control(part.as_bytes()) {
                return None;
            }
            let first = self.at == start;
            self.at += length;
            if self.take(b'"').is_some() {
                if first {
                    return Some(Cow::Borrowed(part));
                }
                text.to_mut().push_str(part);
                return Some(text);
            }
            let escaped = match self.rest().get(1)? {
                b'"' => '"',
                b'\\' => '\\',
                b'n' => '\n',
                b't' => '\t',
                _ => return None,
            };
            self.at += 2;
            let text = text.to_mut();
            text.push_str(part);
            text.push(escaped);
        }
    }

    /// `'…'` in one line.
    fn literal(&mut self) -> Option<Cow<'t, str>> {
        self.take(b'\'')?;
        let rest = self.rest();
        if rest.starts_with(b"''") {
            return None;
        }
        let part = self.text.get(self.at..self.at + memchr::memchr(b'\'', rest)?)?;
        self.at += part.len() + 1;
        (!has_control(part.as_bytes())).then_some(Cow::Borrowed(part))
    }

    /// `{ … }` in one line.
    fn inline(&mut self, depth: usize) -> Option<Entries<'t>> {
        if depth == DEPTH {
            return None;
        }
        self.take(b'{')?;
        let mut found = Vec::with_capacity(4);
        self.space();
        if self.take(b'}').is_some() {
            return Entries::new(found);
        }
        loop {
            self.space();
            found.push(self.entry(depth + 1)?);
            self.space();
            if self.take(b'}').is_some() {
                return Entries::new(found);
            }
            self.take(b',')?;
        }
    }

    fn array(&mut self, depth: usize) -> Option<Vec<Item<'t>>> {
        if depth == DEPTH {
            return None;
        }
        self.take(b'[')?;
        let mut found = Vec::new();
        loop {
            self.gap()?;
            if self.take(b']').is_some() {
                return Some(found);
            }
            found.push(self.value(depth + 1)?);
            self.gap()?;
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(found);
            }
        }
    }
}

/// Is there a character that may stand neither in a comment nor in a string?
///
/// Looks at all of them, without branches: that is faster than to stop at the first.
#[allow(clippy::needless_bitwise_bool)]
fn has_control(text: &[u8]) -> bool {
    text.iter().fold(false, |found, byte| found | ((*byte < b' ') & (*byte != b'\t')) | (*byte == 0x7f))
}
