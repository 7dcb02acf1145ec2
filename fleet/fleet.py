#!/usr/bin/env python3
"""dockfit on many repositories: what each came to, and one summary.

    fleet.py one                       works on the repository in the current folder: what multi-gitter and a matrix call
    fleet.py all LIST                  works on each folder of LIST, a file with a path a line; goes on where it was ended
    fleet.py summary [--markdown FILE] [--json FILE]

Options: --results DIR (else $DOCKFIT_RESULTS; outside of the repositories). Of `one` and `all`: --apply (change the files; else only
say what would change), --commit (with --apply: one commit per pass), --dockfit PROGRAM (else $DOCKFIT, else `dockfit`), --jobs N,
and behind `--` options of dockfit. A result is one JSON file per repository, written whole or not at all:

    {"schema": 1, "repository", "head", "options", "version", "outcome", "passes": {PASS: places}, "refused": {CODE: places},
     "dockerfiles", "files", "errors": [text], "seconds"}

`outcome` is `changed` or `would-change`, `nothing`, `no-dockerfile` or `failed`. `all` skips a repository whose result is of the
same commit, options and version of dockfit, unless it failed. `one` ends with 0, or 1 where dockfit failed.

Needs Python 3.9 and git. Runs nothing but these two and dockfit.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

SCHEMA = 1
# A repository that takes longer is stuck.
TIMEOUT_SECONDS = 600
OUTCOMES = ["changed", "would-change", "nothing", "no-dockerfile", "failed"]


def run(words, folder):
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS, check=False
    )


def version(program):
    try:
        said = run([program, "--version"], ".")
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"fleet: {program}: {error}; say which program by --dockfit or $DOCKFIT")
    if said.returncode != 0:
        sys.exit(f"fleet: {program} --version ended with {said.returncode}; say which program by --dockfit or $DOCKFIT")
    return said.stdout.strip()


def name_of(folder):
    """The repository's name: that of its remote, else the folder's path."""
    remote = run(["git", "remote", "get-url", "origin"], folder).stdout.strip()
    found = re.search(r"[:/]([^/:]+/[^/]+?)(?:\.git)?/?$", remote) if "://" in remote or "@" in remote else None
    # Credentials may stand in an address, but in front of what is taken.
    return found[1] if found else str(folder.resolve())


def named(folder):
    """As `name_of`; the path where git does not say."""
    try:
        return name_of(folder)
    except (OSError, subprocess.TimeoutExpired):
        return str(folder.resolve())


def file_of(results, repository):
    """A file name for each name of a repository, and no other's: what is no letter is escaped."""
    name = re.sub(r"[^A-Za-z0-9.-]", lambda it: f"_{ord(it[0]):x}_", repository).lstrip(".")
    if len(name) > 150:
        name = name[:100] + hashlib.sha256(repository.encode("utf-8", "surrogateescape")).hexdigest()
    return results / f"{name}.json"


def write(path, text):
    """Whole or not at all."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)


def key(folder, settings):
    """What a result depends on."""
    head = run(["git", "rev-parse", "HEAD"], folder).stdout.strip()
    dirty = run(["git", "status", "--porcelain"], folder).stdout
    action = ["--apply"] * settings.apply + ["--commit"] * settings.commit
    return {"head": head + "+" * bool(dirty), "options": action + settings.options, "version": settings.version}


def is_settled(now):
    """Whether the commit says all of what is there: not without one, nor where files differ from it."""
    return bool(now["head"]) and not now["head"].endswith("+")


def examine(folder, repository, settings):
    """Runs dockfit in `folder`; answers with the result."""
    began = time.monotonic()
    result = {"schema": SCHEMA, "repository": repository}
    # What is committed says nothing afterwards of what is to be done: so it is asked first, in either case.
    try:
        result |= key(folder, settings)
        report = run([settings.dockfit, "diff", "--format", "json", *settings.options], folder)
        result |= read(report)
        if settings.apply and result["outcome"] == "would-change":
            words = [settings.dockfit, "apply", "--quiet", *["--commit"] * settings.commit, *settings.options]
            done = run(words, folder)
            result["outcome"] = "changed"
            if done.returncode != 0:
                result |= {"outcome": "failed", "errors": [*result["errors"], done.stderr.strip()]}
    except subprocess.TimeoutExpired as error:
        result |= failed([f"{error.cmd[0]} took more than {TIMEOUT_SECONDS} seconds"])
    except OSError as error:
        result |= failed([str(error)])
    except (KeyError, TypeError) as error:
        result |= failed([f"dockfit's JSON is of another form than this script reads: {error!r}"])
    result["seconds"] = round(time.monotonic() - began, 2)
    return result


def failed(errors):
    return {"outcome": "failed", "passes": {}, "refused": {}, "dockerfiles": 0, "files": [], "errors": errors}


def read(report):
    """What dockfit's JSON comes to."""
    try:
        document = json.loads(report.stdout)
    except ValueError:
        return failed([report.stderr.strip() or f"dockfit ended with {report.returncode} and said nothing"])
    passes, refused, files, dockerfiles = Counter(), Counter(), set(), 0
    for project in document["projects"]:
        files |= {file["path"] for file in project["files"]}
        for dockerfile in project["dockerfiles"]:
            dockerfiles += 1
            for entry in dockerfile["passes"]:
                for decision in entry["decisions"]:
                    if decision["outcome"] == "applied":
                        passes[entry["id"]] += 1
                    elif decision["outcome"] == "refused":
                        refused[f"{decision['id']} ({decision['reason']['code']})"] += 1
    errors = [f"{error['file'] or '.'}: {error['message']}" for error in document["errors"]]
    kinds = {error["kind"] for error in document["errors"]}
    if kinds == {"no-dockerfile"}:
        outcome, errors = "no-dockerfile", []
    elif report.returncode != 0:
        outcome = "failed"
    else:
        outcome = "would-change" if files else "nothing"
    return {
        "outcome": outcome,
        "passes": dict(sorted(passes.items())),
        "refused": dict(sorted(refused.items())),
        "dockerfiles": dockerfiles,
        "files": sorted(files),
        "errors": errors,
    }


