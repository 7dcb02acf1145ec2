//! Poetry's version constraints as PEP 440 specifiers.

/// `^1.2` → `>=1.2,<2.0`; `*` → nothing. `None` where PEP 440 has no form (`||`), or it is none of poetry's.
///
/// Source: "Dependency specification", poetry documentation 2.5, 2026-11-24.
pub(crate) fn specifiers(constraint: &str) -> Option<String> {
    let constraint = constraint.trim();
    if constraint.contains("||") || constraint.contains('|') {
        return None;
    }
    let mut found = Vec::new();
    // Both `,` and white space join: `>=1.0 <2.0`, but `>= 1.0` is one.
    for part in parts(constraint) {
        found.extend(one(&part)?);
    }
    let text = found.join(",");
    crate::requirement::check_specifiers(&text).is_ok().then_some(text)
}

fn parts(constraint: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in constraint.split([',', ' ']).filter(|word| !word.is_empty()) {
        match parts.last_mut() {
            Some(last) if last.chars().all(|c| "<>=!~^".contains(c)) => last.push_str(word),
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

fn one(part: &str) -> Option<Vec<String>> {
    if part == "*" {
        return Some(Vec::new());
    }
    if let Some(version) = part.strip_prefix('^') {
        let upper = caret(version)?;
        return Some(vec![format!(">={version}"), format!("<{upper}")]);
    }
    if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        let numbers = numbers(version)?;
        let upper = match numbers.as_slice() {
            [major] => format!("{}", major.checked_add(1)?),
            [major, minor, ..] => format!("{major}.{}", minor.checked_add(1)?),
            [] => return None,
        };
        return Some(vec![format!(">={version}"), format!("<{upper}")]);
    }
    if part.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(vec![format!("=={part}")]);
    }
    if let Some(version) = part.strip_prefix('=').filter(|rest| !rest.starts_with('=')) {
        return Some(vec![format!("=={version}")]);
    }
    Some(vec![part.to_owned()])
}

/// The first version that a caret leaves out: the leftmost number that is not 0 counts up.
fn caret(version: &str) -> Option<String> {
    let numbers = numbers(version)?;
    let at = numbers.iter().position(|number| *number != 0).unwrap_or(numbers.len() - 1);
    let mut upper: Vec<String> = Vec::new();
    for (index, number) in numbers.iter().enumerate() {
        upper.push(match index.cmp(&at) {
            std::cmp::Ordering::Less => number.to_string(),
            std::cmp::Ordering::Equal => number.checked_add(1)?.to_string(),
            std::cmp::Ordering::Greater => "0".to_owned(),
        });
    }
    Some(upper.join("."))
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let end = version.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(version.len());
    let release = version[..end].trim_end_matches('.');
    let numbers: Option<Vec<u64>> = release.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

#[cfg(test)]
mod tests {
    use super::specifiers;

    #[test]
    fn the_forms_of_the_documentation() {
        let cases = [
            ("^1.2.3", Some(">=1.2.3,<2.0.0")),
            ("^0.2.3", Some(">=0.2.3,<0.3.0")),
            ("^0.0.3", Some(">=0.0.3,<0.0.4")),
            ("^0.0", Some(">=0.0,<0.1")),
            ("^0", Some(">=0,<1")),
            ("~1.2.3", Some(">=1.2.3,<1.3")),
            ("~1", Some(">=1,<2")),
            ("*", Some("")),
            ("1.*", Some("==1.*")),
            ("1.2", Some("==1.2")),
            (">= 1.2, < 1.5", Some(">=1.2,<1.5")),
            (">=1.2 <2", Some(">=1.2,<2")),
            ("~=1.2", Some("~=1.2")),
            ("^1.0a1", Some(">=1.0a1,<2.0")),
            ("^1 || ^3", None),
            ("latest", None),
        ];
        for (constraint, expected) in cases {
            assert_eq!(specifiers(constraint).as_deref(), expected, "{constraint}");
        }
    }
}
