//! Code blocks, and what they are of.

/// What a code block is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Instructions of a Dockerfile.
    Dockerfile,
    /// A compose file, or a part of one.
    Compose,
    /// Patterns of an ignore file.
    Ignore,
    /// Requirements, one to a line.
    Requirements,
    /// Commands.
    Shell,
    /// TOML.
    Toml,
    /// Python source.
    Python,
    /// Other YAML: workflows.
    Yaml,
    /// Anything else.
    Other,
}

/// One code block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snippet {
    /// What it is of.
    pub kind: Kind,
    /// Its text; of a diff, what it would be afterwards.
    pub text: String,
    /// Its first line in the report, counted from 1.
    pub line: usize,
}

/// The instructions of the Dockerfile reference.
const INSTRUCTIONS: &[&str] = &[
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
    "MAINTAINER",
];

impl Snippet {
    /// A code block by its language tag, and where this says nothing, by its content.
    pub fn read(tag: &str, text: &str, line: usize) -> Self {
        let tag = tag.split([' ', ',', '{', ':', '=']).next().unwrap_or_default().to_lowercase();
        let (tag, text) = if tag == "diff" || tag == "patch" {
            (String::new(), after(text))
        } else {
            (tag, text.to_owned())
        };
        let kind = match tag.as_str() {
            "dockerfile" | "docker" | "containerfile" => Kind::Dockerfile,
            "toml" => Kind::Toml,
            "python" | "py" => Kind::Python,
            "yaml" | "yml" if is_compose(&text) => Kind::Compose,
            "yaml" | "yml" => Kind::Yaml,
            "dockerignore" | "gitignore" | "ignore" => Kind::Ignore,
            "sh" | "bash" | "shell" | "console" | "zsh" if !is_dockerfile(&text) => Kind::Shell,
            _ => by_content(&text),
        };
        Self { kind, text, line }
    }
}

fn by_content(text: &str) -> Kind {
    if is_dockerfile(text) {
        return Kind::Dockerfile;
    }
    if is_compose(text) {
        return Kind::Compose;
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let comment = |name: &str| lines.iter().any(|line| line.starts_with('#') && line.contains(name));
    if comment("dockerignore") {
        return Kind::Ignore;
    }
    let plain: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('#')).collect();
    if (comment("requirements") || plain.iter().all(|line| line.contains("==")))
        && plain.iter().all(|line| is_requirement(line))
    {
        return if plain.is_empty() { Kind::Other } else { Kind::Requirements };
    }
    if !plain.is_empty()
        && plain.iter().all(|line| !line.contains(' '))
        && plain.iter().any(|line| is_pattern(line))
    {
        return Kind::Ignore;
    }
    if lines.iter().any(|line| line.starts_with('[') && line.ends_with(']')) && text.contains(" = ") {
        return Kind::Toml;
    }
    Kind::Other
}

/// A line that begins with an instruction, and none that is a command of a shell before it.
fn is_dockerfile(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    if text.trim_start().to_lowercase().starts_with("# syntax=") {
        return true;
    }
    lines.find(|line| !line.starts_with('#')).is_some_and(|line| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|word| INSTRUCTIONS.contains(&word)) && words.next().is_some()
    })
}

fn is_compose(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "services:")
}

fn is_requirement(line: &str) -> bool {
    let name = line.split(['=', '<', '>', '~', '!', '[', ';', ' ']).next().unwrap_or_default();
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn is_pattern(line: &str) -> bool {
    line.contains('*') || line.starts_with('.') || line.starts_with('!') || line.ends_with('/')
}

/// What a diff leads to: its context and added lines.
fn after(diff: &str) -> String {
    let kept = diff
        .lines()
        .filter(|line| !line.starts_with("+++") && !line.starts_with("---") && !line.starts_with("@@"));
    let kept = kept.filter(|line| !line.starts_with('-'));
    kept.map(|line| format!("{}\n", line.strip_prefix(['+', ' ']).unwrap_or(line))).collect()
}
