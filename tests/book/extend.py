#!/usr/bin/env python3
"""Does what docs/extending.md says, in a copy of the repository, and runs the cases there.

    tests/book/extend.py [--apply-only]

A block whose language is followed by `file=PATH` is that file; of `diff` it is a change to it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWN = re.search(r"^```diff\n(--- Dockerfile.*?)^```$", (ROOT / "docs/extending.md").read_text(encoding="utf-8"), re.S | re.M)[1]


def changed(text, diff):
    lines = diff.splitlines()
    old = "".join(line[1:] + "\n" for line in lines if line[0] in " -")
    new = "".join(line[1:] + "\n" for line in lines if line[0] in " +")
    if text.count(old) != 1:
        sys.exit(f"extend: stands {text.count(old)} times in the file:\n{old}")
    return text.replace(old, new)


def main():
    page = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "dockfit"
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        for name in filter(None, files):
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        blocks = re.findall(r"^```(\w+),file=(\S+)\n(.*?)^```$", page, re.S | re.M)
        for language, name, text in blocks:
            target = copy / name
            if language == "diff":
                text = changed(target.read_text(encoding="utf-8"), text)
            elif target.exists():
                sys.exit(f"extend: there is a {name} already")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        table = copy / "crates/dockerfile/src/model/base_table.rs"
        rows = re.compile(r"const ROWS: \[Row; (\d+)\]")
        table.write_text(rows.sub(lambda found: f"const ROWS: [Row; {int(found[1]) + 1}]", table.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"extend: {len(blocks)} blocks")
        if "--apply-only" in sys.argv:
            return
        cargo = ["cargo", "test", "--quiet", "--package", "dockfit-transforms", "--test", "cases", "every_case"]
        target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
        environment = os.environ | {"INSTA_UPDATE": "always", "CARGO_TARGET_DIR": target}
        subprocess.run(cargo, cwd=copy, env=environment, check=True)
        snapshot = (copy / "snapshots/plain-ports--protocol.snap").read_text(encoding="utf-8")
        if not snapshot.endswith(SHOWN):
            sys.exit(f"extend: the page shows another snapshot than\n{snapshot}")
        parcelo = (copy / "snapshots/package-caches--parcelo.snap").read_text(encoding="utf-8")
        if parcelo.count("+RUN --mount=type=cache,target=/root/.cache/parcelo,sharing=locked") != 2:
            sys.exit(f"extend: of parcelo\n{parcelo}")


if __name__ == "__main__":
    main()
