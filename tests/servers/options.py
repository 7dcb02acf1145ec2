"""Every option that passes write for a server, given to the real one at the oldest and the newest version that
`transforms/servers/table.rs` speaks of: each has to start with it, and answer.

    python3 tests/servers/options.py [FOLDER]

FOLDER keeps the virtual environments (default: target/servers). What has no wheel for this Python is skipped, and said."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parent.parent / "transforms/servers/table.rs"

APPLICATION = """
import os

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [str(os.getpid()).encode()]
"""
FASTAPI = """
import os
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
def show():
    return os.getpid()
"""

# server, version, what it needs beside it, since which version each option is there.
LOOP = ["uvloop", "httptools"]
SERVERS = [
    # The oldest versions want the loop, the click and the setuptools of their time.
    ("uvicorn", "0.13.0", ["uvloop<0.18", "httptools", "click<8"]),
    ("uvicorn", "0.30.0", LOOP),
    ("uvicorn", "0.41.0", LOOP),
    ("uvicorn", "0.54.0", LOOP),
    ("gunicorn", "20.1.0", ["setuptools<70"]),
    ("gunicorn", "27.0.1", []),
    ("hypercorn", "0.14.0", ["uvloop"]),
    ("hypercorn", "0.16.0", ["uvloop"]),
    ("hypercorn", "0.18.0", ["uvloop"]),
    ("granian", "1.0.2", ["uvloop"]),
    ("granian", "2.8.7", ["uvloop"]),
    ("fastapi-cli", "0.0.3", ["fastapi", "uvicorn<0.40"]),
    ("fastapi-cli", "0.0.34", ["fastapi", "uvicorn"]),
]
# What preload writes where gunicorn takes uvicorn's place: gunicorn, and what is beside it.
MANAGED = [
    ("20.1.0", ["setuptools<70", "uvicorn==0.30.0", "uvicorn-worker==0.2.0", *LOOP]),
    ("27.0.1", ["uvicorn==0.54.0", "uvicorn-worker==0.4.0", *LOOP]),
]
MANAGED_WORDS = (
    "--worker-class uvicorn_worker.UvicornWorker --keep-alive 5 --access-logfile - --preload --backlog 2048 --max-requests 1000 "
    "--max-requests-jitter 50 --graceful-timeout 20 --log-level info --forwarded-allow-ips 127.0.0.1"
).split()
VALUES = {
    "--loop": "uvloop",
    "--http": "httptools",
    "--worker-class": "uvloop",
    "--limit-concurrency": "1000",
    "--limit-max-requests": "1000",
    "--limit-max-requests-jitter": "50",
    "--max-requests": "1000",
    "--max-requests-jitter": "50",
    "--preload": None,
}


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def table():
    """Of each package the oldest version, the variable for the number of workers, and since when each option is there."""
    rows = {}
    for block in TABLE.read_text().split("    Server {\n")[1:]:
        package = re.search(r'package: "([^"]+)"', block)[1]
        version = r"Version\(\[(\d+), (\d+), (\d+)\]\)"
        oldest = tuple(map(int, re.search("oldest: " + version, block).groups()))
        if "variable: None" in block:
            variable = None
        else:
            named = re.search(r'variable: Some\("(\w+)"\)', block)
            variable = named[1] if named else "WEB_CONCURRENCY"
        options = {found[0]: tuple(map(int, found[1:])) for found in re.findall(r'\("(--[\w-]+)", ' + version, block)}
        rows[package] = (oldest, variable, options)
    assert len(rows) == 5, rows
    return rows


def environment(folder, package, version, extra, suffix=""):
    """A virtual environment with that version, and why there is none."""
    path = folder / f"{package}-{version}{suffix}"
    if not (path / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", path], check=True)
        install = [path / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
        done = subprocess.run([*install, f"{package}=={version}", *extra], text=True, capture_output=True)
        if done.returncode:
            return None, done.stderr.strip().splitlines()[-1]
        (path / "complete").touch()
    return path, None


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def command(package, port):
    at = ["127.0.0.1", str(port)]
    return {
        "uvicorn": ["uvicorn", "application:app", "--host", at[0], "--port", at[1]],
        "gunicorn": ["gunicorn", "application:wsgi", "--bind", ":".join(at)],
        "hypercorn": ["hypercorn", "application:app", "--bind", ":".join(at)],
        "granian": ["granian", "application:app", "--interface", "asgi", "--host", at[0], "--port", at[1]],
        "fastapi-cli": ["fastapi", "run", "with_fastapi.py", "--host", at[0], "--port", at[1]],
    }[package]


def workers(pid):
    """The processes that are children of `pid`, those of multiprocessing's tracker left out."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        found += (task / "children").read_text().split()
    def line(child):
        try:
            return pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            return b"resource_tracker"
    return [child for child in found if b"resource_tracker" not in line(child)]


