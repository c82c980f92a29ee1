"""A Dockerfile as instructions, as far as the checks need it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction with its arguments, continuation lines joined."""

    name: str
    argument: str


@dataclass(frozen=True)
class Stage:
    """One FROM and what follows it."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> list[str]:
        """The arguments of every instruction of that name, in order."""
        return [step.argument for step in self.instructions if step.name == name]


def stages(path: Path) -> list[Stage]:
    """The stages of a Dockerfile. Raises ValueError for an instruction before the first FROM."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", "", text)
    found: list[tuple[str, str, list[Instruction]]] = []
    for line in filter(str.strip, text.splitlines()):
        name, _, argument = line.strip().partition(" ")
        if name == "FROM":
            base, _, alias = argument.partition(" AS ")
            found.append((base.strip(), alias.strip(), []))
        elif not found:
            raise ValueError(f"{name} before the first FROM")
        else:
            found[-1][2].append(Instruction(name, argument.strip()))
    return [Stage(base, name, tuple(steps)) for base, name, steps in found]
