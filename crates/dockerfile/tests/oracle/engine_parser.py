"""Reads Dockerfiles with the engine's own parser (`dockerfile` of PyPI).

Standard input: one JSON string per line, the text of a file. Standard output: one JSON value per line, an error's text,
the list of instructions, or null where the package cannot say.
"""

import json
import sys

import dockerfile

for line in sys.stdin:
    try:
        commands = dockerfile.parse_string(json.loads(line))
    except dockerfile.GoParseError as error:
        seen = str(error)
    except UnicodeDecodeError:
        # The parser cut a character in two, which the package cannot hand over.
        seen = None
    else:
        seen = [
            {
                "keyword": command.cmd,
                "deferred": command.sub_cmd,
                "json": command.json,
                "original": command.original,
                "lines": [command.start_line, command.end_line],
                "flags": command.flags,
                "words": command.value,
                "heredocs": [
                    {"name": found.name, "descriptor": found.file_descriptor, "content": found.content}
                    for found in command.heredocs
                ],
            }
            for command in commands
        ]
    print(json.dumps(seen))
