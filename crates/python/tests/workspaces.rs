//! Workspaces, extras that exclude each other, and what is asked for but not there.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_python::{Choice, Environment, Name, Request, split};

const LOCK: &str = r#"version = 1
requires-python = ">=3.11"
conflicts = [[{ package = "api", extra = "new" }, { package = "api", extra = "old" }]]

[manifest]
members = ["api", "lib"]

[[package]]
name = "api"
version = "0.1.0"
source = { editable = "services/api" }
dependencies = [{ name = "lib" }, { name = "redis" }]

[package.optional-dependencies]
new = [{ name = "six", version = "1.16.0", source = { registry = "https://index.example/simple" }, marker = "extra == 'extra-3-api-new'" }]
old = [{ name = "six", version = "1.15.0", source = { registry = "https://index.example/simple" }, marker = "extra == 'extra-3-api-old'" }]

[package.metadata]
requires-dist = [
    { name = "lib", editable = "lib" },
    { name = "redis" },
    { name = "six", marker = "extra == 'new'", specifier = "==1.16.0" },
    { name = "six", marker = "extra == 'old'", specifier = "==1.15.0" },
]
provides-extras = ["new", "old"]

[[package]]
name = "lib"
version = "0.1.0"
source = { editable = "lib" }
dependencies = [{ name = "numpy" }]

[package.metadata]
requires-dist = [{ name = "numpy" }]

[[package]]
name = "numpy"
version = "2.1.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "redis"
version = "5.0.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "six"
version = "1.15.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "six"
version = "1.16.0"
source = { registry = "https://index.example/simple" }
"#;

fn files() -> BTreeMap<String, String> {
    let api = "[project]\nname = \"api\"\nrequires-python = \">=3.11\"\ndependencies = [\"lib\", \"redis\"]\n\
               [project.optional-dependencies]\nnew = [\"six==1.16.0\"]\nold = [\"six==1.15.0\"]\n";
    BTreeMap::from([
        ("uv.lock".to_owned(), LOCK.to_owned()),
        ("pyproject.toml".to_owned(), "[dependency-groups]\ndev = []\n".to_owned()),
        ("services/api/pyproject.toml".to_owned(), api.to_owned()),
    ])
}

/// The lines of all files, in order; or the mistake.
fn lines(folder: &str, extras: &[&str]) -> String {
    let mut request = Request::new(folder).expect("the table");
    request.environment = Environment::anywhere();
    let names: Option<BTreeSet<Name>> = extras.iter().map(|extra| Name::new(extra)).collect();
    request.wanted.extras = Choice::Only(names.expect("names"));
    match split(&files(), &request) {
        Err(error) => error.to_string(),
        Ok(split) => {
            let text: String = split.files.iter().map(|file| file.text.clone()).collect();
            let lines: Vec<&str> = text.lines().filter(|line| line.contains("==")).collect();
            let members: Vec<&str> = split
                .selection
                .members
                .iter()
                .map(|at| split.resolution.packages[*at].name.as_str())
                .collect();
            format!("{} | {}", lines.join(" "), members.join(" "))
        }
    }
}

#[test]
fn a_member_is_read_from_the_lock_at_the_root() {
    assert_eq!(lines("services/api", &[]), "numpy==2.1.0 redis==5.0.0 | api lib");
    assert_eq!(lines("services/api", &["new"]), "numpy==2.1.0 redis==5.0.0 six==1.16.0 | api lib");
}

#[test]
fn a_root_without_a_project_stands_for_its_members() {
    assert_eq!(lines("", &[]), "numpy==2.1.0 redis==5.0.0 | project api lib");
}

#[test]
fn what_cannot_be_installed_is_refused() {
    insta::assert_snapshot!(lines("services/api", &["new", "old"]), @"uv.lock:51:1: package[5]: `six` would be installed as 1.15.0 (line 46, needed by `api[old]` as `six==1.15.0`) and as 1.16.0 (line 51, needed by `api[new]` as `six==1.16.0`); choose extras and groups that do not conflict, or say which Python and platform");
    insta::assert_snapshot!(lines("services/api", &["newest"]), @"services/api/pyproject.toml:1:1: the project has no extra `newest`; it has new, old");
}

