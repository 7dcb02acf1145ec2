"""What BuildKit's own parser says of a Dockerfile (PyPI `dockerfile`), reduced to what the judge compares.

Grammar level only: it accepts unknown instructions and flags. Nothing here is shared with the tool under judgement.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import dockerfile

# Instructions whose shell form the engine hands to a shell.
SHELL_FORMS = {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"}
# Instructions made of `name` and `value` words.
PAIRS = {"ENV", "LABEL"}
# The first line of a heredoc says who reads it; these are shells that `bash -n` can judge.
SHEBANG_SHELL = re.compile(r"^#!\s*(/usr)?(/local)?/bin/(env\s+)?(ba|da|a|)sh\b")
ONLY_HEREDOC = re.compile(r"""^\s*<<-?\s*(["']?)[A-Za-z_0-9.]+\1\s*$""")
ESCAPE = re.compile(rb"^\s*#\s*escape\s*=\s*(\S)\s*$", re.I | re.M)


@dataclass(frozen=True)
class Instruction:
    """One instruction as the engine reads it; lines count from 1 and both ends are included."""

    keyword: str  # as written
    name: str  # upper case; `ONBUILD RUN` for a deferred one
    json: bool
    flags: tuple
    value: tuple
    heredocs: tuple
    start: int
    end: int


@dataclass
class Facts:
    """A text as the engine understands it."""

    instructions: list = field(default_factory=list)
    comments: list = field(default_factory=list)  # (line number, stripped text), heredoc bodies left out
    pairs: Counter = field(default_factory=Counter)  # (instruction, key, value) of ENV, LABEL and ARG
    scripts: list = field(default_factory=list)  # what the engine would hand to a shell
    stages: list = field(default_factory=list)  # the words of each FROM, with its flags


def parse(path):
    """The facts of the file at `path`; raises `Refused` where the engine's grammar does."""
    try:
        commands = dockerfile.parse_file(str(path))
    except (dockerfile.GoParseError, dockerfile.GoIOError) as error:
        raise Refused(str(error)) from None
    except UnicodeDecodeError:
        raise Refused("not UTF-8") from None
    with open(path, "rb") as handle:
        source = handle.read()
    return facts(commands, source)


class Refused(Exception):
    """The engine does not accept the file."""


def facts(commands, source):
    """Facts of `commands`, the engine's reading of `source`."""
    escape = ESCAPE.search(source[:200])
    escape = escape.group(1).decode("latin-1") if escape else "\\"
    out = Facts()
    bodies = set()
    for command in commands:
        instruction = one(command)
        out.instructions.append(instruction)
        lines = sum(body.count("\n") + 1 for _, body in instruction.heredocs)
        bodies.update(range(instruction.end - lines + 1, instruction.end + 1))
        base = instruction.name.removeprefix("ONBUILD ")
        if base == "FROM":
            out.stages.append(instruction.flags + instruction.value)
        if base in PAIRS:
            for key, value in zip(instruction.value[::2], instruction.value[1::2]):
                out.pairs[instruction.name, unquote(key, escape), unquote(value, escape)] += 1
        if base == "ARG":
            for word in instruction.value:
                key, equals, value = word.partition("=")
                out.pairs[instruction.name, key, equals + unquote(value, escape)] += 1
        script = script_of(instruction, base)
        if script is not None:
            out.scripts.append(script)
    for number, line in enumerate(source.split(b"\n"), 1):
        text = line.strip().removeprefix(b"\xef\xbb\xbf")
        if text.startswith(b"#") and number not in bodies:
            out.comments.append((number, text))
    return out


def one(command):
    """The engine's command as an `Instruction`."""
    words = command.original.split(None, 1)
    name = command.cmd.upper()
    if command.sub_cmd:
        name += " " + command.sub_cmd.upper()
    return Instruction(
        keyword=words[0] if words else "",
        name=name,
        json=command.json,
        flags=tuple(command.flags),
        value=tuple(command.value),
        heredocs=tuple((doc.name, doc.content) for doc in command.heredocs),
        start=command.start_line,
        end=command.end_line,
    )


def script_of(instruction, base):
    """The text that a shell would be given, or None."""
    if instruction.json or base not in SHELL_FORMS or not instruction.value:
        return None
    if base == "HEALTHCHECK":
        return instruction.value[1] if len(instruction.value) == 2 else None
    text = instruction.value[0]
    if not instruction.heredocs:
        return text
    if ONLY_HEREDOC.match(text) and len(instruction.heredocs) == 1:
        body = instruction.heredocs[0][1]
        return None if body.startswith("#!") and not SHEBANG_SHELL.match(body) else body
    return text + "\n" + "".join(f"{body}{name}\n" for name, body in instruction.heredocs)


def unquote(word, escape):
    """A word without its quotes, variables left as they stand; a literal `$` becomes `\\$`."""
    out, quote, at = [], "", 0
    while at < len(word):
        char = word[at]
        following = word[at + 1 : at + 2]
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                out.append("\\$" if char == "$" else char)
        elif char == escape and following and (not quote or following in ('"', "$", escape)):
            out.append("\\$" if following == "$" else following)
            at += 1
        elif char == '"' or (char == "'" and not quote):
            quote = "" if quote == char else char
        else:
            out.append(char)
        at += 1
    return "".join(out)
