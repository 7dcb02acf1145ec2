"""Decides mechanically whether a cache mount added to a RUN is right. The criteria are told in docs/corpus.md."""

import re
from collections import Counter

from managers import MANAGERS, manager_of
from stages import runs

# Words that may go when a RUN gets a mount: switches that turn a cache off, commands that empty it, and what joined them.
CLEANING = re.compile(
    r"^(--no-cache(-dir)?(=\S+)?|&&|;|\|\||\\|rm|-[rRfv]+|(/var)?/(lib|cache|tmp|root)\S*|~?\S*\.(cache|npm)\S*|apt(-get)?|apk|dnf|yum|npm|"
    r"pip\d*|uv|yarn|pnpm|bundle|dotnet|composer|bun|zypper|microdnf|tdnf|clean|autoclean|cache|purge|prune|store|all|pm|--all|--force|-f|-y|-a|"
    r"find|-delete|-type|nuget|locals|--clear|clear-?cache|true|#.*)$"
)
HOOK_REMOVED = re.compile(
    r"rm\s+-\w+\s[^;&|]*docker-clean|Keep-Downloaded-Packages|>\s*/etc/apt/apt\.conf\.d/docker-clean|truncate[^;&|]*docker-clean|mv\s[^;&|]*docker-clean"
)


def added(before, after):
    """(RUN before, RUN after, {manager name: [targets]}) of each RUN that got cache mounts."""
    old, new = runs(before), runs(after)
    for one, other in zip(old, align(old, new)):
        if other is None:
            continue
        fresh = {}
        for target, options in other.cache_mounts().items():
            if target not in one.cache_mounts():
                manager = manager_of(target, options)
                fresh.setdefault(manager.name if manager else "other", []).append(target)
        if fresh:
            yield one, other, fresh


def align(old, new):
    """For each RUN before, the RUN that it became (in order; RUNs may have been added between), or None."""
    out, at = [], 0
    for position, one in enumerate(old):
        words = Counter(one.text.split())
        # As many as were added may be skipped, and the rest must still fit.
        last = max(at + 1, len(new) - (len(old) - position) + 1)
        scored = [(likeness(words, Counter(other.text.split())), -place) for place, other in enumerate(new[at:last], at)]
        best, place = max(scored, default=(0, 0))
        if best < 0.3:
            out.append(None)
            continue
        out.append(new[-place])
        at = -place + 1
    return out


def likeness(one, other):
    """The share of words that two texts have in common, 0 to 1."""
    total = max(sum(one.values()), sum(other.values()))
    return sum((one & other).values()) / total if total else 1.0


def faults(before, after, one, other, name, targets):
    """Why the mount of manager `name` at `other` (before: `one`) is not right: a list of words, empty where it is.

    `docker-clean` stands for itself, so that a caller can leave it out of account.
    """
    out = []
    manager = next((manager for manager in MANAGERS if manager.name == name), None)
    if manager is None:
        return ["unknown cache"]
    gone = Counter(one.text.split()) - Counter(other.text.split())
    if words := [word for word in gone if not CLEANING.match(word.rstrip(";"))]:
        out.append(f"words lost: {' '.join(words[:4])}")
    if other.windows:
        out.append("not a POSIX shell")
    if not re.search(manager.installs, other.text):
        out.append("nothing here fills the cache")
    if manager.off_words and re.search(manager.off_words, other.text):
        out.append("switched off on the command line")
    for variable in manager.off_variables:
        inline = re.search(rf"(?:^|[\s;&])(?:export\s+)?{variable}=(\S*)", other.text)
        if other.env.get(variable) or (inline and inline[1].strip("'\"")):
            out.append(f"switched off by {variable}")
    if manager.empties and re.search(manager.empties, other.text):
        out.append("emptied in the same RUN")
    out += wrong_place(manager, other, targets)
    for target in targets:
        if reader := reads(after, target):
            out.append(f"read later by {reader}")
    if name == "apt":
        out += apt_faults(after, other)
    if name == "apk" and not re.search(r"/etc/apk/cache|--cache-dir", all_text(after)):
        out.append("apk does not use the mount")
    return out


def wrong_place(manager, run, targets):
    """Whether the cache lies elsewhere, or the user cannot write there."""
    home = run.home()
    if manager.root and home != "/root" and run.user.split(":")[0] not in ("", "root", "0"):
        yield f"user {run.user} is not root"
    if manager.root and not run.user and home is None:
        yield "the base image's user is not root"
    if re.search(r"(^|[\s;&])(su|sudo\s+(-\w+\s+)*-u|gosu|su-exec)\s", run.text) and not manager.root:
        yield "run as another user inside the RUN"
    wanted = []
    for variable, tail in manager.variables:
        inline = re.search(rf"(?:^|[\s;&])(?:export\s+)?{variable}=(\S+)", run.text)
        value = inline[1].strip("'\"") if inline else run.env.get(variable)
        if value:
            wanted = [value.rstrip("/") + tail]
            break
    if not wanted:
        if home is None and any(target.startswith("~") for target in manager.targets):
            yield f"the home of user {run.user or 'of the base image'} is not known"
            return
        wanted = [target.replace("~", home or "", 1) for target in manager.targets]
    for target in targets:
        if target.rstrip("/") not in wanted:
            yield f"the cache lies in {', '.join(wanted) or 'what the image needs'}, not {target}"


def reads(facts, target):
    """The COPY that takes something from below the mount, if any."""
    for one in facts.instructions:
        if one.name != "COPY" or not any(flag.startswith("--from=") for flag in one.flags):
            continue
        for source in one.value[:-1]:
            clean = source.rstrip("/*")
            if clean == target or clean.startswith(target + "/") or (clean and target.startswith(clean + "/")):
                return f"COPY at line {one.start}"
    return None


def apt_faults(facts, run):
    """What leaves apt's mounts empty, or a later step without lists."""
    if run.debian():
        earlier = [other.text for other in runs(facts) if other.index <= run.index]
        written = any("docker-clean" in " ".join(one.value) or "apt.conf.d" in " ".join(one.value)
                      for one in facts.instructions if one.name in ("COPY", "ADD") and one.end < run.start)
        if not written and not any(HOOK_REMOVED.search(text) for text in earlier):
            yield "docker-clean"
    for other in runs(facts):
        if other.index <= run.index or other.stage != run.stage or any("/apt" in target for target in other.cache_mounts()):
            continue
        if re.search(r"\bapt(-get)?\s[^;&|]*\binstall\b", other.text) and not re.search(r"\bupdate\b", other.text):
            yield f"the RUN at line {other.start} finds no lists"


def all_text(facts):
    """The text of every RUN."""
    return "\n".join(run.text for run in runs(facts))
