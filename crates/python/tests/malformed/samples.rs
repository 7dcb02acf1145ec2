//! A whole project of each kind, in which nothing is wrong.

use std::collections::BTreeMap;

pub(crate) const H1: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
pub(crate) const H2: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

const PYPROJECT: &str = "[project]\nname = \"app\"\ndependencies = [\"a\", \"b\"]\n";

/// What a mistake is put into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Pyproject,
    PoetryTable,
    PdmTable,
    UvTable,
    SetupCfg,
    Pipfile,
    RequirementsIn,
    UvLock,
    PoetryLock,
    PdmLock,
    Pylock,
    PipfileLock,
    PipTools,
}

pub(crate) const KINDS: [Kind; 13] = [
    Kind::Pyproject,
    Kind::PoetryTable,
    Kind::PdmTable,
    Kind::UvTable,
    Kind::SetupCfg,
    Kind::Pipfile,
    Kind::RequirementsIn,
    Kind::UvLock,
    Kind::PoetryLock,
    Kind::PdmLock,
    Kind::Pylock,
    Kind::PipfileLock,
    Kind::PipTools,
];

impl Kind {
    /// The file that the mistake is in.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Pyproject | Self::PoetryTable | Self::PdmTable | Self::UvTable => "pyproject.toml",
            Self::SetupCfg => "setup.cfg",
            Self::Pipfile => "Pipfile",
            Self::RequirementsIn => "requirements.in",
            Self::UvLock => "uv.lock",
            Self::PoetryLock => "poetry.lock",
            Self::PdmLock => "pdm.lock",
            Self::Pylock => "pylock.toml",
            Self::PipfileLock => "Pipfile.lock",
            Self::PipTools => "requirements.txt",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Pyproject => "pyproject.toml",
            Self::PoetryTable => "pyproject.toml of poetry",
            Self::PdmTable => "pyproject.toml of pdm",
            Self::UvTable => "pyproject.toml of uv",
            Self::PipTools => "requirements.txt of pip-tools",
            other => other.file(),
        }
    }

    pub(crate) fn is_lock(self) -> bool {
        self >= Self::UvLock
    }

    /// All files of the project.
    pub(crate) fn project(self) -> BTreeMap<String, String> {
        let text = match self {
            Self::Pyproject => PEP_621.to_owned(),
            Self::PoetryTable => POETRY.to_owned(),
            Self::PdmTable => PDM.to_owned(),
            Self::UvTable => UV.to_owned(),
            Self::SetupCfg => SETUP_CFG.to_owned(),
            Self::Pipfile => PIPFILE.to_owned(),
            Self::RequirementsIn => "# by hand\na\nb>=1\n".to_owned(),
            Self::UvLock => uv(),
            Self::PoetryLock => poetry(),
            Self::PdmLock => pdm(),
            Self::Pylock => pylock(),
            Self::PipfileLock => pipfile_lock(),
            Self::PipTools => compiled("pyproject.toml", "app (pyproject.toml)"),
        };
        let beside = match self {
            Self::Pyproject | Self::PoetryTable | Self::PdmTable | Self::UvTable => {
                ("requirements.txt", compiled("pyproject.toml", "app (pyproject.toml)"))
            }
            Self::SetupCfg => ("requirements.txt", compiled("setup.cfg", "app (setup.cfg)")),
            Self::RequirementsIn => ("requirements.txt", compiled("requirements.in", "-r requirements.in")),
            Self::Pipfile => ("Pipfile.lock", pipfile_lock()),
            Self::PipfileLock => ("Pipfile", PIPFILE.to_owned()),
            Self::PoetryLock => ("pyproject.toml", POETRY_OF_LOCK.to_owned()),
            _ => ("pyproject.toml", PYPROJECT.to_owned()),
        };
        BTreeMap::from([
            (self.file().to_owned(), text),
            (beside.0.to_owned(), beside.1),
            // For files that are read because the one above names them.
            ("loop.txt".to_owned(), "-r loop.txt\n".to_owned()),
        ])
    }
}

const PEP_621: &str = r#"[project]
name = "app"
requires-python = ">=3.11"
dependencies = [
  "a",
  "b>=1",
]

[project.optional-dependencies]
x-y = ["a"]
z = ["app[x-y]"]

[dependency-groups]
dev = ["a", {include-group = "test"}]
test = ["b"]
"#;

const POETRY: &str = r#"[tool.poetry]
name = "app"

[tool.poetry.dependencies]
python = "^3.11"
a = "*"
b = {version = "^2.0", extras = []}

[tool.poetry.group.dev.dependencies]
a = "*"
"#;

