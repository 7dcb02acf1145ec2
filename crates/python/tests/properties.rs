//! What holds for every resolution and every choice of groups.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_python::auto::{History, HistoryReader, choose, estimate, single_layer};
use dockfit_python::requirements_txt::{RequirementsFile, Target};
use dockfit_python::{
    Apart, DistFile, Edge, Environment, Groups, LockKind, Marker, Name, Package, Partition, Place, Record,
    Resolution, Selection, Source, Wanted, When, partition, requirement_files, select,
};
use proptest::prelude::*;

const NAMES: [&str; 16] = [
    "fastapi",
    "uvicorn",
    "pydantic",
    "starlette",
    "torch",
    "numpy",
    "openai",
    "langchain-core",
    "redis",
    "celery",
    "sqlalchemy",
    "idna",
    "anyio",
    "certifi",
    "local-lib",
    "git-lib",
];
const MARKERS: [&str; 5] = [
    "",
    "sys_platform == 'linux'",
    "python_version < '3.12'",
    "platform_machine == 'x86_64' or os_name == 'nt'",
    "python_full_version >= '3.12' and implementation_name == 'cpython'",
];

fn name(text: &str) -> Name {
    Name::new(text).expect(text)
}

fn marker(number: usize) -> Marker {
    match MARKERS[number % MARKERS.len()] {
        "" => Marker::always(),
        text => Marker::parse(text).expect(text),
    }
}

/// A resolution from numbers: which packages need which, with which marker; which are direct.
fn resolution(edges: &[(usize, usize, usize)], direct: &[(usize, usize)]) -> Resolution {
    let mut packages: Vec<Package> = NAMES
        .iter()
        .enumerate()
        .map(|(at, text)| Package {
            name: name(text),
            version: Some(format!("{at}.0")),
            source: match *text {
                "local-lib" => {
                    Source::Path { path: "libs/local".to_owned(), directory: true, editable: false }
                }
                "git-lib" => Source::Git {
                    url: "https://index.example/git-lib".to_owned(),
                    commit: "0123456789".to_owned(),
                    subdirectory: None,
                },
                _ => Source::Index { url: None },
            },
            marker: Marker::always(),
            python: Marker::always(),
            extras: Vec::new(),
            files: match *text {
                "local-lib" | "git-lib" => Vec::new(),
                _ => (0..=at % 3)
                    .map(|file| DistFile {
                        name: format!("{text}-{file}-py3-none-any.whl"),
                        hash: Some(format!("sha256:{:064x}", at * 10 + file)),
                        size: Some(1000 * (at as u64 + 1)),
                    })
                    .collect(),
            },
            options: Vec::new(),
            edges: Vec::new(),
            field: String::new(),
            place: Place::file("uv.lock"),
        })
        .collect();
    let edge = |to: usize, number: usize| Edge {
        name: name(NAMES[to]),
        to: Some(to),
        extras: Vec::new(),
        marker: marker(number),
        when: When::Always,
    };
    for (from, to, number) in edges {
        packages[from % NAMES.len()].edges.push(edge(to % NAMES.len(), *number));
    }
    let mut project = packages[0].clone();
    project.name = name("app");
    project.source = Source::Project { path: String::new() };
    project.edges = direct.iter().map(|(to, number)| edge(to % NAMES.len(), *number)).collect();
    packages.push(project);
    Resolution {
        path: "uv.lock".to_owned(),
        kind: LockKind::Uv,
        requires_python: Marker::of_requires_python(">=3.11").expect("specifiers"),
        members: vec![packages.len() - 1],
        packages,
        flat: false,
        edges_known: true,
        indexes: Vec::new(),
        options: Vec::new(),
        direct: None,
        record: Record::None,
    }
}