def serves(path, package, options, variables, scratch, wanted, application=None):
    """Starts the server, waits for an answer and for `wanted` workers, and stops it; what is wrong, or nothing."""
    port = free_port()
    program, *rest = command(package, port)
    rest[0] = application or rest[0]
    log = scratch / "log"
    known = {name: value for name, value in os.environ.items() if name not in ("WEB_CONCURRENCY", "PORT")}
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [path / "bin" / program, *rest, *options],
            cwd=scratch, env={**known, **variables}, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )
    wrong = "no answer within 30 s"
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if process.poll() is not None:
                return f"ended with {process.returncode}: {log.read_text()[-400:]}"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
                found = len(workers(process.pid))
                if wanted is None or found == wanted:
                    return None
                wrong = f"{found} workers, not {wanted}"
            except OSError:
                pass
            time.sleep(0.1)
        return f"{wrong}: {log.read_text()[-400:]}"
    finally:
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, kind)
                process.wait(10)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        process.wait()


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent.parent / "target/servers").resolve()
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "application.py").write_text(APPLICATION)
    (scratch / "with_fastapi.py").write_text(FASTAPI)
    rows, wrong, tried = table(), [], 0
    for package, (oldest, _, _) in rows.items():
        assert numbers([v for p, v, _ in SERVERS if p == package][0]) == oldest, f"{package}: the table begins at {oldest}"
    for package, version, extra in SERVERS:
        path, why = environment(folder, package, version, extra)
        if path is None:
            print(f"skipped {package} {version}: {why}")
            continue
        _, variable, options = rows[package]
        given = [option for option, since in options.items() if numbers(version) >= since]
        words = [word for option in given for word in (option, VALUES[option]) if word]
        # What passes write stands together, with the number in the variable or behind the option.
        number = ({variable: "2"}, []) if variable else ({}, ["--workers", "2"])
        faults = [serves(path, package, [*words, *number[1]], number[0], scratch, 2)]
        # The option overrules the variable.
        if variable:
            faults.append(serves(path, package, ["--workers", "3"], {variable: "2"}, scratch, 3))
        tried += len(faults)
        wrong += [f"{package} {version} {' '.join(words)}: {fault}" for fault in faults if fault]
        # What the table says is not there yet is not there.
        for option, since in options.items():
            known = package == "uvicorn" and option == "--limit-max-requests"
            if numbers(version) < since and not known:
                value = [VALUES[option]] if VALUES[option] else []
                tried += 1
                if serves(path, package, [option, *value], {}, scratch, None) is None:
                    wrong.append(f"{package} {version} starts with {option}: the table says it does not")
        print(f"{package} {version}: {' '.join(words) or 'the number of workers'}")
    for version, extra in MANAGED:
        path, why = environment(folder, "gunicorn", version, extra, "-with-uvicorn")
        if path is None:
            print(f"skipped gunicorn {version} with uvicorn: {why}")
            continue
        fault = serves(path, "gunicorn", MANAGED_WORDS, {"WEB_CONCURRENCY": "2"}, scratch, 2, "application:app")
        tried += 1
        wrong += [f"gunicorn {version} with uvicorn's worker: {fault}"] if fault else []
        print(f"gunicorn {version} with uvicorn's worker: {' '.join(MANAGED_WORDS)}")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{tried} starts")


if __name__ == "__main__":
    main()
