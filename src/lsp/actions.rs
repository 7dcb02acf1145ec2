//! Code actions: one decision, one pass, or all of them, as edits of the texts that the editor has.

use dockfit_dockerfile::Span;
use dockfit_rewrite::pipeline::FileChange;
use dockfit_rewrite::{Outcome, Safety};
use serde_json::{Map, Value, json};
use similar::{DiffTag, TextDiff};

use super::analysis::{Analysis, Choice, Wanted};
use super::client::Client;
use super::diagnostics;
use super::documents::{Documents, Open, uri_of};
use super::position::Lines;

/// Fixes that are worked out for one place; more are not read.
const MOST: usize = 20;

/// What the actions are made from.
pub(super) struct Actions<'a> {
    pub(super) analysis: &'a Analysis,
    pub(super) open: &'a Open,
    pub(super) documents: &'a Documents,
    pub(super) client: &'a Client,
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) book: Option<&'a str>,
}

/// One action before it is worked out.
struct Offer<'a> {
    title: String,
    kind: &'static str,
    choice: Choice<'a>,
    diagnostics: Vec<Value>,
    is_preferred: bool,
    /// Whether the client should show the edits before it makes them.
    preview: bool,
    label: String,
}

const QUICK_FIX: &str = "quickfix";
const REWRITE: &str = "refactor.rewrite.dockfit";
const FIX_ALL: &str = "source.fixAll.dockfit";

