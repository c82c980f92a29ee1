"""How much of a cycle a statement holds for."""

from __future__ import annotations

from enum import IntEnum


class Scope(IntEnum):
    """What was solved again for a statement."""

    CYCLE = 1  # everything the line depends on: it holds for the cycle as a whole
    PART = 2  # the lines joined to it by stock; it holds beside the rest as decided
