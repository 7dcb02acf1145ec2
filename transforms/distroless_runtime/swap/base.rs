//! FROM, and what stands directly behind it.

use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::{Document, Keyword, NodeKind, Span};
use dockfit_rewrite::{Declared, Edit, Facet, surgery};

use super::{DIST_PACKAGES, Writer};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::steps::Steps;
use crate::distroless_runtime::bases::Kind;
use crate::distroless_runtime::one_stage;
use crate::distroless_runtime::scene::Scene;
use crate::distroless_runtime::variable;

impl Writer<'_, '_> {
    pub(super) fn base(&mut self) -> Result<(), Refusal> {
        let scene = self.scene;
        let document = scene.document();
        let image = scene.image.reference("");
        let from = self.instruction(scene.stage.from)?;
        let Some(Operation::From(found)) = scene.model().operation(scene.stage.from) else {
            return Err(Refusal::from(surgery::CannotEdit::Scattered));
        };
        let span = from.text.span(found.base.range.clone());
        self.swap.edits.push(Edit::replace(span, image.clone()));
        self.swap.declares.push(Declared::Base { stage: scene.stage.index, image });
        let mut lines = self.carried()?;
        lines.extend(self.first_lines());
        if !lines.is_empty() {
            let end = document.line_end();
            // What compiles the standard library stands behind the interpreter.
            let behind = if scene.image.is_copied { scene.stage.from } else { self.behind() };
            let at = self.instruction(behind)?.span.end;
            let next = document.nodes().partition_point(|node| node.span.start < at);
            let is_blank = document.nodes().get(next).is_some_and(|node| node.kind == NodeKind::Blank);
            let blank = if is_blank { end } else { "" };
            self.swap.edits.push(Edit::insert(at, format!("{blank}{}{end}", lines.join(end))));
        }
        for shell in &scene.shells {
            let span = self.instruction(*shell)?.span;
            let above = document.comments_above(*shell);
            let comments =
                document.text(above).lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
            self.swap.declares.extend(comments.into_iter().map(Declared::CommentTakenOut));
            self.swap.declares.push(Declared::Facet(Facet::Shell));
            self.gone.push(Span::new(above.start, span.end));
        }
        Ok(())
    }

    /// The instruction that the first lines stand behind: FROM, or the steps behind it that compile the standard library,
    /// so that it does not matter whether `bytecode` ran before or runs after.
    fn behind(&self) -> usize {
        let Scene { file, stage, .. } = self.scene;
        let steps = Steps::of(file.dockerfile);
        let compiles = |index: &usize| steps.at(*index).is_some_and(one_stage::is_of_the_interpreter);
        stage.instructions.clone().take_while(compiles).last().unwrap_or(stage.from)
    }

    /// What stands directly behind that.
    fn first_lines(&mut self) -> Vec<String> {
        match self.scene.kind {
            Kind::Python if self.scene.image.is_copied => self.language_of_texts().into_iter().collect(),
            Kind::Python => self.links(),
            Kind::Node => {
                let keyword = self.keyword(Keyword::Env);
                self.swap.declares.push(Declared::Env("PATH".to_owned()));
                vec![format!("{keyword} PATH=/nodejs/bin:$PATH")]
            }
            Kind::Java | Kind::Binary => Vec::new(),
        }
    }

    /// The variable by which the old base said in which encoding texts are, where it did and the stage does not.
    fn language_of_texts(&self) -> Option<String> {
        const NAME: &str = "LANG";
        let Scene { stage, .. } = self.scene;
        let model = self.scene.model();
        let sets = |index: usize| match model.operation(index) {
            Some(Operation::Env(pairs)) => pairs.iter().any(|pair| pair.key.text == NAME),
            _ => false,
        };
        let config = model.config(stage.index);
        let old = config.env.iter().find(|variable| &*variable.name == NAME)?.value.as_known()?;
        let is_own = stage.instructions.clone().any(sets);
        (!is_own).then(|| format!("{} {NAME}={old}", self.keyword(Keyword::Env)))
    }

    /// The interpreter and its packages under the paths of the official image.
    fn links(&mut self) -> Vec<String> {
        let brings_prefix =
            self.scene.copies.iter().any(|copy| copy.from && copy.destination == "/usr/local");
        let mut statements = Vec::new();
        let mut lines = Vec::new();
        if let Some((name, version)) = variable::guarded(self.scene) {
            lines.push(format!("{} {name}", self.keyword(Keyword::Arg)));
            lines.push(format!("# the packages are of the Python that {name} names"));
            statements.push(variable::statement(&name, version));
            self.swap.declares.push(Declared::Env(name));
        }
        if self.needs_links {
            lines.push("# console scripts ask for the interpreter in /usr/local/bin".to_owned());
            statements.push("os.makedirs('/usr/local/bin', exist_ok=True)".to_owned());
            statements.push(
                "[os.symlink('/usr/bin/python3.13', f'/usr/local/bin/{name}') for name in ('python', 'python3', 'python3.13')]"
                    .to_owned(),
            );
        }
        if brings_prefix {
            lines.push(
                "# pip has put the packages into site-packages, the interpreter looks for dist-packages"
                    .to_owned(),
            );
            statements.push("os.makedirs('/usr/local/lib/python3.13', exist_ok=True)".to_owned());
            statements.push(format!("os.symlink('site-packages', '{DIST_PACKAGES}')"));
        }
        if statements.is_empty() {
            return Vec::new();
        }
        let habits = self.scene.document().habits();
        let separator = format!("; {}", habits.line_break(&habits.indent));
        let written = statements.join(&separator);
        let keyword = self.keyword(Keyword::Run);
        let first = habits.line_break(&habits.indent);
        let run = format!("{keyword} [\"/usr/bin/python3.13\", \"-c\", \"import os; {first}{written}\"]");
        self.swap.declares.extend(words_of_run(&run, habits.escape).map(Declared::RunAdded));
        lines.push(run);
        lines
    }

    /// What the stage starts, and what compose and Kubernetes start in its place, is a command of its own and no argument of
    /// the image's entrypoint.
    pub(super) fn entrypoint(&mut self) {
        let scene = self.scene;
        let Some(cmd) =
            scene.cmd.filter(|_| scene.entrypoint.is_none() && !scene.image.entrypoint.is_empty())
        else {
            return;
        };
        let line = format!("{} []", self.keyword(Keyword::Entrypoint));
        self.swap.edits.push(surgery::insert_before(scene.document(), cmd, &[line]));
    }
}

/// The words of a RUN in exec form, with blanks between them: what is declared of it.
fn words_of_run(run: &str, escape: char) -> Option<String> {
    let directive = if escape == '\\' { String::new() } else { format!("# escape={escape}\n") };
    let document = Document::parse(format!("{directive}{run}\n"));
    let array = document.instructions().first()?.command.json.as_ref()?;
    Some(array.items.iter().map(|item| item.value.as_str()).collect::<Vec<_>>().join(" "))
}
