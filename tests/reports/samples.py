"""Inputs for the pages that are looked at: a bench, an audit report, a large repository, hostile files."""

import json
import os


def bench(dockerfile):
    """What `dockfit bench --format json` could have printed (docs/bench.schema.json); the figures are made up."""

    def figures(*runs):
        return {"median": sorted(runs)[len(runs) // 2], "runs": list(runs)}

    def build(*runs, cached=0, pulled=None):
        last = [{"name": "[runtime 2/7] RUN pip install .", "cached": False, "seconds": runs[0]}]
        return {
            "seconds": figures(*runs), "steps_cached": cached, "steps": 12, "pulled_bytes": pulled, "last": last,
            "critical_path": [last[0]["name"]],
        }

    def image(size, ready, memory, layers):
        layers = [
            {"made_by": made, "diff_id": f"sha256:{number:064x}", "bytes": size, "compressed_bytes": size // 3}
            for number, (made, size) in enumerate(layers)
        ]
        return {
            "bytes": size, "compressed_bytes": size // 3, "layers": layers, "ready_seconds": figures(*ready),
            "memory_bytes": figures(*memory), "processes": 5, "one_worker": None, "load": None,
            "phases": {
                "interpreter_seconds": figures(0.1), "standard_library_seconds": figures(0.4), "packages_seconds": figures(ready[0] - 1.5),
                "packages": [{"name": "litellm", "seconds": figures(ready[0] - 3)}], "application_seconds": figures(0.3),
                "rest_seconds": figures(0.7), "more_workers_seconds": None,
            }, "not_ready": None,
        }

    before = image(785_000_000, (6.1, 6.3, 6.0), (912e6, 915e6, 911e6), [
        ("debian.sh", 118_000_000), ("RUN apt-get install", 61_000_000), ("COPY --from=builder", 596_000_000),
        ("COPY src", 210_000),
    ])
    after = image(470_000_000, (4.4, 4.5, 4.4), (905e6, 899e6, 907e6), [
        ("distroless", 58_000_000), ("COPY requirements-core", 92_000_000), ("COPY requirements-ai", 300_000_000),
        ("COPY requirements-app", 18_000_000), ("COPY src", 410_000),
    ])
    return json.dumps({
        "schema": 1,
        "engine": {"kind": "docker-buildx", "version": "0", "daemon": None, "store": None},
        "dockerfiles": [{
            "path": dockerfile,
            "passes": ["split-dependencies", "package-caches"],
            "runs": 3,
            "builds": {
                "cold": {"before": build(131.2, 128.9, 133.0), "after": build(118.4, 117.0, 119.9)},
                "caches-only": {"before": build(127.0, 128.0, 126.1), "after": build(31.5, 30.9, 32.0)},
                "source": {
                    "before": build(9.1, 9.4, 9.0, cached=9, pulled=4_100_000),
                    "after": build(2.2, 2.1, 2.3, cached=17, pulled=130_000),
                },
            },
            "images": {"before": before, "after": after},
            "alone": [],
            "targets": [{
                "key": "image", "wanted": "500 MB", "bound": 500e6, "before": 785e6, "after": 470e6, "met": True,
            }],
        }],
        "failed": [],
        "errors": [],
    })


REPORT = """# Audit

## Phase 1

### 1.1 Split the dependencies (P0)

One step installs everything. Expected: 131 s → 31 s.

```dockerfile
RUN pip install -r requirements-core.txt
RUN pip install -r requirements-ai.txt
```

### 1.2 Keep pip's cache (P1)

```dockerfile
RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir .
```

## Phase 2

### 2.1 Use Alpine (P2)

`FROM python:3.13-alpine` is smaller.

### 2.2 <script>alert(1)</script> talk to the vendor

Ask for a discount.
"""


def monorepo(folder, count=200):
    """A repository with so many services, each with a Dockerfile of its own that several passes change."""
    for number in range(count):
        service = os.path.join(folder, f"services/team-{number % 14}/service-{number:03}")
        os.makedirs(os.path.join(service, "app"))
        with open(os.path.join(service, "Dockerfile"), "w") as file:
            file.write(
                f"FROM python:3.13-slim AS builder\nWORKDIR /build\n"
                f"# service {number}\nENV PIP_NO_CACHE_DIR=1\n"
                "RUN apt-get update && apt-get install -y --no-install-recommends gcc curl && rm -rf /var/lib/apt/lists/*\n"
                "COPY requirements.txt ./\nRUN pip install --no-cache-dir --prefix=/install -r requirements.txt\n\n"
                "FROM python:3.13-slim\nWORKDIR /app\n"
                + "".join(f"ENV SETTING_{line}=value-{line}-of-{number}\n" for line in range(number % 20))
                + "COPY --from=builder /install /usr/local\nCOPY . .\nEXPOSE 8000\n"
                "HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1\n"
                'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--workers", "4"]\n'
            )
        with open(os.path.join(service, "requirements.txt"), "w") as file:
            file.write("fastapi==0.116.1\nuvicorn[standard]==0.35.0\n")
        with open(os.path.join(service, "app/main.py"), "w") as file:
            file.write("from fastapi import FastAPI\n\napp = FastAPI()\n")


# Each would do something if it reached a page, a comment or a terminal as it is.
HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "\"><img src=x onerror=document.title='owned'>",
    "</style><style>body{display:none}",
    "]]>--><svg onload=document.title='owned'>",
    "\u202eright to left\u2066 and \u061c",
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "```\n@everyone [link](javascript:alert(1)) <!-- -->",
    "&lt;b&gt; &#60;i&#62;",
]


def hostile(folder):
    """Files whose names, text and stages hold all of `HOSTILE`, and passes find work in."""
    for number, words in enumerate(HOSTILE):
        name = "".join(char for char in words if char not in "/\0\n")[:60]
        service = os.path.join(folder, f"{number} {name}")
        os.makedirs(service)
        line = words.replace("\n", " ")
        with open(os.path.join(service, "Dockerfile"), "w", newline="") as file:
            file.write(
                f"# {line}\nFROM python:3.13-slim AS base\nENV PIP_NO_CACHE_DIR=1\nLABEL words='{line.replace(chr(39), '')}'\n"
                f"COPY requirements.txt ./\nRUN pip install -r requirements.txt # {line}\n"
                f"RUN echo '{line.replace(chr(39), '')}' && apt-get update && apt-get install -y curl\nCMD [\"python\", \"-m\", \"app\"]\n"
            )
        with open(os.path.join(service, "requirements.txt"), "w") as file:
            file.write("flask==3.0.0\n")
