"""Package managers: where their cache lies, what switches it off, what empties it. Facts in one table.

Source: the manual of each tool; pip's switches as tried on 23.2 and 26.3. As of 2026-07.
"""

import re
from dataclasses import dataclass


# Programs that may run any manager, and scripts.
DRIVERS = r"(^|[\s;&|(])(make|task|just|maturin|wasm-pack|golangci-lint|\S+\.sh|\.{0,2}/\S+)\b"


@dataclass(frozen=True)
class Manager:
    """One package manager; patterns are searched in the text of a RUN."""

    name: str
    installs: str  # a command that fills the cache
    targets: tuple  # cache directories; `~` is the home of the user
    variables: tuple = ()  # (name, what is appended to its value) of each that moves the cache; the first that is set counts
    off_words: str = ""  # words on the command line that switch the cache off
    off_variables: tuple = ()  # variables that switch it off when set and not empty
    empties: str = ""  # commands that empty it
    empties_at: tuple = ()  # (target, commands that empty what lies there), where the targets differ in that
    root: bool = False  # works for root only
    # For those that use what they downloaded from where it lies: what relies on what an earlier step downloaded.
    offline: str = ""
    in_place: bool = False  # whether the image may need the cache when it runs
    driven_by: str = DRIVERS  # commands that may run it, of which that counts for `in_place`
    kept_by: str = ""  # what somewhere in the file has it keep anything at all


APT = r"(?:apt|apt-get|aptitude)\s(?:[^;&|]*\s)?"
REMOVE = r"(?:\brm\s+(?:[^;&|]*\s)?|\bfind\s+)['\"]?"
PROGRAM = r"(?:^|[\s;&|(/'\"])"

