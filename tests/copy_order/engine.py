"""A real engine: this machine's docker, else that of the laboratory (tests/lab)."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent / "lab"


class NoEngine(Exception):
    """Why no engine can run here."""


class BuildFailed(Exception):
    """The end of what the engine said."""


class Engine:
    """With it as a context manager, it runs; images and scratch files are removed at the end."""

    def __init__(self, kind=None):
        """`kind`: docker, lab, or none for the first that is there."""
        if kind is None:
            kind = "docker" if works(["docker", "buildx", "version"]) and works(["docker", "info"]) else "lab"
        self.is_lab = kind == "lab"
        self.command = [str(LAB / "dk")] if self.is_lab else ["docker"]
        self.images, self.was_up, self.lock = [], True, None
        if self.is_lab:
            script = f". {LAB}/host.sh; why_not; echo \"at $LAB\""
            *why, at = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
            if why:
                raise NoEngine(f"this machine cannot run an engine: {why[0]}")
            self.root = Path(at.removeprefix("at "))
        elif not works(["docker", "info"]):
            raise NoEngine("docker does not answer")

    def __enter__(self):
        if self.is_lab:
            self.root.mkdir(parents=True, exist_ok=True)
            self.was_up = works([*self.command, "version"])
            subprocess.run([LAB / "install-engine.sh", "all"], check=True)
        self.scratch = Path(tempfile.mkdtemp(prefix="builds-", dir=self.root if self.is_lab else None))
        return self

    def __exit__(self, *_):
        for image in self.images:
            subprocess.run([*self.command, "image", "rm", "--force", image], capture_output=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        if not self.was_up:
            subprocess.run([LAB / "install-engine.sh", "stop"])

    def needs(self, bases):
        """Makes the stand-ins for base images (tests/lab/make-bases.sh); docker pulls the real ones."""
        if self.is_lab:
            subprocess.run([LAB / "make-bases.sh", *bases], check=True)

    def image(self, dockerfile):
        """Builds from the text of a Dockerfile that needs no context; its name."""
        name = f"builds:{len(self.images)}-{os.getpid()}"
        done = subprocess.run([*self.command, "build", "--network=host", "--tag", name, "-"], input=dockerfile, capture_output=True, text=True)
        if done.returncode:
            raise BuildFailed(done.stderr[-600:])
        self.images.append(name)
        return name

    def run(self, image, folder, script):
        """A shell script in an image, in a folder of this machine."""
        options = ["--rm", "--network=host", "--volume", f"{folder}:/work", "--workdir", "/work", "--entrypoint", "sh"]
        return subprocess.run([*self.command, "run", *options, image, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def build(self, folder):
        """Builds a folder; {what the engine calls a step: whether it came from the cache}."""
        done = subprocess.run([*self.command, "build", "--network=host", "--progress=rawjson", str(folder)], capture_output=True, text=True)
        if done.returncode:
            raise BuildFailed(logs(done.stderr)[-800:])
        steps = {}
        for told in progress(done.stderr)[0]:
            for vertex in told.get("vertexes") or []:
                if vertex.get("completed") or vertex.get("cached"):
                    steps[vertex["name"]] = steps.get(vertex["name"], False) or bool(vertex.get("cached"))
        return steps


def progress(text):
    """The JSON values of `--progress=rawjson` (a line each, or many lines), and what stands between them."""
    values, rest, at = [], [], 0
    decoder = json.JSONDecoder()
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
            values.append(value)
        except json.JSONDecodeError:
            line, _, _ = text[at:].partition("\n")
            at += len(line) + 1
            rest += [line] if line.strip() else []
    return [value for value in values if isinstance(value, dict)], rest


def logs(text):
    """What the steps of a build printed, and the errors."""
    values, rest = progress(text)
    printed = [base64.b64decode(log["data"]).decode(errors="replace") for one in values for log in one.get("logs") or [] if log.get("data")]
    errors = [vertex["error"] for one in values for vertex in one.get("vertexes") or [] if vertex.get("error")]
    return "\n".join([*printed, *errors, *rest])


def works(command):
    """Whether a command runs and succeeds."""
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
