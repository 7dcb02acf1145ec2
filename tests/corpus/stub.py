"""A stand-in for dockfit that speaks its command line and JSON, and breaks files in the one way it is told to.

usage: stub.py MODE passes|apply …

Mode `good` puts a cache mount into every `RUN pip` and reports it truthfully; each other mode adds one sin.
Modes that end with `pair` have three passes, each of which does the same.
"""

import difflib
import hashlib
import json
import os
import signal
import sys
from pathlib import Path

MOUNT = b"--mount=type=cache,target=/root/.cache/pip "


def good(source):
    """[(start, end, replacement)] of the honest change."""
    if MOUNT in source:
        return []
    at = source.find(b"RUN pip")
    return [(at + 4, at + 4, MOUNT)] if at >= 0 else []


def made(source, edits):
    """The text with the edits made."""
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def sin(mode, source, edits, text):
    """(edits reported, text written) after the sin."""
    replace = {
        "unparsable": (b'ENV A=1 B="two words"', b"ENV A"),
        "comment": (b"# inner comment\n", b""),
        "script": (b"&& echo done", b"&& fi"),
        "value": (b"A=1", b"A=2"),
        "label": (b'version="1"', b'version=""1""'),
        "keyword": (b"FROM ", b"from "),
        "stage": (b" AS build", b" AS builder"),
        "eats": (b"WORKDIR /srv\n", b""),
        "line": (b"EXPOSE 80", b"EXPOSE 81"),
    }
    if mode in replace:
        return edits, text.replace(*replace[mode], 1)
    if mode == "declared comment":
        start = source.find(b"# inner comment\n")
        edits = edits + ([(start, start + 16, b"")] if start >= 0 else [])
        return edits, made(source, edits)
    if mode == "declared value":
        start = source.find(b"A=1")
        edits = edits + ([(start, start + 3, b"A=2")] if start >= 0 else [])
        return edits, made(source, edits)
    if mode == "line ends":
        return edits, text.replace(b"\r\n", b"\n", 1)
    if mode == "final newline":
        return edits, text.removesuffix(b"\n")
    if mode == "second":
        return [(len(source), len(source), b"# again\n")], source + b"# again\n"
    if mode == "unchanged":
        return edits, source
    return edits, text


def one(mode, folder, options):
    """Rewrites one file; its entry in the report."""
    path = Path(folder, "Dockerfile")
    source = path.read_bytes()
    if mode == "crash" and b"CRASH" in source:
        os.kill(os.getpid(), signal.SIGABRT)
    if mode == "panic" and b"CRASH" in source:
        sys.stderr.write("thread 'main' panicked at src/main.rs:1:1")
        sys.exit(101)
    if source.startswith(b"ENV lonely"):
        return None, {"kind": "syntax", "file": str(path), "message": "ENV must have two arguments"}
    edits, text = sin(mode, source, good(source), made(source, good(source)))
    if mode == "pair" and options.count("--only") == 2:
        text = text.replace(b"# inner comment\n", b"", 1)
    if mode == "composed" and "--all" in options and MOUNT not in source:
        edits, text = edits + [(0, 0, b"# all\n")], b"# all\n" + text
    path.write_bytes(text)
    if mode == "new file":
        Path(folder, ".dockerignore").write_text("x")
    digest = hashlib.sha256(b"" if mode == "hash" else text).hexdigest()
    diff = "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in difflib.unified_diff(
        source.decode().splitlines(True), text.decode().splitlines(True), "a/Dockerfile", "b/Dockerfile"))
    if mode == "diff":
        diff = diff.replace("/root/.cache/pip", "/root/.cache/pit")
    applied = {"id": "package-caches/mount", "safety": "safe", "outcome": "applied" if edits else "refused",
               "reason": None if edits else {"code": "no-pip", "text": "no pip here"}, "way_out": None,
               "place": {"file": "Dockerfile", "start": 0, "end": 1, "line": 1, "column": 1},
               "edits": [{"file": "Dockerfile", "start": start, "end": end, "replacement": new.decode()} for start, end, new in edits]}
    files = [{"path": "Dockerfile", "before_sha256": hashlib.sha256(source).hexdigest(), "after_sha256": digest}]
    passes = [{"id": "package-caches", "proposal": "1.2", "decisions": [applied], "diff": diff or None}]
    dockerfile = {"path": "Dockerfile", "context": None, "targets": [], "passes": passes}
    return {"root": folder, "dockerfiles": [dockerfile], "files": files if text != source else []}, None


def main():
    mode, command, *rest = sys.argv[1:]
    if command == "passes":
        names = ["package-caches", "other", "third"] if mode.endswith("pair") else ["package-caches"]
        print(json.dumps([{"id": name, "proposal": "1.2", "summary": "", "decisions": []} for name in names]))
        return
    folders = [word for word in rest if os.path.isdir(word)]
    parts = [one(mode, folder, rest) for folder in folders]
    errors = [error for _, error in parts if error]
    if mode == "takeback":
        errors.append({"kind": "takeback", "file": folders[0] + "/Dockerfile", "message": "package-caches: no longer parses"})
    if mode == "caught panic":
        errors.append({"kind": "panic", "file": folders[0] + "/Dockerfile", "message": "index out of bounds"})
    print(json.dumps({"schema": 1, "projects": [part for part, _ in parts if part], "errors": errors}) if mode != "no report" else "{")
    sys.exit(3 if mode == "exit" else 2 if errors else 0)


if __name__ == "__main__":
    main()
