//! The promises, on generated Dockerfiles: each pass, each decision, each pair of passes that both change the file, and
//! of the other pairs some, another share for each file; all.
//!
//! `PROPTEST_CASES` sets how many, `DOCKFIT_SEED` which ones; `DOCKFIT_PAIRS=all` tries all pairs on each.

#![allow(dead_code)]

mod support;

use dockfit_rewrite::{Outcome, Safety, Selection};
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

use self::support::choices::Random;
use self::support::judges::Leaves;
use self::support::{after, engine, judges, nasty, only, run};

/// Of the pairs one of which changes nothing by itself, one in so many is tried.
const SHARE: usize = 16;

/// The pairs of passes that are tried on a file, where `changes` says which passes change it. A pair one of which changes
/// nothing is the other alone: a share of them is enough to see that it is so.
fn pairs(source: &[u8], passes: &[&str], changes: &[bool]) -> Vec<Selection> {
    let every = std::env::var_os("DOCKFIT_PAIRS").is_some_and(|value| value == "all");
    let mut pairs = Vec::new();
    let mut turn = source.iter().map(|byte| usize::from(*byte)).sum::<usize>();
    for (index, one) in passes.iter().enumerate() {
        for (other, two) in passes.iter().enumerate().skip(index + 1) {
            turn += 1;
            if every || changes[index] && changes[other] || turn.is_multiple_of(SHARE) {
                pairs.push(only(&[one, two]));
            }
        }
    }
    pairs
}

/// Whether a pass or decision that is named would ask first.
fn asks(selection: &Selection) -> bool {
    let decisions = dockfit_transforms::passes().iter().flat_map(|pass| pass.info().decisions);
    decisions.into_iter().any(|decision| {
        decision.safety != Safety::Safe
            && selection.only.iter().any(|name| decision.id.starts_with(name.as_str()))
    })
}

/// What the passes that are named leave as it is.
fn leaves(selection: &Selection) -> Leaves {
    let named =
        |passes: &[&str]| selection.only.iter().any(|name| passes.iter().any(|pass| name.starts_with(pass)));
    if named(&["distroless-runtime", "debug-target"]) {
        Leaves::LineEnds
    } else if named(&["bytecode", "preload", "workers-environment", "server-options", "max-requests"]) {
        Leaves::Comments
    } else {
        Leaves::Instructions
    }
}

/// The first promise that is broken on `source`, by each pass, each decision, pairs and all.
fn check(source: &[u8]) -> Result<(), String> {
    let by_default = after(&run(source, &Selection::default()));
    let passes: Vec<&str> = dockfit_transforms::passes().iter().map(|pass| pass.info().id).collect();
    let mut changes = Vec::new();
    for pass in &passes {
        let report = hold(source, &only(&[pass]), Some(&by_default))?;
        changes.push(!report.changes.is_empty());
    }
    for pair in pairs(source, &passes, &changes) {
        hold(source, &pair, Some(&by_default))?;
    }
    for decision in dockfit_transforms::passes().iter().flat_map(|pass| pass.info().decisions) {
        hold(source, &only(&[decision.id]), None)?;
    }
    hold(source, &Selection::default(), Some(&by_default))?;
    Ok(())
}

/// What `selection` makes of `source`, if it keeps all promises. That all passes behind it give the same as at once holds
/// for whole passes: with `by_default`, what all of them give.
fn hold(
    source: &[u8],
    selection: &Selection,
    by_default: Option<&Vec<u8>>,
) -> Result<dockfit_rewrite::pipeline::Report, String> {
    let name = format!("{:?}", selection.only);
    let report = run(source, selection);
    if let Some(takeback) = report.takebacks.first() {
        return Err(format!("{name}: takeback of {}: {}", takeback.pass, takeback.breach));
    }
    let result = after(&report);
    judges::judge(source, &result, leaves(selection)).map_err(|error| format!("{name}: {error}"))?;
    let again = after(&run(&result, selection));
    if again != result {
        return Err(format!("{name}: a second run gives\n{}", String::from_utf8_lossy(&again)));
    }
    if let Some(by_default) = by_default {
        // Naming a pass is consent to what it asks for: all passes get the same.
        let everything = Selection { with: selection.only.clone(), ..Selection::default() };
        let at_once = if asks(selection) { after(&run(source, &everything)) } else { by_default.clone() };
        let then_all = after(&run(&result, &everything));
        if unindented(&then_all) != unindented(&at_once) {
            return Err(format!(
                "{name}, then all, gives\n{}\nand all at once\n{}",
                String::from_utf8_lossy(&then_all),
                String::from_utf8_lossy(&at_once)
            ));
        }
    }
    places(source, &report).map_err(|error| format!("{name}: {error}"))?;
    Ok(report)
}

/// The lines without their indent: in a file that has none, the lines of the first pass set the habit for the next.
fn unindented(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_start).collect()
}

