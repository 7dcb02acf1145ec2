//! The options of pip, each of which a variable can set: `PIP_` and the option's name.

/// All long options, of pip itself and of its subcommands.
///
/// Read from the sources of pip 1.5.6, 9.0.3, 20.3.4, 23.2 and 26.3 (`cmdoptions.py`, `commands/`); 2026-11-24.
const OPTIONS: &[&str] = &[
    "abi",
    "algorithm",
    "all",
    "all-releases",
    "allow-all-external",
    "allow-external",
    "allow-insecure",
    "allow-unverified",
    "always-unzip",
    "bash",
    "break-system-packages",
    "build",
    "build-constraint",
    "build-dir",
    "build-directory",
    "build-option",
    "cache-dir",
    "cert",
    "check-build-dependencies",
    "client-cert",
    "compile",
    "config-settings",
    "constraint",
    "debug",
    "default-timeout",
    "default-vcs",
    "dest",
    "destination-dir",
    "destination-directory",
    "disable-pip-version-check",
    "download",
    "download-cache",
    "download-dir",
    "download-directory",
    "dry-run",
    "editable",
    "editor",
    "egg",
    "exclude",
    "exclude-editable",
    "exists-action",
    "extra-index-url",
    "files",
    "find-links",
    "fish",
    "force-reinstall",
    "format",
    "global",
    "global-option",
    "group",
    "hash",
    "help",
    "ignore-installed",
    "ignore-requires-python",
    "implementation",
    "include-editable",
    "index",
    "index-url",
    "install-option",
    "isolated",
    "json",
    "keyring-provider",
    "list",
    "local",
    "local-log",
    "log",
    "log-explicit-levels",
    "log-file",
    "mirrors",
    "no-allow-external",
    "no-allow-insecure",
    "no-binary",
    "no-build-isolation",
    "no-cache-dir",
    "no-clean",
    "no-color",
    "no-compile",
    "no-dependencies",
    "no-deps",
    "no-download",
    "no-index",
    "no-input",
    "no-install",
    "no-proxy-env",
    "no-pyc",
    "no-python-version-warning",
    "no-require-hashes",
    "no-use-pep517",
    "no-use-wheel",
    "no-user",
    "no-verify",
    "no-warn-conflicts",
    "no-warn-script-location",
    "not-required",
    "only-binary",
    "only-dependencies",
    "only-deps",
    "only-final",
    "outdated",
    "output",
    "path",
    "platform",
    "powershell",
    "pre",
    "prefer-binary",
    "prefix",
    "process-dependency-links",
    "progress-bar",
    "proxy",
    "pypi-url",
    "python",
    "python-version",
    "quiet",
    "refresh-package",
    "report",
    "require-hashes",
    "require-venv",
    "require-virtualenv",
    "requirement",
    "requirements-from-script",
    "resume-retries",
    "retries",
    "root",
    "root-user-action",
    "simulate",
    "site",
    "skip-requirements-regex",
    "sort-files",
    "source",
    "source-dir",
    "source-directory",
    "src",
    "target",
    "timeout",
    "trusted-host",
    "unzip",
    "upgrade",
    "upgrade-strategy",
    "uploaded-prior-to",
    "uptodate",
    "use-deprecated",
    "use-feature",
    "use-mirrors",
    "use-pep517",
    "use-wheel",
    "user",
    "verbose",
    "version",
    "wheel-dir",
    "yes",
    "zip",
    "zsh",
];

/// Variables that are no options and that pip or its companions read all the same.
///
/// pip 26.3 (`_internal/configuration.py`, `cli/autocompletion.py`, `metadata`, `resolution`, `vcs/git.py`), pip-tools 7
/// and pip-audit 2 (their documentation); 2026-11-24.
const OTHERS: &[&str] = &[
    "PIP_AUTO_COMPLETE",
    "PIP_CONFIG_FILE",
    "PIP_NO_PARTIAL_CLONE_FOR_BROKEN_GIT_SERVER",
    "PIP_RESOLVER_DEBUG",
    "PIP_TOOLS_CACHE_DIR",
    "PIP_USER_AGENT_USER_DATA",
];

/// Whether some release of pip, or a companion of it, reads the variable `name`. pip takes any case behind the prefix
/// (`_internal/configuration.py`, `_normalize_name`).
pub(super) fn is_read(name: &str) -> bool {
    let Some(option) = name.strip_prefix("PIP_") else { return true };
    let option = option.to_ascii_lowercase().replace('_', "-");
    OPTIONS.binary_search(&option.as_str()).is_ok()
        || OTHERS.contains(&name)
        || option.starts_with("audit-")
        // A version, for scripts and people.
        || option.ends_with("version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_are_in_order() {
        assert!(OPTIONS.is_sorted());
    }

    #[test]
    fn what_pip_reads_is_told_from_what_it_ignores() {
        for name in
            ["PIP_DEFAULT_TIMEOUT", "PIP_NO_CACHE_DIR", "PIP_index_url", "PIP_CONFIG_FILE", "PIP_VERSION"]
        {
            assert!(is_read(name), "{name}");
        }
        for name in ["PIP_PARALLEL_DOWNLOAD", "PIP_NO_CACHE", "PIP_CACHE"] {
            assert!(!is_read(name), "{name}");
        }
    }
}
