"""A copy of the corpus that a tool may write into."""

import hashlib
import os
import shutil
from pathlib import Path


class Scratch:
    """The files of `corpus` named by `names` (relative paths), copied below `folder`."""

    def __init__(self, corpus, folder, names):
        self.corpus, self.folder, self.names = Path(corpus), Path(os.path.realpath(folder)), names
        shutil.rmtree(self.folder, ignore_errors=True)
        self.restore(names)

    def restore(self, names):
        """Puts the originals of `names` back, and takes away whatever else lies in their folders."""
        for name in names:
            place = (self.folder / name).parent
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            shutil.copyfile(self.corpus / name, self.folder / name)

    def original(self, name):
        """The bytes before."""
        return (self.corpus / name).read_bytes()

    def current(self, name):
        """The bytes now; empty where the file is gone."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return b""

    def hashes(self):
        """sha256 of every file below the scratch folder, by relative path."""
        out = {}
        for place, _, files in os.walk(self.folder):
            for file in files:
                path = Path(place, file)
                out[str(path.relative_to(self.folder))] = sha256(path.read_bytes()) if path.is_file() else "gone"
        return out


def sha256(data):
    """As lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def corpus_names(corpus):
    """Relative paths of every file called `Dockerfile` below `corpus`, in order."""
    return sorted(str(path.relative_to(corpus)) for path in Path(corpus).rglob("Dockerfile") if path.is_file())
