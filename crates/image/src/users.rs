//! Who runs the image, and what they may write.

use crate::{Image, Node, NodeKind, Tree};

/// The account that the image runs as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Its number.
    pub uid: u64,
    /// The number of its group.
    pub gid: u64,
    /// The numbers of its further groups.
    pub groups: Vec<u64>,
    /// Its home, where there is a line for it in `/etc/passwd`.
    pub home: Option<String>,
}

/// What is done with a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Reading.
    Read = 4,
    /// Writing.
    Write = 2,
    /// Executing, or searching a folder.
    Execute = 1,
}

impl Account {
    /// That of `USER` in an image: a name or number, with a group behind a colon or none. `None` where the name is in no
    /// file: the engine refuses to start it. Mirrors moby `daemon/oci_linux.go` `getUser`.
    pub fn of(image: &Image) -> Option<Self> {
        let (user, group) = match image.config.user.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (image.config.user.as_str(), None),
        };
        let user = if user.is_empty() { "0" } else { user };
        let passwd = lines(&image.tree, "etc/passwd");
        let groups = lines(&image.tree, "etc/group");
        let number = user.parse::<u64>().ok();
        let line = passwd.iter().find(|line| {
            field(line, 0) == user || (number.is_some() && field(line, 2).parse().ok() == number)
        });
        let uid = match (line, number) {
            (Some(line), _) => field(line, 2).parse().ok()?,
            (None, Some(number)) => number,
            (None, None) => return None,
        };
        let gid = match group {
            Some(group) => {
                let line = groups.iter().find(|line| field(line, 0) == group);
                group.parse().ok().or_else(|| field(line?, 2).parse().ok())?
            }
            None => line.and_then(|line| field(line, 3).parse().ok()).unwrap_or(0),
        };
        let name = line.map_or(user, |line| field(line, 0));
        let is_member = |line: &&Vec<String>| field(line, 3).split(',').any(|member| member == name);
        let more = if group.is_some() {
            Vec::new()
        } else {
            groups.iter().filter(is_member).filter_map(|line| field(line, 2).parse().ok()).collect()
        };
        let home = line.map(|line| field(line, 5).to_owned()).filter(|home| !home.is_empty());
        Some(Self { uid, gid, groups: more, home })
    }

    /// Whether the mode of a node lets the account do that. Root may do all but execute what nobody may.
    pub fn may(&self, access: Access, node: &Node) -> bool {
        if self.uid == 0 {
            return access != Access::Execute || node.mode & 0o111 != 0 || node.kind == NodeKind::Folder;
        }
        let shift = if node.uid == self.uid {
            6
        } else if node.gid == self.gid || self.groups.contains(&node.gid) {
            3
        } else {
            0
        };
        (node.mode >> shift) & access as u32 != 0
    }
}

/// The lines of a table of `/etc`, in fields.
fn lines(tree: &Tree, path: &str) -> Vec<Vec<String>> {
    let text = tree.text(path).map(String::from_utf8_lossy).unwrap_or_default();
    text.lines().map(|line| line.split(':').map(str::to_owned).collect()).collect()
}

fn field(line: &[String], index: usize) -> &str {
    line.get(index).map_or("", String::as_str)
}
