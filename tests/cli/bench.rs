//! `dockfit bench` with an engine that is a shell script.

use std::fs;

use crate::engine::{PLAIN, Place};
use crate::run;

/// A build that says what `BuildKit` says, and keeps what it was given.
const BUILD: &str = r##"
for word; do case $word in --file=*) cp "${word#--file=}" "$FAKE/last" ;; esac; context=$word; done
case "$*" in *before*) size=2 ;; *) size=1 ;; esac
echo "#1 [1/2] FROM docker.io/library/python:3.13-slim"
echo "#1 CACHED"
echo "#2 [2/2] RUN pip install flask"
case "$*" in *--no-cache*) echo "#2 DONE 0.$size"s ;; *) echo "#2 CACHED" ;; esac
cat "$FAKE/last" >> "$FAKE/dockerfiles"
cksum < "$context/README.md" >> "$FAKE/readme"
"##;

fn place() -> Place {
    let place = Place::new(PLAIN);
    place.write("app/Dockerfile", "FROM python:3.13-slim\nCOPY requirements.txt main.py README.md /\nRUN pip install -r requirements.txt\n");
    for name in ["app/requirements.txt", "app/main.py", "app/README.md"] {
        place.write(name, "flask\n");
    }
    place.write("fake/build", BUILD);
    place
}

