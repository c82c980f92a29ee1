"""A change that might fill a line: what it alters in the facts or in the rows, and how it is told.

What follows into bounds and big-M's (stock, dates, packs) is an `Edit` of the facts, and the
program is written again. A limit that is a row's side and nothing else is a `Move` of that row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fairlead_solver.model.program.draft import Model

from ...cycle.problem import Problem
from ...rules.explanation import FixKind, Unit
from ...rules.family import Family, Wording
from ..variants.edited_problem import Edit
from ..vocabulary.values import FixPart, Rule


@dataclass(frozen=True, slots=True)
class Move:
    """The sides of a row moved: `upper` and `lower` are added to them."""

    family: str
    block: str
    key: int
    upper: float = 0.0
    lower: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing changed, as told and in words."""

    told: FixPart
    words: str
    edits: tuple[Edit, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def limit(self) -> Move | None:
        """The row whose limit it raises, moved by nothing."""
        if self.told.kind is FixKind.MORE_STOCK:
            return Move("supply", "lots", self.edits[0].row)
        if self.moves and self.told.kind is not FixKind.WAIVE_RULE:
            return replace(self.moves[0], upper=0.0, lower=0.0)
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """Steps that are made together, the foremost first. `everywhere`: they reach into lines that
    share no stock with the one to be filled."""

    steps: tuple[Step, ...]
    everywhere: bool = False

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What is changed in the facts."""
        return tuple(edit for step in self.steps for edit in step.edits)

    @property
    def moves(self) -> tuple[Move, ...]:
        """What is changed in the rows."""
        return tuple(move for step in self.steps for move in step.moves)

    @property
    def words(self) -> str:
        """All steps in words."""
        return " and ".join(step.words for step in self.steps)


@dataclass(frozen=True, slots=True)
class Trial:
    """A change that might fill a line."""

    line: int
    change: Change


def waiver(
    rule: Rule,
    words: str,
    *edits: Edit,
    moves: tuple[Move, ...] = (),
    location: str = "",
) -> Step:
    """A rule that is waived by edits or moves."""
    part = FixPart(FixKind.WAIVE_RULE, rule, 1, Unit.COUNT, location=location)
    return Step(part, words, edits, moves)


def waived_of_line(
    problem: Problem, line: int, family: Family, column: str, value: int, block: str = "lines"
) -> Step:
    """A field of a line given the value that means nothing. `block`: the family's of the line."""
    name = problem.facts.lines.id[line]
    rule = Rule(family.NAME, name, f"lines[{name}].{column}")
    looser = family.words(problem, block, line).looser
    return waiver(rule, looser, Edit("lines", column, line, value))


def rows_waived(family: Family, block: str, key: int, words: Wording) -> Step:
    """A family's row without sides."""
    move = Move(family.NAME, block, key, upper=np.inf, lower=-np.inf)
    rule = Rule(family.NAME, words.key, words.leaf)
    return waiver(rule, words.looser, moves=(move,))


def row_of(model: Model, move: Move) -> int | None:
    """The row that a move means in a program; None where it was not written, as nothing can
    exceed it there."""
    block = model.block_rows(move.family, move.block)
    if block is None:
        return None
    at = np.flatnonzero(block.keys == move.key)
    return block.start + int(at[0]) if len(at) else None


def distinct(found: Sequence[Change]) -> list[Change]:
    """Each change once, in order."""
    return list(dict.fromkeys(found))