impl Actions<'_> {
    /// The actions at `span`; `only` are the kinds that the client wants, none: all.
    pub(super) fn at(&self, span: Span, only: Option<&[String]>) -> Vec<Value> {
        let is_wanted = |kind: &str| {
            only.is_none_or(|only| {
                only.iter().any(|wanted| {
                    kind.strip_prefix(wanted.as_str())
                        .is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
                })
            })
        };
        let mut offers = Vec::new();
        if is_wanted(QUICK_FIX) || is_wanted(REWRITE) {
            offers.extend(self.decisions(span));
        }
        if self.analysis.applied_passes().next().is_some() {
            offers.push(Offer {
                title: "dockfit: apply all passes to this file".to_owned(),
                kind: FIX_ALL,
                choice: Choice::All,
                diagnostics: Vec::new(),
                is_preferred: false,
                preview: !self.analysis.is_safe(),
                label: "all passes".to_owned(),
            });
        }
        offers.iter().filter(|offer| is_wanted(offer.kind)).filter_map(|offer| self.action(offer)).collect()
    }

    fn decisions(&self, span: Span) -> Vec<Offer<'_>> {
        let Self { analysis, open, client, .. } = self;
        let lines = Lines::new(&open.text, client.encoding);
        let meets = |other: Span| span.start <= other.end && other.start <= span.end;
        let here = |placed: &&_| -> bool {
            let placed: &dockfit_rewrite::pipeline::PlacedDecision = placed;
            analysis.is_here(placed) && meets(placed.original.span)
        };
        let mut offers = Vec::new();
        let mut passes: Vec<&'static str> = Vec::new();
        for placed in analysis.decisions().filter(here) {
            if offers.len() == MOST {
                break;
            }
            let info = placed.decision.info;
            let (kind, is_safe) = match &placed.decision.outcome {
                Outcome::Applied(_) => (QUICK_FIX, info.safety == Safety::Safe),
                // What asks for consent can be made by choosing it; what is advice otherwise changes nothing.
                Outcome::Advised { .. } if info.safety != Safety::Safe => (REWRITE, false),
                _ => continue,
            };
            let risk = if is_safe { String::new() } else { format!(", {}", info.safety.name()) };
            let lost = diagnostics::of(analysis, placed, &open.text, &lines, self.book);
            offers.push(Offer {
                title: format!("dockfit: {} ({}{risk})", info.summary, info.id),
                kind,
                choice: Choice::Decision(placed),
                diagnostics: lost.into_iter().collect(),
                is_preferred: is_safe,
                preview: !is_safe,
                label: info.id.to_owned(),
            });
            let pass = analysis
                .applied_passes()
                .find(|pass| info.id.strip_prefix(pass.id).is_some_and(|rest| rest.starts_with('/')));
            if let Some(pass) = pass.filter(|pass| !passes.contains(&pass.id)) {
                passes.push(pass.id);
            }
        }
        offers.extend(passes.into_iter().map(|id| Offer {
            title: format!("dockfit: all of {id} in this file"),
            kind: REWRITE,
            choice: Choice::Pass(id),
            diagnostics: Vec::new(),
            is_preferred: false,
            preview: true,
            label: id.to_owned(),
        }));
        offers
    }

    /// The action with its edits; nothing where there are none.
    fn action(&self, offer: &Offer<'_>) -> Option<Value> {
        let changes = self.analysis.changes(offer.choice, self.wanted);
        if changes.is_empty() {
            return None;
        }
        let mut value = json!({"title": offer.title, "kind": offer.kind});
        if !offer.diagnostics.is_empty() {
            value["diagnostics"] = json!(offer.diagnostics);
        }
        match self.edit(&changes, offer) {
            Ok(edit) => {
                value["edit"] = edit;
                if offer.is_preferred {
                    value["isPreferred"] = json!(true);
                }
            }
            Err(reason) if self.client.shows_disabled => value["disabled"] = json!({"reason": reason}),
            Err(_) => return None,
        }
        Some(value)
    }

    /// The changes as one edit of the workspace, or why the client cannot make it.
    fn edit(&self, changes: &[FileChange], offer: &Offer<'_>) -> Result<Value, String> {
        let client = self.client;
        let annotation = client.annotates.then_some("dockfit");
        let mut by_document = Vec::new();
        let mut by_uri = Map::new();
        for change in changes {
            let (uri, version, before) = self.target(change)?;
            let is_new = change.before.is_none();
            if is_new && !client.creates {
                return Err(format!(
                    "it makes the file {}, which this editor cannot; `dockfit apply` does it",
                    change.path
                ));
            }
            let after = std::str::from_utf8(&change.after).map_err(|_| not_text(change))?;
            let edits = text_edits(&before, after, &Lines::new(&before, client.encoding), annotation);
            if is_new {
                let mut create = json!({"kind": "create", "uri": uri, "options": {"ignoreIfExists": false}});
                if let Some(annotation) = annotation {
                    create["annotationId"] = json!(annotation);
                }
                by_document.push(create);
            }
            by_document.push(json!({"textDocument": {"uri": uri, "version": version}, "edits": edits}));
            by_uri.insert(uri, json!(edits));
        }
        if !client.versions {
            return Ok(json!({"changes": by_uri}));
        }
        let mut edit = json!({"documentChanges": by_document});
        if let Some(annotation) = annotation {
            edit["changeAnnotations"] = json!({annotation: {
                "label": format!("dockfit: {}", offer.label),
                "description": offer.title,
                "needsConfirmation": offer.preview,
            }});
        }
        Ok(edit)
    }

    /// The URI of a changed file, its version if it is open, and its text.
    fn target(&self, change: &FileChange) -> Result<(String, Option<i64>, String), String> {
        let before = change.before.as_deref().unwrap_or_default();
        let before = std::str::from_utf8(before).map_err(|_| not_text(change))?.to_owned();
        let is_nameless = self.open.path.is_none();
        let named = self.documents.open.iter().find(|(_, open)| std::ptr::eq(*open, self.open));
        if let Some((uri, open)) = named.filter(|_| is_nameless) {
            return Ok((uri.clone(), Some(open.version), before));
        }
        let root = self.analysis.root().ok_or("there is no project")?;
        let path = change.path.on_disk(root);
        if let Some((uri, open)) = self.documents.at(&path) {
            return Ok((uri.to_owned(), Some(open.version), before));
        }
        let uri = uri_of(&path).ok_or_else(|| format!("{} has no URI", path.display()))?;
        Ok((uri, None, before))
    }
}

fn not_text(change: &FileChange) -> String {
    format!("{} is no UTF-8; `dockfit apply` changes it", change.path)
}

/// The lines that differ.
fn text_edits(before: &str, after: &str, lines: &Lines<'_>, annotation: Option<&str>) -> Vec<Value> {
    let diff = TextDiff::from_lines(before, after);
    let (old, new): (Vec<&str>, Vec<&str>) =
        (diff.iter_old_slices().collect(), diff.iter_new_slices().collect());
    let mut starts = vec![0];
    for line in &old {
        starts.push(starts.last().copied().unwrap_or(0) + line.len());
    }
    let start = |line: usize| starts.get(line).copied().unwrap_or(before.len());
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    changed
        .map(|op| {
            let (gone, come) = (op.old_range(), op.new_range());
            let span = Span::new(start(gone.start), start(gone.end));
            let text = new.get(come).unwrap_or_default().concat();
            let mut edit = json!({"range": lines.range(span), "newText": text});
            if let Some(annotation) = annotation {
                edit["annotationId"] = json!(annotation);
            }
            edit
        })
        .collect()
}
