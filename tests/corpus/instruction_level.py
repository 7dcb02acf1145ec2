"""The engine's instruction level, as tally (PyPI `tally-cli`) embeds it: unknown instructions, flags, missing stages.

Only its parser is asked; all rules but a trivial one are off. A run stops at the first file that it cannot read, so a
batch that fails is halved until the file is found.
"""

import subprocess
from concurrent.futures import ThreadPoolExecutor

QUIET = ["lint", "--no-config", "--slow-checks", "off", "--fail-level", "none", "--format", "json"]
ONE_RULE = ["--ignore", "*", "--select", "tally/eol-last"]


class InstructionLevel:
    """Says of files whether the engine's instruction level accepts them; each content is asked about once."""

    def __init__(self, tally, jobs=2, batch=50):
        self.tally, self.jobs, self.batch = tally, jobs, batch
        self.known = {}  # sha256 -> "" or the words of the refusal

    def refusals(self, files):
        """{path: words} of those of `files` (path -> sha256) that are refused."""
        fresh = {digest: path for path, digest in files.items() if digest not in self.known}
        paths = [(path, digest) for digest, path in fresh.items()]
        chunks = [paths[at : at + self.batch] for at in range(0, len(paths), self.batch)]
        with ThreadPoolExecutor(self.jobs) as pool:
            for words in pool.map(self._ask, chunks):
                self.known |= words
        return {path: self.known[digest] for path, digest in files.items() if self.known[digest]}

    def _ask(self, some):
        paths = [str(path) for path, _ in some]
        done = subprocess.run([self.tally, *QUIET, *ONE_RULE, *paths], capture_output=True)
        if done.returncode == 0:
            return {digest: "" for _, digest in some}
        if len(some) == 1:
            words = done.stderr.decode(errors="replace").strip().removeprefix("Error: ")
            return {some[0][1]: words.removeprefix(f"failed to lint {paths[0]}: ") or "refused"}
        half = len(some) // 2
        return self._ask(some[:half]) | self._ask(some[half:])
