"""Runs commands and says what each took. Lives in a lean process of its own.

A child's peak memory as the kernel tells it is never below that of the process that spawned it, so the benchmark, which
holds a whole corpus, does not spawn what it measures: this file, run as a script, does. One request a line (JSON:
command, cwd), one answer a line.
"""

import json
import os
import sys
import time


def measure(command, cwd):
    """[seconds, processor seconds, peak bytes, exit code] of one command; its output is thrown away."""
    os.chdir(cwd)
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1, 2)]
    began = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    os.close(null)
    return [seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status)]


def main():
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(measure(request["command"], request["cwd"])), flush=True)


if __name__ == "__main__":
    main()
