"""What holds at each RUN: stage, base image, user, home and environment. From the engine's reading only."""

import re
from dataclasses import dataclass, field

from engine import unquote

# Bases whose default user is not root; a cache below /root is out of reach there. Source: the images' own
# documentation, 2026-07.
NOT_ROOT = re.compile(
    r"^(quay\.io/)?(jupyter|bitnami|bitnamilegacy)/|^selenium/|^cimg/|^apache/airflow|^(docker\.io/)?grafana/"
    r"|^gitpod/|^rootlessimages/|^ghcr\.io/prefix-dev/pixi-nonroot|nonroot|rootless|^registry\.access\.redhat\.com/ubi\d/python|"
    r"^sclorg/|^.*/(s2i|ubi\d?-python)|^circleci/|^renovate/|^homebrew/brew|^mcr\.microsoft\.com/playwright/chrome"
)
# Homes of the users that some bases have set. Source: as above.
HOMES = {"jovyan": "/home/jovyan", "airflow": "/home/airflow", "node": "/home/node"}
USERS = (
    (re.compile(r"^(quay\.io/|docker\.io/)?jupyter/"), "jovyan"),
    (re.compile(r"^(docker\.io/)?apache/airflow\b"), "airflow"),
)
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)(?::?-([^}]*))?\}?")
# Bases that cannot be told from their name to carry Debian's docker-clean hook or not are taken to carry it.
NOT_DEBIAN = re.compile(r"(^|/)(alpine|fedora|centos|rockylinux|almalinux|amazonlinux|oraclelinux|opensuse|busybox|ubi\d)|alpine|windows|nanoserver|servercore")


@dataclass
class Run:
    """One RUN and what surrounds it."""

    index: int  # among the file's RUNs
    start: int
    end: int
    flags: tuple
    earlier: str  # the text of the stage's earlier RUNs, those of the stages that it stands on included
    text: str  # what the shell is given, heredoc bodies included; the words of a JSON form
    stage: str
    base: str  # the image that the chain of stages starts from
    user: str  # "" where no USER has been given
    env: dict = field(default_factory=dict)
    windows: bool = False

    def cache_mounts(self):
        """target -> the options of each cache mount, in lower-case names."""
        out = {}
        for flag in self.flags:
            if not flag.startswith("--mount="):
                continue
            options = dict(part.partition("=")[::2] for part in flag[8:].split(","))
            options = {key.lower(): value for key, value in options.items()}
            if options.get("type") == "cache":
                out[options.get("target") or options.get("dst") or options.get("destination", "")] = options
        return out

    def home(self):
        """The home of the user, or None where it cannot be told."""
        if "HOME" in self.env:
            return self.env["HOME"]
        name = self.user.split(":")[0] or next((user for base, user in USERS if base.search(self.base)), "")
        if name == "${NB_UID}" or name == "$NB_UID" or name == self.env.get("NB_UID"):
            name = "jovyan"
        if name in HOMES:
            return HOMES[name]
        if name in ("root", "0") or (not name and not NOT_ROOT.search(self.base)):
            return "/root"
        # A user whom an earlier RUN added, without a home of its own choosing.
        added = re.search(rf"\b(useradd|adduser)\b[^;&|\n]*\s{re.escape(name)}\b", self.earlier) if name else None
        return f"/home/{name}" if added and not re.search(r"\s(-d|--home\S*|-h|-r|--system)\s", added[0]) else None

    def debian(self):
        """Whether the base may carry Debian's docker-clean hook."""
        return not NOT_DEBIAN.search(self.base)


@dataclass
class _Stage:
    name: str
    base: str
    user: str
    env: dict
    windows: bool
    before: str = ""


def runs(facts):
    """Every RUN of a file with its surroundings; deferred ones are left out."""
    stages, out, current, globals_ = {}, [], None, {}
    for one in facts.instructions:
        if one.name == "FROM":
            current = _begin(one, stages, globals_)
        elif current is None:
            globals_.update((key, _expand(value, globals_)) for key, value in (_pairs(one) if one.name == "ARG" else ()))
        elif one.name == "USER":
            current.user = unquote(" ".join(one.value), "\\")
        elif one.name in ("ENV", "ARG"):
            for key, value in _pairs(one):
                current.env[key] = _expand(value, current.env)
        elif one.name == "SHELL":
            current.windows = bool(re.search(r"powershell|pwsh|cmd", " ".join(one.value), re.I))
        elif one.name == "RUN":
            text = " ".join(one.value) + "".join("\n" + body for _, body in one.heredocs)
            out.append(
                Run(len(out), one.start, one.end, one.flags, current.before, text, current.name, current.base, current.user,
                    dict(current.env), current.windows)
            )
            current.before += text + "\n"
    return out


def _pairs(one):
    if one.name == "ENV":
        return [(key, unquote(value, "\\")) for key, value in zip(one.value[::2], one.value[1::2])]
    words = (word.partition("=") for word in one.value)
    return [(key, unquote(value, "\\")) for key, equals, value in words if equals]


def _expand(text, arguments):
    return VARIABLE.sub(lambda match: arguments.get(match[1], match[2] or ""), text)


def _begin(one, stages, arguments):
    image = _expand(one.value[0] if one.value else "", arguments)
    name = one.value[2] if len(one.value) == 3 else f"#{len(stages)}"
    parent = stages.get(image.lower())
    if parent:
        stage = _Stage(name, parent.base, parent.user, dict(parent.env), parent.windows, parent.before)
    else:
        stage = _Stage(name, image, "", {}, bool(re.search(r"windows|nanoserver|servercore", image)))
    stages[name.lower()] = stage
    return stage
