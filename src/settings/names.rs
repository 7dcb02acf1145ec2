//! The names of passes and decisions.

use dockfit_rewrite::Pass;

/// The names that `--only`, `--skip`, `--with` and the configuration may use.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    known: Vec<&'static str>,
    /// The passes with their pages.
    pages: Vec<(&'static str, &'static str)>,
}

impl Names {
    /// Those of `passes`.
    pub(crate) fn of(passes: &[&'static dyn Pass]) -> Self {
        let infos = passes.iter().map(|pass| pass.info());
        let known = infos
            .flat_map(|info| std::iter::once(info.id).chain(info.decisions.iter().map(|found| found.id)))
            .collect();
        let pages = passes.iter().map(|pass| (pass.info().id, pass.info().page)).collect();
        Self { known, pages }
    }

    /// Whether there is a pass or decision of that name; else what to say, and what to do.
    pub(crate) fn check(&self, name: &str) -> Result<(), (String, String)> {
        if self.known.contains(&name) {
            return Ok(());
        }
        let message = format!("there is no pass or decision `{name}`");
        let near = self.meant(name).or_else(|| nearest(name, self.known.iter().copied()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`dockfit passes` lists them".to_owned(),
        };
        Err((message, help))
    }
}

impl Names {
    /// The pass that has a word of `name` in its own and speaks most of the others on its page: what is `pip-caches` to the
    /// user is a part of `package-caches`.
    fn meant(&self, name: &str) -> Option<&'static str> {
        let words =
            |name: &str| -> Vec<String> { name.split(['-', '/', '_']).map(str::to_lowercase).collect() };
        let wanted = words(name);
        let spoken = |(id, page): &(&'static str, &'static str)| {
            let own = words(id);
            let others: Vec<&String> = wanted.iter().filter(|word| !own.contains(word)).collect();
            let on_page = |word: &&String| {
                let of_page = page.split(|char: char| !char.is_alphanumeric());
                of_page.filter(|found| found.eq_ignore_ascii_case(word)).count()
            };
            let counts: Vec<usize> = others.iter().map(on_page).collect();
            let shares = others.len() < wanted.len() && counts.iter().all(|count| *count > 0);
            (shares && !others.is_empty()).then(|| (counts.iter().sum::<usize>(), *id))
        };
        self.pages.iter().filter_map(spoken).max().map(|(_, id)| id)
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
