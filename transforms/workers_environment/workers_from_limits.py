"""Starts a server with as many workers as this container may use. Made by dockfit: `dockfit explain workers-environment`.

    python workers_from_limits.py -m uvicorn app:app --host 0.0.0.0

The number is the smaller one of two, and 1 at least: by processors, as many as there are up to two, else twice as many
and one more; by memory, what there is divided by what a worker takes. A number in one of NAMES counts in its place.
"""

import os
import sys

# Variables in which a number may stand that counts in place of the one worked out here.
NAMES = @NAMES@
# The option by which the server takes the number.
OPTION = "--workers"
# What a worker takes, in megabytes.
MEMORY_PER_WORKER = @MEMORY@

MEGABYTE = 1024 * 1024


def read(*parts):
    """The text of a file; nothing where it cannot be read."""
    try:
        with open(os.path.join(*parts), encoding="ascii") as file:
            return file.read().strip()
    except (OSError, ValueError):
        return None


def number(text):
    """The number that a text is; nothing for `max` and for what is none."""
    try:
        return int(text)
    except (TypeError, ValueError):
        return None


def folders(root, proc):
    """The folders that hold this process's limits, with those above them: of cgroup v2, of v1's memory, of v1's cpu."""
    found = {"": [], "memory": [], "cpu": []}
    for line in (read(proc, "self", "cgroup") or "0::/").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for name in found:
            if name not in controllers.split(","):
                continue
            # A container sees its own folder at the top.
            tops = [root] if not name else [os.path.join(root, controllers), os.path.join(root, name)]
            for top in tops:
                parts = [part for part in path.split("/") if part not in ("", "..")]
                for length in range(len(parts), -1, -1):
                    found[name].append(os.path.join(top, *parts[:length]))
    return found


def cpus(root="/sys/fs/cgroup", proc="/proc"):
    """The processors that this process may use, rounded down, and 1 at least."""
    try:
        limits = [len(os.sched_getaffinity(0))]
    except (AttributeError, OSError):
        limits = [os.cpu_count() or 1]
    by_kind = folders(root, proc)
    quotas = [(read(folder, "cpu.max") or "").split() for folder in by_kind[""]]
    quotas += [(read(folder, "cpu.cfs_quota_us"), read(folder, "cpu.cfs_period_us")) for folder in by_kind["cpu"]]
    for quota in quotas:
        if len(quota) == 2 and (number(quota[0]) or 0) > 0 and (number(quota[1]) or 0) > 0:
            limits.append(number(quota[0]) // number(quota[1]))
    return max(1, min(limits))


def memory(root="/sys/fs/cgroup", proc="/proc"):
    """The memory that this process may use, in megabytes; nothing where that cannot be told."""
    limits = []
    for line in (read(proc, "meminfo") or "").splitlines():
        if line.startswith("MemTotal:"):
            limits.append((number(line.split()[1]) or 0) * 1024)
    by_kind = folders(root, proc)
    texts = [read(folder, name) for folder in by_kind[""] for name in ("memory.max", "memory.high")]
    texts += [read(folder, "memory.limit_in_bytes") for folder in by_kind["memory"]]
    limits += [number(text) for text in texts]
    limits = [limit for limit in limits if limit]
    return min(limits) // MEGABYTE if limits else None


def workers(root="/sys/fs/cgroup", proc="/proc", environ=os.environ):
    """The number of workers, and why."""
    told = []
    for name in NAMES:
        text = environ.get(name)
        if text is None:
            continue
        if (number(text) or 0) > 0:
            return number(text), f"{name} is set"
        told.append(f"{name}={text!r} is no number of workers; ")
    count, available = cpus(root, proc), memory(root, proc)
    if available is None:
        return 1, "".join(told) + "the memory that there is cannot be told"
    by_cpus = count if count <= 2 else 2 * count + 1
    why = f"CPUs: {count}, memory: {available} MB, of which a worker takes {MEMORY_PER_WORKER}"
    return max(1, min(by_cpus, available // MEMORY_PER_WORKER)), "".join(told) + why


def main(command):
    try:
        count, why = workers()
    except Exception as error:  # A server that starts is worth more than a number that is right.
        count, why = 1, f"the limits cannot be read: {error!r}"
    print(f"workers: {count} ({why})", file=sys.stderr, flush=True)
    command = [*command, OPTION, str(count)]
    if command[0] == "-m":
        command = [sys.executable, *command]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
