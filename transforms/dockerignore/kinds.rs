//! What is certainly no input of a build: made by tools on the developer's machine, and made again when needed.
//!
//! Sources, read 2026-11-24: PEP 3147 (`__pycache__`), PEP 405 (`pyvenv.cfg`), the documentation of pytest, mypy, ruff,
//! tox, nox, hypothesis, coverage, Jupyter, npm (`node_modules`), Cargo (`target/CACHEDIR.TAG`), git, the editors of `JetBrains` and VS Code;
//! github/gitignore's templates for the names that each leaves behind.

use dockfit_rewrite::context::glob;

/// A kind of file or folder.
pub(super) struct Kind {
    /// What it is, for people.
    pub(super) what: &'static str,
    /// The names that it goes by, as patterns of one part; the first is written where the author has none.
    pub(super) spellings: &'static [&'static str],
    /// Whether it is a folder.
    pub(super) is_folder: bool,
    /// What makes it certain beside the name.
    pub(super) proof: Proof,
    /// Where it comes to lie.
    pub(super) appears: Appears,
    /// Commands and images (a part of the name) that make it worth a line before it is there, wherever it may appear.
    pub(super) expected: Expected,
    /// Programs one of which has to make it anew in the image; without such a step it may be an input.
    pub(super) made_by: &'static [Maker],
    /// Words one of which stands in a Dockerfile whose image can do something with it, unless its base brings the program
    /// along; none where any image can.
    pub(super) run_by: &'static [&'static str],
    /// Whether a step could be meant to read it: then no instruction may mention it.
    pub(super) may_be_read: bool,
    /// Whether it is certain where git cannot be asked.
    pub(super) without_git: bool,
}

/// What makes a file or folder certain to be of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Proof {
    /// Its name.
    Name,
    /// The source that it was made from lies beside it.
    Source,
    /// This file lies in it. The name alone is not enough, so the path is written, not the name in any folder.
    Holds(&'static str),
    /// As `Holds`, but the name is enough for a pattern.
    NameAndHolds(&'static str),
}

/// Where something comes to lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Appears {
    /// In any folder.
    Anywhere,
    /// Beside files with this ending.
    Beside(&'static str),
    /// Beside one of these files.
    With(&'static [&'static str]),
}

/// A command that installs a project's dependencies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Maker {
    /// The program.
    pub(super) program: &'static str,
    /// Its subcommands.
    pub(super) verbs: &'static [&'static str],
    /// Whether it does so without a subcommand, too.
    pub(super) bare: bool,
    /// Whether it installs what is named on its command line instead, if anything is.
    pub(super) alone: bool,
}

/// What tells that a Dockerfile builds an application whose tools leave something behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Expected {
    /// One of these runs.
    pub(super) makers: &'static [Maker],
    /// The base image has one of these in its name.
    pub(super) images: &'static [&'static str],
}

const NEVER: Expected = Expected { makers: &[], images: &[] };

