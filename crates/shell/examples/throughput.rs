//! Parses shell scripts again and again and prints the speed.
//!
//! `cargo run --release -p dockfit-shell --example throughput -- FILE…`; a file may hold several scripts with NUL bytes
//! between them.

#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use dockfit_shell::{Script, State, invocations, removals};

fn main() -> std::io::Result<()> {
    let mut scripts = Vec::new();
    for path in std::env::args_os().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
        scripts.extend(text.split('\0').filter(|s| !s.is_empty()).map(str::to_owned));
    }
    let bytes: usize = scripts.iter().map(String::len).sum();
    println!("{} scripts, {bytes} bytes", scripts.len());
    time("parse", bytes, scripts.len(), || {
        for s in &scripts {
            drop(black_box(Script::parse(s)));
        }
    });
    let parsed: Vec<Script> = scripts.iter().map(|s| Script::parse(s)).collect();
    let state = State::default();
    time("invocations", bytes, scripts.len(), || {
        for s in &parsed {
            drop(black_box(invocations(s, &state)));
        }
    });
    time("removals of all commands", bytes, scripts.len(), || {
        for s in &parsed {
            drop(black_box(removals(s, &s.locate(&state))));
        }
    });
    Ok(())
}

/// The best of several runs within two seconds, which is what a busy machine disturbs least.
fn time(what: &str, bytes: usize, scripts: usize, mut run: impl FnMut()) {
    let start = Instant::now();
    let mut best = Duration::MAX;
    while start.elapsed() < Duration::from_secs(2) {
        let once = Instant::now();
        run();
        best = best.min(once.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "figures for a person")]
    let (mega, many) = (bytes as f64 / 1e6 / best.as_secs_f64(), scripts as f64 / best.as_secs_f64());
    println!("{what}: {mega:.2} MB/s, {many:.0} scripts/s");
}
