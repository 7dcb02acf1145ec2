//! Which files of a context an instruction copies, and which layers are made anew when one of them changes.

use std::collections::BTreeMap;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, CopiedSource, Origin, Taker};
use dockfit_dockerfile::operation::{MountKind, Operation};
use dockfit_dockerfile::values;

use super::parents;
use crate::Dockerfile;

/// A file of the context in an image.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CopiedFile {
    /// Its path in the context.
    pub source: String,
    /// Its absolute path in the image.
    pub target: String,
    /// What remains of its path below the destination: folders and name.
    pub below: String,
}

/// What an instruction takes from the context.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// Nothing: it copies nothing, or not from the context.
    Nothing,
    /// These files.
    Files(Vec<CopiedFile>),
    /// Something, but it cannot be told what or where to; why.
    Unknown(&'static str),
}

/// The suffixes of archives that ADD unpacks (Dockerfile reference, ADD: tar, alone or with gzip, bzip2, xz, zstd).
const ARCHIVES: &[&str] = &[".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst"];

/// What the COPY or ADD with this index takes from a context of these `files` (in order).
pub fn taken(dockerfile: &Dockerfile, instruction: usize, files: &[String]) -> Taken {
    let model = dockerfile.model();
    let is_add = matches!(model.operation(instruction), Some(Operation::Add(_)));
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(instruction) else {
        return Taken::Nothing;
    };
    if copy.from.is_some() {
        return Taken::Nothing;
    }
    if !copy.exclude.is_empty() {
        return Taken::Unknown("--exclude chooses the files");
    }
    let Some(copied) = model.copied(dockerfile.document(), instruction) else {
        return Taken::Unknown("its words cannot be expanded");
    };
    let mut sources = Vec::new();
    for source in &copied.sources {
        match source {
            CopiedSource::Path(value) => match value.as_known() {
                Some(path) => sources.push(path),
                None => return Taken::Unknown("a variable names what it copies"),
            },
            CopiedSource::Remote(_) | CopiedSource::Text { .. } => {}
        }
    }
    if sources.is_empty() {
        return Taken::Nothing;
    }
    let Some(destination) = copied.destination.as_known() else {
        return Taken::Unknown("a variable names where it copies to");
    };
    let state = model.state(instruction);
    let current = state.map(dockfit_dockerfile::model::State::current_dir);
    let is_folder = destination.ends_with('/')
        || destination.ends_with("/.")
        || copied.sources.len() > 1
        || current.as_ref().and_then(|dir| dir.as_known()).is_some_and(|dir| is_in(dir, destination));
    let folder = clean(destination);
    let mut found = Vec::new();
    for source in sources {
        if copy.parents {
            let Some(named) = parents::named(source, files) else {
                return Taken::Unknown("--parents chooses the files");
            };
            found.extend(named.into_iter().map(|(file, below)| CopiedFile {
                source: file.to_owned(),
                target: join(&folder, below),
                below: below.to_owned(),
            }));
            continue;
        }
        for (file, below) in matching(source, files) {
            let alone = below.is_empty();
            if is_add && alone && ARCHIVES.iter().any(|suffix| file.ends_with(suffix)) {
                return Taken::Unknown("it unpacks an archive");
            }
            let name = file.rsplit('/').next().unwrap_or(file);
            let (target, below) = match (alone, is_folder) {
                (true, true) => (join(&folder, name), name),
                (true, false) => (folder.clone(), name),
                (false, _) => (join(&folder, below), below),
            };
            found.push(CopiedFile { source: file.to_owned(), target, below: below.to_owned() });
        }
    }
    Taken::Files(found)
}

