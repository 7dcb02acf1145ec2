//! No source that an instruction names is missing, or left out of its context, that was not so before.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_dockerfile::Span;

use super::Breach;
use crate::context::{Reach, local_sources};
use crate::{Context, EditSet, Project, RelPath};

/// Looks at the Dockerfiles whose ignore file or whose sources are others than before; the context of the others is not
/// read.
pub(super) fn kept(
    before: &Project,
    after: &Project,
    edits: &BTreeMap<RelPath, EditSet>,
) -> Result<(), Breach> {
    let ignores = edits.keys().any(|path| path.file_name().ends_with("ignore"));
    for (old, new) in before.dockerfiles().iter().zip(after.dockerfiles()) {
        let Context::Known(context) = new.context() else { continue };
        let edited = edits.contains_key(new.path());
        if !edited && !ignores {
            continue;
        }
        let is = local_sources(new);
        let was = if edited { local_sources(old) } else { is.clone() };
        let named: BTreeSet<&str> = was.iter().map(|source| source.path.as_str()).collect();
        let is_new = |path: &str| !named.contains(path);
        if !is.iter().any(|source| is_new(&source.path)) && !ignores {
            continue;
        }
        let now = Reach::of(new, context, after);
        let now = now.map_err(|(file, message)| Breach::new("valid", &file, Span::default(), message))?;
        // A context that could not be sent before was broken by its author.
        let Ok(then) = Reach::of(old, context, before) else { continue };
        let ignore_changed = now.ignore_file().is_some_and(|file| edits.contains_key(file));
        for source in &is {
            let breach = |message: String| Err(Breach::new("valid", new.path(), source.span, message));
            if is_new(&source.path) {
                if !now.reaches(&source.path) {
                    return breach(format!("`{}` is copied, but is not in the context", source.path));
                }
            } else if ignore_changed && let Some(lost) = then.lost(&source.path, &now) {
                return breach(format!("`{lost}` is taken by name and would be left out"));
            }
        }
    }
    Ok(())
}