def save(result, results):
    write(file_of(results, result["repository"]), json.dumps(result, ensure_ascii=False, indent=1) + "\n")


def load(path):
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return result if isinstance(result, dict) and result.get("schema") == SCHEMA else None


def one(settings):
    folder = Path.cwd()
    # multi-gitter tells the name in the environment.
    result = examine(folder, settings.name or os.environ.get("REPOSITORY") or named(folder), settings)
    save(result, settings.results)
    print(f"{result['repository']}: {result['outcome']}", *result["errors"], sep="\n  ")
    return 1 if result["outcome"] == "failed" else 0


def all_of(settings):
    lines = Path(settings.list).read_text(encoding="utf-8").splitlines()
    folders = [Path(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    folders = list(dict.fromkeys(folders))  # one that is named twice is worked on once
    names = [named(folder) if folder.is_dir() else str(folder) for folder in folders]
    # Of two clones of one repository each goes by its folder.
    shared = {name for name, count in Counter(names).items() if count > 1}
    names = [str(folder.resolve()) if name in shared else name for folder, name in zip(folders, names)]
    counts = Counter()

    def work(folder, repository):
        if not folder.is_dir():
            result = {"schema": SCHEMA, "repository": repository, "seconds": 0, **failed(["there is no such folder"])}
            save(result, settings.results)
            return result["outcome"]
        before = load(file_of(settings.results, repository))
        try:
            now = key(folder, settings)
            same = before and before["outcome"] != "failed" and {name: before.get(name) for name in now} == now
            if same and is_settled(now):
                return "done before"
            result = examine(folder, repository, settings)
            # What an apply made of it is what the next run finds.
            result |= key(folder, settings)
        except (OSError, subprocess.TimeoutExpired) as error:
            result = {"schema": SCHEMA, "repository": repository, "seconds": 0, **failed([str(error)])}
        save(result, settings.results)
        return result["outcome"]

    with concurrent.futures.ThreadPoolExecutor(settings.jobs) as pool:
        for outcome in pool.map(work, folders, names):
            counts[outcome] += 1
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
    return 1 if counts["failed"] else 0


def plain(text):
    """Text as it stands in a table's cell: nothing in a name or a message is markup."""
    text = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(r"([\\`*_{}\[\]()<>#|~@!&:])", r"\\\1", text)[:300]


def summary(settings):
    results = [load(path) for path in sorted(settings.results.glob("*.json"))]
    results = sorted((result for result in results if result), key=lambda result: result["repository"])
    outcomes = Counter(result["outcome"] for result in results)
    passes, refused = Counter(), Counter()
    for result in results:
        passes.update(result["passes"].keys())
        refused.update(result["refused"])
    lines = ["# dockfit on a fleet", "", f"{len(results)} repositories: " + ", ".join(f"{outcomes[name]} {name}" for name in OUTCOMES if outcomes[name]), ""]
    lines += ["| pass | repositories |", "| --- | --- |", *(f"| `{name}` | {count} |" for name, count in passes.most_common()), ""]
    lines += ["| refused | places |", "| --- | --- |", *(f"| {plain(name)} | {count} |" for name, count in refused.most_common(20)), ""]
    lines += ["| repository | outcome | Dockerfiles | passes, errors |", "| --- | --- | --- | --- |"]
    for result in sorted(results, key=lambda result: OUTCOMES[::-1].index(result["outcome"])):
        said = "; ".join(result["errors"]) if result["errors"] else ", ".join(result["passes"])
        lines.append(f"| {plain(result['repository'])} | {result['outcome']} | {result['dockerfiles']} | {plain(said)} |")
    if settings.markdown:
        write(Path(settings.markdown), "\n".join(lines) + "\n")
    document = {"schema": SCHEMA, "outcomes": outcomes, "passes": passes, "refused": refused, "repositories": results}
    if settings.json:
        write(Path(settings.json), json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    if not settings.markdown and not settings.json:
        print("\n".join(lines))
    return 0


def arguments():
    words, options = sys.argv[1:], []
    if "--" in words:
        at = words.index("--")
        words, options = words[:at], words[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0], epilog="Behind `--`: options of dockfit.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("one", "all", "summary"):
        command = commands.add_parser(name)
        command.add_argument("--results", default=os.environ.get("DOCKFIT_RESULTS"))
        if name == "summary":
            command.add_argument("--markdown")
            command.add_argument("--json")
            continue
        command.add_argument("--apply", action="store_true")
        command.add_argument("--commit", action="store_true")
        command.add_argument("--dockfit", default=os.environ.get("DOCKFIT", "dockfit"))
        command.add_argument("--name", help="the repository's name") if name == "one" else command.add_argument("list")
        command.add_argument("--jobs", type=int, default=os.cpu_count() or 1) if name == "all" else None
    settings = parser.parse_args(words)
    settings.options = options
    if not settings.results:
        parser.error("say where the results are, by --results or $DOCKFIT_RESULTS: a folder outside of the repositories")
    settings.results = Path(settings.results).resolve()
    settings.results.mkdir(parents=True, exist_ok=True)
    if settings.command != "summary":
        settings.version = version(settings.dockfit)
        if settings.commit and not settings.apply:
            parser.error("--commit goes with --apply")
    return settings


def main():
    settings = arguments()
    return {"one": one, "all": all_of, "summary": summary}[settings.command](settings)


if __name__ == "__main__":
    sys.exit(main())
