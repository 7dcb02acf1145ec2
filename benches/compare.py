#!/usr/bin/env python3
"""dockfit, tally and hadolint side by side on the same files, in paired rounds.

usage: compare.py [--files N] [--rounds N] [--starts N] [--json OUT] [--cache FILE] DOCKFIT TALLY HADOLINT CORPUS SCRATCH

Takes every Dockerfile below CORPUS that the engine's parser and tally's accept, or an even sample of N of them, and has
each tool work through all of them in one process. A round runs every tool once, in an order that rotates; tools that
rewrite get a fresh copy, made outside the measured time. Ratios are taken within a round. Prints markdown.
`DOCKFIT` may be `-`: then the others are measured alone. Needs `dockerfile` from PyPI (the floor: the engine's parser).
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "corpus"))

from instruction_level import InstructionLevel  # noqa: E402
from judge import originals  # noqa: E402

FLOOR = "import sys, dockerfile\nfor path in sys.argv[1:]: dockerfile.parse_file(path)"
TALLY = ["lint", "--no-config", "--fail-level", "none", "--format", "json"]


@dataclass(frozen=True)
class Contender:
    """One command line that is given files (or, for dockfit, their folders)."""

    name: str
    command: tuple
    writes: bool = False
    folders: bool = False
    baseline: bool = False  # dockfit's own: the others are compared with it


@dataclass(frozen=True)
class Sample:
    """What one process took."""

    seconds: float
    cpu: float
    peak: int  # bytes
    code: int


def contenders(dockfit, tally, hadolint):
    """Everything that is measured."""
    off = ["--slow-checks", "off"]
    out = [
        Contender("tally lint --fix --fix-unsafe", (tally, *TALLY, *off, "--fix", "--fix-unsafe"), writes=True),
        Contender("tally lint --fix", (tally, *TALLY, *off, "--fix"), writes=True),
        Contender("tally lint", (tally, *TALLY, *off)),
        Contender("hadolint", (hadolint, "--no-fail", "--format", "json")),
        Contender("the engine's parser (in Python)", (sys.executable, "-c", FLOOR)),
    ]
    if dockfit:
        diff = (dockfit, "diff", "--all", "--format", "json")
        change = (dockfit, "apply", "--all", "--allow-dirty", "--format", "json")
        out.insert(0, Contender("dockfit diff --all", diff, folders=True))
        out.insert(0, Contender("dockfit apply --all", change, writes=True, folders=True, baseline=True))
    return out


class Meter:
    """The lean process that runs what is measured; see measure.py."""

    def __init__(self):
        script = Path(__file__).with_name("measure.py")
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-E", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.floor = self.measure(["/bin/true"], "/").peak

    def measure(self, command, cwd):
        """Runs one command to its end; output is thrown away."""
        self.process.stdin.write(json.dumps({"command": command, "cwd": str(cwd)}) + "\n")
        self.process.stdin.flush()
        return Sample(*json.loads(self.process.stdout.readline()))


class Copies:
    """Fresh copies of files, one folder each, below a scratch folder: one git work tree, or each a project by itself."""

    def __init__(self, scratch, texts, repository=True):
        self.scratch, self.texts, self.repository = Path(os.path.realpath(scratch)), texts, repository

    def fresh(self):
        """Writes all files anew; their paths."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        out = []
        for number, text in enumerate(self.texts):
            folder = self.scratch / f"{number:05d}"
            folder.mkdir(parents=True)
            (folder / "Dockerfile").write_bytes(text)
            out.append(str(folder / "Dockerfile"))
        if self.repository:
            subprocess.run(["git", "init", "--quiet", self.scratch], check=True)
        return out


def once(contender, copies, meter):
    """One run over fresh copies. Files are read once before, so that every tool finds them in memory."""
    paths = copies.fresh()
    for path in paths:
        Path(path).read_bytes()
    given = [os.path.dirname(path) for path in paths] if contender.folders else paths
    return meter.measure([*contender.command, *given], copies.scratch)


def rounds(all_contenders, copies, count, meter):
    """name -> [Sample], one a round; the order rotates."""
    out = {one.name: [] for one in all_contenders}
    for number in range(count):
        shift = number % len(all_contenders)
        for one in all_contenders[shift:] + all_contenders[:shift]:
            sample = once(one, copies, meter)
            out[one.name].append(sample)
            print(f"round {number + 1}: {one.name}: {sample.seconds:.2f} s, exit {sample.code}", file=sys.stderr)
    return out


def spread(values, digits=1, unit=""):
    """min / median / max."""
    return " / ".join(f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values))) + unit


