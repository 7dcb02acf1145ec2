//! How urgent a proposal is, as the report marks it.

/// A priority: the report's own mark, and its rank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Priority {
    /// As the report writes it.
    pub text: String,
    /// 0 is the most urgent.
    pub rank: u8,
}

/// Marks that stand for a rank wherever they stand.
const SIGNS: &[(&str, u8)] = &[
    ("🔴", 0),
    ("🟥", 0),
    ("🔥", 0),
    ("🟠", 1),
    ("🟧", 1),
    ("🟡", 2),
    ("🟨", 2),
    ("🟢", 3),
    ("🟩", 3),
    ("🔵", 3),
];

/// Words that stand for a rank where they stand alone: in brackets, a table's cell, or behind a colon.
const WORDS: &[(&str, u8)] = &[
    ("critical", 0),
    ("kritisch", 0),
    ("critique", 0),
    ("crítica", 0),
    ("crítico", 0),
    ("critico", 0),
    ("критический", 0),
    ("критично", 0),
    ("緊急", 0),
    ("紧急", 0),
    ("high", 1),
    ("hoch", 1),
    ("haute", 1),
    ("élevée", 1),
    ("alta", 1),
    ("alto", 1),
    ("высокий", 1),
    ("高", 1),
    ("medium", 2),
    ("moderate", 2),
    ("mittel", 2),
    ("moyenne", 2),
    ("media", 2),
    ("média", 2),
    ("средний", 2),
    ("中", 2),
    ("low", 3),
    ("niedrig", 3),
    ("basse", 3),
    ("faible", 3),
    ("baja", 3),
    ("baixa", 3),
    ("bassa", 3),
    ("низкий", 3),
    ("低", 3),
];

impl Priority {
    /// The priority that a text marks: `P0` to `P4`, a coloured sign, or a word that stands alone between marks.
    pub fn find(text: &str) -> Option<Self> {
        let sign = SIGNS.iter().find(|(sign, _)| text.contains(sign));
        if let Some((sign, rank)) = sign {
            return Some(Self { text: (*sign).to_owned(), rank: *rank });
        }
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            let mut chars = word.chars();
            if let (Some('P' | 'p'), Some(digit @ '0'..='4'), None) =
                (chars.next(), chars.next(), chars.next())
            {
                return Some(Self { text: word.to_owned(), rank: digit as u8 - b'0' });
            }
        }
        // Alone: a sentence may speak of a high load.
        text.split(|c: char| "[](){}|:：;,/–—（）［］【】、，".contains(c)).find_map(Self::word)
    }

    /// The priority that a whole text is: a cell, what stands in brackets or in bold.
    fn word(text: &str) -> Option<Self> {
        let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = bare.to_lowercase();
        let (_, rank) = WORDS.iter().find(|(word, _)| *word == lower)?;
        Some(Self { text: bare.to_owned(), rank: *rank })
    }
}
