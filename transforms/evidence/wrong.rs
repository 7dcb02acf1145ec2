//! Snippets of reports that do not do what they are meant to, each with why and what is done instead. Facts: see the
//! pages of the passes (`dockfit explain`); checked 2026-11-24.

use dockfit_audit::{Kind, Proposal};
use dockfit_dockerfile::Keyword;

use super::statement::{Statement, of_snippet};

/// What is wrong with a snippet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correction {
    /// The words of the report.
    pub quote: String,
    /// Their line in the report, counted from 1.
    pub line: usize,
    /// What they do, one sentence.
    pub why: &'static str,
    /// What dockfit does, one sentence.
    pub instead: &'static str,
}

/// A statement that is wrong by itself, or by what stands before it in its block.
struct Wrong {
    is: fn(&Statement, &[Statement]) -> bool,
    why: &'static str,
    instead: &'static str,
}

static WRONG: &[Wrong] = &[
    Wrong {
        is: |it, _| option(it, "PIP_NO_CACHE_DIR").is_some_and(|value| !value.is_empty()),
        why: "any value of PIP_NO_CACHE_DIR switches pip's cache off, 0 and false included, and a cache mount then stays empty",
        instead: "the variable is left out; only unset or empty leaves the cache on",
    },
    Wrong {
        is: |it, _| it.has("PIP_PARALLEL_DOWNLOAD"),
        why: "pip has no such option and ignores the variable",
        instead: "it is left out; `--installer uv` downloads in parallel",
    },
    Wrong {
        is: |it, _| it.has("--no-cache-dir") && it.text.contains("type=cache"),
        why: "--no-cache-dir keeps the mount empty",
        instead: "package-caches takes the switch out with the mount",
    },
    Wrong {
        is: |it, _| mounts(it, "/var/lib/apt"),
        why: "/var/lib/apt holds extended_states as well: shared between builds, it breaks autoremove",
        instead: "apt-caches mounts /var/cache/apt and /var/lib/apt/lists",
    },
    Wrong {
        is: |it, all| {
            mounts(it, "/var/cache/apt") && !all.iter().any(|other| other.text.contains("docker-clean"))
        },
        why: "on Debian's images docker-clean deletes the packages after each install, so that the mount stays empty",
        instead: "apt-caches removes docker-clean once per base",
    },
    Wrong {
        is: |it, _| it.text.contains("type=cache") && it.text.contains("rm -rf /var/lib/apt/lists"),
        why: "the step empties its own mount",
        instead: "apt-caches takes the deletion out with the mount",
    },
    Wrong {
        is: |it, _| it.text.contains("python3-debian12"),
        why: "that image is Python 3.11 and is published no more; packages for another version do not import there",
        instead: "distroless-runtime takes the image of the same version, or refuses",
    },
    Wrong {
        is: |it, all| {
            let groups = |it: &Statement| {
                it.is(&[Keyword::Run])
                    && it.has("pip install")
                    && it.text.contains("requirements-")
                    && !it.has("--no-deps")
            };
            groups(it) && all.iter().filter(|other| groups(other)).count() > 1
        },
        why: "each install resolves by itself: the closures overlap, pick different versions, and the last one wins silently",
        instead: "split-dependencies divides one resolution and installs each part with --no-deps",
    },
    Wrong {
        is: |it, all| {
            let in_distroless = base_of(it, all).is_some_and(|base| base.text.contains("distroless/python"));
            let entry = all.iter().any(|other| other.is(&[Keyword::Entrypoint]));
            let script = it.words().nth(1).is_some_and(|word| {
                !word.starts_with('-') && !word.starts_with('/') && word.strip_suffix(".py").is_none()
            });
            in_distroless && !entry && it.is(&[Keyword::Cmd]) && script
        },
        why: "the image's entrypoint is the interpreter, which takes the command for the name of a script",
        instead: "distroless-runtime writes the command for that entrypoint",
    },
    Wrong {
        is: |it, all| {
            let in_distroless = base_of(it, all)
                .is_some_and(|base| base.text.contains("distroless") && !base.text.contains("debug"));
            let shell =
                it.is(&[Keyword::Run, Keyword::Healthcheck]) && (!it.text.contains('[') || it.has("curl"));
            in_distroless && shell
        },
        why: "that image has neither a shell nor curl",
        instead: "distroless-runtime moves such steps to the builder, and healthcheck asks with the interpreter",
    },
    Wrong {
        is: |it, _| it.has("--no-deps") && (it.has("-e") || it.has("--editable")) && it.has("pip"),
        why: "--no-deps installs no dependency, and an editable install needs the source",
        instead: "copy-order installs the locked dependencies first, and the project behind its source",
    },
    Wrong {
        is: |it, _| it.kind == Kind::Ignore && UNANCHORED.contains(&it.text.as_str()),
        why: "patterns are anchored at the root of the context, so that no subfolder is matched",
        instead: "dockerignore writes `**/` before the pattern",
    },
    Wrong {
        is: |it, _| {
            it.has("compileall") && it.text.contains(".py") && it.text.contains("-delete")
                || it.text.contains("-name '*.py' -delete")
                || it.text.contains("-name \"*.py\" -delete")
        },
        why: "without the sources tracebacks are empty, and tools that read them (alembic, inspect, templates) fail",
        instead: "bytecode compiles and keeps the sources",
    },
    Wrong {
        is: |it, _| {
            let is_start = it.is(&[Keyword::Cmd, Keyword::Entrypoint]);
            is_start
                && it.text.contains("-c")
                && it.words().any(|word| word == "sh" || word == "bash" || word == "/bin/sh")
                && !it.has("exec")
        },
        why: "the shell stays the first process and passes SIGTERM on to nobody",
        instead: "workers-environment writes the exec form; the server reads the count from the environment itself",
    },
    Wrong {
        is: |it, _| it.has("uvicorn") && (it.has("--max-requests") || it.has("--max-requests-jitter")),
        why: "uvicorn has no such option and does not start",
        instead: "max-requests writes --limit-max-requests where the locked version has it",
    },
    Wrong {
        is: |it, _| it.text.matches('"').count() % 2 == 1 && it.is(&[Keyword::Cmd, Keyword::Entrypoint]),
        why: "a quotation mark is missing, so that the engine takes the array for a shell command",
        instead: "the options are written each as a word of the array",
    },
    Wrong {
        is: |it, _| it.is(&[Keyword::Copy]) && it.text.contains("--from=") && it.text.ends_with(" / /"),
        why: "copying / over another distribution overwrites its links, users and package database",
        instead: "debug-target copies the application's own paths",
    },
    Wrong {
        is: |it, _| it.text.contains("docker images") && it.text.contains("head -1"),
        why: "the first line is any image that was made last",
        instead: "`dockfit bench` measures the image that it built",
    },
    Wrong {
        is: |it, _| it.has("--limit-concurrency"),
        why: "above that number the server answers 503",
        instead: "it is written only if named: `--with server-options/limit-concurrency`",
    },
];

