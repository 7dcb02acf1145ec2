//! Sources of an ADD that are not in the build context.

/// What a source of ADD or COPY names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Files of the build context or of another stage.
    Local,
    /// A file that the engine downloads.
    Http,
    /// A repository that the engine clones.
    Git,
}

/// Tells local files, downloads and git repositories apart. Mirrors buildkit `dispatchCopy` with
/// `dfgitutil.ParseGitRef`; `github.com/…` without a scheme is a local path to ADD and COPY.
pub(crate) fn source_kind(source: &str) -> SourceKind {
    let scheme = source
        .split_once("://")
        .filter(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    match scheme {
        Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
            "git" | "ssh" => SourceKind::Git,
            "http" | "https" => {
                let path = rest.split(['?', '#']).next().unwrap_or_default();
                let has_path = path.contains('/');
                if has_path && path.strip_suffix(".git").is_some() {
                    SourceKind::Git
                } else if source.starts_with("http://") || source.starts_with("https://") {
                    SourceKind::Http
                } else {
                    SourceKind::Local
                }
            }
            _ => SourceKind::Local,
        },
        None if is_scp_style(source) => SourceKind::Git,
        None => SourceKind::Local,
    }
}

/// `user@host:path`, as ssh has it.
fn is_scp_style(source: &str) -> bool {
    let word = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    source
        .split_once('@')
        .and_then(|(user, rest)| rest.split_once(':').map(|(host, _)| (user, host)))
        .is_some_and(|(user, host)| word(user, b"-_") && word(host, b"-."))
}
