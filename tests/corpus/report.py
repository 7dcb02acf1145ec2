"""Reads what `dockfit apply --format json` says it did."""

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edit:
    """Bytes `start..end` of a file on disk were replaced."""

    start: int
    end: int
    replacement: bytes


@dataclass
class Decision:
    """One decision of one pass, as reported."""

    pass_id: str
    decision_id: str
    safety: str
    outcome: str
    code: str
    text: str
    way_out: str
    file: str
    line: int
    column: int
    declares: list | None


@dataclass
class Report:
    """One or more runs' reports, keyed by absolute real path."""

    edits: dict = field(default_factory=dict)  # path -> [Edit]
    diffs: dict = field(default_factory=dict)  # path -> [unified diff], in the order of the passes
    decisions: dict = field(default_factory=dict)  # path of the Dockerfile -> [Decision]
    written: dict = field(default_factory=dict)  # path -> after_sha256
    errors: list = field(default_factory=list)  # as reported
    takebacks: list = field(default_factory=list)  # those errors that are takebacks

    def merge(self, other):
        """Adds another batch's report."""
        for mine, theirs in ((self.edits, other.edits), (self.diffs, other.diffs), (self.decisions, other.decisions)):
            for path, items in theirs.items():
                mine.setdefault(path, []).extend(items)
        self.written.update(other.written)
        self.errors.extend(other.errors)
        self.takebacks.extend(other.takebacks)


class Malformed(Exception):
    """The report is not of the published shape."""


def read(document, cwd):
    """The report in `document`, parsed JSON; relative paths are relative to `cwd`."""
    try:
        return _read(document, cwd)
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error


def _read(document, cwd):
    report = Report()
    for project in document["projects"]:
        root = os.path.join(cwd, project["root"])

        def absolute(path, root=root):
            return os.path.realpath(os.path.join(root, path))

        for one in project["dockerfiles"]:
            path = absolute(one["path"])
            report.decisions.setdefault(path, [])
            for applied in one["passes"]:
                if applied.get("diff"):
                    report.diffs.setdefault(path, []).append(applied["diff"])
                for decision in applied["decisions"]:
                    report.decisions[path].append(_decision(applied["id"], decision))
                    if decision["outcome"] == "applied":
                        default = (decision.get("place") or {}).get("file", one["path"])
                        for edit in decision.get("edits") or []:
                            report.edits.setdefault(absolute(edit.get("file", default)), []).append(_edit(edit))
        for one in project.get("files") or []:
            report.written[absolute(one["path"])] = one["after_sha256"]
    report.errors = list(document["errors"])
    report.takebacks = [error for error in report.errors if "takeback" in (error.get("kind"), error.get("code"))]
    return report


def _edit(edit):
    where = edit if "start" in edit else edit.get("place") or edit["span"]
    text = edit["replacement"] if "replacement" in edit else edit["text"]
    return Edit(where["start"], where["end"], text.encode())


def _decision(pass_id, decision):
    reason = decision.get("reason") or {}
    place = decision.get("place") or {}
    return Decision(
        pass_id=pass_id,
        decision_id=decision["id"],
        safety=decision.get("safety", ""),
        outcome=decision["outcome"],
        code=reason.get("code", ""),
        text=reason.get("text", ""),
        way_out=decision.get("way_out") or "",
        file=place.get("file", ""),
        line=place.get("line", 0),
        column=place.get("column", 0),
        declares=decision.get("declares"),
    )


def apply_edits(source, edits):
    """`source` with the edits made, or None where two of them overlap."""
    out, at = [], 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start < at or edit.end > len(source):
            return None
        out += [source[at : edit.start], edit.replacement]
        at = edit.end
    return b"".join(out) + source[at:]
