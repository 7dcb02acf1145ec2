//! The names of passes and decisions.

use dockfit_rewrite::Pass;

/// The names that `--only`, `--skip`, `--with` and the configuration may use.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    known: Vec<&'static str>,
}

impl Names {
    /// Those of `passes`.
    pub(crate) fn of(passes: &[&'static dyn Pass]) -> Self {
        let infos = passes.iter().map(|pass| pass.info());
        let known = infos
            .flat_map(|info| std::iter::once(info.id).chain(info.decisions.iter().map(|found| found.id)))
            .collect();
        Self { known }
    }

    /// Whether there is a pass or decision of that name; else what to say, and what to do.
    pub(crate) fn check(&self, name: &str) -> Result<(), (String, String)> {
        if self.known.contains(&name) {
            return Ok(());
        }
        let message = format!("there is no pass or decision `{name}`");
        let help = match nearest(name, self.known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`dockfit passes` lists them".to_owned(),
        };
        Err((message, help))
    }
}

/// The known name that is nearest to `name`, if any is near.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const FARTHEST: usize = 3;
    if name.len() > 60 {
        return None;
    }
    let distances = known.map(|known| (strsim::damerau_levenshtein(name, known), known));
    distances
        .filter(|(distance, known)| *distance <= FARTHEST.min(known.len() / 2))
        .min()
        .map(|(_, known)| known)
}
