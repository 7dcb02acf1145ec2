"""Before and after, one file: what was broken. Plain counts over the engine's reading and over lines."""

import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import engine
from report import apply_edits
from unified import apply_to_lines

# Every count, in the order of the table; all must be zero, save those of NOTES.
COUNTS = {
    "unparsable": "files that the engine's parser no longer accepts",
    "comments": "comment lines lost",
    "scripts": "shell scripts (RUN, CMD, …) newly invalid for `bash -n`",
    "values": "ENV/LABEL/ARG values changed that the report does not declare",
    "instructions": "keywords, FROM lines or stage names changed outside the reported edits",
    "outside": "lines changed outside the reported edits",
    "report": "reports that do not give the file on disk (edits, diffs, hashes, unreported files)",
    "line_ends": "files whose line ends, final newline or byte order mark changed",
    "second": "files changed again by a second run",
    "composed": "files where a pass alone and then all differ from all at once",
    "takebacks": "takebacks by the tool's own verifier",
    "crashes": "crashes",
    "failed": "files with an error or an exit code other than 0",
}
# Changes that the report declares: told beside the counts, not held against the tool.
NOTES = {
    "comments_declared": "comment lines inside a reported deletion",
    "values_declared": "values changed as declared",
}


@dataclass
class Finding:
    """One breakage: which count, how many, and the words to look for."""

    kind: str
    amount: int
    detail: str


@dataclass
class Before:
    """An original and the engine's reading of it."""

    source: bytes
    facts: engine.Facts


@dataclass
class Told:
    """What the report says of one file. `exact` where the edits alone must give the file (one pass ran)."""

    edits: list = field(default_factory=list)
    diffs: list = field(default_factory=list)
    declares: list | None = None
    exact: bool = True


def compare(before, path, bash, told=None):
    """The findings for the file now at `path`; `told` is None for a tool without a report."""
    after = Path(path).read_bytes()
    if after == before.source:
        return [Finding("report", 1, "edits are reported, the file is unchanged")] if told and told.edits else []
    found = list(line_ends(before.source, after))
    if told is not None:
        found += outside(before.source, after, told, Path(path).name)
    try:
        facts = engine.parse(path)
    except engine.Refused as refused:
        return [*found, Finding("unparsable", 1, str(refused))]
    found += comments(before, facts, told)
    found += scripts(before.facts, facts, bash)
    found += values(before, facts, told)
    found += instructions(before, facts, told)
    return found


def comments(before, facts, told):
    """Comment lines of the original that are nowhere now."""
    lost = Counter(text for _, text in before.facts.comments)
    lost.subtract(Counter(text for _, text in facts.comments))
    lost = +lost
    if not lost:
        return
    starts = line_starts(before.source)
    meant = Counter()
    for number, text in before.facts.comments:
        start, end = starts[number - 1], starts[number - 1] + len(before.source.split(b"\n")[number - 1])
        if told and any(edit.start <= start and edit.end >= end for edit in told.edits):
            meant[text] += 1
    for text, amount in lost.items():
        declared = min(amount, meant[text])
        if declared:
            yield Finding("comments_declared", declared, shown(text))
        if amount > declared:
            yield Finding("comments", amount - declared, shown(text))


def scripts(before, facts, bash):
    """Scripts that bash reads no longer."""
    kept = Counter(before.scripts)
    fresh = [script for script in facts.scripts if not kept[script]]
    gone = list((Counter(before.scripts) - Counter(facts.scripts)).elements())
    bad_now, bad_then = bash.invalid(fresh), bash.invalid(gone)
    if len(bad_now) > len(bad_then):
        yield Finding("scripts", len(bad_now) - len(bad_then), bad_now[-1][:300])


