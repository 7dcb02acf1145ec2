"""Package managers of Python."""

from manager import Manager
from registries import PACKAGES

MODULES = ", ".join(name.replace("-", "_") for name in PACKAGES)
WORKS = [".venv/bin/python", "-c", f"import {MODULES}"]
REQUIREMENTS = "".join(f"{name}=={version}\n" for name, version in PACKAGES.items())
PROJECT = (
    '[project]\nname = "sample"\nversion = "1.0.0"\nrequires-python = ">=3.9"\ndependencies = ['
    + ", ".join(f'"{name}=={version}"' for name, version in PACKAGES.items())
    + "]\n"
)

MANAGERS = [
    Manager(
        name="pip",
        versions=["pip", "--version"],
        files={"requirements.txt": REQUIREMENTS},
        before=[["python3", "-m", "venv", ".venv"]],
        program=("pip", ".venv/bin/pip"),
        install="pip install -r requirements.txt",
        works=WORKS,
        variables={"PIP_INDEX_URL": "{url}/simple/", "PIP_TRUSTED_HOST": "127.0.0.1"},
        base="python:3.13-slim",
        lists_again=True,
    ),
    Manager(
        name="uv",
        versions=["uv", "--version"],
        files={"pyproject.toml": PROJECT + '[tool.uv]\npackage = false\n'},
        locks=[["uv", "lock"]],
        install="uv sync --locked",
        works=WORKS,
        variables={"UV_DEFAULT_INDEX": "{url}/simple/", "UV_LINK_MODE": "copy", "UV_PYTHON_DOWNLOADS": "never"},
        base="python:3.13-slim",
    ),
    Manager(
        name="poetry",
        versions=["poetry", "--version"],
        files={
            "pyproject.toml": PROJECT
            + "[tool.poetry]\npackage-mode = false\n"
            + '[[tool.poetry.source]]\nname = "here"\nurl = "{url}/simple/"\npriority = "primary"\n'
        },
        locks=[["poetry", "lock"]],
        install="poetry install --no-root",
        works=WORKS,
        variables={"POETRY_VIRTUALENVS_IN_PROJECT": "true", "POETRY_REQUESTS_MAX_RETRIES": "0"},
        base="python:3.13-slim",
    ),
    Manager(
        name="pdm",
        versions=["pdm", "--version"],
        files={"pyproject.toml": PROJECT + "[tool.pdm]\ndistribution = false\n"
               + '[[tool.pdm.source]]\nname = "pypi"\nurl = "{url}/simple/"\nverify_ssl = false\n'},
        locks=[["pdm", "lock"]],
        install="pdm sync",
        works=WORKS,
        variables={"PDM_CHECK_UPDATE": "0"},
        base="python:3.13-slim",
    ),
    Manager(
        name="pipenv",
        versions=["pipenv", "--version"],
        files={
            "Pipfile": '[[source]]\nname = "here"\nurl = "{url}/simple/"\nverify_ssl = false\n\n[packages]\n'
            + "".join(f'{name} = "=={version}"\n' for name, version in PACKAGES.items())
        },
        locks=[["pipenv", "lock"]],
        install="pipenv sync",
        works=WORKS,
        variables={"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_NOSPIN": "1", "CI": "1"},
        base="python:3.13-slim",
        lists_again=True,
    ),
]
