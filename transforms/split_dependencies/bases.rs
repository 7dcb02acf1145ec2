//! Base images that have a Python, and what their tags say of it.

use dockfit_dockerfile::model::Base;
use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_python::{Environment, Platform, PythonVersion};
use dockfit_rewrite::Dockerfile;

/// A row: images whose tags begin their Python's version in the same way.
struct Row {
    /// The repository, as people write it.
    repository: &'static str,
    /// What stands before the version.
    before: &'static str,
    /// Whether `/usr/local` and the folders above it are plain folders, so that `COPY --link` may go there.
    plain_folders: bool,
}

/// Source: the tags and file systems of the images, as their repositories describe them; 2026-11-24.
const ROWS: &[Row] = &[
    Row { repository: "python", before: "", plain_folders: true },
    Row { repository: "ghcr.io/astral-sh/uv", before: "python", plain_folders: true },
    Row { repository: "tiangolo/uvicorn-gunicorn-fastapi", before: "python", plain_folders: true },
    Row { repository: "tiangolo/uvicorn-gunicorn", before: "python", plain_folders: true },
];

/// What is known of the environment that a stage installs into. What a build argument decides is left open: markers stay
/// in the requirement files, and the installer evaluates them.
pub(super) fn environment(dockerfile: &Dockerfile, stage: usize) -> Environment {
    let mut found = Environment::linux();
    let Some(lowest) = dockerfile.model().lineage(stage).last() else { return found };
    if let Some(platform) = &lowest.platform
        && lowest.base_arguments.is_empty()
    {
        found.platforms.extend(Platform::of_engine(&platform.to_string()));
    }
    if let (Base::Image(image), true) = (&lowest.base, lowest.base_arguments.is_empty()) {
        found.python = version(image);
    }
    found
}

/// The version of Python that a tag names.
fn version(image: &ImageReference) -> Option<PythonVersion> {
    let name = image.familiar_name();
    let row = ROWS.iter().find(|row| row.repository == name)?;
    let tag = image.tag.as_deref()?.strip_prefix(row.before)?;
    let number = tag.split('-').next()?;
    // `3` and `3.13-rc` may be any: only a number with two parts says which.
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    PythonVersion::parse(number).filter(|_| plain && number.contains('.'))
}

/// Whether `COPY --link` to this folder of the stage is sure to find plain folders on the way.
pub(super) fn has_plain_folders(dockerfile: &Dockerfile, stage: usize, folder: &str) -> bool {
    let known = dockerfile.model().lineage(stage).last().is_some_and(|lowest| match &lowest.base {
        Base::Image(image) => {
            ROWS.iter().any(|row| row.plain_folders && row.repository == image.familiar_name())
        }
        _ => false,
    });
    let folder = folder.trim_end_matches('/');
    known && (folder == "/usr/local" || folder.strip_prefix("/opt/").is_some_and(|rest| !rest.contains('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Option<(u32, u32, Option<u32>)> {
        version(&ImageReference::parse(name).expect("a reference"))
            .map(|found| (found.major, found.minor, found.patch))
    }

    #[test]
    fn a_tag_tells_the_version_of_python_or_nothing() {
        assert_eq!(told("python:3.13-slim"), Some((3, 13, None)));
        assert_eq!(told("python:3.12.7-alpine3.20"), Some((3, 12, Some(7))));
        assert_eq!(told("ghcr.io/astral-sh/uv:python3.12-bookworm-slim"), Some((3, 12, None)));
        for unknown in
            ["python", "python:3", "python:slim", "python:3.14-rc", "other/python:3.13", "debian:12"]
        {
            let expected = (unknown == "python:3.14-rc").then_some((3, 14, None));
            assert_eq!(told(unknown), expected, "{unknown}");
        }
    }
}
