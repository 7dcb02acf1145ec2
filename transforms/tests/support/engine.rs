//! A Dockerfile read in the simplest way that is right for what the tests make: shares nothing with the product.

/// An instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Instruction {
    /// The first word, as written.
    pub(crate) keyword: String,
    /// Its lines, comments inside and here-documents included, as they are.
    pub(crate) raw: String,
    /// The rest of the joined line, flags taken off, and here-documents behind it.
    pub(crate) script: String,
    /// The first line's number, from 0.
    pub(crate) line: usize,
    /// How many lines.
    pub(crate) lines: usize,
}

/// A Dockerfile.
#[derive(Default, Debug)]
pub(crate) struct Reading {
    /// Its instructions.
    pub(crate) instructions: Vec<Instruction>,
    /// Its comment lines, trimmed, here-documents left out.
    pub(crate) comments: Vec<String>,
}

/// Reads `text`.
pub(crate) fn read(text: &str) -> Reading {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let escape = if text.lines().take(3).any(|line| line.replace(' ', "").starts_with("#escape=`")) {
        '`'
    } else {
        '\\'
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut reading = Reading::default();
    let mut at = 0;
    while at < lines.len() {
        let first = lines[at].trim();
        if first.is_empty() || first.starts_with('#') {
            reading.comments.extend(first.starts_with('#').then(|| first.to_owned()));
            at += 1;
            continue;
        }
        let start = at;
        let mut joined = String::new();
        while at < lines.len() {
            let line = lines[at].trim_end_matches(['\r', '\n']);
            at += 1;
            let trimmed = line.trim();
            if at > start + 1 && (trimmed.is_empty() || trimmed.starts_with('#')) {
                reading.comments.extend(trimmed.starts_with('#').then(|| trimmed.to_owned()));
                continue;
            }
            let Some(more) = line.trim_end().strip_suffix(escape) else {
                joined.push_str(line);
                break;
            };
            joined.push_str(more);
        }
        let joined = joined.trim_start();
        let (keyword, rest) = joined.split_once(|char: char| char.is_whitespace()).unwrap_or((joined, ""));
        let mut rest = rest.trim_start();
        while rest.starts_with("--") {
            rest =
                rest.split_once(|char: char| char.is_whitespace()).map_or("", |(_, rest)| rest.trim_start());
        }
        let script = match heredoc(rest).filter(|_| keyword.eq_ignore_ascii_case("run")) {
            None => rest.to_owned(),
            Some((chomp, name)) => {
                let mut body = String::new();
                while at < lines.len() {
                    let line = if chomp { lines[at].trim_start_matches('\t') } else { lines[at] };
                    at += 1;
                    if line.trim_end_matches(['\r', '\n']) == name {
                        break;
                    }
                    body.push_str(line);
                }
                if rest.starts_with("<<") && !rest.contains(' ') {
                    body
                } else {
                    format!("{rest}\n{body}{name}\n")
                }
            }
        };
        reading.instructions.push(Instruction {
            keyword: keyword.to_owned(),
            raw: lines[start..at].concat(),
            script,
            line: start,
            lines: at - start,
        });
    }
    reading
}

/// The first here-document of a line: whether leading tabs go, and its name.
fn heredoc(line: &str) -> Option<(bool, String)> {
    let (_, behind) = line.split_once("<<")?;
    let chomp = behind.starts_with('-');
    let name: String = behind
        .trim_start_matches(['-', '\'', '"'])
        .chars()
        .take_while(|char| char.is_ascii_alphanumeric() || *char == '_')
        .collect();
    (!name.is_empty()).then_some((chomp, name))
}

/// Whether `script` is the line that has apt keep its packages.
pub(crate) fn keeps_packages(script: &str) -> bool {
    script.trim_start_matches("sudo ").starts_with("rm -f /etc/apt/apt.conf.d/docker-clean")
}
