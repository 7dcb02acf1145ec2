"""`dockfit lock` and `dockfit split` on whole projects, against the tools' own installs.

    python tests/python/projects.py [--binary PATH] [--tools FOLDER] [--keep FOLDER] [--quick] [PROJECT…]

Each folder of `projects/` is copied to a scratch folder and locked there by the real tool, through `dockfit lock`. The
files of `dockfit split` are installed one after another, with `--no-deps`, into an empty environment; into another one goes
what the tool itself installs of the lock. Both must hold the same packages in the same versions, nothing may be missing in
the first (`pip check`), and every module of the application must import. `split --check` must agree with what was written.

`case.toml` of a project says how it differs: `split` (options), `install` (the tool's own install), `lock` (another command
that makes the lock; false where it is committed), `installer = "pip"` (else uv, which is faster), `modules`, `refused` (words
that must stand in a refusal: of `split` with the options of `refused_split`, else of `lock`), `long` (what is left out with
`--quick`; why). Exit 1 with the differences.

The tools come from PyPI into FOLDER (outside the repository) when a project first needs them, and stay there for the next
time.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
# Each in an environment of its own: their dependencies do not agree.
TOOLS = {
    "uv": "uv", "poetry": "poetry>=2,<3", "poetry-1": "poetry>=1.8,<2", "pdm": "pdm[locked]", "pip-tools": "pip-tools", "pipenv": "pipenv",
}


class Failed(Exception):
    """A command or comparison that did not come out right."""


class Tools:
    """The real tools, in environments of their own."""

    def __init__(self, folder):
        self.folder = folder
        self.uv = folder / "uv/bin/uv"
        self.need("uv")

    def need(self, name):
        """The folder of its programs."""
        target = self.folder / name
        if not (target / "complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            if name == "uv":
                checked([sys.executable, "-m", "venv", target])
                checked([target / "bin/pip", "install", "--quiet", TOOLS[name]])
            else:
                checked([self.uv, "venv", "--quiet", "--python", sys.executable, target])
                checked([self.uv, "pip", "install", "--quiet", "--python", target / "bin/python", TOOLS[name]])
            (target / "complete").touch()
        return target / "bin"

    def environment(self, case, python):
        """For a tool that installs into the environment of `python`."""
        lock = case.get("lock") or []
        programs = {command[0] for command in (case.get("install"), lock) if command}
        names = {"pip-compile": "pip-tools", "poetry": "poetry-1" if case.get("poetry") == 1 else "poetry"}
        tools = [self.need(name) for name in sorted({names.get(one, one) for one in programs} | {"uv"})]
        target = python.parent.parent
        return {
            **{name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")},
            "PATH": os.pathsep.join(map(str, [python.parent, *tools, os.environ["PATH"]])),
            "VIRTUAL_ENV": str(target),
            "UV_PROJECT_ENVIRONMENT": str(target),
            "UV_PYTHON": str(python),
            "POETRY_VIRTUALENVS_CREATE": "false",
            "PIPENV_VERBOSITY": "-1",
            "PIPENV_NOSPIN": "1",
            "PDM_CHECK_UPDATE": "false",
            "PDM_IGNORE_SAVED_PYTHON": "1",
        }


def run(command, folder=None, environment=None):
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def checked(command, folder=None, environment=None):
    done = run(command, folder, environment)
    if done.returncode:
        said = "\n".join(text.strip() for text in (done.stdout, done.stderr) if text.strip())
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}\n{said}")
    return done.stdout


def interpreter(version):
    """A Python of this version, as far as this machine has one."""
    if version is None:
        return sys.executable
    name = f"python{version}"
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    found = [shutil.which(name), *sorted(pyenv.glob(f"versions/{version}*/bin/{name}"))]
    # A shim may stand for a version that is not chosen.
    return next((one for one in found if one and run([one, "--version"]).returncode == 0), None)


def copy(name, case, folder):
    source = HERE / "projects" / name
    if "copy" in case:
        source = HERE.parent.parent / case["copy"]
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("case.toml", "__pycache__", ".venv"))


def packages(uv, python):
    text = checked([uv, "pip", "freeze", "--python", python])
    return {line for line in text.splitlines() if line and not line.startswith(("-e", "#"))}


def index():
    """The package index: poetry may not reach what it asks by default."""
    script = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    return os.environ.get("DOCKFIT_INDEX") or checked([sys.executable, "-c", script]).strip()


def lock(binary, case, folder, environment):
    """Makes the lock; what it said, where it must be refused."""
    manifest = folder / "pyproject.toml"
    if case.get("install", [""])[0] == "poetry":
        with manifest.open("a") as file:
            file.write(f'\n[[tool.poetry.source]]\nname = "index"\nurl = "{index()}"\npriority = "primary"\n')
    command = case.get("lock", [binary, "lock", "."])
    if command is False:
        return ""
    if "lock_options" in case:
        command = [*command, "--", *case["lock_options"]]
    if "refused" in case and "refused_split" not in case:
        done = run(command, folder, environment)
        return refused(done, case["refused"])
    checked(command, folder, environment)
    return ""


def refused(done, words):
    if done.returncode != 2:
        raise Failed(f"exit {done.returncode} instead of a refusal\n{done.stdout}{done.stderr}")
    # Messages are folded to the width of a terminal.
    said = " ".join((done.stdout + done.stderr).replace("│", " ").split())
    missing = [word for word in words if word not in said]
    if missing:
        raise Failed(f"not in the refusal: {', '.join(missing)}\n{said}")
    return "refused with both sides"


def split(binary, case, python, folder, environment):
    """The files of the split, in their order."""
    version = checked([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()
    options = [option.replace("{python}", version) for option in case.get("split", [])]
    if "refused_split" in case:
        refused(run([binary, "split", *case["refused_split"], "."], folder, environment), case["refused"])
    made = json.loads(checked([binary, "split", "--format=json", *options, "."], folder, environment))["split"]
    checked([binary, "split", "--check", *options, "."], folder, environment)
    files = [group["file"] for group in made["groups"] if group["file"]]
    return files + [file["path"] for file in made["files"] if file["path"] not in files and not file["left_over"]]


def install(uv, case, python, files, folder, environment):
    for file in files:
        hashes = ["--require-hashes"] if "--hash=" in (folder / file).read_text() else []
        if case.get("installer") == "pip":
            command = [sys.executable, "-m", "pip", "--quiet", "--python", python, "install"]
        else:
            command = [uv, "pip", "install", "--quiet", "--python", python]
        checked([*command, "--no-deps", *hashes, "-r", file], folder, environment)


def check(name, case, binary, tools, scratch):
    """One project; what is wrong, and what there was."""
    version = interpreter(case.get("python"))
    if version is None:
        return [], f"skipped: there is no Python {case['python']}"
    uv = tools.uv
    folder = scratch / name
    copy(name, case, folder)
    environments = {}
    for which in ("ours", "theirs"):
        path = scratch / f"{name}-{which}"
        checked([uv, "venv", "--quiet", "--python", version, path])
        environments[which] = path / "bin/python"
    ours, theirs = environments["ours"], environments["theirs"]
    environment = tools.environment(case, theirs)
    said = lock(binary, case, folder, environment)
    if said:
        return [], said
    files = split(binary, case, ours, folder, environment)
    install(uv, case, ours, files, folder, environment)
    if case["install"][0] == "pdm":
        checked(["pdm", "use", "-q", "-f", theirs], folder, environment)
    checked(case["install"], folder, environment)
    # The tool may bring itself along (pipenv's environment has pip).
    ours_has, theirs_has = packages(uv, ours), packages(uv, theirs)
    wrong = [
        f"{one} is only in the {'split' if one in ours_has else 'tool'}'s install" for one in sorted(ours_has ^ theirs_has)
    ]
    checked([uv, "pip", "check", "--quiet", "--python", ours])
    for module in case.get("modules", []):
        checked([ours, "-B", "-c", f"import {module}"], folder)
    return wrong, f"{len(ours_has)} packages from {', '.join(files)}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="target/debug/dockfit")
    parser.add_argument("--tools", default=pathlib.Path(tempfile.gettempdir()) / "dockfit-python-tools")
    parser.add_argument("--keep", help="where to leave the projects")
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    parser.add_argument("projects", nargs="*")
    arguments = parser.parse_args()
    binary = pathlib.Path(arguments.binary).resolve()
    tools = Tools(pathlib.Path(arguments.tools).resolve())
    names = arguments.projects or sorted(path.parent.name for path in HERE.glob("projects/*/case.toml"))
    failed = left_out = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            case = tomllib.loads((HERE / "projects" / name / "case.toml").read_text())
            if arguments.quick and "long" in case:
                left_out += 1
                continue
            began = time.monotonic()
            try:
                wrong, said = check(name, case, binary, tools, pathlib.Path(arguments.keep or scratch))
            except Failed as error:
                wrong, said = [str(error)], "failed"
            print(f"{name}: {said} ({time.monotonic() - began:.0f} s)", flush=True)
            for line in wrong[:10]:
                print("    " + line.replace("\n", "\n    "), flush=True)
            failed += bool(wrong)
    print(f"{len(names) - failed - left_out} passed, {failed} failed" + (f", {left_out} left out" if left_out else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
