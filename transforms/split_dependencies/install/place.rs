//! The folders that an install reads and fills.

use dockfit_dockerfile::model::Value;
use dockfit_dockerfile::values::path::clean;

use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::split_dependencies::plan::{Root, RootKind};

/// The environment that the program installs into by itself.
pub(crate) fn environment(step: &Step<'_>, call: &Call<'_>, program: &str) -> Option<Root> {
    let root = |path: &str| Root { path: path.to_owned(), kind: RootKind::Environment };
    let variable = |name: &str| {
        let at = step.model().environment(step.index)?;
        match at.value(name) {
            Some(Value::Known(value)) => Some(value.to_string()),
            _ => None,
        }
    };
    if call.args.iter().any(|arg| arg.text == "--python" || arg.text.starts_with("--python=")) {
        // The environment of that interpreter, which may be in a folder of the project.
        return None;
    }
    let named = call.located().ok()?.command.words.first()?.value()?.to_owned();
    let folder = match named.rsplit_once('/') {
        Some((folder, _)) if folder.starts_with('/') => folder.to_owned(),
        Some(_) => return None,
        None if program == "uv" => match variable("VIRTUAL_ENV") {
            Some(path) if path.starts_with('/') => return Some(root(&path)),
            _ => return None,
        },
        None => variable("PATH")?.split(':').next()?.to_owned(),
    };
    folder.strip_suffix("/bin").filter(|path| path.starts_with('/')).map(root)
}

/// `path` from `folder`, where that is known.
pub(crate) fn within(folder: Option<&str>, path: &str) -> Option<String> {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", folder?.trim_end_matches('/'))
    };
    Some(clean(&format!("/{whole}")))
}
