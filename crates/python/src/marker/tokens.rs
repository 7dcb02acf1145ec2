//! The words of a marker: checked, and put into the form in which `pep508_rs` and `packaging` agree.

use std::fmt::Write as _;

/// What is wrong with a marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkerError {
    /// The byte of the marker's text.
    pub offset: usize,
    /// In words.
    pub message: String,
}

impl std::fmt::Display for MarkerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// The variables that say what of a project is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// `extra == 'name'`.
    Extra,
    /// `'name' in extras` (PEP 751).
    Extras,
    /// `'name' in dependency_groups` (PEP 751).
    Groups,
}

/// A marker that is fit for `pep508_rs`.
pub(super) struct Checked {
    pub(super) text: String,
    pub(super) rewritten: bool,
    pub(super) kernel: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Open,
    Close,
    Word(&'a str),
    Quoted(&'a str),
    Operator(&'a str),
}

const VERSIONS: [&str; 3] = ["python_version", "python_full_version", "implementation_version"];
const STRINGS: [&str; 8] = [
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "implementation_name",
];
/// The names that markers had before PEP 508, which `packaging` still reads (`packaging/_tokenizer.py`).
const OLD_NAMES: [(&str, &str); 6] = [
    ("os.name", "os_name"),
    ("sys.platform", "sys_platform"),
    ("platform.version", "platform_version"),
    ("platform.machine", "platform_machine"),
    ("platform.python_implementation", "platform_python_implementation"),
    ("python_implementation", "platform_python_implementation"),
];
const TRUE: &str = "(os_name == 'posix' or os_name != 'posix')";
const FALSE: &str = "(os_name == 'posix' and os_name != 'posix')";

/// Checks a marker and rewrites what would be read otherwise than `packaging` reads it.
pub(super) fn check(
    text: &str,
    known: &dyn Fn(Variable, &str) -> Option<bool>,
) -> Result<Checked, MarkerError> {
    let tokens = tokens(text)?;
    let mut out = Checked { text: String::with_capacity(text.len() + 8), rewritten: false, kernel: false };
    let mut at = 0;
    let mut depth = 0_usize;
    let mut wants_value = true;
    let end = text.len();
    let offset = |index: usize| tokens.get(index).map_or(end, |(offset, _)| *offset);
    let fail =
        |index: usize, message: &str| Err(MarkerError { offset: offset(index), message: message.into() });
    while let Some((_, token)) = tokens.get(at) {
        match token {
            Token::Open if wants_value => {
                depth += 1;
                out.text.push('(');
                at += 1;
            }
            Token::Close if !wants_value && depth > 0 => {
                depth -= 1;
                out.text.push(')');
                at += 1;
            }
            Token::Word(word @ ("and" | "or")) if !wants_value => {
                let _ = write!(out.text, " {word} ");
                wants_value = true;
                at += 1;
            }
            Token::Word(_) | Token::Quoted(_) if wants_value => {
                let (Some((_, left)), Some((_, operator))) = (tokens.get(at), tokens.get(at + 1)) else {
                    return fail(at + 1, "the comparison is not complete");
                };
                let (operator, length) = match operator {
                    Token::Operator(operator) => (*operator, 1),
                    Token::Word("in") => ("in", 1),
                    Token::Word("not") if matches!(tokens.get(at + 2), Some((_, Token::Word("in")))) => {
                        ("not in", 2)
                    }
                    _ => return fail(at + 1, "a comparison was expected"),
                };
                let Some((_, right)) = tokens.get(at + 1 + length) else {
                    return fail(at + 1 + length, "the comparison is not complete");
                };
                let start = offset(at);
                compare(&mut out, *left, operator, *right, known)
                    .map_err(|message| MarkerError { offset: start, message })?;
                wants_value = false;
                at += 2 + length;
            }
            _ => return fail(at, "this word does not belong here"),
        }
    }
    if wants_value {
        return fail(at, "the marker ends too early");
    }
    if depth > 0 {
        return fail(at, "a parenthesis is not closed");
    }
    Ok(out)
}

fn compare(
    out: &mut Checked,
    left: Token<'_>,
    operator: &str,
    right: Token<'_>,
    known: &dyn Fn(Variable, &str) -> Option<bool>,
) -> Result<(), String> {
    let (key, value, turned) = match (left, right) {
        (Token::Word(key), Token::Quoted(value)) => (key, value, false),
        (Token::Quoted(value), Token::Word(key)) => (key, value, true),
        _ => return Err("a variable must be compared with a quoted value".to_owned()),
    };
    if value.contains('\\') || !value.is_ascii() {
        return Err(format!("the value {value:?} is not plain ASCII"));
    }
    let key = OLD_NAMES.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| *new);
    let open = match key {
        "extra" => Some(Variable::Extra),
        "extras" => Some(Variable::Extras),
        "dependency_groups" => Some(Variable::Groups),
        _ => None,
    };
    if let Some(variable) = open {
        let wanted = match (variable, operator) {
            (Variable::Extra, "==") | (_, "in") if turned || variable == Variable::Extra => true,
            (Variable::Extra, "!=") | (_, "not in") if turned || variable == Variable::Extra => false,
            _ => return Err(format!("`{operator}` cannot be used with `{key}`")),
        };
        if variable == Variable::Extra && operator.ends_with("in") {
            return Err(format!("`{operator}` cannot be used with `extra`"));
        }
        out.rewritten |= variable != Variable::Extra;
        match known(variable, value) {
            Some(chosen) => {
                out.text.push_str(if chosen == wanted { TRUE } else { FALSE });
                out.rewritten = true;
            }
            None if variable == Variable::Extra => {
                let _ = write!(out.text, "extra {operator} '{value}'");
            }
            None => {
                let prefix = if variable == Variable::Groups { super::Marker::GROUP_PREFIX } else { "" };
                let operator = if wanted { "==" } else { "!=" };
                let _ = write!(out.text, "extra {operator} '{prefix}{value}'");
            }
        }
        return Ok(());
    }
    if VERSIONS.contains(&key) {
        return compare_version(out, key, operator, value, turned);
    }
    if !STRINGS.contains(&key) {
        return Err(format!("there is no variable `{key}`"));
    }
    match operator {
        "==" | "!=" if turned => write_comparison(out, key, operator, value),
        "in" | "not in" if turned => {
            let _ = write!(out.text, "'{value}' {operator} {key}");
        }
        "==" | "!=" | "in" | "not in" => write_comparison(out, key, operator, value),
        "<" | ">" | "<=" | ">=" | "~=" | "==="
            if !turned && matches!(key, "platform_release" | "platform_version") =>
        {
            out.kernel = true;
            // Which kernel runs is never known; the comparison only must not get lost.
            let operator = if matches!(operator, "~=" | "===") { ">=" } else { operator };
            write_comparison(out, key, operator, value);
        }
        _ => return Err(format!("`{key}` is text and cannot be compared with `{operator}`")),
    }
    Ok(())
}

fn write_comparison(out: &mut Checked, key: &str, operator: &str, value: &str) {
    let quote = if value.contains('\'') { '"' } else { '\'' };
    let _ = write!(out.text, "{key} {operator} {quote}{value}{quote}");
}

fn compare_version(
    out: &mut Checked,
    key: &str,
    operator: &str,
    value: &str,
    turned: bool,
) -> Result<(), String> {
    match operator {
        // `packaging` compares these as text: the version is a part of the value.
        "in" | "not in" if key == "python_version" && !turned => {
            let wanted = operator == "in";
            let parts: Vec<String> = python_versions()
                .filter(|version| value.contains(version.as_str()))
                .map(|version| format!("python_version {} '{version}'", if wanted { "==" } else { "!=" }))
                .collect();
            match (parts.is_empty(), wanted) {
                (true, true) => out.text.push_str(FALSE),
                (true, false) => out.text.push_str(TRUE),
                (false, _) => {
                    let _ = write!(out.text, "({})", parts.join(if wanted { " or " } else { " and " }));
                }
            }
        }
        "==" | "!=" | "<" | ">" | "<=" | ">=" | "~=" => {
            let plain = value.trim();
            let (version, wildcard) = match plain.strip_suffix(".*") {
                Some(version) => (version, true),
                None => (plain, false),
            };
            if wildcard && !matches!(operator, "==" | "!=") {
                return Err(format!("`{operator}` cannot be used with `{value}`"));
            }
            let Ok(parsed) = version.parse::<pep440_rs::Version>() else {
                return Err(format!("`{value}` is no version to compare with"));
            };
            // `pep508_rs` drops the epoch, and rounds `python_version == '3.13.0rc1'` to 3.13.
            let rounded =
                key == "python_version" && (parsed.any_prerelease() || parsed.is_post() || parsed.is_dev());
            if parsed.epoch() != 0 || parsed.is_local() || rounded {
                return Err(format!("`{key}` is never compared with a version such as `{value}`"));
            }
            if turned && wildcard {
                return Err(format!("`{value}` must stand on the right"));
            }
            let operator = match operator {
                "<" if turned => ">",
                ">" if turned => "<",
                "<=" if turned => ">=",
                ">=" if turned => "<=",
                "~=" if turned => return Err(format!("`{value}` must stand on the right of `~=`")),
                operator => operator,
            };
            if operator == "~=" && !version.contains('.') {
                return Err(format!("`~=` needs two numbers, `{value}` has one"));
            }
            if operator == "~=" {
                // `pep508_rs` takes zeros off the end: `~= '3.12.0'` would allow 3.13.
                let [before @ .., _] = parsed.release() else {
                    return Err(format!("`{value}` is no version to compare with"));
                };
                let before: Vec<String> = before.iter().map(u64::to_string).collect();
                let _ = write!(out.text, "({key} >= '{plain}' and {key} == '{}.*')", before.join("."));
                return Ok(());
            }
            write_comparison(out, key, operator, plain);
        }
        _ => return Err(format!("`{key}` cannot be compared with `{operator} '{value}'`")),
    }
    Ok(())
}

/// All values that `python_version` can have, with room for the years to come.
fn python_versions() -> impl Iterator<Item = String> {
    (0..=7).map(|minor| format!("2.{minor}")).chain((0..=60).map(|minor| format!("3.{minor}")))
}

fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, MarkerError> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let offset = text.len() - rest.len();
        let fail = |message: String| Err(MarkerError { offset, message });
        let length = match c {
            c if c.is_whitespace() => c.len_utf8(),
            '(' => {
                found.push((offset, Token::Open));
                1
            }
            ')' => {
                found.push((offset, Token::Close));
                1
            }
            '"' | '\'' => {
                let Some(end) = rest[1..].find(c) else {
                    return fail("a quote is not closed".to_owned());
                };
                found.push((offset, Token::Quoted(&rest[1..=end])));
                end + 2
            }
            '<' | '>' | '=' | '!' | '~' => {
                let length = rest.find(|c| !"<>=!~".contains(c)).unwrap_or(rest.len());
                let operator = &rest[..length];
                if !["<", ">", "<=", ">=", "==", "!=", "~=", "==="].contains(&operator) {
                    return fail(format!("there is no comparison `{operator}`"));
                }
                found.push((offset, Token::Operator(operator)));
                length
            }
            c if c.is_ascii_alphabetic() => {
                let length = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
                    .unwrap_or(rest.len());
                found.push((offset, Token::Word(&rest[..length])));
                length
            }
            c => return fail(format!("`{c}` does not belong here")),
        };
        rest = &rest[length..];
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::marker::Marker;

    #[test]
    fn a_list_of_versions_is_read_as_text() {
        let one = Marker::parse("python_version in '3.8, 3.10'").expect("a marker");
        let same =
            Marker::parse("python_version == '3.8' or python_version == '3.1' or python_version == '3.10'");
        assert_eq!(one, same.expect("a marker"));
    }

    #[test]
    fn what_cannot_be_read_alike_is_refused() {
        let refused = [
            "",
            "python_version",
            "python_version >=",
            "python_version >= '3.8' and",
            "(python_version >= '3.8'",
            "python_version >= '3.8')",
            "python_version >= 'abc'",
            "python_version === '3.8'",
            "os_name == sys_platform",
            "'a' == 'b'",
            "os_name >= 'a'",
            "sys_platform ~= 'linux'",
            "colour == 'red'",
            "python_version > '3.*'",
            "os_name == 'a' os_name == 'b'",
            "os_name = 'a'",
            "os_name == 'a",
            "extra in 'a'",
        ];
        for text in refused {
            assert!(Marker::parse(text).is_err(), "{text}");
        }
    }
}
