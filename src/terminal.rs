//! What may reach a terminal.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

/// The styles of the text form; all empty without colour.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Palette {
    pub(crate) heading: Style,
    pub(crate) pass: Style,
    pub(crate) dim: Style,
    pub(crate) added: Style,
    pub(crate) added_words: Style,
    pub(crate) removed: Style,
    pub(crate) removed_words: Style,
    pub(crate) hunk: Style,
    pub(crate) refused: Style,
    pub(crate) advised: Style,
    pub(crate) good: Style,
    /// Whether there is colour at all.
    pub(crate) styled: bool,
}

impl Palette {
    /// With colour.
    pub(crate) const COLOR: Self = Self {
        heading: Style::new().bold().underline(),
        pass: AnsiColor::Magenta.on_default().bold(),
        dim: Style::new().dimmed(),
        added: AnsiColor::Green.on_default(),
        added_words: AnsiColor::Green.on_default().bold().underline(),
        removed: AnsiColor::Red.on_default(),
        removed_words: AnsiColor::Red.on_default().bold().underline(),
        hunk: AnsiColor::Cyan.on_default(),
        refused: AnsiColor::Yellow.on_default().bold(),
        advised: AnsiColor::Blue.on_default().bold(),
        good: AnsiColor::Green.on_default().bold(),
        styled: true,
    };
}

/// `text` in a style.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A line of a file as it may be shown: control characters, and those that turn the direction of text, are
/// made visible; what is no UTF-8 becomes U+FFFD.
pub(crate) fn visible_line(bytes: &[u8]) -> String {
    visible(&String::from_utf8_lossy(bytes)).into_owned()
}

/// As [`visible_line`], of a text.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '\0'..='\x1f' if hidden(char) => {
                shown.push(char::from_u32(0x2400 + u32::from(char)).unwrap_or('\u{fffd}'));
            }
            '\x7f' => shown.push('\u{2421}'),
            _ if hidden(char) => shown.extend(char.escape_unicode()),
            _ => shown.push(char),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character could move the cursor, change the terminal or hide text.
fn hidden(char: char) -> bool {
    let turns = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (char.is_control() && char != '\t') || turns || matches!(char, '\u{2028}' | '\u{2029}')
}