def throughput(results, all_contenders, files):
    """Files per second, processor time, peak memory, and how often faster dockfit is."""
    base = next((one.name for one in all_contenders if one.baseline), None)
    print(f"## {files} files in one process, {len(next(iter(results.values())))} rounds (min / median / max)\n")
    print("| | files/s | CPU s | peak MiB | dockfit is faster by | exit |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, samples in results.items():
        speed = spread([files / sample.seconds for sample in samples], 0)
        cpu = spread([sample.cpu for sample in samples], 2)
        peak = spread([sample.peak / 2**20 for sample in samples], 0)
        ratios = [sample.seconds / mine.seconds for sample, mine in zip(samples, results[base])] if base and name != base else []
        codes = ", ".join(str(code) for code in sorted({sample.code for sample in samples}))
        print(f"| {name} | {speed} | {cpu} | {peak} | {spread(ratios, 1, ' ×') if ratios else ''} | {codes} |")


def start_up(all_contenders, scratch, count, meter):
    """One small file, many times."""
    text = b"FROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD [\"python\"]\n"
    copies = Copies(scratch, [text])
    samples = {one.name: [] for one in all_contenders}
    for _ in range(count):
        for one in all_contenders:
            samples[one.name].append(once(one, copies, meter))
    print(f"\n## Start-up: one file of five lines, {count} times (min / median / max)\n")
    print("| | ms | peak MiB |\n| --- | ---: | ---: |")
    for name, some in samples.items():
        print(f"| {name} | {spread([1000 * one.seconds for one in some])} | {spread([one.peak / 2**20 for one in some], 0)} |")
    return samples


def growth(all_contenders, scratch, texts, title, sizes, unit, meter):
    """1, 10 and 100 times the work: seconds, and the growth per step (10 is linear)."""
    print(f"\n## Growth: {title} (seconds; in brackets how many times the step before)\n")
    print("| | " + " | ".join(f"{size} {unit}" for size in sizes) + " |\n| --- |" + " ---: |" * len(sizes))
    for one in all_contenders:
        cells, last = [], None
        for some in texts:
            copies = Copies(scratch, some)
            first = once(one, copies, meter)
            seconds, exit_code = first.seconds, f", exit {first.code}" if first.code else ""
            if seconds < 2:  # short enough to be repeated
                seconds = min(seconds, *(once(one, copies, meter).seconds for _ in range(2)))
            cells.append(f"{seconds:.3f}" + (f" ({seconds / last:.1f})" if last else "") + exit_code)
            last = seconds
        print(f"| {one.name} | " + " | ".join(cells) + " |")


def long_file(times):
    """One file with `times` × 20 instructions, of a shape that passes have work with."""
    step = (
        "ENV STEP_{n}=1\n# step {n}\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n    curl \\\n"
        "    git \\\n    && rm -rf /var/lib/apt/lists/*\nRUN pip install --no-cache-dir package-{n}==1.0\nCOPY file-{n} /srv/file-{n}\n"
    )
    return ("FROM python:3.13-slim\n" + "".join(step.format(n=number) for number in range(5 * times)) + 'CMD ["python"]\n').encode()


def machine():
    """One line on where this was measured."""
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {cpu}, Linux {platform.release()}, Python {platform.python_version()}, load {load:.1f} at the start"


def version(command, words):
    """The first line that a tool says of its version."""
    done = subprocess.run([command, *words], capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().split("\n")[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("dockfit", "tally", "hadolint"):
        parser.add_argument(name)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--files", type=int, default=0, help="an even sample of so many; 0: all")
    parser.add_argument("--projects", action="store_true", help="each file a project by itself, not one repository of all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--growth", type=int, default=5, help="files of the first step; 10 and 100 times as many follow")
    parser.add_argument("--cache", type=Path, help="as for tests/corpus/judge.py")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    dockfit, tally, hadolint = (shutil.which(name) for name in (arguments.dockfit, arguments.tally, arguments.hadolint))
    if not tally or not hadolint or (not dockfit and arguments.dockfit != "-"):
        parser.error("a tool is not there: " + " ".join((arguments.dockfit, arguments.tally, arguments.hadolint)))
    dockfit, tally, hadolint = (os.path.abspath(name) if name else None for name in (dockfit, tally, hadolint))
    level = InstructionLevel(tally)
    if arguments.cache and arguments.cache.exists():
        level.known |= json.loads(arguments.cache.read_text())["instructions"]
    accepted, _ = originals(arguments.corpus, level)
    texts = [one.source for one in accepted.values()]
    if arguments.files and arguments.files < len(texts):
        texts = [texts[number * len(texts) // arguments.files] for number in range(arguments.files)]
    every = contenders(dockfit, tally, hadolint)
    meter = Meter()

    print(f"{machine()}\n\n{version(tally, ['version'])}; {version(hadolint, ['--version'])}"
          + (f"; {version(dockfit, ['--version'])}" if dockfit else "") + f"; {sum(map(len, texts)) / 1e6:.1f} MB of Dockerfiles; "
          f"peaks below {meter.floor / 2**20:.0f} MiB cannot be told\n")
    results = rounds(every, Copies(arguments.scratch, texts, not arguments.projects), arguments.rounds, meter)
    throughput(results, every, len(texts))
    sys.stdout.flush()
    starts = start_up(every, arguments.scratch, arguments.starts, meter)
    sizes = [arguments.growth * factor for factor in (1, 10, 100)]
    # The same small set over and over, so that only the number grows.
    growth(every, arguments.scratch, [(texts[: arguments.growth] * 100)[:size] for size in sizes], "number of files", sizes, "files", meter)
    growth(every, arguments.scratch, [[long_file(factor)] for factor in (1, 10, 100)], "length of one file", [22, 202, 2002], "instructions", meter)
    if arguments.json:
        named = {"rounds": results, "starts": starts}
        arguments.json.write_text(json.dumps(named, default=vars, indent=1))
    shutil.rmtree(arguments.scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
