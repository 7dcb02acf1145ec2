//! The memory of all processes of a container.
//!
//! PSS counts a page that several processes share once, divided among them; RSS counts it for each, and so hides what forking
//! saves. Source: Linux `Documentation/filesystems/proc.rst`, `smaps_rollup`, `stat`.

use std::collections::BTreeMap;
use std::fs;

/// Memory in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// How many processes there are.
    pub(crate) processes: usize,
    /// Proportional set size of all of them.
    pub(crate) pss: u64,
}

impl Memory {
    /// That of the first process of a container and all that come from it. `None` where it cannot be read, or where the
    /// number is another process's here, as the engine is on another machine.
    pub(crate) fn of(first: i32, container: &str) -> Option<Self> {
        let group = fs::read_to_string(format!("/proc/{first}/cgroup")).ok()?;
        if container.is_empty() || !group.contains(container) {
            return None;
        }
        let children = children();
        let mut all = vec![first];
        let mut at = 0;
        while let Some(process) = all.get(at) {
            all.extend(children.get(process).into_iter().flatten());
            at += 1;
        }
        let mut found = Self { processes: 0, pss: 0 };
        for process in all {
            // One that has ended in the meantime has none.
            let Ok(text) = fs::read_to_string(format!("/proc/{process}/smaps_rollup")) else { continue };
            found.pss += pss(&text).unwrap_or(0);
            found.processes += 1;
        }
        (found.pss > 0).then_some(found)
    }
}

/// The processes of this machine by their parents.
fn children() -> BTreeMap<i32, Vec<i32>> {
    let mut found: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        if let Some(parent) = parent(&stat) {
            found.entry(parent).or_default().push(process);
        }
    }
    found
}

/// The second field behind the name, which stands in brackets and may hold anything.
fn parent(stat: &str) -> Option<i32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::{parent, pss};

    #[test]
    fn the_kernel_s_tables_are_read() {
        assert_eq!(parent("12 (a (b) c) S 7 12 0"), Some(7));
        assert_eq!(pss("00-ff ---p\nRss:  90 kB\nPss:     42 kB\nPss_Dirty: 1 kB\n"), Some(43_008));
    }
}
