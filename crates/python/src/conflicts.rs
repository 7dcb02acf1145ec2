//! Two versions of one package that would be installed together, and who asks for each.

use std::fmt::Write as _;

use crate::error::{Error, ErrorKind, Result};
use crate::marker::Marker;
use crate::name::Name;
use crate::resolution::{Package, Record, Resolution, When};
use crate::selection::Selected;

/// So many of those that ask for a version are named.
const NAMED: usize = 3;

/// Refuses them. `items` are sorted by name; `reached` says what of a package is installed.
pub(crate) fn refuse(
    resolution: &Resolution,
    items: &[Selected],
    here: &Marker,
    reached: &dyn Fn(usize, &When) -> bool,
) -> Result<()> {
    for (at, b) in items.iter().enumerate() {
        let Some(two) = resolution.packages.get(b.package) else { continue };
        // Sorted by name: those of the same name stand right before.
        for a in items.get(..at).unwrap_or_default().iter().rev() {
            let Some(one) = resolution.packages.get(a.package).filter(|one| one.name == two.name) else {
                break;
            };
            if a.marker.is_disjoint(&b.marker) || a.marker.and(&b.marker).and(here).is_never() {
                continue;
            }
            let side = |item: &Selected, package: &Package| {
                let version = package.version.as_deref().unwrap_or("local");
                format!(
                    "as {version} (line {}{})",
                    package.place.line,
                    asked_by(resolution, item.package, reached)
                )
            };
            let message = format!("`{}` would be installed {} and {}", one.name, side(a, one), side(b, two));
            let way_out = "choose extras and groups that do not conflict, or say which Python and platform";
            return Err(Error::new(ErrorKind::Conflict, two.place.clone(), message)
                .in_field(&two.field)
                .with_way_out(way_out));
        }
    }
    Ok(())
}

/// `, needed by …`, with the requirement where the lock keeps it; empty where the lock does not say so.
fn asked_by(resolution: &Resolution, package: usize, reached: &dyn Fn(usize, &When) -> bool) -> String {
    let mut found: Vec<String> = Vec::new();
    for (from, other) in resolution.packages.iter().enumerate() {
        for edge in other.edges.iter().filter(|edge| edge.to == Some(package) && reached(from, &edge.when)) {
            let mut text = match &edge.when {
                When::Always => format!("`{}`", other.name),
                When::Extra(extra) => format!("`{}[{extra}]`", other.name),
                When::Group(group) => format!("the group `{group}` of `{}`", other.name),
            };
            if resolution.members.first() == Some(&from) {
                for specifiers in requirements(&resolution.record, &edge.name, &edge.when) {
                    let _ = write!(text, " as `{}{specifiers}`", edge.name);
                }
            }
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    if found.is_empty() || !resolution.edges_known {
        return String::new();
    }
    let more = found.len().saturating_sub(NAMED);
    found.truncate(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(", needed by {}{more}", found.join(", "))
}

/// What the project asks of a package, as far as the lock keeps it.
fn requirements(record: &Record, name: &Name, when: &When) -> Vec<String> {
    let Record::Requirements { main, groups } = record else { return Vec::new() };
    let asked = match when {
        When::Group(group) => groups.get(group),
        _ => Some(main),
    };
    let counts = |marker: &Marker| match when {
        When::Extra(extra) => {
            marker.with_extra(None).is_never() && !marker.with_extra(Some(extra)).is_never()
        }
        _ => !marker.with_extra(None).is_never(),
    };
    let of_name = asked.into_iter().flatten().filter(|((one, _, _), marker)| one == name && counts(marker));
    of_name.map(|((_, _, specifiers), _)| specifiers.iter().cloned().collect::<Vec<_>>().join(",")).collect()
}
