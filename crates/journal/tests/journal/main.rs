//! The journal from outside: what a user finds on disk after success, errors, kills and full disks.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]
// What could not be tested on this system is said, and a child tells its parent what it did.
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod apply;
mod child;
mod disk_full;
mod edits;
mod faults;
mod folders;
mod kills;
mod links;
mod locks;
mod place;
mod project;
mod read_only;
mod speed;
mod undo;
