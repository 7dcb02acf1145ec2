//! Text that is no markup.

use crate::terminal::visible;

/// `text` with nothing in it that begins markup, ends an attribute, or turns the direction of what follows. Everything of a
/// file, a path or a report goes through this function.
pub(crate) fn escaped(text: &str) -> String {
    let shown = visible(text);
    let mut out = String::with_capacity(shown.len() + 8);
    for char in shown.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}

/// As [`escaped`], for what stands between elements, where quotes end nothing.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in visible(text).chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            char => out.push(char),
        }
    }
    out
}

/// Words of this program, with `code` between backquotes as they have it.
pub(crate) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backquote at the end belongs to the text.
    let closed = parts.len() % 2 == 1;
    let last = parts.len() - 1;
    let mut out = String::with_capacity(text.len() + 16);
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            1 if closed || index != last => {
                out.push_str("<code>");
                out.push_str(&escaped(part));
                out.push_str("</code>");
            }
            1 => {
                out.push('`');
                out.push_str(&escaped(part));
            }
            _ => out.push_str(&escaped(part)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, prose};

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(
            escaped("</script>\"><img onerror='x'>&lt;"),
            "&lt;/script&gt;&quot;&gt;&lt;img onerror=&#39;x&#39;&gt;&amp;lt;"
        );
        assert_eq!(escaped("\u{1b}[31m\u{202e}\u{61c}a"), "␛[31m\\u{202e}\\u{61c}a");
    }

    #[test]
    fn backquotes_set_code() {
        assert_eq!(prose("`a<b` and c"), "<code>a&lt;b</code> and c");
        assert_eq!(prose("it's ` alone"), "it&#39;s ` alone");
    }
}
