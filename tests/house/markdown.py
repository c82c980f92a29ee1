"""Fenced blocks of a Markdown file, and what is done with them.

```python   runs alone in a fresh interpreter
```console  runs line by line: `$ command`, then the output that is wanted, where a line of `...`
            stands for any lines and `...` inside a line for any text; none wanted, none checked
```text, ```yaml, … are only read
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w*)\s*$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its tag, its text, and the line of the file it starts at."""

    tag: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """One `$ command` of a console block and the output wanted from it."""

    command: str
    wanted: str


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a file in order. Raises ValueError for one that has no tag."""
    found: list[Block] = []
    tag, start = "", 0
    body: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if not start and fence:
            tag, start, body = fence.group(1), number, []
            if not tag:
                raise ValueError(f"{path}:{number}: a fenced block needs a tag")
        elif start and line.rstrip() == "```":
            found.append(Block(tag, "\n".join(body) + "\n", start))
            start = 0
        elif start:
            body.append(line)
    return found


def commands(block: Block) -> list[Command]:
    """The commands of a console block, each with the lines that follow it."""
    found: list[Command] = []
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, wanted = part.partition("\n")
        while command.endswith("\\"):
            more, _, wanted = wanted.partition("\n")
            command = command[:-1] + more.strip()
        found.append(Command(command, wanted))
    return found


def matches(wanted: str, got: str) -> bool:
    """Whether output is as wanted; trailing blanks do not count."""
    if not wanted.strip():
        return True
    pattern = ""
    for line in wanted.strip("\n").splitlines():
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += ".*?".join(re.escape(piece) for piece in line.rstrip().split("..."))
            pattern += "[ \t]*\n"
    text = "".join(line.rstrip() + "\n" for line in got.strip("\n").splitlines())
    return re.fullmatch(pattern, text) is not None
