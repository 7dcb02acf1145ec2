#!/usr/bin/env python3
"""Does the second install download nothing, when only what dockfit mounts is kept of the first?

usage: second-install.py [--json OUT] DOCKFIT [MANAGER…]

For each manager that can be run here: dockfit rewrites a small Dockerfile, whose cache mounts are then made for real, as
bind mounts in a mount namespace, around the same command. As in a build, links do not reach across them, and what lies in
them is gone afterwards. Three installs into fresh folders:

  first    with the registry and empty mounts; what was installed must work when the mounts are gone
  second   without the registry, with the mounts of the first; must work, too
  control  without the registry and with empty mounts: must fail, or the second shows nothing

The registry is our own (registries.py); nothing is downloaded from elsewhere. Exits with 1 if a manager fails.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import compiled
import javascript
import python
import scripting
import system
from registries import Registry

MANAGERS = [*javascript.MANAGERS, *python.MANAGERS, *compiled.MANAGERS, *scripting.MANAGERS, *system.MANAGERS]
# Not to be taken from whoever runs this: they move caches and registries.
FOREIGN = re.compile(r"(?i)^(npm_|cargo_|go(path|modcache|cache|flags|proxy|env)$|maven_|m2_|bundle_|gem_|composer_|pnpm_|yarn_|bun_|pip_|uv_|poetry_|pdm_|pipenv_|xdg_|virtual_env$|https?_proxy$|no_proxy$|all_proxy$)")


class Failed(Exception):
    """What did not go as it must."""


@dataclass
class Outcome:
    """One row of the table."""

    manager: str
    version: str
    folders: list
    said: str


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dockfit", type=Path)
    parser.add_argument("managers", nargs="*")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    chosen = [one for one in MANAGERS if not arguments.managers or one.name in arguments.managers]
    rows = []
    for one in chosen:
        begun = time.monotonic()
        rows.append(check(arguments.dockfit.resolve(), one))
        print(f"{one.name}: {rows[-1].said} ({time.monotonic() - begun:.1f} s)", file=sys.stderr)
    print("| manager | version | kept | second install |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {row.manager} | {row.version} | {' '.join(f'`{one}`' for one in row.folders)} | {row.said} |")
    if arguments.json:
        arguments.json.write_text(json.dumps([vars(row) for row in rows], indent=1))
    sys.exit(any(row.said.startswith("FAILED") for row in rows))


def check(dockfit, manager):
    """The row of one manager."""
    try:
        told = subprocess.run(manager.versions, capture_output=True, text=True, timeout=60)
    except OSError:
        return Outcome(manager.name, "", [], "not here")
    found = re.search(r"\d+(\.\d+)+", told.stdout)
    version = found.group() if found else ""
    system_only = manager.root and os.geteuid() != 0
    if told.returncode or not version.startswith(manager.only) or system_only or not all(map(shutil.which, manager.needs)):
        return Outcome(manager.name, version, [], "not here")
    with tempfile.TemporaryDirectory(prefix="second-install-") as folder:
        bench = Bench(dockfit, manager, Path(folder))
        try:
            bench.run()
            said = "downloads nothing; without the cache it fails" if not manager.lists_again else "asks for the list only"
        except Failed as failed:
            said = f"FAILED: {failed}"
        return Outcome(manager.name, version, [one.replace(str(bench.home), "~") for one in bench.targets], said)


class Bench:
    """The folders for one manager."""

    def __init__(self, dockfit, manager, scratch):
        self.dockfit, self.manager, self.scratch = dockfit, manager, scratch
        self.home = scratch / "home"
        self.kept = scratch / "kept"
        self.targets = []
        self.runs = []  # what the rewritten Dockerfile runs
        self.registry = Registry(manager.served(scratch) if callable(manager.served) else manager.served)

    def run(self):
        """The installs; raises Failed."""
        self.project(self.scratch / "lock", {})
        for command in self.manager.locks:
            self.must("the lock", command, self.scratch / "lock")
        # What a manager hides beside its lock is of that folder: pdm's `.pdm-python` names an interpreter in it.
        made = {one.name for one in (self.scratch / "lock").iterdir() if one.is_file() and (one.name in self.manager.files or not one.name.startswith("."))}
        locked = {name: (self.scratch / "lock" / name).read_text() for name in made}
        self.targets = self.mounts(locked)
        self.install("first", locked, "kept", network=True)
        before = len(self.registry.downloads)
        self.install("second", locked, "kept", network=self.manager.lists_again)
        again = self.registry.downloads[before:]
        if again:
            raise Failed(f"downloads {', '.join(again)}")
        try:
            self.install("control", locked, "empty", network=self.manager.lists_again)
        except Failed:
            pass
        else:
            if len(self.registry.downloads) == before:
                raise Failed("it works without the cache, too: nothing is shown")
        self.registry.close()

    def project(self, folder, more):
        """A fresh project and a fresh home."""
        # Some leave a process behind that still writes its log.
        for _ in range(20):
            shutil.rmtree(self.home, ignore_errors=True)
            if not self.home.exists():
                break
            time.sleep(0.2)
        self.home.mkdir()
        folder.mkdir()
        for name, text in (self.manager.files | more).items():
            (folder / name).write_text(self.filled(text))

    def filled(self, text):
        return text.replace("{url}", self.registry.url).replace("{home}", str(self.home))

    def mounts(self, files):
        """The targets of the cache mounts that dockfit adds."""
        folder = self.scratch / "dockerfile"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        copied = [f"ENV HOME={self.home}", "WORKDIR /app", f"COPY {' '.join(files)} ./"] if files else []
        lines = [f"FROM {self.manager.base}", *copied, f"RUN {self.manager.install}", f"CMD {json.dumps(self.manager.works)}"]
        (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
        chosen = [word for one in self.manager.passes for word in ("--only", one)]
        command = [self.dockfit, "diff", *chosen, "--format", "patch", folder / "Dockerfile"]
        patch = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        targets = re.findall(r"--mount=type=cache\S*[,=]target=([^,\s]+)", patch)
        if not targets:
            raise Failed(f"dockfit adds no mount\n{patch}")
        subprocess.run([self.dockfit, "apply", *chosen, folder / "Dockerfile"], capture_output=True, check=True)
        told = subprocess.run([self.dockfit, "inspect", "--format", "json", folder / "Dockerfile"], capture_output=True, text=True, check=True)
        self.runs = [run["argv"] for stage in json.loads(told.stdout)["stages"] for run in stage["runs"]]
        return targets

    def install(self, name, files, kept, network):
        """One install around real mounts; raises Failed."""
        folder = self.scratch / name
        self.project(folder, files)
        if self.manager.root:
            return self.install_in_root(name, kept)
        for command in self.manager.before:
            self.must(name, command, folder)
        words = self.manager.install.split()
        if self.manager.program:
            words = [self.manager.program[1] if word == self.manager.program[0] else word for word in words]
        script = "".join(f'mkdir -p "{self.scratch}/{kept}{one}" "{one}" && mount --bind "{self.scratch}/{kept}{one}" "{one}" && ' for one in self.targets)
        if not network:
            # The loopback interface is there in a build without a network, and in a fresh namespace it is down.
            script = "ip link set lo up && " + script
        there = {one: Path(one).exists() for one in self.targets}
        space = ["unshare", "--mount"] + ([] if network else ["--net"]) + ([] if os.geteuid() == 0 else ["--map-root-user"])
        try:
            self.must(name, [*space, "sh", "-c", f'{script} exec "$@"', "sh", *words], folder)
        finally:
            for one in self.targets:
                if not there[one] and not one.startswith(str(self.scratch)):
                    os.rmdir(one)
        self.must(f"{name}: what was installed does not work without the cache", self.manager.works, folder)

    def install_in_root(self, name, kept):
        """What the Dockerfile runs, in this machine's root below an overlay that lies in memory; raises Failed."""
        before = [[self.filled(word) for word in command] for command in self.manager.before]
        quoted = " && ".join(shlex.join(argv) for argv in [*before, *self.runs])
        files = {path: self.filled(text) for path, text in self.manager.root.items()}
        write = " && ".join(f'printf %s {shlex.quote(text)} > "$1/root/{path}"' for path, text in files.items())
        hide = " && ".join(f'mkdir -p "$1/root/{one}" && mount -t tmpfs tmpfs "$1/root/{one}"' for one in self.manager.empty)
        mounts = " && ".join(f'mkdir -p "$2{one}" "$1/root{one}" && mount --bind "$2{one}" "$1/root{one}"' for one in self.targets)
        gone = " && ".join(f'umount "$1/root{one}"' for one in self.targets)
        script = f"""set -e
mount -t tmpfs tmpfs "$1" && mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
for one in proc sys dev; do mount --rbind "/$one" "$1/root/$one"; done
{hide}
{write}
{mounts}
chroot "$1/root" sh -ec {shlex.quote(quoted)}
{gone}
chroot "$1/root" {shlex.join(self.manager.works)}
"""
        memory = self.scratch / f"{name}-root"
        memory.mkdir()
        self.must(name, ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", str(memory), str(self.scratch / kept)], self.scratch)

    def must(self, what, command, folder):
        """Runs a command; raises Failed with the end of what it says."""
        clean = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
        mine = {name: self.filled(value) for name, value in self.manager.variables.items()}
        command = [self.filled(word) for word in command]
        try:
            done = subprocess.run(command, cwd=folder, env=clean | mine | {"HOME": str(self.home)}, text=True, timeout=180,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(f"{what}: {error}") from error
        if done.returncode:
            raise Failed(f"{what}: {' / '.join(done.stdout.split(chr(10))[-8:])}")


if __name__ == "__main__":
    main()
