//! Which distroless image fits the image that a stage is built on.

use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_rewrite::Interpreter;

use super::libraries;
use super::table::{self, Image, Language};
use crate::cache_mounts::Refusal;

/// What the tag of an official image says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Tagged<'t> {
    /// The version, as far as the tag has it: `3.13`, `22.11.0`.
    pub(super) version: &'t str,
    /// The system that it is built on.
    pub(super) system: System,
    /// Whether it is the small variant.
    pub(super) slim: bool,
}

impl Tagged<'_> {
    /// The release of Debian that it is built on.
    pub(super) fn release(&self) -> Option<u32> {
        match self.system {
            System::Debian(release) => Some(release),
            _ => None,
        }
    }
}

/// The system of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum System {
    /// Debian, of this release; the default of the image where its tag names none.
    Debian(u32),
    /// Ubuntu.
    Ubuntu,
    /// Alpine, with another C library.
    Alpine,
    /// Something else, by its name.
    Other,
}

/// The names of releases in tags: `docker-library/official-images`, 2026-11-24.
const SYSTEMS: &[(&str, System)] = &[
    ("trixie", System::Debian(13)),
    ("bookworm", System::Debian(12)),
    ("bullseye", System::Debian(11)),
    ("buster", System::Debian(10)),
    ("noble", System::Ubuntu),
    ("jammy", System::Ubuntu),
    ("focal", System::Ubuntu),
];

/// Official images of a language, by their familiar names, with the system that they are built on where a tag names none.
///
/// Sources: the images' pages, 2026-11-24.
const OFFICIAL: &[(&str, Kind, System)] = &[
    ("python", Kind::Python, System::Debian(13)),
    ("node", Kind::Node, System::Debian(12)),
    ("eclipse-temurin", Kind::Java, System::Ubuntu),
    ("openjdk", Kind::Java, System::Debian(12)),
    ("amazoncorretto", Kind::Java, System::Other),
];

/// The kind of language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Python,
    Node,
    Java,
    /// A program that was compiled for the machine.
    Binary,
}

impl Kind {
    /// Its name, for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "Node",
            Self::Java => "Java",
            Self::Binary => "a compiled program",
        }
    }
}

/// The language of an image, if it is an official one of a language.
pub(super) fn kind(image: &ImageReference) -> Option<Kind> {
    let name = image.familiar_name();
    OFFICIAL.iter().find(|(official, ..)| *official == name).map(|(_, kind, _)| *kind)
}

/// What a tag of an official image says; nothing where it is not read.
pub(super) fn tagged(image: &ImageReference) -> Option<Tagged<'_>> {
    let name = image.familiar_name();
    let (_, _, default) = OFFICIAL.iter().find(|(official, ..)| *official == name)?;
    let mut parts = image.tag.as_deref()?.split('-');
    let version = parts.next()?;
    if !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'_') {
        return None;
    }
    let mut found = Tagged { version, system: *default, slim: false };
    for part in parts {
        match part {
            "slim" => found.slim = true,
            "jre" | "jdk" | "headless" | "al2023" => {}
            _ if part.starts_with("alpine") => found.system = System::Alpine,
            _ => found.system = SYSTEMS.iter().find(|(name, _)| *name == part)?.1,
        }
    }
    Some(found)
}

/// The version, as far as it decides what runs: minor of Python, major of the others.
pub(super) fn version(kind: Kind, tagged: &Tagged<'_>) -> String {
    let parts = if kind == Kind::Python { 2 } else { 1 };
    tagged.version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

/// The distroless image with the language and version of `tagged`, or to which these are brought; why there is none, and
/// what would fit.
pub(super) fn fitting(
    kind: Kind,
    tagged: &Tagged<'_>,
    interpreter: Interpreter,
) -> Result<&'static Image, Refusal> {
    let wanted = version(kind, tagged);
    let versions: Vec<(&'static Image, &'static str)> = table::IMAGES
        .iter()
        .filter_map(|image| match (kind, image.language) {
            (Kind::Python, Language::Python(version))
            | (Kind::Node, Language::Node(version))
            | (Kind::Java, Language::Java(version)) => Some((image, version)),
            _ => None,
        })
        .collect();
    if kind == Kind::Python && !wanted.contains('.') {
        let text = format!("`{wanted}` leaves open which minor version of Python the image has");
        return Err(Refusal::new("version-open", text, "name the minor version in FROM"));
    }
    if kind == Kind::Python && interpreter == Interpreter::Copied {
        return copied(&wanted, tagged);
    }
    if let Some((image, _)) = versions.iter().find(|(_, version)| *version == wanted) {
        return Ok(image);
    }
    let known: Vec<String> =
        versions.iter().map(|(image, version)| format!("{version} ({})", image.reference(""))).collect();
    let text = format!("there is no distroless image with {} {wanted}", kind.name());
    let own = match kind {
        Kind::Python if table::copied(&wanted).is_some() => {
            "`interpreter = \"copied\"` in the configuration brings the base's own Python along; or "
        }
        _ => "",
    };
    let way_out = format!(
        "{own}there are images with {}: move the application to one of these versions first, or keep a slim base",
        known.join(", ")
    );
    Err(Refusal::new("no-such-version", text, way_out))
}

