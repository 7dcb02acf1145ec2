"""The files of a split, installed one after another, against the tool's own install of the lock.

    python tests/python/installs.py [--binary PATH] [CASE…]

Takes the projects of `exports.py` (pipenv's is in `projects.py`, with more of them). Into an empty environment go the files of the split, in their order, each with
`pip install --no-deps` (with hashes, pip then wants one for each); into another one what the tool itself installs.
Both must hold the same packages in the same versions, `pip check` must find nothing, and every module that the packages
name at their top must be found. Exit 1 with the differences.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import exports

# What the tool installs: arguments of its install, arguments of `resolve`.
CHOICES = {
    "uv": (["uv", "sync", "--quiet", "--frozen", "--no-default-groups", "--no-install-project",
            "--no-install-workspace"], []),
    "poetry": (["poetry", "install", "--quiet", "--no-root", "--only", "main"], []),
    "pdm": (["pdm", "sync", "-q", "--prod", "--no-self"], []),
}
# More than the plain install: case → extras.
EXTRAS = {"uv-web": "pg", "uv-conflict": "old", "poetry": "pg", "pdm-web": "pg"}
EXTRA_OPTIONS = {"uv": "--extra", "poetry": "--extras", "pdm": "-G"}


def packages(python):
    text = exports.run(["uv", "pip", "freeze", "--python", python], None)
    return {line for line in text.splitlines() if line and not line.startswith(("-e", "#"))}


def empty(folder):
    exports.run(["uv", "venv", "--quiet", "--python", sys.executable, folder], None)
    return str(folder / "bin" / "python")


def by_tool(tool, extra, folder, python):
    environment = {
        **os.environ,
        "UV_PROJECT_ENVIRONMENT": str(pathlib.Path(python).parent.parent),
        "VIRTUAL_ENV": str(pathlib.Path(python).parent.parent),
        "POETRY_VIRTUALENVS_CREATE": "false" if tool == "poetry" else "true",
        "PDM_CHECK_UPDATE": "false",
        "PATH": f"{pathlib.Path(python).parent}:{os.environ['PATH']}",
    }
    if tool in CHOICES:
        command = [*CHOICES[tool][0], *([EXTRA_OPTIONS[tool], extra] if extra else [])]
    else:
        command = ["uv", "pip", "install", "--quiet", "--python", python, "-r", "requirements.txt"]
    if tool == "pdm":
        exports.run(["pdm", "use", "-q", "-f", python], folder)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")


def by_split(binary, lock, extra, folder, python):
    wanted = ["--extra", extra] if extra else []
    text = exports.run([binary, lock, "pyproject.toml", "--split", *wanted], folder)
    names = []
    for part in re.split(r"^==> ", text, flags=re.M)[1:]:
        name, _, body = part.partition("\n")
        (folder / name).write_text(body)
        names.append(name)
        exports.run([sys.executable, "-m", "pip", "--quiet", "--python", python, "install", "--no-deps",
                     "-r", name], folder)
    return names


def imports(python):
    """The modules that installed packages name at their top, and that are not found."""
    script = (
        "import importlib.metadata as m, importlib.util as u\n"
        "tops = {t for d in m.distributions() for t in (d.read_text('top_level.txt') or '').split()}\n"
        "print(*[t for t in sorted(tops) if '.' not in t and not u.find_spec(t)])"
    )
    return exports.run([python, "-c", script], None).split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="target/debug/examples/resolve")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    binary = str(pathlib.Path(arguments.binary).resolve())
    failed = 0
    for name in arguments.cases or [name for name in exports.CASES if name not in exports.KNOWN | {"pipenv"}]:
        files, tool, _ = exports.CASES[name]
        for extra in dict.fromkeys((None, EXTRAS.get(name))):
            with tempfile.TemporaryDirectory() as scratch:
                folder = pathlib.Path(scratch) / "project"
                for path, text in (files if isinstance(files, dict) else {"pyproject.toml": files}).items():
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / path).write_text(text)
                try:
                    exports.lock(tool, folder)
                    ours, theirs = empty(folder / "ours"), empty(folder / "theirs")
                    parts = by_split(binary, exports.LOCKS.get(tool, "requirements.txt"), extra, folder, ours)
                    by_tool(tool, extra, folder, theirs)
                    ours_has, theirs_has = packages(ours), packages(theirs)
                    wrong = [f"{one} is only in the {'split' if one in ours_has else 'tool'}'s install"
                             for one in sorted(ours_has ^ theirs_has)]
                    wrong += [f"{module} is not found" for module in imports(ours) if module not in imports(theirs)]
                    exports.run(["uv", "pip", "check", "--quiet", "--python", ours], folder)
                    said = f"{len(ours_has)} packages from {', '.join(parts)}"
                except RuntimeError as error:
                    wrong, said = [str(error)], "failed"
            print(f"{name}{f'[{extra}]' if extra else ''}: {said}", flush=True)
            failed += bool(wrong)
            for line in wrong[:10]:
                print(f"    {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
