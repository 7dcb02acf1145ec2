//! Cache mounts that builds left behind.

use crate::process::{clean_up, succeed};
use crate::{Cancel, Engine, Kind};

impl Engine {
    /// Removes the cache mounts whose `id` begins with `prefix`. Only buildx says what a mount is called: other engines keep
    /// theirs, which they drop when they need the room.
    pub fn remove_cache_mounts(&self, prefix: &str) {
        if self.kind != Kind::Buildx {
            return;
        }
        let builder = self.builder.iter().map(|name| format!("--builder={name}"));
        let mut list = self.command(&["buildx", "du", "--verbose", "--filter", "type=exec.cachemount"]);
        let Ok(said) = succeed(list.args(builder.clone()), Cancel::never()) else { return };
        for id in mounts(&said, prefix) {
            let mut prune = self.command(&["buildx", "prune", "--force", "--filter", &format!("id={id}")]);
            clean_up(prune.args(builder.clone()));
        }
    }
}

/// The records of the cache mounts with such an `id`.
///
/// Source: buildx `commands/diskusage.go`, records of `Key:\tvalue` lines with an empty line between; buildkit
/// `solver/llbsolver/mounts/mount.go`, the description: `cached mount /path from … with id "/ID"`.
fn mounts<'t>(said: &'t str, prefix: &str) -> Vec<&'t str> {
    let ours = format!(" with id \"/{prefix}");
    let mut found = Vec::new();
    let mut record = None;
    for line in said.lines() {
        match line.split_once(':') {
            Some(("ID", id)) => record = Some(id.trim()),
            Some(("Description", text)) if text.contains(&ours) => found.extend(record.take()),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::mounts;

    #[test]
    fn only_the_mounts_of_a_run_are_named() {
        let said = "ID:\t\taaa\nSize:\t\t1B\nDescription:\tcached mount /p from exec /bin/sh -c pip with id \"/run-7-x\"\n\n\
            ID:\t\tbbb\nDescription:\tcached mount /p from exec /bin/sh -c pip with id \"//p\"\n\n\
            ID:\t\tccc\nDescription:\tcached mount /q from exec /bin/sh -c pip with id \"/run-7-y\"\n";
        assert_eq!(mounts(said, "run-7"), ["aaa", "ccc"]);
    }
}
