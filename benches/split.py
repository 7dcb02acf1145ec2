"""How long `dockfit split` takes on a big lock, and `--groups auto` on its history.

    cargo build --release && python benches/split.py [--binary PATH] [--packages N] [--commits N]

Generates a project of N packages (1,000) with a `uv.lock`, committed N times (1,000) with other versions, in a scratch
folder. Prints the best of several runs of the whole command, start-up included: what else runs only ever adds. With it the
processor time of the command and of the git that it starts, which a busy machine changes less. Budgets: 50 ms for the split,
5 s for `--groups auto`. Exit 1 where one is not kept.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

WHEELS = 6
MANIFEST = "pyproject.toml"
LOCK = "uv.lock"


def lock(packages, version):
    """A lock in which each package needs three later ones; every tenth is a direct dependency."""
    parts = ['version = 1\nrevision = 3\nrequires-python = ">=3.11"\n']
    direct = range(0, packages, 10)
    needs = "".join(f'    {{ name = "p{at}" }},\n' for at in direct)
    asked = "".join(f'    {{ name = "p{at}" }},\n' for at in direct)
    parts.append(
        f'[[package]]\nname = "big"\nversion = "1"\nsource = {{ virtual = "." }}\ndependencies = [\n{needs}]\n\n'
        f"[package.metadata]\nrequires-dist = [\n{asked}]\n"
    )
    for at in range(packages):
        later = [at * 2 + 1, at + 7, at + 11]
        edges = "".join(f'    {{ name = "p{to}" }},\n' for to in later if to < packages)
        wheels = "".join(
            f'    {{ url = "https://index.example/p{at}-1.{version(at)}-cp31{wheel}-cp31{wheel}-manylinux_2_17_x86_64.whl", '
            f'hash = "sha256:{at * WHEELS + wheel:064x}", size = {1000 + at * at} }},\n'
            for wheel in range(WHEELS)
        )
        parts.append(
            f'[[package]]\nname = "p{at}"\nversion = "1.{version(at)}"\n'
            f'source = {{ registry = "https://index.example/simple" }}\n'
            f"dependencies = [\n{edges}]\nwheels = [\n{wheels}]\n"
        )
    return "\n".join(parts)


def project(folder, packages, commits):
    """The project with its history: a commit changes about three packages, the first ones often."""
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    asked = ", ".join(f'"p{at}"' for at in range(0, packages, 10))
    manifest = f'[project]\nname = "big"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [{asked}]\n'
    (folder / MANIFEST).write_text(manifest)
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE)
    for commit in range(commits):
        text = lock(packages, lambda at: (commit + at) // (1 + (at * at) % (packages * 3))).encode()
        head = f"commit refs/heads/main\ncommitter Test <test@localhost> {1_700_000_000 + commit * 3600} +0000\n"
        importer.stdin.write(f"{head}data 6\nRenew\nM 100644 inline {LOCK}\ndata {len(text)}\n".encode() + text + b"\n")
    importer.stdin.close()
    if importer.wait():
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/main"], cwd=folder, check=True)
    subprocess.run(["git", "checkout", "--quiet", "--force", "main"], cwd=folder, check=True)
    return (folder / LOCK).stat().st_size


def best(command, folder, rounds):
    """Milliseconds, those of the processor, and what it printed."""
    found, busy, out = float("inf"), float("inf"), ""
    for _ in range(rounds):
        began, used = time.perf_counter(), processor()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        found = min(found, (time.perf_counter() - began) * 1000)
        busy = min(busy, (processor() - used) * 1000)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        out = done.stdout
    return found, busy, out


def processor():
    """Seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="target/release/dockfit")
    parser.add_argument("--packages", type=int, default=1000)
    parser.add_argument("--commits", type=int, default=1000)
    arguments = parser.parse_args()
    binary = str(pathlib.Path(arguments.binary).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        size = project(folder, arguments.packages, arguments.commits)
        print(f"uv.lock of {arguments.packages} packages: {size / 1e6:.1f} MB, {arguments.commits} commits")
        subprocess.run([binary, "split", "--quiet"], cwd=folder, check=True)
        start, _, _ = best([binary, "--version"], folder, 20)
        checked, busy, out = best([binary, "split", "--check", "--format=json"], folder, 20)
        made = json.loads(out)["split"]
        total = sum(group["packages"] for group in made["groups"])
        print(f"split --check: {checked:.0f} ms ({busy:.0f} of the processor), the program's start {start:.0f} ms; {total} packages")
        (folder / "requirements-app.txt").unlink()
        auto, busy, out = best([binary, "split", "--check", "--groups=auto", "--format=json"], folder, 3)
        estimates = {one["layout"]: one["bytes_per_change"] for one in json.loads(out)["split"]["estimates"]}
        print(f"split --groups auto: {auto / 1000:.2f} s ({busy / 1000:.2f} of the processor); MB per change: "
              + ", ".join(f"{name} {size / 1e6:.1f}" for name, size in estimates.items()))
    return 0 if checked < 50 and auto < 5000 else 1


if __name__ == "__main__":
    sys.exit(main())
