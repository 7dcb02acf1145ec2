//! Which programs a script runs, and with what.

use dockfit_shell::{Invocation, Lookup, Options, RunAs, Script, State, invocations};

/// `program arg arg` of each invocation.
#[track_caller]
fn runs(text: &str, expected: &[&str]) {
    let script = Script::parse(text);
    let found: Vec<_> = invocations(&script, &State::default()).iter().map(line).collect();
    assert_eq!(found, expected, "{text}");
}

fn line(invocation: &Invocation<'_>) -> String {
    let args = invocation.args.iter().map(|(_, w)| invocation.script.slice(&w.range));
    [&*invocation.program].into_iter().chain(args).collect::<Vec<_>>().join(" ")
}

fn one<T>(text: &str, ask: impl Fn(&Invocation<'_>) -> T) -> T {
    let script = Script::parse(text);
    let all = invocations(&script, &State::default());
    ask(all.last().unwrap_or_else(|| panic!("nothing runs in {text}")))
}

#[test]
fn wrappers_are_peeled() {
    runs("sudo pip install x", &["pip install x"]);
    runs("sudo -E -H -u app pip install x", &["pip install x"]);
    runs("sudo -uapp --group=app A=b pip x", &["pip x"]);
    runs("sudo -EHu app -- pip x", &["pip x"]);
    runs("env -i A=1 B=2 pip x", &["pip x"]);
    runs("env -u HOME -C /x pip x", &["pip x"]);
    runs("exec pip x; exec -a name pip y", &["pip x", "pip y"]);
    runs("time -p pip x", &["pip x"]);
    runs("nice pip x && nice -n 5 pip y && nice -10 pip z", &["pip x", "pip y", "pip z"]);
    runs("nohup eatmydata apt-get update", &["apt-get update"]);
    runs("command pip x", &["pip x"]);
    runs("gosu app:app pip x; su-exec 1000 pip y", &["pip x", "pip y"]);
    runs("timeout -k 5 30s pip x", &["pip x"]);
    runs("cat f | xargs -r -n 1 pip install", &["cat f", "pip install"]);
    runs("xargs -I {} sh -c 'pip install {}'", &["sh -c 'pip install {}'", "pip install {}"]);
    runs(
        "php composer.phar install; php -d memory_limit=-1 /usr/bin/composer i; php artisan x; php -r 'x();'",
        &["composer.phar install", "composer i", "php artisan x", "php -r 'x();'"],
    );
    runs("corepack pnpm i; corepack yarn@4 i; corepack enable", &["pnpm i", "yarn@4 i", "corepack enable"]);
    runs("setpriv --reuid=1000 --clear-groups -- pip x", &["pip x"]);
}

#[test]
fn what_wraps_nothing_is_the_program() {
    runs("command -v pip", &["command -v pip"]);
    runs("sudo -l", &["sudo -l"]);
    runs("env", &["env"]);
    runs("env -S 'pip x'", &["env -S 'pip x'"]);
    runs("exec > log", &["exec"]);
    runs("gosu app", &["gosu app"]);
}

#[test]
fn what_cannot_be_told_is_not_guessed() {
    runs("$PIP install x", &[]);
    runs("$PIP -m pip install x", &[]);
    runs("PIP='pip -q'; $PIP install x", &[]);
    runs("for PIP in a b; do $PIP install x; done", &[]);
    runs("${DIR}/$PIP install x; $DIR/ x", &[]);
    runs("sudo $OPTIONS pip x", &[]);
    runs("env \"$A\" pip x", &[]);
    runs("sudo -u $USER pip x; sudo --user=$USER pip y", &["pip x", "pip y"]);
}

#[test]
fn programs_in_variables() {
    runs("PIP=/venv/bin/pip3; $PIP install x", &["pip3 install x"]);
    runs("\"${VENV}/bin/pip\" install x; ~/.local/bin/pip y", &["pip install x", "pip y"]);
    runs("P=python3.12; \"$P\" -m pip install x", &["pip install x"]);
    runs("python$VERSION -m pip install x; python${V} setup.py", &["pip install x"]);
    let script = Script::parse("$TOOL x; TOOL=b; $TOOL y");
    let mut seen = Vec::new();
    let outside = |name: &str| if name == "TOOL" { Lookup::Set("a".to_owned()) } else { Lookup::Unset };
    script.invocations(&State::default(), &outside, |found, _| seen.push(found.program.to_string()));
    assert_eq!(seen, ["a", "b"]);
}

#[test]
fn environments_are_wrappers() {
    runs("conda run -n x --no-capture-output pip install y", &["pip install y"]);
    runs("/opt/conda/bin/conda run -n ${NAME} python -m pip install y", &["pip install y"]);
    runs("micromamba run --name=x pip install y; mamba run pip z", &["pip install y", "pip z"]);
    runs("poetry run pip install y; pipenv run pip install z", &["pip install y", "pip install z"]);
    runs("pdm run -p /app pip x; pdm run --list", &["pip x", "pdm run --list"]);
    runs(
        "pyenv exec pip x; conda install pip; poetry install",
        &["pip x", "conda install pip", "poetry install"],
    );
}

#[test]
fn scripts_on_standard_input() {
    runs("bash -ex <<'EOF'\npip install x\nEOF\n", &["bash -ex", "pip install x"]);
    runs(
        "<<EOT sudo bash\napt-get install ${X} && \\\n  true\nEOT\n",
        &["bash", "apt-get install ${X}", "true"],
    );
    runs("bash -s <<EOF\npip install \\$X\nEOF\n", &["bash -s"]);
    runs("bash file <<'EOF'\npip install x\nEOF\n", &["bash file"]);
    runs("bash <<'EOF' <other\npip install x\nEOF\n", &["bash"]);
    runs("cat <<'EOF'\npip install x\nEOF\n", &["cat"]);
    let exact = |text: &str| one(text, |found| found.exact);
    assert!(exact("sh <<'EOF'\npip install $X\nEOF\n"));
    assert!(exact("sh <<EOF\npip install x\nEOF\n"));
    assert!(!exact("sh <<EOF\npip install $X\nEOF\n"));
    let options = |text: &str| one(text, |found| found.located.options.errexit == dockfit_shell::Flag::On);
    assert!(options("bash -ex <<'EOF'\npip install x\nEOF\n"));
    assert!(!options("set -e; bash <<'EOF'\npip install x\nEOF\n"));
}

#[test]
fn modules_are_programs() {
    runs("python -m pip install x", &["pip install x"]);
    runs("/opt/venv/bin/python3.13 -I -m pip x", &["pip x"]);
    runs("python3 -W ignore -X dev -mpip x", &["pip x"]);
    runs("python3 -Im pip x", &["pip x"]);
    runs("python3 -c 'import pip' -m pip", &["python3 -c 'import pip' -m pip"]);
    runs("python3 setup.py -m pip", &["python3 setup.py -m pip"]);
    runs("pypy3 -m pip x", &["pip x"]);
    assert!(one("python -m pip", |i| i.module));
    assert!(!one("pip", |i| i.module));
}

#[test]
fn paths_give_base_names() {
    runs("/opt/venv/bin/pip3.13 x", &["pip3.13 x"]);
    runs("./configure x", &["configure x"]);
    assert_eq!(
        ["pip3.13", "pip", "gcc-12", "7z", "3"].map(dockfit_shell::strip_version),
        ["pip", "pip", "gcc", "7z", "3"]
    );
}

#[test]
fn nested_scripts_are_looked_into() {
    runs("bash -c 'a && pip x'", &["bash -c 'a && pip x'", "a", "pip x"]);
    runs("bash -lc \"pip x\" name", &["bash -lc \"pip x\" name", "pip x"]);
    runs("if ! sudo sh -c 'pip x'; then b; fi", &["sh -c 'pip x'", "pip x", "b"]);
    runs("su - app -c 'pip x'", &["su - app -c 'pip x'", "pip x"]);
    let exact = |text| one(text, |i| (line(i), i.exact));
    assert_eq!(exact("sh -c 'pip x'"), ("pip x".to_owned(), true));
    assert_eq!(exact("sh -c \"pip $X\""), ("pip $X".to_owned(), false));
    assert_eq!(exact("sh -c \"pip \\\"x y\\\"\""), ("pip \"x y\"".to_owned(), false));
    assert_eq!(exact("sh -c 'sh -c \"pip x\"'"), ("pip x".to_owned(), true));
}

#[test]
fn ranges_of_nested_scripts_are_in_the_outer_text() {
    let text = "sudo bash -ec 'apt-get update && pip x'";
    let script = Script::parse(text);
    let all = invocations(&script, &State::default());
    let pip = all.iter().find(|i| i.program == "pip");
    assert_eq!(pip.map(|i| i.program_word.range.clone()), Some(33..36));
    assert_eq!(&text[33..36], "pip");
}

#[test]
fn users() {
    assert!(one("pip", |i| i.run_as == RunAs::Unchanged));
    assert!(one("sudo pip", |i| i.run_as == RunAs::User("root")));
    assert!(one("sudo -u app env A=b pip", |i| i.run_as == RunAs::User("app")));
    assert!(one("sudo --user=app pip", |i| i.run_as == RunAs::User("app")));
    assert!(one("sudo -u $X pip", |i| i.run_as == RunAs::Unknown));
    assert!(one("gosu app:app pip", |i| i.run_as == RunAs::User("app")));
    assert!(one("su app -c 'sh -c pip'", |i| i.run_as == RunAs::User("app")));
    assert!(one("su -c \"pip \\\"x\\\"\"", |i| i.run_as == RunAs::User("root")));
    assert!(one("setpriv --reuid=1 pip", |i| i.run_as == RunAs::User("1")));
}

#[test]
fn environment_of_a_program() {
    let lookup = |text| one(text, |i| i.environment("A"));
    let set = |value: &str| Lookup::Set(value.to_owned());
    assert_eq!(lookup("A=1 pip"), set("1"));
    assert_eq!(lookup("A=1 env A=2 pip"), set("2"));
    assert_eq!(lookup("env 'A=2 3' pip"), set("2 3"));
    assert_eq!(lookup("export A=1; pip"), set("1"));
    assert_eq!(lookup("A=1; export A; pip"), set("1"));
    assert_eq!(lookup("export B=1 A=x$B; pip"), set("x1"));
    assert_eq!(lookup("A=1; pip"), Lookup::Unknown);
    assert_eq!(lookup("export A=1; unset A; pip"), Lookup::Unset);
    assert_eq!(lookup("export A=1; A=2; pip"), set("2"));
    assert_eq!(lookup("export A=1; sudo pip"), Lookup::Unknown);
    assert_eq!(lookup("export A=1; env -i pip"), Lookup::Unset);
    assert_eq!(lookup("export A=1; bash -c 'pip'"), set("1"));
    assert_eq!(lookup("(export A=1); pip"), Lookup::Unknown);
    assert_eq!(lookup("b && export A=1 && pip"), set("1"));
    assert_eq!(lookup("b && export A=1; pip"), Lookup::Unknown);
    assert_eq!(lookup("b || export A=1; pip"), Lookup::Unknown);
    assert_eq!(lookup("export A=1; if b; then export A=2; fi; pip"), Lookup::Unknown);
    assert_eq!(lookup("if b; then export A=2; else export A=2; fi; pip"), set("2"));
    assert_eq!(lookup("export A=1; for i in 1 2; do pip; export A=2; done"), Lookup::Unknown);
    assert_eq!(lookup("export A=1 | b; pip"), Lookup::Unknown);
    assert_eq!(lookup("f() { export A=2; }; export A=1; pip"), set("1"));
    assert_eq!(lookup("export A=1; f() { export A=2; }; f; pip"), Lookup::Unknown);
}

#[test]
fn the_initial_environment_holds_until_it_is_changed() {
    let state = State::new(Options::default(), [("A", "1"), ("B", "2")]);
    let script = Script::parse("pip; A=$A-$B; pip; unset B; pip");
    let seen: Vec<_> = invocations(&script, &state)
        .iter()
        .filter(|i| i.program == "pip")
        .map(|i| (i.environment("A"), i.environment("B")))
        .collect();
    let set = |value: &str| Lookup::Set(value.to_owned());
    assert_eq!(seen, [(set("1"), set("2")), (set("1-2"), set("2")), (set("1-2"), Lookup::Unset)]);
}

#[test]
fn functions_are_not_programs() {
    assert!(one("pip() { a; }; pip x", |i| i.shadowed));
    assert!(one("alias pip=a; pip x", |i| i.shadowed));
    assert!(!one("pip() { a; }; command pip x", |i| i.shadowed));
    assert!(!one("pip() { a; }; /usr/bin/pip x", |i| i.shadowed));
}

#[test]
fn substitutions_run_programs_too() {
    runs("a \"$(pip x)\" `b` > $(c)", &["a \"$(pip x)\" `b`", "pip x", "b", "c"]);
    runs("A=$(pip x); export B=$(c)", &["pip x", "c"]);
    runs("cat <<E\n$(pip x)\nE\n", &["cat", "pip x"]);
    runs("for i in $(pip x); do b; done", &["pip x", "b"]);
    runs("[ \"$(pip x)\" = y ] && case $(b) in c) d;; esac", &["pip x", "b", "d"]);
}
