//! Cache mounts of a trial's own, so that a build can start with empty ones and the user's are left alone.

/// The text of a Dockerfile with another `id` for each cache mount. Mounts that shared an id, or had none and the same
/// target, which is then the id, still share one.
pub(super) fn isolated(text: &[u8], prefix: &str) -> Vec<u8> {
    const MOUNT: &[u8] = b"--mount=";
    let mut out = Vec::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, MOUNT) {
        let (before, behind) = rest.split_at(at + MOUNT.len());
        out.extend_from_slice(before);
        let end = behind.iter().position(u8::is_ascii_whitespace).unwrap_or(behind.len());
        let (options, after) = behind.split_at(end);
        out.extend_from_slice(&renamed(options, prefix));
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

fn renamed(options: &[u8], prefix: &str) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(options) else { return options.to_vec() };
    let parts: Vec<&str> = text.split(',').collect();
    if !parts.contains(&"type=cache") {
        return options.to_vec();
    }
    let value = |keys: &[&str]| {
        let of = |part: &&str| {
            part.split_once('=').filter(|(key, _)| keys.contains(key)).map(|(_, value)| value.to_owned())
        };
        parts.iter().find_map(of)
    };
    let id = value(&["id"]).or_else(|| value(&["target", "dst", "destination"])).unwrap_or_default();
    let others = parts.iter().filter(|part| !part.starts_with("id="));
    let mut words: Vec<String> = others.map(|part| (*part).to_owned()).collect();
    words.push(format!("id={prefix}-{id}"));
    words.join(",").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::isolated;

    fn text(text: &str) -> String {
        String::from_utf8(isolated(text.as_bytes(), "x")).expect("text")
    }

    #[test]
    fn each_cache_mount_gets_an_id_of_its_own() {
        assert_eq!(
            text("RUN --mount=type=cache,target=/a b\n"),
            "RUN --mount=type=cache,target=/a,id=x-/a b\n"
        );
        assert_eq!(
            text(
                "RUN --mount=type=cache,id=p,target=/a --mount=type=bind,target=/b \\\n  --mount=dst=/c,type=cache c"
            ),
            "RUN --mount=type=cache,target=/a,id=x-p --mount=type=bind,target=/b \\\n  --mount=dst=/c,type=cache,id=x-/c c"
        );
        assert_eq!(text("FROM a\nRUN b\n"), "FROM a\nRUN b\n");
    }
}
