//! Compiled programs: which image holds what they need.

use dockfit_dockerfile::model::{Base, Origin, Stage, Taker, Value};
use dockfit_dockerfile::operation::{CommandLine, Operation};
use dockfit_dockerfile::values::path::clean;
use dockfit_dockerfile::values::reference::ImageReference;

use super::command;
use super::table::{self, Image};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;

/// Systems on which people run compiled programs, by the familiar names of their images.
const SYSTEMS: &[&str] = &["alpine", "debian", "ubuntu", "busybox", "bitnami/minideb"];

/// Whether the image is a system and nothing more.
pub(super) fn is_system(image: &ImageReference) -> bool {
    SYSTEMS.contains(&image.familiar_name().as_str())
}

/// The image for the program that `stage` starts, if another stage compiles it; why it is not known, if so.
pub(super) fn image(file: &File<'_>, stage: &Stage) -> Option<Result<&'static Image, Refusal>> {
    let program = program(file, stage)?;
    let model = file.dockerfile.model();
    let document = file.dockerfile.document();
    let take = stage.takes.iter().find(|take| {
        let Taker::Instruction(index) = take.by else { return false };
        let Some(copied) = model.copied(document, index) else { return false };
        let Some(destination) = copied.destination.as_known() else { return false };
        let folder = clean(destination);
        let names = copied.sources.iter().filter_map(|source| match source {
            dockfit_dockerfile::model::CopiedSource::Path(Value::Known(path)) => {
                path.rsplit('/').find(|part| !part.is_empty()).map(str::to_owned)
            }
            _ => None,
        });
        folder == program || names.into_iter().any(|name| clean(&format!("{folder}/{name}")) == program)
    })?;
    let Origin::Stage(from) = &take.from else { return None };
    let builder = model.lineage(*from).last()?;
    let Base::Image(compiler) = &builder.base else { return None };
    let texts: Vec<String> = model
        .lineage(*from)
        .flat_map(|stage| stage.instructions.clone())
        .filter_map(|index| Some(document.text(document.instructions().get(index)?.span).into_owned()))
        .collect();
    let text = texts.join("\n");
    let alpine = compiler.tag.as_deref().is_some_and(|tag| tag.contains("alpine"));
    let image = match compiler.familiar_name().as_str() {
        "golang" => go(&text, alpine),
        "rust" => rust(&text, alpine),
        _ => return None,
    };
    Some(image.and_then(|name| {
        table::image(name).ok_or_else(|| Refusal::new("no-image", "there is no such image", "keep the base"))
    }))
}

/// The path of the program that the stage starts.
fn program(file: &File<'_>, stage: &Stage) -> Option<String> {
    let model = file.dockerfile.model();
    let line = |wanted: fn(&Operation) -> Option<&CommandLine>| {
        stage.instructions.clone().rev().find_map(|index| Some((index, wanted(model.operation(index)?)?)))
    };
    let entrypoint = line(|operation| match operation {
        Operation::Entrypoint(line) => Some(line),
        _ => None,
    });
    let cmd = line(|operation| match operation {
        Operation::Cmd(line) => Some(line),
        _ => None,
    });
    let (index, line) = entrypoint.or(cmd)?;
    let words = command::direct(line, "").ok()?.words;
    let word = words.first()?;
    if word.starts_with('/') {
        return Some(clean(word));
    }
    if word.contains('/') {
        let folder = model.state(index)?.current_dir();
        return Some(clean(&format!("{}/{word}", folder.as_known()?)));
    }
    // By its name it lies in a folder of PATH.
    stage.takes.iter().find_map(|take| {
        let Taker::Instruction(index) = take.by else { return None };
        let destination = model.copied(file.dockerfile.document(), index)?.destination;
        let destination = clean(destination.as_known()?);
        let folders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];
        let fits =
            folders.iter().any(|folder| destination == format!("{folder}/{word}") || destination == *folder);
        fits.then(|| {
            if destination.ends_with(word.as_str()) { destination } else { format!("{destination}/{word}") }
        })
    })
}

/// What a Go program needs: nothing, or the C library of the system that it was linked on.
///
/// Source: `cmd/cgo`: cgo is on where a C compiler is found, unless `CGO_ENABLED=0`; golang images on Alpine have none.
fn go(text: &str, alpine: bool) -> Result<&'static str, Refusal> {
    let off = text.contains("CGO_ENABLED=0") || text.contains("CGO_ENABLED 0");
    let has_compiler =
        ["gcc", "build-base", "musl-dev", "CGO_ENABLED=1"].iter().any(|word| text.contains(word));
    match (off, alpine, has_compiler) {
        (true, ..) | (false, true, false) => Ok("static"),
        (false, true, true) => Err(Refusal::new(
            "other-libc",
            "the program is linked with Alpine's C library (musl), distroless images have Debian's",
            "build with CGO_ENABLED=0, or on the image without -alpine",
        )),
        (false, false, _) => libraries(text).map(|()| "base"),
    }
}

/// What a Rust program needs: nothing on musl, which it is linked with statically; else C and C++ libraries.
fn rust(text: &str, alpine: bool) -> Result<&'static str, Refusal> {
    if text.contains("-linux-musl") || (alpine && !text.contains("-crt-static")) {
        return Ok("static");
    }
    if alpine {
        return Err(Refusal::new(
            "other-libc",
            "the program is linked with Alpine's C library (musl), distroless images have Debian's",
            "link it statically, or build on the image without -alpine",
        ));
    }
    libraries(text).map(|()| "cc")
}

/// Refuses programs that may be linked with libraries that no image has.
fn libraries(text: &str) -> Result<(), Refusal> {
    const HELD: &[&str] = &["libssl-dev", "libc6-dev", "zlib1g-dev", "libstdc++-dev"];
    let named = text
        .split(|char: char| char.is_whitespace() || ";&\\".contains(char))
        .find(|word| word.starts_with("lib") && word.ends_with("-dev") && !HELD.contains(word));
    match named {
        None => Ok(()),
        Some(package) => Err(Refusal::new(
            "library-missing",
            format!("the program is built with `{package}`, whose library no distroless image holds"),
            "link it statically, or keep the base",
        )),
    }
}
