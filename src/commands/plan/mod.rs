//! `dockfit plan`: what an audit report proposes, and what each proposal comes to here.

mod html;
mod markdown;
mod measured;
mod outcome;
mod text;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use dockfit_audit::{Outline, Proposal};
use dockfit_rewrite::{Pass, Safety};
use dockfit_transforms::evidence;

use self::measured::Measured;
use self::outcome::{Plan, Planned, Said};
use super::Exit;
use crate::args::{ApplyArgs, Format, Options, PlanArgs, PlanFormat};
use crate::console::Console;
use crate::disk::{ReadFailure, read};
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, shown};
use crate::report;
use crate::run::{self, Ran};
use crate::session::Session;

/// Reads the report, runs the passes that it asks for, and shows what came of each proposal.
pub(super) fn plan(
    args: &PlanArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    let bytes = match read(&args.report) {
        Ok(bytes) => bytes,
        Err(failure) => return refuse(args, &failure, console),
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut proposals = Outline::read(&text).proposals(&evidence::topics);
    if let Some(phase) = &args.phase {
        proposals.retain(|proposal| proposal.phase.as_deref() == Some(phase));
        if proposals.is_empty() {
            let problem = Problem::new(ProblemKind::Usage, format!("no proposal is in phase {phase}"));
            console
                .problem(&problem.in_file(shown(&args.report)).help("leave --phase out to see all of them"));
            return super::failed(console);
        }
    }
    let options = options(args, &proposals, passes);
    if args.apply {
        return apply(args, &options, passes, console);
    }
    match args.format {
        PlanFormat::Json => console.collect_for(Format::Json),
        PlanFormat::Html => console.collect_for(Format::Html),
        PlanFormat::Text | PlanFormat::Markdown => {}
    }
    let Some(Gathered { said, page, counts }) = gather(args, &options, passes, console) else {
        return super::failed(console);
    };
    let bench = match args.bench.as_deref().map(bench).transpose() {
        Ok(bench) => bench,
        Err(problem) => {
            console.problem(&problem);
            return super::failed(console);
        }
    };
    let measured = bench.as_deref().unwrap_or_default();
    let plan = Plan {
        report: shown(&args.report),
        proposals: { proposals.iter() }
            .map(|proposal| Planned::new(proposal, &said, passes, measured))
            .collect(),
        groups: evidence::groups(&proposals),
        measured: bench.as_ref().map(|bench| together(bench, &said)),
    };
    let shown = match args.format {
        PlanFormat::Text => text::plan(&plan, console.palette(), &hint(console)),
        PlanFormat::Markdown => markdown::plan(&plan),
        PlanFormat::Html => document(args, &plan, page, &counts, console),
        PlanFormat::Json => format!("{}\n", outcome::json(&plan, &console.collected())),
    };
    super::done(shown, console)
}

/// What a bench measured.
fn bench(path: &Path) -> Result<Vec<Measured>, Problem> {
    let shown = shown(path);
    let bytes = read(path).map_err(|failure| {
        let problem = Problem::new(ProblemKind::Read, failure.message()).in_file(&shown);
        problem.help("give --bench what `dockfit bench --format json` printed")
    })?;
    measured::read(&bytes, &shown)
}

/// What it measured of all passes together, in the Dockerfiles of the plan.
fn together(bench: &[Measured], said: &[Said]) -> Vec<Measured> {
    let is_ours =
        |measured: &&Measured| measured.pass.is_none() && said.iter().any(|said| measured.is_of(&said.file));
    bench.iter().filter(is_ours).cloned().collect()
}

fn refuse(args: &PlanArgs, failure: &ReadFailure, console: &mut Console) -> io::Result<Exit> {
    let problem = Problem::new(ProblemKind::Read, format!("it cannot be read: {}", failure.message()));
    console.problem(&problem.in_file(shown(&args.report)));
    super::failed(console)
}

/// The options that select what the proposals ask for. A report is no consent to what changes the application's source or
/// makes a server refuse work: that wants a name on the command line.
fn options(args: &PlanArgs, proposals: &[Proposal], passes: &[&'static dyn Pass]) -> Options {
    let asked: BTreeSet<&str> =
        proposals.iter().flat_map(|proposal| &proposal.topics).map(|topic| topic.id).collect();
    let infos = passes.iter().map(|pass| pass.info()).filter(|info| asked.contains(info.id));
    let decisions = infos.flat_map(|info| info.decisions);
    let only =
        decisions.filter(|decision| decision.safety != Safety::ByName).map(|decision| decision.id.to_owned());
    Options {
        only: only.collect(),
        skip: args.skip.clone(),
        context: args.context.clone(),
        config: args.config.clone(),
        color: args.color,
        ..Options::default()
    }
}

fn apply(
    args: &PlanArgs,
    options: &Options,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    if options.only.is_empty() {
        console.print("no proposal of this report asks for a pass; nothing to apply\n")?;
        console.flush()?;
        return Ok(Exit::Done);
    }
    let args = ApplyArgs {
        paths: args.paths.clone(),
        commit: args.commit,
        allow_dirty: args.allow_dirty,
        interactive: false,
        options: options.clone(),
    };
    super::apply::apply(&args, passes, console)
}

/// What the passes say of all projects, and what a page shows of it.
#[derive(Default)]
struct Gathered {
    said: Vec<Said>,
    page: report::html::Part,
    counts: report::Counts,
}

/// The page.
fn document(
    args: &PlanArgs,
    plan: &Plan,
    part: report::html::Part,
    counts: &report::Counts,
    console: &mut Console,
) -> String {
    let bench = args.bench.as_deref().map(super::bench::measured).transpose();
    // It has been read before, by the plan.
    let measured = bench.ok().flatten().unwrap_or_default();
    let title = format!("Plan for {}", plan.report);
    let page = report::html::Page { title, lead: html::lead(plan, &part), measured, part };
    page.document(counts, &console.collected())
}

/// What the passes say of all projects.
fn gather(
    args: &PlanArgs,
    options: &Options,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> Option<Gathered> {
    let session = Session::start(passes, options, console)?;
    if options.only.is_empty() {
        return Some(Gathered::default());
    }
    let input = session.find(&args.paths, console)?;
    let projects = session.projects(input, console);
    let mut all = Gathered::default();
    let with_page = args.format == PlanFormat::Html;
    let make = |draft: &Draft, ran: &Ran| Gathered {
        said: outcome::said(draft, ran),
        page: if with_page {
            report::html::part(draft, &ran.report, passes)
        } else {
            report::html::Part::default()
        },
        counts: report::Counts::of(&ran.report, ran.accepted),
    };
    run::each(passes, &projects, make, |_, result| match result {
        Ok(one) => {
            all.said.extend(one.said);
            all.page.add(one.page);
            all.counts.add(one.counts);
        }
        Err(problem) => console.problem(&problem),
    });
    Some(all)
}

/// The command that applies the plan.
fn hint(console: &Console) -> String {
    let words = console.words.iter().map(String::as_str);
    format!("dockfit {} --apply", words.collect::<Vec<_>>().join(" "))
}

/// The groups as configuration.
fn groups_toml(groups: &[(String, Vec<String>)]) -> String {
    let mut out = String::new();
    for (name, packages) in groups {
        let packages: Vec<String> = packages.iter().map(|package| format!("\"{package}\"")).collect();
        let _ = writeln!(out, "[groups.{name}]\npackages = [{}]", packages.join(", "));
    }
    out
}
