//! The `dockfit` command.

fn main() {}