/// What the bind mounts of the RUN with this index show of the context.
pub fn mounted(dockerfile: &Dockerfile, instruction: usize, files: &[String]) -> Taken {
    let model = dockerfile.model();
    let mounts = model.mounts(instruction);
    if mounts.iter().any(Option::is_none) {
        return Taken::Unknown("a mount depends on a variable");
    }
    let of_context = |mount: &&dockfit_dockerfile::operation::Mount| {
        mount.kind == MountKind::Bind && mount.from.as_deref().is_none_or(str::is_empty)
    };
    let mut found = Vec::new();
    let mut any = false;
    for mount in mounts.iter().flatten().filter(of_context) {
        any = true;
        let current = model.state(instruction).map(dockfit_dockerfile::model::State::current_dir);
        let current = current.as_ref().and_then(|dir| dir.as_known()).unwrap_or("/").to_owned();
        let target = mount.target.as_deref().unwrap_or_default();
        let target = if target.starts_with('/') { clean(target) } else { clean(&join(&current, target)) };
        for (file, below) in matching(&escape(mount.source.as_deref().unwrap_or(".")), files) {
            let path = if below.is_empty() { target.clone() } else { join(&target, below) };
            let below = if below.is_empty() { file.rsplit('/').next().unwrap_or(file) } else { below };
            found.push(CopiedFile { source: file.to_owned(), target: path, below: below.to_owned() });
        }
    }
    if any { Taken::Files(found) } else { Taken::Nothing }
}

/// For each stage the first instruction that is executed anew when the file `changed` of the context changes, by the
/// engine's rules: a COPY by the content of its files, all that stands behind it, all that builds on its stage.
///
/// What cannot be told counts as executed anew; so does what is copied from a stage that is.
pub fn invalidated_by(dockerfile: &Dockerfile, files: &[String], changed: &str) -> Vec<Option<usize>> {
    let model = dockerfile.model();
    let takes = |taken: Taken| match taken {
        Taken::Nothing => false,
        Taken::Files(found) => found.iter().any(|file| file.source == changed),
        Taken::Unknown(_) => files.iter().any(|file| file == changed),
    };
    let mut first: Vec<Option<usize>> = Vec::new();
    for stage in model.stages() {
        let is_new = |other: usize| first.get(other).copied().flatten().is_some();
        let from_new: BTreeMap<usize, bool> = stage
            .takes
            .iter()
            .filter_map(|take| match (&take.from, take.by) {
                (Origin::Stage(other), Taker::Instruction(index)) => Some((index, is_new(*other))),
                _ => None,
            })
            .filter(|(_, new)| *new)
            .collect();
        let below = matches!(stage.base, Base::Stage(other) if is_new(other));
        let found = stage.instructions.clone().find(|index| {
            let keyword = dockerfile
                .document()
                .instructions()
                .get(*index)
                .map(dockfit_dockerfile::Instruction::keyword);
            match keyword {
                _ if below || from_new.contains_key(index) => true,
                Some(Keyword::Copy | Keyword::Add) => takes(taken(dockerfile, *index, files)),
                Some(Keyword::Run) => takes(mounted(dockerfile, *index, files)),
                _ => false,
            }
        });
        first.push(found.or(below.then_some(stage.from)));
    }
    first
}

/// The files that a source names, each with what remains of its path below the folder that the source names; nothing
/// remains of a file that is named itself. Mirrors buildkit `dispatchCopy`: of folders the content is copied, also of
/// those that a pattern names.
pub(super) fn matching<'f>(source: &str, files: &'f [String]) -> Vec<(&'f str, &'f str)> {
    let cleaned = clean(&format!("/{source}"));
    let parts: Vec<&str> = cleaned.split('/').filter(|part| !part.is_empty()).collect();
    files
        .iter()
        .filter_map(|file| {
            let mut rest = file.as_str();
            for part in &parts {
                let (name, behind) = rest.split_once('/').unwrap_or((rest, ""));
                if !glob(part, name) {
                    return None;
                }
                rest = behind;
            }
            Some((file.as_str(), rest))
        })
        .collect()
}

/// A path that is no pattern, as a pattern.
fn escape(path: &str) -> String {
    path.chars()
        .flat_map(|char| matches!(char, '*' | '?' | '[' | '\\').then_some('\\').into_iter().chain([char]))
        .collect()
}

