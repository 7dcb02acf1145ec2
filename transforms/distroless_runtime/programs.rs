//! Which programs a stage has once it is built on a distroless image.

use dockfit_dockerfile::values::path::clean;

use super::table::{Image, Language};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;

/// Programs of Debian's packages that commands of containers name: no copy from a stage with Python packages brings them.
///
/// Source: the contents of bash, coreutils, dash, util-linux, procps, passwd, login, findutils, grep, sed, mawk, tar, gzip,
/// curl, wget, netcat-openbsd, tini, dumb-init, gosu, cron, nginx, supervisor, git, openssh-client in Debian 13; 2026-11-24.
const OF_DEBIAN: &[&str] = &[
    "apt",
    "apt-get",
    "awk",
    "base64",
    "basename",
    "bash",
    "cat",
    "chmod",
    "chown",
    "chroot",
    "cp",
    "cron",
    "curl",
    "cut",
    "dash",
    "date",
    "dd",
    "df",
    "dirname",
    "dpkg",
    "dumb-init",
    "echo",
    "env",
    "false",
    "find",
    "getent",
    "git",
    "gosu",
    "grep",
    "gzip",
    "head",
    "hostname",
    "id",
    "kill",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "nc",
    "ncat",
    "netcat",
    "nginx",
    "nice",
    "nohup",
    "perl",
    "pgrep",
    "pidof",
    "printenv",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "rm",
    "runuser",
    "sed",
    "service",
    "setpriv",
    "setsid",
    "sh",
    "sleep",
    "sort",
    "ssh",
    "stat",
    "stdbuf",
    "su",
    "sudo",
    "tail",
    "tar",
    "tee",
    "test",
    "timeout",
    "tini",
    "touch",
    "tr",
    "true",
    "tty",
    "uname",
    "uniq",
    "wc",
    "wget",
    "which",
    "whoami",
    "xargs",
];

/// Programs that come with an official image and not with a distroless one.
///
/// Sources: the images' Dockerfiles; 2026-11-24.
const OF_OFFICIAL_IMAGES: &[&str] = &[
    "corepack",
    "docker-entrypoint.sh",
    "idle",
    "jar",
    "javac",
    "jcmd",
    "npm",
    "npx",
    "pip",
    "pip3",
    "pydoc",
    "yarn",
    "yarnpkg",
    "pnpm",
];

/// Tools that are copied into images as a single file and start the application.
const LAUNCHERS: &[&str] = &["uv", "poetry", "pdm", "pipenv", "hatch", "bun", "deno"];

/// What to do about a script that starts the application.
pub(super) const START_DIRECTLY: &str = "start the program itself in exec form; do what the script does before it in the application or in a step of the build";

/// What is where in a stage on a distroless image.
pub(super) struct Programs<'s> {
    pub(super) image: &'static Image,
    /// The folders of PATH at the end of the stage.
    pub(super) path: Vec<String>,
    /// Where copies put files: folders and files.
    pub(super) copied: Vec<String>,
    /// The working directory at the end of the stage.
    pub(super) working_dir: String,
    /// What the first bytes of a file that is copied from the context are, by its path in the image.
    pub(super) first_line: &'s dyn Fn(&str) -> Option<String>,
}

/// Whether a file's name says that it is a script for a shell.
fn is_shell_script(path: &str) -> bool {
    matches!(path.rsplit_once('.'), Some((_, "sh" | "bash")))
}

/// How a program starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// It is the language's own program, where the image has it.
    Language,
    /// It is the language's own program under a path that the official image has.
    LanguageElsewhere,
    /// It was copied, and starts by itself or by the language's program at its old place.
    Copied,
}

