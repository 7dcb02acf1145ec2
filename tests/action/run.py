#!/usr/bin/env python3
"""The scripts of the GitHub Action, run as a runner runs them: `action.yml` says with which environment, a bare repository is
the server, and a stand-in for `gh` answers from that repository and keeps comments and pull requests in a file.

    tests/action/run.py BINARY
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOT = "41898282+github-actions[bot]@users.noreply.github.com"
DOCKERFILE = "FROM alpine:3.22\nRUN apk add --no-cache curl\n"

# Knows the few calls that the scripts make; anything else is an error, as a misspelt call would be.
GH = r'''#!/usr/bin/env python3
import json, os, re, subprocess, sys
place = os.environ["FAKE_GH"]
state = json.load(open(place))
arguments = sys.argv[1:]
state["calls"].append(" ".join(arguments)[:80])
def git(*words):
    return subprocess.run(["git", "-C", state["repository"], *words], check=True, capture_output=True, text=True).stdout.strip()
def option(name):
    return arguments[arguments.index(name) + 1] if name in arguments else None
def body(text):
    return open(text.split("=@")[1] if "=@" in text else text).read()
def answer(document):
    """What gh prints of a server's answer: it has jq's language built in."""
    done = subprocess.run(["jq", "-r", option("--jq")], input=json.dumps(document), check=True, capture_output=True, text=True)
    print(done.stdout, end="")
assert os.environ["GH_TOKEN"] == "secret-token"
line = " ".join(arguments[:2])
if line == "pr list":
    answer([
        {"number": p["number"], "isCrossRepository": bool(p.get("fork"))}
        for p in state["pulls"]
        if (p["head"], p["base"]) == (option("--head"), option("--base"))
    ])
elif line == "pr create":
    number = len(state["pulls"]) + 7
    state["pulls"].append({"number": number, "head": option("--head"), "base": option("--base"), "title": option("--title"), "body": body(option("--body-file"))})
    print(f"https://server.example/o/r/pull/{number}")
elif arguments[0] == "api":
    path = next(word for word in arguments[1:] if word.startswith("repos/"))
    method = option("--method") or "GET"
    if compared := re.fullmatch(r"repos/o/r/compare/(\w+)\.\.\.(\w+)", path):
        start, theirs = compared.groups()
        lines = git("log", "--format=%ae %ce", f"{start}..{theirs}").splitlines()
        commits = [{"commit": {"author": {"email": a}, "committer": {"email": c}}} for a, c in map(str.split, lines)]
        answer({"behind_by": int(git("rev-list", "--count", f"{theirs}..{start}")), "commits": commits})
    elif commit := re.fullmatch(r"repos/o/r/git/commits/(\w+)", path):
        answer({"tree": {"sha": git("rev-parse", commit[1] + "^{tree}")}})
    elif (pull := re.fullmatch(r"repos/o/r/pulls/(\d+)", path)) and method == "PATCH":
        next(p for p in state["pulls"] if p["number"] == int(pull[1]))["body"] = body(option("--field"))
    elif path == "repos/o/r/issues/5/comments" and method == "GET":
        kinds = {True: "Bot", False: "User"}
        answer([{"id": c["id"], "body": c["body"], "user": {"type": kinds[c["bot"]]}} for c in state["comments"]])
    elif path == "repos/o/r/issues/5/comments" and method == "POST":
        state["comments"].append({"id": 100 + len(state["comments"]), "bot": True, "body": body(option("--field"))})
    elif (one := re.fullmatch(r"repos/o/r/issues/comments/(\d+)", path)) and method == "PATCH":
        next(c for c in state["comments"] if c["id"] == int(one[1]))["body"] = body(option("--field"))
    else:
        sys.exit(f"gh: unknown call {arguments}")
else:
    sys.exit(f"gh: unknown call {arguments}")
json.dump(state, open(place, "w"))
'''


def action_steps():
    """The environment of each step of `action.yml`: name -> expression. Read line by line: there is no YAML in Python's library."""
    steps, environment = [], None
    for line in (ROOT / "action.yml").read_text().splitlines():
        if re.match(r"    - name: ", line):
            steps.append({})
            environment = None
        elif line == "      env:":
            environment = steps[-1]
        elif environment is not None and (found := re.match(r"        (\w+): (.+)", line)):
            environment[found[1]] = found[2]
    return steps