#[test]
fn the_indexes_of_uv_toml_stand_for_those_of_the_manifest() {
    let pyproject = "[project]\nname = \"app\"\n[tool.uv.sources]\ntorch = { index = \"cpu\" }\n\
        [[tool.uv.index]]\nname = \"cpu\"\nurl = \"https://cpu.index.example/simple\"\n\
        [[tool.uv.index]]\nurl = \"https://old.index.example/simple\"\ndefault = true\n";
    let uv = "index-url = \"https://new.index.example/simple\"\n[[index]]\nurl = \"https://more.index.example/simple\"\n";
    let mut files = BTreeMap::from([("pyproject.toml".to_owned(), pyproject.to_owned())]);
    let indexes = |files: &BTreeMap<String, String>| {
        let manifest = dockfit_python::read_manifest(files, "pyproject.toml");
        manifest.map(|manifest| {
            let line = |index: &dockfit_python::Index| format!("{:?} {}", index.role, index.url);
            manifest.indexes.iter().map(line).collect::<Vec<_>>()
        })
    };
    assert_eq!(
        indexes(&files).expect("a manifest"),
        ["Extra https://cpu.index.example/simple", "Default https://old.index.example/simple"]
    );
    files.insert("uv.toml".to_owned(), uv.to_owned());
    assert_eq!(
        indexes(&files).expect("a manifest"),
        [
            "Explicit https://cpu.index.example/simple",
            "Extra https://more.index.example/simple",
            "Default https://new.index.example/simple"
        ]
    );
    files.insert("uv.toml".to_owned(), "index-url = 1\n".to_owned());
    insta::assert_snapshot!(indexes(&files).expect_err("a number"), @"uv.toml:1:13: index-url: a string was expected, found integer");
}

#[test]
fn what_comes_from_an_address_in_some_environments_is_no_sign_of_an_old_lock() {
    let manifest = "[project]\nname = \"app\"\nrequires-python = \">=3.11\"\ndependencies = [\"fast==3.3\", \"lib>=1\"]\n\
        [tool.uv.sources]\nlib = { git = \"https://git.example/lib\" }\n\
        fast = [{ url = \"https://files.example/fast-3.3-py3-none-any.whl\", marker = \"platform_machine == 'x86_64'\" }]\n";
    let hash = format!("sha256:{}", "0".repeat(64));
    let lock = format!(
        r#"version = 1
requires-python = ">=3.11"

[[package]]
name = "app"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "fast", version = "3.3", source = {{ registry = "https://index.example/simple" }}, marker = "platform_machine != 'x86_64'" }},
    {{ name = "fast", version = "3.3", source = {{ url = "https://files.example/fast-3.3-py3-none-any.whl" }}, marker = "platform_machine == 'x86_64'" }},
    {{ name = "lib" }},
]

[package.metadata]
requires-dist = [
    {{ name = "fast", marker = "platform_machine == 'x86_64'", url = "https://files.example/fast-3.3-py3-none-any.whl" }},
    {{ name = "fast", marker = "platform_machine != 'x86_64'", specifier = "==3.3" }},
    {{ name = "lib", git = "https://git.example/lib" }},
]

[[package]]
name = "fast"
version = "3.3"
source = {{ registry = "https://index.example/simple" }}
sdist = {{ url = "https://index.example/fast-3.3.tar.gz", hash = "{hash}" }}

[[package]]
name = "fast"
version = "3.3"
source = {{ url = "https://files.example/fast-3.3-py3-none-any.whl" }}
wheels = [{{ url = "https://files.example/fast-3.3-py3-none-any.whl", hash = "{hash}" }}]

[[package]]
name = "lib"
version = "1.2"
source = {{ git = "https://git.example/lib#0123456789012345678901234567890123456789" }}
"#
    );
    let told = |manifest: &str| {
        let files = BTreeMap::from([
            ("pyproject.toml".to_owned(), manifest.to_owned()),
            ("uv.lock".to_owned(), lock.clone()),
        ]);
        match split(&files, &Request::new("").expect("the table")) {
            Ok(split) => {
                let text: String = split.files.iter().map(|file| file.text.clone()).collect();
                text.lines().filter(|line| line.starts_with(['f', 'l'])).collect::<Vec<_>>().join("\n")
            }
            Err(error) => error.to_string(),
        }
    };
    insta::assert_snapshot!(told(manifest), @r"
    fast==3.3 ; platform_machine != 'x86_64' \
    fast @ https://files.example/fast-3.3-py3-none-any.whl ; platform_machine == 'x86_64' \
    lib @ git+https://git.example/lib@0123456789012345678901234567890123456789
    ");
    insta::assert_snapshot!(told(&manifest.replace("\"lib>=1\"", "\"lib>=1\", \"new\"")), @"uv.lock:1:1: the lock does not fit pyproject.toml: `new` is new; run `uv lock`");
}
