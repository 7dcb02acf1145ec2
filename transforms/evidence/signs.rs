//! Which words, options and shapes say what a snippet is about.

use dockfit_audit::{Kind, Snippet};
use dockfit_dockerfile::Keyword;

use super::statement::{Statement, has_word};

/// Where a word says something.
#[derive(Clone, Copy)]
enum Place {
    /// In one of these instructions.
    In(&'static [Keyword]),
    /// In an instruction, a command, a setting or words set as code, but in no ignore file.
    Code,
    /// In an ignore file.
    Ignore,
}

/// One sign: any of the words at that place.
struct Sign {
    topic: &'static str,
    place: Place,
    words: &'static [&'static str],
}

const STARTS: &[Keyword] = &[Keyword::Cmd, Keyword::Entrypoint];

static SIGNS: &[Sign] = &[
    Sign {
        topic: "split-dependencies",
        place: Place::Code,
        words: &[
            "requirements-core.txt",
            "requirements-ai.txt",
            "requirements-app.txt",
            "builder-core",
            "builder-ai",
            "builder-app",
        ],
    },
    Sign { topic: "installer", place: Place::Code, words: &["uv pip install", "uv pip sync", "uv sync"] },
    Sign { topic: "dockerignore", place: Place::Code, words: &[".dockerignore"] },
    Sign { topic: "git-history", place: Place::Ignore, words: &[".git"] },
    Sign {
        topic: "pip-environment",
        place: Place::Code,
        words: &[
            "PIP_DEFAULT_TIMEOUT",
            "PIP_NO_CACHE_DIR",
            "PIP_PARALLEL_DOWNLOAD",
            "PIP_DISABLE_PIP_VERSION_CHECK",
            "PIP_RETRIES",
        ],
    },
    Sign { topic: "syntax-line", place: Place::Code, words: &["# syntax=", "#syntax="] },
    Sign {
        topic: "bytecode",
        place: Place::Code,
        words: &["compileall", "PYTHONDONTWRITEBYTECODE", "UV_COMPILE_BYTECODE"],
    },
    Sign { topic: "healthcheck", place: Place::In(&[Keyword::Healthcheck]), words: &[""] },
    Sign {
        topic: "healthcheck",
        place: Place::Code,
        words: &["HEALTHCHECK", "healthcheck:", "--start-period", "--start-interval", "start_period"],
    },
    Sign {
        topic: "server-options",
        place: Place::Code,
        words: &["--loop", "--http", "--backlog", "--limit-concurrency", "uvloop", "httptools"],
    },
    Sign {
        topic: "max-requests",
        place: Place::Code,
        words: &["--max-requests", "--limit-max-requests", "MAX_REQUESTS", "max_requests"],
    },
    Sign { topic: "workers-environment", place: Place::In(STARTS), words: &["-w"] },
    Sign {
        topic: "workers-environment",
        place: Place::Code,
        words: &["WEB_CONCURRENCY", "WORKERS", "GUNICORN_CMD_ARGS", "--workers", "UVICORN_WORKERS"],
    },
    Sign { topic: "preload", place: Place::Code, words: &["--preload", "preload_app"] },
    Sign {
        topic: "ci-cache",
        place: Place::Code,
        words: &["--cache-to", "--cache-from", "cache-to", "cache-from", "mode=max", "type=gha"],
    },
    Sign {
        topic: "image-hygiene",
        place: Place::Code,
        words: &["--strip-unneeded", "strip -s", "COPY --link"],
    },
    Sign {
        topic: "import-costs",
        place: Place::Code,
        words: &["importtime", "LazyLoader", "importlib.import_module"],
    },
    Sign {
        topic: "benchmark",
        place: Place::Code,
        words: &["docker images", "docker history", "docker stats", "dive", "hyperfine"],
    },
    Sign {
        topic: "database-client",
        place: Place::Code,
        words: &["asyncpg", "psycopg[c]", "psycopg[binary]", "hiredis"],
    },
    Sign {
        topic: "orchestrator-limits",
        place: Place::Code,
        words: &["mem_limit", "memory_limit", "cpus:", "replicas:", "--memory", "--cpus"],
    },
];

