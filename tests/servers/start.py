"""The start-up module of workers-environment, on captured files of cgroups, and under limits of this machine where it
allows them: `python3 tests/servers/start.py`."""

import os
import pathlib
import subprocess
import sys
import tempfile
import types

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "transforms/workers_environment/workers_from_limits.py"
VALUES = {"@NAMES@": '("WEB_CONCURRENCY",)', "@MEMORY@": "350"}
UNLIMITED_V1 = "9223372036854771712"
GIGABYTE = 1024**3

# name, processors, files below the folder of cgroups, /proc/self/cgroup, memory of the machine in MB, variables → workers
CASES = [
    ("no limits at all", 8, {}, "0::/", 16000, {}, 17),
    ("one processor", 1, {}, "0::/", 16000, {}, 1),
    ("two processors", 2, {}, "0::/", 16000, {}, 2),
    ("three processors", 3, {}, "0::/", 16000, {}, 7),
    ("v2: two of eight", 8, {"cpu.max": "200000 100000"}, "0::/", 16000, {}, 2),
    ("v2: two and a half are two", 8, {"cpu.max": "250000 100000"}, "0::/", 16000, {}, 2),
    ("v2: half a processor", 8, {"cpu.max": "50000 100000"}, "0::/", 16000, {}, 1),
    ("v2: no quota", 4, {"cpu.max": "max 100000", "memory.max": "max"}, "0::/", 16000, {}, 9),
    ("v2: 512 MB", 8, {"memory.max": str(512 << 20)}, "0::/", 16000, {}, 1),
    ("v2: 128 MB", 8, {"memory.max": str(128 << 20)}, "0::/", 16000, {}, 1),
    ("v2: 2 GB and 4 processors", 8, {"cpu.max": "400000 100000", "memory.max": str(2 * GIGABYTE)}, "0::/", 16000, {}, 5),
    ("v2: memory.high counts", 8, {"memory.max": str(4 * GIGABYTE), "memory.high": str(1 * GIGABYTE)}, "0::/", 16000, {}, 2),
    ("v2: a limit above", 8, {"a/memory.max": str(700 << 20), "a/b/memory.max": str(8 * GIGABYTE)}, "0::/a/b", 16000, {}, 2),
    ("v2: a path that is not there", 8, {"memory.max": str(1100 << 20)}, "0::/not/here", 16000, {}, 3),
    ("v2: a path above the top", 8, {"memory.max": str(1100 << 20)}, "0::/../..", 16000, {}, 3),
    (
        "v1",
        8,
        {"cpu,cpuacct/cpu.cfs_quota_us": "150000", "cpu,cpuacct/cpu.cfs_period_us": "100000",
         "memory/memory.limit_in_bytes": str(2 * GIGABYTE)},
        "11:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc", 16000, {}, 1,
    ),
    (
        "v1: own folder",
        8,
        {"memory/docker/abc/memory.limit_in_bytes": str(800 << 20), "memory/memory.limit_in_bytes": UNLIMITED_V1,
         "cpu/docker/abc/cpu.cfs_quota_us": "-1", "cpu/docker/abc/cpu.cfs_period_us": "100000"},
        "9:memory:/docker/abc\n8:cpu:/docker/abc", 16000, {}, 2,
    ),
    ("v1: unlimited", 2, {"memory/memory.limit_in_bytes": UNLIMITED_V1}, "9:memory:/", 16000, {}, 2),
    ("the machine is small", 8, {}, "0::/", 900, {}, 2),
    ("memory unknown", 8, {}, "0::/", None, {}, 1),
    ("a number that is set", 8, {"memory.max": str(128 << 20)}, "0::/", 16000, {"WEB_CONCURRENCY": "6"}, 6),
    ("no number that is set", 2, {}, "0::/", 16000, {"WEB_CONCURRENCY": "auto"}, 2),
    ("an empty one", 2, {}, "0::/", 16000, {"WEB_CONCURRENCY": ""}, 2),
    ("zero", 2, {}, "0::/", 16000, {"WEB_CONCURRENCY": "0"}, 2),
    ("damaged files", 2, {"cpu.max": "x", "memory.max": "many"}, "nonsense", 16000, {}, 2),
]


