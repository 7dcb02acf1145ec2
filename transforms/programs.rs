//! Programs that passes meet beside those that they look for, and what is known of each.
//!
//! POSIX utilities and system tools, as their manual pages describe them; `fix-permissions`, the script by which jupyter's
//! images change the group of files; 2026-11-24.

/// Keeps nothing below the home folder.
pub(crate) const HOME: u8 = 1;
/// Runs no package manager of the table of `package-caches`.
pub(crate) const PLAIN: u8 = 1 << 1;
/// Takes paths without emptying or copying what lies there, so that a mount is nothing to it. But where something is no
/// longer deleted, it may find what it did not find before.
pub(crate) const PATHS: u8 = 1 << 2;
/// Never looks at the project, whatever its arguments say.
pub(crate) const IDLE: u8 = 1 << 3;
/// Touches the paths that it is given, and nothing else of the project.
pub(crate) const BY_PATH: u8 = 1 << 4;
/// Changes the shell's own state: folder, options, variables.
pub(crate) const SHELL: u8 = 1 << 5;
/// Is a package manager of a system: reads the project where a package is named by a path.
pub(crate) const SYSTEM: u8 = 1 << 6;

/// By name, in the order of their bytes.
const PROGRAMS: &[(&str, u8)] = &[
    (".", HOME | PLAIN),
    (":", HOME | PLAIN | PATHS | IDLE),
    ("[", HOME | PLAIN | PATHS),
    ("[[", HOME | PLAIN),
    ("a2dismod", IDLE),
    ("a2enmod", IDLE),
    ("add-apt-repository", IDLE),
    ("addgroup", PLAIN | IDLE),
    ("adduser", PLAIN | IDLE),
    ("alias", SHELL),
    ("apk", SYSTEM),
    ("apt", HOME | PLAIN | SYSTEM),
    ("apt-cache", IDLE),
    ("apt-get", HOME | PLAIN | SYSTEM),
    ("apt-key", PLAIN | IDLE),
    ("apt-mark", PLAIN | IDLE),
    ("aptitude", PLAIN | SYSTEM),
    ("awk", HOME | PLAIN),
    ("basename", HOME | PLAIN),
    ("break", HOME | PLAIN),
    ("cat", HOME | PLAIN),
    ("cd", HOME | PLAIN | SHELL),
    ("chgrp", PLAIN | BY_PATH),
    ("chmod", HOME | PLAIN | BY_PATH),
    ("chown", HOME | PLAIN | BY_PATH),
    ("command", HOME | PLAIN),
    ("continue", HOME | PLAIN),
    ("cp", HOME | PLAIN),
    ("curl", HOME | PLAIN),
    ("cut", HOME | PLAIN),
    ("date", HOME | PLAIN | IDLE),
    ("df", PATHS),
    ("dirname", HOME | PLAIN),
    ("dnf", SYSTEM),
    ("docker-php-ext-configure", IDLE),
    ("docker-php-ext-enable", IDLE),
    ("docker-php-ext-install", IDLE),
    ("dpkg", PLAIN),
    ("dpkg-reconfigure", IDLE),
    ("du", PATHS),
    ("echo", HOME | PLAIN | PATHS | IDLE),
    ("ensurepip", HOME | PLAIN | IDLE),
    ("exit", HOME | PLAIN | IDLE),
    ("export", HOME | PLAIN | SHELL),
    ("false", HOME | PLAIN),
    ("fc-cache", PLAIN),
    ("find", HOME | PLAIN),
    ("fix-permissions", HOME),
    ("gem", PLAIN | SYSTEM),
    ("git", HOME | PLAIN),
    ("gpg", PLAIN),
    ("grep", HOME | PLAIN),
    ("groupadd", PLAIN | IDLE),
    ("groupmod", IDLE),
    ("gunzip", PLAIN),
    ("gzip", PLAIN),
    ("hash", PLAIN),
    ("head", HOME | PLAIN),
    ("id", HOME | PLAIN | IDLE),
    ("install", PLAIN),
    ("install-php-extensions", IDLE),
    ("ldconfig", PLAIN | IDLE),
    ("ln", HOME | PLAIN | BY_PATH),
    ("locale-gen", PLAIN | IDLE),
    ("ls", HOME | PLAIN | PATHS),
    ("microdnf", SYSTEM),
    ("mkdir", HOME | PLAIN | PATHS | BY_PATH),
    ("mv", HOME | PLAIN),
    ("node", PLAIN),
    ("opkg", SYSTEM),
    ("pacman", SYSTEM),
    ("pecl", IDLE),
    ("phpenmod", IDLE),
    ("popd", SHELL),
    ("printf", HOME | PLAIN | PATHS | IDLE),
    ("pushd", SHELL),
    ("pwd", HOME | PLAIN),
    ("python", PLAIN),
    ("read", PLAIN),
    ("rm", HOME | PLAIN | BY_PATH),
    ("rmdir", HOME | PLAIN | BY_PATH),
    ("sed", HOME | PLAIN),
    ("set", HOME | PLAIN | SHELL),
    ("shift", PLAIN),
    ("shopt", SHELL),
    ("sleep", HOME | PLAIN | IDLE),
    ("sort", HOME | PLAIN),
    ("source", HOME | PLAIN),
    ("stat", PATHS),
    ("tail", HOME | PLAIN),
    ("tar", HOME | PLAIN),
    ("tdnf", SYSTEM),
    ("tee", HOME | PLAIN),
    ("test", HOME | PLAIN | PATHS),
    ("touch", HOME | PLAIN | PATHS | BY_PATH),
    ("tr", HOME | PLAIN),
    ("trap", SHELL),
    ("true", HOME | PLAIN | PATHS | IDLE),
    ("type", HOME | PLAIN),
    ("ulimit", PLAIN | SHELL),
    ("umask", HOME | PLAIN | SHELL),
    ("uname", HOME | PLAIN | IDLE),
    ("uniq", PLAIN),
    ("unset", HOME | PLAIN | SHELL),
    ("unzip", HOME | PLAIN),
    ("update-alternatives", PLAIN),
    ("update-ca-certificates", PLAIN | IDLE),
    ("useradd", PLAIN | IDLE),
    ("usermod", PLAIN | IDLE),
    ("venv", HOME | PLAIN | BY_PATH),
    ("virtualenv", BY_PATH),
    ("wait", PLAIN),
    ("wc", HOME | PLAIN),
    ("wget", HOME | PLAIN),
    ("which", HOME | PLAIN),
    ("whoami", IDLE),
    ("xargs", PLAIN),
    ("yum", SYSTEM),
    ("zip", PLAIN),
    ("zypper", SYSTEM),
];

/// Whether all of `facts` is known of the program of that name.
pub(crate) fn is(program: &str, facts: u8) -> bool {
    let found = PROGRAMS.binary_search_by_key(&program, |(name, _)| name).ok();
    found.and_then(|at| PROGRAMS.get(at)).is_some_and(|(_, known)| known & facts == facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_each_row_says_something() {
        assert!(PROGRAMS.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(PROGRAMS.iter().all(|(_, known)| *known != 0));
    }

    #[test]
    fn facts_are_asked_for_together() {
        assert!(is("mkdir", PATHS) && is("mkdir", BY_PATH | HOME));
        assert!(!is("rm", PATHS) && !is("make", PLAIN) && !is("curl", IDLE));
    }
}