impl Programs<'_> {
    /// How the program that `words` name starts, `what` being who names it; why it does not, if so.
    pub(super) fn find(&self, words: &[String], what: &str) -> Result<Found, Refusal> {
        let Some(program) = words.first() else {
            return Err(Refusal::new("no-program", format!("{what} starts nothing"), "name a program"));
        };
        let name = dockfit_shell::base_name(program);
        if let Some(found) = self.of_language(program, name) {
            return Ok(found);
        }
        let missing = |way_out: String| {
            let text =
                format!("{what} starts `{program}`, which `{}` does not have", self.image.reference(""));
            Refusal::new("program-missing", text, way_out)
        };
        if LAUNCHERS.contains(&name) {
            return Err(missing(format!(
                "start the program that `{name}` starts, from the environment that it makes"
            )));
        }
        if OF_OFFICIAL_IMAGES.contains(&name) {
            return Err(missing(
                "start the language's own program with the file or module to run".to_owned(),
            ));
        }
        if program.contains('/') {
            return self.by_path(program, what);
        }
        if OF_DEBIAN.contains(&name) || is_shell_script(name) {
            return Err(missing("start the application itself".to_owned()));
        }
        let from_copy = self
            .path
            .iter()
            .any(|folder| self.is_copied(folder) || self.is_copied(&format!("{folder}/{name}")));
        if !from_copy {
            return Err(missing(
                "start it by a path that the stage copies, or as a module (`python -m`)".to_owned(),
            ));
        }
        Ok(Found::Copied)
    }

    fn of_language(&self, program: &str, name: &str) -> Option<Found> {
        let names = self.image.programs;
        if names.contains(&program) {
            return Some(Found::Language);
        }
        let known = names.iter().find(|known| dockfit_shell::base_name(known) == name)?;
        let folder = known.rsplit_once('/').map(|(folder, _)| folder)?;
        if !program.contains('/') {
            // A prefix that pip installs into holds no interpreter, a virtual environment does.
            let holds = |at: &str| at.ends_with("/bin") && at != "/usr/local/bin" && self.is_copied(at);
            let first = self.path.iter().find(|at| *at == folder || holds(at));
            return Some(if first.is_some_and(|at| at == folder) {
                Found::Language
            } else {
                Found::LanguageElsewhere
            });
        }
        let at = program.rsplit_once('/').map(|(at, _)| at)?;
        let official = match self.image.language {
            Language::Python(_) | Language::Node(_) => at == "/usr/local/bin",
            Language::Java(_) => at.starts_with("/opt/java") || at.starts_with("/usr/local/openjdk"),
            Language::None => false,
        };
        official.then_some(Found::LanguageElsewhere)
    }

    fn by_path(&self, program: &str, what: &str) -> Result<Found, Refusal> {
        let path = if program.starts_with('/') {
            clean(program)
        } else {
            clean(&format!("{}/{program}", self.working_dir))
        };
        if is_shell_script(&path) {
            let text = format!("{what} starts the script `{program}`, which only a shell runs");
            return Err(Refusal::new("shell-script", text, START_DIRECTLY));
        }
        if let Some(line) = (self.first_line)(&path)
            && let Some(interpreter) = line.strip_prefix("#!")
        {
            let text = format!(
                "{what} starts `{program}`, whose first line asks for `{}`, which the image would not have",
                interpreter.trim()
            );
            let known = self.image.programs.iter().any(|known| interpreter.trim() == *known);
            if !known {
                let shell = [" sh", "/sh", "bash", "dash"].iter().any(|shell| interpreter.contains(shell));
                let code = if shell { "shell-script" } else { "program-missing" };
                let way_out =
                    if shell { START_DIRECTLY } else { "name the interpreter in the command itself" };
                return Err(Refusal::new(code, text, way_out));
            }
        }
        if self.is_copied(&path) {
            return Ok(Found::Copied);
        }
        let text = format!("{what} starts `{program}`, which nothing in the stage copies");
        Err(Refusal::new("program-missing", text, "copy it from the stage that builds it"))
    }

    fn is_copied(&self, path: &str) -> bool {
        self.copied.iter().any(|copied| is_inside(path, copied))
    }
}
