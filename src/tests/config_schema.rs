//! The published schema of the configuration says what the code reads.

use std::collections::BTreeSet;

use clap::ValueEnum as _;
use serde_json::Value;

use super::{Exit, Place};
use crate::args::Format;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/config.schema.json")).expect("the schema is JSON")
}

/// Whether the schema and the command take `text`; both must say the same.
fn taken(text: &str) -> bool {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    let by_schema = validator.is_valid(&toml::from_str(text).expect("TOML"));
    let place = Place::with(&[("Dockerfile", "FROM scratch\n"), ("dockfit.toml", text)]);
    let said = place.run(&["diff", "--format=text", "@"]);
    assert_eq!(by_schema, said.exit == Exit::Done, "{text}\n{}", said.err);
    by_schema
}

#[test]
fn it_has_the_keys_that_the_command_names() {
    for (table, pointer) in [
        ("", "/properties"),
        ("[servers]\n", "/properties/servers/properties"),
        ("[targets]\n", "/properties/targets/properties"),
    ] {
        let place = Place::with(&[("Dockerfile", "FROM scratch\n")]);
        place.write("dockfit.toml", format!("{table}zzzzzzzzzz = 1\n"));
        let said = place.run(&["diff", "@"]).err;
        let (_, keys) = said.split_once("the keys are ").expect("a list of keys");
        let read: BTreeSet<&str> =
            keys.lines().next().unwrap_or_default().split(", ").map(str::trim).collect();
        let schema = schema();
        let described = schema.pointer(pointer).and_then(Value::as_object).expect("an object");
        assert_eq!(described.keys().map(String::as_str).collect::<BTreeSet<_>>(), read, "{table}");
    }
}

#[test]
fn it_has_the_formats_that_there_are() {
    let schema = schema();
    let described = schema["properties"]["format"]["enum"].as_array().expect("a list");
    let formats = Format::value_variants()
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()));
    assert_eq!(
        described.iter().filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<_>>(),
        formats.collect()
    );
}

#[test]
fn it_takes_the_defaults_that_init_writes() {
    let place = Place::new();
    place.run(&["init", "@"]);
    let text = place.read("dockfit.toml");
    let live: String = text
        .lines()
        .filter_map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(live.contains("[targets]") && live.contains("only = []"), "{live}");
    assert!(taken(&live.replace("\"backend/Dockerfile\"", "\"Dockerfile\"")), "{live}");
}

#[test]
fn what_one_refuses_the_other_refuses() {
    for good in [
        "workers = \"auto\"\n",
        "interpreter = \"copied\"\n",
        "installer = \"uv:0.13.9\"\n",
        "exclude = [\"vendor\", \"**/testdata\"]\n",
        "[groups]\norder = [\"core\", \"data\", \"ai\", \"app\"]\n[groups.data]\npackages = [\"pandas\", \"polars*\"]\n",
        "[servers]\nmax-requests-jitter = 0\n",
        "[targets]\nimage = \"1.5 GiB\"\np95 = \"200ms\"\n",
    ] {
        assert!(taken(good), "{good}");
    }
    for bad in [
        "only = \"package-caches\"\n",
        "unsafe = \"yes\"\n",
        "format = \"xml\"\n",
        "workers = 4\n",
        "workers = \"many\"\n",
        "exclude = [1]\n",
        "context = \".\"\n",
        "[groups.data]\nnames = [\"pandas\"]\n",
        "[servers]\nmax-requests = 0\n",
        "[servers]\nmax-requests = \"1000\"\n",
        "[targets]\nimage = \"600\"\n",
        "[targets]\nbuild = \"3 MB\"\n",
        "[target]\nimage = \"600MB\"\n",
    ] {
        assert!(!taken(bad), "{bad}");
    }
}
