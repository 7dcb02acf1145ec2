//! Paths that a shell word may name, held against the folder of a cache.

/// How a path, or a pattern of paths, lies to a folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// It names nothing of the folder.
    Outside,
    /// It names the folder itself, or only what lies in it.
    Inside,
    /// It names the folder and other things: a folder above it, or a pattern that matches more.
    Around,
}

/// How the path `word` (absolute; unquoted `*`, `?` and `[` are patterns if `glob`) lies to `folder`.
pub(crate) fn reach(word: &str, glob: bool, folder: &str) -> Reach {
    if !word.starts_with('/') {
        return Reach::Outside;
    }
    let word = parts(word);
    let folder = parts(folder);
    let mut patterned = false;
    for (have, want) in word.iter().zip(&folder) {
        if have == want {
            continue;
        }
        if !(glob && is_pattern(have) && matches(have, want)) {
            return Reach::Outside;
        }
        patterned = true;
    }
    if word.len() < folder.len() || patterned { Reach::Around } else { Reach::Inside }
}

/// Whether one of the two paths lies in the other, or both are the same.
pub(crate) fn overlaps(a: &str, b: &str) -> bool {
    let (a, b) = (parts(a), parts(b));
    a.iter().zip(&b).all(|(a, b)| a == b)
}

/// Whether `path` is `folder` or lies in it.
pub(crate) fn is_inside(path: &str, folder: &str) -> bool {
    if is_clean(path) && is_clean(folder) {
        let folder = folder.trim_end_matches('/');
        return path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    }
    let (path, folder) = (parts(path), parts(folder));
    path.len() >= folder.len() && path.iter().zip(&folder).all(|(a, b)| a == b)
}

/// Whether a path is absolute and has no `.`, `..` or doubled slashes (nor names that begin with a dot): most are so, and
/// need not be taken apart.
fn is_clean(path: &str) -> bool {
    path.starts_with('/') && !path.contains("//") && !path.contains("/.")
}

/// The names on the way, `.` and doubled slashes left out, `..` taken.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}

fn is_pattern(part: &str) -> bool {
    part.contains(['*', '?', '['])
}

/// Whether the pattern of one name may match `name`. A bracket expression is taken to match anything.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    if pattern.contains('[') {
        return true;
    }
    // A leading dot is matched by a dot only.
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(char) if *char == '?' || *char == name[in_name] => {
                at += 1;
                in_name += 1;
            }
            _ => match star {
                Some((star_at, from)) => {
                    at = star_at + 1;
                    in_name = from + 1;
                    star = Some((star_at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reaches_into_a_folder_or_around_it() {
        let lists = |word: &str| reach(word, true, "/var/lib/apt/lists");
        for word in [
            "/var/lib/apt/lists",
            "/var/lib/apt/lists/",
            "/var/lib/apt/lists/*",
            "//var/lib/./apt/lists/partial",
        ] {
            assert_eq!(lists(word), Reach::Inside, "{word}");
        }
        for word in [
            "/var/lib/apt",
            "/var/lib/apt/*",
            "/var/lib/*",
            "/var/*/apt/lists/*",
            "/",
            "/var/lib/a?t",
            "/var/lib/[a]pt",
        ] {
            assert_eq!(lists(word), Reach::Around, "{word}");
        }
        for word in
            ["/var/lib/dpkg", "/var/lib/apt/listsx", "/tmp/*", "lists", "/var/lib/b*", "/var/cache/apt"]
        {
            assert_eq!(lists(word), Reach::Outside, "{word}");
        }
        assert_eq!(
            reach("/root/*", true, "/root/.cache/pip"),
            Reach::Outside,
            "`*` leaves names with a dot out"
        );
        assert_eq!(reach("/root/.*", true, "/root/.cache/pip"), Reach::Around);
        assert_eq!(
            reach("/var/lib/*", false, "/var/lib/apt/lists"),
            Reach::Outside,
            "quoted: a name with a star"
        );
    }

    #[test]
    fn paths_overlap_when_one_holds_the_other() {
        assert!(overlaps("/root", "/root/.cache") && overlaps("/a/b", "/a") && overlaps("/", "/a"));
        assert!(!overlaps("/a/b", "/a/c"));
        assert!(is_inside("/a/b/../c", "/a/c") && !is_inside("/a", "/a/c"));
        assert!(is_inside("/a/c", "/a/c/") && is_inside("/a", "/") && !is_inside("/a/cd", "/a/c"));
    }
}
