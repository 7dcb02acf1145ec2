//! `dockfit apply`: change the files.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use dockfit_rewrite::Pass;
use dockfit_rewrite::pipeline::FileChange;

use super::Exit;
use super::ask::Answers;
use crate::args::{ApplyArgs, Format};
use crate::console::Console;
use crate::git;
use crate::printer::{Mode, Piece, Printer, Style};
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, shown};
use crate::report::{self, Part, Series};
use crate::run::{self, Ran};
use crate::session::{Input, Session};
use crate::write::{Journals, in_order};

/// What one project comes to.
struct Made {
    piece: Piece,
    /// First state against last.
    changes: Vec<FileChange>,
    /// Pass by pass, by its place in the registry.
    by_pass: Vec<(usize, Vec<FileChange>)>,
    messages: Vec<Part>,
}

/// Runs the passes and writes what they made.
pub(super) fn apply(
    args: &ApplyArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    let Some(session) = Session::start(passes, &args.options, console) else { return super::failed(console) };
    if let Err(problem) = possible(args, console) {
        console.problem(&problem);
        return super::failed(console);
    }
    match session.find(&args.paths, console) {
        None => super::failed(console),
        Some(Input::Standard(draft)) => standard_input(&session, &draft, console),
        Some(Input::Roots(mut roots)) => {
            let journals = Journals::open(&mut roots, console);
            let projects = session.projects(Input::Roots(roots), console);
            Applying { session: &session, args, journals, commits: 0 }.run(&projects, console)
        }
    }
}

fn possible(args: &ApplyArgs, console: &Console) -> Result<(), Problem> {
    if args.interactive && !console.answers {
        let problem = Problem::new(ProblemKind::Usage, "--interactive needs a terminal to ask on");
        return Err(problem.help("use --only to choose what is applied"));
    }
    if args.options.format.is_some_and(|format| !format.is_common()) {
        let problem =
            Problem::new(ProblemKind::Usage, "apply writes the files, and tells of it as text or JSON");
        return Err(problem.help("dockfit diff prints the other formats"));
    }
    Ok(())
}

/// The Dockerfile on standard input: its new text to standard output, all else to standard error.
fn standard_input(session: &Session<'_>, draft: &Draft, console: &mut Console) -> io::Result<Exit> {
    let look = session.look(console);
    match run::one(session.passes, draft, &mut |offer| draft.wants(offer)) {
        Ok(Ran { report, .. }) => {
            console.problems(&report::takebacks(draft, &report));
            if !session.options.quiet {
                console.say(report::refusals(draft, &report, &look));
            }
            let changed = report.changes.first().map(|change| &*change.after);
            let same = draft.members.first().map(|member| &*member.source);
            console.print(changed.or(same).unwrap_or_default())?;
        }
        Err(problem) => console.problem(&problem),
    }
    console.flush()?;
    Ok(super::exit(console, false))
}

struct Applying<'a> {
    session: &'a Session<'a>,
    args: &'a ApplyArgs,
    journals: Journals,
    commits: usize,
}

