//! The standard library.

use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::Decision;

use super::bases::{Python, python};
use super::{LIBRARY, Scene, deletions, insertion};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::{distroless_runtime, package_caches, pip_environment};

/// Compiles the standard library where the interpreter has it, but for what no server imports, and nothing of the
/// packages. It answers with success
/// whatever becomes of single modules, so that it fails no build.
const PROGRAM: &str = "import compileall, py_compile, re, sysconfig; \
    compileall.compile_dir(sysconfig.get_path('stdlib'), rx=re.compile('-packages/|/(ensurepip|idlelib|lib2to3|pydoc_data|test|tkinter|turtledemo)/'), \
    quiet=1, \
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)";

const COMMENT: &str =
    "Bytecode of the standard library, which the base image lacks: each start would compile it again.";

/// What is said of the bytes: Python 3.13, measured in the laboratory on 2026-11-24.
const NOTE: &str = "about 10 MB more in the image";

/// Keeps imports from writing bytecode; `compileall` and `pip` write it all the same.
const DONT_WRITE: &str = "PYTHONDONTWRITEBYTECODE";

/// Where official images have the library; for what deletes bytecode there.
const FOLDERS: &[&str] = &["/usr/local/lib/python3", "/usr/lib/python3"];

pub(super) fn decide(scene: &Scene<'_, '_>) -> Option<Decision> {
    let file = scene.file;
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let from = document.instructions().get(scene.stage.from)?;
    let refuse = |refusal: Refusal| Some(file.decision(&LIBRARY, from.text_span(), refusal.into_outcome()));
    match python(model, scene.stage.index) {
        Python::None => return None,
        Python::Compiled => {
            return Some(file.decision(&LIBRARY, from.text_span(), dockfit_rewrite::Outcome::Already));
        }
        Python::TooOld { image } => {
            let text = format!("`{image}` has a Python that knows no bytecode by hash, which came with 3.7");
            return refuse(Refusal::new("old-python", text, "use a Python that is supported"));
        }
        Python::Unknown { image } => {
            let text = format!("it is not known whether `{image}` has bytecode of its standard library");
            let way_out = "look for __pycache__ beside its modules; compile them with python -m compileall";
            return refuse(Refusal::new("base-unknown", text, way_out));
        }
        Python::Bare { .. } => {}
    }
    if let Some(step) = scene.steps_of_lineage().find(|step| step.calls().iter().any(compiles_library)) {
        return Some(file.decision(
            &LIBRARY,
            step.instruction.text_span(),
            dockfit_rewrite::Outcome::Already,
        ));
    }
    if let Some(refusal) = scene.refusal() {
        return refuse(refusal);
    }
    let own = |index: usize| scene.stage.instructions.contains(&index);
    let deleting = scene.steps.all().filter(|step| own(step.index));
    if let Some(step) =
        { deleting }.find(|step| FOLDERS.iter().any(|folder| deletions::deletes(step, folder)))
    {
        let text = format!("the step in line {} deletes bytecode", document.line_of(step.index));
        return refuse(Refusal::new(
            "deleted-later",
            text,
            "take the deletion out: it saves bytes and costs each start",
        ));
    }
    let user =
        match model.state(scene.stage.instructions.start).filter(|_| !scene.stage.instructions.is_empty()) {
            Some(state) => state.user.clone(),
            None => model.config(scene.stage.index).user,
        };
    let words = ["python3", "-c", PROGRAM].map(str::to_owned).to_vec();
    let step = insertion::Step { behind: anchor(scene), user: Some(user), comment: COMMENT, words };
    match step.edit(scene) {
        Ok((edit, declares)) => {
            let environment = model.environment_at_end(scene.stage.index);
            let more = if environment.is_named(DONT_WRITE) {
                format!("; {DONT_WRITE} does not keep this step from writing it")
            } else {
                String::new()
            };
            let outcome = file.change([edit], declares, Some(format!("{NOTE}{more}")));
            Some(file.decision(&LIBRARY, from.text_span(), outcome))
        }
        Err(refusal) => refuse(refusal),
    }
}

/// Behind the FROM; behind the lines that other passes put there, so that it does not matter which pass ran first.
fn anchor(scene: &Scene<'_, '_>) -> usize {
    let model = scene.file.dockerfile.model();
    let of_other_pass = |index: &usize| match model.operation(*index) {
        Some(Operation::Env(pairs)) => match pairs.as_slice() {
            [pair] => {
                pair.key.text == "LANG"
                    || pair.key.text == pip_environment::VARIABLE
                    || package_caches::may_set(&pair.key.text)
            }
            _ => false,
        },
        // The interpreter, where the base has none.
        Some(Operation::Copy(copy)) => {
            let from = distroless_runtime::interpreter(model, scene.stage.index);
            let name = from.and_then(|from| from.name.as_deref());
            name.is_some() && copy.from.as_ref().map(|from| from.text.as_str()) == name
        }
        _ => false,
    };
    scene.stage.instructions.clone().take_while(of_other_pass).last().unwrap_or(scene.stage.from)
}

/// Whether the command compiles the standard library, with the packages or without them.
pub(crate) fn compiles_library(call: &Call<'_>) -> bool {
    let is_library = |value: &str| {
        let path = value.trim_end_matches('/');
        let folder = path.rsplit_once("/lib/python3").is_some_and(|(_, version)| !version.contains('/'));
        value.contains("get_path('stdlib')")
            || value.contains("get_path(\"stdlib\")")
            || folder
            || matches!(path, "/usr" | "/usr/lib" | "/usr/local" | "/usr/local/lib")
    };
    super::compiles(call)
        && (call.values().any(is_library) || call.args.iter().any(|arg| arg.text.contains("stdlib")))
}