def source(values=VALUES):
    text = SOURCE.read_text()
    for mark, value in values.items():
        assert mark in text, mark
        text = text.replace(mark, value)
    return text


def captured():
    module = types.ModuleType("workers_from_limits")
    exec(compile(source(), str(SOURCE), "exec"), module.__dict__)
    for name, processors, files, cgroup, megabytes, variables, wanted in CASES:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            root, proc = folder / "cgroup", folder / "proc"
            (proc / "self").mkdir(parents=True)
            root.mkdir()
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text + "\n")
            (proc / "self/cgroup").write_text(cgroup + "\n")
            if megabytes:
                (proc / "meminfo").write_text(f"MemTotal:       {megabytes * 1024} kB\nMemFree: 1 kB\n")
            os.sched_getaffinity, real = (lambda _: set(range(processors))), os.sched_getaffinity
            try:
                count, why = module.workers(str(root), str(proc), variables)
            finally:
                os.sched_getaffinity = real
        assert count == wanted, f"{name}: {count} workers, not {wanted} ({why})"
    print(f"{len(CASES)} captured states: as the formula says")


def started(command, **variables):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "workers_from_limits.py"
        path.write_text(source())
        environment = {**os.environ, **variables}
        done = subprocess.run(
            [sys.executable, path, *command], env=environment, text=True, capture_output=True, timeout=60
        )
    assert done.returncode == 0, done.stderr
    return done


def execs():
    show = "import sys; print(sys.argv[1:])"
    done = started([sys.executable, "-c", show, "a b"], WEB_CONCURRENCY="3")
    assert done.stdout == "['a b', '--workers', '3']\n", done.stdout
    assert done.stderr == "workers: 3 (WEB_CONCURRENCY is set)\n", done.stderr
    done = started(["-m", "platform"], WEB_CONCURRENCY="3")
    assert "Linux" in done.stdout, done.stdout
    print("the server takes the place of the module")


def groups():
    """Folders of a cgroup of our own with 800 MB and two processors, v2 or v1; none where this machine allows none."""
    top, name = pathlib.Path("/sys/fs/cgroup"), f"dockfit-{os.getpid()}"
    memory, quota, period = str(800 << 20), "200000", "100000"
    if (top / "cgroup.controllers").exists():
        limits = [(top / name, {"memory.max": memory, "cpu.max": f"{quota} {period}"})]
    else:
        limits = [
            (top / "memory" / name, {"memory.limit_in_bytes": memory}),
            (top / "cpu" / name, {"cpu.cfs_period_us": period, "cpu.cfs_quota_us": quota}),
        ]
    made = []
    try:
        for folder, files in limits:
            folder.mkdir()
            made.append(folder)
            for file, text in files.items():
                (folder / file).write_text(text)
    except OSError as error:
        for folder in made:
            folder.rmdir()
        print(f"skipped under real limits: {error}")
        return []
    return made


def real():
    folders = groups()
    if not folders:
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "workers_from_limits.py"
            path.write_text(source())
            environment = {name: value for name, value in os.environ.items() if name != "WEB_CONCURRENCY"}
            enter = "".join(f"echo $$ > {folder}/cgroup.procs && " for folder in folders)
            command = [sys.executable, path, sys.executable, "-c", "import sys; print(sys.argv[-1])"]
            done = subprocess.run(
                ["sh", "-c", enter + 'exec "$@"', "sh", *command],
                env=environment, text=True, capture_output=True, timeout=60,
            )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) == min(2, len(os.sched_getaffinity(0))), (done.stdout, done.stderr)
        assert "memory: 800 MB" in done.stderr, done.stderr
        print(f"under real limits: {done.stderr.strip()}")
    finally:
        for folder in folders:
            folder.rmdir()


if __name__ == "__main__":
    captured()
    execs()
    real()
