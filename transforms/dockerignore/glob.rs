//! Patterns of one part of a path.

/// Whether `name` matches `pattern`, in which `*`, `?` and `[…]` have their usual meaning.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Where to go on when what follows the last `*` did not fit: one letter further.
    let mut retry: Option<(usize, usize)> = None;
    let (mut at, mut read) = (0, 0);
    loop {
        if pattern.get(at) == Some(&'*') {
            retry = Some((at + 1, read));
            at += 1;
            continue;
        }
        match (pattern.get(at..), name.get(read)) {
            (Some([]) | None, None) => return true,
            (Some(rest), Some(letter)) if let Some(width) = one(rest, *letter) => {
                at += width;
                read += 1;
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = retry.filter(|(_, from)| *from < name.len()) else { return false };
        retry = Some((behind, from + 1));
        (at, read) = (behind, from + 1);
    }
}

/// How many characters of `pattern` take `letter`.
fn one(pattern: &[char], letter: char) -> Option<usize> {
    match pattern {
        [] => None,
        ['?', ..] => Some(1),
        ['[', rest @ ..] => {
            let end = rest.iter().position(|char| *char == ']')?;
            rest[..end].contains(&letter).then_some(end + 2)
        }
        [first, ..] => (*first == letter).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_marks_and_sets() {
        for (pattern, name) in
            [("*.py[cod]", "a.pyc"), (".git*", ".gitignore"), ("*", ""), ("a?c*", "abc"), ("*a*b", "xaab")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("*.py[cod]", "a.py"), (".git", ".gitignore"), ("?", ""), ("[ab", "a"), ("*a*b", "xaba")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
