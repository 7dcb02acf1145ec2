#!/usr/bin/env python3
"""Of the cache mounts that tally's rule adds rightly: how many does dockfit add, and why not the rest?

usage: coverage.py [--jobs N] [--cache FILE] [--json OUT] [--options "…"] DOCKFIT TALLY CORPUS SCRATCH

Both tools rewrite copies below SCRATCH. Each added mount is judged by the criteria of mounts.py (told in
docs/corpus.md), tally's and dockfit's alike. Prints markdown tables; `--json` lists every miss with dockfit's words.
`DOCKFIT` may be `-`: then only tally is judged.
"""

import argparse
import json
import shlex
import sys
from collections import Counter, defaultdict
from pathlib import Path

import engine
from bash_syntax import BashSyntax
from instruction_level import InstructionLevel
from judge import originals, recall
from mounts import NOT_KEPT, added, align, faults
from managers import manager_of
from scratch import Scratch
from stages import runs
from tools import Dockfit, Tally, run

RULE = ["--ignore", "*", "--select", "tally/prefer-package-cache-mounts", "--fix-unsafe"]
LAX = ("docker-clean", NOT_KEPT)  # what leaves the mount where it belongs, but empties it
ASKED = ("pip", "uv", "apt", "npm", "yarn", "pnpm", "bun", "gomod", "gobuild", "cargo-registry", "cargo-git", "gem", "composer", "nuget", "apk", "dnf", "zypper")  # the managers whose mounts dockfit promises


def judged(before, path, bash):
    """[(line of the RUN, manager, faults)] for each mount that the file at `path` has and its original has not."""
    try:
        after = engine.parse(path)
    except engine.Refused as refused:
        return [(0, "any", [f"the file no longer parses: {refused}"])]
    whole = []
    lost = Counter(text for _, text in before.facts.comments) - Counter(text for _, text in after.comments)
    if lost:
        whole.append("a comment line is lost")
    if len(bash.invalid(after.scripts)) > len(bash.invalid(before.facts.scripts)):
        whole.append("a script is no longer valid")
    if len(after.instructions) < len(before.facts.instructions) - environment_gone(before.facts, after):
        whole.append("an instruction is lost")
    out = []
    for one, other, fresh in added(before.facts, after):
        for name, targets in fresh.items():
            out.append((one.start, name, whole + faults(before.facts, after, one, other, name, targets)))
    return out


def environment_gone(before, after):
    """How many ENV instructions went: they may, where they only switched a cache off."""
    return sum(one.name == "ENV" for one in before.instructions) - sum(one.name == "ENV" for one in after.instructions)


def mounted_here(before, after):
    """{line of the RUN before: names of the managers that have a mount there now}."""
    old = runs(before.facts)
    out = {}
    for one, other in zip(old, align(old, runs(after))):
        managers = (manager_of(target, options) for target, options in other.cache_mounts().items()) if other else ()
        out[one.start] = {manager.name if manager else "other" for manager in managers}
    return out


def words_for(report, path, start, end):
    """What dockfit said of the RUN at these lines, and of nothing in particular where it said nothing."""
    said = report.decisions.get(path, [])
    near = [one for one in said if start <= one.line <= end and one.outcome != "applied"]
    return [f"{one.decision_id} {one.outcome} [{one.code}] {one.text}" for one in near]


def says_already(report, path, line):
    """Whether dockfit found its mount at this RUN."""
    return any(one.line == line and one.outcome == "already" for one in report.decisions.get(path, []))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dockfit")
    parser.add_argument("tally")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, help="as for judge.py")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--options", default="", help="options for dockfit apply, such as --all")
    arguments = parser.parse_args()

    bash, level = BashSyntax(arguments.jobs), InstructionLevel(arguments.tally, arguments.jobs)
    recall(arguments.cache, bash, level)
    accepted, _ = originals(arguments.corpus, level)
    scratch = Scratch(arguments.corpus, arguments.scratch, list(accepted))
    run(Tally(arguments.tally), RULE, scratch, list(accepted), arguments.jobs, 50)
    theirs = {name: judged(before, scratch.folder / name, bash) for name, before in accepted.items()
              if scratch.current(name) != before.source}
    ours, here, report = {}, {}, None
    if arguments.dockfit != "-":
        scratch.restore(list(accepted))
        options = shlex.split(arguments.options)
        report = run(Dockfit(arguments.dockfit), options, scratch, list(accepted), arguments.jobs).report
        for name, before in accepted.items():
            path = scratch.folder / name
            if scratch.current(name) != before.source:
                ours[name] = judged(before, path, bash)
            try:
                here[name] = mounted_here(before, engine.parse(path))
            except engine.Refused:
                here[name] = {}

    print(f"{len(accepted)} files; tally's rule changes {len(theirs)}, dockfit {len(ours)}.\n")
    misses = coverage(accepted, theirs, here, report, scratch) if report else []
    if not report:
        rightly(theirs)
    print("\nWhat is wrong with the mounts added by tally (a mount may have several faults):\n")
    reasons(theirs)
    if report:
        print("\nWhat the same criteria say of the mounts added by dockfit:\n")
        rightly(ours)
        reasons(ours)
    if arguments.json:
        found = {"misses": misses, "tally": theirs, "dockfit": ours}
        arguments.json.write_text(json.dumps(found, indent=1))
    sys.exit(0)


