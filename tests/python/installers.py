"""Whether `--installer uv` installs what pip installs.

    python tests/python/installers.py DOCKFIT UV [FOLDER]

Applies the tool twice to a copy of FOLDER (the example backend, if none is named): as it is, and with `--installer uv`. The
group steps of both Dockerfiles, as `dockfit inspect` tells them, are run in a scratch folder, each into a prefix of its own,
with a Python 3.13 (else the one that runs this script) in a new environment: `pip install --prefix` leaves out what its own
environment has already. Then both hold the same packages and versions, the same files (but for what names the installer), the
same bytecode, and console scripts that begin with the same interpreter.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from projects import interpreter

# What tells who installed, and uv's own lock.
OWN = {"INSTALLER", "REQUESTED", "RECORD", "uv_cache.json", ".lock"}


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def dockerfile(tool, folder, *options):
    run(tool, "apply", "--only", "split-dependencies", "--allow-dirty", *options, ".", cwd=folder)
    model = json.loads(run(tool, "inspect", ".", cwd=folder))
    names = ("builder-core", "builder-ai", "builder-app")
    stages = [stage for stage in model["stages"] if stage["name"] in names]
    assert len(stages) == 3, model["stages"]
    return [stage["runs"][-1]["argv"] for stage in stages]


def install(steps, folder, prefix, python, uv):
    path = os.pathsep.join([str(python.parent), str(pathlib.Path(uv).parent), "/usr/bin", "/bin"])
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(python.parent.parent)}
    begun = time.monotonic()
    for argv in steps:
        run(*[word.replace("/install", str(prefix)) for word in argv], cwd=folder, env=environment)
    return time.monotonic() - begun


def files(prefix):
    found = {}
    for path in sorted(prefix.rglob("*")):
        if not path.is_file() or path.name in OWN:
            continue
        # uv puts headers where virtual environments have them; nothing looks for them at run time.
        name = str(path.relative_to(prefix)).replace("include/site/", "include/")
        if path.suffix == ".pyc":
            found[name] = "bytecode"
        elif path.parent.name == "bin" and path.read_bytes()[:2] == b"#!":
            first, rest = path.read_bytes().split(b"\n", 1)
            # The whole text differs in form; what it begins with and what it calls do not.
            calls = sorted(line.strip() for line in rest.splitlines() if b"import" in line and b" re" not in line)
            found[name] = (os.path.realpath(first[2:].decode()), [call for call in calls if b"sys" not in call])
        else:
            found[name] = path.read_bytes()
    return found


def main():
    tool, uv = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    source = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else "examples/fastapi-backend")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        found, took = {}, {}
        run(interpreter("3.13") or sys.executable, "-m", "venv", str(scratch / "environment"))
        python = scratch / "environment/bin/python"
        for name, options in [("pip", []), ("uv", ["--installer", "uv"])]:
            folder = scratch / name
            shutil.copytree(source, folder)
            run("git", "init", "-q", ".", cwd=folder)
            steps = dockerfile(tool, folder, *options)
            assert all(f"{name} " in argv[-1] for argv in steps) and ("uv pip" in steps[0][-1]) == (name == "uv"), steps
            prefix = scratch / "prefixes" / name / "install"
            took[name] = install(steps, folder, prefix, python, uv)
            found[name] = files(prefix)
        pip, of_uv = found["pip"], found["uv"]
        wrong = [f"only by pip: {name}" for name in sorted(pip.keys() - of_uv.keys())]
        wrong += [f"only by uv: {name}" for name in sorted(of_uv.keys() - pip.keys())]
        wrong += [f"differs: {name}" for name in sorted(pip.keys() & of_uv.keys()) if pip[name] != of_uv[name]]
        packages = sum(name.endswith(".dist-info/METADATA") for name in pip)
        scripts = sum(isinstance(what, tuple) for what in pip.values())
        bytecode = sum(what == "bytecode" for what in pip.values())
        print(f"{packages} packages, {len(pip)} files, {bytecode} of bytecode, {scripts} console scripts")
        print(f"pip {took['pip']:.1f} s, uv {took['uv']:.1f} s, with whatever the caches hold")
        for line in wrong[:20]:
            print(line)
        sys.exit(f"{len(wrong)} differences" if wrong else 0)


main()
