//! Which group a package starts: the table of well-known ones, and what the user says instead.

use std::collections::BTreeSet;

use crate::error::{Error, ErrorKind, Place, Result};
use crate::name::Name;
use crate::toml_tree::Document;

const TABLE: &str = include_str!("table.toml");
const TABLE_PATH: &str = "crates/python/src/groups/table.toml";

/// Groups in their order: expected change, slowest first.
#[derive(Debug, Clone)]
pub struct Groups {
    groups: Vec<Group>,
    rest: Name,
}

#[derive(Debug, Clone)]
struct Group {
    name: Name,
    patterns: Vec<String>,
    /// Did the user say so? Such a list goes before the table's.
    by_user: bool,
    /// Does it also start with packages that are not needed directly?
    transitive: bool,
}

/// What a configuration says about one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOverride {
    /// The group; a new one comes before the rest.
    pub name: String,
    /// Names and patterns (`langchain*`), instead of the table's.
    pub packages: Vec<String>,
}

impl Groups {
    /// The well-known packages.
    pub fn well_known() -> Result<Self> {
        let document = Document::parse(TABLE_PATH, TABLE)?;
        let root = document.root();
        let rest = root.name("rest")?;
        let mut groups = Vec::new();
        for table in root.tables("group")? {
            let patterns: Vec<String> =
                table.plain_strings("packages")?.into_iter().map(str::to_owned).collect();
            let mut read = group(table.required_string("name")?, &patterns, false, TABLE_PATH)?;
            read.transitive = table.boolean("transitive")?.unwrap_or(false);
            groups.push(read);
        }
        groups.push(Group { name: rest.clone(), patterns: Vec::new(), by_user: false, transitive: false });
        Ok(Self { groups, rest })
    }

    /// The table with a user's lists, and another order where one is given. `path` is the configuration's file.
    ///
    /// The group that takes what no list names keeps its place (last), unless `order` gives it another.
    pub fn with(mut self, overrides: &[GroupOverride], order: Option<&[String]>, path: &str) -> Result<Self> {
        let error = |message: String| Error::new(ErrorKind::Configuration, Place::file(path), message);
        let mut seen: BTreeSet<(String, &str)> = BTreeSet::new();
        for one in overrides {
            let group = group(&one.name, &one.packages, true, path)?;
            for pattern in &one.packages {
                let taken = seen.iter().find(|(other, name)| other == pattern && *name != one.name);
                if let Some((pattern, other)) = taken {
                    let message = format!("`{pattern}` is in the groups `{other}` and `{}`", one.name);
                    return Err(error(message).in_field(format!("groups.{}.packages", one.name)));
                }
            }
            seen.extend(one.packages.iter().map(|pattern| (pattern.clone(), one.name.as_str())));
            if let Some(known) = self.groups.iter_mut().find(|known| known.name == group.name) {
                *known = group;
            } else {
                let before = self.groups.iter().position(|known| known.name == self.rest);
                self.groups.insert(before.unwrap_or(self.groups.len()), group);
            }
        }
        let Some(order) = order else { return Ok(self) };
        let mut sorted = Vec::new();
        for text in order {
            let found =
                Name::new(text).and_then(|name| self.groups.iter().position(|group| group.name == name));
            let Some(at) = found else {
                let left = self.groups.iter().chain(&sorted);
                let mut names: Vec<&str> = left.map(|group| group.name.as_str()).collect();
                names.sort_unstable();
                let near = names
                    .iter()
                    .map(|name| (strsim::damerau_levenshtein(name, text), *name))
                    .min()
                    .filter(|(distance, _)| *distance <= 2)
                    .map(|(_, name)| format!("did you mean `{name}`?"));
                let known = sorted.iter().any(|group: &Group| group.name.as_str() == text);
                let message = if known {
                    format!("the group `{text}` stands twice in the order")
                } else {
                    format!("there is no group `{text}`; there are {}", names.join(", "))
                };
                let found = error(message).in_field("groups.order");
                return Err(near.into_iter().filter(|_| !known).fold(found, Error::with_way_out));
            };
            sorted.push(self.groups.remove(at));
        }
        if let Some(left) =
            self.groups.iter().find(|group| !group.patterns.is_empty() || group.name == self.rest)
        {
            let message = format!("the group `{}` is missing in the order", left.name);
            return Err(error(message).in_field("groups.order"));
        }
        self.groups = sorted;
        Ok(self)
    }

    /// The groups' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.groups.iter().map(|group| &group.name)
    }

    /// The group that takes what no list names.
    pub fn rest(&self) -> &Name {
        &self.rest
    }

    /// The place in the order of the group that this package starts; `None` where no list names it.
    ///
    /// What only other packages need starts a group where the user's list names it, or a list of the table says
    /// so (`transitive`): torch is worth a layer whoever brings it, while jinja2 in `core` for the sake of
    /// a library of `ai` would change with that library.
    pub fn of(&self, package: &Name, direct: bool) -> Option<usize> {
        let find = |by_user: bool| {
            self.groups.iter().position(|group| {
                group.by_user == by_user
                    && (direct || group.transitive)
                    && group.patterns.iter().any(|pattern| fits(pattern, package.as_str()))
            })
        };
        find(true).or_else(|| find(false))
    }
}