const POETRY_OF_LOCK: &str =
    "[tool.poetry]\nname = \"app\"\n[tool.poetry.dependencies]\na = \"*\"\nb = \"*\"\n";

const PDM: &str = r#"[project]
name = "app"
dependencies = ["a", "b"]

[tool.pdm.dev-dependencies]
dev-tools = ["a>=1"]

[[tool.pdm.source]]
name = "index"
url = "https://index.example/simple"
"#;

const UV: &str = r#"[project]
name = "app"
dependencies = ["a", "b"]

[tool.uv]
dev-dependencies = ["a>=1"]

[tool.uv.sources]
a-b = { index = "index" }

[[tool.uv.index]]
name = "index"
url = "https://index.example/simple"
"#;

const SETUP_CFG: &str = r"[metadata]
name = app

[options]
python_requires = >=3.11
install_requires =
  a
  b>=1

[options.extras_require]
x-y = a
";

const PIPFILE: &str = r#"[[source]]
url = "https://index.example/simple"
verify_ssl = true
name = "index"

[packages]
a = "*"
b = {version = ">=1"}

[dev-packages]
a = "*"

[requires]
python_version = "3.13"
"#;

fn uv() -> String {
    format!(
        r#"version = 1
requires-python = ">=3.11"

[[package]]
name = "a"
version = "1.0"
source = {{ registry = "https://index.example/simple" }}
dependencies = [{{ name = "b" }}]
wheels = [{{ url = "https://index.example/a-1.0-py3-none-any.whl", hash = "{H1}", size = 10 }}]

[[package]]
name = "app"
source = {{ virtual = "." }}
dependencies = [{{ name = "a" }}, {{ name = "b" }}]

[package.metadata]
requires-dist = [{{ name = "a" }}, {{ name = "b" }}]

[[package]]
name = "b"
version = "2.0"
source = {{ registry = "https://index.example/simple" }}
wheels = [{{ url = "https://index.example/b-2.0-py3-none-any.whl", hash = "{H2}", size = 20 }}]
"#
    )
}

fn poetry() -> String {
    format!(
        r#"[[package]]
name = "a"
version = "1.0"
optional = false
files = [{{ file = "a-1.0-py3-none-any.whl", hash = "{H1}" }}]

[package.dependencies]
b = ">=1"

[[package]]
name = "b"
version = "2.0"
optional = false
files = [{{ file = "b-2.0-py3-none-any.whl", hash = "{H2}" }}]

[metadata]
lock-version = "2.1"
python-versions = "*"
content-hash = "c5d4913546db7563a0f0048e22acbd1e1e0edd1c87a2f8682ae205655a49e012"
"#
    )
}

fn pdm() -> String {
    format!(
        r#"[metadata]
groups = ["default"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:b5f27a463169dbb4ba78184a1fb316188ad722c4462a1718a654d53b63040995"

[[metadata.targets]]
requires_python = ">=3.11"

[[package]]
name = "a"
version = "1.0"
dependencies = ["b>=1"]
files = [{{file = "a-1.0-py3-none-any.whl", hash = "{H1}"}}]

[[package]]
name = "b"
version = "2.0"
files = [{{file = "b-2.0-py3-none-any.whl", hash = "{H2}"}}]
"#
    )
}

fn pylock() -> String {
    format!(
        r#"lock-version = "1.0"
created-by = "test"

[[packages]]
name = "a"
version = "1.0"
dependencies = [{{ name = "b" }}]
wheels = [{{ name = "a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{}" }} }}]

[[packages]]
name = "b"
version = "2.0"
wheels = [{{ name = "b-2.0-py3-none-any.whl", hashes = {{ sha256 = "{}" }} }}]
"#,
        &H1[7..],
        &H2[7..]
    )
}

fn pipfile_lock() -> String {
    format!(
        r#"{{
  "_meta": {{ "hash": {{ "sha256": "a74e6be90b6b74e00be30d82fad25016b7c5d7dc0e744300013f946a4b98070e" }}, "pipfile-spec": 6, "requires": {{}}, "sources": [] }},
  "default": {{
    "a": {{ "hashes": ["{H1}"], "version": "==1.0" }},
    "b": {{ "hashes": ["{H2}"], "version": "==2.0" }}
  }},
  "develop": {{
    "a": {{ "hashes": ["{H1}"], "version": "==1.0" }}
  }}
}}
"#
    )
}

fn compiled(input: &str, via: &str) -> String {
    format!(
        "# This file is autogenerated by pip-compile with Python 3.13\n#    pip-compile --generate-hashes {input}\n\
         a==1.0 \\\n    --hash={H1}\n    # via {via}\nb==2.0 \\\n    --hash={H2}\n    # via\n    #   a\n    #   {via}\n"
    )
}
