#!/usr/bin/env python3
"""A package index on loopback that keeps what it was asked for: repeated builds meet the same network.

    index.py FOLDER PORT [--mbit N]     serve; files are kept in FOLDER; at most N megabits a second

It sends the Cache-Control headers that the public index sends. pip keeps nothing of an index that sends none, so that a
cache mount would stay empty. Upstream is the index that this machine's pip uses; no index is named here.
"""

import argparse
import base64
import hashlib
import html
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = "max-age=600, public"
FILE = "max-age=365000000, immutable, public"


def upstream() -> str:
    """The index of this machine's pip."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    configured = os.environ.get("PIP_INDEX_URL") or subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    if not configured:
        from pip._internal.models.index import PyPI

        configured = PyPI.simple_url
    return configured.rstrip("/") + "/"


class Store:
    """What was fetched, by name; each thing is fetched once."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.guard = threading.Lock()
        self.locks: dict[str, threading.Lock] = {}

    def get(self, url: str, name: str) -> bytes:
        with self.guard:
            lock = self.locks.setdefault(name, threading.Lock())
        with lock:
            path = self.folder / name
            if not path.exists():
                request = urllib.request.Request(url, headers={"Accept": "text/html", "Accept-Encoding": "identity"})
                with urllib.request.urlopen(request, timeout=180) as answer:
                    data = answer.read()
                part = path.with_suffix(path.suffix + ".part")
                part.write_bytes(data)
                part.rename(path)
            return path.read_bytes()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store
    above: str
    bytes_a_second: float | None
    link = threading.Lock()

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        try:
            body, kind, keeps = self.found(urllib.parse.urlsplit(self.path).path)
        except Exception as error:  # whatever it was, the client is told that there is no such thing
            self.log_error("%s", error)
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.send_header("Cache-Control", keeps)
            self.end_headers()
            return
        first, last = self.wanted(len(body))
        part = body[first : last + 1]
        self.send_response(200 if len(part) == len(body) else 206)
        for name, value in [
            ("Content-Type", kind),
            ("Cache-Control", keeps),
            ("ETag", tag),
            ("Accept-Ranges", "bytes"),
            ("Content-Length", str(len(part))),
        ]:
            self.send_header(name, value)
        if len(part) != len(body):
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
        self.end_headers()
        if self.command == "GET":
            self.send(part)

    def found(self, path: str) -> tuple[bytes, str, str]:
        """The body, its type and how long it may be kept."""
        if path.startswith("/simple/"):
            name = re.sub(r"[-_.]+", "-", path.split("/")[2]).lower()
            url = f"{self.above}{name}/"
            text = self.store.get(url, f"page-{name}.html").decode()

            def here(match: re.Match[str]) -> str:
                whole = urllib.parse.urljoin(url, html.unescape(match.group(1)))
                file, _, digest = whole.partition("#")
                key = base64.urlsafe_b64encode(file.encode()).decode().rstrip("=")
                return f'href="/files/{key}/{file.rsplit("/", 1)[1]}' + (f"#{digest}" if digest else "") + '"'

            return re.sub(r'href="([^"]+)"', here, text).encode(), "text/html; charset=utf-8", PAGE
        _, folder, key, name = path.split("/", 3)
        if folder != "files":
            raise FileNotFoundError(path)
        url = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()
        if name.endswith(".metadata"):
            url += ".metadata"
        digest = hashlib.sha256(url.encode()).hexdigest()[:24]
        return self.store.get(url, f"file-{digest}"), "application/octet-stream", FILE

    def wanted(self, length: int) -> tuple[int, int]:
        """The first and the last byte that are asked for."""
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if not match or not any(match.groups()):
            return 0, length - 1
        if not match[1]:
            return max(0, length - int(match[2])), length - 1
        return int(match[1]), min(int(match[2] or length), length - 1)

    def send(self, part: bytes) -> None:
        for start in range(0, len(part), 1 << 16):
            piece = part[start : start + (1 << 16)]
            if self.bytes_a_second:
                with self.link:  # all connections share the link
                    time.sleep(len(piece) / self.bytes_a_second)
            self.wfile.write(piece)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--mbit", type=float)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    Handler.store = Store(arguments.folder)
    Handler.above = upstream()
    Handler.bytes_a_second = arguments.mbit * 125_000 if arguments.mbit else None
    Server(("127.0.0.1", arguments.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
