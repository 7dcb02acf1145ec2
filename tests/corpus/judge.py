#!/usr/bin/env python3
"""Judges a tool that rewrites Dockerfiles, on a folder of real ones, with means that share no code with it.

usage: judge.py [--tool dockfit|tally] [--instructions TALLY] [--jobs N] [--batch N] [--json OUT] [--cache FILE]
                [--only LABEL]… [--pairs] BINARY CORPUS SCRATCH

Every `Dockerfile` below CORPUS is copied below SCRATCH (which is emptied) and rewritten there, once per configuration:
each pass alone, the default, all passes; with `--pairs` also each pair, where results that were judged before are not
judged again. What is counted, and why, is told in docs/corpus.md. Prints a markdown table;
exit code 1 where any count is not zero.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import engine
from bash_syntax import BashSyntax
from compare import COUNTS, NOTES, Before, Finding, Told, compare
from instruction_level import InstructionLevel
from scratch import Scratch, corpus_names, sha256
from table import coverage_table, findings_table, notes
from tools import Dockfit, Tally, run

STATE = ".dockfit"  # where the tool keeps what `undo` needs; in no list of changed files


def originals(corpus, level):
    """(accepted: name -> Before, refused: name -> (by its grammar or its instructions, the engine's words))."""
    accepted, refused = {}, {}
    for name in corpus_names(corpus):
        path = Path(corpus, name)
        try:
            accepted[name] = Before(path.read_bytes(), engine.parse(path))
        except engine.Refused as error:
            refused[name] = ("grammar", str(error))
    if level:
        for path, words in level.refusals({Path(corpus, name): sha256(one.source) for name, one in accepted.items()}).items():
            name = str(path.relative_to(corpus))
            del accepted[name]
            refused[name] = ("instructions", words)
    return accepted, refused


def is_alone(options):
    """Whether one pass runs and no other: then its edits alone must give the file."""
    return options.count("--only") == 1


def told_of(report, path, exact):
    """What the report says of one file."""
    if report is None:
        return None
    declared = [decision.declares for decision in report.decisions.get(path, []) if decision.outcome == "applied"]
    declares = None if any(one is None for one in declared) or not declared else sum(declared, [])
    return Told(report.edits.get(path, []), report.diffs.get(path, []), declares, exact)


def judge(tool, options, scratch, accepted, bash, level, arguments, known=None):
    """The findings (name -> [Finding]), the report and the hashes after the first run.

    `known` (name -> hashes of results that were judged before) spares the reading of the same text again.
    """
    known = known or {}
    names = list(accepted)
    scratch.restore(names)
    before = scratch.hashes()
    first = run(tool, options, scratch, names, arguments.jobs, arguments.batch)
    after = scratch.hashes()
    findings = defaultdict(list)
    bash.learn(script for name in names if after.get(name) != before[name] for script in fresh_scripts(accepted[name], scratch, name))
    for name in names:
        path = scratch.folder / name
        if after.get(name) in known.get(name, ()):
            continue
        told = told_of(first.report, str(path), exact=is_alone(options))
        if path.is_file():
            findings[name] += compare(accepted[name], path, bash, told)
        else:
            findings[name].append(Finding("unparsable", 1, "the file is gone"))
    if level:
        changed = {scratch.folder / name: after[name] for name in names if after.get(name, before[name]) != before[name]}
        for path, words in level.refusals(changed).items():
            name = str(path.relative_to(scratch.folder))
            if not any(one.kind == "unparsable" for one in findings[name]):
                findings[name].append(Finding("unparsable", 1, words))
    for name, text in first.crashed.items():
        findings[name].append(Finding("crashes", 1, text))
    for name, text in first.failed.items():
        findings[name].append(Finding("failed", 1, text))
    if first.report is not None:
        for takeback in first.report.takebacks:
            where = str(takeback.get("file") or "?")
            findings[where].append(Finding("takebacks", 1, json.dumps(takeback)[:300]))
        written = {str(Path(path).relative_to(scratch.folder)): value for path, value in first.report.written.items()}
        for name, value in written.items():
            if after.get(name) != value:
                findings[name].append(Finding("report", 1, "after_sha256 is not that of the file"))
        for name, value in after.items():
            if before.get(name) != value and name not in written and STATE not in Path(name).parts:
                findings[name].append(Finding("report", 1, "changed or new, not listed under files"))
    run(tool, options, scratch, names, arguments.jobs, arguments.batch, restore=False)
    for name, value in scratch.hashes().items():
        if after.get(name) != value and STATE not in Path(name).parts:
            findings[name].append(Finding("second", 1, ""))
    return findings, first.report, {name: after[name] for name in names if name in after and after[name] != before[name]}


def fresh_scripts(before, scratch, name):
    """The scripts that a file has now and had not, and the other way round: asked about all at once, to be quick."""
    try:
        now = Counter(engine.parse(scratch.folder / name).scripts)
    except engine.Refused:
        return []
    was = Counter(before.facts.scripts)
    return [*(now - was), *(was - now)]


def judge_refused(tool, scratch, corpus, refused, companion, arguments):
    """Files that the engine refuses: reported one by one, left alone, and the others get their result."""
    names = [*refused, companion]
    scratch.restore(names)
    outcome = run(tool, ["--all"], scratch, names, arguments.jobs, len(names))
    missing, later = [], []
    for name, (stage, _) in refused.items():
        path = str(scratch.folder / name)
        reported = outcome.report.errors if outcome.report else []
        named = any(os.path.realpath(scratch.folder / str(error.get("file"))) == path for error in reported)
        if not named and name not in outcome.failed:
            (missing if stage == "grammar" else later).append(name)
    return {
        "files": len(refused),
        "not reported, refused at the instruction level": later,
        "changed": [name for name in refused if scratch.current(name) != Path(corpus, name).read_bytes()],
        "not reported": missing,
        "crashed": outcome.crashed,
        "the others went on": bool(outcome.report and str(scratch.folder / companion) in outcome.report.decisions),
    }


def composed(tool, scratch, accepted, all_hashes, arguments):
    """After some passes alone, runs all: the files whose result differs from all at once."""
    run(tool, ["--all"], scratch, list(accepted), arguments.jobs, arguments.batch, restore=False)
    now = scratch.hashes()
    for name, before in accepted.items():
        if now.get(name) != all_hashes.get(name):
            yield name, Finding("composed", 1, "")


def coverage(report, changed, scratch):
    """Per pass: files with each outcome, and the refusals by code with an example."""
    out = {}
    for path, decisions in report.decisions.items():
        name = str(Path(path).relative_to(scratch.folder))
        for decision in decisions:
            one = out.setdefault(decision.pass_id, {"outcomes": defaultdict(set), "reasons": defaultdict(list)})
            one["outcomes"][decision.outcome].add(name)
            if decision.outcome in ("refused", "advised"):
                one["reasons"][decision.outcome, decision.decision_id, decision.code].append(
                    f"{name}:{decision.line}: {decision.text}"
                )
    return {
        name: {
            "files": {outcome: len(files) for outcome, files in one["outcomes"].items()},
            "reasons": [
                {"outcome": key[0], "decision": key[1], "code": key[2], "count": len(places), "examples": places[:5]}
                for key, places in sorted(one["reasons"].items(), key=lambda item: -len(item[1]))
            ],
        }
        for name, one in out.items()
    } | {"files changed": len(changed)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--tool", choices=["dockfit", "tally"], default="dockfit")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=400, help="files per invocation")
    parser.add_argument("--instructions", metavar="TALLY", help="also judge at the engine's instruction level")
    parser.add_argument("--cache", type=Path, help="remember there which contents the judges accept")
    parser.add_argument("--json", type=Path, help="write every finding, refusal and outcome there")
    parser.add_argument("--only", action="append", help="only this configuration (may be repeated)")
    parser.add_argument("--pairs", action="store_true", help="also each pair of passes")
    arguments = parser.parse_args()

    began = time.monotonic()
    tool = Dockfit(arguments.binary) if arguments.tool == "dockfit" else Tally(arguments.binary)
    bash = BashSyntax(arguments.jobs)
    level = InstructionLevel(arguments.instructions, arguments.jobs) if arguments.instructions else None
    recall(arguments.cache, bash, level)
    accepted, refused = originals(arguments.corpus, level)
    scratch = Scratch(arguments.corpus, arguments.scratch, [])
    results = {}
    all_hashes = None
    known = {name: {sha256(before.source)} for name, before in accepted.items()}
    configurations = sorted(tool.configurations(), key=lambda item: item[0] != "all")
    if arguments.pairs:
        configurations += tool.pairs()
    for label, options in configurations:
        if arguments.only and label not in arguments.only:
            continue
        pair = options.count("--only") == 2
        findings, report, changed = judge(
            tool, options, scratch, accepted, bash, level, arguments, known if pair else None
        )
        for name, value in changed.items():
            known[name].add(value)
        if label == "all":
            all_hashes = scratch.hashes()
        elif "--only" in options and all_hashes is not None:
            for name, finding in composed(tool, scratch, accepted, all_hashes, arguments):
                findings[name].append(finding)
        results[label] = {
            "changed": len(changed),
            "counts": dict(counted(findings)),
            "files": dict(counted(findings, files=True)),
            "coverage": coverage(report, changed, scratch) if report is not None else None,
            "findings": {name: [vars(one) for one in some] for name, some in findings.items() if some},
        }
        print(f"{label}: {len(changed)} files changed, {time.monotonic() - began:.0f} s", file=sys.stderr)
    broken = None
    if tool.reports and refused and accepted:
        broken = judge_refused(tool, scratch, arguments.corpus, refused, next(iter(accepted)), arguments)

    print(f"{len(accepted)} files accepted by the engine's parser, {len(refused)} refused; ", end="")
    print(f"{time.monotonic() - began:.0f} s\n")
    print(findings_table(with_pairs_summed(results), {**COUNTS, **NOTES}))
    print(coverage_table(results))
    print(notes(results, broken))
    if arguments.cache:
        arguments.cache.write_text(json.dumps({"bash": bash.known, "instructions": level.known if level else {}}))
    if arguments.json:
        arguments.json.write_text(json.dumps({"configurations": results, "refused": broken}, indent=1))
    wrong = any(one["counts"].get(kind) for one in results.values() for kind in COUNTS)
    wrong = wrong or bool(broken and (broken["changed"] or broken["crashed"] or broken["not reported"]))
    sys.exit(1 if wrong else 0)


def with_pairs_summed(results):
    """One column for all pairs: there are many."""
    pairs = [label for label in results if " + " in label]
    out = {label: one for label, one in results.items() if label not in pairs}
    if pairs:
        out[f"each pair ({len(pairs)})"] = {
            "changed": sum(results[label]["changed"] for label in pairs),
            "counts": sum((Counter(results[label]["counts"]) for label in pairs), Counter()),
            "files": sum((Counter(results[label]["files"]) for label in pairs), Counter()),
        }
    return out


def recall(cache, bash, level):
    """Takes up what an earlier run learned."""
    if cache and cache.exists():
        known = json.loads(cache.read_text())
        bash.known |= known["bash"]
        if level:
            level.known |= known["instructions"]


def counted(findings, files=False):
    """How many of each kind: findings, or files with at least one."""
    out = Counter()
    for some in findings.values():
        for kind in {one.kind for one in some} if files else ():
            out[kind] += 1
        for one in some if not files else ():
            out[one.kind] += one.amount
    return out


if __name__ == "__main__":
    main()