/// Disjoint, complete, hashes and markers kept.
fn check_files(resolution: &Resolution, selection: &Selection, partition: &Partition) {
    let mut seen = BTreeSet::new();
    for item in partition.parts.iter().flat_map(|part| &part.items) {
        assert!(seen.insert(*item), "item {item} is in two parts");
    }
    for Apart { item, .. } in &partition.apart {
        assert!(seen.insert(*item), "item {item} is in a part and apart");
    }
    assert_eq!(seen, (0..selection.items.len()).collect(), "not complete");
    let mut written = BTreeMap::new();
    for file in requirement_files(resolution, selection, partition, None, None) {
        let read = RequirementsFile::parse(&file.name, &file.text).expect("our own file");
        for (item, line) in read.lines() {
            let Target::Named(requirement) = &line.target else { panic!("{line:?}") };
            let hashes: BTreeSet<String> = line.hashes.iter().cloned().collect();
            let known = written.insert(requirement.name.clone(), (requirement.marker.clone(), hashes));
            assert!(known.is_none(), "{} is written twice", requirement.name);
            assert!(item.annotated, "{} has no `# via`", requirement.name);
        }
    }
    for selected in &selection.items {
        let package = &resolution.packages[selected.package];
        if package.source.is_local() {
            assert!(!written.contains_key(&package.name));
            continue;
        }
        let (marker, hashes) = written.remove(&package.name).expect("written");
        assert_eq!(marker, selected.marker, "{}", package.name);
        let wanted: BTreeSet<String> = package.files.iter().filter_map(|file| file.hash.clone()).collect();
        assert_eq!(hashes, wanted, "{}", package.name);
    }
    assert!(written.is_empty(), "{written:?} was never selected");
}

fn edges() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    prop::collection::vec((0..NAMES.len(), 0..NAMES.len(), 0..MARKERS.len()), 0..40)
}

fn direct() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..NAMES.len(), 0..MARKERS.len()), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_partition_is_the_resolution(edges in edges(), direct in direct(), anywhere: bool) {
        let resolution = resolution(&edges, &direct);
        let environment = if anywhere { Environment::anywhere() } else { Environment::linux() };
        let selection = select(&resolution, &Wanted::default(), &environment).expect("a selection");
        let groups = Groups::well_known().expect("the table");
        let parts = partition(&resolution, &selection, &groups).expect("a partition");
        check_files(&resolution, &selection, &parts);
        // What a part needs is in it or in an earlier one.
        let mut before: BTreeSet<usize> = parts.apart.iter().map(|apart| apart.item).collect();
        for part in &parts.parts {
            before.extend(&part.items);
            for item in &part.items {
                for need in &selection.needs[*item] {
                    prop_assert!(before.contains(need), "{} needs what comes later", part.name);
                }
            }
        }
    }

    #[test]
    fn chosen_layers_are_the_resolution_too(
        edges in edges(),
        direct in direct(),
        changes in prop::collection::vec(prop::collection::vec(0..NAMES.len(), 1..4), 1..12),
        layers in 1..5_usize,
    ) {
        let resolution = resolution(&edges, &direct);
        let selection = select(&resolution, &Wanted::default(), &Environment::linux()).expect("a selection");
        let mut versions = vec![0; NAMES.len()];
        let mut reader = HistoryReader::new(LockKind::Compiled);
        for (date, change) in (0_i64..).zip(std::iter::once(&Vec::new()).chain(&changes)) {
            for at in change { versions[*at] += 1; }
            let text: String = NAMES.iter().zip(&versions).map(|(name, version)| format!("{name}=={version}\n")).collect();
            reader.read(&text, date);
        }
        let history = reader.finish();
        let environment = Environment::linux();
        let chosen = choose(&resolution, &selection, &history, &environment, layers).expect("layers");
        prop_assert!(chosen.parts.len() <= layers);
        check_files(&resolution, &selection, &chosen);
        let cost = |parts: &[_]| estimate(&resolution, &selection, &history, &environment, parts).bytes_per_change;
        // One layer is one of the choices: what is chosen costs at most a hundredth more.
        let single = single_layer(&chosen.parts);
        prop_assert!(cost(&chosen.parts) <= cost(&[single]) * 1.01 + 1.0);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[a-z=\\[\\]\"'{}#@;:.,<>~!\\\\\n -]{0,80}") {
        for file in ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "requirements.txt",
            "pyproject.toml", "setup.cfg", "Pipfile"]
        {
            let files = BTreeMap::from([
                ("pyproject.toml".to_owned(), "[project]\nname = \"app\"\n".to_owned()),
                (file.to_owned(), text.clone()),
            ]);
            let request = dockfit_python::Request::new("").expect("the table");
            let _ = dockfit_python::split(&files, &request);
            let _ = dockfit_python::read_manifest(&files, file);
            let _ = Marker::parse(&text);
            let _ = dockfit_python::Requirement::parse(&text);
            HistoryReader::new(LockKind::Uv).read(&text, 0);
        }
    }
}

