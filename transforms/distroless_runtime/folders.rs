//! Folders of the user without mkdir and chown: WORKDIR makes a folder that belongs to the USER before it.
//!
//! Source: buildkit `dispatchWorkdir`, which makes the folder as the current user.

use super::runs::Folder;
use super::scene::Scene;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;

/// Where USER goes and what WORKDIR makes.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The WORKDIR before which USER has to stand, so that it makes a folder of the user.
    pub(super) before: Option<usize>,
    /// Folders that WORKDIR makes for root, before USER.
    pub(super) of_root: Vec<Folder>,
    /// Folders that WORKDIR makes for the user, behind USER, and that no WORKDIR of the stage makes.
    pub(super) of_user: Vec<Folder>,
    /// The folder that the WORKDIR of `before` makes, where a RUN spoke of it.
    pub(super) given: Option<Folder>,
    /// COPYs whose files a RUN gave to the user.
    pub(super) owned_copies: Vec<usize>,
}

/// Lays the folders out for the user with these numbers; `home`: a home folder that was made with the user.
pub(super) fn lay_out(
    scene: &Scene<'_>,
    user: Option<(u32, u32)>,
    home: Option<&str>,
) -> Result<Layout, Refusal> {
    let mut layout = Layout::default();
    let mut folders: Vec<Folder> = Vec::new();
    for folder in &scene.effects.folders {
        // The last word on a folder counts; what was made for root and then handed over is handed over.
        match folders.iter_mut().find(|known| known.path == folder.path) {
            Some(known) => {
                let recursive = known.recursive || folder.recursive;
                *known = Folder { recursive, owner: folder.owner.or(known.owner), ..folder.clone() };
            }
            None => folders.push(folder.clone()),
        }
    }
    if let Some(home) = home
        && !folders.iter().any(|folder| folder.path == home)
    {
        let folder = Folder { path: home.to_owned(), owner: user, recursive: false, run: 0, at: 0 };
        folders.insert(0, folder);
    }
    for folder in &folders {
        if let Some(owner) = folder.owner
            && user != Some(owner)
        {
            let line = scene.document().line_of(folder.run);
            let text = format!(
                "line {line}: `{}` is given to {}:{}, and the container does not run as that user",
                folder.path, owner.0, owner.1
            );
            return Err(Refusal::new("other-owner", text, "give it to the user that USER names"));
        }
        if folder.recursive {
            let mine = scene.copies.iter().filter(|copy| {
                copy.index < folder.run && is_inside(&copy.destination, &folder.path) && !copy.has_owner
            });
            layout.owned_copies.extend(mine.map(|copy| copy.index));
        }
    }
    layout.owned_copies.sort_unstable();
    layout.owned_copies.dedup();
    place(scene, folders, &mut layout)?;
    Ok(layout)
}

fn place(scene: &Scene<'_>, folders: Vec<Folder>, layout: &mut Layout) -> Result<(), Refusal> {
    let made_by = |path: &str| scene.workdirs.iter().find(|(_, made)| made == path || is_inside(made, path));
    let owned: Vec<&Folder> = folders.iter().filter(|folder| folder.owner.is_some()).collect();
    let before = owned.iter().filter_map(|folder| made_by(&folder.path)).map(|(index, _)| *index).min();
    if let Some(before) = before {
        layout.before = Some(before);
        // What WORKDIR makes behind USER belongs to the user: that is meant for all of it, or for none.
        let other = scene.workdirs.iter().find(|(index, made)| {
            *index >= before
                && !owned.iter().any(|folder| is_inside(made, &folder.path) || is_inside(&folder.path, made))
        });
        if let Some((index, made)) = other {
            let line = scene.document().line_of(*index);
            let text =
                format!("line {line}: WORKDIR would make `{made}` for the user, which belongs to root now");
            return Err(Refusal::new(
                "other-owner",
                text,
                "give the folder to the user, or set WORKDIR before the other ones",
            ));
        }
    }
    for folder in folders {
        let path = folder.path.clone();
        if folder.owner.is_none() {
            let is_there = made_by(&path).is_some()
                || scene.copies.iter().any(|copy| is_inside(&copy.destination, &path));
            if !is_there {
                layout.of_root.push(folder);
            }
            continue;
        }
        let workdir = made_by(&path).map(|(index, _)| *index);
        // A copy that comes first makes the folder, as root.
        let limit = workdir.or(layout.before).unwrap_or(usize::MAX);
        let earlier =
            scene.copies.iter().find(|copy| is_inside(&copy.destination, &path) && copy.index < limit);
        if let Some(copy) = earlier
            && !(layout.owned_copies.contains(&copy.index) || copy.has_owner)
        {
            let line = scene.document().line_of(copy.index);
            let text = format!("line {line} copies into `{path}` before the folder is given to the user");
            return Err(Refusal::new(
                "other-owner",
                text,
                "set WORKDIR to the folder first, or copy with --chown",
            ));
        }
        if earlier.is_some() && workdir.is_none() {
            continue;
        }
        match workdir {
            Some(index) if Some(index) == layout.before => layout.given = Some(folder),
            Some(_) => {}
            None => layout.of_user.push(folder),
        }
    }
    Ok(())
}
