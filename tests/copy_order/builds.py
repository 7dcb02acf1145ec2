#!/usr/bin/env python3
"""Does a real engine make anew exactly the layers that dockfit's model says, before and after `copy-order`?

usage: builds.py [--engine docker|lab] [--json OUT] DOCKFIT LAYERS [PROJECT…]

Each project of projects.py is built as it stands and as `dockfit apply --only copy-order` leaves it. Then one file of its
context after the other is changed (and one that .dockerignore keeps away), the image built again, and the change undone.
What the engine took from its cache is compared, step by step, with what LAYERS says (crates/rewrite/examples/layers.rs).

Exit: 0 they agree; 1 they do not, or something does not build; 2 usage; 77 no engine can run here.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "managers"))

from engine import BuildFailed, Engine, NoEngine  # noqa: E402
from projects import PROJECTS  # noqa: E402
from registries import Registry  # noqa: E402

IGNORED = "tests/one.txt"


class Failed(Exception):
    """What did not go as it must."""


@dataclass
class Outcome:
    """What was found of one project."""

    project: str
    compared: int = 0  # steps
    by_content: int = 0  # steps that the model leaves open: behind a COPY from a stage that is made anew
    # {path: (first step made anew before, after)}
    anew: dict = field(default_factory=dict)
    differ: list = field(default_factory=list)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dockfit", type=Path)
    parser.add_argument("layers", type=Path)
    parser.add_argument("projects", nargs="*")
    parser.add_argument("--engine", choices=["docker", "lab"])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    chosen = [one for one in PROJECTS if not arguments.projects or one.name in arguments.projects]
    try:
        engine = Engine(arguments.engine)
        outcomes = []
        with engine:
            for project in chosen:
                begun = time.monotonic()
                outcome = Bench(arguments.dockfit.resolve(), arguments.layers.resolve(), engine, project).run()
                outcomes.append(outcome)
                said = "; ".join(outcome.differ) or "as the model says"
                print(f"{project.name}: {outcome.compared} steps, {said} ({time.monotonic() - begun:.0f} s)", file=sys.stderr)
    except NoEngine as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    print(table(outcomes))
    if arguments.json:
        arguments.json.write_text(json.dumps([vars(one) for one in outcomes], indent=1))
    sys.exit(any(one.differ for one in outcomes))


def table(outcomes):
    """For each project and changed file, the first step that was made anew."""
    lines = ["| project | changed | made anew, before: from | after: from |", "| --- | --- | --- | --- |"]
    for one in outcomes:
        lines += [f"| {one.project} | {path} | {was} | {now} |" for path, (was, now) in one.anew.items()]
    steps, left = sum(one.compared for one in outcomes), sum(one.by_content for one in outcomes)
    differ = sum(len(one.differ) for one in outcomes)
    lines.append(f"\n{steps} steps compared, {differ} differ; {left} depend on what a stage brings forth")
    return "\n".join(lines)


class Bench:
    """One project, in a scratch folder that the engine sees."""

    def __init__(self, dockfit, layers, engine, project):
        self.dockfit, self.layers, self.engine, self.project = dockfit, layers, engine, project
        self.folder = engine.scratch / project.name
        self.outcome = Outcome(project.name)
        self.registry = Registry(project.served)

    def run(self):
        try:
            self.engine.needs(self.project.bases)
            self.write()
            before = self.compare("before")
            self.apply()
            after = self.compare("after")
            self.outcome.anew = {path: (before[path], after[path]) for path in before}
        except (Failed, BuildFailed) as failed:
            self.outcome.differ.append(f"FAILED: {failed}")
        finally:
            self.registry.close()
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.outcome

    def write(self):
        """The project, with its lock."""
        for path, text in self.project.files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("{url}", self.registry.url))
        if not self.project.lock:
            return
        text = (self.folder / "Dockerfile").read_text()
        begin = re.split(r"(?m)^(?:COPY|ADD) ", text)[0]
        tools = self.engine.image(begin)
        told = self.engine.run(tools, self.folder, self.project.lock)
        if told.returncode:
            raise Failed(f"the lock: {told.stdout[-400:]}")

    def apply(self):
        """What dockfit makes of it."""
        command = [self.dockfit, "apply", "--only", "copy-order", "--allow-dirty", self.folder / "Dockerfile"]
        before = (self.folder / "Dockerfile").read_bytes()
        told = subprocess.run(command, capture_output=True, text=True)
        if told.returncode or (self.folder / "Dockerfile").read_bytes() == before:
            raise Failed(f"copy-order changes nothing: {told.stdout[-600:]}{told.stderr[-300:]}")

    def compare(self, when):
        """{changed file: the first step made anew}; what differs from the model goes into the outcome."""
        files = json.loads(self.told([self.dockfit, "inspect", "--context-files", "--format", "json", self.folder / "Dockerfile"]))["context"]
        if IGNORED in files:
            raise Failed(f"{IGNORED} reaches the context")
        model = json.loads(self.told([self.layers, self.folder / "Dockerfile"], "\n".join(files)))
        self.build(model)
        still = self.build(model)
        if "anew" in still.values():
            raise Failed(f"{when}: a second build is not all from the cache")
        first = {}
        for path in [*files, IGNORED]:
            file = self.folder / path
            kept = file.read_bytes()
            file.write_bytes(kept + self.more(path))
            real = self.build(model)
            file.write_bytes(kept)
            anew = [place for place, was in real.items() if was == "anew"]
            first[path] = f"`{text_of(model, anew[0])}`" if anew else ""
            said = model["changes"].get(path)
            for (stage, step), was in real.items():
                expected = said[stage][step] if said else "cached"
                self.outcome.compared += 1
                if expected == "content":
                    self.outcome.by_content += 1
                elif expected != was:
                    self.outcome.differ.append(f"{when}: {path} changed: `{text_of(model, (stage, step))}` {was}, the model says {expected}")
        return first

    def more(self, path):
        """What a file can take at its end without meaning something else, never the same twice."""
        if path == self.project.source:
            mark = "//" if path.endswith((".go", ".js", ".php")) else "#"
            return f"{mark} {random.getrandbits(64)}\n".encode()
        return b"\n" * random.randint(1, 30000)

    def build(self, model):
        """{(stage, step): "anew" or "cached"}, of the steps that the engine tells."""
        known = {f"{stage['name']} {step['index']}": (at, number) for at, stage in enumerate(model["stages"]) for number, step in enumerate(stage["steps"])}
        found = {}
        for name, cached in self.engine.build(self.folder).items():
            match = re.match(r"\[(?:(\S+) +)?(\d+)/\d+\] (\w+)", name)
            if not match or match[3] == "FROM":
                continue
            stage = match[1] or model["stages"][-1]["name"]
            place = known.get(f"{stage} {match[2]}")
            if place is None:
                raise Failed(f"no such step in the model: {name}")
            found[place] = "cached" if cached else "anew"
        # Of equal steps of two stages the engine tells one.
        told = {text_of(model, place) for place in found}
        silent = [text_of(model, place) for place in known.values() if place not in found and text_of(model, place) not in told]
        if silent:
            raise Failed(f"the engine tells nothing of `{silent[0]}`")
        return dict(sorted(found.items()))

    def told(self, command, given=None):
        done = subprocess.run(command, capture_output=True, text=True, input=given)
        if done.returncode:
            raise Failed(f"{Path(command[0]).name}: {done.stderr[-600:]}")
        return done.stdout


def text_of(model, place):
    """The instruction of a step."""
    stage, step = place
    return model["stages"][stage]["steps"][step]["text"]


if __name__ == "__main__":
    main()
