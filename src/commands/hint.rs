//! The line that tells what to do next.

/// The command that applies what `diff` has shown: the same words with `apply`.
pub(super) fn apply(words: &[String]) -> String {
    let mut line = "To apply: dockfit apply".to_owned();
    for word in words.iter().skip(usize::from(words.first().is_some_and(|word| word == "diff"))) {
        line.push(' ');
        line.push_str(&quoted(word));
    }
    line.push('\n');
    line
}

pub(super) fn quoted(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./=,:@%+".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", crate::terminal::visible(word).replace('\'', "'\\''"))
    }
}