fn group(name: &str, patterns: &[String], by_user: bool, path: &str) -> Result<Group> {
    let error = |message: String| {
        Error::new(ErrorKind::Configuration, Place::file(path), message)
            .in_field(format!("groups.{name}.packages"))
    };
    // The name goes into file names and stage names: its normal form is fit for both.
    let read = Name::new(name).ok_or_else(|| error(format!("`{name}` is no name for a group")))?;
    let mut normal = Vec::new();
    for pattern in patterns {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.*".contains(c);
        if pattern.is_empty() || !pattern.chars().all(allowed) {
            return Err(error(format!("`{pattern}` is no name of a package and no pattern with `*`")));
        }
        normal.push(pattern.to_ascii_lowercase().replace(['_', '.'], "-"));
    }
    Ok(Group { name: read, patterns: normal, by_user, transitive: by_user })
}

/// Does a name fit a pattern, in which `*` stands for any characters?
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(groups: &Groups, package: &str) -> Option<String> {
        let at = groups.of(&Name::new(package).expect(package), true)?;
        groups.names().nth(at).map(ToString::to_string)
    }

    fn over(name: &str, packages: &[&str]) -> GroupOverride {
        GroupOverride {
            name: name.to_owned(),
            packages: packages.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn the_proposals_lists_are_in_the_table() {
        let groups = Groups::well_known().expect("the table");
        assert_eq!(groups.names().map(Name::as_str).collect::<Vec<_>>(), ["core", "ai", "app"]);
        for name in ["fastapi", "uvicorn", "pydantic", "python-dotenv"] {
            assert_eq!(place(&groups, name).as_deref(), Some("core"), "{name}");
        }
        for name in ["langchain", "langchain_core", "litellm", "langgraph", "langfuse", "torch", "numpy"] {
            assert_eq!(place(&groups, name).as_deref(), Some("ai"), "{name}");
        }
        for name in ["sqlalchemy", "alembic", "redis", "celery"] {
            assert_eq!(place(&groups, name), None, "{name}");
        }
    }

    #[test]
    fn what_others_bring_starts_only_what_is_worth_it() {
        let groups = Groups::well_known()
            .and_then(|groups| groups.with(&[over("db", &["sqlalchemy"])], None, "dockfit.toml"))
            .expect("a configuration");
        let brought = |name| groups.of(&Name::new(name).expect("a name"), false);
        assert_eq!((brought("jinja2"), brought("torch"), brought("sqlalchemy")), (None, Some(1), Some(2)));
    }

    #[test]
    fn the_user_goes_first() {
        let groups = Groups::well_known()
            .and_then(|groups| {
                let order = ["data", "core", "ai", "app"].map(str::to_owned);
                groups.with(&[over("data", &["numpy", "Pan*"])], Some(&order), "dockfit.toml")
            })
            .expect("a configuration");
        assert_eq!(place(&groups, "numpy").as_deref(), Some("data"));
        assert_eq!(place(&groups, "pandas").as_deref(), Some("data"));
        assert_eq!(place(&groups, "torch").as_deref(), Some("ai"));
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        let cases = [
            ("torch", "torch", true),
            ("torch", "torchvision", false),
            ("torch*", "torch", true),
            ("nvidia-*-cu12", "nvidia-cublas-cu12", true),
            ("nvidia-*-cu12", "nvidia-cu12", false),
            ("*a*b", "xaxb", true),
            ("*a*b", "b", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn mistakes_of_a_configuration_are_said() {
        let try_it = |overrides: &[GroupOverride], order: Option<&[&str]>| {
            let order: Option<Vec<String>> =
                order.map(|names| names.iter().map(|n| (*n).to_owned()).collect());
            Groups::well_known()
                .and_then(|groups| groups.with(overrides, order.as_deref(), "dockfit.toml"))
                .expect_err("a mistake")
                .to_string()
        };
        let both = [over("a", &["numpy"]), over("b", &["numpy"])];
        let messages = [
            try_it(&both, None),
            try_it(&[over("a", &["x y"])], None),
            try_it(&[over("a/b", &["x"])], None),
            try_it(&[], Some(&["core", "ia", "app"])),
            try_it(&[], Some(&["core", "ai"])),
            try_it(&[], Some(&["core", "core", "ai", "app"])),
        ];
        insta::assert_snapshot!(messages.join("\n"), @r"
        dockfit.toml:1:1: groups.b.packages: `numpy` is in the groups `a` and `b`
        dockfit.toml:1:1: groups.a.packages: `x y` is no name of a package and no pattern with `*`
        dockfit.toml:1:1: groups.a/b.packages: `a/b` is no name for a group
        dockfit.toml:1:1: groups.order: there is no group `ia`; there are ai, app, core; did you mean `ai`?
        dockfit.toml:1:1: groups.order: the group `app` is missing in the order
        dockfit.toml:1:1: groups.order: the group `core` stands twice in the order
        ");
    }
}
