"""`bash -n` over many scripts: each distinct script is asked once, many files to one bash process."""

import hashlib
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LOOP = 'for f; do bash -n "$f" 2>/dev/null || printf "%s\\n" "${f##*/}"; done'
CHUNK = 400


class BashSyntax:
    """Says of scripts whether bash can read them. Nothing is executed."""

    def __init__(self, jobs=2):
        self.jobs = jobs
        self.known = {}

    def learn(self, scripts):
        """Asks about every script not asked about before."""
        fresh = {digest(script): script for script in scripts}
        fresh = {key: script for key, script in fresh.items() if key not in self.known}
        if not fresh:
            return
        with tempfile.TemporaryDirectory() as folder:
            for key, script in fresh.items():
                Path(folder, key).write_text(script + "\n", errors="surrogateescape")
            keys = list(fresh)
            chunks = [keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK)]
            with ThreadPoolExecutor(self.jobs) as pool:
                bad = set().union(*pool.map(lambda chunk: self.ask(folder, chunk), chunks))
        for key in fresh:
            self.known[key] = key not in bad

    @staticmethod
    def ask(folder, keys):
        """The keys of those that bash cannot read."""
        files = [str(Path(folder, key)) for key in keys]
        done = subprocess.run(["bash", "-c", LOOP, "bash", *files], capture_output=True, text=True, check=True)
        return set(done.stdout.split())

    def invalid(self, scripts):
        """Those of `scripts` that bash cannot read."""
        self.learn(scripts)
        return [script for script in scripts if not self.known[digest(script)]]


def digest(script):
    """A script's name in the cache."""
    return hashlib.sha256(script.encode(errors="surrogateescape")).hexdigest()
