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

/// A container that is ready at once, and says when it began.
const INSPECT: &str = r#"
case "$*" in
*StartedAt*) date -u +%Y-%m-%dT%H:%M:%S.%NZ | tee "$FAKE/began" ;;
*) echo '{"Running":true,"Pid":1,"Health":{"Status":"healthy","Log":[{"ExitCode":0,"Output":""}]}}' ;;
esac
"#;

/// What `CPython` writes of its imports; a line before its own ones, and one of another program.
const IMPORTS: &str = r#"
began=$(cat "$FAKE/began")
for line in "import time: self [us] | cumulative | imported package" \
  "import time:      1000 |       9000 | site" "import time:     20000 |      20000 |   json" \
  "import time:    400000 |     420000 | flask" "import time:     30000 |     450000 | main" "INFO: started"; do
  echo "$began $line" >&2
done
"#;

#[test]
fn the_phases_of_a_start_are_measured_with_a_start_of_their_own() {
    let place = place();
    let config = r#"{"Cmd":["uvicorn","--workers","2"],"Healthcheck":{"Test":["CMD","/bin/app"]}}"#;
    let files = [
        ("usr/local/lib/python3.13/json/__init__.py", "x"),
        ("usr/local/lib/python3.13/site-packages/flask/__init__.py", "x"),
        ("srv/main.py", "x"),
    ];
    for side in ["before", "after"] {
        place.image(side, config, &files);
    }
    place.write("fake/inspect", INSPECT);
    place.write("fake/output", IMPORTS);
    let bench = |words: &[&str]| {
        let fixed = ["--runs=2", "--only=package-caches", "--scenario=nothing"];
        run(&mut place.command("bench", &[fixed.as_slice(), words].concat()))
    };
    let (code, out, err) = bench(&["--format=json", "--html=../page.html", "--svg=../charts"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let phases = &document["dockerfiles"][0]["images"]["before"]["phases"];
    let median = |value: &serde_json::Value| value["median"].as_f64();
    assert_eq!(median(&phases["standard_library_seconds"]), Some(0.02));
    assert_eq!(median(&phases["packages_seconds"]), Some(0.4));
    assert_eq!(phases["packages"][0]["name"], "flask");
    assert_eq!(phases["packages"][0]["seconds"]["runs"], serde_json::json!([0.4, 0.4]));
    assert_eq!(median(&phases["application_seconds"]), Some(0.03));
    // Twice each side: as it is, with one worker, and that once more with its imports timed.
    let asked = place.asked();
    let starts: Vec<&String> = asked.iter().filter(|line| line.starts_with("run --detach")).collect();
    let timed = starts.iter().filter(|line| line.contains("--env PYTHONPROFILEIMPORTTIME=1"));
    assert_eq!((starts.len(), timed.clone().count()), (12, 4), "{starts:?}");
    assert!(timed.clone().all(|line| line.ends_with("uvicorn --workers 1")), "{starts:?}");
    assert!(asked.iter().filter(|line| line.starts_with("stop ")).count() == 8, "{asked:?}");
    assert!(err.contains("after, start with its imports timed: "), "{err}");
    let page = fs::read_to_string(place.0.path().join("page.html")).expect("a page");
    assert!(
        page.contains("Where the seconds of a start go") && page.contains("<code>flask</code>"),
        "{page}"
    );
    assert!(place.0.path().join("charts/dockerfile-phases.svg").exists());
    assert_eq!(place.left(), [""; 0]);
    // In words; and what is no Python has none.
    let (_, out, _) = bench(&["-v"]);
    assert!(out.contains("start: packages") && out.contains("flask 0.40 → 0.40"), "{out}");
    assert!(out.contains("imports, before\n      0.40 s  flask\n"), "{out}");
    place.write("fake/output", "echo listening");
    let (_, out, err) = bench(&[]);
    assert!(!out.contains("start: "), "{out}");
    assert_eq!(err.matches("imports timed").count(), 2, "it is tried once for each side: {err}");
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
