//! `dockfit split`.

use serde_json::Value;

use super::{Exit, Place, snapshot};

const MANIFEST: &str = "[project]\nname = \"shop\"\nversion = \"1\"\nrequires-python = \">=3.11\"\n\
    dependencies = [\"fastapi\", \"torch\", \"redis>=5\"]\n\
    [project.optional-dependencies]\npg = [\"asyncpg\"]\n";

/// What uv locks for [`MANIFEST`], with made-up files.
fn lock(versions: &[(&str, &str)]) -> String {
    let version =
        |name: &str| versions.iter().find(|(other, _)| *other == name).map_or("1.0.0", |(_, one)| *one);
    let package = |name: &str, size: u32, needs: &str| {
        let version = version(name);
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = {{ registry = \"https://index.example/simple\" }}\n\
             dependencies = [{needs}]\nwheels = [\n    {{ url = \"https://index.example/{name}-{version}-py3-none-any.whl\", \
             hash = \"sha256:{size:064}\", size = {size} }},\n]\n\n"
        )
    };
    [
        "version = 1\nrevision = 3\nrequires-python = \">=3.11\"\n\n".to_owned(),
        package("asyncpg", 3_000_000, ""),
        package("fastapi", 95_000, "{ name = \"typing-extensions\" }"),
        package("redis", 260_000, ""),
        "[[package]]\nname = \"shop\"\nversion = \"1\"\nsource = { virtual = \".\" }\ndependencies = [\n    { name = \"fastapi\" },\n    \
         { name = \"redis\" },\n    { name = \"torch\" },\n]\n\n[package.optional-dependencies]\npg = [\n    { name = \"asyncpg\" },\n]\n\n\
         [package.metadata]\nrequires-dist = [\n    { name = \"asyncpg\", marker = \"extra == 'pg'\" },\n    { name = \"fastapi\" },\n    \
         { name = \"redis\", specifier = \">=5\" },\n    { name = \"torch\" },\n]\nprovides-extras = [\"pg\"]\n\n"
            .to_owned(),
        package("torch", 890_000_000, "{ name = \"typing-extensions\" }"),
        package("typing-extensions", 44_000, ""),
    ]
    .concat()
}

fn project(lock: &str) -> [(&str, &str); 2] {
    [("pyproject.toml", MANIFEST), ("uv.lock", lock)]
}

fn place() -> Place {
    Place::with(&[("pyproject.toml", MANIFEST), ("uv.lock", &lock(&[("redis", "5.0.0")]))])
}

#[test]
fn the_files_are_written_and_renewed_and_taken_back() {
    let place = place();
    let mut shown = place.run(&["split", "--python=3.13", "--platform=linux/amd64", "@"]).whole();
    shown.extend(["==> requirements-core.txt\n", &place.read("requirements-core.txt")]);
    shown.extend(["==> requirements-app.txt\n", &place.read("requirements-app.txt")]);
    assert_eq!(place.run(&["split", "--check", "@"]).exit, Exit::Done);
    place.write("uv.lock", lock(&[("redis", "5.0.1")]));
    shown += &place.run(&["split", "--check", "@"]).whole();
    shown += &place.run(&["split", "@pyproject.toml"]).whole();
    assert!(place.read("requirements-app.txt").contains("redis==5.0.1"));
    shown += &place.run(&["undo", "@"]).whole();
    assert!(place.read("requirements-app.txt").contains("redis==5.0.0"));
    snapshot!("split_text", shown);
}

#[test]
fn extras_come_along_where_they_are_asked_for() {
    let place = place();
    place.run(&["split", "--extra=pg", "@"]);
    assert!(place.read("requirements-app.txt").contains("asyncpg==1.0.0"));
    let said = place.run(&["split", "--extra=gp", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("the project has no extra `gp`; it has pg"), "{}", said.err);
}

#[test]
fn what_dockfit_did_not_make_stays() {
    let place = place();
    place.write("requirements-app.txt", "redis\n");
    let said = place.run(&["split", "@"]);
    assert_eq!(said.exit, Exit::Error);
    snapshot!("split_foreign", said.whole());
    assert_eq!(place.read("requirements-app.txt"), "redis\n");
    assert!(!place.path("requirements-core.txt").exists(), "nothing is written");
    assert_eq!(place.run(&["split", "--check", "@"]).exit, Exit::Found);
    assert_eq!(place.run(&["split", "--force", "@"]).exit, Exit::Done);
    assert!(place.read("requirements-app.txt").contains("redis==5.0.0"));
    place.run(&["undo", "@"]);
    assert_eq!(place.read("requirements-app.txt"), "redis\n");
}

#[test]
fn a_group_without_packages_has_no_file_and_one_of_old_is_emptied() {
    let place = place();
    place.run(&["split", "@"]);
    place.write("dockfit.toml", "[groups.ai]\npackages = []\n");
    let mut shown = place.run(&["split", "--check", "@"]).whole();
    shown += &place.run(&["split", "@"]).whole();
    shown.extend(["==> requirements-ai.txt\n", &place.read("requirements-ai.txt")]);
    assert_eq!(place.run(&["split", "--check", "@"]).exit, Exit::Done, "a second run changes nothing");
    std::fs::remove_file(place.path("requirements-ai.txt")).expect("it is there");
    let said = place.run(&["split", "--check", "@"]);
    assert_eq!(said.exit, Exit::Done, "it is not missed");
    snapshot!("split_emptied", shown);
}

#[test]
fn the_configuration_chooses_groups_and_order() {
    let place = place();
    let groups =
        "[groups]\norder = [\"data\", \"core\", \"ai\", \"app\"]\n[groups.data]\npackages = [\"red*\"]\n";
    place.write("dockfit.toml", groups);
    let said = place.run(&["split", "@"]);
    assert!(
        said.out.contains("\ndata  1 direct, 1 package, 260.0 kB · /project/requirements-data.txt · new\n"),
        "{}",
        said.out
    );
    std::fs::remove_file(place.path("dockfit.toml")).expect("it is there");
    let tool = "[tool.dockfit.groups.web]\npackages = [\"fastapi\"]\n";
    place.write("pyproject.toml", format!("{MANIFEST}{tool}"));
    assert!(place.run(&["split", "@"]).out.contains("\nweb   1 direct, 1 package"), "in pyproject.toml too");
}

#[test]
fn mistakes_in_the_groups_are_shown_where_they_stand() {
    let place = place();
    let mut shown = String::new();
    for text in [
        "groups = []\n",
        "[groups]\ncore = [\"x\"]\n",
        "[groups.core]\npackage = [\"x\"]\n",
        "[groups.core]\n",
        "[groups.core]\npackages = \"x\"\n",
        "[groups.core]\npackages = [\"x y\"]\n",
        "[groups]\norder = [\"core\", \"ia\", \"app\"]\n",
        "[groups.a]\npackages = [\"x\"]\n[groups.b]\npackages = [\"x\"]\n",
    ] {
        place.write("dockfit.toml", text);
        let said = place.run(&["split", "@"]);
        assert_eq!(said.exit, Exit::Error, "{text}");
        shown.extend([text, &said.err, "\n"]);
    }
    snapshot!("split_configuration_errors", shown);
}

#[test]
fn what_is_wrong_with_the_files_is_shown_where_it_stands() {
    let mut shown = String::new();
    let mut show = |files: &[(&str, &str)], words: &[&str]| {
        let place = Place::with(files);
        let mut all = vec!["split", "@"];
        all.extend(words);
        let said = place.run(&all);
        assert_eq!(said.exit, Exit::Error, "{}", said.out);
        shown.extend([&said.out, &said.err, "\n"]);
    };
    let good = lock(&[("redis", "5.0.0")]);
    show(&[("README.md", "")], &[]);
    show(&[("README.md", "")], &["--direct"]);
    show(&[("pyproject.toml", MANIFEST)], &[]);
    show(&[("pyproject.toml", "[project]\nname = 1\n"), ("uv.lock", &good)], &[]);
    show(&project(&good.replace("version = \"5.0.0\"", "version = 5")), &[]);
    show(&project(&good.replace("revision = 3", "revision = \"3")), &[]);
    show(&project(&lock(&[("redis", "4.0.0")])), &["--lock=none.lock"]);
    show(&[("pyproject.toml", &MANIFEST.replace("redis>=5", "redis>=6")), ("uv.lock", &good)], &[]);
    show(&project(&good), &["--python=three"]);
    show(&project(&good), &["--platform=windows/amd64"]);
    show(&project(&good), &["--output=/"]);
    show(&project(&good), &["--groups=auto"]);
    snapshot!("split_errors", shown);
}

#[test]
fn without_a_resolution_the_direct_requirements_are_written() {
    let place = Place::with(&[("backend/pyproject.toml", MANIFEST)]);
    let mut shown = place.run(&["split", "--direct", "@backend"]).whole();
    shown += &place.read("backend/requirements-app.txt");
    snapshot!("split_direct", shown);
}

#[test]
fn the_files_may_stand_in_another_folder_of_the_project() {
    let place = place();
    place.write("docker/x", "");
    let output = format!("--output={}", place.path("docker").display());
    assert_eq!(place.run(&["split", &output, "@"]).exit, Exit::Done);
    assert!(place.read("docker/requirements-core.txt").contains("fastapi==1.0.0"));
    assert!(!place.path("requirements-core.txt").exists());
}

#[test]
fn groups_are_learnt_from_the_history_of_the_lock() {
    let place =
        Place::in_git(&[("app/pyproject.toml", MANIFEST), ("app/uv.lock", &lock(&[("redis", "5.0.0")]))]);
    for number in 1..=4 {
        let redis = format!("5.0.{number}");
        place.write("app/uv.lock", lock(&[("redis", &redis), ("fastapi", &format!("1.{}.0", number / 4))]));
        let date = format!("2026-01-0{number}T00:00:00Z");
        let status = std::process::Command::new("git")
            .args(["commit", "--quiet", "--all", "--message=Renew"])
            .env("GIT_COMMITTER_DATE", date)
            .current_dir(place.path(""))
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    }
    let said = place.run(&["split", "--groups=auto", "--check", "@app"]);
    snapshot!("split_auto", said.whole());
    let one = place.run(&["split", "--groups=auto", "--layers=1", "--check", "@app"]);
    assert!(one.out.contains("layer1  3 direct, 4 packages, 890.3 MB"), "{}", one.out);
}

#[test]
fn the_json_follows_its_schema() {
    let schema = include_str!("../../docs/split.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let valid = |text: &str| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        value
    };
    let place = place();
    let value = valid(&place.run(&["split", "--format=json", "--python=3.13", "@"]).out);
    assert_eq!(value["split"]["groups"][1]["bytes"], 890_000_000);
    assert_eq!(value["split"]["files"][0]["state"], "missing");
    assert_eq!(value["split"]["written"], true);
    let value = valid(&place.run(&["split", "--format=json", "--direct", "@"]).out);
    assert_eq!(value["split"]["resolved"], false);
    let value = valid(&place.run(&["split", "--format=json", "--groups=auto", "@"]).out);
    assert_eq!(value["split"], Value::Null);
    assert_eq!(value["errors"][0]["kind"], "git");
    place.write("uv.lock", "version = 9\n");
    let value = valid(&place.run(&["split", "--format=json", "@"]).out);
    assert_eq!(value["errors"][0]["kind"], "unknown-lock-version");
    assert_eq!(value["errors"][0]["line"], 1);
}

#[test]
fn the_files_remember_the_options_that_they_were_made_with() {
    let place = place();
    place.run(&["split", "--extra=pg", "@"]);
    let line = "# Made by dockfit split from uv.lock: group app. Do not edit; to renew, run `dockfit split --extra=pg`.\n";
    assert!(place.read("requirements-app.txt").starts_with(line), "{}", place.read("requirements-app.txt"));
    let said = place.run(&["split", "--check", "@"]);
    assert_eq!(said.exit, Exit::Done, "{}", said.whole());
    assert!(said.out.contains("\nAs the files were made: `dockfit split --extra=pg`.\n"), "{}", said.out);
    place.write("uv.lock", lock(&[("asyncpg", "1.1.0")]));
    place.run(&["split", "@"]);
    assert!(place.read("requirements-app.txt").contains("asyncpg==1.1.0"), "the extra is still there");
    let said = place.run(&["split", "--check", "--python=3.13", "@"]);
    assert_eq!(said.exit, Exit::Found);
    assert!(said.out.contains("\nThe files were made by `dockfit split --extra=pg`.\n"), "{}", said.out);
}

#[test]
fn a_python_is_remembered_where_it_makes_a_difference() {
    let place = place();
    place.run(&["split", "--python=3.13", "@"]);
    assert!(place.read("requirements-core.txt").contains("run `dockfit split`.\n"));
    assert_eq!(place.run(&["split", "--check", "--python=3.12", "@"]).exit, Exit::Done);
    let narrow = lock(&[]).replace(
        "    { name = \"redis\" },\n",
        "    { name = \"redis\", marker = \"python_full_version >= '3.13'\" },\n",
    );
    place.write(
        "uv.lock",
        narrow.replace(
            "{ name = \"redis\", specifier = \">=5\" }",
            "{ name = \"redis\", marker = \"python_full_version >= '3.13'\", specifier = \">=5\" }",
        ),
    );
    place.write("pyproject.toml", MANIFEST.replace("redis>=5", "redis>=5 ; python_version >= '3.13'"));
    let said = place.run(&["split", "--python=3.13", "@"]);
    assert_eq!(said.exit, Exit::Done, "{}", said.err);
    let app = place.read("requirements-app.txt");
    assert!(app.contains("run `dockfit split --python=3.13`.\n"), "{app}");
    assert_eq!(place.run(&["split", "--check", "@"]).exit, Exit::Done, "the same Python is taken");
}
