//! The words of a logical line: options and their values.

/// An option with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opt {
    pub(super) name: String,
    pub(super) value: Option<String>,
}

/// The options that take a value.
///
/// Source: "Requirements File Format", pip documentation 26.3, 2026-11-24.
const WITH_VALUE: [&str; 17] = [
    "-i",
    "--index-url",
    "--pypi-url",
    "--extra-index-url",
    "-c",
    "--constraint",
    "-r",
    "--requirement",
    "-e",
    "--editable",
    "-f",
    "--find-links",
    "--no-binary",
    "--only-binary",
    "--trusted-host",
    "--use-feature",
    "--hash",
];
const WITH_VALUE_PER_LINE: [&str; 5] =
    ["--global-option", "--config-settings", "--config-setting", "-C", "--uploaded-prior-to"];
const SWITCHES: [&str; 4] = ["--no-index", "--prefer-binary", "--require-hashes", "--pre"];

/// Cuts a line into the requirement and its options, as pip does: at the first word that starts with `-`.
pub(super) fn split(text: &str) -> Result<(String, Vec<Opt>), String> {
    let mut at = 0;
    let mut requirement_end = text.len();
    for word in text.split(' ') {
        if word.starts_with('-') {
            requirement_end = at;
            break;
        }
        at += word.len() + 1;
    }
    let requirement = text.get(..requirement_end.min(text.len())).unwrap_or(text).trim().to_owned();
    let words = shell_words(text.get(requirement_end..).unwrap_or_default())?;
    let mut options = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            return Err(format!("`{word}` follows an option and belongs to none"));
        }
        options.push(option(&word, &mut words)?);
    }
    Ok((requirement, options))
}

fn option(word: &str, rest: &mut impl Iterator<Item = String>) -> Result<Opt, String> {
    let with_value = |name: &str| WITH_VALUE.contains(&name) || WITH_VALUE_PER_LINE.contains(&name);
    if let Some((name, value)) = word.split_once('=').filter(|(name, _)| name.starts_with("--")) {
        if !with_value(name) {
            return Err(format!("pip has no option `{name}` with a value here"));
        }
        return Ok(Opt { name: name.to_owned(), value: Some(value.to_owned()) });
    }
    if with_value(word) {
        let value = rest.next().ok_or_else(|| format!("`{word}` needs a value"))?;
        return Ok(Opt { name: word.to_owned(), value: Some(value) });
    }
    if SWITCHES.contains(&word) {
        return Ok(Opt { name: word.to_owned(), value: None });
    }
    if let Some((short, value)) = word.split_at_checked(2).filter(|(short, _)| with_value(short)) {
        return Ok(Opt { name: short.to_owned(), value: Some(value.to_owned()) });
    }
    Err(format!("pip has no option `{word}` in a requirements file"))
}

/// Words as Python's `shlex.split` makes them.
fn shell_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        None => return Err("a quote is not closed".to_owned()),
                        Some(end) if end == c => break,
                        Some('\\') if c == '"' => word.extend(chars.next()),
                        Some(inner) => word.push(inner),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}