def right(found, but=()):
    """Whether nothing is wrong but what may be."""
    return not set(found) - set(but)


def rightly(mounts):
    """RUNs and files with mounts per manager, and how many of them are right."""
    print("| manager | mounts | in files | right | right but for docker-clean |\n| --- | ---: | ---: | ---: | ---: |")
    rows = defaultdict(list)
    for name, some in mounts.items():
        for _, manager, found in some:
            rows[manager].append((name, found))
    for manager, some in sorted(rows.items(), key=lambda item: -len(item[1])):
        strict = sum(right(found) for _, found in some)
        lax = sum(right(found, LAX) for _, found in some)
        print(f"| {manager} | {len(some)} | {len({name for name, _ in some})} | {strict} | {lax} |")


def coverage(accepted, theirs, here, report, scratch):
    """The table of what dockfit does where tally is right; the misses."""
    misses = []
    print("| manager | tally's mounts | in files | right | dockfit there | of files | | right but for docker-clean | dockfit there |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    managers = Counter(manager for some in theirs.values() for _, manager, _ in some)
    total = Counter()
    for manager, count in managers.most_common():
        cells = Counter()
        files = defaultdict(list)
        for name, some in theirs.items():
            for line, one, found in some:
                if one != manager:
                    continue
                files[name].append(right(found))
                there = here.get(name, {}).get(line, set())
                # A cache mount under a name of its own counts where dockfit says that it is the one.
                got = manager in there or ("other" in there and says_already(report, str(scratch.folder / name), line))
                if right(found, LAX):
                    cells["lax"] += 1
                    cells["lax got"] += got
                if right(found):
                    cells["right"] += 1
                    cells["got"] += got
                    files[name][-1] = got or None
                if not got and right(found, LAX):
                    misses.append(miss(accepted[name], name, line, manager, found, report, scratch))
        rightful = [some for some in files.values() if any(one is not False for one in some)]
        whole = sum(all(one is not None for one in some) for some in rightful)
        share = f"{100 * whole / len(rightful):.1f} %" if rightful else ""
        print(f"| {manager} | {count} | {len(files)} | {cells['right']} | {cells['got']} | {whole} of {len(rightful)} | {share} | "
              f"{cells['lax']} | {cells['lax got']} |")
        if manager in ASKED:
            total["files"] += len(rightful)
            total["got"] += whole
            total["lax"] += cells["lax"]
            total["lax got"] += cells["lax got"]
    if total["files"]:
        print(f"\n{', '.join(ASKED)} together: {total['got']} of {total['files']} files ({100 * total['got'] / total['files']:.1f} %); "
              f"RUNs, docker-clean left out of account: {total['lax got']} of {total['lax']} "
              f"({100 * total['lax got'] / total['lax']:.1f} %). Misses: {len(misses)}, of them without a word from dockfit "
              f"{sum(not one['words'] for one in misses)}.")
    return misses


def miss(before, name, line, manager, found, report, scratch):
    """One RUN where tally is right and dockfit adds nothing, for reading."""
    run_before = next(one for one in runs(before.facts) if one.start == line)
    words = words_for(report, str(scratch.folder / name), line, run_before.end)
    return {
        "file": name,
        "line": line,
        "manager": manager,
        "tally": "right" if not found else "right but for docker-clean",
        "run": "\n".join(before.source.decode(errors="replace").split("\n")[line - 1 : run_before.end]),
        "words": words,
    }


def reasons(mounts, most=12):
    """The most frequent faults per manager."""
    faulty = Counter((manager, kind(words)) for some in mounts.values() for _, manager, found in some for words in found)
    print("| manager | fault | mounts |\n| --- | --- | ---: |")
    for (manager, words), count in faulty.most_common(most):
        print(f"| {manager} | {words} | {count} |")


def kind(words):
    """A fault without the words of the file."""
    return words.split(":")[0] if words.startswith(("words lost", "the file no longer")) else words


if __name__ == "__main__":
    main()
