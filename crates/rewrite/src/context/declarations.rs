//! All that a file declares to build, with its places: for who was given that file.

use super::build::{Kind, LONGEST, kind};
use super::{Build, ComposeFile, InlineDockerfile, bake, workflow};
use crate::RelPath;

/// What a file builds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Declarations {
    /// Dockerfiles of the repository, with the line that says so, from 1.
    pub builds: Vec<(Build, usize)>,
    /// Dockerfiles that stand in the file itself.
    pub inline: Vec<InlineDockerfile>,
    /// What is built from elsewhere.
    pub elsewhere: Vec<Elsewhere>,
}

/// A build that is not one of a Dockerfile in the repository, as far as can be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elsewhere {
    /// The service that is built.
    pub name: String,
    /// The line that says so, from 1.
    pub line: usize,
}

/// What a file declares to build; none where it is no such file, or cannot be read as one.
pub fn declarations_in(path: &RelPath, bytes: &[u8]) -> Option<Declarations> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= LONGEST)?;
    match kind(path)? {
        Kind::Compose => {
            let file = ComposeFile::read(path, bytes)?;
            let elsewhere = file.builds_elsewhere().map(|(name, line)| Elsewhere { name, line });
            Some(Declarations {
                builds: file.builds().collect(),
                inline: file.inline_dockerfiles(),
                elsewhere: elsewhere.collect(),
            })
        }
        Kind::Bake => {
            let builds = bake::named_builds(path, text).into_iter();
            let builds = builds.map(|(name, build)| (build, line_of(text, &name))).collect();
            Some(Declarations { builds, ..Declarations::default() })
        }
        Kind::Workflow => {
            let builds = workflow::builds(path, text).into_iter();
            let builds = builds.map(|found| (found.build, found.line)).collect();
            Some(Declarations { builds, ..Declarations::default() })
        }
    }
}

/// The first line that has a target's name in quotes, as both forms of bake files write it.
fn line_of(text: &str, name: &str) -> usize {
    let quoted = format!("\"{name}\"");
    let is_named = |line: &str| line.contains(&quoted) && line.contains(['{', ':']) && !line.contains('[');
    text.lines().position(is_named).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(path: &str, text: &str) -> Declarations {
        declarations_in(&RelPath::new(path).expect("a path"), text.as_bytes()).expect("such a file")
    }

    #[test]
    fn each_kind_of_file_says_where_it_builds() {
        let hcl = "group \"default\" {\n  targets = [\"app\"]\n}\ntarget \"app\" {\n  dockerfile = \"a.Dockerfile\"\n}\n";
        let found = declared("docker-bake.hcl", hcl).builds;
        assert_eq!((found[0].0.dockerfile.as_str(), found[0].1), ("a.Dockerfile", 4));
        let json = "{\"target\": {\n  \"app\": {\"context\": \"x\"}\n}}";
        let found = declared("docker-bake.json", json).builds;
        assert_eq!((found[0].0.dockerfile.as_str(), found[0].1), ("x/Dockerfile", 2));
        let workflow = "jobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {file: b/Dockerfile}\n";
        let found = declared(".github/workflows/a.yml", workflow).builds;
        assert_eq!((found[0].0.dockerfile.as_str(), found[0].1), ("b/Dockerfile", 5));
        let path = RelPath::new("Dockerfile").expect("a path");
        assert!(declarations_in(&path, b"FROM a\n").is_none());
    }
}