/// Patterns that are meant for every folder.
const UNANCHORED: &[&str] = &[
    "__pycache__",
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    "*.py[cod]",
    "*.py[co]",
    ".DS_Store",
    ".pytest_cache",
    ".pytest_cache/",
    ".mypy_cache",
    ".mypy_cache/",
    "node_modules",
    "node_modules/",
];

/// The value that a statement gives a variable.
fn option<'s>(statement: &'s Statement, name: &str) -> Option<&'s str> {
    let (_, rest) = statement.text.split_once(name)?;
    let value = rest.strip_prefix(['=', ' ', ':'])?;
    Some(value.trim_start().split(char::is_whitespace).next().unwrap_or_default().trim_matches(['"', '\'']))
}

/// Whether a cache is mounted at exactly this folder.
fn mounts(statement: &Statement, folder: &str) -> bool {
    statement.cache_targets().flatten().any(|target| target.trim_end_matches('/') == folder)
}

/// The FROM that stands last before a statement of its block.
fn base_of<'s>(statement: &Statement, all: &'s [Statement]) -> Option<&'s Statement> {
    let before = all.iter().take_while(|other| other.line < statement.line);
    before.filter(|other| other.is(&[Keyword::From])).last()
}

/// What is wrong with a proposal's snippets, each thing once.
pub fn corrections(proposal: &Proposal) -> Vec<Correction> {
    let mut found: Vec<Correction> = Vec::new();
    for snippet in &proposal.snippets {
        let statements = of_snippet(snippet);
        for statement in &statements {
            for wrong in WRONG {
                if (wrong.is)(statement, &statements) && !found.iter().any(|known| known.why == wrong.why) {
                    found.push(Correction {
                        quote: super::shortened(&statement.text),
                        line: statement.line,
                        why: wrong.why,
                        instead: wrong.instead,
                    });
                }
            }
        }
    }
    found
}
