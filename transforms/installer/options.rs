//! What uv calls the options of `pip install`.
//!
//! Sources: pip 26.3 `pip install --help`; uv 0.13.9 `uv help pip install` and "Compatibility with pip", and that uv run with
//! each of them; 2026-11-24.

/// What becomes of an option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Uv {
    /// uv has it under the same name.
    Same,
    /// uv has it under this name.
    As(&'static str),
    /// uv has nothing to be told, or is told so anyway; what is installed is the same.
    Nothing,
    /// uv reads it from this variable.
    Variable(&'static str),
    /// A further index. pip takes the best file of all of them, uv those of the first that has the package.
    Index,
    /// Whether bytecode is written.
    Compile(bool),
    /// A requirements file.
    Requirements,
    /// The folder that is filled: a prefix.
    Prefix,
    /// The folder that is filled: a target.
    Target,
    /// The user's own folder is filled.
    User,
    /// The environment that is filled is told.
    Python,
    /// Nothing that is needed is looked for.
    NoDeps,
    /// uv cannot be told so; why.
    Refuse(&'static str),
}

/// An option of pip.
#[derive(Debug)]
pub(super) struct Opt {
    names: &'static [&'static str],
    pub(super) takes_value: bool,
    pub(super) uv: Uv,
}

const fn switch(names: &'static [&'static str], uv: Uv) -> Opt {
    Opt { names, takes_value: false, uv }
}

const fn valued(names: &'static [&'static str], uv: Uv) -> Opt {
    Opt { names, takes_value: true, uv }
}

static OPTIONS: &[Opt] = &[
    valued(&["-r", "--requirement"], Uv::Requirements),
    valued(&["--prefix"], Uv::Prefix),
    valued(&["-t", "--target"], Uv::Target),
    switch(&["--user"], Uv::User),
    valued(&["--python"], Uv::Python),
    switch(&["--no-deps"], Uv::NoDeps),
    switch(&["--require-hashes", "--no-index", "--break-system-packages"], Uv::Same),
    switch(&["-q", "--quiet", "-qq", "-qqq", "-v", "--verbose", "-vv", "-vvv"], Uv::Same),
    valued(&["-i", "--index-url", "--cache-dir", "--only-binary", "--no-binary"], Uv::Same),
    valued(&["-f", "--find-links"], Uv::Same),
    valued(&["--extra-index-url"], Uv::Index),
    valued(&["--pypi-url"], Uv::As("--index-url")),
    valued(&["--trusted-host"], Uv::As("--allow-insecure-host")),
    switch(&["--no-cache-dir"], Uv::As("--no-cache")),
    switch(&["-I", "--ignore-installed", "--force-reinstall"], Uv::As("--reinstall")),
    switch(&["--compile"], Uv::Compile(true)),
    switch(&["--no-compile"], Uv::Compile(false)),
    // How long and how often.
    valued(&["--timeout", "--default-timeout"], Uv::Variable("UV_HTTP_TIMEOUT")),
    valued(&["--retries"], Uv::Variable("UV_HTTP_RETRIES")),
    valued(&["--cert"], Uv::Variable("SSL_CERT_FILE")),
    valued(&["--client-cert"], Uv::Variable("SSL_CLIENT_CERT")),
    valued(&["--proxy"], Uv::Variable("ALL_PROXY")),
    // What is pinned is neither upgraded further nor chosen among releases.
    switch(&["-U", "--upgrade", "--pre", "--prefer-binary"], Uv::Nothing),
    valued(&["--upgrade-strategy"], Uv::Nothing),
    switch(&["--no-warn-script-location", "--no-warn-conflicts", "--no-color"], Uv::Nothing),
    switch(&["--disable-pip-version-check", "--no-input", "--no-python-version-warning"], Uv::Nothing),
    valued(&["--progress-bar", "--root-user-action", "--exists-action"], Uv::Nothing),
    valued(&["-c", "--constraint"], Uv::Refuse("it limits versions from outside of the file")),
    valued(&["-e", "--editable"], Uv::Refuse("an editable install is a link to the source")),
    valued(&["--root"], Uv::Refuse("uv has no such option")),
    valued(
        &["--platform", "--python-version", "--implementation", "--abi"],
        Uv::Refuse("uv has no such option"),
    ),
    valued(&["--src", "--log", "--keyring-provider"], Uv::Refuse("uv has no such option")),
    valued(&["--use-feature", "--use-deprecated"], Uv::Refuse("uv has no such option")),
    valued(
        &["-C", "--config-settings", "--global-option"],
        Uv::Refuse("uv gives it to other packages than pip does"),
    ),
    switch(&["--no-build-isolation"], Uv::Refuse("packages are built with what pip has installed")),
    switch(&["--dry-run", "--isolated"], Uv::Refuse("uv has no such option")),
];

/// The option of that name, without a value behind `=`.
pub(super) fn find(name: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.names.contains(&name))
}
