"""Runs a tool that rewrites files in place over many files, and finds the one that breaks it."""

import itertools
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from report import Malformed, Report, read

CRASH_EXITS = {101, 134, 139}  # a panic of Rust; SIGABRT, SIGSEGV as a shell reports them


@dataclass
class Outcome:
    """What came of one configuration over all files."""

    report: Report | None
    crashed: dict = field(default_factory=dict)  # file -> what the tool wrote to standard error
    failed: dict = field(default_factory=dict)  # file -> exit code and message


class Dockfit:
    """The tool under judgement: many folders to one invocation, one report each."""

    reports = True

    def __init__(self, binary):
        self.binary = [os.path.abspath(binary)] if isinstance(binary, str) else list(binary)

    def passes(self):
        """The names of all passes."""
        done = subprocess.run([*self.binary, "passes", "--format", "json"], capture_output=True, text=True, check=True)
        listed = json.loads(done.stdout)
        return [one["id"] for one in (listed["passes"] if isinstance(listed, dict) else listed)]

    def configurations(self):
        """(label, options) of each pass alone, the default, and all together."""
        alone = [(name, ["--only", name]) for name in self.passes()]
        return [*alone, ("default", []), ("all", ["--all"])]

    def pairs(self):
        """(label, options) of each two passes."""
        pairs = itertools.combinations(self.passes(), 2)
        return [(f"{one} + {other}", ["--only", one, "--only", other]) for one, other in pairs]

    def command(self, options, paths):
        """The command line for `paths`."""
        return [*self.binary, "apply", "--allow-dirty", "--format", "json", *options, *map(os.path.dirname, paths)]


class Tally:
    """The nearest rival, for checking the judge itself. It has no report."""

    reports = False

    def __init__(self, binary="tally"):
        self.binary = [os.path.abspath(shutil.which(binary) or binary)]

    def configurations(self):
        """Its two levels of fixing."""
        return [("tally --fix", []), ("tally --fix --fix-unsafe", ["--fix-unsafe"])]

    def command(self, options, paths):
        """The command line for `paths`."""
        fixed = ["lint", "--no-config", "--slow-checks", "off", "--fail-level", "none", "--fix", "--format", "json"]
        return [*self.binary, *fixed, *options, *paths]


def run(tool, options, scratch, names, jobs=2, batch=400, restore=True):
    """Runs `tool` over `names`. A batch that crashes or gives no report is halved until the file is found.

    With `restore`, a batch that is run again starts from the originals.
    """
    home = scratch.folder.with_name(scratch.folder.name + "-home")
    home.mkdir(exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    environment |= {"HOME": str(home), "GIT_CEILING_DIRECTORIES": str(scratch.folder.parent)}
    outcome = Outcome(Report() if tool.reports else None)

    def one(some):
        paths = [str(scratch.folder / name) for name in some]
        done = subprocess.run(tool.command(options, paths), capture_output=True, cwd=scratch.folder, env=environment)
        error = done.stderr.decode(errors="replace")
        report = None
        if tool.reports:
            try:
                report = read(json.loads(done.stdout), str(scratch.folder))
            except (ValueError, Malformed) as problem:
                error += f"\nno report: {problem}"
        crashed = done.returncode < 0 or done.returncode in CRASH_EXITS or "panicked at" in error
        if not crashed and (report is not None or (not tool.reports and done.returncode == 0)):
            panics, blamed = _blamed(report, done.returncode, some, scratch) if tool.reports else ({}, {})
            return [(report, panics, blamed)]
        if len(some) == 1:
            what = f"exit {done.returncode}: {error.strip()[-400:]}"
            return [(report, {some[0]: what} if crashed else {}, {} if crashed else {some[0]: what})]
        if restore:
            scratch.restore(some)
        half = len(some) // 2
        return one(some[:half]) + one(some[half:])

    chunks = [names[at : at + batch] for at in range(0, len(names), batch)]
    with ThreadPoolExecutor(jobs) as pool:
        for parts in pool.map(one, chunks):
            for report, crashed, failed in parts:
                if report is not None and outcome.report is not None:
                    outcome.report.merge(report)
                outcome.crashed.update(crashed)
                outcome.failed.update(failed)
    return outcome


def _blamed(report, code, names, scratch):
    """(panics that the tool caught, other errors) by file; a code without an error falls on the batch's first file."""
    panics, blamed = {}, {}
    for error in report.errors:
        if error.get("kind") == "template":  # told, and no error
            continue
        where = error.get("file") or error.get("path") or ""
        where = os.path.relpath(os.path.realpath(os.path.join(scratch.folder, where)), scratch.folder)
        text = f"exit {code}: {error.get('kind')}: {error.get('message') or json.dumps(error)}"
        (panics if error.get("kind") == "panic" else blamed)[where] = text
    if code != 0 and not blamed and not panics:
        blamed[names[0]] = f"exit {code} without an error in the report (batch of {len(names)})"
    return panics, blamed