@unittest.skipUnless(shutil.which("jq"), "there is no jq, which the stand-in for gh needs")
class Action(unittest.TestCase):
    binary = ""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        bin = self.scratch / "bin"
        bin.mkdir()
        (bin / "gh").write_text(GH)
        (bin / "gh").chmod(0o755)
        self.environment = {
            "PATH": f"{bin}:{os.environ['PATH']}",
            "HOME": str(self.scratch),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
        }
        self.server = self.scratch / "server/o/r.git"
        self.server.mkdir(parents=True)
        self.git(self.server, "init", "--quiet", "--bare", "--initial-branch=main")
        self.state = self.scratch / "gh.json"
        self.state.write_text(json.dumps({"repository": str(self.server), "calls": [], "comments": [], "pulls": []}))
        self.commit({"Dockerfile": DOCKERFILE, "notes.txt": "notes\n"})

    def git(self, folder, *words):
        done = subprocess.run(["git", *words], cwd=folder, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def commit(self, files, branch="main", author="someone@example.invalid"):
        """A commit by a person on the server."""
        clone = self.scratch / "person"
        if not clone.exists():
            self.git(self.scratch, "clone", "--quiet", f"file://{self.server}", str(clone))
        self.git(clone, "fetch", "--quiet", "origin")
        known = self.git(clone, "branch", "--remotes", "--list", f"origin/{branch}")
        self.git(clone, "checkout", "--quiet", "-B", branch, *([f"origin/{branch}"] if known else []))
        for name, text in files.items():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_text(text)
        self.git(clone, "add", ".")
        identity = ["-c", "user.name=Someone", "-c", f"user.email={author}"]
        self.git(clone, *identity, "commit", "--quiet", "--message", "Work")
        self.git(clone, "push", "--quiet", "origin", branch)

    def run_action(self, mode, code=0, **values):
        """Checks out main, shallow, and runs the action's second step there. Answers with what it printed and its outputs."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        self.git(folder, "clone", "--quiet", "--depth=1", f"file://{self.server}", "work")
        output, summary = folder / "output", folder / "summary"
        output.touch()
        inputs = {"PATHS": ".", "OPTIONS": "", "BRANCH": "dockfit/changes", "BASE": "", "TITLE": "Apply dockfit"}
        inputs |= {"GH_TOKEN": "secret-token", "NUMBER": "", "HEAD_REPOSITORY": ""} | values
        inputs |= {"MODE": mode, "DOCKFIT": self.binary}
        self.assertEqual(set(inputs), set(action_steps()[1]), "action.yml gives other variables")
        environment = self.environment | inputs | {
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_SERVER_URL": f"file://{self.scratch}/server",
            "FAKE_GH": str(self.state),
        }
        done = subprocess.run(
            [ROOT / "action/run"], cwd=folder / "work", env=environment, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        self.assertNotIn("secret-token", said)
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return said, outputs, summary.read_text() if summary.exists() else ""

    def gh(self):
        return json.loads(self.state.read_text())

    def subjects(self):
        return self.git(self.server, "log", "--format=%ae %s", "main..dockfit/changes").splitlines()

    # check

    def test_check_fails_with_annotations_and_a_summary(self):
        said, outputs, summary = self.run_action("check", code=1)
        self.assertIn("::warning file=Dockerfile,line=2", said)
        self.assertEqual(outputs, {"changes": "true"})
        self.assertIn("### `package-caches`", summary)

    def test_check_passes_where_there_is_nothing_to_change(self):
        said, outputs, _ = self.run_action("check", OPTIONS="--only healthcheck")
        self.assertEqual((said, outputs), ("", {"changes": "false"}))

    def test_paths_are_lines_and_options_words_and_neither_is_run(self):
        self.commit({"a b/Dockerfile": "FROM scratch\n", "$(touch ran)/Dockerfile": "FROM scratch\n"})
        said, _, _ = self.run_action("check", PATHS="a b\n$(touch ran)\n", OPTIONS="--skip  healthcheck\n --skip bytecode")
        self.assertEqual(said, "")
        said, _, _ = self.run_action("check", code=2, OPTIONS="--only $(echo healthcheck)")
        self.assertIn("$(echo", said)
        said, _, _ = self.run_action("check", code=2, PATHS="--help")
        self.assertIn("--help", said)

    def test_an_error_ends_every_mode(self):
        for mode in ["check", "comment", "pull-request"]:
            said, outputs, _ = self.run_action(mode, code=2, PATHS="nowhere")
            self.assertIn("nowhere", said)
            self.assertEqual(outputs, {})
        self.assertEqual(self.gh()["calls"], [])

    def test_a_misspelt_mode_is_an_error(self):
        self.assertIn("no mode `pr`", self.run_action("pr", code=2)[0])

    # comment

    def test_a_comment_is_made_once_and_then_renewed(self):
        ours = {"NUMBER": "5", "HEAD_REPOSITORY": "o/r"}
        self.run_action("comment", **ours)
        first = self.gh()["comments"]
        self.assertEqual(len(first), 1)
        self.assertIn("+RUN --mount=type=cache", first[0]["body"])
        self.commit({"Dockerfile": "FROM alpine:3.22\n"})
        self.run_action("comment", **ours)
        second = self.gh()["comments"]
        self.assertEqual(len(second), 1)
        self.assertIn("nothing to change", second[0]["body"])

    def test_a_comment_of_a_person_with_the_same_marker_stays(self):
        state = self.gh()
        state["comments"].append({"id": 1, "bot": False, "body": "<!-- dockfit: report --> quoted"})
        self.state.write_text(json.dumps(state))
        self.run_action("comment", NUMBER="5", HEAD_REPOSITORY="o/r")
        self.assertEqual(self.gh()["comments"][0]["body"], "<!-- dockfit: report --> quoted")
        self.assertEqual(len(self.gh()["comments"]), 2)

    def test_nothing_to_change_makes_no_comment(self):
        self.run_action("comment", NUMBER="5", HEAD_REPOSITORY="o/r", OPTIONS="--only healthcheck")
        self.assertEqual(self.gh()["comments"], [])

    def test_a_fork_and_no_pull_request_get_the_summary(self):
        for values in [{"NUMBER": "5", "HEAD_REPOSITORY": "fork/r"}, {}]:
            said, _, summary = self.run_action("comment", **values)
            self.assertIn("::notice", said)
            self.assertIn("### `package-caches`", summary)
        self.assertEqual(self.gh()["calls"], [])

    # pull-request

    def test_a_pull_request_has_one_commit_per_pass(self):
        _, outputs, _ = self.run_action("pull-request")
        self.assertEqual(outputs, {"changes": "true", "pull-request": "7"})
        self.assertEqual(
            self.subjects(), [f"{BOT} Apply syntax-line (proposal 2.2)", f"{BOT} Apply package-caches (proposal 1.2)"]
        )
        pull = self.gh()["pulls"][0]
        self.assertEqual((pull["head"], pull["base"], pull["title"]), ("dockfit/changes", "main", "Apply dockfit"))
        self.assertIn("+RUN --mount=type=cache", pull["body"])

    def test_the_same_again_pushes_nothing(self):
        self.run_action("pull-request")
        before = self.git(self.server, "rev-parse", "dockfit/changes")
        said, outputs, _ = self.run_action("pull-request")
        self.assertIn("is as it should be", said)
        self.assertEqual(outputs["pull-request"], "7")
        self.assertEqual(self.git(self.server, "rev-parse", "dockfit/changes"), before)

    def test_the_branch_follows_its_base(self):
        self.run_action("pull-request")
        self.commit({"notes.txt": "more notes\n", "Dockerfile": DOCKERFILE + "RUN apk add --no-cache jq\n"})
        self.run_action("pull-request")
        self.assertEqual(len(self.subjects()), 2)
        self.assertEqual(self.git(self.server, "show", "dockfit/changes:Dockerfile").count("--mount="), 2)
        self.assertEqual(len(self.gh()["pulls"]), 1)
        self.assertIn("jq", self.gh()["pulls"][0]["body"])

    def test_commits_of_others_stay(self):
        self.run_action("pull-request")
        self.commit({"Dockerfile": "FROM alpine:3.21\n"}, branch="dockfit/changes")
        before = self.git(self.server, "rev-parse", "dockfit/changes")
        said, _, _ = self.run_action("pull-request", code=2)
        self.assertIn("has commits of others", said)
        self.assertEqual(self.git(self.server, "rev-parse", "dockfit/changes"), before)

    def test_a_commit_that_somebody_amended_stays(self):
        self.run_action("pull-request")
        clone = self.scratch / "person"
        self.git(clone, "fetch", "--quiet", "origin")
        self.git(clone, "checkout", "--quiet", "-B", "dockfit/changes", "origin/dockfit/changes")
        identity = ["-c", "user.name=Someone", "-c", "user.email=someone@example.invalid"]
        self.git(clone, *identity, "commit", "--quiet", "--amend", "--message", "Their words")
        self.git(clone, "push", "--quiet", "--force", "origin", "dockfit/changes")
        before = self.git(self.server, "rev-parse", "dockfit/changes")
        said, _, _ = self.run_action("pull-request", code=2)
        self.assertIn("has commits of others", said)
        self.assertEqual(self.git(self.server, "rev-parse", "dockfit/changes"), before)

    def test_a_pull_request_of_a_fork_with_the_same_branch_is_not_ours(self):
        state = self.gh()
        state["pulls"].append({"number": 6, "head": "dockfit/changes", "base": "main", "title": "Theirs", "body": "theirs", "fork": True})
        self.state.write_text(json.dumps(state))
        self.run_action("pull-request")
        self.assertEqual(self.gh()["pulls"][0]["body"], "theirs")
        self.assertEqual(len(self.gh()["pulls"]), 2)

    def test_a_long_report_fits_into_a_comment(self):
        step = "RUN apk add --no-cache curl && echo " + "x" * 200 + "\n"
        for number in range(4):
            self.commit({f"{number}/Dockerfile": "FROM alpine:3.22\n" + "".join(step.replace("curl", f"curl{at}") for at in range(100))})
        self.run_action("comment", NUMBER="5", HEAD_REPOSITORY="o/r")
        body = self.gh()["comments"][0]["body"]
        self.assertLess(len(body), 65536)
        self.assertIn("too long for a comment", body)
        self.assertEqual(body.count("<details>"), body.count("</details>"))

    def test_install_runs_nothing_of_the_repository(self):
        clone, output = self.scratch / "clone", self.scratch / "output"
        clone.mkdir()
        for name in ("pip", "venv", "shutil"):
            (clone / f"{name}.py").write_text("open('ran', 'w')\n")
        environment = self.environment | {"GITHUB_OUTPUT": str(output), "DOCKFIT_VERSION": "0", "RUNNER_TEMP": str(self.scratch)}
        environment |= {"PIP_NO_INDEX": "1"}
        subprocess.run([ROOT / "action/install"], cwd=clone, env=environment, capture_output=True, check=False)
        self.assertFalse((clone / "ran").exists())

    def test_nothing_to_change_opens_nothing(self):
        said, outputs, _ = self.run_action("pull-request", OPTIONS="--only healthcheck")
        self.assertIn("nothing to change", said)
        self.assertEqual(outputs, {"changes": "false", "pull-request": ""})
        self.assertEqual(self.git(self.server, "branch", "--list", "dockfit/changes"), "")

    def test_names_of_branches_are_checked(self):
        for values in [{"BRANCH": "main"}, {"BRANCH": "a..b"}, {"BRANCH": "--force"}]:
            self.run_action("pull-request", code=2, **values)
        self.assertEqual(self.gh()["pulls"], [])

    # install

    def test_install_takes_a_binary_that_is_there(self):
        output = self.scratch / "output"
        environment = self.environment | {"GITHUB_OUTPUT": str(output), "DOCKFIT_VERSION": "0.1.0", "DOCKFIT_BINARY": self.binary}
        self.assertEqual(set(action_steps()[0]), {"DOCKFIT_VERSION", "DOCKFIT_BINARY"})
        subprocess.run([ROOT / "action/install"], env=environment, check=True, capture_output=True)
        self.assertEqual(output.read_text(), f"binary={self.binary}\n")

    def test_install_takes_only_a_number_as_version(self):
        environment = self.environment | {"GITHUB_OUTPUT": "/dev/null", "DOCKFIT_VERSION": "--index-url=x", "RUNNER_TEMP": str(self.scratch)}
        done = subprocess.run([ROOT / "action/install"], env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)

    def test_versions_agree(self):
        version = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M)[1]
        self.assertIn(f"    default: {version}\n", (ROOT / "action.yml").read_text())


if __name__ == "__main__":
    Action.binary = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
