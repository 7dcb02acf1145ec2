//! Who the image runs as, what that account may write, and whether the commands can be started.

use super::{Aspect, Difference, places};
use crate::users::{Access, Account};
use crate::{Image, NodeKind, program};

pub(super) fn differences(before: &Image, after: &Image) -> Vec<Difference> {
    let mut found = Vec::new();
    let (was, is) = (Account::of(before), Account::of(after));
    let numbers =
        |account: &Option<Account>| account.as_ref().map(|it| format!("uid {}, gid {}", it.uid, it.gid));
    if numbers(&was) != numbers(&is) {
        let (before, after) = (numbers(&was), numbers(&is));
        found.push(Difference { aspect: Aspect::User, subject: "uid".to_owned(), before, after });
    }
    if let (Some(was), Some(is)) = (&was, &is) {
        found.extend(not_writable(before, after, was, is));
    }
    found.extend(not_runnable("command", before, after, &|image| Some(image.config.command())));
    found.extend(not_runnable("health check", before, after, &|image| {
        let (in_shell, words) = image.config.probe()?;
        // The shell is the image's; what it is given is told by starting.
        let shell = image.config.shell.first().map_or("/bin/sh", String::as_str);
        Some(if in_shell { vec![shell] } else { words.iter().map(String::as_str).collect() })
    }));
    found
}

/// Folders that the account could write.
fn not_writable(before: &Image, after: &Image, was: &Account, is: &Account) -> Vec<Difference> {
    if was.uid == 0 {
        return Vec::new();
    }
    let folders = before.tree.iter().filter(|(path, node)| {
        node.kind == NodeKind::Folder && was.may(Access::Write, node) && !places::is_passing(path)
    });
    folders
        .filter_map(|(path, _)| {
            let now = match after.tree.get(path) {
                Some(node) if is.may(Access::Write, node) => return None,
                Some(node) => Some(format!("mode {:04o}, owner {}:{}", node.mode, node.uid, node.gid)),
                None => None,
            };
            let before = Some("the image's user may write".to_owned());
            Some(Difference { aspect: Aspect::Access, subject: format!("/{path}"), before, after: now })
        })
        .collect()
}

/// A command of the image that cannot be started, and could before.
fn not_runnable<'i>(
    what: &str,
    before: &'i Image,
    after: &'i Image,
    words: &dyn Fn(&'i Image) -> Option<Vec<&'i str>>,
) -> Option<Difference> {
    let resolved = |image: &'i Image| words(image).map(|words| program::resolve(image, &words));
    match (resolved(before), resolved(after)) {
        (Some(Ok(program)), Some(Err(error))) => Some(Difference {
            aspect: Aspect::Program,
            subject: what.to_owned(),
            before: Some(program),
            after: Some(error.to_string()),
        }),
        _ => None,
    }
}
