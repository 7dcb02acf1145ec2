//! Sets of characters, as Go's regular expressions write them (regexp/syntax `parseClass`, `parseEscape`).

/// A set of characters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Set {
    ranges: Vec<(char, char)>,
    negated: bool,
}

impl Set {
    /// One character.
    pub(super) fn one(char: char) -> Self {
        Self { ranges: vec![(char, char)], negated: false }
    }

    /// All but one character.
    pub(super) fn all_but(char: char) -> Self {
        Self { negated: true, ..Self::one(char) }
    }

    /// Whether a character belongs to it.
    pub(super) fn contains(&self, char: char) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&char)) != self.negated
    }

    /// The set behind `[`, and what follows its `]`.
    pub(super) fn parse(rest: &[char]) -> Option<(Self, &[char])> {
        let negated = rest.first() == Some(&'^');
        let mut rest = &rest[usize::from(negated)..];
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            if !std::mem::take(&mut first)
                && let Some(after) = rest.strip_prefix(&[']'])
            {
                return Some((Self { ranges, negated }, after));
            }
            match named_class(rest) {
                Named::Class(named, after) => {
                    ranges.extend(named);
                    rest = after;
                    continue;
                }
                Named::Unknown => return None,
                Named::None => {}
            }
            if let ['\\', letter, after @ ..] = rest
                && let Some(class) = perl_class(*letter)
            {
                if class.negated {
                    ranges.extend(complement(&class.ranges));
                } else {
                    ranges.extend(class.ranges);
                }
                rest = after;
                continue;
            }
            let (low, after) = class_char(rest)?;
            rest = after;
            let mut high = low;
            if let ['-', next, ..] = rest
                && *next != ']'
            {
                (high, rest) = class_char(&rest[1..])?;
            }
            if high < low {
                return None;
            }
            ranges.push((low, high));
        }
    }
}

type Ranges = Vec<(char, char)>;

/// Whether `[:alpha:]` or the like stands at a place.
enum Named<'a> {
    Class(Ranges, &'a [char]),
    Unknown,
    None,
}

fn named_class(rest: &[char]) -> Named<'_> {
    let Some(after) = rest.strip_prefix(&['[', ':']) else { return Named::None };
    let Some(end) = after.windows(2).position(|pair| pair == [':', ']']) else {
        return Named::None;
    };
    let name: String = after[..end].iter().collect();
    let (negated, name) = match name.strip_prefix('^') {
        Some(name) => (true, name),
        None => (false, name.as_str()),
    };
    let ranges: Ranges = match name {
        "alnum" => vec![('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => vec![('A', 'Z'), ('a', 'z')],
        "ascii" => vec![('\0', '\x7f')],
        "blank" => vec![('\t', '\t'), (' ', ' ')],
        "cntrl" => vec![('\0', '\x1f'), ('\x7f', '\x7f')],
        "digit" => vec![('0', '9')],
        "graph" => vec![('!', '~')],
        "lower" => vec![('a', 'z')],
        "print" => vec![(' ', '~')],
        "punct" => vec![('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => vec![('\t', '\r'), (' ', ' ')],
        "upper" => vec![('A', 'Z')],
        "word" => vec![('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')],
        "xdigit" => vec![('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return Named::Unknown,
    };
    Named::Class(if negated { complement(&ranges) } else { ranges }, &after[end + 2..])
}

/// `\d`, `\s`, `\w` and their opposites.
pub(super) fn perl_class(letter: char) -> Option<Set> {
    let ranges = match letter.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        's' => vec![('\t', '\n'), ('\x0c', '\r'), (' ', ' ')],
        'w' => vec![('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')],
        _ => return None,
    };
    Some(Set { ranges, negated: letter.is_ascii_uppercase() })
}

/// All characters that lie in none of `ranges`, which are in order.
fn complement(ranges: &[(char, char)]) -> Ranges {
    let after = |char: char| char::from_u32(u32::from(char) + 1);
    let before = |char: char| char::from_u32(u32::from(char).wrapping_sub(1));
    let mut low = Some('\0');
    let mut out = Vec::new();
    for (start, end) in ranges {
        if let (Some(low), Some(high)) = (low, before(*start))
            && low <= high
        {
            out.push((low, high));
        }
        low = after(*end);
    }
    out.extend(low.map(|low| (low, char::MAX)));
    out
}

fn class_char(rest: &[char]) -> Option<(char, &[char])> {
    match rest {
        [] => None,
        ['\\', ..] => escape(rest),
        [char, after @ ..] => Some((*char, after)),
    }
}

/// The character that an escape stands for.
pub(super) fn escape(rest: &[char]) -> Option<(char, &[char])> {
    let (letter, after) = rest.get(1..)?.split_first()?;
    let simple = |char| Some((char, after));
    match letter {
        'a' => simple('\x07'),
        'f' => simple('\x0c'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\x0b'),
        '0'..='7' => octal(*letter, after),
        'x' => hexadecimal(after),
        char if char.is_ascii() && !char.is_ascii_alphanumeric() => simple(*char),
        _ => None,
    }
}

/// Up to three octal digits; one alone that is not zero would be a back-reference, which Go does not know.
fn octal(first: char, after: &[char]) -> Option<(char, &[char])> {
    let more = after.iter().take(2).take_while(|char| ('0'..='7').contains(*char)).count();
    if first != '0' && more == 0 {
        return None;
    }
    let digits: String = std::iter::once(&first).chain(&after[..more]).collect();
    Some((char::from_u32(u32::from_str_radix(&digits, 8).ok()?)?, &after[more..]))
}

fn hexadecimal(after: &[char]) -> Option<(char, &[char])> {
    let (digits, rest) = match after {
        ['{', inner @ ..] => {
            let end = inner.iter().position(|char| *char == '}')?;
            (&inner[..end], &inner[end + 1..])
        }
        [_, _, rest @ ..] => (&after[..2], rest),
        _ => return None,
    };
    let digits: String = digits.iter().collect();
    if !digits.chars().all(|char| char.is_ascii_hexdigit()) {
        return None;
    }
    Some((char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?, rest))
}
