"""Locks as the crate reads them, against the tools' own exports.

    python tests/python/exports.py [--binary PATH] [--keep FOLDER] [CASE…]

Each project is locked by the real tool in a scratch folder, exported by it, and read by
`cargo build -p dockfit-python --example resolve`. Names, versions and hashes must be the same sets; markers must
agree in each of the environments below. Exit 1 with the differences.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from projects import index

ENVIRONMENTS = [
    {
        "python_version": version,
        "python_full_version": version + ".1",
        "implementation_version": version + ".1",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": "nt" if platform == "win32" else "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "platform_release": "6.1",
        "platform_version": "",
        "extra": "",
    }
    for version in ("3.11", "3.12", "3.13")
    for platform, system, machine in (
        ("linux", "Linux", "x86_64"),
        ("linux", "Linux", "aarch64"),
        ("darwin", "Darwin", "arm64"),
        ("win32", "Windows", "AMD64"),
    )
]

WEB = """
[project]
name = "Shop.API"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [
    "starlette", "uvicorn[standard]", "httpx ; sys_platform == 'linux'", "colorama; sys_platform=='win32'",
    "tzlocal ; platform_machine != 'aarch64'", "networkx",
]
[project.optional-dependencies]
pg = ["sqlalchemy[asyncio]>=2"]
all = ["shop-api[pg]", "tenacity"]
[dependency-groups]
dev = ["iniconfig", {include-group = "lint"}]
lint = ["pathspec"]
"""
FORKS = """
[project]
name = "forks"
version = "0.1.0"
requires-python = ">=3.11,<3.14"
dependencies = [
    "click<8.1 ; python_version < '3.12'", "click>=8.1 ; python_version >= '3.12'",
    "idna==3.7 ; sys_platform == 'darwin'", "idna>=3.8 ; sys_platform != 'darwin'",
    "requests",
]
"""
EXTRAS = """
[project]
name = "extras"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["networkx", "flask", "requests[socks]", "coverage[toml]", "python-jose[cryptography]"]
[project.optional-dependencies]
more = ["redis[hiredis]", "requests[socks,use_chardet_on_py3]"]
"""
CONFLICT = """
[project]
name = "my-app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["packaging"]
[project.optional-dependencies]
old = ["six==1.15.0"]
new = ["six==1.16.0", "python-dateutil"]
[tool.uv]
conflicts = [[{ extra = "old" }, { extra = "new" }]]
"""
WORKSPACE = {
    "pyproject.toml": """
[project]
name = "root-app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["member-lib", "idna"]
[tool.uv.workspace]
members = ["libs/*"]
[tool.uv.sources]
member-lib = { workspace = true }
""",
    "libs/member/pyproject.toml": """
