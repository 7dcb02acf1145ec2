#!/usr/bin/env python3
"""Copies every different Dockerfile out of clones of git repositories: a corpus for judge.py.

usage: collect.py OUT REPOSITORY…

REPOSITORY is a folder with a git repository, bare or not. Writes OUT/<repository>/<number>/Dockerfile and OUT/index.tsv
(folder, path in the repository). OUT must lie outside this project: what it holds is other people's text.
"""

import re
import subprocess
import sys
from pathlib import Path

NAME = re.compile(r"(^|/)(dockerfile[^/]*|[^/]*\.dockerfile|containerfile[^/]*)$", re.I)
# Files about Dockerfiles, and templates of other languages.
NOT = re.compile(
    r"\.(dockerignore|go|mdx?|rs|py|ya?ml|json|[jt]s|snap|txt|hs|png|svg|j2|tmpl|template|erb|sh|conf|xml)$", re.I
)


def git(repository, *words):
    """What git prints."""
    return subprocess.run(["git", "-C", str(repository), *words], check=True, capture_output=True).stdout


def dockerfiles(repository):
    """(blob, path) of every Dockerfile at HEAD; links are left out."""
    for line in git(repository, "ls-tree", "-r", "-z", "HEAD").decode(errors="replace").split("\0"):
        meta, _, path = line.partition("\t")
        if path and NAME.search(path) and not NOT.search(path):
            mode, kind, blob = meta.split()
            if kind == "blob" and mode != "120000":
                yield blob, path


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    out, seen, rows = Path(sys.argv[1]), set(), []
    for repository in map(Path, sys.argv[2:]):
        name = repository.parent.name if repository.name in ("repo", ".git") else repository.stem
        for blob, path in dockerfiles(repository):
            if blob in seen:
                continue
            seen.add(blob)
            try:
                text = git(repository, "cat-file", "blob", blob)
            except subprocess.CalledProcessError:  # listed, but not in this copy
                continue
            if text:
                place = out / name / f"{len(rows):05d}"
                place.mkdir(parents=True, exist_ok=True)
                (place / "Dockerfile").write_bytes(text)
                rows.append(f"{name}/{len(rows):05d}\t{path}\n")
    (out / "index.tsv").write_text("".join(rows))
    print(len(rows), "files")


if __name__ == "__main__":
    main()
