//! How long a big lock takes: a generated `uv.lock` of 1,000 packages, and a history of 1,000 commits of it.
//!
//! ```text
//! cargo run --release -p dockfit-python --example time [PACKAGES] [COMMITS] [WHEELS]
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use dockfit_python::auto::{HistoryReader, choose, estimate};
use dockfit_python::{
    Environment, LockKind, Request, partition, read_lock, read_manifest, requirement_files, select, split,
};

const ROUNDS: usize = 30;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<usize>().ok());
    let packages = numbers.next().unwrap_or(1000);
    let commits = numbers.next().unwrap_or(1000);
    // About what a package with native code has.
    let wheels = numbers.next().unwrap_or(20);
    let text = lock(packages, wheels, &|_| 0);
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
    let mut best = [f64::INFINITY; 5];
    let mut note = |step: usize, start: Instant| {
        best[step] = best[step].min(start.elapsed().as_secs_f64() * 1e3);
    };
    // The best of several: a busy machine only ever adds.
    for _ in 0..ROUNDS {
        let start = Instant::now();
        split(&files, &request)?;
        note(0, start);
        let manifest = read_manifest(&files, "pyproject.toml")?;
        let start = Instant::now();
        let resolution = read_lock(&files, "uv.lock", Some(&manifest))?;
        note(1, start);
        let start = Instant::now();
        let selection = select(&resolution, &request.wanted, &request.environment)?;
        note(2, start);
        let start = Instant::now();
        let parts = partition(&resolution, &selection, &request.groups)?;
        note(3, start);
        let start = Instant::now();
        requirement_files(&resolution, &selection, &parts, Some(&manifest), None);
        note(4, start);
    }
    writeln!(
        out,
        "split: {:.1} ms (read {:.1}, select {:.1}, partition {:.1}, write {:.1}), best of {ROUNDS}",
        best[0], best[1], best[2], best[3], best[4]
    )?;
    let split = split(&files, &request)?;

    // A commit changes three packages; low numbers change often.
    let mut reader = HistoryReader::new(LockKind::Uv);
    let (mut bytes, mut seconds) = (0, 0.0);
    for (commit, date) in (0..commits).zip(0..) {
        let text = lock(packages, wheels, &|at| (commit + at) / (1 + (at * at) % (packages * 3)));
        bytes += text.len();
        let start = Instant::now();
        reader.read(&text, date);
        seconds += start.elapsed().as_secs_f64();
    }
    let start = Instant::now();
    let history = reader.finish();
    seconds += start.elapsed().as_secs_f64();
    writeln!(
        out,
        "history of {commits} commits, {} MiB: {:.0} ms, {} changes",
        bytes >> 20,
        seconds * 1e3,
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

fn lock(packages: usize, wheels: usize, version: &dyn Fn(usize) -> usize) -> String {
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
        for wheel in 0..wheels {
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
