//! How long a big lock takes: a generated `uv.lock` of 1,000 packages, and a history of 1,000 commits of it.
//!
//! ```text
//! cargo run --release -p dockfit-python --example time [PACKAGES] [COMMITS]
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use dockfit_python::auto::{History, Snapshot, choose, estimate};
use dockfit_python::{Environment, LockKind, Request, split};

/// Wheels of each package: about what those with native code have.
const WHEELS: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<usize>().ok());
    let packages = numbers.next().unwrap_or(1000);
    let commits = numbers.next().unwrap_or(1000);
    let text = lock(packages, &|_| 0);
    let mut out = std::io::stdout();
    writeln!(out, "uv.lock of {packages} packages: {} KiB", text.len() / 1024)?;
    let direct: Vec<String> = (0..packages).step_by(10).map(|at| format!("\"p{at}\"")).collect();
    let manifest = format!(
        "[project]\nname = \"app\"\nrequires-python = \">=3.11\"\ndependencies = [{}]\n",
        direct.join(", ")
    );
    let files = BTreeMap::from([("pyproject.toml".to_owned(), manifest), ("uv.lock".to_owned(), text)]);
    let mut request = Request::new("")?;
    request.environment = Environment::linux();
    let start = Instant::now();
    let split = split(&files, &request)?;
    writeln!(out, "split: {:.1} ms", start.elapsed().as_secs_f64() * 1e3)?;

    // A commit changes three packages; low numbers change often.
    let states: Vec<String> = (0..commits)
        .map(|commit| lock(packages, &|at| (commit + at) / (1 + (at * at) % (packages * 3))))
        .collect();
    let start = Instant::now();
    let snapshots: Vec<Snapshot> =
        (0..).zip(&states).filter_map(|(date, text)| Snapshot::read(LockKind::Uv, text, date)).collect();
    let history = History::of(snapshots);
    writeln!(
        out,
        "history of {commits} commits, {} MiB: {:.0} ms, {} changes",
        states.iter().map(String::len).sum::<usize>() >> 20,
        start.elapsed().as_secs_f64() * 1e3,
        history.changes()
    )?;
    let start = Instant::now();
    let chosen = choose(&split.resolution, &split.selection, &history, &request.environment, 4)?;
    writeln!(out, "choose: {:.0} ms, {} layers", start.elapsed().as_secs_f64() * 1e3, chosen.parts.len())?;
    for parts in [&split.partition.parts, &chosen.parts] {
        let cost = estimate(&split.resolution, &split.selection, &history, &request.environment, parts);
        writeln!(out, "{} layers: {:.1} MB per change", parts.len(), cost.bytes_per_change / 1e6)?;
    }
    Ok(())
}

fn lock(packages: usize, version: &dyn Fn(usize) -> usize) -> String {
    let mut text = "version = 1\nrequires-python = \">=3.11\"\n".to_owned();
    for at in 0..packages {
        let version = version(at);
        let _ = write!(
            text,
            "\n[[package]]\nname = \"p{at}\"\nversion = \"1.{version}\"\n\
             source = {{ registry = \"https://index.example/simple\" }}\ndependencies = [\n"
        );
        for step in [1, 7, 31] {
            if at + step < packages {
                let marker = if step == 7 { ", marker = \"sys_platform != 'win32'\"" } else { "" };
                let _ = writeln!(text, "    {{ name = \"p{}\"{marker} }},", at + step);
            }
        }
        text.push_str("]\nwheels = [\n");
        for wheel in 0..WHEELS {
            let _ = writeln!(
                text,
                "    {{ url = \"https://index.example/files/p{at}-1.{version}-cp3{wheel}-cp3{wheel}-manylinux_2_17_x86_64.whl\", \
                 hash = \"sha256:{:064x}\", size = {} }},",
                at * 1000 + wheel + version * 7,
                (at % 50 + 1) * 20_000
            );
        }
        text.push_str("]\n");
    }
    text.push_str("\n[[package]]\nname = \"app\"\nsource = { virtual = \".\" }\ndependencies = [\n");
    for at in (0..packages).step_by(10) {
        let _ = writeln!(text, "    {{ name = \"p{at}\" }},");
    }
    text.push_str("]\n\n[package.metadata]\nrequires-dist = [\n");
    for at in (0..packages).step_by(10) {
        let _ = writeln!(text, "    {{ name = \"p{at}\" }},");
    }
    text.push_str("]\n");
    text
}
