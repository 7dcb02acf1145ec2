#!/usr/bin/env python3
"""Derives the facts in transforms/distroless_runtime/facts.txt from a checkout of GoogleContainerTools/distroless.

    derive.py CHECKOUT > transforms/distroless_runtime/facts.txt

CHECKOUT is a work tree or a bare repository. The configuration files there are assignments of plain values, which are
read as such; what stands in the rules themselves (entrypoint, environment, users) is looked up by its words. A test
compares the table of the pass with what comes out.
"""
import ast
import json
import re
import subprocess
import sys
from pathlib import Path


def reader(root):
    root = Path(root)
    if (root / "python3").is_dir():
        return lambda path: (root / path).read_text()
    show = lambda path: subprocess.run(
        ["git", f"--git-dir={root}", "show", f"HEAD:{path}"], check=True, capture_output=True, text=True)
    return lambda path: show(path).stdout


def commit(root):
    """The commit that is read."""
    where = [f"--git-dir={root}"] if not (Path(root) / "python3").is_dir() else ["-C", root]
    return subprocess.run(["git", *where, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def constants(text):
    """The plain values that a configuration file assigns."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign):
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def main():
    read = reader(sys.argv[1])
    static = read("static/static.bzl")
    path, = re.findall(r'"PATH": "(/[^"]+)"', static)
    certificates, = re.findall(r'"SSL_CERT_FILE": "([^"]+)"', static)
    users = dict((name, f"{uid} {home}") for name, uid, home in re.findall(r'\("(\w+)", (\w+), "([^"]+)"\)', static))
    numbers = constants("\n".join(
        line for line in read("common/variables.bzl").splitlines() if re.match(r"N\w+ = \d+", line)))
    users = {name: value.replace("NONROOT", str(numbers["NONROOT"])) for name, value in users.items()}

    def row(name, below, packages, entrypoint, env, platforms, version):
        fields = {"below": below or "scratch", "entrypoint": json.dumps(entrypoint), "platforms": " ".join(platforms),
                  "version": version or "-", "env": " ".join(f"{key}={value}" for key, value in env.items()) or "-",
                  "packages": " ".join(sorted(packages)) or "-"}
        print(f"[{name}]")
        for key, value in fields.items():
            print(f"{key}: {value}")
        print()

    print("# Derived by tests/distroless/derive.py from GoogleContainerTools/distroless; do not edit.")
    print(f"# commit: {commit(sys.argv[1])}")
    print(f"# path: {path}")
    for name, value in users.items():
        print(f"# user {name}: {value}")
    print()
    distribution = "debian13"
    platforms = lambda names: sorted(names)
    config = constants(read("static/config.bzl"))
    row("static", None, config["STATIC_PACKAGES"][distribution], [], {"SSL_CERT_FILE": certificates},
        platforms(config["STATIC_ARCHITECTURES"][distribution]), None)
    config = constants(read("base/config.bzl"))
    architectures = platforms(config["BASE_ARCHITECTURES"][distribution])
    row("base-nossl", "static", config["BASE_NOSSL_PACKAGES"][distribution], [], {}, architectures, None)
    row("base", "static", config["BASE_PACKAGES"][distribution], [], {}, architectures, None)
    config = constants(read("cc/config.bzl"))
    row("cc", "base", config["CC_PACKAGES"][distribution], [], {},
        platforms(config["CC_ARCHITECTURES"][distribution]), None)

    config = constants(read("python3/config.bzl"))
    rules = read("python3/python.bzl")
    minor, = re.findall(rf'"{distribution}": "([\d.]+)"', rules)
    locale, = re.findall(r'env = {"LANG": "([^"]+)"}', rules)
    lock = json.loads(read("private/repos/deb/trixie_python.lock.json"))
    version, = {package["version"] for package in lock["packages"]
                if package["name"] == f"python{minor}-minimal" and package["arch"] == "amd64"}
    row("python3", "cc", config["PYTHON_PACKAGES"][distribution], [f"/usr/bin/python{minor}"], {"LANG": locale},
        platforms(config["PYTHON_ARCHITECTURES"][distribution]), version.split("-")[0])

    config = constants(read("nodejs/config.bzl"))
    entrypoint, = re.findall(r'entrypoint = \["([^"]+)"\]', read("nodejs/nodejs.bzl"))
    archives = read("private/extensions/node.bzl")
    for major, architectures in config["NODEJS_ARCHITECTURES"][distribution].items():
        version, = set(re.findall(rf'version = "({major}\.[\d.]+)",\s+architecture = "amd64"', archives))
        row(f"nodejs{major}", "cc", config["NODEJS_PACKAGES"][major], [entrypoint], {}, platforms(architectures),
            version)

    config = constants(read("java/config.bzl"))
    rules = read("java/java.bzl")
    locale, = set(re.findall(r'env = {"LANG": "([^"]+)"}', rules))
    architectures = platforms(config["JAVA_ARCHITECTURES"][distribution])
    row("java-base", "base-nossl", config["JAVA_BASE_PACKAGES"][distribution], [], {"LANG": locale}, architectures, None)
    words, = set(re.findall(r'entrypoint = \[\s+("[^\]]+"),\s+\]', rules))
    for major in config["JAVA_MAJOR_VERSIONS"][distribution]:
        row(f"java{major}", "java-base", [f"temurin-{major}-jre"], ast.literal_eval(f"[{words}]"), {}, architectures,
            major)


main()
