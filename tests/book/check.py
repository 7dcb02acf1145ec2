#!/usr/bin/env python3
"""The documentation: all its pages are in the book, its links lead somewhere, the table of configuration is that of
the schema, the book's preprocessor finds every pass, and its examples do what they show.

    tests/book/check.py BINARY [MDBOOK]     MDBOOK: build the book, too

An example is a block that begins with ```console: lines behind `$ ` are run by bash in a copy of `examples/fastapi-backend` (of one
page, one copy), what follows is what they print. A line `…` stands for any lines.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "packaging"))
import book  # noqa: E402

problems = []


def problem(place, text):
    problems.append(f"{place.relative_to(ROOT) if isinstance(place, Path) else place}: {text}")


def blocks(text):
    """The blocks of code: language, text, line."""
    for found in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.S | re.M):
        yield found[1].strip(), found[2], text.count("\n", 0, found.start()) + 1


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)


def anchors(text):
    """The anchors of headings, as GitHub and mdBook make them."""
    for heading in re.findall(r"^#+ (.*)$", without_blocks(text), re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        yield re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.strip().lower()))


def check_links(pages):
    count = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for _, target in book.LINK.findall(re.sub(r"`[^`\n]*`", "", without_blocks(text))):
            if re.match(r"[a-z]+:", target):
                continue
            count += 1
            path, _, anchor = target.partition("#")
            leads = (page.parent / path).resolve() if path else page
            if not leads.exists():
                problem(page, f"{target} leads nowhere")
            elif anchor and leads.suffix == ".md" and anchor not in anchors(leads.read_text(encoding="utf-8")):
                problem(page, f"{target}: there is no such heading")
    return count


def check_summary():
    named = re.findall(r"\]\(([^)]+)\)", (DOCS / "SUMMARY.md").read_text(encoding="utf-8"))
    there = {str(path.relative_to(DOCS)) for path in DOCS.glob("**/*.md")} - {"SUMMARY.md"}
    for name in sorted(there - set(named)):
        problem(DOCS / "SUMMARY.md", f"{name} is not in it")
    for name in sorted(set(named) - there):
        problem(DOCS / "SUMMARY.md", f"there is no {name}")


def check_passes(binary):
    known = json.loads(subprocess.run([binary, "passes", "--format", "json"], capture_output=True, check=True).stdout)
    found = [(name, proposal, summary) for name, _, proposal, summary in book.passes()]
    wanted = [(entry["id"], entry["proposal"], entry["summary"]) for entry in known]
    if found != wanted:
        problem("packaging/book.py", f"other passes than the program has: {set(found) ^ set(wanted)}")
    reasons = book.refusals()
    for name in reasons:
        if name not in {entry["id"] for entry in known}:
            problem("packaging/book.py", f"reasons of a pass that there is not, {name}")
    count = sum(map(len, reasons.values()))
    if count < 300:
        problem("packaging/book.py", f"only {count} reasons: are the snapshots written in another way?")
    return count


def check_preprocessor():
    """On a book as mdBook hands it over: of both of its forms."""
    summary = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", (DOCS / "SUMMARY.md").read_text(encoding="utf-8"))
    for key in ("items", "sections"):
        items = [
            {"Chapter": {"name": name, "content": (DOCS / path).read_text(encoding="utf-8"), "number": [at], "sub_items": [], "path": path, "parent_names": []}}
            for at, (name, path) in enumerate(summary, 1)
        ]
        program = [sys.executable, str(ROOT / "packaging/book.py")]
        done = subprocess.run(program, input=json.dumps([{}, {key: [*items, "Separator"]}]), capture_output=True, text=True, check=True)
        chapters = {item["Chapter"]["path"]: item["Chapter"] for item in json.loads(done.stdout)[key] if item != "Separator"}
        pages = {inner["Chapter"]["path"]: inner["Chapter"]["content"] for inner in chapters["passes.md"]["sub_items"]}
        if len(pages) != len(list(book.passes())):
            problem("packaging/book.py", f"{len(pages)} chapters of passes")
        everything = {path: chapter["content"] for path, chapter in chapters.items()} | pages
        for path, text in everything.items():
            if "{{#" in text:
                problem(f"book/{path}", "something was not filled in")
            for _, target in book.LINK.findall(re.sub(r"`[^`\n]*`", "", without_blocks(text))):
                target = target.partition("#")[0]
                if target and not re.match(r"[a-z]+:", target):
                    leads = os.path.normpath(os.path.join(os.path.dirname(path), target))
                    if leads not in everything and not (DOCS / leads).exists():
                        problem(f"book/{path}", f"{target} leads nowhere")


def matches(wanted, said):
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n" for line in wanted)
    return re.fullmatch(pattern, said if said.endswith("\n") or not said else said + "\n")


def check_examples(pages, binary):
    count = 0
    for page in pages:
        examples = [(text, line) for language, text, line in blocks(page.read_text(encoding="utf-8")) if language == "console"]
        if not examples:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            project = Path(scratch) / "project"
            shutil.copytree(ROOT / "examples/fastapi-backend", project)
            programs = Path(scratch) / "bin"
            programs.mkdir()
            (programs / "dockfit").symlink_to(binary)
            environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": scratch, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "LC_ALL": "C.UTF-8"}
            environment |= {f"GIT_{who}_{what}": "reader@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

            def bash(command):
                return subprocess.run(["bash", "-c", command], cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout

            bash("git init --quiet && git add --all && git commit --quiet --message=Start")
            for text, line in examples:
                parts = re.split(r"^\$ ", text, flags=re.M)[1:]
                for part in parts:
                    count += 1
                    command, *wanted = part.splitlines()
                    said = bash(command)
                    if not matches(wanted, said):
                        problem(page, f"line {line}: `{command}` prints\n{said}")
    return count


def main():
    binary = str(Path(sys.argv[1]).resolve())
    docs = sorted(DOCS.glob("**/*.md"))
    passes = sorted(ROOT.glob("transforms/*/README.md"))
    others = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    check_summary()
    links = check_links(docs + passes + others)
    reasons = check_passes(binary)
    check_preprocessor()
    subprocess.run([sys.executable, ROOT / "packaging/book.py", "configuration"], check=True)
    examples = check_examples(docs, binary)
    if len(sys.argv) > 2:
        with tempfile.TemporaryDirectory() as scratch:
            done = subprocess.run([sys.argv[2], "build", "--dest-dir", scratch], cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode != 0 or re.search(r"WARN|ERROR", done.stderr):
                problem("mdbook", done.stderr)
            if not (Path(scratch) / "passes/package-caches.html").exists():
                problem("mdbook", "the passes have no pages")
    for text in problems:
        print(f"book: {text}", file=sys.stderr)
    print(f"book: {len(docs)} pages and {len(passes)} of passes, {links} links, {reasons} reasons, {examples} examples")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
