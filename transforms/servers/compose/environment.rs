//! Variables of a service, read and set. What is set goes behind what is there; every other byte stays.

use std::collections::BTreeSet;

use dockfit_rewrite::yaml::{Id, Kind};
use dockfit_rewrite::{Edit, Project};

use super::service::{ComposeFile, Service};

/// What a service says of a variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Setting {
    /// Nothing.
    Missing,
    /// This, as written.
    Value(String),
    /// The value that compose itself has for it.
    FromOutside,
}

/// What `service` says of `name`: in its environment, else in its files of variables.
pub(crate) fn setting(project: &Project, file: &ComposeFile, service: &Service, name: &str) -> Setting {
    let layers =
        std::iter::once((file, service.id)).chain(service.bases.iter().map(|(file, id)| (&**file, *id)));
    for (file, id) in layers {
        if let Some(found) = in_service(file, id, name) {
            return found;
        }
    }
    let texts = service.env_files.iter().rev().filter_map(|path| {
        let bytes = project.read(path).ok()??;
        String::from_utf8(bytes.to_vec()).ok()
    });
    let line = |text: &str| {
        let mut lines = text.lines().rev().map(str::trim);
        lines
            .find_map(|line| Some(line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim().to_owned()))
    };
    let mut values = texts.filter_map(|text| line(&text));
    values.next().map_or(Setting::Missing, |value| Setting::Value(value.trim_matches(['"', '\'']).to_owned()))
}

/// What a service, or one of its file that it extends, says of `name` in its environment.
fn in_service(file: &ComposeFile, service: Id, name: &str) -> Option<Setting> {
    const DEEPEST: usize = 16;
    let mut at = service;
    for _ in 0..DEEPEST {
        let environment = file.yaml.get(at, "environment");
        if let Some(found) = environment.and_then(|value| in_environment(file, value, name)) {
            return Some(found);
        }
        at = file.extended(at)?;
    }
    None
}

fn in_environment(file: &ComposeFile, environment: Id, name: &str) -> Option<Setting> {
    if let Some(value) = file.yaml.get(environment, name) {
        let text = file.yaml.text(value).filter(|_| !file.yaml.is_null(value));
        return Some(text.map_or(Setting::FromOutside, |text| Setting::Value(text.to_owned())));
    }
    file.yaml.items(environment).iter().find_map(|item| {
        let text = file.yaml.text(*item)?;
        match text.split_once('=') {
            Some((key, value)) if key == name => Some(Setting::Value(value.to_owned())),
            None if text == name => Some(Setting::FromOutside),
            _ => None,
        }
    })
}

/// The edit that sets a variable for the service; or why that cannot be done here. `alone`: for this service and no other
/// one that shares its environment.
pub(crate) fn set(
    file: &ComposeFile,
    service: &Service,
    name: &str,
    value: &str,
    alone: bool,
) -> Result<Edit, &'static str> {
    const SHARED: &str = "its environment is that of other services, too";
    let yaml = &file.yaml;
    let own = yaml.own(service.id, "environment");
    let Some(environment) = own.or_else(|| file.value(service.id, "environment")) else {
        return new_environment(file, service, name, value);
    };
    let is_alias = yaml.node(environment).is_some_and(|node| matches!(node.kind, Kind::Alias(_)));
    if alone && (own.is_none() || is_alias || is_aliased(file, environment)) {
        return Err(SHARED);
    }
    if yaml.is_null(environment) {
        return Err("its environment is empty");
    }
    let environment = if alone { yaml.resolve(environment) } else { file.shared(environment) };
    let node = yaml.node(environment).ok_or("its environment is not understood")?;
    let last_value = match &node.kind {
        Kind::Mapping(pairs) => pairs.last().map(|(key, value)| (*key, *value)),
        Kind::Sequence(items) => items.last().map(|item| (*item, *item)),
        _ => return Err("its environment is not understood"),
    };
    let is_list = matches!(node.kind, Kind::Sequence(_));
    if node.flow {
        let close = node.span.end.checked_sub(1).ok_or("its environment is not understood")?;
        let entry = if is_list { format!("\"{name}={value}\"") } else { format!("{name}: \"{value}\"") };
        let Some((_, last)) = last_value else { return Ok(Edit::insert(close, entry)) };
        let end = yaml.node(last).map(|node| node.span.end).ok_or("its environment is not understood")?;
        return Ok(Edit::insert(end, format!(", {entry}")));
    }
    let (first, _) = match &node.kind {
        Kind::Mapping(pairs) => pairs.first().copied(),
        Kind::Sequence(items) => items.first().map(|item| (*item, *item)),
        _ => None,
    }
    .ok_or("its environment is empty")?;
    let (_, last) = last_value.ok_or("its environment is empty")?;
    let start = yaml.node(first).map(|node| node.span.start).ok_or("its environment is not understood")?;
    let end = end_of(file, last).ok_or("its environment is not understood")?;
    let lead = before_on_line(&file.text, start).ok_or("its environment is not understood")?;
    let entry = if is_list { format!("{name}={value}") } else { format!("{name}: {value}") };
    Ok(line_behind(&file.text, end, &format!("{lead}{entry}")))
}

