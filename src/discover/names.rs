//! Which file names are Dockerfiles.

/// What a file is, told by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NameKind {
    /// A Dockerfile.
    Dockerfile,
    /// A template of one.
    Template,
    /// Neither.
    Other,
}

/// Suffixes of templates.
const TEMPLATES: [&str; 12] =
    ["j2", "jinja", "jinja2", "tmpl", "tpl", "template", "in", "erb", "mustache", "hbs", "ejs", "m4"];

/// Suffixes of files that only speak of Dockerfiles: code, documents, data, copies left by tools.
const NOT_DOCKERFILES: [&str; 38] = [
    "dockerignore",
    "containerignore",
    "gitignore",
    "md",
    "mdx",
    "rst",
    "txt",
    "adoc",
    "html",
    "json",
    "yaml",
    "yml",
    "toml",
    "xml",
    "lock",
    "py",
    "pyc",
    "rb",
    "go",
    "rs",
    "js",
    "ts",
    "tsx",
    "java",
    "kt",
    "php",
    "cs",
    "c",
    "cpp",
    "h",
    "sh",
    "bash",
    "ps1",
    "bak",
    "orig",
    "rej",
    "swp",
    "snap",
];

/// What a file of that name is. A template is told by any of its suffixes.
pub(crate) fn kind(name: &str) -> NameKind {
    let lower = name.to_ascii_lowercase();
    let mut parts = lower.split('.');
    let first = parts.next().unwrap_or_default();
    let mut suffixes: Vec<&str> = parts.collect();
    let by_stem = matches!(first, "dockerfile" | "containerfile");
    let last = suffixes.last().copied().unwrap_or_default();
    if lower.ends_with('~') || NOT_DOCKERFILES.contains(&last) {
        return NameKind::Other;
    }
    let template = suffixes.iter().any(|suffix| TEMPLATES.contains(suffix));
    suffixes.retain(|suffix| !TEMPLATES.contains(suffix));
    let by_suffix = matches!(suffixes.last(), Some(&"dockerfile" | &"containerfile"));
    match (by_stem || by_suffix, template) {
        (true, false) => NameKind::Dockerfile,
        (true, true) => NameKind::Template,
        (false, _) => NameKind::Other,
    }
}
