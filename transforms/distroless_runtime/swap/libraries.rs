//! A stage that gathers what comes along from the old base: its interpreter, and the shared libraries of packages.

use dockfit_dockerfile::{Document, Keyword, RunForm};
use dockfit_rewrite::{Declared, Edit};

use super::Writer;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::steps::Steps;
use crate::distroless_runtime::libraries::moved_text;
use crate::distroless_runtime::one_stage::{BUILDER, base_words};

/// The name of the stage, and of the folder in it.
const LIBRARIES: &str = "libraries";

/// The name of the stage that has an interpreter as well.
pub(in crate::distroless_runtime) const INTERPRETER: &str = "interpreter";

/// Where official images have the interpreter, its packages and scripts.
const PREFIX: &str = "/usr/local";

impl Writer<'_, '_> {
    /// Adds the stage that gathers what comes along; answers with the lines that bring it.
    ///
    /// Libraries go to `/usr/lib`, where the loader of any architecture looks behind the image's own folder
    /// (`ld.so --help`, glibc 2.36 and 2.41, "system search path").
    pub(super) fn carried(&mut self) -> Result<Vec<String>, Refusal> {
        let scene = self.scene;
        let carried = &scene.carried;
        let python = scene.image.is_copied;
        if carried.libraries.is_empty() && !python {
            return Ok(Vec::new());
        }
        let document = scene.document();
        let name = if python { INTERPRETER } else { LIBRARIES };
        if scene.model().stage_named(name).is_some() {
            let text = format!("another stage is called `{name}`, which what comes along is gathered in");
            return Err(Refusal::new("stage-taken", text, "give that stage another name"));
        }
        let steps = Steps::of(scene.file.dockerfile);
        let habits = document.habits();
        let end = habits.line_end;
        let from = self.instruction(scene.stage.from)?;
        let as_word = if habits.lower_case { "as" } else { "AS" };
        let packages = carried.packages.join(", ");
        let comment = match (python, packages.as_str()) {
            (true, "") => {
                "Python without pip, and the libraries that it links to and the image lacks".to_owned()
            }
            (true, _) => {
                format!("Python without pip, the libraries that it links to, and those of {packages}")
            }
            (false, _) => format!("The libraries of {packages}"),
        };
        let from_word = self.keyword(Keyword::From);
        let base = if carried.of_builder { BUILDER.to_owned() } else { base_words(from) };
        let mut text = format!("# {comment}{end}{from_word} {base} {as_word} {name}{end}");
        for run in &carried.runs {
            let moved = moved_text(scene, &steps, *run).ok_or_else(|| {
                let line = document.line_of(*run);
                let text = format!("line {line}: the RUN cannot stand in another stage");
                Refusal::new("package-missing", text, "install the package in a RUN of its own")
            })?;
            text.push_str(&moved);
        }
        let image = scene.image.reference("");
        text.push_str(&self.gathering(&image, python));
        let escape =
            if habits.escape == '\\' { String::new() } else { format!("# escape={}\n", habits.escape) };
        let declared: Vec<Declared> = scripts(&format!("{escape}{text}")).map(Declared::RunAdded).collect();
        self.swap.declares.extend(declared);
        self.swap.declares.push(Declared::StagePart { name: name.to_owned(), like: scene.stage.index });
        self.swap.declares.push(Declared::Takes(image));
        if !packages.is_empty() {
            self.swap.notes.push(format!("carried over with what they need: {packages}"));
        }
        let start = document.comments_above(scene.stage.from).start;
        let gap = end.repeat(crate::debug_target::gap(document, start));
        self.swap.edits.push(Edit::insert(start, format!("{text}{gap}")));
        let copy = self.keyword(Keyword::Copy);
        let mut lines = Vec::new();
        if python {
            lines.push(format!("{copy} --from={name} {PREFIX} {PREFIX}"));
        }
        lines.push(format!("{copy} --from={name} /{LIBRARIES}/ /usr/lib/"));
        Ok(lines)
    }

    /// The RUN that puts the libraries into a folder: those of packages, and those that the interpreter's modules link to.
    fn gathering(&self, image: &str, python: bool) -> String {
        let habits = self.scene.document().habits();
        let (end, indent) = (habits.line_end, &habits.indent);
        let next = habits.line_break(indent);
        let names = self.scene.carried.libraries.join(" ");
        // The version is the base's. Where there is no Tk, its module is there all the same.
        let modules = format!(
            "find {PREFIX}/lib/python3*/lib-dynload -name '*.so' -not -name '_tkinter.*' -exec ldd {{}} +"
        );
        let (first, linked) = match (python, names.as_str()) {
            (true, "") => (String::new(), modules),
            (true, names) => (format!("{names} "), format!("{{ ldd {names}; {modules}; }}")),
            (false, names) => (format!("{names} "), format!("ldd {names}")),
        };
        let pipe = if python { format!(" {next}{indent}") } else { " ".to_owned() };
        let mut lines = vec![
            format!("{} --mount=from={image},target=/image ", self.keyword(Keyword::Run)),
            format!("mkdir /{LIBRARIES} && cd /usr/lib/*-linux-gnu "),
            format!(
                "&& for library in {first}$({linked}{pipe}| awk '$2 == \"=>\" {{ print $1 }}' | sort -u); do "
            ),
            format!("{indent}[ -e \"/image$PWD/$library\" ] || cp -L \"$library\" /{LIBRARIES}/ || exit 1; "),
        ];
        if python {
            lines.push("done ".to_owned());
            lines.push("&& pip uninstall --yes --root-user-action=ignore pip".to_owned());
        } else {
            lines.push("done".to_owned());
        }
        let comment = match names.as_str() {
            "" => String::new(),
            _ => format!("# with what they need, but for what the image has{end}"),
        };
        format!("{comment}{}{end}", lines.join(&next))
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