/// The image that the Python of `tagged` is brought to.
fn copied(minor: &str, tagged: &Tagged<'_>) -> Result<&'static Image, Refusal> {
    let refuse = |text: String, way_out: &str| Err(Refusal::new("cannot-copy", text, way_out));
    let Some(image) = table::copied(minor) else {
        let text = format!("it is not known what Python {minor} of official images links to");
        return refuse(text, "move the application to a Python that is supported");
    };
    if !matches!(tagged.system, System::Debian(_)) {
        return Ok(image);
    }
    if !libraries::is_read(tagged.release()) {
        let text = format!("what Python {minor} links to is known of Debian 12 and 13");
        return refuse(text, "build on one of these releases");
    }
    let patch = tagged.version.split('.').nth(2).and_then(|patch| patch.parse::<u32>().ok());
    let first = table::FIRST_LINKED.iter().find(|(of, _)| *of == minor).map(|(_, first)| *first);
    match (patch, first) {
        (Some(patch), Some(first)) if patch < first => refuse(
            format!(
                "Python {} of official images finds its own library by the cache of the loader alone",
                tagged.version
            ),
            &format!("name {minor}.{first} or later in FROM, or {minor} alone"),
        ),
        _ => Ok(image),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Option<(String, System, bool)> {
        let image = ImageReference::parse(name).expect("a reference");
        tagged(&image).map(|tagged| (tagged.version.to_owned(), tagged.system, tagged.slim))
    }

    #[test]
    fn tags_tell_version_and_system() {
        assert_eq!(told("python:3.13-slim"), Some(("3.13".to_owned(), System::Debian(13), true)));
        assert_eq!(
            told("python:3.13.1-slim-bookworm"),
            Some(("3.13.1".to_owned(), System::Debian(12), true))
        );
        assert_eq!(told("node:22-alpine3.20"), Some(("22".to_owned(), System::Alpine, false)));
        assert_eq!(told("eclipse-temurin:21-jre-jammy"), Some(("21".to_owned(), System::Ubuntu, false)));
        for unread in ["python", "python:slim", "python:3.14-rc-slim", "node:lts", "debian:12"] {
            assert_eq!(told(unread), None, "{unread}");
        }
    }

    #[test]
    fn the_version_decides() {
        let fits = |kind, name: &str| {
            let image = ImageReference::parse(name).expect("a reference");
            fitting(kind, &tagged(&image).expect("a tag"), Interpreter::OfImage)
                .map(|image| image.name)
                .map_err(|refusal| refusal.code)
        };
        assert_eq!(fits(Kind::Python, "python:3.13.9"), Ok("python3"));
        assert_eq!(fits(Kind::Python, "python:3.12"), Err("no-such-version"));
        assert_eq!(fits(Kind::Python, "python:3"), Err("version-open"));
        assert_eq!(fits(Kind::Node, "node:24.1-slim"), Ok("nodejs24"));
        assert_eq!(fits(Kind::Node, "node:20"), Err("no-such-version"));
        assert_eq!(fits(Kind::Java, "eclipse-temurin:21.0.5_11-jre"), Ok("java21"));
    }

    #[test]
    fn an_interpreter_is_brought_where_it_finds_its_libraries() {
        let fits = |name: &str| {
            let image = ImageReference::parse(name).expect("a reference");
            let tagged = tagged(&image).expect("a tag");
            fitting(Kind::Python, &tagged, Interpreter::Copied)
                .map(|image| (image.reference(""), image.programs[0]))
                .map_err(|refusal| refusal.code)
        };
        let cc = |program| Ok(("gcr.io/distroless/cc-debian13".to_owned(), program));
        assert_eq!(fits("python:3.12-slim"), cc("/usr/local/bin/python3.12"));
        assert_eq!(fits("python:3.11.2-slim-bookworm"), cc("/usr/local/bin/python3.11"));
        assert_eq!(fits("python:3.13"), cc("/usr/local/bin/python3.13"));
        for refused in ["python:3.7-slim", "python:3.11.1-slim", "python:3.12-slim-bullseye", "python:3.20"] {
            assert_eq!(fits(refused), Err("cannot-copy"), "{refused}");
        }
    }
}
