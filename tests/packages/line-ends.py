#!/usr/bin/env python3
"""A project as git checks it out on Windows, each text file but scripts with `\\r\\n`: it must become what the same project with `\\n` becomes,
in the other line ends, and no file may have both.

    tests/packages/line-ends.py BINARY [FOLDER…]     the examples, if no folder is named; `.ci/full` names the cases, too
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink() and ".dockfit" not in path.parts}


def windows(folder):
    """Scripts stay as they are: a shell would not run them otherwise."""
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink() or path.suffix == ".sh":
            continue
        data = path.read_bytes()
        if b"\0" not in data and not data.startswith(b"#!"):
            path.write_bytes(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def unix(folder):
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and b"\0" not in (data := path.read_bytes()):
            path.write_bytes(data.replace(b"\r\n", b"\n"))


def differences(binary, folder, options):
    """The files that become something else, with what is wrong; and how many were written."""
    with tempfile.TemporaryDirectory() as scratch:
        made = {}
        for name, change in (("unix", unix), ("windows", windows)):
            # Of the same name: it may stand in what is written.
            copy = Path(scratch) / name / "project"
            shutil.copytree(folder, copy, symlinks=True)
            change(copy)
            before = files(copy)
            done = subprocess.run([binary, "apply", "--quiet", *options, str(copy)], capture_output=True, text=True, check=False)
            made[name] = (files(copy), done.returncode, before)
        (lf, status, before), (crlf, other, _) = made["unix"], made["windows"]
        if lf == before:
            yield "", "nothing was changed, so that nothing is shown"
        if status != other:
            yield "", f"apply ends with {status}, with carriage returns with {other}"
        for name in sorted(lf.keys() | crlf.keys()):
            if b"\0" in lf.get(name, b""):
                continue
            if name not in lf or name not in crlf:
                yield name, "is there only with " + ("\\n" if name in lf else "\\r\\n")
            # In a here-document the carriage returns are the shell's, which is another script.
            elif crlf[name].replace(b"\r\n", b"\n") != lf[name] and b"<<" not in lf[name]:
                yield name, "becomes something else"
            elif name in before and 0 < crlf[name].count(b"\r\n") < crlf[name].count(b"\n"):
                yield name, "has both line ends"


def main():
    binary = str(Path(sys.argv[1]).resolve())
    folders = [Path(name) for name in sys.argv[2:]] or sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
    failed = 0
    for folder in folders:
        for options in ([], ["--unsafe"], ["--all", "--installer", "uv"]):
            for name, said in differences(binary, folder, options):
                failed += 1
                print(f"line ends: {folder} {' '.join(options)}: {name}: {said}", file=sys.stderr)
    print(f"line ends: {len(folders)} projects, {failed} differences")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
