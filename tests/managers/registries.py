"""A package index and an npm registry of our own, on a port of this machine, with packages made here.

So the check needs no network and downloads nothing, and taking the registry away is stopping it. The headers are those
that the public ones send: what is published does not change, what lists it may.
"""

import base64
import hashlib
import http.server
import io
import json
import tarfile
import threading
import zipfile
from pathlib import Path

PACKAGES = {"dockfit-sample-one": "1.0.0", "dockfit-sample-two": "2.1.0"}  # name: version


def wheel(name, version):
    """A wheel with one module."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: dockfit\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={checksum(text)},{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def checksum(text):
    """A checksum as RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def tarball(name, version):
    """An npm package with one module."""
    files = {
        "package/package.json": json.dumps({"name": name, "version": version, "main": "index.js"}),
        "package/index.js": f"module.exports = '{version}';\n",
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.mtime = len(text), 0o644, 1767225600
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


class Registry:
    """Both registries on one port: `/simple/` is the index, all else the npm registry."""

    def __init__(self, served=()):
        self.downloads = []  # paths of packages that were asked for
        self.files = {}
        for name, version in PACKAGES.items():
            self.files[f"/files/{name.replace('-', '_')}-{version}-py3-none-any.whl"] = wheel(name, version)
            self.files[f"/{name}/-/{name}-{version}.tgz"] = tarball(name, version)
        self.folders = []  # (begin of the path, folder)
        self.lists = {path for path, data in dict(served).items() if isinstance(data, str)}
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                registry.answer(self)

            def do_HEAD(self):
                registry.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        for path, data in dict(served).items():
            if isinstance(data, Path):
                self.folders.append((path, data))
            else:
                self.files[path] = data.replace("{url}", self.url).encode() if isinstance(data, str) else data
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        """One request."""
        path = request.path.split("?")[0]
        if path in self.files:
            if request.command == "GET" and "Range" not in request.headers and path not in self.lists:
                self.downloads.append(path)
            send(request, self.files[path], "application/octet-stream", "max-age=365000000, immutable, public")
            return
        for begin, folder in self.folders:
            if path.startswith(begin) and (folder / path.removeprefix(begin)).is_file():
                self.downloads.append(path)
                send(request, (folder / path.removeprefix(begin)).read_bytes(), "application/octet-stream", "public")
                return
        name = path.strip("/").removeprefix("simple/")
        if name not in PACKAGES:
            send(request, b"{}", "application/json", "no-store", status=404)
        elif path.startswith("/simple/"):
            send(request, self.simple(name), "text/html", "max-age=600, public")
        else:
            send(request, self.packument(name), "application/json", "public, max-age=300")

    def simple(self, name):
        """The page of a package in the index (PEP 503)."""
        links = [
            f'<a href="{self.url}{path}#sha256={hashlib.sha256(data).hexdigest()}">{path.rsplit("/", 1)[1]}</a>'
            for path, data in self.files.items()
            if path.startswith(f"/files/{name.replace('-', '_')}-")
        ]
        return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()

    def packument(self, name):
        """What an npm registry tells of a package."""
        version = PACKAGES[name]
        path = f"/{name}/-/{name}-{version}.tgz"
        data = self.files[path]
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
        dist = {"tarball": self.url + path, "integrity": integrity, "shasum": hashlib.sha1(data).hexdigest()}
        one = {"name": name, "version": version, "main": "index.js", "dist": dist}
        made = "2026-01-01T00:00:00.000Z"
        times = {"created": made, "modified": made, version: made}
        whole = {"name": name, "dist-tags": {"latest": version}, "versions": {version: one}, "modified": made, "time": times}
        return json.dumps(whole).encode()

    def close(self):
        """Nothing answers any more."""
        self.server.shutdown()
        self.server.server_close()


def send(request, data, kind, control, status=200):
    """An answer, or none where the client has what it is about."""
    # The index of gems is taken only where the tag is this checksum.
    tag = f'"{hashlib.md5(data).hexdigest()}"'
    known = status == 200 and request.headers.get("If-None-Match") == tag
    request.send_response(304 if known else status)
    for name, value in (("ETag", tag), ("Cache-Control", control), ("Content-Type", kind)):
        request.send_header(name, value)
    request.send_header("Content-Length", "0" if known else str(len(data)))
    request.end_headers()
    if not known and request.command == "GET":
        request.wfile.write(data)
