//! A stage that gathers the shared libraries of packages, and the COPY that brings them.

use dockfit_dockerfile::{Document, Keyword, RunForm};
use dockfit_rewrite::{Declared, Edit};

use super::Writer;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::steps::Steps;
use crate::distroless_runtime::libraries::moved_text;
use crate::distroless_runtime::one_stage::base_words;

/// The name of the stage, and of the folder in it.
const NAME: &str = "libraries";

impl Writer<'_, '_> {
    /// Adds the stage that gathers what is carried over; answers with the lines that bring it.
    ///
    /// They go to `/usr/lib`, where the loader of any architecture looks behind the image's own folder (`ld.so --help`, glibc
    /// 2.36 and 2.41, "system search path").
    pub(super) fn libraries(&mut self) -> Result<Vec<String>, Refusal> {
        let scene = self.scene;
        let carried = &scene.carried;
        if carried.libraries.is_empty() {
            return Ok(Vec::new());
        }
        let document = scene.document();
        if scene.model().stage_named(NAME).is_some() {
            let text = format!("another stage is called `{NAME}`, into which packages would be installed");
            return Err(Refusal::new("package-missing", text, "give that stage another name"));
        }
        let steps = Steps::of(scene.file.dockerfile);
        let habits = document.habits();
        let (end, indent) = (habits.line_end, &habits.indent);
        let from = self.instruction(scene.stage.from)?;
        let as_word = if habits.lower_case { "as" } else { "AS" };
        let packages = carried.packages.join(", ");
        let mut text = format!(
            "# The libraries of {packages}{end}{} {} {as_word} {NAME}{end}",
            self.keyword(Keyword::From),
            base_words(from)
        );
        for run in &carried.runs {
            let moved = moved_text(scene, &steps, *run).ok_or_else(|| {
                let line = document.line_of(*run);
                let text = format!("line {line}: the RUN cannot stand in another stage");
                Refusal::new("package-missing", text, "install the package in a RUN of its own")
            })?;
            text.push_str(&moved);
        }
        let image = scene.image.reference("");
        let next = habits.line_break(indent);
        let names = carried.libraries.join(" ");
        let lines = [
            format!("{} --mount=from={image},target=/image ", self.keyword(Keyword::Run)),
            format!("mkdir /{NAME} && cd /usr/lib/*-linux-gnu "),
            format!(
                "&& for library in {names} $(ldd {names} | awk '$2 == \"=>\" {{ print $1 }}' | sort -u); do "
            ),
            format!("{indent}[ -e \"/image$PWD/$library\" ] || cp -L \"$library\" /{NAME}/ || exit 1; "),
            "done".to_owned(),
        ];
        text.push_str("# with what they need, but for what the image has");
        text.push_str(end);
        text.push_str(&lines.join(&next));
        text.push_str(end);
        let escape =
            if habits.escape == '\\' { String::new() } else { format!("# escape={}\n", habits.escape) };
        let declared: Vec<Declared> = scripts(&format!("{escape}{text}")).map(Declared::RunAdded).collect();
        self.swap.declares.extend(declared);
        self.swap.declares.push(Declared::StagePart { name: NAME.to_owned(), like: scene.stage.index });
        self.swap.declares.push(Declared::Takes(image));
        self.swap.notes.push(format!("carried over with what they need: {packages}"));
        let start = document.comments_above(scene.stage.from).start;
        let gap = end.repeat(crate::debug_target::gap(document, start));
        self.swap.edits.push(Edit::insert(start, format!("{text}{gap}")));
        Ok(vec![format!("{} --from={NAME} /{NAME}/ /usr/lib/", self.keyword(Keyword::Copy))])
    }
}

/// The scripts of the RUNs in a text.
fn scripts(text: &str) -> impl Iterator<Item = String> {
    let document = Document::parse(text.to_owned());
    let scripts: Vec<String> = document
        .instructions()
        .iter()
        .filter(|instruction| instruction.keyword() == Keyword::Run)
        .filter_map(|instruction| match RunForm::of(&document, instruction) {
            RunForm::Shell(text) => Some(text.as_str().to_owned()),
            _ => None,
        })
        .collect();
    scripts.into_iter()
}
