//! The transform passes of dockfit, a folder each.

mod apt_caches;
mod build_context;
mod by_stage;
mod bytecode;
mod cache_mounts;
mod ci_cache;
mod copy_order;
mod debug_target;
mod distroless_runtime;
mod dockerfiles;
mod dockerignore;
pub mod evidence;
mod git_history;
mod healthcheck;
mod image_hygiene;
mod import_costs;
mod installer;
mod max_requests;
mod package_caches;
mod pip_environment;
mod preload;
mod programs;
mod python_files;
mod server_options;
pub mod servers;
mod split_dependencies;
mod syntax_line;
mod workers_environment;

use dockfit_rewrite::Pass;

/// All passes, in the order in which they run: structural ones first where others edit what they make.
pub fn passes() -> &'static [&'static dyn Pass] {
    &[
        &split_dependencies::SplitDependencies,
        // Behind the steps that it is for, before those that add caches to them.
        &installer::Installer,
        // What it keeps out no copy brings over what an install has made.
        &dockerignore::Dockerignore,
        &copy_order::CopyOrder,
        // What can read the history stands behind the COPY that brings it: where copy-order has put that.
        &git_history::GitHistory,
        &apt_caches::AptCaches,
        &package_caches::PackageCaches,
        &pip_environment::PipEnvironment,
        &healthcheck::HealthCheck,
        &server_options::ServerOptions,
        &max_requests::MaxRequests,
        &workers_environment::WorkersEnvironment,
        &preload::Preload,
        // Behind what installs and copies, before what swaps the base of the final stage.
        &bytecode::Bytecode,
        &distroless_runtime::DistrolessRuntime,
        // Behind what takes a stage apart into one that builds and one that runs; before what repeats the latter.
        &image_hygiene::ImageHygiene,
        &debug_target::DebugTarget,
        &import_costs::ImportCosts,
        // It speaks of the mounts that the passes before have added.
        &ci_cache::CiCache,
        // Last: it looks at what the others have made.
        &syntax_line::SyntaxLine,
    ]
}
