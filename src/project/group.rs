//! Which Dockerfiles share files.

use std::collections::BTreeMap;

use dockfit_rewrite::{Context, RelPath};

use super::Member;

/// Groups Dockerfiles whose contexts are equal or lie one in the other; those without a context are alone. In
/// the order of their paths.
pub(super) fn grouped(members: Vec<Member>) -> Vec<Vec<Member>> {
    // By context, in the order of paths: a context that lies in another one joins its group.
    let mut groups: BTreeMap<RelPath, Vec<Member>> = BTreeMap::new();
    let mut alone = Vec::new();
    for member in members {
        match &member.context {
            Context::Known(context) => groups.entry(context.clone()).or_default().push(member),
            Context::Unknown(_) => alone.push(vec![member]),
        }
    }
    let mut tops: Vec<(RelPath, Vec<Member>)> = Vec::new();
    for (context, mut members) in in_folder_order(groups) {
        match tops.last_mut() {
            Some((top, group)) if context.strip_prefix(top).is_some() => group.append(&mut members),
            _ => tops.push((context, members)),
        }
    }
    alone.extend(tops.into_iter().map(|(_, mut members)| {
        members.sort_by(|a, b| a.path.cmp(&b.path));
        members
    }));
    alone.sort_by(|a, b| a.first().map(|member| &member.path).cmp(&b.first().map(|member| &member.path)));
    alone
}

/// A folder directly before all that lies in it: `a`, `a/b`, `a-b`.
fn in_folder_order(groups: BTreeMap<RelPath, Vec<Member>>) -> Vec<(RelPath, Vec<Member>)> {
    let mut ordered: Vec<_> = groups.into_iter().collect();
    ordered.sort_by(|(a, _), (b, _)| a.as_str().split('/').cmp(b.as_str().split('/')));
    ordered
}
