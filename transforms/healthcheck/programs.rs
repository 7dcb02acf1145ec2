//! Which programs base images have, as far as probes need them.

use dockfit_dockerfile::model::{Base, Model};
use dockfit_dockerfile::values::reference::ImageReference;

/// A row: an image, and which of the programs it has. The first that fits counts.
struct Row {
    /// Repository in full; a `*` at the end stands for anything.
    repository: &'static str,
    /// What the tag contains.
    tag: &'static str,
    has: &'static [&'static str],
}

const fn row(repository: &'static str, tag: &'static str, has: &'static [&'static str]) -> Row {
    Row { repository, tag, has }
}

const CURL: &str = "curl";
const WGET: &str = "wget";
const SHELL: &str = "sh";
const PYTHON: &str = "python";

/// The programs that this table knows of.
pub(super) const KNOWN: &[&str] = &[CURL, WGET];

/// Source: docker-library/buildpack-deps `Dockerfile-curl.template` (curl and wget, on which the full images of languages
/// build); busybox in Alpine has wget; docker-library/python `Dockerfile-linux.template` and nodejs/docker-node: curl and
/// wget are removed again or never there in slim and Alpine images; debian and ubuntu: the images' package lists in
/// docker-library/repo-info; `GoogleContainerTools/distroless` README (debug images have busybox). 2026-11-24.
const ROWS: &[Row] = &[
    row("docker.io/library/python", "windowsservercore", &[PYTHON, CURL, SHELL]),
    row("docker.io/library/python", "alpine", &[PYTHON, WGET, SHELL]),
    row("docker.io/library/python", "slim", &[PYTHON, SHELL]),
    row("docker.io/library/python", "", &[PYTHON, CURL, WGET, SHELL]),
    row("docker.io/library/node", "alpine", &[WGET, SHELL]),
    row("docker.io/library/node", "slim", &[SHELL]),
    row("docker.io/library/node", "", &[CURL, WGET, SHELL]),
    row("docker.io/library/ruby", "alpine", &[WGET, SHELL]),
    row("docker.io/library/ruby", "slim", &[SHELL]),
    row("docker.io/library/alpine", "", &[WGET, SHELL]),
    row("docker.io/library/debian", "", &[SHELL]),
    row("docker.io/library/ubuntu", "", &[SHELL]),
    row("gcr.io/distroless/python3*", "debug", &[PYTHON, WGET, SHELL]),
    row("gcr.io/distroless/python3*", "", &[PYTHON]),
    row("gcr.io/distroless/*", "debug", &[WGET, SHELL]),
    row("gcr.io/distroless/*", "", &[]),
];

/// What is known of the image below a stage.
#[derive(Clone, Copy)]
pub(super) struct Image<'m> {
    /// Its name; nothing for `scratch`.
    reference: Option<&'m ImageReference>,
    has: &'static [&'static str],
}

impl<'m> Image<'m> {
    /// The image that `stage` builds on in the end, if the table has it.
    pub(super) fn below(model: &'m Model, stage: usize) -> Option<Self> {
        match &model.lineage(stage).last()?.base {
            Base::Scratch => Some(Self { reference: None, has: &[] }),
            Base::Image(reference) => {
                let repository = format!("{}/{}", reference.domain, reference.path);
                let tag = reference.effective_tag().unwrap_or_default();
                let fits = |row: &&Row| match row.repository.strip_suffix('*') {
                    Some(start) => repository.starts_with(start) && tag.contains(row.tag),
                    None => repository == row.repository && tag.contains(row.tag),
                };
                let row = ROWS.iter().find(fits)?;
                Some(Self { reference: Some(reference), has: row.has })
            }
            Base::Stage(_) | Base::Context(_) | Base::Invalid => None,
        }
    }

    /// Its name, for people.
    pub(super) fn name(&self) -> String {
        self.reference.map_or_else(|| "scratch".to_owned(), ImageReference::familiar)
    }

    pub(super) fn has(&self, program: &str) -> bool {
        self.has.contains(&program)
    }

    pub(super) fn has_python(&self) -> bool {
        self.has(PYTHON)
    }

    pub(super) fn has_shell(&self) -> bool {
        self.has(SHELL)
    }
}
