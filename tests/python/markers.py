"""Markers as `packaging` evaluates them, against the crate, on generated pairs of marker and environment.

    python tests/python/markers.py [--binary PATH] [--count N] [--seed N]

Needs `packaging`. The binary is `cargo build -p dockfit-python --example markers`. Exit 1 with the first
disagreements. A marker that the crate refuses is no disagreement; how many it refused is said.
"""

import argparse
import json
import random
import subprocess
import sys

from packaging.markers import InvalidMarker, Marker, UndefinedComparison

VERSIONS = ["2.7", "3.6", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
FULL = ["2.7.18", "3.8.1", "3.10.0", "3.11.9", "3.12.0", "3.13.5", "3.14.0"]
STRINGS = {
    "os_name": ["posix", "nt", "java"],
    "sys_platform": ["linux", "darwin", "win32", "cygwin"],
    "platform_machine": ["x86_64", "aarch64", "arm64", "AMD64", "ppc64le"],
    "platform_system": ["Linux", "Darwin", "Windows"],
    "platform_python_implementation": ["CPython", "PyPy"],
    "implementation_name": ["cpython", "pypy"],
    "platform_release": ["6.1.0", "23.4.0"],
    "platform_version": ["#1 SMP"],
}
EXTRAS = ["test", "Dev_Tools", "pg"]


def environment(random):
    full = random.choice(FULL)
    system = random.choice([("posix", "linux", "Linux"), ("posix", "darwin", "Darwin"), ("nt", "win32", "Windows")])
    name, implementation = random.choice([("cpython", "CPython"), ("pypy", "PyPy")])
    return {
        "os_name": system[0],
        "sys_platform": system[1],
        "platform_system": system[2],
        "platform_machine": random.choice(STRINGS["platform_machine"]),
        "platform_python_implementation": implementation,
        "implementation_name": name,
        "implementation_version": full,
        "platform_release": random.choice(STRINGS["platform_release"]),
        "platform_version": "#1 SMP",
        "python_full_version": full,
        "python_version": ".".join(full.split(".")[:2]),
    }


def quoted(random, text):
    quote = random.choice("'\"")
    return f"{quote}{text}{quote}"


def comparison(random):
    space = random.choice(["", " ", "  "])
    kind = random.random()
    if kind < 0.4:
        key = random.choice(["python_version", "python_version", "python_full_version", "implementation_version"])
        operator = random.choice(["<", "<=", ">", ">=", "==", "!=", "~=", "===", "in", "not in"])
        value = random.choice(VERSIONS if key == "python_version" else FULL + VERSIONS)
        if operator in ("==", "!=") and random.random() < 0.3:
            value = random.choice(["3.*", "3.1.*", value + ".*"])
        if operator in ("in", "not in"):
            value = random.choice([", ", " ", ","]).join(random.sample(VERSIONS, random.randint(1, 3)))
            space = " "
        if random.random() < 0.1:
            value = random.choice(["3", "4", "3.13.0rc1", "3.11.dev0", "3.8.post1", "1!3.0", "3.0+local"])
    elif kind < 0.9:
        key = random.choice(sorted(STRINGS))
        operator = random.choice(["==", "!=", "==", "!=", "in", "not in", "<", ">="])
        value = random.choice(STRINGS[key])
        if operator in ("in", "not in"):
            value = random.choice([" ", ",", "|"]).join(random.sample(STRINGS[key], random.randint(1, len(STRINGS[key]))))
            space = " "
    else:
        key, operator, value = "extra", random.choice(["==", "!="]), random.choice(EXTRAS)
    left, right = key, quoted(random, value)
    if random.random() < 0.15:
        left, right = right, left
    return f"{left}{space}{operator}{space}{right}"


def marker(random, depth=2):
    if depth == 0 or random.random() < 0.4:
        return comparison(random)
    left, right = marker(random, depth - 1), marker(random, depth - 1)
    text = f"{left} {random.choice(['and', 'or'])} {right}"
    return f"({text})" if random.random() < 0.4 else text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="target/debug/examples/markers")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    source = random.Random(arguments.seed)
    cases = []
    while len(cases) < arguments.count:
        text, values, extra = marker(source), environment(source), source.choice(["", *EXTRAS])
        try:
            expected = Marker(text).evaluate({**values, "extra": extra})
        except (InvalidMarker, UndefinedComparison):
            expected = None
        cases.append((text, values, extra, expected))
    lines = "".join(json.dumps({"marker": m, "environment": e, "extra": x}) + "\n" for m, e, x, _ in cases)
    done = subprocess.run([arguments.binary], input=lines, capture_output=True, text=True, check=True)
    counts, wrong = {}, []
    for (text, values, extra, expected), answer in zip(cases, done.stdout.split(), strict=True):
        known = {True: "true", False: "false", None: "invalid"}[expected]
        agree = answer in ("refused", "open") or answer == known
        key = answer if agree else "WRONG"
        counts[key] = counts.get(key, 0) + 1
        if not agree:
            wrong.append((text, known, answer, values, extra))
    print(", ".join(f"{key}: {count}" for key, count in sorted(counts.items())))
    for text, known, answer, values, extra in wrong[:20]:
        print(f"{text}\n    packaging: {known}, here: {answer}, extra={extra!r}, {values}")
    # What is compared must be most of it, or the test says nothing.
    compared = counts.get("true", 0) + counts.get("false", 0)
    return 1 if wrong or compared < arguments.count / 3 else 0


if __name__ == "__main__":
    sys.exit(main())
