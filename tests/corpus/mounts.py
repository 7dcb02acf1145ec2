"""Decides mechanically whether a cache mount added to a RUN is right. The criteria are told in docs/corpus.md."""

import re
from collections import Counter

from managers import BY_NAME, MANAGERS, manager_of
from stages import runs

# Words that may go when a RUN gets a mount: switches that turn a cache off, commands that empty it, and what joined them.
CLEANING = re.compile(
    r"^(|sudo|python[\d.]*|-m|--(verbose|recursive|force|yes|assume-yes)|--no-cache(-dir)?(=\S+)?|&&|;|\|\||\\|rm|-[rRfv]+|(/var)?/(lib|cache|tmp|root)\S*|~?\S*\.(cache|npm)\S*|apt(-get)?|apk|dnf|yum|npm|"
    r"pip[\d.]*|uv|yarn|pnpm|bundle|dotnet|composer|bun|zypper|microdnf|tdnf|clean|autoclean|dist-?clean|cache|purge|prune|store|all|pm|--all|--force|-f|-y|-a|"
    r"go|-modcache|-cache|/go/pkg\S*|gradle|find|-delete|-type|nuget|locals|--clear|clear-?cache|true|#.*)$"
)
HOOK_REMOVED = re.compile(
    r"rm\s+-\w+\s[^;&|]*docker-clean|Keep-Downloaded-Packages|>\s*/etc/apt/apt\.conf\.d/docker-clean|truncate[^;&|]*docker-clean|mv\s[^;&|]*docker-clean"
)


# A mount in which indexes alone are kept.
NOT_KEPT = "packages are not kept"


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
    gone = words_of(one.text) - words_of(other.text)
    if words := [word for word in gone if not CLEANING.match(word)]:
        out.append(f"words lost: {' '.join(words[:4])}")
    if other.windows:
        out.append("not a POSIX shell")
    if not re.search(manager.installs, other.text) and not (manager.in_place and re.search(manager.driven_by, other.text)):
        out.append("nothing here fills the cache")
    if manager.off_words and re.search(manager.off_words, other.text):
        out.append("switched off on the command line")
    for variable in manager.off_variables:
        inline = re.search(rf"(?:^|[\s;&])(?:export\s+)?{variable}=(\S*)", other.text)
        if other.env.get(variable) or (inline and inline[1].strip("'\"")):
            out.append(f"switched off by {variable}")
    emptying = [pattern for place, pattern in manager.empties_at if place in targets] + [manager.empties] * bool(manager.empties)
    if any(re.search(pattern, other.text) for pattern in emptying):
        out.append("emptied in the same RUN")
    out += wrong_place(manager, other, targets)
    if re.search(r"\b(useradd|adduser)\s", other.text) and any(target.startswith("/home/") for target in targets):
        out.append("the mount makes a home before its user is added")
    for target in targets:
        if reader := reads(after, target):
            out.append(f"read later by {reader}")
    if name == "apt":
        out += apt_faults(after, one, other, targets)
    if name == "pnpm" and re.search(r"\bpnpm\s[^;&|]*\s(-g|--global)\b", other.text):
        out.append("global packages would be links into the mount")
    if name == "apk" and "/etc/apk/cache" not in targets and not re.search(r"/etc/apk/cache|--cache-dir", all_text(after)):
        out.append("apk does not use the mount")
    if manager.kept_by and not re.search(manager.kept_by, everything(after)):
        out.append(NOT_KEPT)
    if manager.in_place:
        out += in_place_faults(manager, after, one, other)
    return out


def in_place_faults(manager, facts, before, run):
    """Who misses what is downloaded into a mount: a step that relies on it, the image when it runs."""
    if manager.offline and any(other.index > run.index and re.search(manager.offline, other.text) for other in runs(facts)):
        yield "a later step relies on what may be gone"
    if manager.offline and re.search(manager.offline, run.text) and re.search(manager.installs, run.earlier):
        yield "relies on what may be gone"
    if manager.empties and re.search(manager.empties, before.text):
        return
    begin = max(at for at, one in enumerate(facts.instructions) if one.name == "FROM" or at == 0)
    if begin < len(facts.instructions) and facts.instructions[begin].start < run.start:
        commands = [one for one in facts.instructions[begin:] if one.name in ("CMD", "ENTRYPOINT")]
        first = " ".join(" ".join(one.value) for one in commands)
        if not commands or re.search(manager.installs, first):
            yield "the image may need what is downloaded"


def words_of(text):
    """Its words, without the semicolons at their ends."""
    return Counter(word.rstrip(";") for word in text.split())


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
    for variable, _ in manager.variables:
        inline = re.search(rf"(?:^|[\s;&])(?:export\s+)?{variable}=(\S+)", run.text)
        value = inline[1].strip("'\"") if inline else run.env.get(variable)
        if value:
            wanted = [value.rstrip("/") + other for name, other in manager.variables if name == variable]
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


def apt_faults(facts, before, run, targets):
    """What leaves apt's mounts empty, or a later step without lists."""
    if run.debian() and "/var/cache/apt" in targets:
        earlier = [other.text for other in runs(facts) if other.index <= run.index]
        written = any("docker-clean" in " ".join(one.value) or "apt.conf.d" in " ".join(one.value)
                      for one in facts.instructions if one.name in ("COPY", "ADD") and one.end < run.start)
        if not written and not any(HOOK_REMOVED.search(text) for text in earlier):
            yield "docker-clean"
    lists = [target for target in targets if target.startswith("/var/lib/apt")]
    if lists and installs_only(run):
        yield "installs from lists that only a mount holds"
    # Where the RUN removed the lists that it had fetched, no later one ever counted on them.
    kept = lists and not any(re.search(pattern, before.text.rpartition("update")[2]) for _, pattern in BY_NAME["apt"].empties_at[1:])
    for other in runs(facts):
        if other.index > run.index and other.stage == run.stage and kept and installs_only(other):
            yield "a later RUN installs from these lists"
            break


def installs_only(run):
    """Whether a RUN installs from lists that an earlier one fetched. A mount may have been emptied since then."""
    return re.search(r"\bapt(-get)?\s[^;&|]*\binstall\b", run.text) and not re.search(r"\bupdate\b", run.text)


def everything(facts):
    """The text of every instruction."""
    return all_text(facts) + "\n" + "\n".join(" ".join(one.value) for one in facts.instructions)


def all_text(facts):
    """The text of every RUN."""
    return "\n".join(run.text for run in runs(facts))