def values(before, facts, told):
    """Names whose values differ, unless the report says so."""
    gone, fresh = before.facts.pairs - facts.pairs, facts.pairs - before.facts.pairs
    for kind, key in dict.fromkeys((kind, key) for kind, key, _ in [*gone, *fresh]):
        old = [value for (k, n, value) in gone if (k, n) == (kind, key)]
        new = [value for (k, n, value) in fresh if (k, n) == (kind, key)]
        detail = f"{kind} {key}: {' | '.join(old) or '(none)'} → {' | '.join(new) or '(none)'}"
        declared = told is not None and (old, new) and says(before.source, key, told)
        yield Finding("values_declared" if declared else "values", 1, detail[:300])


def says(source, key, told):
    """Whether the report names `key` as changed: declared, or standing in the lines that an edit touches."""
    if told.declares is not None:
        return any(key in str(declared) for declared in told.declares)
    word = key.encode()
    for edit in told.edits:
        start = source.rfind(b"\n", 0, edit.start) + 1
        end = source.find(b"\n", edit.end)
        if word in edit.replacement or word in source[start : end if end >= 0 else len(source)]:
            return True
    return False


def instructions(before, facts, told):
    """Keywords as written, and FROM lines, where no reported edit stands."""
    touched = touched_lines(before.source, told.edits) if told else set()
    old = [identity(one) for one in before.facts.instructions]
    new = [identity(one) for one in facts.instructions]
    # Where an ENV goes above a WORKDIR and one comes below, `difflib` may take the WORKDIR for what moved. What stands as often
    # as before is none of these; that its lines did not move is counted by itself.
    was, now = (Counter(map(whole, found)) for found in (before.facts.instructions, facts.instructions))
    stays = lambda one: told is not None and was[whole(one)] == now[whole(one)]  # noqa: E731
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if told is None:
            if [(name, words) for _, name, words in old[i1:i2]] == [(name, words) for _, name, words in new[j1:j2]]:
                yield Finding("instructions", max(i2 - i1, j2 - j1), f"{old[i1:i2]} → {new[j1:j2]}"[:300])
            elif any(name.endswith("FROM") for _, name, _ in [*old[i1:i2], *new[j1:j2]]):
                yield Finding("instructions", 1, f"{old[i1:i2]} → {new[j1:j2]}"[:300])
            continue
        for one in before.facts.instructions[i1:i2]:
            if stays(one):
                continue
            # Among equal keywords `difflib` cannot tell which one went: one must have stood in a deletion.
            word = keyword_at_line_start(one.keyword)
            deleted = tag == "delete" and any(word.search(before.source[edit.start : edit.end]) for edit in told.edits)
            if not deleted and not touched & set(range(one.start, one.end + 1)):
                yield Finding("instructions", 1, f"line {one.start}: {one.keyword} {' '.join(one.value)}"[:300])
        # Nor which one is new: one must stand in an edit.
        for one in facts.instructions[j1:j2] if i1 == i2 else ():
            if stays(one):
                continue
            word = keyword_at_line_start(one.keyword)
            if not any(word.search(edit.replacement) for edit in told.edits):
                yield Finding("instructions", 1, f"new: {one.keyword} {' '.join(one.value)}"[:300])


def keyword_at_line_start(keyword):
    """Finds it where an instruction may begin."""
    return re.compile(rb"(^|\n)\s*" + re.escape(keyword.encode()) + rb"\b")


def whole(one):
    """All that an instruction says."""
    return one.keyword, tuple(one.flags), tuple(one.value)


def identity(one):
    """What must stay of an instruction that no edit touches."""
    return one.keyword, one.name, one.flags + one.value if one.name.endswith("FROM") else ()


