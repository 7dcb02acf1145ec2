"""The criteria for a right cache mount, the alignment of RUNs, and the engine's reading, by example."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import engine  # noqa: E402
from mounts import added, faults  # noqa: E402
from report import Edit, apply_edits  # noqa: E402
from unified import apply_diff  # noqa: E402

PIP = "--mount=type=cache,target=/root/.cache/pip"
APT = "--mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked"


def read(text):
    """The engine's reading of a text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "Dockerfile")
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return engine.parse(path)


def wrong(before, after):
    """{manager: faults} over all mounts that `after` has and `before` has not."""
    before, after = read(before), read(after)
    return {name: faults(before, after, one, other, name, targets)
            for one, other, fresh in added(before, after) for name, targets in fresh.items()}


class Mounts(unittest.TestCase):
    """Right and wrong mounts."""

    def pip(self, head, run="pip install flask", mount=PIP, was=None, tail=""):
        return wrong(f"FROM python:3.13-slim\n{head}RUN {was or run}\n{tail}", f"FROM python:3.13-slim\n{head}RUN {mount} {run}\n{tail}")["pip"]

    def one(self, name, base, mount, run, tail="", was=None):
        return wrong(f"FROM {base} AS b\nRUN {was or run}\n{tail}", f"FROM {base} AS b\nRUN {mount} {run}\n{tail}")[name]

    def test_go_needs_its_modules_later(self):
        mount, final = "--mount=type=cache,target=/go/pkg/mod", "FROM scratch\nCOPY --from=b /app /app\n"
        self.assertEqual(self.one("gomod", "golang:1", mount, "go build -o /app .", final), [])
        self.assertEqual(self.one("gomod", "golang:1", mount, "go mod download", "RUN GOPROXY=off go build\n" + final),
                         ["a later step relies on what may be gone"])
        self.assertEqual(self.one("gomod", "golang:1", mount, "go build ./..."), ["the image may need what is downloaded"])
        self.assertEqual(self.one("gomod", "golang:1", mount, "go build -o /app .", "CMD go run .\n"), ["the image may need what is downloaded"])

    def test_nuget_without_restore(self):
        mount = "--mount=type=cache,target=/root/.nuget/packages"
        tail = "RUN dotnet publish %s -o /app\nFROM runtime\nCOPY --from=b /app /app\n"
        self.assertEqual(self.one("nuget", "sdk", mount, "dotnet restore", tail % ""), [])
        self.assertEqual(self.one("nuget", "sdk", mount, "dotnet restore", tail % "--no-restore"), ["a later step relies on what may be gone"])

    def test_apk_uses_the_mount(self):
        for folder, found in (("/etc/apk/cache", []), ("/var/cache/apk", ["apk does not use the mount"])):
            mount = f"--mount=type=cache,target={folder}"
            self.assertEqual(self.one("apk", "alpine", mount, "apk add --update-cache curl", was="apk add --no-cache curl"), found)
        self.assertEqual(self.one("apk", "alpine", "--mount=type=cache,target=/etc/apk/cache", "apk add --no-cache curl"),
                         ["switched off on the command line"])

    def test_dnf_keeps_packages_when_told(self):
        mount = "--mount=type=cache,target=/var/cache/dnf"
        self.assertEqual(self.one("dnf", "rockylinux:9", mount, "dnf install -y curl"), ["packages are not kept"])
        self.assertEqual(self.one("dnf", "rockylinux:9", mount, "dnf install --setopt=keepcache=1 -y curl", was="dnf install -y curl"), [])

    def test_pip_right(self):
        self.assertEqual(self.pip(""), [])
        self.assertEqual(self.pip("", "python -m pip install -r requirements.txt"), [])
        self.assertEqual(self.pip("", was="pip install --no-cache-dir flask"), [])
        self.assertEqual(self.pip("ENV PIP_NO_CACHE_DIR=\n"), [])
        self.assertEqual(self.pip("ENV PIP_CACHE_DIR=/c\n", mount="--mount=type=cache,target=/c,id=pip"), [])
        self.assertEqual(self.pip("ENV XDG_CACHE_HOME=/x\n", mount="--mount=type=cache,target=/x/pip"), [])
        self.assertEqual(self.pip("ENV HOME=/home/app\nUSER app\n", mount="--mount=type=cache,target=/home/app/.cache/pip,uid=1000"), [])

    def test_pip_of_a_user_whom_the_file_adds(self):
        head = "RUN useradd -m app\nUSER app\n"
        self.assertEqual(self.pip(head, mount="--mount=type=cache,target=/home/app/.cache/pip,uid=1000"), [])
        self.assertIn("lies in /home/app", self.pip(head)[0])
        self.assertIn("not known", self.pip(head.replace("-m", "-d /srv"))[0])

    def test_pip_switched_off(self):
        self.assertEqual(self.pip("", "pip install --no-cache-dir flask"), ["switched off on the command line"])
        self.assertEqual(self.pip("ENV PIP_NO_CACHE_DIR=0\n"), ["switched off by PIP_NO_CACHE_DIR"])
        self.assertEqual(self.pip("", "PIP_NO_CACHE_DIR=1 pip install x"), ["switched off by PIP_NO_CACHE_DIR"])

    def test_pip_switched_off_in_an_earlier_stage(self):
        text = "FROM python:3.13 AS a\nENV PIP_NO_CACHE_DIR=1\nFROM a\nRUN {}pip install x\n"
        self.assertEqual(wrong(text.format(""), text.format(PIP + " "))["pip"], ["switched off by PIP_NO_CACHE_DIR"])

    def test_pip_emptied(self):
        for command in ("pip cache purge", "rm -rf /root/.cache", "rm -rf ~/.cache/pip"):
            self.assertEqual(self.pip("", f"pip install x && {command}"), ["emptied in the same RUN"])

    def test_pip_elsewhere(self):
        self.assertIn("not known", self.pip("USER app\n")[0])
        self.assertIn("lies in /c", self.pip("ENV PIP_CACHE_DIR=/c\n")[0])
        self.assertIn("another user", self.pip("", 'su app -c "pip install x"')[0])

    def test_read_later(self):
        tail = "FROM scratch\nCOPY --from=0 /root/.cache /cache\n"
        self.assertIn("read later by COPY", self.pip("", tail=tail)[0])

    def test_words_lost(self):
        self.assertEqual(self.pip("", was="pip install flask && touch /done"), ["words lost: touch /done"])

    def apt(self, run, head="", was=None, base="debian:trixie", tail=""):
        return wrong(f"FROM {base}\n{head}RUN {was or run}\n{tail}", f"FROM {base}\n{head}RUN {APT} {run}\n{tail}")["apt"]

    def test_apt(self):
        install = "apt-get update && apt-get install -y curl"
        hook = "rm -f /etc/apt/apt.conf.d/docker-clean; "
        self.assertEqual(self.apt(hook + install), [])
        self.assertEqual(self.apt(install, head="RUN rm -f /etc/apt/apt.conf.d/docker-clean\n"), [])
        self.assertEqual(self.apt(install), ["docker-clean"])
        for left in ("apt-get clean", "rm -rf /var/lib/apt/lists/*", "if true; then rm -r /var/cache/apt/*; fi"):
            self.assertEqual(self.apt(f"{hook}{install} && {left}"), ["emptied in the same RUN"])
        self.assertEqual(self.apt(hook + install, was=f"{hook}{install} && rm -rf /var/lib/apt/lists/*"), [])
        self.assertEqual(self.apt(f"{hook}{install} && apt-get dist-clean"), ["emptied in the same RUN"])
        self.assertEqual(self.apt(hook + install, was=f"{hook}{install}; apt-get dist-clean"), [])
        self.assertIn("not root", self.apt(hook + install, head="USER app\n")[0])
        self.assertEqual(self.apt(hook + install, tail="RUN apt-get install -y git\n"), ["a later RUN installs from these lists"])
        later = "RUN apt-get install -y git\n"
        gone, first = f"{hook}{install} && rm -rf /var/lib/apt/lists/*", f"rm -rf /var/lib/apt/lists/*; {hook}{install}"
        self.assertEqual(self.apt(hook + install, was=gone, tail=later), [])
        self.assertEqual(self.apt(hook + install, was=first, tail=later), ["a later RUN installs from these lists"])
        self.assertEqual(self.apt(hook + "apt-get install -y git"), ["installs from lists that only a mount holds"])

    def test_apt_each_mount_for_itself(self):
        lists = "--mount=type=cache,target=/var/lib/apt/lists"
        archives = "--mount=type=cache,target=/var/cache/apt"
        only = "FROM debian\nRUN {}apt-get update && {}\n"
        clean, remove = "apt-get clean", "rm -rf /var/lib/apt/lists/*"
        self.assertEqual(wrong(only.format("", clean), only.format(lists + " ", clean))["apt"], [])
        self.assertEqual(wrong(only.format("", remove), only.format(lists + " ", remove))["apt"], ["emptied in the same RUN"])
        self.assertEqual(wrong(only.format("", remove), only.format(archives + " ", remove))["apt"], ["docker-clean"])

    def test_switches_of_another_program_do_not_count(self):
        self.assertEqual(self.pip("", "apk add --no-cache gcc && pip install x"), [])

    def test_a_base_named_by_a_variable(self):
        text = "ARG OWNER=jupyter\nARG BASE=$OWNER/base-notebook\nFROM $BASE\nRUN {}pip install x\n"
        mount = "--mount=type=cache,target=/home/jovyan/.cache/pip "
        self.assertEqual(wrong(text.format(""), text.format(mount)), {"pip": []})

    def test_apk_and_cargo(self):
        apk = wrong("FROM alpine\nRUN apk add --no-cache curl\n", "FROM alpine\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n")
        self.assertEqual(apk["apk"], ["apk does not use the mount"])
        cargo = wrong("FROM rust\nRUN cargo build\n", "FROM rust\nRUN --mount=type=cache,target=/src/target,id=cargo-target cargo build\n")
        self.assertIn("what the image needs", cargo["cargo-target"][0])

    def test_runs_are_found_again_when_one_is_added(self):
        before = "FROM debian\nRUN apt-get update && apt-get install -y curl\nRUN make all\nRUN pip install x\n"
        after = before.replace("RUN apt", "RUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN apt").replace("RUN pip", f"RUN {PIP} pip")
        self.assertEqual(wrong(before, after), {"pip": []})


