#!/usr/bin/env python3
"""mdBook's preprocessor for this book: what is written elsewhere in the repository, put into its pages.

    book.py supports RENDERER                 what mdBook asks first
    book.py                                   a book on standard input, the book on standard output
    book.py configuration [--write]           the table of keys in docs/configuration.md: compare it with the schema, or write it

Below the chapter `passes.md` comes a chapter for each pass, its page `transforms/PASS/README.md`. `{{#passes}}` is the table of
passes, `{{#refusals}}` the list of reasons, made from the snapshots of the cases. Links to files that are no part of the book lead
to the repository.
"""

import json
import posixpath
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "https://github.com/dockfit/dockfit/blob/main"
LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\(([^()\s]+)\)")
BEGIN, END = "<!-- configuration:keys -->", "<!-- /configuration:keys -->"


def passes():
    """Of each pass, in order: name, folder, proposal, summary."""
    registry = (ROOT / "transforms/lib.rs").read_text(encoding="utf-8")
    for folder in re.findall(r"^ +&(\w+)::\w+,$", registry, re.M):
        code = (ROOT / "transforms" / folder / "mod.rs").read_text(encoding="utf-8")
        found = re.search(r"PassInfo = PassInfo \{(.*?)\n\};", code, re.S)
        fields = {name: literal(text) for name, text in re.findall(r'(\w+):\s+("(?:[^"\\]|\\.)*")', found[1], re.S)}
        yield fields["id"], folder, fields["proposal"], fields["summary"]


def literal(text):
    """The value of a Rust string: a backslash at a line's end joins the lines."""
    return json.loads(re.sub(r"\\\n\s*", "", text))


def pass_table():
    lines = ["| pass | proposal | why |", "| --- | --- | --- |"]
    lines += [f"| [`{name}`](passes/{name}.md) | {proposal} | {cell(summary)} |" for name, _, proposal, summary in passes()]
    return "\n".join(lines)


def cell(text):
    """Text in a table's cell, where it is no markup but for the words in backquotes."""
    parts = re.split(r"(`[^`]*`)", text)
    escaped = [part.replace("|", "\\|") if at % 2 else re.sub(r"([\\*_{}\[\]<>#|`])", r"\\\1", part) for at, part in enumerate(parts)]
    return "".join(escaped).replace("{{", "{ {")


def refusals():
    """pass -> (decision, code) -> (outcome, reason, way out), from the cases: of several the shortest words."""
    found = defaultdict(dict)
    entry = re.compile(r"^(refused|advised) .*?: ([a-z0-9-]+/[a-z0-9-]+) \(([a-z0-9-]+)\)\n    (.+)\n    → (.+)$", re.M)
    for path in sorted((ROOT / "snapshots").glob("*--*.snap")):
        for outcome, decision, code, reason, way_out in entry.findall(path.read_text(encoding="utf-8")):
            reasons = found[decision.split("/")[0]]
            before = reasons.get((decision, code))
            if before is None or len(reason + way_out) < len(before[1] + before[2]):
                reasons[decision, code] = (outcome, reason, way_out)
    return found


def refusal_list():
    found, lines = refusals(), []
    for name, *_ in passes():
        if name not in found:
            continue
        lines += ["", f"## {name}", "", "| decision, code | | for example | way out |", "| --- | --- | --- | --- |"]
        for (decision, code), (outcome, reason, way_out) in sorted(found[name].items()):
            lines.append(f"| {decision.split('/')[1]}, `{code}` | {outcome} | {cell(reason)} | {cell(way_out)} |")
    return "\n".join(lines)


def configuration_table():
    schema = json.loads((ROOT / "docs/config.schema.json").read_text(encoding="utf-8"))
    lines = ["| key | default | |", "| --- | --- | --- |"]

    def row(name, entry):
        default = entry.get("default", schema["definitions"].get(entry.get("$ref", "").rpartition("/")[2], {}).get("default"))
        shown = "" if default is None else f"`{json.dumps(default)}`"
        values = " One of " + ", ".join(f"`{json.dumps(value)}`" for value in entry["enum"]) + "." if "enum" in entry else ""
        lines.append(f"| `{name}` | {shown} | {entry['description']}{values} |")

    for name, entry in schema["properties"].items():
        row(name, entry)
        if name != "groups":
            for key, inner in entry.get("properties", {}).items():
                row(f"{name}.{key}", inner)
    return "\n".join(lines)


def configuration(write):
    path = ROOT / "docs/configuration.md"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = f"{before}{BEGIN}\n{configuration_table()}\n{END}{after}"
    if write:
        path.write_text(wanted, encoding="utf-8")
    elif text != wanted:
        sys.exit("docs/configuration.md: the table is not that of config.schema.json; write it: packaging/book.py configuration --write")


def rewritten(text, source, place):
    """The text of `source`, a file of the repository, as the chapter `place`: with links that lead from there."""
    folders = {folder: name for name, folder, *_ in passes()}

    def link(found):
        words, target = found.groups()
        path, mark, anchor = target.partition("#")
        if not path or re.match(r"[a-z]+:", target):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        page = re.fullmatch(r"transforms/(\w+)/README\.md", path)
        if page and page[1] in folders:
            path = f"docs/passes/{folders[page[1]]}.md"
        if path.startswith("docs/"):
            path = posixpath.relpath(path.removeprefix("docs/"), posixpath.dirname(place) or ".")
        else:
            path = f"{REPOSITORY}/{path}"
        return f"[{words}]({path}{mark}{anchor})"

    # Nothing in a block of code is a link.
    parts = re.split(r"(^```.*?^```)", text, flags=re.S | re.M)
    return "".join(part if at % 2 else LINK.sub(link, part) for at, part in enumerate(parts))


def chapter(name, folder, parent, number):
    source = f"transforms/{folder}/README.md"
    place = f"passes/{name}.md"
    text = rewritten((ROOT / source).read_text(encoding="utf-8"), source, place)
    return {
        "Chapter": {
            "name": name,
            "content": text,
            "number": [*(parent["number"] or []), number],
            "sub_items": [],
            "path": place,
            "source_path": None,
            "parent_names": [parent["name"]],
        }
    }


def fill(items):
    for item in items:
        found = item.get("Chapter") if isinstance(item, dict) else None
        if not found:
            continue
        place = found["path"] or ""
        text = rewritten(found["content"], f"docs/{place}", place)
        text = text.replace("{{#passes}}", pass_table()).replace("{{#refusals}}", refusal_list())
        found["content"] = text
        fill(found["sub_items"])
        if place == "passes.md":
            found["sub_items"] = [chapter(name, folder, found, at) for at, (name, folder, *_) in enumerate(passes(), 1)]


def main():
    words = sys.argv[1:]
    if words[:1] == ["supports"]:
        return
    if words[:1] == ["configuration"]:
        configuration("--write" in words)
        return
    _, book = json.load(sys.stdin)
    # Named `sections` up to mdBook 0.4.
    fill(book["items"] if "items" in book else book["sections"])
    json.dump(book, sys.stdout)


if __name__ == "__main__":
    main()
