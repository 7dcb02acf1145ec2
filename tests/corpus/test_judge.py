"""The judge itself: every count can count, and stays at zero for an honest tool.

    python -m unittest discover -s tests/corpus        (needs PyPI's `dockerfile`)
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from compare import COUNTS  # noqa: E402

PLAIN = b"""# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
ENV A=1 B="two words"
LABEL version="1"
WORKDIR /srv
RUN echo start \\
# inner comment
    && echo done
RUN pip install flask
RUN <<EOF
# not a comment of the Dockerfile
echo heredoc
EOF
EXPOSE 80
"""
CASES = {"plain": PLAIN, "windows-ends": PLAIN.replace(b"\n", b"\r\n"), "nothing": b"FROM scratch\n# CRASH\n"}


def judge(mode, cases=CASES, options=()):
    """The JSON of one run of the judge over `cases`, with the stub in `mode` as the tool; and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        for name, text in cases.items():
            Path(corpus, name).mkdir(parents=True)
            Path(corpus, name, "Dockerfile").write_bytes(text)
        tool = Path(folder, "dockfit")
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "stub.py"}" "{mode}" "$@"\n')
        tool.chmod(0o755)
        out = Path(folder, "out.json")
        done = subprocess.run(
            [sys.executable, HERE / "judge.py", *options, "--json", out, tool, corpus, Path(folder, "scratch")], capture_output=True, text=True
        )
        if not out.exists():
            raise AssertionError(done.stderr)
        return json.loads(out.read_text()), done


class Counts(unittest.TestCase):
    """One sin at a time."""

    def counts(self, mode, label="package-caches", cases=CASES):
        result, done = judge(mode, cases)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return result["configurations"][label]["counts"]

    def test_an_honest_tool_has_only_zeros_and_its_coverage_is_told(self):
        result, done = judge("good")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for one in result["configurations"].values():
            self.assertEqual({kind: count for kind, count in one["counts"].items() if kind in COUNTS and count}, {})
            self.assertEqual(one["changed"], 2)
        self.assertEqual(set(result["configurations"]), {"package-caches", "default", "all"})
        covered = result["configurations"]["package-caches"]["coverage"]["package-caches"]
        self.assertEqual(covered["files"], {"applied": 2, "refused": 1})
        self.assertEqual(covered["reasons"][0]["code"], "no-pip")
        self.assertIn("| 1 | refused | package-caches/mount | no-pip | nothing/Dockerfile:1: no pip here |", done.stdout)

    def test_unparsable(self):
        self.assertEqual(self.counts("unparsable")["unparsable"], 2)

    def test_comment_lost(self):
        counts = self.counts("comment")
        self.assertEqual((counts["comments"], counts.get("comments_declared", 0)), (1, 0))

    def test_comment_inside_a_reported_deletion_is_told_apart(self):
        result, done = judge("declared comment", {"plain": PLAIN})
        self.assertEqual(done.returncode, 0, done.stdout)
        counts = result["configurations"]["all"]["counts"]
        self.assertEqual((counts.get("comments", 0), counts["comments_declared"]), (0, 1))

    def test_script_newly_invalid(self):
        self.assertEqual(self.counts("script")["scripts"], 2)

    def test_script_that_was_invalid_before_is_not_counted(self):
        result, done = judge("good", {"broken": PLAIN.replace(b"&& echo done", b"&& fi")})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(result["configurations"]["all"]["counts"].get("scripts", 0), 0)

    def test_value_changed_by_accident(self):
        self.assertEqual(self.counts("value")["values"], 2)

    def test_label_with_doubled_quotes(self):
        counts = self.counts("label", cases={"spaced": PLAIN.replace(b'"1"', b'"1 2"').replace(b'version="1 2"', b'version="1" other="1 2"')})
        # `""1""` is still the value 1: the quotes are doubled, the file says the same.
        self.assertEqual(counts.get("values", 0), 0)
        self.assertGreater(counts["outside"], 0)

    def test_value_changed_as_reported(self):
        result, done = judge("declared value", {"plain": PLAIN})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(result["configurations"]["all"]["counts"]["values_declared"], 1)
        self.assertIn("declared: ENV A ×1", done.stdout)

    def test_keyword_case_stage_name_and_lost_instruction(self):
        for mode in ("keyword", "stage", "eats"):
            with self.subTest(mode):
                self.assertGreaterEqual(self.counts(mode)["instructions"], 1)

    def test_line_changed_outside_the_edits(self):
        counts = self.counts("line")
        self.assertEqual((counts["outside"], counts["report"]), (2, 2))  # the lines, and the edits that do not give the file

    def test_line_ends(self):
        self.assertEqual(self.counts("line ends")["line_ends"], 1)

    def test_final_newline(self):
        self.assertEqual(self.counts("final newline")["line_ends"], 3)

    def test_second_run_changes_again(self):
        self.assertEqual(self.counts("second")["second"], 3)

    def test_a_pass_alone_and_then_all(self):
        self.assertEqual(self.counts("composed")["composed"], 3)

    def test_what_only_two_passes_together_break(self):
        result, done = judge("pair", options=["--pairs"])
        alone = {"package-caches", "other", "third", "default", "all"}
        pairs = set(result["configurations"]) - alone
        self.assertEqual(pairs, {"package-caches + other", "package-caches + third", "other + third"})
        # The three pairs make the same text here, which is read once.
        self.assertIn("| comment lines lost | 0 | 0 | 0 | 0 | 0 | 1 |", done.stdout)
        result, done = judge("good pair", options=["--pairs"])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_takeback(self):
        counts = self.counts("takeback")
        self.assertEqual(counts["takebacks"], 1)
        self.assertEqual(counts["failed"], 1)

    def test_crash_is_pinned_to_its_file_and_the_others_are_judged(self):
        for mode in ("crash", "panic"):
            with self.subTest(mode):
                result, _ = judge(mode)
                one = result["configurations"]["all"]
                self.assertEqual(one["counts"]["crashes"], 1)
                self.assertIn("crashes", [finding["kind"] for finding in one["findings"]["nothing/Dockerfile"]])
                self.assertEqual(one["changed"], 2)

    def test_a_panic_that_the_tool_caught_counts(self):
        counts = self.counts("caught panic")
        self.assertEqual((counts["crashes"], counts.get("failed", 0)), (1, 0))

    def test_exit_code_without_an_error(self):
        self.assertEqual(self.counts("exit")["failed"], 1)

    def test_no_report(self):
        self.assertEqual(self.counts("no report")["failed"], 3)

    def test_reports_that_do_not_tell_the_truth(self):
        for mode, count in (("hash", 2), ("new file", 3), ("diff", 2), ("unchanged", 2)):
            with self.subTest(mode):
                self.assertGreaterEqual(self.counts(mode)["report"], count)

    def test_a_file_that_the_engine_refuses_is_reported_and_the_others_go_on(self):
        result, done = judge("good", {**CASES, "bad": b"ENV lonely\nFROM a\n"})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(result["refused"]["files"], 1)
        self.assertEqual(result["refused"]["not reported"], [])
        self.assertTrue(result["refused"]["the others went on"])


if __name__ == "__main__":
    unittest.main()
