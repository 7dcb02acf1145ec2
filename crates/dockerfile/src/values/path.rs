//! Paths in an image.

/// The shortest path of the same meaning: Go's `path.Clean`.
pub fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if absolute => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Where COPY and ADD write to: an absolute path is kept as written, a relative one joined to the current directory; a
/// slash or `/.` at the end, which say that it is a directory, stay. Mirrors buildkit `pathRelativeToWorkingDir`.
pub(crate) fn destination(current: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let path = if matches!(path, "" | ".") { "./" } else { path };
    let mut joined = clean(&format!("/{current}/{path}"));
    if path.ends_with('/') && !joined.ends_with('/') {
        joined.push('/');
    } else if path.ends_with("/.") {
        joined.push_str(if joined == "/" { "." } else { "/." });
    }
    joined
}

/// What a WORKDIR makes of the working directory. An absolute path is kept as written, even `//a/../b`; a relative one
/// is joined to the current directory and cleaned. Mirrors buildkit `util/system/path.go` `NormalizeWorkdir`.
///
/// # Errors
/// On Windows: paths on another drive, network paths and a drive alone; the reason is given.
pub(crate) fn working_directory(current: &str, new: &str, windows: bool) -> Result<String, &'static str> {
    if !windows {
        let parent =
            if current.starts_with('/') { current.to_owned() } else { clean(&format!("/{current}")) };
        return Ok(match new {
            "" => parent,
            absolute if absolute.starts_with('/') => absolute.to_owned(),
            relative => clean(&format!("{parent}/{relative}")),
        });
    }
    let parent = match without_drive(current)? {
        absolute if absolute.starts_with('/') => absolute,
        relative => clean(&format!("/{relative}")),
    };
    let path = if new.is_empty() { parent.clone() } else { without_drive(new)? };
    let path = if path.starts_with('/') { path } else { clean(&format!("{parent}/{path}")) };
    Ok(path.replace('/', "\\"))
}

/// Whether the current directory does not matter to [`working_directory`], which is so too where it refuses.
pub(crate) fn is_absolute(path: &str, windows: bool) -> bool {
    if windows {
        without_drive(path).map_or(true, |path| path.starts_with('/'))
    } else {
        path.starts_with('/')
    }
}

/// Mirrors `CheckSystemDriveAndRemoveDriveLetter`, with slashes.
fn without_drive(path: &str) -> Result<String, &'static str> {
    if path.len() == 2 && path.ends_with(':') {
        return Err("a drive needs a path");
    }
    let slashed = path.replace('\\', "/");
    if slashed.starts_with("//") {
        return Err("network paths are not supported");
    }
    match slashed.split_once(':') {
        None if slashed.is_empty() => Ok(String::new()),
        None => Ok(clean(&slashed)),
        Some((drive, rest)) if drive.eq_ignore_ascii_case("c") => Ok(clean(rest)),
        Some(_) => Err("only the system drive (C:) can be used"),
    }
}