#[test]
fn every_scenario_is_measured_before_and_after() {
    let place = place();
    let words =
        ["--runs=2", "--no-start", "--only=package-caches", "--format=json", "--markdown=../table.md"];
    let (code, out, err) = run(&mut place.command("bench", &words));
    assert_eq!(code, Some(0), "{out}{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let file = &document["dockerfiles"][0];
    assert_eq!(file["passes"], serde_json::json!(["package-caches"]));
    let names: Vec<&str> =
        file["builds"].as_object().expect("scenarios").keys().map(String::as_str).collect();
    assert_eq!(names, ["cold", "caches-only", "nothing", "readme", "source", "dependencies"]);
    let cold = &file["builds"]["cold"];
    assert_eq!(cold["before"]["seconds"]["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!((&cold["before"]["steps_cached"], &cold["before"]["steps"]), (&0.into(), &1.into()));
    assert_eq!(file["builds"]["nothing"]["after"]["steps_cached"], 1);
    assert_eq!(file["images"]["after"]["bytes"], 1_000_000);
    let table = fs::read_to_string(place.0.path().join("table.md")).expect("a table");
    assert!(
        table.contains("| cold | ") && table.contains("| size | 1.0 MB | 1.0 MB | +0.0 % | layers: 1 → 1 |"),
        "{table}"
    );
    assert_eq!(place.left(), [""; 0]);
    // Each run has cache mounts of its own; the user's are left alone.
    let texts = fs::read_to_string(place.0.path().join("fake/dockerfiles")).expect("text");
    let mounts: std::collections::BTreeSet<&str> =
        texts.split_whitespace().filter(|word| word.starts_with("--mount=type=cache")).collect();
    assert_eq!(mounts.len(), 2, "{mounts:?}");
    assert!(mounts.iter().all(|mount| mount.contains("id=dockfit")), "{mounts:?}");
    // The change is undone before the next scenario, and another one each time.
    let sizes = fs::read_to_string(place.0.path().join("fake/readme")).expect("text");
    let changed: Vec<&str> = sizes.lines().filter(|sum| !sum.ends_with(" 6")).collect();
    assert!(
        matches!(changed.as_slice(), [a, b, c, d] if a == b && c == d && a != c),
        "another change in each run, the same for both sides: {changed:?}"
    );
    assert_eq!(
        fs::read_to_string(place.0.path().join("app/README.md")).expect("text"),
        "flask\n",
        "the project is as it was"
    );
}

#[test]
fn gates_and_scenarios_are_chosen() {
    let place = place();
    let bench = |words: &[&str]| {
        let fixed = ["--runs=1", "--no-start", "--only=package-caches"];
        run(&mut place.command("bench", &[fixed.as_slice(), words].concat()))
    };
    let (code, out, _) = bench(&["--scenario=readme,source", "--fail-if=size+0%"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("  readme  ")
            && out.contains("steps from the cache: 1/1 → 1/1")
            && !out.contains("cold"),
        "{out}"
    );
    let (code, out, _) = bench(&["--scenario=nothing", "--fail-if=memory+5%"]);
    assert_eq!(code, Some(1), "what was asked for and not measured is no success");
    assert!(out.ends_with("Dockerfile: memory was not measured, and --fail-if asks for it\n"), "{out}");
    let (code, _, err) = bench(&["--scenario=warm"]);
    assert_eq!(code, Some(2));
    assert!(
        err.contains("there is no `warm` here") && err.contains("cold, caches-only, nothing, readme"),
        "{err}"
    );
    let (code, _, err) = bench(&["--fail-if=size"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--fail-if: `size` is no bound"), "{err}");
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn the_json_is_as_its_schema_says_and_each_pass_is_measured_alone() {
    let place = place();
    place.write("app/dockfit.toml", "[targets]\nimage = \"2MB\"\nbuild = \"1ms\"\nstart = \"2s\"\n");
    place.write(
        "app/Dockerfile",
        "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y gcc\nCOPY requirements.txt main.py README.md /\nRUN pip install -r requirements.txt\n",
    );
    let words = [
        "--runs=1",
        "--no-start",
        "--only=package-caches,apt-caches",
        "--each-pass",
        "--scenario=cold,packages",
        "--format=json",
        "--html=../page.html",
        "--svg=../charts",
        "--fail-if=targets",
    ];
    let (code, out, err) = run(&mut place.command("bench", &words));
    assert_eq!(code, Some(1), "targets are missed: {out}{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let schema = serde_json::from_str(include_str!("../../docs/bench.schema.json")).expect("a schema");
    let wrong: Vec<String> = jsonschema::validator_for(&schema)
        .expect("a schema")
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(wrong, [""; 0]);
    let file = &document["dockerfiles"][0];
    let alone: Vec<&str> =
        file["alone"].as_array().expect("a list").iter().filter_map(|it| it["pass"].as_str()).collect();
    assert_eq!(alone, ["apt-caches", "package-caches"]);
    let met: Vec<(&str, bool)> = file["targets"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| Some((it["key"].as_str()?, it["met"].as_bool()?)))
        .collect();
    assert_eq!(met, [("image", true), ("build", false), ("start", false)]);
    assert!(
        document["failed"].to_string().contains("target start 2s: not measured"),
        "{}",
        document["failed"]
    );
    // How far it is stands on standard error, in plain lines where nobody watches.
    assert!(err.contains("Dockerfile: [0/8] run 1 of 1, before, cold: ") && !err.contains('␊'), "{err}");
    // The list of packages was changed in a scratch copy, another time for each side.
    let texts = fs::read_to_string(place.0.path().join("fake/dockerfiles")).expect("text");
    let again = |line: &&str| line.matches("gcc").count() > 20;
    assert_eq!(texts.lines().filter(again).count(), 4, "{texts}");
    let page = fs::read_to_string(place.0.path().join("page.html")).expect("a page");
    assert!(page.contains("<h2>Dockerfile</h2>") && page.contains("Each pass alone"), "{page}");
    assert!(!page.contains("src=") && !page.contains("href="), "nothing is fetched: {page}");
    let chart = fs::read_to_string(place.0.path().join("charts/dockerfile-builds.svg")).expect("a chart");
    assert!(chart.starts_with("<?xml") && chart.contains("class=\"after\""), "{chart}");
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn an_earlier_run_is_what_gates_compare_with() {
    let place = place();
    let bench = |words: &[&str]| {
        let fixed = ["--runs=1", "--no-start", "--only=package-caches", "--scenario=nothing"];
        run(&mut place.command("bench", &[fixed.as_slice(), words].concat()))
    };
    let (code, out, _) = bench(&["--format=json"]);
    assert_eq!(code, Some(0));
    place.write("baseline.json", &out);
    assert_eq!(bench(&["--baseline=../baseline.json", "--fail-if=size+0%"]).0, Some(0));
    place.write("baseline.json", &out.replace("\"bytes\": 1000000", "\"bytes\": 900000"));
    let (code, out, _) = bench(&["--baseline=../baseline.json", "--fail-if=size+5%"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("Dockerfile: size is +11.1 % of the baseline, and at most +5 % is allowed"),
        "{out}"
    );
    place.write("baseline.json", "{}");
    let (code, _, err) = bench(&["--baseline=../baseline.json"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--baseline: it is not what bench writes"), "{err}");
    let (code, _, err) = bench(&["--load=health"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("it is no path such as /health"), "{err}");
}

#[test]
fn a_copy_that_somebody_rewrote_is_the_other_side() {
    let place = place();
    fs::create_dir(place.0.path().join("head")).expect("a folder");
    for name in ["Dockerfile", "requirements.txt", "main.py", "README.md"] {
        fs::copy(place.0.path().join("app").join(name), place.0.path().join("head").join(name))
            .expect("a copy");
    }
    place.write("head/Dockerfile", "FROM python:3.13-slim\nCOPY requirements.txt /\nRUN pip install -r requirements.txt\nCOPY main.py README.md /\n");
    let words = ["--against=../head", "--runs=1", "--no-start", "--scenario=cold", "--format=json"];
    let (code, out, err) = run(&mut place.command("bench", &words));
    assert_eq!(code, Some(0), "{out}{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["dockerfiles"][0]["passes"], serde_json::json!([]));
    let texts = fs::read_to_string(place.0.path().join("fake/dockerfiles")).expect("text");
    assert!(texts.contains("COPY main.py README.md /"), "{texts}");
}

#[test]
fn a_workflow_for_pull_requests_is_written_once() {
    let place = place();
    let (code, out, err) = run(place.command("init", &["--bench"]).arg("."));
    assert_eq!((code, out.as_str()), (Some(0), "wrote .github/workflows/dockfit-bench.yml\n"), "{err}");
    let path = place.0.path().join("app/.github/workflows/dockfit-bench.yml");
    let text = fs::read_to_string(path).expect("a workflow");
    assert!(text.contains(&format!("--version \"={}\" dockfit", env!("CARGO_PKG_VERSION"))), "{text}");
    // Every action is pinned by its commit, and no job may do more than it says.
    let actions: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("- uses: ")).collect();
    assert_eq!(actions.len(), 4);
    for action in actions {
        let commit = action.split(['@', ' ']).nth(1).unwrap_or_default();
        assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
    }
    assert!(text.contains("\npermissions: {}\n"), "{text}");
    let (code, _, err) = run(&mut place.command("init", &["--bench"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("there is such a workflow already"), "{err}");
    let (code, _, err) = run(&mut place.command("init", &["--bench", "nowhere"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("there is no such folder"), "{err}");
}