/// Calls `add` with each topic of a statement.
pub(super) fn of_statement(statement: &Statement, add: &mut dyn FnMut(&'static str)) {
    for sign in SIGNS {
        let here = match sign.place {
            Place::In(keywords) => statement.is(keywords),
            Place::Code => !matches!(statement.kind, Kind::Ignore | Kind::Requirements),
            Place::Ignore => statement.kind == Kind::Ignore,
        };
        if here && sign.words.iter().any(|word| word.is_empty() || statement.has(word)) {
            add(sign.topic);
        }
    }
    if statement.kind == Kind::Ignore {
        return;
    }
    of_mounts(statement, add);
    of_images(statement, add);
}

/// Cache mounts: apt's folders, or those of a package manager.
fn of_mounts(statement: &Statement, add: &mut dyn FnMut(&'static str)) {
    let is_apt = |target: &str| target.starts_with("/var/cache/apt") || target.starts_with("/var/lib/apt");
    for target in statement.cache_targets() {
        add(if target.is_some_and(is_apt) { "apt-caches" } else { "package-caches" });
    }
}

/// Images: a runtime without a shell, a debug stage, another C library.
fn of_images(statement: &Statement, add: &mut dyn FnMut(&'static str)) {
    let lower = statement.text.to_lowercase();
    if lower.contains("distroless") || lower.contains("cgr.dev/") || lower.contains("dhi.io/") {
        add("distroless-runtime");
    }
    if !statement.is(&[Keyword::From]) {
        let is_image = statement.kind == Kind::Other && lower.contains(':') && !lower.contains(' ');
        if is_image && lower.ends_with("-alpine") {
            add("alpine-base");
        }
        return;
    }
    let mut words = lower.split_whitespace().skip(1).filter(|word| !word.starts_with("--"));
    let image = words.next().unwrap_or_default();
    if image.contains("alpine") {
        add("alpine-base");
    }
    let name = words.nth(1).unwrap_or_default();
    if name.split(['-', '_']).any(|part| part == "debug") || image.contains(":debug") {
        add("debug-target");
    }
}

/// Shapes of several statements.
pub(super) fn of_sequence(statements: &[Statement], add: &mut dyn FnMut(&'static str, &str, usize)) {
    let is_manifest = |word: &str| {
        let name = word.trim_end_matches('*').rsplit('/').next().unwrap_or_default();
        MANIFESTS
            .iter()
            .any(|manifest| name == *manifest || (manifest.starts_with('.') && name.ends_with(manifest)))
            || (name.starts_with("requirements") && has_suffix(name, ".txt"))
    };
    // Manifests, an install, and only then the source.
    let mut manifest: Option<&Statement> = None;
    let mut is_installed = false;
    let mut installs = 0;
    for statement in statements {
        let is_copy = statement.is(&[Keyword::Copy, Keyword::Add]) && !statement.text.contains("--from=");
        let names = |statement: &Statement| statement.words().skip(1).any(is_manifest);
        if statement.is(&[Keyword::From]) {
            (manifest, is_installed) = (None, false);
        } else if is_copy && names(statement) {
            manifest = manifest.or(Some(statement));
        } else if statement.is(&[Keyword::Run]) && INSTALLS.iter().any(|install| statement.has(install)) {
            is_installed |= manifest.is_some();
            let of_group = statement
                .words()
                .any(|word| word.starts_with("requirements-") || word.contains("/requirements-"));
            installs += usize::from(of_group);
        } else if let Some(first) = manifest.filter(|_| is_copy && is_installed) {
            add("copy-order", &first.text, first.line);
        }
    }
    if installs > 1 {
        let first = statements.iter().find(|statement| statement.text.contains("requirements-"));
        if let Some(first) = first {
            add("split-dependencies", &first.text, first.line);
        }
    }
}

/// File names are told apart by case.
fn has_suffix(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix).is_some()
}

/// Files that name dependencies.
const MANIFESTS: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lockb",
    "go.mod",
    "go.sum",
    "Cargo.toml",
    "Cargo.lock",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
    "Gemfile.lock",
    "composer.json",
    "composer.lock",
    ".csproj",
    ".sln",
];

/// Commands that install dependencies.
const INSTALLS: &[&str] = &[
    "pip install",
    "pip3 install",
    "uv sync",
    "uv pip",
    "poetry install",
    "pdm install",
    "pdm sync",
    "pipenv install",
    "pipenv sync",
    "npm ci",
    "npm install",
    "yarn install",
    "yarn",
    "pnpm install",
    "pnpm i",
    "bun install",
    "go mod download",
    "cargo fetch",
    "cargo build",
    "mvn",
    "gradle",
    "bundle install",
    "composer install",
    "dotnet restore",
];

/// What a whole block is of.
pub(super) fn of_snippet(snippet: &Snippet, add: &mut dyn FnMut(&'static str, &str, usize)) {
    let first = snippet.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    match snippet.kind {
        Kind::Ignore => add("dockerignore", first, snippet.line),
        Kind::Requirements if snippet.text.contains("requirements-") => {
            add("split-dependencies", first, snippet.line);
        }
        // An import inside of a function: put off.
        Kind::Python => {
            let is_late = |line: &&str| {
                let bare = line.trim_start();
                bare.len() < line.len() && (bare.starts_with("import ") || bare.starts_with("from "))
            };
            if let Some((at, line)) = snippet.text.lines().enumerate().find(|(_, line)| is_late(line)) {
                add("import-costs", line.trim(), snippet.line + at);
            }
        }
        _ => {}
    }
}

/// Names of techniques that are the same in every language.
const PROSE: &[(&str, &str)] = &[
    ("distroless-runtime", "distroless"),
    ("distroless-runtime", "Distroless"),
    ("dockerignore", ".dockerignore"),
    ("healthcheck", "HEALTHCHECK"),
    ("workers-environment", "WEB_CONCURRENCY"),
    ("workers-environment", "--workers"),
    ("max-requests", "--max-requests"),
    ("bytecode", "compileall"),
    ("ci-cache", "mode=max"),
    ("package-caches", "--mount=type=cache"),
    ("preload", "--preload"),
];

/// What running text is about, by the names of techniques alone.
pub(super) fn of_prose(text: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    PROSE.iter().filter(move |(_, word)| has_word(text, word)).copied()
}

/// All topics that a sign, a shape or a name can give.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    const SHAPES: &[&str] = &[
        "split-dependencies",
        "copy-order",
        "apt-caches",
        "package-caches",
        "alpine-base",
        "debug-target",
        "dockerignore",
    ];
    SIGNS
        .iter()
        .map(|sign| sign.topic)
        .chain(PROSE.iter().map(|(topic, _)| *topic))
        .chain(SHAPES.iter().copied())
}
