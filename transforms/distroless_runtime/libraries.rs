//! Shared libraries of Debian packages that an image does not hold, and that can be carried over.

use std::ops::Range;

use dockfit_dockerfile::Span;
use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_rewrite::surgery;
use dockfit_rewrite::{Edit, EditSet};

use super::scene::{PROBES, Scene};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// Packages that are their shared libraries and nothing more, with the names by which programs link to them. Packages that
/// load plugins or read files of their own (`libmariadb3`, `libmagic1`, `libgl1`, `libcairo2`, `libodbc2`) are left out, and
/// so are those whose links are made when they are set up (`libopenblas0`).
///
/// Source: the lists of files of the packages in Debian 12 and 13, amd64, read on 2026-11-24. Where a name ends in `t64` in
/// Debian 13, the ending is left out here.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("libatomic1", &["libatomic.so.1"]),
    ("libcurl4", &["libcurl.so.4"]),
    ("libev4", &["libev.so.4"]),
    ("libevent-2.1-7", &["libevent-2.1.so.7"]),
    ("libfreetype6", &["libfreetype.so.6"]),
    ("libgeos-c1", &["libgeos_c.so.1"]),
    ("libgeos-c1v5", &["libgeos_c.so.1"]),
    ("libgfortran5", &["libgfortran.so.5"]),
    (
        "libglib2.0-0",
        &[
            "libgio-2.0.so.0",
            "libglib-2.0.so.0",
            "libgmodule-2.0.so.0",
            "libgobject-2.0.so.0",
            "libgthread-2.0.so.0",
        ],
    ),
    ("libgmp10", &["libgmp.so.10"]),
    ("libjemalloc2", &["libjemalloc.so.2"]),
    ("libjpeg62-turbo", &["libjpeg.so.62"]),
    ("liblcms2-2", &["liblcms2.so.2"]),
    ("liblz4-1", &["liblz4.so.1"]),
    ("libmemcached11", &["libmemcached.so.11"]),
    ("libnuma1", &["libnuma.so.1"]),
    ("libopenjp2-7", &["libopenjp2.so.7"]),
    ("libpcre2-8-0", &["libpcre2-8.so.0"]),
    ("libpng16-16", &["libpng16.so.16"]),
    ("libpq5", &["libpq.so.5"]),
    ("libquadmath0", &["libquadmath.so.0"]),
    ("librdkafka1", &["librdkafka.so.1"]),
    ("libsm6", &["libSM.so.6"]),
    ("libsnappy1v5", &["libsnappy.so.1"]),
    ("libsndfile1", &["libsndfile.so.1"]),
    ("libsodium23", &["libsodium.so.23"]),
    ("libtiff6", &["libtiff.so.6"]),
    ("libuv1", &["libuv.so.1"]),
    ("libwebp7", &["libwebp.so.7"]),
    ("libwebpdemux2", &["libwebpdemux.so.2"]),
    ("libwebpmux3", &["libwebpmux.so.3"]),
    ("libxcb1", &["libxcb.so.1"]),
    ("libxext6", &["libXext.so.6"]),
    ("libxml2", &["libxml2.so.2"]),
    ("libxrender1", &["libXrender.so.1"]),
    ("libxslt1.1", &["libexslt.so.0", "libxslt.so.1"]),
    ("libyaml-0-2", &["libyaml-0.so.2"]),
    ("libzmq5", &["libzmq.so.5"]),
];

/// The releases of Debian whose lists of files were read.
const RELEASES: Range<u32> = 12..14;

/// The names by which programs link to the libraries of a package, if it is nothing more than these.
pub(super) fn of_package(package: &str) -> Option<&'static [&'static str]> {
    let stem = package.strip_suffix("t64").unwrap_or(package);
    LIBRARIES.iter().find(|(name, _)| *name == stem).map(|(_, libraries)| *libraries)
}

/// A package that is its shared libraries and nothing more, by its name in the table.
pub(super) fn named(package: &str) -> Option<&'static str> {
    let stem = package.strip_suffix("t64").unwrap_or(package);
    LIBRARIES.iter().find(|(name, _)| *name == stem).map(|(name, _)| *name)
}

/// Whether libraries of that release can be carried over.
pub(super) fn is_read(release: Option<u32>) -> bool {
    release.is_some_and(|release| RELEASES.contains(&release))
}

/// The release of an image of Debian that its tag names.
pub(super) fn release(image: &ImageReference) -> Option<u32> {
    let tag = image.tag.as_deref().filter(|_| image.familiar_name() == "debian")?;
    match tag.split(['-', '.']).next()? {
        "bookworm" | "12" => Some(12),
        "trixie" | "13" => Some(13),
        _ => None,
    }
}

/// What is carried over.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// The packages, for people.
    pub(super) packages: Vec<String>,
    /// The names of the libraries.
    pub(super) libraries: Vec<&'static str>,
    /// The RUNs that install them, and those before that tell apt how, in their order.
    pub(super) runs: Vec<usize>,
    /// Whether the stage that builds has libraries among them.
    pub(super) of_builder: bool,
}