def outside(source, after, told, file_name):
    """Changed lines that no edit touches; edits or diffs that do not give the file."""
    old, new = source.split(b"\n"), after.split(b"\n")
    lines = list(enumerate(old)) if told.diffs else None
    for diff in told.diffs or ():
        lines = apply_to_lines(lines, diff, file_name)
        if lines is None:
            break
    if told.diffs and (lines is None or [text for _, text in lines] != new):
        yield Finding("report", 1, "the diffs, applied in turn, do not give the file")
        lines = None
    made = apply_edits(source, told.edits)
    if made == after:
        return
    if told.exact:
        yield Finding("report", 1, "the edits overlap" if made is None else "the edits do not give the file")
    touched = touched_lines(source, told.edits)
    # The diffs, where they give the file, tell which line became which; `difflib` can only guess.
    gaps = gaps_between(lines, len(old)) if lines is not None else opcodes(old, new)
    for i1, i2, j1, j2 in gaps:
        beyond = [number for number in range(i1 + 1, i2 + 1) if number not in touched]
        # Of two blank lines around what went, either may be the one that stayed.
        if i2 in range(len(old)) and not old[i2].strip() and i2 + 1 in touched:
            beyond = beyond[1:] if beyond and not old[beyond[0] - 1].strip() else beyond
        if i1 == i2:
            if not any(touched & {at, at + 1} for at in shifts(i1, new, j1, j2)):
                yield Finding("outside", j2 - j1, f"new at line {i1 + 1}: {shown(new[j1])}")
        elif beyond:
            moved = shifts(i1, old, i1, i2) if j1 == j2 else ()
            if not any(set(range(at + 1, at + 1 + i2 - i1)) <= touched for at in moved):
                yield Finding("outside", len(beyond), f"line {beyond[0]}: {shown(old[beyond[0] - 1])}")


def opcodes(old, new):
    """(i1, i2, j1, j2) of what differs, as `difflib` sees it."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [place for tag, *place in matcher.get_opcodes() if tag != "equal"]


def gaps_between(lines, count):
    """The same from lines that know their origin in a text of `count` lines."""
    at, since = 0, 0
    for index, (origin, _) in enumerate([*lines, (count, b"")]):
        if origin is None:
            continue
        if origin > at or index > since:
            yield at, origin, since, index
        at, since = origin + 1, index + 1


def shifts(at, lines, start, end):
    """The places, `at` among them, where the run `lines[start:end]` could as well have been put in or taken out."""
    places, first, last = [at], start, end
    while first > 0 and lines[first - 1] == lines[last - 1]:
        first, last = first - 1, last - 1
        places.append(at - (start - first))
    first, last = start, end
    while last < len(lines) and lines[first] == lines[last]:
        first, last = first + 1, last + 1
        places.append(at + (first - start))
    return places


def touched_lines(source, edits):
    """Numbers, from 1, of the lines that the edits touch."""
    out = set()
    for edit in edits:
        first = source.count(b"\n", 0, edit.start) + 1
        # An edit that ends with a whole line does not touch the next one, unless it is empty there.
        last = source.count(b"\n", 0, max(edit.start, edit.end - 1)) + 1
        out.update(range(first, last + 1))
    return out


def line_ends(source, after):
    """Line ends mixed where they were not, a final newline gained or lost, a byte order mark lost."""
    crlf, lines = source.count(b"\r\n"), source.count(b"\n")
    now_crlf, now_lines = after.count(b"\r\n"), after.count(b"\n")
    if lines and crlf == lines and now_crlf != now_lines:
        yield Finding("line_ends", 1, "\\n among \\r\\n")
    elif crlf == 0 and after.count(b"\r") > source.count(b"\r"):
        yield Finding("line_ends", 1, "\\r among \\n")
    if source.endswith(b"\n") != after.endswith(b"\n"):
        yield Finding("line_ends", 1, "final newline")
    if source.startswith(b"\xef\xbb\xbf") != after.startswith(b"\xef\xbb\xbf"):
        yield Finding("line_ends", 1, "byte order mark")


def line_starts(source):
    """The offset of each line."""
    out, at = [], 0
    for line in source.split(b"\n"):
        out.append(at)
        at += len(line) + 1
    return out


def shown(text):
    """Bytes as readable text."""
    return text.decode(errors="replace")[:200]