class Engine(unittest.TestCase):
    """The engine's reading, reduced."""

    def test_comments_of_heredocs_and_scripts_are_told_apart(self):
        facts = read("# top\nFROM a\nRUN <<EOF cat <<-'E2'\n# body\nEOF\n\t# body\nE2\nRUN x \\\n  # inner\n  && y\nRUN <<EOF\nif\nEOF\n")
        self.assertEqual([text for _, text in facts.comments], [b"# top", b"# inner"])
        self.assertEqual(facts.scripts, ["<<EOF cat <<-'E2'\n# body\nEOF\n\t# body\nE2\n", "x   && y", "if\n"])

    def test_values_are_compared_without_their_quotes(self):
        one, other = read('FROM a\nENV A="x y" B=\'$c\'\nENV k v w\n'), read("FROM a\nENV A=x\\ y B=\\$c\nENV k=\"v w\"\n")
        self.assertEqual(one.pairs, other.pairs)
        self.assertNotEqual(one.pairs, read('FROM a\nENV A="x y" B=$c\nENV k v w\n').pairs)

    def test_a_script_of_another_language_is_not_bash(self):
        self.assertEqual(read("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nif x:\n  y\nEOF\n").scripts, [])

    def test_diffs_apply_exactly_or_not_at_all(self):
        diff = "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,2 +1,2 @@\n a\n--- b\n+++ c\n"
        self.assertEqual(apply_diff(b"a\n-- b\nz\n", diff, "Dockerfile"), b"a\n++ c\nz\n")
        self.assertIsNone(apply_diff(b"x\n-- b\nz\n", diff, "Dockerfile"))
        unended = "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
        self.assertEqual(apply_diff(b"a", unended, "Dockerfile"), b"b")
        self.assertEqual(apply_diff(b"a", unended.replace("+b\n\\ No newline at end of file\n", "+b\n"), "Dockerfile"), b"b\n")

    def test_overlapping_edits_are_none(self):
        self.assertIsNone(apply_edits(b"abcdef", [Edit(0, 3, b"x"), Edit(2, 4, b"y")]))
        self.assertEqual(apply_edits(b"abcdef", [Edit(3, 3, b"y"), Edit(0, 3, b"x")]), b"xydef")


if __name__ == "__main__":
    unittest.main()
