"""Applies unified diffs exactly: no fuzz, no offset. What the report shows must give what lies on the disk."""

import re

HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def sections(diff):
    """(name of the new file or None, lines of its hunks) for each file of the diff."""
    name, hunks, out = None, [], []
    old = new = 0
    for line in diff.split(b"\n"):
        if old or new:
            hunks.append(line)
            old -= line[:1] in (b" ", b"-")
            new -= line[:1] in (b" ", b"+")
        elif line.startswith(b"+++ "):
            name = line[4:].split(b"\t")[0].decode(errors="replace")
        elif line.startswith(b"--- ") and hunks:
            out.append((name, hunks))
            name, hunks = None, []
        elif match := HUNK.match(line):
            hunks.append(line)
            old, new = (int(count) if count is not None else 1 for count in (match[2], match[4]))
        elif line.startswith(b"\\"):
            hunks.append(line)
    return out + [(name, hunks)] if hunks else out


def apply_diff(source, diff, file_name):
    """`source` after the section of `diff` for the file called `file_name`; None where it does not fit."""
    lines = apply_to_lines(list(enumerate(source.split(b"\n"))), diff, file_name)
    return None if lines is None else b"\n".join(text for _, text in lines)


def apply_to_lines(lines, diff, file_name):
    """The same for lines with their origin: (number in the first text, from 0, or None where a diff added it; text)."""
    for name, hunks in sections(diff.encode()):
        if name is None or name.rsplit("/", 1)[-1] == file_name:
            return _apply(lines, hunks)
    return lines


def _apply(lines, hunks):
    out, at = [], 0
    unended = set()  # the sides whose last line was marked as having no newline
    last = b""
    for line in hunks:
        if match := HUNK.match(line):
            start = int(match[1]) - (0 if match[2] == b"0" else 1)
            if start < at:
                return None
            out += lines[at:start]
            at = start
            continue
        if line.startswith(b"\\"):
            unended.add(last)
            continue
        last = line[:1]
        if last in (b" ", b"-"):
            if at >= len(lines) or lines[at][1] != line[1:]:
                return None
            if last == b" ":
                out.append(lines[at])
            at += 1
        if last == b"+":
            out.append((None, line[1:]))
    out += lines[at:]
    if unended == {b"-"} and out[-1][1] != b"":
        out.append((None, b""))
    if unended == {b"+"} and out[-1][1] == b"":
        out.pop()
    return out
