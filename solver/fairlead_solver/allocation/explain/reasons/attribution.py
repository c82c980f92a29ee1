"""Shares the shortage of every line out among reasons, so that the units add up to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairlead_solver.tables import Bools, Ints, Kinds

from ...rules.explanation import ReasonCode
from ..vocabulary.reason_catalogue import HELD, Kind, reasons_of
from ..vocabulary.values import Certainty

TAKEN = reasons_of(Kind.OUTRANKED, Kind.OPEN, Kind.KEPT)  # others have the stock


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """All reasons of all short lines, as columns: sorted by line, most units first.

    `row` is the row of the model that says so, -1 where it is no row. `offsets[i]:offsets[i+1]`
    are the reasons of line i.
    """

    line: Ints
    code: Kinds
    units: Ints
    certainty: Kinds
    row: Ints
    offsets: Ints

    def of_line(self, line: int) -> slice:
        """The reasons of one line."""
        return slice(int(self.offsets[line]), int(self.offsets[line + 1]))

    def lost_to_rivals(self) -> Bools:
        """Lines that lack what others took, and not only what a rule or the facts refuse them."""
        held = np.isin(self.code, HELD) & (self.certainty != Certainty.EXACT)
        counts = (np.isin(self.code, TAKEN) | held) & (self.units > 0)
        lost = np.zeros(len(self.offsets) - 1, dtype=np.bool_)
        lost[self.line[counts]] = True
        return lost

    def merged(self) -> Reasons:
        """What is the same of one line put together."""
        return self.changed(self.code.astype(np.int64), self.certainty.astype(np.int64), self.row)

    def changed(self, code: Ints, certainty: Ints, row: Ints) -> Reasons:
        """With other codes, certainties and rows; what is the same of one line is put together."""
        kind = (code * (max(Certainty) + 1) + certainty) * (int(row.max(initial=-1)) + 2) + row + 1
        width = int(kind.max(initial=0)) + 1
        _, first, at = np.unique(self.line * width + kind, return_index=True, return_inverse=True)
        units = np.zeros(len(first), dtype=np.int64)
        np.add.at(units, at, self.units)
        line = self.line[first]
        return _sorted(line, code[first], units, certainty[first], row[first], first, self.offsets)


def _sorted(
    line: Ints, code: Ints, units: Ints, certainty: Ints, row: Ints, before: Ints, offsets: Ints
) -> Reasons:
    """By line, units, and the order `before`; `offsets` gives the number of lines."""
    order = np.lexsort((before, -units, line))
    line = line[order]
    return Reasons(
        line=line,
        code=code[order].astype(np.int8),
        units=units[order],
        certainty=certainty[order].astype(np.int8),
        row=row[order],
        offsets=np.searchsorted(line, np.arange(len(offsets))).astype(np.int64),
    )


class Ledger:
    """What every line is still short without a reason, and the reasons claimed so far."""

    def __init__(self, short: Ints) -> None:
        self.rest = short.copy()
        self._claims: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []

    def claim(
        self,
        code: ReasonCode,
        amount: Ints,
        certainty: Certainty = Certainty.EXACT,
        row: Ints | None = None,
        *,
        beside: bool = False,
    ) -> None:
        """Account for up to `amount[i]` of every line's rest; `row[i]` is the row that says so.

        `beside`: where the rest is 0 but the amount is not, note the reason with 0 units.
        """
        line = np.flatnonzero(amount > 0 if beside else (amount > 0) & (self.rest > 0))
        of_row = None if row is None else row[line]
        codes = np.full(len(line), code, dtype=np.int64)
        self.claim_pairs(line, codes, amount[line], certainty, of_row)

    def claim_pairs(
        self,
        line: Ints,
        code: Ints,
        amount: Ints,
        certainty: Certainty = Certainty.EXACT,
        row: Ints | None = None,
    ) -> None:
        """The same for pairs (line, what accounts for it) sorted by line; the first come first."""
        first = np.searchsorted(line, line)
        before = np.cumsum(amount) - amount
        before -= before[first] if len(line) else 0
        taken = np.clip(self.rest[line] - before, 0, amount)
        rows = np.full(len(line), -1, dtype=np.int64) if row is None else row
        self._claims.append((line, code, taken, np.full(len(line), int(certainty)), rows))
        np.subtract.at(self.rest, line, taken)

    def reasons(self) -> Reasons:
        """All claims, in order of line, units, and the order they were made in."""
        line, code, units, certainty, row = (
            np.concatenate(columns) for columns in zip(*self._claims, strict=True)
        )
        before, lines = np.arange(len(line)), np.arange(len(self.rest) + 1)
        return _sorted(line, code, units, certainty, row, before, lines)