impl Applying<'_> {
    fn run(mut self, projects: &[Draft], console: &mut Console) -> io::Result<Exit> {
        let options = self.session.options;
        let mut format = self.session.format(projects, console);
        if !format.is_common() {
            format = Format::Text;
        }
        let look = self.session.look(console);
        let style =
            Style { passes: self.session.passes, mode: Mode::Apply, format, look, quiet: options.quiet };
        let made = self.make(projects, style, console);
        let writable = self.writable(made, console);
        let mut printer = Printer::start(style, console);
        for (root, made) in writable {
            let written = if self.args.commit {
                self.commit(&root, &made, console)
            } else {
                self.write(&root, &made, console)
            };
            match written {
                Ok(()) => made.into_iter().for_each(|made| printer.take(made.piece, console)),
                Err(problem) => console.problem(&problem),
            }
        }
        let last = match (printer.counts.changed, self.commits) {
            (0, _) => String::new(),
            (_, 0) => "To take it back: dockfit undo\n".to_owned(),
            (_, commits) => {
                format!("{} made; git has what was before\n", report::plural(commits, "commit", "commits"))
            }
        };
        printer.finish(&last, console)?;
        Ok(super::exit(console, false))
    }

    /// Runs the passes: in parallel, or asking.
    fn make(&self, projects: &[Draft], style: Style, console: &mut Console) -> Vec<(PathBuf, Made)> {
        let passes = self.session.passes;
        let make = |draft: &Draft, ran: &Ran| made(draft, ran, style);
        let mut all = Vec::new();
        if self.args.interactive {
            let mut answers = Answers::default();
            for draft in projects {
                let result = run::one(passes, draft, &mut |offer| {
                    draft.wants(offer) && answers.wants(draft, offer, console)
                });
                match result {
                    Ok(ran) => {
                        console.problems(&run::refused(draft, &ran));
                        all.push((draft.root.clone(), make(draft, &ran)));
                    }
                    Err(problem) => console.problem(&problem),
                }
            }
        } else {
            run::each(passes, projects, make, |draft, result| match result {
                Ok(result) => all.push((draft.root.clone(), result)),
                Err(problem) => console.problem(&problem),
            });
        }
        all
    }

    /// By root, the projects none of whose files has changes that are not committed.
    fn writable(&self, made: Vec<(PathBuf, Made)>, console: &mut Console) -> BTreeMap<PathBuf, Vec<Made>> {
        let mut by_root: BTreeMap<PathBuf, Vec<Made>> = BTreeMap::new();
        for (root, made) in made {
            by_root.entry(root).or_default().push(made);
        }
        by_root.retain(|root, projects| match self.keep_clean(root, projects) {
            Ok(problems) => {
                console.problems(&problems);
                true
            }
            Err(problem) => {
                console.problem(&problem);
                false
            }
        });
        by_root
    }

    fn keep_clean(&self, root: &Path, projects: &mut Vec<Made>) -> Result<Vec<Problem>, Problem> {
        let in_git = root.join(".git").exists();
        if self.args.commit && !in_git {
            let problem = Problem::new(ProblemKind::Git, "there is no git work tree to commit to");
            return Err(problem.in_file(shown(root)).help("leave --commit away"));
        }
        let paths: Vec<&str> =
            projects.iter().flat_map(|made| &made.changes).map(|change| change.path.as_str()).collect();
        if self.args.allow_dirty || !in_git || paths.is_empty() {
            return Ok(Vec::new());
        }
        let dirty = git::dirty(root, &paths)
            .map_err(|problem| problem.help("--allow-dirty changes the files without asking git"))?;
        let mut problems = Vec::new();
        projects.retain(|made| {
            let mine: BTreeSet<&str> = made.changes.iter().map(|change| change.path.as_str()).collect();
            let dirty = mine.into_iter().filter(|path| dirty.contains(*path));
            let before = problems.len();
            problems.extend(dirty.map(|path| {
                let problem = Problem::new(
                    ProblemKind::Dirty,
                    "it has changes that are not committed, and is left alone",
                );
                let problem = problem.in_file(shown(&root.join(path)));
                problem.help("commit or stash them, or use --allow-dirty")
            }));
            problems.len() == before
        });
        Ok(problems)
    }

    fn write(&self, root: &Path, made: &[Made], console: &mut Console) -> Result<(), Problem> {
        let changes: Vec<&FileChange> = made.iter().flat_map(|made| &made.changes).collect();
        self.journals.write(root, &changes, console)
    }

    /// One commit per pass: its changes of all projects are written, then committed. Where git refuses, they
    /// are taken back.
    fn commit(&mut self, root: &Path, made: &[Made], console: &mut Console) -> Result<(), Problem> {
        let mut series = Series::default();
        for made in made {
            series.push(made.messages.clone());
        }
        for index in 0..self.session.passes.len() {
            let passes = made.iter().flat_map(|made| &made.by_pass).filter(|(at, _)| *at == index);
            let changes: Vec<&FileChange> = passes.flat_map(|(_, changes)| changes).collect();
            let Some(message) = series.message(index).filter(|_| !changes.is_empty()) else { continue };
            self.journals.write(root, &changes, console)?;
            let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
            if let Err(problem) = git::commit(root, &paths, &message) {
                self.journals.close(root);
                let back = dockfit_journal::Journal::undo(root);
                back.map_err(|error| crate::write::problem(&error, root))?;
                git::unstage(root, &paths)?;
                return Err(
                    problem.help("what this pass changed was taken back; mend the cause and run it again")
                );
            }
            self.commits += 1;
        }
        Ok(())
    }
}

fn made(draft: &Draft, ran: &Ran, style: Style) -> Made {
    let report = &ran.report;
    let order = |id: &str| style.passes.iter().position(|pass| pass.info().id == id).unwrap_or_default();
    let mut changes = report.changes.clone();
    in_order(&mut changes, report.before.dockerfiles());
    let by_pass = report.passes.iter().map(|pass| {
        let mut changes = pass.changes.clone();
        in_order(&mut changes, report.before.dockerfiles());
        (order(pass.info.id), changes)
    });
    Made {
        piece: style.piece(draft, ran),
        changes,
        by_pass: by_pass.collect(),
        messages: Series::parts(report, |info| order(info.id)),
    }
}
