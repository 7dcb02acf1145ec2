"""What the check knows of a package manager."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Manager:
    """One package manager; in files, commands and variables `{url}` stands for the registry, `{home}` for the home folder."""

    name: str
    versions: list  # the command that tells the version; where it cannot be run, the manager is skipped
    files: dict  # the project: {path: text}
    install: str  # the command of the Dockerfile
    works: list  # run in the project when the cache is gone: fails unless what was installed works
    base: str = "node:22"
    only: str = ""  # what the version must begin with
    program: tuple = ()  # (word of `install`, the program that is run instead), where they differ
    before: list = field(default_factory=list)  # commands that need no registry, before each install
    locks: list = field(default_factory=list)  # commands that write the lock file
    variables: dict = field(default_factory=dict)
    # What the registry answers besides: {path: text that lists packages, a package's bytes, or the folder of all that lies below the path}.
    # Or what makes it, from a scratch folder.
    served: object = field(default_factory=dict)
    # It asks the registry for the list of versions each time: then the registry stays, and must see no download.
    lists_again: bool = False
    needs: list = field(default_factory=list)  # programs that `served` runs
    passes: list = field(default_factory=lambda: ["package-caches"])  # the passes that add the mounts
    # It works on the system: in an overlay of this machine's root that has these files {path: text} and these empty folders.
    root: dict = field(default_factory=dict)
    empty: list = field(default_factory=list)
