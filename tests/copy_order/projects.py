"""Small projects, each with a Dockerfile that copies all before it installs.

In texts and commands `{url}` stands for the registry of tests/managers, which holds what they depend on. The locks are
written by the tools themselves, in the image that the Dockerfile has made when it comes to its first COPY.
"""

import json
from dataclasses import dataclass, field

from compiled import MODULE, module
from registries import PACKAGES
from scripting import GEM, PACKAGE, gem, package

ONE, TWO = PACKAGES  # their names


@dataclass(frozen=True)
class Project:
    """One project."""

    name: str
    bases: list  # names of tests/lab/make-bases.sh
    files: dict  # {path: text}
    source: str  # the file of `files` that is source, and is compiled or packed into what a later stage copies
    lock: str = ""  # the command that writes the lock files
    served: dict = field(default_factory=dict)  # what the registry answers besides


def one_line(**members):
    return json.dumps({"name": "shop", "version": "1.0.0", "private": True} | members)


README = {"README.md": "# Shop\n", ".dockerignore": "**/node_modules\nvendor\n.venv\n__pypackages__\ntests\n", "tests/one.txt": "one\n"}
PIP = "ENV PIP_INDEX_URL={url}/simple/ PIP_TRUSTED_HOST=127.0.0.1\n"
NPMRC = {".npmrc": "registry={url}/\n"}
INDEX = f"require('{ONE}');\n"
PYPROJECT = f'[project]\nname = "shop"\nversion = "1.0.0"\nrequires-python = ">=3.13"\ndependencies = ["{ONE}", "{TWO}"]\n'