/// The promise that makes the split worth anything: another group's change leaves a file as it is.
#[test]
fn a_file_depends_on_its_group_alone() {
    let core = |edges: &[(usize, usize, usize)], direct: &[(usize, usize)]| {
        let resolution = resolution(edges, direct);
        let selection = select(&resolution, &Wanted::default(), &Environment::linux()).expect("a selection");
        let groups = Groups::well_known().expect("the table");
        let parts = partition(&resolution, &selection, &groups).expect("a partition");
        requirement_files(&resolution, &selection, &parts, None, None).swap_remove(0).text
    };
    // fastapi needs pydantic and idna.
    let before = core(&[(0, 2, 0), (0, 11, 0)], &[(0, 0)]);
    // redis (app) comes, and needs idna too; openai (ai) comes, and needs pydantic.
    let after = core(&[(0, 2, 0), (0, 11, 0), (8, 11, 0), (6, 2, 0)], &[(0, 0), (8, 0), (6, 0)]);
    assert_eq!(before, after);
    assert!(before.contains("idna==11.0") && before.contains("# via fastapi"), "{before}");
}

/// A giant that never changes, two that change together, and one that always does.
#[test]
fn layers_follow_the_history() {
    let resolution = resolution(&[], &[(4, 0), (0, 0), (2, 0), (8, 0)]);
    let selection = select(&resolution, &Wanted::default(), &Environment::linux()).expect("a selection");
    let mut reader = HistoryReader::new(LockKind::Compiled);
    for date in 0..40 {
        let (web, redis) = (date / 8, date);
        reader.read(&format!("torch==1\nfastapi=={web}\npydantic=={web}\nredis=={redis}\n"), date);
    }
    let history = reader.finish();
    let environment = Environment::linux();
    let chosen = choose(&resolution, &selection, &history, &environment, 3).expect("layers");
    let names: Vec<Vec<String>> = chosen
        .parts
        .iter()
        .map(|part| {
            let name = |item: &usize| resolution.packages[selection.items[*item].package].name.to_string();
            part.items.iter().map(name).collect()
        })
        .collect();
    assert_eq!(names, [vec!["torch"], vec!["fastapi", "pydantic"], vec!["redis"]]);
    let cost = estimate(&resolution, &selection, &history, &environment, &chosen.parts);
    assert_eq!(cost.changes, 39);
    // redis at each change, the two at 4 of 39, torch hardly ever; one layer would be all of it each time.
    let single = estimate(&resolution, &selection, &history, &environment, &[single_layer(&chosen.parts)]);
    assert!(cost.bytes_per_change < single.bytes_per_change * 0.7, "{cost:?} {single:?}");
}

#[test]
fn without_a_history_nothing_is_chosen() {
    let resolution = resolution(&[], &[(4, 0)]);
    let selection = select(&resolution, &Wanted::default(), &Environment::linux()).expect("a selection");
    let error = choose(&resolution, &selection, &History::default(), &Environment::linux(), 3);
    insta::assert_snapshot!(
        error.expect_err("no history"),
        @"uv.lock:1:1: the lock has no history to learn the groups from; use the fixed groups, or a clone with its history"
    );
}
