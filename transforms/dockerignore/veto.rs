//! Why a kind must not be left out after all.

use dockfit_rewrite::context::Sight;

use super::gap::Gap;
use super::lines::IgnoreText;
use super::scene::Scene;
use crate::cache_mounts::Refusal;

/// What in the repository may want things of the gap's kind.
pub(super) fn wanted(scene: &Scene<'_>, text: &IgnoreText<'_>, gap: &Gap) -> Option<Refusal> {
    let kind = gap.kind;
    let name = kind.spellings.first().copied().unwrap_or_default();
    for user in &scene.users {
        if let Some(source) = user.names(kind) {
            let text = format!("{} takes `{source}` by name, so {} may be an input", user.path(), kind.what);
            return Some(Refusal::new("named", text, "leave it out by hand if the step does not need it"));
        }
        if kind.may_be_read && user.mentions(kind) {
            let text = format!("an instruction of {} mentions `{name}`", user.path());
            return Some(Refusal::new(
                "mentioned",
                text,
                "leave it out by hand if the step does not need it",
            ));
        }
        let takes = |top: &usize| user.taken.get(*top) == Some(&true);
        // Where nothing lies yet, a line of the author's has said that it is no input.
        let may_come = gap.written.is_empty() && gap.open.iter().any(|folder| user.takes_in(*folder));
        let concerned = gap.there.iter().any(takes) || may_come;
        if concerned && !user.makes(kind) && !user.cannot_run(kind) {
            let text = format!(
                "no step of {} is seen to make `{name}` ({}) anew, so the image may run with the copied one",
                user.path(),
                kind.what
            );
            return Some(Refusal::new("not-made-anew", text, "install in a RUN, or leave it out by hand"));
        }
    }
    let about = |part: &str| kind.is_meant_by(part);
    if let Some(line) = text.lines().iter().find(|line| line.lets_in && line.pattern.split('/').any(about)) {
        let text =
            format!("line {} of {} lets `{}` in on purpose", line.number, scene.shared.file, line.pattern);
        return Some(Refusal::new("let-in", text, "remove that line if it is not needed"));
    }
    let mentions = |text: &str| kind.spellings.iter().any(|spelling| text.contains(spelling));
    scene.others.iter().find(|(_, text)| mentions(text)).map(|(path, _)| {
        let text = format!("{path} mentions `{name}`, and may build with this context");
        Refusal::new("mentioned", text, "leave it out by hand if that build does not need it")
    })
}

/// What a new line would leave out that it must not: what git keeps, or what is not certain to be of the kind.
pub(super) fn too_much(scene: &Scene<'_>, gap: &Gap, after: &Sight) -> Option<Refusal> {
    for (index, entry) in scene.tree.entries().iter().enumerate() {
        if entry.is_folder || scene.sight.excludes(index) || !after.excludes(index) {
            continue;
        }
        if scene.keeps(&entry.path) {
            let text = format!("git keeps `{}`, which the pattern would leave out", entry.path);
            return Some(Refusal::new("tracked", text, "leave it out by hand if no build needs it"));
        }
        if scene.waste[index].is_none() {
            let text = format!("the pattern would leave out `{}`, which may be an input", entry.path);
            return Some(Refusal::new("uncertain", text, format!("leave {} out by hand", gap.kind.what)));
        }
    }
    None
}
