"""Package managers of JavaScript."""

import json

from manager import Manager
from registries import PACKAGES

PROJECT = {"package.json": json.dumps({"name": "sample", "version": "1.0.0", "private": True, "dependencies": PACKAGES})}
WORKS = ["node", "-e", "for (const name of %s) require(name)" % json.dumps(list(PACKAGES))]
REGISTRY = {"npm_config_registry": "{url}", "npm_config_fetch_retries": "0"}

MANAGERS = [
    Manager(
        name="npm",
        versions=["npm", "--version"],
        files=PROJECT,
        locks=[["npm", "install", "--package-lock-only"]],
        install="npm ci",
        works=WORKS,
        variables=REGISTRY,
    ),
    Manager(
        name="yarn",
        versions=["yarn", "--version"],
        only="1.",
        files=PROJECT,
        locks=[["yarn", "install", "--registry", "{url}"]],
        install="yarn install --frozen-lockfile",
        works=WORKS,
        variables={"YARN_REGISTRY": "{url}"},
    ),
    Manager(
        name="yarn-berry",
        versions=["yarn-berry", "--version"],
        files=PROJECT | {"yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\n"},
        program=("yarn", "yarn-berry"),
        locks=[["yarn-berry", "install", "--mode=update-lockfile"]],
        install="yarn install --immutable",
        works=WORKS,
        variables={
            "YARN_NPM_REGISTRY_SERVER": "{url}",
            "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
            "YARN_ENABLE_TELEMETRY": "0",
            "YARN_HTTP_RETRY": "0",
        },
    ),
    Manager(
        name="pnpm",
        versions=["pnpm", "--version"],
        files=PROJECT,
        locks=[["pnpm", "install", "--lockfile-only"]],
        install="pnpm install --frozen-lockfile",
        works=WORKS,
        variables=REGISTRY | {"pnpm_config_registry": "{url}", "pnpm_config_fetch_retries": "0"},
        # pnpm 12 asks for the metadata of what the lock names, whatever it has of them.
        lists_again=True,
    ),
    Manager(
        name="bun",
        versions=["bun", "--version"],
        files=PROJECT,
        locks=[["bun", "install", "--lockfile-only"]],
        install="bun install --frozen-lockfile",
        works=WORKS,
        variables=REGISTRY,
        base="oven/bun:1",
    ),
]
