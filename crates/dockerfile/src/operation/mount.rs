//! `RUN --mount`.

use std::ops::Range;

use crate::values::csv::{self, CsvError};
use crate::values::{parse_bool, size};
use crate::{RawWord, SyntaxErrorKind};

use super::Problem;

/// A `--mount` as written: its fields, values not yet expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountFlag {
    /// Key (in lower case) and value of each field.
    pub fields: Vec<(String, Option<String>)>,
    /// Where the flag stands in the instruction's text.
    pub range: Range<usize>,
}

/// What is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MountKind {
    /// Files of the context, of a stage or an image.
    #[default]
    Bind,
    /// A directory that outlives the build.
    Cache,
    /// Memory.
    Tmpfs,
    /// A secret.
    Secret,
    /// The agent's socket.
    Ssh,
}

impl MountKind {
    /// The value of `type=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Cache => "cache",
            Self::Tmpfs => "tmpfs",
            Self::Secret => "secret",
            Self::Ssh => "ssh",
        }
    }
}

/// How builds share a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// All at once.
    Shared,
    /// Each has its own.
    Private,
    /// One after another.
    Locked,
}

/// A mount, values expanded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount {
    /// What is mounted.
    pub kind: MountKind,
    /// The stage or image; else the build context (bind) or nothing.
    pub from: Option<String>,
    /// The path in it.
    pub source: Option<String>,
    /// Where it appears; relative paths count from the working directory.
    pub target: Option<String>,
    /// Whether the command cannot write to it.
    pub read_only: bool,
    /// `id` of a cache, secret or socket.
    pub id: Option<String>,
    /// `sharing` of a cache.
    pub sharing: Option<Sharing>,
    /// `required` of a secret or socket.
    pub required: bool,
    /// `size` of a tmpfs, in bytes.
    pub size: Option<u64>,
    /// `mode` of a cache, secret or socket.
    pub mode: Option<u32>,
    /// `uid` of a cache, secret or socket.
    pub uid: Option<u32>,
    /// `gid` of a cache, secret or socket.
    pub gid: Option<u32>,
    /// The variable that gets a secret.
    pub env: Option<String>,
}

const KEYS: &str = "type, from, source, target, readonly, id, sharing, required, size, mode, uid, gid, env";

impl MountFlag {
    /// Splits the fields. Mirrors the first pass of buildkit `commands_runmount.go` `parseMount`.
    pub(super) fn parse(flag: RawWord) -> Result<Self, Problem> {
        let wrong = |message: &str| Problem::new(SyntaxErrorKind::Flag, flag.range.clone(), message);
        let fields: Vec<(String, Option<String>)> = csv::fields(&flag.text)
            .map_err(|error| match error {
                CsvError::Empty => {
                    wrong("--mount needs fields").with_help("write --mount=type=cache,target=…")
                }
                CsvError::BareQuote => {
                    wrong("a quote stands inside a field of --mount").with_help("quote the whole field")
                }
                CsvError::Quote => wrong("a quoted field of --mount does not end where its quotes do"),
            })?
            .into_iter()
            .map(|field| match field.split_once('=') {
                Some((key, value)) => (key.to_lowercase(), Some(value.to_owned())),
                None => (field.to_lowercase(), None),
            })
            .collect();
        let from = fields.iter().filter(|(key, _)| key == "from").filter_map(|(_, value)| value.as_deref());
        if from.into_iter().any(|from| from.find('$').is_some_and(|at| at + 1 != from.len())) {
            return Err(wrong("variables are not expanded in `from`")
                .with_help("give the stage a name: FROM $IMAGE AS name, then from=name"));
        }
        Ok(Self { fields, range: flag.range })
    }