PROJECTS = [
    Project(
        name="pip",
        bases=["python"],
        source="app.py",
        files=README
        | {
            "Dockerfile": f"FROM python:3.13-slim\n{PIP}WORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
            'CMD ["python", "app.py"]\n',
            "requirements.txt": f"-r requirements/base.txt\n{TWO}==2.1.0\n",
            "requirements/base.txt": f"{ONE}==1.0.0\n",
            "requirements/dev.txt": "pytest\n",
            "app.py": "print('one')\n",
        },
    ),
    Project(
        name="pip-two-stages",
        bases=["python"],
        source="shop/app.py",
        files=README
        | {
            "Dockerfile": f"FROM python:3.13-slim AS builder\n{PIP}WORKDIR /build\nCOPY . .\n"
            "RUN pip install --prefix=/install -r requirements.txt\n\n"
            "FROM python:3.13-slim\nWORKDIR /app\nCOPY --from=builder /install /usr/local\nCOPY shop shop\n"
            'CMD ["python", "-m", "shop.app"]\n',
            "requirements.txt": f"{ONE}==1.0.0\n",
            "shop/app.py": "print('one')\n",
        },
    ),
    Project(
        name="uv",
        bases=["python"],
        source="shop/app.py",
        lock="uv lock",
        files=README
        | {
            "Dockerfile": "FROM python:3.13-slim\nRUN pip install uv\nENV UV_DEFAULT_INDEX={url}/simple/ UV_PYTHON_DOWNLOADS=never\n"
            'WORKDIR /app\nCOPY . .\nRUN uv sync --locked --no-dev\nCMD ["uv", "run", "shop/app.py"]\n',
            "pyproject.toml": PYPROJECT + "\n[tool.uv]\npackage = false\n",
            "shop/app.py": "print('one')\n",
        },
    ),
    Project(
        name="poetry",
        bases=["python"],
        source="shop/__init__.py",
        lock="poetry lock",
        files=README
        | {
            "Dockerfile": "FROM python:3.13-slim\nRUN pip install poetry\nWORKDIR /app\nCOPY . .\n"
            'RUN poetry install --only main\nCMD ["poetry", "run", "python", "-m", "shop"]\n',
            "pyproject.toml": PYPROJECT
            + '\n[[tool.poetry.source]]\nname = "here"\nurl = "{url}/simple/"\npriority = "primary"\n',
            "shop/__init__.py": "ONE = 'one'\n",
        },
    ),
    Project(
        name="pdm",
        bases=["python"],
        source="shop/app.py",
        lock="pdm lock && rm -rf .pdm-python .venv",
        files=README
        | {
            "Dockerfile": "FROM python:3.13-slim\nRUN pip install 'pdm[locked]'\nENV PDM_CHECK_UPDATE=0\nWORKDIR /app\nCOPY . .\n"
            'RUN pdm sync --prod\nCMD ["pdm", "run", "shop/app.py"]\n',
            "pyproject.toml": PYPROJECT
            + '\n[tool.pdm]\ndistribution = false\n\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{url}/simple/"\nverify_ssl = false\n',
            "shop/app.py": "print('one')\n",
        },
    ),
    Project(
        name="npm-and-build",
        bases=["node"],
        source="src/index.js",
        lock="npm install --package-lock-only",
        files=README
        | NPMRC
        | {
            "Dockerfile": "FROM node:20-slim AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n\n"
            'FROM node:20-slim\nWORKDIR /app\nCOPY --from=build /app/dist ./dist\nCMD ["node", "dist/index.js"]\n',
            "package.json": one_line(dependencies=PACKAGES, scripts={"build": "mkdir -p dist && cp src/index.js dist/"}),
            "src/index.js": INDEX,
        },
    ),
    Project(
        name="npm-workspaces",
        bases=["node"],
        source="packages/api/index.js",
        lock="npm install --package-lock-only",
        files=README
        | NPMRC
        | {
            "Dockerfile": 'FROM node:20-slim\nWORKDIR /app\nCOPY --chown=node:node . .\nRUN npm ci --omit=dev\nUSER node\nCMD ["node", "packages/web"]\n',
            "package.json": one_line(workspaces=["packages/*"]),
            "packages/api/package.json": json.dumps({"name": "api", "version": "1.0.0", "dependencies": {ONE: "1.0.0"}}),
            "packages/api/index.js": INDEX,
            "packages/web/package.json": json.dumps({"name": "web", "version": "1.0.0", "dependencies": {"api": "1.0.0"}}),
            "packages/web/index.js": "require('api');\n",
        },
    ),
    Project(
        name="pnpm-workspace",
        bases=["node"],
        source="apps/web/index.js",
        lock="pnpm install --lockfile-only",
        files=README
        | NPMRC
        | {
            "Dockerfile": 'FROM node:20-slim\nWORKDIR /app\nCOPY . .\nRUN pnpm install --frozen-lockfile\nCMD ["node", "apps/web"]\n',
            "package.json": one_line(),
            "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - libs/*\n",
            "apps/web/package.json": json.dumps({"name": "web", "version": "1.0.0", "dependencies": {"ui": "workspace:*", TWO: "2.1.0"}}),
            "apps/web/index.js": "require('ui');\n",
            "libs/ui/package.json": json.dumps({"name": "ui", "version": "1.0.0", "dependencies": {ONE: "1.0.0"}}),
            "libs/ui/index.js": INDEX,
        },
    ),
    Project(
        name="yarn",
        bases=["node"],
        source="index.js",
        lock="yarn install && rm -r node_modules",
        files=README
        | NPMRC
        | {
            "Dockerfile": 'FROM node:20-slim\nWORKDIR /app\nADD . /app/\nRUN yarn install --frozen-lockfile\nCMD ["node", "index.js"]\n',
            ".yarnrc": 'registry "{url}/"\n',
            "package.json": one_line(dependencies=PACKAGES),
            "index.js": INDEX,
        },
    ),
    Project(
        name="go",
        bases=["golang", "debian"],
        source="main.go",
        lock="go mod tidy",
        served=module(),
        files=README
        | {
            "Dockerfile": "FROM golang:1.24 AS build\nENV GOPROXY={url}/go GOSUMDB=off CGO_ENABLED=0\nWORKDIR /src\nCOPY . .\n"
            'RUN --mount=type=cache,target=/root/.cache/go-build go build -o /out/shop .\n\nFROM debian:trixie-slim\nCOPY --from=build /out/shop /usr/local/bin/shop\nENTRYPOINT ["shop"]\n',
            "go.mod": f"module shop\n\ngo 1.23\n\nrequire {MODULE} v1.0.0\n",
            "main.go": f'package main\n\nimport (\n\t"os"\n\n\tsample "{MODULE}"\n)\n\nfunc main() {{ os.Stdout.WriteString(sample.Word) }}\n',
        },
    ),
    Project(
        name="bundler",
        bases=["ruby"],
        source="app.rb",
        lock="bundle lock",
        served=gem(),
        files=README
        | {
            "Dockerfile": 'FROM ruby:3.3-slim\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD ["bundle", "exec", "ruby", "app.rb"]\n',
            "Gemfile": f'source "{{url}}"\ngem "{GEM}"\n',
            "app.rb": "require 'dockfit_sample'\n",
        },
    ),
    Project(
        name="composer",
        bases=["composer"],
        source="src/One.php",
        lock="composer update --no-install --no-interaction",
        served=package(),
        files=README
        | {
            "Dockerfile": 'FROM composer:2\nWORKDIR /app\nCOPY . .\nRUN composer install --no-dev --no-interaction --no-scripts --no-autoloader\nRUN composer dump-autoload --no-dev --optimize\nCMD ["php", "index.php"]\n',
            "composer.json": json.dumps(
                {
                    "name": "shop/shop",
                    "repositories": [{"type": "composer", "url": "{url}/composer"}, {"packagist.org": False}],
                    "require": {PACKAGE: "1.0.0"},
                    "autoload": {"psr-4": {"Shop\\": "src/"}},
                    "config": {"secure-http": False},
                }
            ),
            "src/One.php": "<?php\nnamespace Shop;\nclass One {}\n",
            "index.php": "<?php require 'vendor/autoload.php';\n",
        },
    ),
]