const fn maker(program: &'static str, verbs: &'static [&'static str]) -> Maker {
    Maker { program, verbs, bare: false, alone: false }
}

const NODE: &[Maker] = &[
    Maker { alone: true, ..maker("npm", &["install", "i", "ci", "clean-install"]) },
    Maker { bare: true, alone: true, ..maker("yarn", &["install"]) },
    Maker { alone: true, ..maker("pnpm", &["install", "i"]) },
    Maker { alone: true, ..maker("bun", &["install", "i"]) },
];

const PYTHON: &[Maker] = &[
    maker("pip", &["install"]),
    maker("uv", &["sync", "pip"]),
    maker("poetry", &["install", "sync"]),
    maker("pdm", &["install", "sync"]),
    maker("pipenv", &["install", "sync"]),
    maker("conda", &["install", "create", "env"]),
    maker("mamba", &["install", "create", "env"]),
    maker("micromamba", &["install", "create"]),
];

const CARGO: &[Maker] = &[maker("cargo", &["build", "install", "chef", "b"])];

const PYTHON_MANIFESTS: &[&str] =
    &["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "manage.py", "tox.ini"];

const MANIFESTS: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "manage.py",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "Gemfile",
];

const FOLDER: Kind = Kind {
    what: "",
    spellings: &[],
    is_folder: true,
    proof: Proof::Name,
    appears: Appears::With(PYTHON_MANIFESTS),
    expected: NEVER,
    made_by: &[],
    run_by: &[],
    may_be_read: false,
    without_git: true,
};

/// What a Dockerfile says that has Python in its image: the program, its tools, scripts.
const WITH_PYTHON: &[&str] =
    &["python", "pip", "venv", "uv ", "uvx", "conda", "mamba", "poetry", "pdm", ".py", "pypy"];

/// Images that bring no Python along (their own Dockerfiles; 2026-11-24).
pub(super) const WITHOUT_PYTHON: &[&str] =
    &["alpine", "busybox", "caddy", "debian", "eclipse-temurin", "httpd", "nginx", "oven/bun", "ubuntu"];

/// Images of which that holds in their smaller editions, by a part of the tag: the others hold what compiling needs, Python
/// among it.
pub(super) const WITHOUT_PYTHON_IF_SMALL: &[&str] = &["golang", "node", "ruby", "rust"];

const FILE: Kind = Kind { is_folder: false, ..FOLDER };

/// All kinds; installed folders first, since others may lie in them.
pub(super) static KINDS: &[Kind] = &[
    Kind {
        what: "installed packages",
        spellings: &["node_modules"],
        appears: Appears::With(&["package.json"]),
        expected: Expected { makers: NODE, images: &[] },
        made_by: NODE,
        ..FOLDER
    },
    Kind {
        what: "a virtual environment",
        spellings: &[".venv"],
        proof: Proof::NameAndHolds("pyvenv.cfg"),
        expected: Expected { makers: PYTHON, images: &[] },
        made_by: PYTHON,
        run_by: WITH_PYTHON,
        ..FOLDER
    },
    Kind {
        what: "a virtual environment",
        spellings: &["venv", "env", ".env", "virtualenv"],
        proof: Proof::Holds("pyvenv.cfg"),
        made_by: PYTHON,
        run_by: WITH_PYTHON,
        ..FOLDER
    },
    Kind {
        what: "build output",
        spellings: &["target"],
        proof: Proof::Holds("CACHEDIR.TAG"),
        appears: Appears::With(&["Cargo.toml"]),
        made_by: CARGO,
        ..FOLDER
    },
    Kind {
        what: "bytecode",
        spellings: &["__pycache__"],
        appears: Appears::Beside(".py"),
        expected: Expected { makers: PYTHON, images: &["python"] },
        ..FOLDER
    },
    Kind {
        what: "bytecode",
        spellings: &["*.py[cod]", "*.py[co]", "*.pyc", "*.pyo", "*$py.class"],
        proof: Proof::Source,
        appears: Appears::Beside(".py"),
        ..FILE
    },
    Kind { what: "a cache of pytest", spellings: &[".pytest_cache"], ..FOLDER },
    Kind { what: "a cache of mypy", spellings: &[".mypy_cache"], ..FOLDER },
    Kind { what: "a cache of ruff", spellings: &[".ruff_cache"], ..FOLDER },
    Kind { what: "environments of tox", spellings: &[".tox"], ..FOLDER },
    Kind { what: "environments of nox", spellings: &[".nox"], ..FOLDER },
    Kind { what: "examples of hypothesis", spellings: &[".hypothesis"], ..FOLDER },
    Kind {
        what: "checkpoints of notebooks",
        spellings: &[".ipynb_checkpoints"],
        appears: Appears::Beside(".ipynb"),
        ..FOLDER
    },
    Kind { what: "coverage data", spellings: &[".coverage"], may_be_read: true, without_git: false, ..FILE },
    Kind {
        what: "a coverage report",
        spellings: &["htmlcov"],
        may_be_read: true,
        without_git: false,
        ..FOLDER
    },
    Kind {
        what: "a coverage report",
        spellings: &["coverage.xml"],
        may_be_read: true,
        without_git: false,
        ..FILE
    },
    Kind { what: "a file of macOS", spellings: &[".DS_Store"], appears: Appears::Anywhere, ..FILE },
    Kind {
        what: "a file of Windows",
        spellings: &["Thumbs.db", "thumbs.db"],
        appears: Appears::Anywhere,
        ..FILE
    },
    Kind {
        what: "a swap file of Vim",
        spellings: &[".*.sw[op]", "*.swp", "*.swo", "*.sw[op]"],
        appears: Appears::Anywhere,
        ..FILE
    },
    Kind {
        what: "settings of an editor",
        spellings: &[".idea"],
        appears: Appears::With(MANIFESTS),
        may_be_read: true,
        without_git: false,
        ..FOLDER
    },
    Kind {
        what: "settings of an editor",
        spellings: &[".vscode"],
        appears: Appears::With(MANIFESTS),
        may_be_read: true,
        without_git: false,
        ..FOLDER
    },
];

impl Kind {
    /// Whether something of that name may be of this kind.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.spellings.iter().any(|spelling| glob(spelling, name))
    }

    /// Whether one part of a path or pattern means things of this kind and not just anything.
    pub(super) fn is_meant_by(&self, part: &str) -> bool {
        let literal = part.chars().any(|char| !matches!(char, '*' | '?'));
        literal
            && self
                .spellings
                .iter()
                .any(|spelling| *spelling == part || glob(part, spelling) || glob(spelling, part))
    }
}
