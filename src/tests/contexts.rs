//! Which context a Dockerfile is given, and which Dockerfiles share a project.

use super::Place;

/// `path context` of each project, projects separated by blank lines.
fn projects(place: &Place, words: &[&str]) -> String {
    let mut all = vec!["diff", "--format=json"];
    all.extend(words);
    let said = place.run(&all);
    let value: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(value["errors"].as_array().map(Vec::len), Some(0), "{}", said.out);
    let projects = value["projects"].as_array().expect("a list").iter().map(|project| {
        let files = project["dockerfiles"].as_array().expect("a list").iter();
        files
            .map(|file| {
                format!(
                    "{} {}",
                    file["path"].as_str().expect("a path"),
                    file["context"].as_str().unwrap_or("?")
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    });
    projects.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn the_nearest_folder_that_holds_all_sources() {
    let place = Place::in_git(&[
        (
            "backend/docker/Dockerfile",
            "FROM a\nCOPY src/*.py pyproject.toml /app/\nADD https://x.example/y /y\n",
        ),
        ("backend/src/main.py", ""),
        ("backend/pyproject.toml", ""),
        (
            "other/Dockerfile",
            "FROM a AS b\nFROM a\nCOPY $WHAT /\nCOPY --from=b nothing /\nCOPY <<EOF /x\nhello\nEOF\n",
        ),
        ("none/Dockerfile", "FROM a\nCOPY missing.txt /\n"),
        ("onbuild/Dockerfile", "FROM a\nONBUILD COPY missing /\nCOPY ../up.txt ./../up.txt /\n"),
        ("onbuild/up.txt", ""),
        ("mounts/Dockerfile", "FROM a\nRUN --mount=type=bind,source=backend/src,target=/s true\n"),
    ]);
    insta::assert_snapshot!(projects(&place, &["@"]), @r"
    backend/docker/Dockerfile backend
    mounts/Dockerfile .
    onbuild/Dockerfile onbuild
    other/Dockerfile other

    none/Dockerfile ?
    ");
}

#[test]
fn a_pattern_beside_another_source_may_match_nothing() {
    let place = Place::in_git(&[
        ("web/docker/Dockerfile", "FROM a\nCOPY package.json package-lock.json* ./\n"),
        ("web/package.json", "{}"),
        ("api/Dockerfile", "FROM a\nCOPY package-lock.json* ./\n"),
    ]);
    let found = projects(&place, &["@"]);
    assert!(found.contains("web/docker/Dockerfile web"), "{found}");
    assert!(found.contains("api/Dockerfile ?"), "{found}");
}

#[test]
fn a_folder_that_holds_only_dockerfiles_may_not_be_what_dot_means() {
    let place = Place::in_git(&[
        ("docker/Dockerfile", "FROM a\nCOPY . /app\n"),
        ("docker/b.Dockerfile", "FROM a\nCOPY . /app\nCOPY app.py /\n"),
        ("app.py", ""),
    ]);
    assert_eq!(projects(&place, &["@"]), "docker/Dockerfile ?\n\ndocker/b.Dockerfile .");
}

#[test]
fn compose_files_say_it() {
    let compose = "x-common: &common\n  restart: always\nservices:\n  a:\n    <<: *common\n    build: ./a\n  b:\n    build:\n      context: .\n      dockerfile: docker/b.Dockerfile\n  c:\n    image: redis\n  d:\n    build: {context: 'https://git.example/d.git'}\n  e:\n    build: {context: \"${E}\"}\n";
    let place = Place::in_git(&[
        ("docker-compose.yml", compose),
        ("a/Dockerfile", "FROM a\nCOPY missing /\n"),
        ("docker/b.Dockerfile", "FROM a\nCOPY missing /\n"),
    ]);
    assert_eq!(
        projects(&place, &["@docker/b.Dockerfile"]),
        "docker/b.Dockerfile .",
        "the file above is found"
    );
    assert_eq!(projects(&place, &["@"]), "a/Dockerfile a\ndocker/b.Dockerfile .");
}

#[test]
fn bake_files_and_workflows_say_it() {
    let bake = r#"{"target": {"base": {"context": "services"}, "one": {"inherits": ["base"], "dockerfile": "one/Dockerfile"}}}"#;
    let workflow = "jobs:\n  x:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          context: services/two\n          file: services/two/docker/Dockerfile\n      - uses: docker/build-push-action@v6\n        with: {context: '${{ matrix.x }}'}\n";
    let place = Place::in_git(&[
        ("docker-bake.json", bake),
        (".github/workflows/build.yml", workflow),
        ("services/one/Dockerfile", "FROM a\nCOPY missing /\n"),
        ("services/two/docker/Dockerfile", "FROM a\nCOPY missing /\n"),
    ]);
    assert_eq!(
        projects(&place, &["@"]),
        "services/one/Dockerfile services\nservices/two/docker/Dockerfile services/two"
    );
}

#[test]
fn files_that_disagree_leave_it_open() {
    let place = Place::in_git(&[
        ("compose.yaml", "services:\n  a:\n    build: {context: ., dockerfile: a/Dockerfile}\n"),
        ("a/compose.yml", "services:\n  a:\n    build: .\n"),
        ("a/Dockerfile", "FROM a\nCOPY . /\n"),
    ]);
    assert_eq!(projects(&place, &["@"]), "a/Dockerfile ?");
    let said = place.run(&["diff", "@"]);
    assert!(
        said.out.contains("a/compose.yml builds it with the context `a`, compose.yaml with `.`"),
        "{}",
        said.out
    );
    assert_eq!(projects(&place, &["--context", "@a", "@"]).replace("/project/", ""), "a/Dockerfile a");
    place.write("dockfit.toml", "[context]\n\"a/Dockerfile\" = \".\"\n");
    assert_eq!(projects(&place, &["@"]), "a/Dockerfile .");
}

#[test]
fn broken_and_strange_files_say_nothing() {
    let place = Place::in_git(&[
        ("docker-compose.yml", "services: [\n"),
        ("compose.override.yml", "services: 3\n"),
        ("x-compose.yml", "services:\n  a: {build: ../..}\n  b: {build: [1]}\n  c: null\n"),
        ("docker-bake.json", "{"),
        (".github/workflows/x.yml", "docker/build-push-action: [build"),
        ("Dockerfile", "FROM a\n"),
    ]);
    assert_eq!(projects(&place, &["@"]), "Dockerfile .");
}

#[test]
fn contexts_that_lie_in_each_other_share_a_project() {
    let place = Place::in_git(&[
        ("a/Dockerfile", "FROM a\nCOPY a.txt /\n"),
        ("a/a.txt", ""),
        ("a/b/Dockerfile", "FROM a\nCOPY b.txt /\n"),
        ("a/b/b.txt", ""),
        ("a-b/Dockerfile", "FROM a\nCOPY c.txt /\n"),
        ("a-b/c.txt", ""),
    ]);
    assert_eq!(projects(&place, &["@"]), "a-b/Dockerfile a-b\n\na/Dockerfile a\na/b/Dockerfile a/b");
}

#[test]
fn a_work_tree_inside_another_is_a_project_of_its_own() {
    let place = Place::in_git(&[("Dockerfile", "FROM a\n"), ("dockfit.toml", "skip = [\"noops\"]\n")]);
    let inner = Place::in_git(&[("b/Dockerfile", "FROM a\nRUN sleep 0\n")]);
    std::fs::rename(inner.root(), place.path("inner")).expect("a folder can be moved");
    place.git(&["init", "--quiet", "empty"]);
    let said = place.run(&["diff", "--format=json", "@"]);
    let value: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(said.exit, crate::commands::Exit::Done, "{}", said.out);
    assert_eq!(value["projects"][0]["root"], "/project");
    assert_eq!(value["projects"][1]["root"], "/project/inner");
    assert_eq!(value["projects"][1]["dockerfiles"][0]["path"], "b/Dockerfile");
    assert_eq!(
        value["projects"][1]["dockerfiles"][0]["passes"][0]["id"], "noops",
        "its configuration is its own"
    );
    assert_eq!(place.run(&["apply", "@"]).exit, crate::commands::Exit::Done);
    assert_eq!(place.read("inner/b/Dockerfile"), "FROM a\nRUN true\n");
    std::fs::create_dir(inner.root_before()).expect("the folder that is removed at the end");
}

#[test]
fn a_configuration_that_is_named_counts_from_its_own_folder() {
    let place = Place::in_git(&[
        ("ci/dockfit.toml", "exclude = [\"../vendor\", \"x\"]\n[context]\n\"../a/Dockerfile\" = \"..\"\n"),
        ("a/Dockerfile", "FROM a\n"),
        ("ci/x/Dockerfile", "FROM a\n"),
    ]);
    assert_eq!(projects(&place, &["--config", "@ci/dockfit.toml", "@"]), "a/Dockerfile .");
}

#[test]
fn ignored_and_hidden_folders_are_not_searched() {
    let place = Place::with(&[
        (".gitignore", "build/\n"),
        ("build/Dockerfile", "FROM a\n"),
        (".hidden/Dockerfile", "FROM a\n"),
        ("Dockerfile.dockerignore", "x"),
        ("Dockerfile.md", "x"),
        ("prod.dockerfile", "FROM a\n"),
        ("Containerfile.dev", "FROM a\n"),
        ("dockerfile", "FROM a\n"),
    ]);
    assert_eq!(projects(&place, &["@"]), "Containerfile.dev .\ndockerfile .\nprod.dockerfile .");
    assert_eq!(projects(&place, &["@.hidden"]), "Dockerfile .", "a hidden folder that is given is searched");
    assert_eq!(projects(&place, &["@build/Dockerfile"]), "Dockerfile .", "and an ignored file");
}