/// Every decision stands in the file as it was: on the RUN that it speaks of, or on an ENV or a stage.
fn places(source: &[u8], report: &dockfit_rewrite::pipeline::Report) -> Result<(), String> {
    let text = String::from_utf8_lossy(source);
    let reading = engine::read(&text);
    for placed in report.passes.iter().flat_map(|pass| &pass.decisions) {
        let id = placed.decision.info.id;
        let spans = [placed.original.span].into_iter().chain(placed.original_edits.iter().copied());
        if let Some(span) = spans.into_iter().find(|span| span.start > span.end || span.end > source.len()) {
            return Err(format!("{id} stands at {span:?}, out of the file"));
        }
        let span = placed.original.span;
        let line = source[..span.start].split(|byte| *byte == b'\n').count() - 1;
        let found = reading.instructions.iter().find(|one| (one.line..one.line + one.lines).contains(&line));
        let keyword = found.map(|one| one.keyword.to_uppercase()).unwrap_or_default();
        let right = match id {
            "package-caches/mount" | "apt-caches/mount" => ["RUN", "ONBUILD"].contains(&keyword.as_str()),
            "package-caches/enable" => keyword == "ENV",
            _ => true,
        };
        if !right {
            return Err(format!("{id} stands on a {keyword:?} in line {}", line + 1));
        }
    }
    Ok(())
}

fn number<N: std::str::FromStr>(variable: &str) -> Option<N> {
    std::env::var(variable).ok().and_then(|value| value.parse().ok())
}

proptest! {
    #![proptest_config(Config {
        cases: number("PROPTEST_CASES").unwrap_or(8),
        // Each run tries the same ones, unless told otherwise.
        rng_seed: RngSeed::Fixed(number("DOCKFIT_SEED").unwrap_or(7)),
        max_shrink_iters: 300,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..Config::default()
    })]

    #[test]
    fn promises_hold(tape in prop::collection::vec(any::<u16>(), 20..400)) {
        let source = nasty::dockerfile(&tape);
        if let Err(error) = check(&source) {
            return Err(TestCaseError::fail(format!("{error}\nof\n{}", String::from_utf8_lossy(&source))));
        }
    }
}

/// The generator makes what the engine accepts, and what passes have something to say about.
#[test]
fn the_generator_reaches_all() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let (mut wrong, mut changed, mut applied, mut refused) = (0, 0, 0, 0);
    for _ in 0..400 {
        let source = nasty::dockerfile(&random.tape(300));
        let report = run(&source, &Selection::default());
        wrong += usize::from(!report.before.dockerfiles()[0].document().errors().is_empty());
        changed += usize::from(!report.changes.is_empty());
        for placed in report.passes.iter().flat_map(|pass| &pass.decisions) {
            applied += usize::from(matches!(placed.decision.outcome, Outcome::Applied(_)));
            refused += usize::from(matches!(placed.decision.outcome, Outcome::Refused { .. }));
        }
    }
    assert!(wrong <= 8, "{wrong} of 400 are not accepted");
    assert!(
        changed > 150 && applied > 400 && refused > 200,
        "{changed} changed, {applied} applied, {refused} refused"
    );
}

/// For a Dockerfile of one's own: `DOCKFIT_DOCKERFILE` names it.
#[test]
fn promises_hold_for_the_file_named() {
    let Some(path) = std::env::var_os("DOCKFIT_DOCKERFILE") else { return };
    let source = std::fs::read(path).expect("readable");
    check(&source).expect("all promises hold");
}

/// What these tests found once, cut down.
#[test]
fn what_was_found_stays_mended() {
    let found = [
        "FROM python:3.13-slim\nRUN pip install flask && uv sync --frozen\n",
        "RUN uv sync\nFROM python:3.13-slim\nRUN uv sync\n",
        "FROM python:3.13-slim\nENV PIP_CACHE_DIR=/\u{feff}pip\nRUN pip install flask\n",
        "FROM debian:12\nRUN apt-get update; apt-get install -y curl; rm \\\n  -rf /var/lib/apt/lists/*\n",
        "FROM debian:12\nRUN rm -rf /var/lib/apt/lists/* \\\n    && apt-get update\n",
        "FROM debian:12\nRUN apt-get update\nRUN bash -c \"apt-get update && rm -rf /var/lib/apt/lists/*\"\n",
        "FROM python:3.13-slim\nRUN pip install a; rm -rf ~/.cache/pip || true; pip install b\n",
        "FROM python:3.13-slim\nRUN pip install a && pip cache purge && true && pip install b\n",
        "FROM python:3.13-slim\nRUN bash -ec 'pip install a; pip cache purge'\n",
        "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN make\n\n\
         FROM registry.example/team/base:7\nRUN make\nRUN apt-get update && apt-get install -y gcc\n",
        // The stage that builds is one that a pass makes.
        "FROM python:3.13\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n\
         COPY . .\nCMD [\"python\", \"-m\", \"app\"]\n",
    ];
    for source in found {
        if let Err(error) = check(source.as_bytes()) {
            panic!("{error}\nof\n{source}");
        }
    }
}
