//! A compose file, a bake file or a workflow in the place of a Dockerfile.

use super::{Place, snapshot};

const TWO_STAGES: &str = "FROM a AS one\nRUN sleep 0\nFROM a AS two\nRUN sleep 0\n";

#[test]
fn a_compose_file_stands_for_what_it_builds() {
    let place = Place::in_git(&[
        (
            "compose.yml",
            "services:\n  a:\n    build:\n      context: .\n      dockerfile: sub/a.Dockerfile\n      target: one\n  \
             gone:\n    build: ./gone\n  far:\n    build: https://git.example/x.git\n  var:\n    build: ${DIR}\n  \
             stage:\n    build: {context: b, target: three}\n  image:\n    image: x\n",
        ),
        ("sub/a.Dockerfile", TWO_STAGES),
        ("b/Dockerfile", TWO_STAGES),
        ("other/Dockerfile", "FROM a\nRUN sleep 0\n"),
    ]);
    snapshot!("builders_compose", place.run(&["diff", "@compose.yml"]).whole());
    // Another service needs the other stage.
    let all = "services:\n  a: {build: {context: ., dockerfile: sub/a.Dockerfile, target: one}}\n  \
        b: {build: {context: ., dockerfile: sub/a.Dockerfile, target: two}}\n";
    place.write("compose.yml", all);
    let said = place.run(&["diff", "--format=json", "@compose.yml"]);
    assert_eq!(said.out.matches("\"outcome\":\"applied\"").count(), 2, "{}", said.out);
    assert!(said.out.contains("\"context\":\".\""), "{}", said.out);
    place.run(&["apply", "--allow-dirty", "@compose.yml"]);
    assert_eq!(place.read("sub/a.Dockerfile"), TWO_STAGES.replace("sleep 0", "true"));
    assert_eq!(place.read("other/Dockerfile"), "FROM a\nRUN sleep 0\n");
}

#[test]
fn bake_files_and_workflows_do_as_well() {
    let place = Place::in_git(&[
        ("docker-bake.hcl", "target \"app\" {\n  dockerfile = \"x/Dockerfile\"\n  target = \"two\"\n}\n"),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          \
             context: x\n      - uses: docker/build-push-action@v6\n        with: {file: no/Dockerfile}\n",
        ),
        ("x/Dockerfile", TWO_STAGES),
        ("docker-bake.json", "{\"target\": {}}"),
        ("compose.yml", "a: ["),
    ]);
    let said = place.run(&["diff", "@docker-bake.hcl"]);
    assert!(said.out.contains("@@ -1,4 +1,4 @@") && said.out.contains("-RUN sleep 0"), "{}", said.out);
    assert_eq!(said.out.matches("-RUN sleep 0").count(), 1, "only of the target: {}", said.out);
    let said = place.run(&["diff", "@.github/workflows/a.yml"]);
    assert_eq!(said.exit as u8, 2);
    assert_eq!(said.out.matches("-RUN sleep 0").count(), 2, "{}", said.out);
    assert!(said.err.contains("a.yml:8:7") && said.err.contains("no/Dockerfile"), "{}", said.err);
    for (name, words) in [("@docker-bake.json", "builds no Dockerfile"), ("@compose.yml", "cannot be read")] {
        let said = place.run(&["diff", name]);
        assert!(said.exit as u8 == 2 && said.err.contains(words), "{}", said.err);
    }
}

#[test]
fn a_dockerfile_in_a_compose_file_is_looked_at_and_left_alone() {
    let compose = "services:\n  a:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM a AS one\n\n        \
        RUN sleep 0\n        RUN false\n        RUN echo $$HOME\n  b:\n    build:\n      dockerfile_inline: >-\n        FROM a\n  \
        c:\n    build:\n      dockerfile_inline: |\n        FROM ${IMAGE}\n  d:\n    build:\n      dockerfile_inline: |\n        \
        FROM a\n        RNU x\n  e:\n    build:\n      dockerfile_inline: |\n        FROM a\n";
    let place = Place::in_git(&[("compose.yml", compose), ("Dockerfile", "FROM a\n")]);
    snapshot!("builders_inline", place.run(&["diff", "@compose.yml"]).whole());
    let said = place.run(&["diff", "@"]);
    assert!(said.err.contains("compose.yml:5:7"), "a search finds it, too: {}", said.err);
    let said = place.run(&["diff", "@Dockerfile"]);
    assert_eq!(said.err, "", "who names a Dockerfile does not ask for others");
    place.run(&["apply", "@compose.yml"]);
    assert_eq!(place.read("compose.yml"), compose);
}
