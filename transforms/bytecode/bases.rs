//! Images with Python, and whether they have bytecode of its standard library.

use dockfit_dockerfile::model::{Base, Fact, Model};
use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_python::PythonVersion;

use crate::distroless_runtime::interpreter;

/// Whether the image's standard library is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Library {
    /// There is no bytecode of it.
    Bare,
    /// There is.
    Compiled,
}

/// A row: images, and what their tags say.
struct Row {
    /// The repository, as people write it; a `*` at the end stands for anything.
    repository: &'static str,
    /// What the tag begins with, before a version.
    before: &'static str,
    library: Library,
}

/// Source: docker-library/python `Dockerfile-linux.template` deletes all `.pyc` at the end; ghcr.io/astral-sh/uv's
/// `python*` tags and tiangolo's images are built on it; distroless unpacks Debian's packages without the step that
/// compiles them; Red Hat's packages hold the bytecode, and so do conda's. 2026-11-24.
const ROWS: &[Row] = &[
    Row { repository: "python", before: "", library: Library::Bare },
    Row { repository: "ghcr.io/astral-sh/uv", before: "python", library: Library::Bare },
    Row { repository: "tiangolo/uvicorn-gunicorn-fastapi", before: "python", library: Library::Bare },
    Row { repository: "tiangolo/uvicorn-gunicorn", before: "python", library: Library::Bare },
    Row { repository: "gcr.io/distroless/python3*", before: "", library: Library::Bare },
    Row { repository: "registry.access.redhat.com/ubi*", before: "", library: Library::Compiled },
    Row { repository: "registry.redhat.io/*", before: "", library: Library::Compiled },
    Row { repository: "continuumio/miniconda3", before: "", library: Library::Compiled },
    Row { repository: "mambaorg/micromamba", before: "", library: Library::Compiled },
];

/// What is known of the Python that a stage has from its base.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Python {
    /// An official image, or one that is built on it: `python3` is found, and its library has no bytecode.
    Bare {
        /// The image, for people.
        image: String,
    },
    /// The library is compiled.
    Compiled,
    /// It has no hash-based bytecode: that came with 3.7.
    TooOld {
        /// The image, for people.
        image: String,
    },
    /// The image is not in the table, and its command seems to be Python's.
    Unknown {
        /// The image, for people.
        image: String,
    },
    /// Nothing points to Python.
    None,
}

/// What the stage builds on in the end.
pub(crate) fn python(model: &Model, stage: usize) -> Python {
    let Some(lowest) = model.lineage(stage).last() else { return Python::None };
    let Base::Image(image) = &lowest.base else { return Python::None };
    if let Some(from) = interpreter(model, stage) {
        return python(model, from.index);
    }
    let name = image.familiar_name();
    let fits = |row: &&Row| match row.repository.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == row.repository,
    };
    let tag = image.effective_tag().unwrap_or_default();
    let windows = tag.contains("windowsservercore") || tag.contains("nanoserver");
    match ROWS.iter().find(fits) {
        _ if windows => Python::None,
        Some(row) if row.library == Library::Compiled => Python::Compiled,
        Some(row) if !tag.starts_with(row.before) => Python::None,
        Some(row) => {
            let version = version(image, row.before).filter(|_| lowest.base_arguments.is_empty());
            let image = image.familiar();
            match version {
                Some(version) if (version.major, version.minor) < (3, 7) => Python::TooOld { image },
                _ => Python::Bare { image },
            }
        }
        None if runs_python(model, stage) => Python::Unknown { image: image.familiar() },
        None => Python::None,
    }
}

/// The version of Python that a tag names.
pub(crate) fn version(image: &ImageReference, before: &str) -> Option<PythonVersion> {
    let number = image.tag.as_deref()?.strip_prefix(before)?.split('-').next()?;
    // A bare `2` tells enough.
    if number == "2" {
        return PythonVersion::parse("2.7");
    }
    PythonVersion::parse(number).filter(|_| number.contains('.'))
}

/// Programs that start an interpreter, by name; their documentation, 2026-11-24.
const PYTHON_PROGRAMS: &[&str] = &[
    "python",
    "uvicorn",
    "gunicorn",
    "hypercorn",
    "granian",
    "daphne",
    "fastapi",
    "flask",
    "celery",
    "waitress-serve",
    "streamlit",
];

fn runs_python(model: &Model, stage: usize) -> bool {
    let config = model.config(stage);
    let words = |fact: &Fact<Vec<String>>| match fact {
        Fact::Known(words) => words.clone(),
        Fact::Unknown => Vec::new(),
    };
    let all = words(&config.entrypoint).into_iter().chain(words(&config.cmd));
    let mut words = all.flat_map(|word| word.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    words.any(|word| {
        let name = dockfit_shell::strip_version(dockfit_shell::base_name(&word)).to_owned();
        PYTHON_PROGRAMS.contains(&name.as_str())
    })
}

#[cfg(test)]
mod tests {
    use dockfit_dockerfile::Document;

    use super::*;

    fn of(text: &str) -> Python {
        let model = Model::of(&Document::parse(text));
        python(&model, model.stages().len() - 1)
    }

    #[test]
    fn bases_tell_whether_there_is_bytecode() {
        let bare = |text: &str| matches!(of(text), Python::Bare { .. });
        assert!(bare("FROM python:3.13-slim\n"));
        assert!(bare("ARG V=3.12\nFROM python:${V}-slim AS base\nFROM base\n"));
        assert!(bare("FROM gcr.io/distroless/python3-debian13\n"));
        assert!(bare("FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim\n"));
        assert_eq!(of("FROM ghcr.io/astral-sh/uv:latest\n"), Python::None);
        assert_eq!(of("FROM registry.access.redhat.com/ubi9/python-312\n"), Python::Compiled);
        assert!(matches!(of("FROM python:2\n"), Python::TooOld { .. }));
        assert!(matches!(of("FROM python:3.6-slim\n"), Python::TooOld { .. }));
        assert!(matches!(of("FROM example.com/base\nCMD [\"python3\", \"a.py\"]\n"), Python::Unknown { .. }));
        assert_eq!(of("FROM example.com/base\nCMD [\"/app\"]\n"), Python::None);
        assert_eq!(of("FROM python:3.13-windowsservercore\n"), Python::None);
    }
}