/// The end of a node: of an empty value that of its key's line is found from where it stands.
fn end_of(file: &ComposeFile, id: Id) -> Option<usize> {
    let node = file.yaml.node(id)?;
    let text = file.text.get(node.span.clone())?;
    Some(node.span.start + text.trim_end().len())
}

/// White space, and the dash of a list, before the byte at `start` of its line.
fn before_on_line(text: &str, start: usize) -> Option<String> {
    let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let lead = text.get(line..start)?;
    // An item may be quoted: the node begins with the quote.
    lead.chars().all(|char| matches!(char, ' ' | '-')).then(|| lead.to_owned())
}

/// Puts a line behind the one that the byte at `end` stands on.
fn line_behind(text: &str, end: usize, line: &str) -> Edit {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    match text.get(end..).and_then(|rest| rest.find('\n')) {
        Some(at) => Edit::insert(end + at + 1, format!("{line}{newline}")),
        None => Edit::insert(text.len(), format!("{newline}{line}")),
    }
}

/// An environment for a service that has none, behind all else that the service says.
fn new_environment(
    file: &ComposeFile,
    service: &Service,
    name: &str,
    value: &str,
) -> Result<Edit, &'static str> {
    const UNCLEAR: &str = "the service is not written as a block of its own";
    let node = file.yaml.node(service.id).filter(|node| !node.flow).ok_or(UNCLEAR)?;
    let Kind::Mapping(pairs) = &node.kind else { return Err(UNCLEAR) };
    let (Some((first, _)), Some((_, last))) = (pairs.first(), pairs.last()) else { return Err(UNCLEAR) };
    let start = file.yaml.node(*first).map(|node| node.span.start).ok_or(UNCLEAR)?;
    let lead = before_on_line(&file.text, start).ok_or(UNCLEAR)?;
    let name_start = file.yaml.node(service.key).map(|node| node.span.start).ok_or(UNCLEAR)?;
    let outer = before_on_line(&file.text, name_start).ok_or(UNCLEAR)?;
    let step = lead.strip_prefix(outer.as_str()).filter(|step| !step.is_empty()).ok_or(UNCLEAR)?;
    let end = deepest_end(file, *last).ok_or(UNCLEAR)?;
    let newline = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = format!("{lead}environment:{newline}{lead}{step}{name}: {value}");
    Ok(line_behind(&file.text, end, &lines))
}

/// The end of the last text of a node: a block collection's own end may lie behind comments.
fn deepest_end(file: &ComposeFile, id: Id) -> Option<usize> {
    let mut at = id;
    loop {
        let node = file.yaml.node(at)?;
        let below = match &node.kind {
            Kind::Mapping(pairs) if !node.flow => pairs.last().map(|(_, value)| *value),
            Kind::Sequence(items) if !node.flow => items.last().copied(),
            _ => None,
        };
        match below {
            Some(below) => at = below,
            None => return end_of(file, at),
        }
    }
}

/// Whether another place of the file takes the node by its anchor.
fn is_aliased(file: &ComposeFile, id: Id) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![file.yaml.root()];
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        match file.yaml.node(at).map(|node| &node.kind) {
            Some(Kind::Alias(target)) if *target == id => return true,
            Some(Kind::Mapping(pairs)) => open.extend(pairs.iter().flat_map(|(key, value)| [*key, *value])),
            Some(Kind::Sequence(items)) => open.extend(items),
            _ => {}
        }
    }
    false
}

impl ComposeFile {
    /// The environment that one is merged from, if that is one; else itself: what is set there is set for all that share it.
    fn shared(&self, environment: Id) -> Id {
        const DEEPEST: usize = 16;
        let mut at = self.yaml.resolve(environment);
        for _ in 0..DEEPEST {
            match self.yaml.own(at, "<<") {
                Some(merged) if self.yaml.items(merged).is_empty() => at = self.yaml.resolve(merged),
                _ => break,
            }
        }
        at
    }

    /// Whether the service has an environment, its own or a merged one.
    pub(crate) fn has_environment(&self, service: &Service) -> bool {
        self.value_in(service.id, &service.bases, "environment").is_some()
    }
}
