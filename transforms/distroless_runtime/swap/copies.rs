//! Copies of an interpreter's tree.

use super::{DIST_PACKAGES, Writer};
use crate::cache_mounts::Refusal;
use crate::distroless_runtime::bases::Kind;
use crate::distroless_runtime::command;
use crate::distroless_runtime::scene::Copied;
use crate::distroless_runtime::table::Language;

impl Writer<'_, '_> {
    pub(super) fn copies(&mut self) -> Result<(), Refusal> {
        if self.scene.kind != Kind::Python {
            return Ok(());
        }
        for copy in &self.scene.copies {
            self.python_copy(copy)?;
        }
        Ok(())
    }

    /// Copies of an interpreter's tree bring its packages and scripts alone.
    fn python_copy(&mut self, copy: &Copied) -> Result<(), Refusal> {
        let Some(source) = copy.source.as_deref().filter(|_| copy.from) else { return Ok(()) };
        let line = self.scene.document().line_of(copy.index);
        let destination = copy.destination.as_str();
        let Language::Python(version) = self.scene.image.language else { return Ok(()) };
        // Where official images of Python keep packages.
        let own = format!("/usr/local/lib/python{version}/site-packages");
        let packages = if self.scene.image.is_copied { &own } else { DIST_PACKAGES };
        match (source, destination) {
            ("/" | "/usr" | "/usr/local", _) => {
                let text = format!("line {line} copies all of `{source}`, the builder's interpreter with it");
                let way_out = "install with `pip install --prefix=/install` and copy /install, or install into a virtual environment";
                Err(Refusal::new("copies-interpreter", text, way_out))
            }
            (_, _) if source == "/usr/local/lib" || own.strip_suffix("/site-packages") == Some(source) => {
                self.rewrite_copy(copy.index, &own, packages)
            }
            (_, _) if source == own && destination == own && own != packages => {
                self.rewrite_copy(copy.index, source, packages)
            }
            ("/usr/local/bin" | "/usr/local/bin/", "/usr/local/bin") => {
                if self.scripts.is_empty() {
                    let span = self.instruction(copy.index)?.span;
                    self.gone.push(span);
                    return Ok(());
                }
                let sources: Vec<String> =
                    self.scripts.iter().map(|script| format!("/usr/local/bin/{script}")).collect();
                self.rewrite_copy(copy.index, &sources.join(" "), "/usr/local/bin/")
            }
            _ => Ok(()),
        }
    }

    /// Puts other words in the place of source and destination.
    fn rewrite_copy(&mut self, index: usize, source: &str, destination: &str) -> Result<(), Refusal> {
        let instruction = self.instruction(index)?;
        let range = instruction.command.arguments.clone();
        let text = if instruction.command.json.is_some() {
            let words: Vec<String> = source.split(' ').chain([destination]).map(command::quoted).collect();
            format!("[{}]", words.join(", "))
        } else {
            format!("{source} {destination}")
        };
        self.edit(index, range, &text)
    }
}
