//! The command from outside: the program as it is installed, on folders and on the example.

#[cfg(unix)]
mod bench;
#[cfg(unix)]
mod engine;
mod example;
#[cfg(unix)]
mod lock;
mod lsp;
mod malformed;
mod plan;
mod process;
#[cfg(unix)]
mod verify;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, without what the environment says of colour.
fn dockfit() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockfit"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// Where the repository is.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// A copy of the example's Dockerfile and the files beside it.
fn example() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let from = repository().join("examples/fastapi-backend");
    for name in ["Dockerfile", "pyproject.toml", "README.md", ".dockerignore", "docker-compose.yml"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), folder.path().join(name)).expect("a copy");
        }
    }
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    for name in ["alembic.ini", "src/main.py"] {
        std::fs::write(folder.path().join(name), "").expect("a file");
    }
    folder
}