/// Whether `name` matches `pattern`: Go's `filepath.Match` on one part of a path.
pub fn glob(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?', '[', '\\']) {
        return pattern == name;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match (pattern.get(at), name.get(in_name)) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((at, in_name));
                at += 1;
                continue;
            }
            (Some(_), Some(char)) => one(&pattern[at..], *char),
            _ => None,
        };
        match (step, star) {
            (Some(length), _) => {
                at += length;
                in_name += 1;
            }
            (None, Some((star_at, from))) if from < name.len() => {
                at = star_at + 1;
                in_name = from + 1;
                star = Some((star_at, from + 1));
            }
            _ => return false,
        }
    }
}

/// How much of `pattern` one character matches, if it does.
fn one(pattern: &[char], char: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == char).then_some(2),
        ['[', rest @ ..] => {
            let (negated, body) = match rest {
                ['^', body @ ..] => (true, body),
                body => (false, body),
            };
            let end = body.iter().skip(1).position(|found| *found == ']')? + 1;
            let set = &body[..end];
            let inside = set.contains(&char)
                || set.windows(3).any(|range| range[1] == '-' && (range[0]..=range[2]).contains(&char));
            (inside != negated).then_some(pattern.len() - body.len() + end + 1)
        }
        [plain, ..] => (*plain == char).then_some(1),
        [] => None,
    }
}

/// Whether `path` is `folder` or lies in it.
fn is_in(path: &str, folder: &str) -> bool {
    let (path, folder) = (clean(path), clean(folder));
    folder == "/" || path == folder || path.strip_prefix(&folder).is_some_and(|rest| rest.starts_with('/'))
}

fn join(folder: &str, path: &str) -> String {
    format!("{}/{path}", folder.trim_end_matches('/'))
}

/// An absolute path without `.`, `..` and doubled slashes.
fn clean(path: &str) -> String {
    values::path::clean(&format!("/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, RelPath};

    const FILES: &[&str] =
        &["README.md", "package-lock.json", "package.json", "src/a.js", "src/deep/b.js", "tests/a.js"];

    fn files() -> Vec<String> {
        FILES.iter().map(|file| (*file).to_owned()).collect()
    }

    fn dockerfile(text: &str) -> Dockerfile {
        Dockerfile::new(RelPath::root(), Context::Known(RelPath::root()), text.as_bytes().to_vec())
    }

    fn targets(line: &str) -> Vec<String> {
        let dockerfile = dockerfile(&format!("FROM alpine\nWORKDIR /app\n{line}\n"));
        match taken(&dockerfile, 2, &files()) {
            Taken::Files(found) => found.into_iter().map(|file| file.target).collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn files_go_where_the_engine_puts_them() {
        assert_eq!(targets("COPY package*.json ./"), ["/app/package-lock.json", "/app/package.json"]);
        assert_eq!(
            targets("COPY src lib"),
            ["/app/lib/a.js", "/app/lib/deep/b.js"],
            "the content of a folder"
        );
        assert_eq!(targets("COPY package.json /app"), ["/app/package.json"], "the folder is there");
        assert_eq!(targets("COPY package.json /etc/p.json"), ["/etc/p.json"]);
        assert_eq!(targets("COPY [\"src/a.js\", \"tests\", \"/x/\"]"), ["/x/a.js", "/x/a.js"]);
        assert_eq!(targets("COPY [rs]*/*.js ./"), ["/app/a.js"]);
        assert_eq!(targets("COPY ../src/dee? ./"), ["/app/b.js"], "the engine never leaves the context");
    }

    #[test]
    fn a_change_makes_the_stages_anew_that_need_the_file() {
        let text = "FROM alpine AS deps\nCOPY package.json ./\nRUN one\nFROM deps AS build\nCOPY src src\n\
                    RUN two\nFROM alpine\nCOPY --from=build /x /x\nFROM alpine\nRUN --mount=type=bind,target=/s x\n";
        let dockerfile = dockerfile(text);
        let anew = |changed| invalidated_by(&dockerfile, &files(), changed);
        assert_eq!(anew("package.json"), [Some(1), Some(4), Some(7), Some(9)]);
        assert_eq!(anew("src/a.js"), [None, Some(4), Some(7), Some(9)]);
        assert_eq!(anew("README.md"), [None, None, None, Some(9)]);
        assert_eq!(anew("not-there"), [None, None, None, None]);
    }
}