/// What of the stage's packages has to be carried over; refused where that cannot be done.
pub(super) fn carried(scene: &Scene<'_>, steps: &Steps<'_>) -> Result<Carried, Refusal> {
    let mut carried = Carried::default();
    for (package, run) in &scene.effects.packages {
        if scene.image.holds(package) || PROBES.contains(&package.as_str()) {
            continue;
        }
        let line = scene.document().line_of(*run);
        let image = scene.image.reference("");
        let missing = format!("line {line}: the stage installs `{package}`, which `{image}` does not hold");
        let Some(libraries) = of_package(package).filter(|_| scene.image.holds("libc6")) else {
            let way_out = format!("if nothing needs {package} at run time, take it out; else keep the base");
            return Err(Refusal::new("package-missing", missing, way_out));
        };
        if !is_read(scene.old.release) {
            let text = format!("{missing}; what it holds is known of Debian 12 and 13");
            return Err(Refusal::new("package-missing", text, "build on one of these releases"));
        }
        if let Err(why) = can_move(scene, steps, *run) {
            let text = format!("{missing}; {why}");
            let way_out = format!("install {package} in a RUN of its own, by `apt-get install` alone");
            return Err(Refusal::new("package-missing", text, way_out));
        }
        carried.packages.push(package.clone());
        carried.libraries.extend(libraries);
        if !carried.runs.contains(run) {
            carried.runs.push(*run);
        }
    }
    for package in scene.linked.iter().filter(|package| !scene.image.holds(package)) {
        if let Some(why) = unfit(scene) {
            let text = format!("what the stage installs may link to `{package}`, {why}");
            let way_out = "install in a stage of its own, and the library in the one that runs";
            return Err(Refusal::new("package-missing", text, way_out));
        }
        carried.of_builder = true;
        if !carried.packages.iter().any(|known| known == package) {
            carried.packages.push((*package).to_owned());
        }
        carried.libraries.extend(of_package(package).unwrap_or_default());
    }
    carried.libraries.sort_unstable();
    carried.libraries.dedup();
    if let Some(last) = carried.runs.last().copied() {
        // What says how apt installs comes along.
        let of_apt = scene.effects.only_packages.iter().filter(|run| {
            **run < last && !scene.effects.packages.iter().any(|(_, installs)| installs == *run)
        });
        carried.runs.extend(of_apt);
        carried.runs.sort_unstable();
    }
    Ok(carried)
}

/// Why libraries of the stage that builds cannot come along, if so.
fn unfit(scene: &Scene<'_>) -> Option<&'static str> {
    if scene.image.is_copied {
        return Some("and the stage that the interpreter is copied from has none of what was installed");
    }
    (!is_read(scene.old.release)).then_some("and what that holds is known of Debian 12 and 13")
}

/// Whether a RUN can stand in a stage of its own.
fn can_move(scene: &Scene<'_>, steps: &Steps<'_>, run: usize) -> Result<(), &'static str> {
    let step = steps.at(run).ok_or("the RUN is not read")?;
    if !scene.effects.only_packages.contains(&run) {
        return Err("the RUN does other things as well");
    }
    if !scene.shells.is_empty() || step.exec_form().is_some() {
        return Err("the RUN goes by a shell of its own");
    }
    if scene.users.iter().any(|user| *user < run) {
        return Err("a USER stands before the RUN");
    }
    if step.instruction.text.as_str().contains('$') {
        return Err("the RUN goes by variables");
    }
    Ok(())
}

/// The text of a RUN with its comments, without the programs that only a health check asked with.
pub(super) fn moved_text(scene: &Scene<'_>, steps: &Steps<'_>, run: usize) -> Option<String> {
    let document = scene.document();
    let step: &Step<'_> = steps.at(run)?;
    let start = document.comments_above(run).start;
    let is_probe = |value: &str| PROBES.contains(&value.split(['=', '/', ':']).next().unwrap_or_default());
    let mut ranges = Vec::new();
    for call in step.calls() {
        for arg in call.args.iter().filter(|arg| arg.value.as_deref().is_some_and(is_probe)) {
            ranges.push(arg.range().ok()?);
        }
    }
    let mut edits = vec![Edit::delete(Span::new(0, start))];
    let end = step.instruction.span.end;
    edits.push(Edit::delete(Span::new(end, document.source().len())));
    if !ranges.is_empty() {
        edits.extend(surgery::delete(document, step.instruction, step.text()?, &ranges).ok()?);
    }
    edits.retain(|edit| !edit.span.is_empty());
    let text = EditSet::new(edits).ok()?.apply(document.source());
    let mut text = String::from_utf8(text).ok()?;
    if !text.ends_with('\n') {
        text.push_str(document.line_end());
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_found_under_both_names() {
        assert_eq!(of_package("libpq5"), Some(&["libpq.so.5"][..]));
        assert_eq!(of_package("libpng16-16t64"), of_package("libpng16-16"));
        assert_eq!(of_package("libmariadb3"), None);
    }

    #[test]
    fn the_table_is_sorted_and_names_each_package_once() {
        let names: Vec<&str> = LIBRARIES.iter().map(|(name, _)| *name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