[project]
name = "member-lib"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["anyio"]
[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
""",
    "libs/member/src/member_lib/__init__.py": "",
}
POETRY = """
[tool.poetry]
name = "desk"
version = "0.1.0"
description = ""
authors = []
package-mode = false
[tool.poetry.dependencies]
python = ">=3.11,<3.14"
starlette = "*"
networkx = "*"
uvicorn = {version = "^0.34", extras = ["standard"]}
httpx = {version = "*", markers = "sys_platform == 'linux'"}
idna = [{version = "3.7", platform = "darwin"}, {version = "^3.8", markers = "sys_platform != 'darwin'"}]
click = [{version = "<8.1", python = "<3.12"}, {version = ">=8.1", python = ">=3.12"}]
sqlalchemy = {version = "^2", extras = ["asyncio"], optional = true}
tenacity = {version = ">=8", optional = true}
[tool.poetry.extras]
pg = ["sqlalchemy"]
all = ["sqlalchemy", "tenacity"]
[tool.poetry.group.dev.dependencies]
iniconfig = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
markdown = "*"
"""
POETRY_621 = """
[project]
name = "desk"
version = "0.1.0"
requires-python = ">=3.11,<3.14"
dependencies = ["starlette", "coverage[toml]", "colorama ; sys_platform == 'win32'"]
[project.optional-dependencies]
pg = ["sqlalchemy[asyncio] (>=2)"]
[tool.poetry]
package-mode = false
[tool.poetry.group.dev.dependencies]
iniconfig = "*"
"""

PIPFILE = """
[packages]
flask = "*"
redis = { version = ">=5", extras = ["hiredis"] }
networkx = "*"
tzlocal = { version = "*", markers = "platform_machine != 'aarch64'" }
[dev-packages]
iniconfig = "*"
"""

NO_PACKAGE = "\n[tool.uv]\npackage = false\n"
PDM = "\n[tool.pdm]\ndistribution = false\n"

# name: files, tool, [(arguments of the export, arguments of `resolve`)]
CASES = {
    "uv-web": (WEB + NO_PACKAGE, "uv", [
        (["--no-default-groups"], []),
        (["--all-extras", "--all-groups"], ["--all"]),
        (["--extra", "pg", "--no-default-groups"], ["--extra", "pg"]),
        (["--extra", "all", "--no-default-groups"], ["--extra", "all"]),
        (["--only-group", "dev"], ["--no-main", "--group", "dev"]),
    ]),
    "uv-forks": (FORKS + NO_PACKAGE, "uv", [([], [])]),
    "uv-extras": (EXTRAS + NO_PACKAGE, "uv", [([], []), (["--all-extras"], ["--all"])]),
    "uv-conflict": (CONFLICT, "uv", [
        ([], []), (["--extra", "old"], ["--extra", "old"]), (["--extra", "new"], ["--extra", "new"]),
    ]),
    "uv-workspace": (WORKSPACE, "uv", [([], [])]),
    "uv-compile": (WEB, "uv-compile", [([], [])]),
    "pip-tools": (EXTRAS, "pip-tools", [([], [])]),
    "poetry": (POETRY, "poetry", [
        ([], []),
        (["--all-extras"], ["--all-extras"]),
        (["--extras", "pg"], ["--extra", "pg"]),
        (["--with", "dev,docs"], ["--group", "dev", "--group", "docs"]),
        (["--only", "docs"], ["--no-main", "--group", "docs"]),
    ]),
    "poetry-621": (POETRY_621, "poetry", [([], []), (["--all-extras", "--with", "dev"], ["--all"])]),
    "pdm-web": (WEB.replace("{include-group", "{ include-group") + PDM, "pdm", [
        (["--prod"], []),
        (["--prod", "-G", "pg"], ["--extra", "pg"]),
        (["-G", ":all"], ["--all"]),
    ]),
    "pdm-forks": (FORKS + PDM, "pdm", [(["--prod"], [])]),
    "pipenv": ({"Pipfile": PIPFILE}, "pipenv", [
        ([], []), (["--dev"], ["--group", "dev"]), (["--dev-only"], ["--no-main", "--group", "dev"]),
    ]),
    "pdm-extras": (EXTRAS + PDM, "pdm", [(["--prod"], []), (["--prod", "-G", ":all"], ["--all"])]),
}
# pdm locks one version of a package for all environments: what forks cannot be locked by it.
KNOWN = {"pdm-forks"}
LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock", "pdm": "pdm.lock", "pipenv": "Pipfile.lock"}
MANIFESTS = {"pipenv": "Pipfile"}
# pipenv makes an environment for itself: in the scratch folder, not in the user's home.
ENVIRONMENT = {
    **os.environ, "PIPENV_VENV_IN_PROJECT": "1", "PIPENV_IGNORE_VIRTUALENVS": "1", "PIPENV_VERBOSITY": "-1", "PIPENV_NOSPIN": "1",
}


def run(command, folder):
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def lines(text):
    """The packages of an export: (name, version) → (marker, hashes), several for several markers."""
    found = {}
    text = re.sub(r"\\\n\s*", " ", text)
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line or line.startswith(("-", ".", "/")):
            continue
        requirement, *hashes = re.split(r"\s+--hash=", line)
        head, _, marker = requirement.partition(";")
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(?:==|@)\s*(\S+)", head.strip())
        if not match:
            raise RuntimeError(f"not read: {line}")
        key = canonicalize_name(match[1]), match[2]
        marker = marker.strip()
        found.setdefault(key, []).append((marker, frozenset(hashes)))
    return found


def holds(entries, environment):
    return any(not marker or Marker(marker).evaluate(environment) for marker, _ in entries)


def differences(theirs, ours):
    found = []
    where = [environment for environment in ENVIRONMENTS]
    for key in sorted(set(theirs) | set(ours)):
        in_theirs, in_ours = theirs.get(key, []), ours.get(key, [])
        for environment in where:
            if holds(in_theirs, environment) != holds(in_ours, environment):
                place = f"{environment['python_version']} {environment['sys_platform']} {environment['platform_machine']}"
                found.append(f"{key}: {in_theirs and in_theirs[0][0]} | {in_ours and in_ours[0][0]} on {place}")
                break
        hashes = [frozenset().union(*(hashes for _, hashes in entries)) for entries in (in_theirs, in_ours)]
        if in_theirs and in_ours and hashes[0] != hashes[1]:
            found.append(f"{key}: {len(hashes[0])} hashes there, {len(hashes[1])} here")
    return found


def lock(tool, folder):
    if tool == "poetry" and (address := index()):
        with (folder / "pyproject.toml").open("a") as file:
            file.write(f'[[tool.poetry.source]]\nname = "index"\nurl = "{address}"\npriority = "primary"\n')
    commands = {
        "uv": ["uv", "lock", "--quiet"],
        "uv-compile": ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--all-extras",
                       "pyproject.toml", "-o", "requirements.txt"],
        "pip-tools": ["pip-compile", "--quiet", "--generate-hashes", "--all-extras", "--strip-extras",
                      "-o", "requirements.txt", "pyproject.toml"],
        "poetry": ["poetry", "lock", "--quiet"],
        "pdm": ["pdm", "lock", "-q", "-G", ":all"],
        "pipenv": ["pipenv", "lock", "--python", sys.executable],
    }
    run(commands[tool], folder)


def export(tool, arguments, folder):
    if tool == "uv":
        return run(["uv", "export", "--quiet", "--frozen", "--no-emit-project", "--no-emit-workspace",
                    "--no-header", "--no-annotate", *arguments], folder)
    if tool == "poetry":
        return run(["poetry", "export", *arguments], folder)
    if tool == "pdm":
        return run(["pdm", "export", *arguments], folder)
    if tool == "pipenv":
        return run(["pipenv", "requirements", "--hash", *arguments], folder)
    return (folder / "requirements.txt").read_text()


def check(name, binary, folder):
    files, tool, choices = CASES[name]
    for path, text in (files if isinstance(files, dict) else {"pyproject.toml": files}).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    lock(tool, folder)
    found = []
    for theirs, ours in choices:
        wanted = lines(export(tool, theirs, folder))
        read = lines(run([binary, LOCKS.get(tool, "requirements.txt"), MANIFESTS.get(tool, "pyproject.toml"), *ours], folder))
        for difference in differences(wanted, read):
            found.append(f"{' '.join(theirs) or 'plain'}: {difference}")
        print(f"{name}: {' '.join(theirs) or 'plain'}: {len(wanted)} packages, {len(found)} differences")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="target/debug/examples/resolve")
    parser.add_argument("--keep", help="where to leave the projects")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    binary = str(pathlib.Path(arguments.binary).resolve())
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.cases or [name for name in CASES if name not in KNOWN]:
            folder = pathlib.Path(arguments.keep or scratch) / name
            folder.mkdir(parents=True, exist_ok=True)
            try:
                found = check(name, binary, folder)
            except RuntimeError as error:
                found = [str(error)]
            failed += bool(found)
            for difference in found[:10]:
                print(f"    {name}: {difference}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