    /// The last value of a field, as written.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(name, _)| name == key).and_then(|(_, value)| value.as_deref())
    }

    /// The stage or image that it takes files from, as written.
    pub fn from(&self) -> Option<&str> {
        self.field("from").filter(|from| !from.is_empty())
    }

    /// The mount, with values as `expand` makes them. Mirrors the second pass of `parseMount`.
    pub(crate) fn resolve(
        &self,
        mut expand: impl FnMut(&str) -> Result<String, Problem>,
    ) -> Result<Mount, Problem> {
        let mut mount = Mount::default();
        let mut read_only = None;
        for (key, value) in &self.fields {
            let Some(value) = value else {
                match key.as_str() {
                    "readonly" | "ro" => read_only = Some(true),
                    "readwrite" | "rw" => read_only = Some(false),
                    "required" => {
                        self.only_for(mount.kind, key, &[MountKind::Secret, MountKind::Ssh])?;
                        mount.required = true;
                    }
                    _ => {
                        return Err(self
                            .wrong(format!("`{key}` needs a value"))
                            .with_help(format!("{key}=…")));
                    }
                }
                continue;
            };
            let value = expand(value)?;
            let invalid = || self.wrong(format!("`{value}` is no value of `{key}`"));
            let boolean = || parse_bool(&value).ok_or_else(|| invalid().with_help("write true or false"));
            match key.as_str() {
                "type" => mount.kind = self.kind(&value)?,
                "from" => mount.from = Some(value),
                "source" | "src" => mount.source = Some(value),
                "target" | "dst" | "destination" => mount.target = Some(value),
                "readonly" | "ro" => read_only = Some(boolean()?),
                "readwrite" | "rw" => read_only = Some(!boolean()?),
                "required" => {
                    self.only_for(mount.kind, key, &[MountKind::Secret, MountKind::Ssh])?;
                    mount.required = boolean()?;
                }
                "size" => {
                    self.only_for(mount.kind, key, &[MountKind::Tmpfs])?;
                    mount.size = Some(size::parse(&value).ok_or_else(|| invalid().with_help("such as 64m"))?);
                }
                "id" => mount.id = Some(value),
                "sharing" => {
                    mount.sharing = Some(match value.to_lowercase().as_str() {
                        "shared" => Sharing::Shared,
                        "private" => Sharing::Private,
                        "locked" => Sharing::Locked,
                        _ => return Err(invalid().with_help("write shared, private or locked")),
                    });
                }
                "mode" => {
                    let mode =
                        unsigned(&value, 8).ok_or_else(|| invalid().with_help("write an octal number"))?;
                    mount.mode = Some(mode);
                }
                "uid" => mount.uid = Some(unsigned(&value, 10).ok_or_else(invalid)?),
                "gid" => mount.gid = Some(unsigned(&value, 10).ok_or_else(invalid)?),
                "env" => mount.env = Some(value),
                _ => {
                    let problem = self.wrong(format!("--mount has no field `{key}`"));
                    return Err(problem.with_help(format!("it has {KEYS}")));
                }
            }
        }
        let writable = matches!(mount.kind, MountKind::Cache | MountKind::Tmpfs);
        mount.read_only = read_only.unwrap_or(!writable);
        mount.from = mount.from.filter(|from| !from.is_empty());
        self.check(&mount)?;
        Ok(mount)
    }

    /// Fields that exclude each other.
    fn check(&self, mount: &Mount) -> Result<(), Problem> {
        let kind = mount.kind.name();
        if matches!(mount.kind, MountKind::Bind | MountKind::Tmpfs) {
            let owned = [("mode", mount.mode), ("uid", mount.uid), ("gid", mount.gid)];
            if let Some((key, _)) = owned.iter().find(|(_, value)| value.is_some()) {
                return Err(self.wrong(format!("a {kind} mount has no `{key}`")));
            }
        }
        let empty = |text: &Option<String>| text.as_deref().unwrap_or_default().is_empty();
        if mount.kind == MountKind::Secret {
            if mount.from.is_some() || mount.sharing.is_some() {
                let key = if mount.from.is_some() { "from" } else { "sharing" };
                return Err(self.wrong(format!("a secret mount has no `{key}`")));
            }
            if empty(&mount.source) && empty(&mount.target) && empty(&mount.id) {
                return Err(self.wrong("a secret mount needs `id`, `source` or `target`"));
            }
            if !empty(&mount.source) && !empty(&mount.id) {
                return Err(self.wrong("a secret mount has `source` or `id`, not both"));
            }
        }
        if mount.kind == MountKind::Ssh && !empty(&mount.source) {
            return Err(self.wrong("an ssh mount has no `source`"));
        }
        if mount.sharing.is_some() && mount.kind != MountKind::Cache {
            return Err(self.wrong(format!("a {kind} mount has no `sharing`")));
        }
        Ok(())
    }

    fn kind(&self, value: &str) -> Result<MountKind, Problem> {
        let kinds = [MountKind::Bind, MountKind::Cache, MountKind::Tmpfs, MountKind::Secret, MountKind::Ssh];
        let lower = value.to_lowercase();
        kinds.into_iter().find(|kind| kind.name() == lower).ok_or_else(|| {
            self.wrong(format!("`{value}` is no type of mount"))
                .with_help("write bind, cache, tmpfs, secret or ssh")
        })
    }

    fn only_for(&self, kind: MountKind, key: &str, kinds: &[MountKind]) -> Result<(), Problem> {
        if kinds.contains(&kind) {
            return Ok(());
        }
        let problem = self.wrong(format!("a {} mount has no `{key}`", kind.name()));
        Err(problem.with_help("`type` must stand before the fields that only this type has"))
    }

    fn wrong(&self, message: impl Into<String>) -> Problem {
        Problem::new(SyntaxErrorKind::Flag, self.range.clone(), message)
    }
}

/// Go's `strconv.ParseUint` for 32 bits, which takes no sign.
fn unsigned(text: &str, radix: u32) -> Option<u32> {
    if text.starts_with('+') { None } else { u32::from_str_radix(text, radix).ok() }
}
