//! The `dockfit` command: arguments, configuration, discovery, rendering, writing. No rewriting here.

mod args;
mod baseline;
mod commands;
mod console;
mod discover;
mod disk;
mod git;
mod interrupt;
mod lsp;
mod markdown;
mod printer;
mod problem;
mod progress;
mod project;
mod python;
mod report;
mod run;
mod session;
mod settings;
mod target;
mod terminal;
#[cfg(test)]
mod tests;
mod trial;
mod write;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
