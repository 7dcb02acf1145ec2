//! What is different between the packages of two requirement files.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_python::lines_of;

/// One package that came, went or changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    /// Its name, as written.
    pub(super) name: String,
    /// What stood behind the name before: version and marker.
    pub(super) before: Option<String>,
    /// What stands there now.
    pub(super) after: Option<String>,
}

/// The packages that differ, by name.
pub(super) fn changes(before: &str, after: &str) -> Vec<Change> {
    let (before, after) = (packages(before), packages(after));
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let differing = names.into_iter().filter(|name| before.get(name) != after.get(name));
    differing
        .map(|name| Change {
            name: name.to_owned(),
            before: before.get(name).map(|lines| lines.join(", ")),
            after: after.get(name).map(|lines| lines.join(", ")),
        })
        .collect()
}

/// By name, what stands behind it; several lines where the package has several markers.
fn packages(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines_of(text) {
        let end = line.find(|char: char| !(char.is_ascii_alphanumeric() || "-_.".contains(char)));
        let (name, rest) = line.split_at(end.unwrap_or(line.len()));
        let rest = rest.trim();
        found.entry(name).or_default().push(rest.strip_prefix("==").unwrap_or(rest));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_come_go_and_change_are_told_apart() {
        let before =
            "a==1 \\\n    --hash=x\n    # via b\nb==1\nc==1 ; os_name == 'nt'\nc==2 ; os_name != 'nt'\n";
        let after = "a==2\nb==1 \\\n    --hash=new\nd @ git+https://index.example/d@0\n";
        let shown: Vec<String> = changes(before, after)
            .into_iter()
            .map(|one| format!("{} {:?} {:?}", one.name, one.before, one.after))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        a Some("1") Some("2")
        c Some("1 ; os_name == 'nt', 2 ; os_name != 'nt'") None
        d None Some("@ git+https://index.example/d@0")
        "#);
    }
}
