//! The final stage on its new base.

mod base;
mod commands;
mod copies;
mod libraries;
mod users;

use std::collections::BTreeSet;

use dockfit_dockerfile::model::Fact;
use dockfit_dockerfile::{Instruction, Keyword, NodeKind, Span};
use dockfit_rewrite::{Declared, Edit, Facet, surgery};

use super::bases::Kind;
use super::consumers::Retarget;
use super::scene::Scene;
use crate::cache_mounts::Refusal;

pub(super) use self::commands::request_words;
pub(super) use self::libraries::INTERPRETER;

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Swap {
    /// Edits of the Dockerfile.
    pub(super) edits: Vec<Edit>,
    /// Edits of other files.
    pub(super) others: Vec<dockfit_rewrite::FileEdit>,
    pub(super) declares: Vec<Declared>,
    /// Services that need a shell, for development.
    pub(super) for_debug: Vec<Retarget>,
    /// What the reader should know.
    pub(super) notes: Vec<String>,
}

/// Where the interpreter of Debian looks for packages.
const DIST_PACKAGES: &str = "/usr/local/lib/python3.13/dist-packages";

/// Plans the swap of the stage's base; why it cannot be, if so.
pub(super) fn plan(scene: &Scene<'_>) -> Result<Swap, Refusal> {
    let mut writer = Writer {
        scene,
        swap: Swap::default(),
        needs_links: false,
        scripts: BTreeSet::new(),
        gone: Vec::new(),
    };
    writer.commands()?;
    writer.copies()?;
    // What stands directly behind FROM comes before what may stand there, too.
    writer.base()?;
    writer.user_and_folders()?;
    writer.entrypoint();
    writer.take_out();
    writer.declare();
    Ok(writer.swap)
}

struct Writer<'s, 't> {
    scene: &'s Scene<'t>,
    swap: Swap,
    /// Whether something starts by the paths that the official image has for its interpreter.
    needs_links: bool,
    /// Programs in `/usr/local/bin` that something starts.
    scripts: BTreeSet<String>,
    /// Spans that are taken out, whole lines.
    gone: Vec<Span>,
}

impl Writer<'_, '_> {
    fn instruction(&self, index: usize) -> Result<&Instruction, Refusal> {
        let found = self.scene.document().instructions().get(index);
        found.ok_or_else(|| Refusal::from(surgery::CannotEdit::Scattered))
    }

    fn keyword(&self, keyword: Keyword) -> String {
        self.scene.document().habits().keyword(keyword)
    }

    fn edit(&mut self, index: usize, range: std::ops::Range<usize>, text: &str) -> Result<(), Refusal> {
        let document = self.scene.document();
        let instruction = self.instruction(index)?;
        let edits = surgery::replace(document, instruction, &instruction.text, range, text)?;
        self.swap.edits.extend(edits);
        Ok(())
    }

    /// Takes out what is gone, with the empty lines that would stand alone.
    fn take_out(&mut self) {
        let document = self.scene.document();
        let gone = |span: Span| self.gone.iter().any(|gone| gone.encloses(span) && !span.is_empty());
        let nodes = document.nodes();
        let mut edits: Vec<Edit> = self.gone.iter().map(|span| Edit::delete(*span)).collect();
        let mut at = 0;
        while at < nodes.len() {
            let start = at;
            let in_gap = |node: &dockfit_dockerfile::Node| node.kind == NodeKind::Blank || gone(node.span);
            while nodes.get(at).is_some_and(in_gap) {
                at += 1;
            }
            let gap = nodes.get(start..at).unwrap_or_default();
            at = at.max(start + 1);
            let Some(first) = gap.iter().position(|node| gone(node.span)) else { continue };
            let last = gap.iter().rposition(|node| gone(node.span)).unwrap_or(first);
            let extra: Vec<&dockfit_dockerfile::Node> = if first > 0 {
                gap.get(first..).unwrap_or_default().iter().collect()
            } else {
                gap.get(first..last).unwrap_or_default().iter().collect()
            };
            edits.extend(
                extra.iter().filter(|node| node.kind == NodeKind::Blank).map(|node| Edit::delete(node.span)),
            );
        }
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        edits.dedup();
        self.swap.edits.extend(edits);
    }

    fn declare(&mut self) {
        let scene = self.scene;
        let document = scene.document();
        for run in &scene.effects.runs {
            if let Some(instruction) = document.instructions().get(*run) {
                self.swap.declares.push(Declared::RunTakenOut(instruction.span.start));
            }
        }
        let whole = [Facet::Packages, Facet::Files, Facet::Layers, Facet::User];
        self.swap.declares.extend(whole.map(Declared::Facet));
        if scene.workdirs.is_empty() {
            self.swap.declares.push(Declared::Facet(Facet::Workdir));
        }
        let before = scene.model().config(scene.stage.index);
        if before.env_open {
            // Nothing is known of the old base: whatever it sets is gone.
            let all = [
                Facet::Env,
                Facet::Workdir,
                Facet::Shell,
                Facet::Labels,
                Facet::HealthCheck,
                Facet::StopSignal,
                Facet::Entrypoint,
                Facet::Cmd,
            ];
            self.swap.declares.extend(all.map(Declared::Facet));
        }
        if scene.kind == Kind::Node && before.entrypoint != Fact::Known(Vec::new()) {
            self.swap.declares.push(Declared::Facet(Facet::Entrypoint));
        }
        let old = before.env.iter().map(|variable| variable.name.to_string());
        let of_image = scene.image.env().map(|(name, _)| name.to_owned());
        let names: BTreeSet<String> = old
            .filter(|name| OF_BASES.contains(&name.as_str()))
            .chain(of_image)
            .chain(["PATH".to_owned(), "HOME".to_owned()])
            .collect();
        self.swap.declares.extend(names.into_iter().map(Declared::Env));
    }
}

/// Variables that official images set for themselves. Source: `crates/dockerfile/src/model/base_table.rs`.
pub(super) const OF_BASES: &[&str] = &[
    "GPG_KEY",
    "PYTHON_VERSION",
    "PYTHON_SHA256",
    "NODE_VERSION",
    "YARN_VERSION",
    "JAVA_HOME",
    "JAVA_VERSION",
    "LANG",
];