MANAGERS = (
    Manager(
        "pip",
        PROGRAM + r"pip[\d.]*\b[^;&|]*\s(install|wheel|download)\b",
        ("~/.cache/pip",),
        (("PIP_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pip")),
        r"\bpip[\d.]*\s[^;&|]*(--no-cache-dir|--no-cache|--cache-dir)\b",
        ("PIP_NO_CACHE_DIR", "PIP_NO_CACHE"),
        r"pip[\d.]*\s+cache\s+(purge|remove)|rm\s+-\w+[^;&|]*\s\S*\.cache\b",
    ),
    Manager(
        "uv",
        # `uv python install` keeps what it downloads elsewhere.
        PROGRAM + r"uvx?\s(?!python\s)[^;&|]*\b(install|sync|add|run|build|lock|export|compile|from)\b",
        ("~/.cache/uv",),
        (("UV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/uv")),
        r"\buv\s[^;&|]*(--no-cache|\s-n|--cache-dir)\b",
        ("UV_NO_CACHE",),
        r"uv\s+cache\s+(clean|prune)|rm\s+-\w+[^;&|]*\s\S*\.cache\b",
    ),
    Manager(
        "apt",
        PROGRAM + r"(apt|apt-get|aptitude)\s[^;&|]*\b(install|reinstall|upgrade|dist-upgrade|full-upgrade|build-dep|update)\b",
        ("/var/cache/apt", "/var/lib/apt", "/var/lib/apt/lists"),
        empties_at=(
            ("/var/cache/apt", APT + r"(clean|auto-?clean|dist-?clean)\b|" + REMOVE + r"/var/cache/(apt|\*)"),
            ("/var/lib/apt", APT + r"dist-?clean\b|" + REMOVE + r"/var/lib/(apt|\*)"),
            ("/var/lib/apt/lists", APT + r"dist-?clean\b|" + REMOVE + r"/var/lib/(apt|\*)"),
        ),
        root=True,
    ),
    # Virtual environments may lie beside the two folders.
    Manager("poetry", PROGRAM + r"poetry\b[^;&|]*\s(install|sync|add|update)\b",
            ("~/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache", "~/.cache/pypoetry"), (), r"\bpoetry\s[^;&|]*--no-cache\b", (),
            r"poetry\s+cache\s+clear|rm\s+-\w+[^;&|]*\s\S*\.cache\b"),
    Manager("pdm", PROGRAM + r"pdm\b[^;&|]*\s(install|sync|add|update)\b", ("~/.cache/pdm",), (("PDM_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pdm")),
            r"\bpdm\s[^;&|]*--no-cache\b", ("PDM_NO_CACHE",), r"pdm\s+cache\s+(clear|remove)|rm\s+-\w+[^;&|]*\s\S*\.cache\b"),
    Manager("pipenv", PROGRAM + r"pipenv\b[^;&|]*\s(install|sync|update|upgrade)\b", ("~/.cache/pipenv",),
            (("PIPENV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pipenv")), r"\bpipenv\s[^;&|]*--clear\b", ("PIP_NO_CACHE_DIR",),
            r"rm\s+-\w+[^;&|]*\s\S*\.cache\b"),
    Manager("conda", PROGRAM + r"(conda|mamba|micromamba)\b[^;&|]*\s(install|create|update|upgrade)\b", ("/opt/conda/pkgs",),
            (("CONDA_PKGS_DIRS", ""),), "", (), r"(conda|mamba)\s[^;&|]*\bclean\b|rm\s+-\w+[^;&|]*/pkgs\b"),
    # apk fills /var/cache/apk with packages only where /etc/apk/cache leads there or --cache-dir says so.
    Manager("apk", PROGRAM + r"[\"']?apk\b[^;&|]*\b(add|upgrade|fix)\b", ("/var/cache/apk", "/etc/apk/cache"), (), r"--no-cache\b", (),
            r"apk\s+cache\s+(clean|purge)",
            (("/var/cache/apk", r"rm\s+-\w+[^;&|]*\s/var/cache/(apk|\*)"), ("/etc/apk/cache", r"rm\s+-\w+[^;&|]*\s/etc/apk/cache")), root=True),
    Manager("npm", PROGRAM + r"npm\b[^;&|]*\s(install|ci|i)\b", ("~/.npm",), (("npm_config_cache", ""), ("NPM_CONFIG_CACHE", "")),
            "", (), r"npm\s+cache\s+clean|rm\s+-\w+[^;&|]*\.npm\b"),
    Manager("yarn", PROGRAM + r"yarn\b", ("/usr/local/share/.cache/yarn", "~/.cache/yarn", "~/.yarn/berry/cache", "~/.yarn/berry"),
            (("YARN_CACHE_FOLDER", ""),), "", (), r"yarn\s+cache\s+clean"),
    # pnpm 11 and later link what is installed with -g to the store; bun's --no-cache is about what the registry says of versions.
    Manager("pnpm", PROGRAM + r"pnpm\b", ("~/.local/share/pnpm/store",), (("PNPM_HOME", "/store"), ("XDG_DATA_HOME", "/pnpm/store")),
            "", (), r"pnpm\s+store\s+prune"),
    Manager("bun", PROGRAM + r"bun\s", ("~/.bun/install/cache",), (("BUN_INSTALL_CACHE_DIR", ""),), "", (), r"bun\s+pm\s+cache"),
    Manager("gomod", PROGRAM + r"go\s", ("/go/pkg/mod", "~/go/pkg/mod"), (("GOMODCACHE", ""), ("GOPATH", "/pkg/mod")), "", (),
            r"go\s+clean\s[^;&|]*-modcache", offline=r"GOPROXY=off", in_place=True),
    Manager("gobuild", PROGRAM + r"go\s+(build|install|test|run|vet|generate|get|tool|list)\b", ("~/.cache/go-build",), (("GOCACHE", ""), ("XDG_CACHE_HOME", "/go-build")), "", (),
            r"go\s+clean\s[^;&|]*-cache", in_place=True),
    Manager("cargo-registry", PROGRAM + r"cargo\s", ("/usr/local/cargo/registry", "~/.cargo/registry"), (("CARGO_HOME", "/registry"),),
            offline=r"cargo\s[^;&|]*(--offline|--frozen)", in_place=True),
    Manager("cargo-git", PROGRAM + r"cargo\s", ("/usr/local/cargo/git/db", "/usr/local/cargo/git", "~/.cargo/git"),
            (("CARGO_HOME", "/git/db"), ("CARGO_HOME", "/git")), offline=r"cargo\s[^;&|]*(--offline|--frozen)", in_place=True),
    # What is built vanishes with the mount: never right where anything reads it later.
    Manager("cargo-target", PROGRAM + r"cargo\s", ()),
    Manager("maven", PROGRAM + r"\.?/?mvnw?\s", ("~/.m2/repository", "~/.m2/wrapper"), (), offline=r"mvnw?\s[^;&|]*(\s-o\b|--offline)", in_place=True),
    Manager("gradle", PROGRAM + r"\S*gradlew?\b", ("~/.gradle/caches", "~/.gradle/wrapper"),
            (("GRADLE_USER_HOME", "/caches"), ("GRADLE_USER_HOME", "/wrapper")), offline=r"gradlew?\s[^;&|]*--offline", in_place=True),
    # Without the setting, the folder holds the index alone.
    Manager("gem", PROGRAM + r"bundler?\s", ("~/.bundle/cache",), (("BUNDLE_USER_CACHE", ""), ("BUNDLE_USER_HOME", "/cache")),
            kept_by=r"BUNDLE_GLOBAL_GEM_CACHE|global_gem_cache"),
    Manager("nuget", PROGRAM + r"dotnet\s", ("~/.nuget/packages",), (("NUGET_PACKAGES", ""), ("DOTNET_CLI_HOME", "/.nuget/packages")), "", (),
            r"nuget\s+locals", offline=r"dotnet\s[^;&|]*--no-(restore|build)", in_place=True),
    Manager("composer", PROGRAM + r"composer\b", ("~/.cache/composer", "~/.composer/cache", "/tmp/cache"), (("COMPOSER_CACHE_DIR", ""), ("COMPOSER_HOME", "/cache")),
            r"composer\s[^;&|]*--no-cache", (), r"composer\s+(clear-?cache|cc)\b"),
    # Their packages are deleted once they are installed, unless the configuration or an option says otherwise.
    # yum is dnf by another name but on the oldest bases, and then has a folder of its own, which microdnf shares.
    Manager("dnf", PROGRAM + r"[\"']?((micro)?dnf5?|yum)\b", ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"), (), "", (),
            r"(dnf5?|yum)\s[^;&|]*\bclean\b|rm\s+-\w+[^;&|]*\s/var/cache/?\*?(\s|$)",
            tuple((f"/var/cache/{name}", rf"rm\s+-\w+[^;&|]*\s/var/cache/{name}") for name in ("dnf", "libdnf5", "yum")), root=True, kept_by="keepcache"),
    Manager("tdnf", PROGRAM + r"tdnf\s", ("/var/cache/tdnf",), (), "", (), r"tdnf\s[^;&|]*clean|rm\s+-\w+[^;&|]*/var/cache", root=True, kept_by="keepcache"),
    Manager("zypper", PROGRAM + r"zypper\s", ("/var/cache/zypp",), (), "", (), r"zypper\s[^;&|]*clean", root=True, kept_by=r"--keep-packages|keeppackages=1"),
)
BY_NAME = {manager.name: manager for manager in MANAGERS}
BY_ID = BY_NAME | {"aptlib": BY_NAME["apt"], "yum": BY_NAME["dnf"]}


def manager_of(target, options):
    """The manager whose cache a mount holds, by its id (as tally names them) or its target; None where unknown."""
    if options.get("id") in BY_ID:
        return BY_ID[options["id"]]
    clean = target.rstrip("/")
    for manager in MANAGERS:
        for known in manager.targets:
            if clean == known or (known.startswith("~") and clean.endswith(known[1:])):
                return manager
    if re.search(r"(^|/)target$", clean):
        return BY_NAME["cargo-target"]
    return next((manager for manager in MANAGERS if re.search(rf"(^|[/.-]){manager.name}($|[/.-])", clean)), None)
