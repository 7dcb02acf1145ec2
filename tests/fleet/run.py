#!/usr/bin/env python3
"""The fleet's script on 200 generated repositories: ended in the middle, gone on with, applied, and summed up.

    tests/fleet/run.py BINARY
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLEET = [sys.executable, str(ROOT / "fleet/fleet.py")]
COUNT = 200
# What the repositories hold, in turn: outcome -> files.
KINDS = [
    ("would-change", {"Dockerfile": "FROM alpine:3.22\nRUN apk add --no-cache curl\n"}),
    ("nothing", {"Dockerfile": "FROM alpine:3.22\n"}),
    ("would-change", {"api/Dockerfile": "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask\n", "web/Dockerfile": "FROM node:22\nRUN npm install -g serve\n"}),
    ("no-dockerfile", {"README.md": "nothing to build\n"}),
    ("nothing", {"Dockerfile": "FROM debian:13\nRUN true; curl -fsSL https://index.example/install.sh | sh\n", "nested folder/Dockerfile": "FROM scratch\n"}),
    ("failed", {"Dockerfile": "FROM\nRUN true\n"}),
    ("would-change", {"Dockerfile": "FROM alpine:3.22\r\nRUN apk add --no-cache jq\r\n"}),
    ("nothing", {"Dockerfile.j2": "FROM {{ base }}\n", "Dockerfile": "FROM scratch\n"}),
]
HOSTILE = "<img src=x>|`$(touch ran)`"


def check(true, *said):
    assert true, " ".join(str(it) for it in said)


def make(place, number, environment):
    """A repository with one commit."""
    _, files = KINDS[number % len(KINDS)]
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    for words in (["init", "--quiet", "--template="], ["add", "."], ["commit", "--quiet", "--message", "first"]):
        subprocess.run(["git", *words], cwd=place, env=environment, check=True)


def main(binary):
    began = time.monotonic()
    scratch = tempfile.TemporaryDirectory()
    folder = Path(scratch.name).resolve()
    person = {f"GIT_{who}_{what}": f"{what.lower()}@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": "/dev/null", "DOCKFIT": binary} | person
    results = folder / "results"
    clones = []
    for number in range(COUNT):
        clones.append(folder / ("clones/" + (HOSTILE.replace("/", "") if number == 1 else f"service {number}" if number == 2 else f"service-{number}")))
        if number < len(KINDS):
            make(clones[-1], number, environment)
        else:
            shutil.copytree(clones[number % len(KINDS)], clones[-1])
    listed = folder / "list"
    listed.write_text("# a comment\n\n" + "".join(f"{path}\n" for path in clones))
    print(f"fleet: {COUNT} repositories in {time.monotonic() - began:.0f} s", flush=True)

    def fleet(*words, code=0, cwd=folder, **more):
        done = subprocess.run([*FLEET, *words], cwd=cwd, env=environment | more, capture_output=True, text=True, check=False)
        check(done.returncode == code, words, "ended with", done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    # Ended in the middle, twice; what is there is whole.
    words = ["all", str(listed), "--results", str(results), "--jobs", "4"]
    for wanted in (30, 60):
        process = subprocess.Popen([*FLEET, *words], env=environment, stdout=subprocess.DEVNULL)
        while process.poll() is None and len(list(results.glob("*.json"))) < wanted:
            time.sleep(0.02)
        check(process.poll() is None, "it was done before it could be ended")
        process.send_signal(signal.SIGKILL)
        process.wait()
    for path in results.glob("*.json"):
        json.loads(path.read_text())
    before = sum(json.loads(path.read_text())["outcome"] != "failed" for path in results.glob("*.json"))
    said = fleet(*words, code=1)
    check(f"{before} done before" in said, f"{before} were done before, it says", said)

    # Each is what it was made as.
    found = {result["repository"]: result for result in map(lambda path: json.loads(path.read_text()), results.glob("*.json"))}
    check(len(found) == COUNT, len(found), "results")
    for number, clone in enumerate(clones):
        result = found[str(clone)]
        check(result["outcome"] == KINDS[number % len(KINDS)][0], clone, result)
        check(subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, check=True).stdout == b"", clone, "was written to")
    failed = found[str(clones[5])]
    check("Dockerfile" in failed["errors"][0], failed)
    check(found[str(clones[0])]["passes"] == {"package-caches": 1, "syntax-line": 1}, found[str(clones[0])])

    # A new commit is looked at again, and only that; so is what failed.
    (clones[3] / "Dockerfile").write_text("FROM alpine:3.22\nRUN apk add --no-cache curl\n")
    for git in (["add", "."], ["commit", "--quiet", "--message", "second"]):
        subprocess.run(["git", *git], cwd=clones[3], env=environment, check=True)
    broken = sum(KINDS[number % len(KINDS)][0] == "failed" for number in range(COUNT))
    said = fleet(*words, code=1)
    check(said.strip() == f"{COUNT - broken - 1} done before, {broken} failed, 1 would-change", said)

    # Applied, one commit per pass; and there is nothing left to do.
    sample = clones[:40]
    listed.write_text("".join(f"{path}\n" for path in sample))
    said = fleet(*words, "--apply", "--commit", "--", "--skip", "syntax-line", code=1)
    check(" changed" in said, said)
    log = subprocess.run(["git", "log", "--format=%s"], cwd=clones[0], capture_output=True, text=True, check=True).stdout
    check(log == "Apply package-caches (proposal 1.2)\nfirst\n", log)
    said = fleet(*words, "--", "--skip", "syntax-line", code=1)
    check("would-change" not in said, said)

    # As multi-gitter calls it: in the clone, with the name in the environment, files changed and nothing committed.
    fleet("one", "--apply", cwd=clones[120], REPOSITORY="org/service", DOCKFIT_RESULTS=str(results))
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clones[120], capture_output=True, text=True, check=True).stdout
    check(status == " M Dockerfile\n", repr(status))
    check(json.loads((results / "org_2f_service.json").read_text())["outcome"] == "changed")
    # As a matrix calls it: what fails, fails the job.
    fleet("one", "--name", "org/broken", "--results", str(results), cwd=clones[125], code=1)
    # Without a place for results nothing is written into the clone.
    fleet("one", cwd=clones[128], code=2)

    # The summary: every repository, and no name that is markup.
    listed.write_text(f"{folder}/nowhere\n")
    fleet(*words, code=1)
    fleet("summary", "--results", str(results), "--markdown", str(folder / "summary.md"), "--json", str(folder / "summary.json"))
    document = json.loads((folder / "summary.json").read_text())
    check(len(document["repositories"]) == COUNT + 3 and sum(document["outcomes"].values()) == COUNT + 3)
    page = (folder / "summary.md").read_text()
    check(page.startswith(f"# dockfit on a fleet\n\n{COUNT + 3} repositories: "), page[:200])
    check(page.count("\n| ") >= COUNT + 3 and "\\<img src=x\\>\\|\\`$" in page, page)
    check("there is no such folder" in page)
    check(not list(folder.rglob("ran")), "something in a name was run")
    scratch.cleanup()
    print(f"fleet: all of it in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()))
