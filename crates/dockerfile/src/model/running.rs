//! RUN, as far as it can be judged without the build.

use std::ops::Range;

use crate::operation::{CommandLine, Mount, MountKind, Problem, Run};
use crate::values::path::clean;
use crate::{RawWord, SyntaxErrorKind};

use super::evaluate::{Entry, Evaluator};
use super::state::State;

impl Evaluator<'_> {
    /// Mirrors the checks of buildkit `dispatchRun` and `dispatchRunMounts`.
    pub(super) fn run(&mut self, run: &Run, entry: &mut Entry) -> Result<(), Problem> {
        for flag in &run.mounts {
            let mut known = true;
            let resolved = flag.resolve(|text| {
                let value = self.expand(&RawWord { text: text.to_owned(), range: flag.range.clone() })?;
                known &= value.as_known().is_some();
                Ok(value.text().unwrap_or_default().to_owned())
            });
            match resolved {
                Ok(mount) => entry.mounts.push(Some(mount)),
                Err(_) if !known => entry.mounts.push(None),
                Err(problem) => return Err(problem),
            }
            if let Some(Some(mount)) = entry.mounts.last()
                && known
            {
                check_target(mount, &self.state, &flag.range)?;
            }
        }
        if let (Some(device), false) = (run.devices.first(), self.features.devices) {
            let problem =
                Problem::new(SyntaxErrorKind::Flag, device.range.clone(), "RUN has no flag --device yet");
            return Err(problem.with_help("write # syntax=docker/dockerfile:1-labs as the first line"));
        }
        if let CommandLine::Exec(array) = &run.command
            && array.items.first().is_none_or(|item| item.value.is_empty())
        {
            return Err(Problem::arguments(array.range.clone(), "no program is named"));
        }
        // Files that could be executed may still be mounted.
        let mounted =
            entry.mounts.iter().any(|mount| mount.as_ref().is_none_or(|mount| mount.kind == MountKind::Bind));
        if std::mem::replace(&mut self.state.no_files, false) && !mounted {
            let range = match &run.command {
                CommandLine::Shell(text) => text.range.clone(),
                CommandLine::Exec(array) => array.range.clone(),
            };
            let problem = Problem::arguments(range, "nothing can be executed in an image without files");
            return Err(problem.with_help("build on an image with a shell, or copy a program first"));
        }
        Ok(())
    }
}

/// A mount cannot hide the whole image. Mirrors the check in buildkit `dispatchRunMounts`.
fn check_target(mount: &Mount, state: &State, range: &Range<usize>) -> Result<(), Problem> {
    if matches!(mount.kind, MountKind::Secret | MountKind::Ssh) {
        return Ok(());
    }
    let target = mount.target.as_deref().unwrap_or_default();
    let whole = if clean(target).starts_with('/') {
        target == "/"
    } else {
        // Unknown directories are given the benefit of the doubt.
        let current = state.current_dir();
        current.as_known().is_some_and(|current| clean(&format!("/{current}/{target}")) == "/")
    };
    if whole {
        let problem = Problem::new(SyntaxErrorKind::Flag, range.clone(), "a mount needs a target below `/`");
        return Err(problem.with_help("add target=/path"));
    }
    Ok(())
}
