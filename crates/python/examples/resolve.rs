//! What is read of a lock, for comparison with the tools' own exports (`tests/python`).
//!
//! ```text
//! resolve LOCK [MANIFEST] [--all] [--extra NAME]… [--group NAME]… [--no-main] [--stale] [--split]
//! ```
//!
//! Paths are relative to the working folder. Prints one line per package (requirement, then its hashes), or with
//! `--split` the files. Exit 1 with the mistake's text.

use std::io::Write as _;

use dockfit_python::{
    Choice, Environment, Files, Groups, Name, Wanted, check_fresh, line, partition, read_lock, read_manifest,
    requirement_files, select,
};

struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn main() -> std::process::ExitCode {
    match run() {
        Ok(text) => {
            let done = std::io::stdout().write_all(text.as_bytes());
            if done.is_ok() { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{message}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, String> {
    let mut paths = Vec::new();
    let mut wanted = Wanted::default();
    let mut split = false;
    let mut check = true;
    let mut arguments = std::env::args().skip(1);
    let add = |choice: &mut Choice, name: Option<String>| {
        if let (Choice::Only(names), Some(name)) = (choice, name) {
            names.extend(Name::new(&name));
        }
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--all" => (wanted.extras, wanted.groups) = (Choice::All, Choice::All),
            "--all-extras" => wanted.extras = Choice::All,
            "--extra" => add(&mut wanted.extras, arguments.next()),
            "--group" => add(&mut wanted.groups, arguments.next()),
            "--no-main" => wanted.main = false,
            "--stale" => check = false,
            "--split" => split = true,
            _ => paths.push(argument),
        }
    }
    let said = |error: dockfit_python::Error| error.to_string();
    let lock = paths.first().ok_or("which lock?")?;
    let manifest = paths.get(1).map(|path| read_manifest(&Disk, path)).transpose().map_err(said)?;
    let resolution = read_lock(&Disk, lock, manifest.as_ref()).map_err(said)?;
    if check {
        check_fresh(&Disk, &resolution, manifest.as_ref()).map_err(said)?;
    }
    let selection = select(&resolution, &wanted, &Environment::anywhere()).map_err(said)?;
    if split {
        let groups = Groups::well_known().map_err(said)?;
        let parts = partition(&resolution, &selection, &groups).map_err(said)?;
        let files = requirement_files(&resolution, &selection, &parts, manifest.as_ref(), None);
        return Ok(files.into_iter().map(|file| format!("==> {}\n{}", file.name, file.text)).collect());
    }
    let mut text = String::new();
    for item in &selection.items {
        let package = resolution.packages.get(item.package).ok_or("an index")?;
        text.push_str(&line(package, item));
        for file in &package.files {
            text.extend(file.hash.iter().flat_map(|hash| [" --hash=", hash.as_str()]));
        }
        text.push('\n');
    }
    Ok(text)
}
