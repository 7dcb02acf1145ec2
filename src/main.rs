//! The `dockfit` command: arguments, configuration, discovery, rendering, writing. No rewriting here.

mod args;
mod commands;
mod discover;
mod disk;
mod problem;
mod project;
mod report;
mod run;
mod settings;
mod terminal;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
