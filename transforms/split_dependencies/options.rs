//! The options of the installers that a split step may keep.
//!
//! Sources: pip 26.3 `pip install --help`, uv 0.9 `uv pip install --help`; read 2026-11-24.

/// How an option of an install is taken over by the steps of the groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Treatment {
    /// It stands in each of them as it is.
    Keep,
    /// It names the folder that is filled: a prefix, below which everything lies as below `/usr/local`.
    Prefix,
    /// It names the folder that is filled, with the packages directly in it.
    Target,
    /// It makes the user's own folder the one that is filled.
    User,
    /// It names the environment that is filled, or its interpreter.
    Python,
    /// It names a folder or page with packages.
    Links,
    /// No index is asked: what is installed lies in a folder.
    Wheels,
    /// It names the folder that built wheels go to.
    WheelFolder,
    /// A requirements file.
    Requirements,
    /// It is what the steps of the groups say anyway.
    Given,
    /// The step cannot be split with it; why.
    Refuse(&'static str),
}

/// An option.
#[derive(Debug)]
pub(super) struct Opt {
    names: &'static [&'static str],
    pub(super) takes_value: bool,
    pub(super) treatment: Treatment,
}

const fn switch(names: &'static [&'static str], treatment: Treatment) -> Opt {
    Opt { names, takes_value: false, treatment }
}

const fn valued(names: &'static [&'static str], treatment: Treatment) -> Opt {
    Opt { names, takes_value: true, treatment }
}

const OTHER_VERSIONS: Treatment = Treatment::Refuse("it limits versions from outside of the lock");
const EDITABLE: Treatment = Treatment::Refuse("an editable install is a link to the source");
const ELSEWHERE: Treatment = Treatment::Refuse("it installs for another environment than this one");

static OPTIONS: &[Opt] = &[
    valued(&["-r", "--requirement", "--requirements"], Treatment::Requirements),
    valued(&["--prefix"], Treatment::Prefix),
    valued(&["-t", "--target"], Treatment::Target),
    switch(&["--user"], Treatment::User),
    switch(&["--no-deps"], Treatment::Given),
    switch(&["--require-hashes"], Treatment::Given),
    switch(&["--no-cache-dir", "--no-cache", "-n"], Treatment::Keep),
    switch(&["--no-warn-script-location", "--no-warn-conflicts"], Treatment::Keep),
    switch(&["--disable-pip-version-check", "--no-input", "--no-color", "--no-progress"], Treatment::Keep),
    switch(&["-q", "--quiet", "-qq", "-qqq", "-v", "--verbose", "-vv", "-vvv"], Treatment::Keep),
    switch(&["-U", "--upgrade", "-I", "--ignore-installed", "--force-reinstall"], Treatment::Keep),
    switch(&["--compile", "--no-compile", "--compile-bytecode", "--no-compile-bytecode"], Treatment::Keep),
    switch(&["--break-system-packages", "--system", "--prefer-binary", "--pre"], Treatment::Keep),
    switch(
        &["--strict", "--native-tls", "--no-config", "--no-python-downloads", "--offline"],
        Treatment::Keep,
    ),
    switch(&["--no-index"], Treatment::Wheels),
    valued(&["-w", "--wheel-dir"], Treatment::WheelFolder),
    valued(&["-f", "--find-links"], Treatment::Links),
    valued(&["--cache-dir", "--progress-bar", "--root-user-action"], Treatment::Keep),
    valued(
        &["--timeout", "--default-timeout", "--retries", "--proxy", "--cert", "--client-cert"],
        Treatment::Keep,
    ),
    valued(&["-i", "--index-url", "--extra-index-url", "--trusted-host"], Treatment::Keep),
    valued(
        &["--default-index", "--index", "--index-strategy", "--keyring-provider", "--link-mode"],
        Treatment::Keep,
    ),
    valued(&["--python-preference", "--python-fetch", "--allow-insecure-host"], Treatment::Keep),
    valued(&["--only-binary", "--no-binary", "--upgrade-strategy", "--use-feature"], Treatment::Keep),
    valued(&["-c", "--constraint", "--constraints", "--override", "--overrides"], OTHER_VERSIONS),
    valued(&["--build-constraint", "--build-constraints", "--torch-backend", "--resolution"], OTHER_VERSIONS),
    valued(&["--prerelease", "--exclude-newer", "--uploaded-prior-to"], OTHER_VERSIONS),
    valued(&["-e", "--editable"], EDITABLE),
    valued(
        &["--root", "--platform", "--python-version", "--python-platform", "--implementation", "--abi"],
        ELSEWHERE,
    ),
    valued(&["--python", "-p"], Treatment::Python),
    switch(&["--dry-run"], Treatment::Refuse("it installs nothing")),
    switch(
        &["--no-build-isolation"],
        Treatment::Refuse("packages are built with what is installed before them"),
    ),
    valued(
        &["-C", "--config-settings", "--config-setting", "--global-option"],
        Treatment::Refuse("it is for one package and would be given to all"),
    ),
    valued(&["--extra", "--group"], Treatment::Refuse("it chooses dependencies of a manifest")),
    switch(&["--all-extras"], Treatment::Refuse("it chooses dependencies of a manifest")),
];

/// The option of that name, without a value behind `=`.
pub(super) fn find(name: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.names.contains(&name))
}
