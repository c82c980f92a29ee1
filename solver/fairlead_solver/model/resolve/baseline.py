"""Parts of the cycle as they are, beside the rest as decided: what they are worth at best.

Statements about one part ask the same question again and again, so every set of columns is
relaxed once. The duals of that relaxation also bound the parts with a limit loosened, by arithmetic
(`relaxation`): most limits are seen to be worth nothing without solving anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..program.draft import Bools, Floats, Ints
from .neighbourhoods import Scopes
from .outcomes import State
from .reoptimizer import Again
from .subproblems import Beside, Copies, Worths, compared, rounding


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """What parts gain in the objective, and the cash in that; NaN where it is not known."""

    total: Floats
    cash: Floats

    @classmethod
    def unknown(cls, count: int) -> Gains:
        """Of parts that nothing is known of yet."""
        return cls(np.full(count, np.nan), np.full(count, np.nan))

    def put(self, at: Ints, gains: Gains) -> None:
        """Write those of some parts."""
        self.total[at], self.cash[at] = gains.total, gains.cash

    def at(self, chosen: Ints | Bools) -> Gains:
        """Some of the parts."""
        return Gains(self.total[chosen], self.cash[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """What parts are worth, and the cash in that; `known` (parts,): not infeasible, not to be had,
    or stopped."""

    worth: Worths
    cash: Floats
    known: Bools

    @classmethod
    def unknown(cls, copies: Copies) -> Valued:
        """Of copies that nothing is known of yet."""
        worth = np.zeros((copies.count, len(copies.model.goals) + 1))
        return cls(worth, np.zeros(copies.count), np.zeros(copies.count, dtype=np.bool_))

    def put(self, at: Ints, copies: Copies, x: Floats) -> None:
        """Parts `at` are `copies` at `x` (columns,)."""
        self.worth[at], self.cash[at] = copies.worths(x), copies.subtotals(x)

    def gain(self, now: Valued) -> Gains:
        """What is gained over `now`, exactly 0 where they are worth the same."""
        same = compared(self.worth, now.worth) == 0
        known = self.known & now.known
        total, cash = self.worth[:, -1] - now.worth[:, -1], self.cash - now.cash
        return Gains(*(np.where(known, np.where(same, 0.0, g), np.nan) for g in (total, cash)))

    def at(self, chosen: Ints) -> Valued:
        """Some of the parts."""
        return Valued(self.worth[chosen], self.cash[chosen], self.known[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class AsDecided:
    """Parts as they are: part p is copy `of_part[p]` of `copies`.

    `decided`: what the plan is worth there; `best`, as far as it is known, what any plan is: the
    decision's, where none is worth more; `tried` where that was sought to the end."""

    again: Again
    of_part: Ints
    copies: Copies
    decided: Worths
    best: Valued
    tried: Bools

    @classmethod
    def of(
        cls, scopes: Scopes, beside: Beside, again: Again, parts: Ints, looser: Copies
    ) -> tuple[AsDecided, Floats]:
        """Every part of `scopes`, and a bound of the money of `looser`: its copy k is part
        `parts[k]` with more room."""
        first, of_part = scopes.distinct()
        some = scopes.only(first)
        copies = some.copies(beside)
        x = beside.x[some.column]
        decided, cash = copies.worths(x), copies.subtotals(x)
        known = np.full(copies.count, again.settled)
        best = Valued(decided.copy(), cash, known)
        made = cls(again, of_part, copies, decided, best, known.copy())
        if not copies.count or not copies.money_first():
            return made, np.full(looser.count, np.inf)
        bound, most = again.bounds_of_looser(copies, looser, of_part[parts])
        known |= _within(bound, decided[:, -1])
        made._relax(np.flatnonzero(~known))
        made.tried[:] = known
        return made, most

    def _relax(self, wanted: Ints) -> None:
        """Whose relaxation is a plan, is worth that."""
        some = self.copies.only(wanted)
        found = self.again.relaxed(some)
        self._attain(wanted, some, found.x, found.attained)

    def _attain(self, wanted: Ints, some: Copies, x: Floats, known: Bools) -> None:
        """Parts `wanted` are `some`, the best plan of which is `x` where it is `known`."""
        self.best.known[wanted] = known
        more = known & (compared(some.worths(x), self.decided[wanted]) > 0)
        better = np.flatnonzero(more)
        self.best.put(wanted[better], some.only(better), x[more[some.part]])

    def reaches(self, parts: Ints, bound: Floats) -> Bools:
        """Whether a plan of the part as it is, is worth `bound` (parts,) to rounding."""
        of = self.of_part[parts]
        worth = np.where(self.best.known, self.best.worth[:, -1], -np.inf)[of]
        return _within(bound, np.maximum(worth, self.decided[of, -1]))

    def gain(self, parts: Ints, copies: Copies, searched: Bools, upwards: Bools) -> Gains:
        """By how much `copies`, parts with other limits, are worth more than the parts as they
        are. `searched`: those for which an engine may search; `upwards`: those of which only what
        is earned matters, if anything."""
        if not len(parts):
            return Gains.unknown(0)
        after = Valued.unknown(copies)
        nothing = np.zeros(len(parts), dtype=np.bool_)
        relaxed = self.again.relaxed(copies) if copies.money_first() else None
        if relaxed is not None:
            after.put(np.arange(copies.count), copies, relaxed.x)
            after.known[:] = relaxed.attained
            nothing = upwards & self.reaches(parts, relaxed.bound)
        left = np.flatnonzero(~nothing & ~after.known)
        if len(left):
            some = copies.only(left)
            root = None if relaxed is None else relaxed.of(copies, left)
            outcomes = self.again.exact(some, root, searched[left])
            after.put(left, some, outcomes.x)
            after.known[left] = outcomes.state == State.CLOSED
        self._solve(parts[~nothing & after.known])
        gains = after.gain(self.best.at(self.of_part[parts]))
        gains.put(np.flatnonzero(nothing), Gains(np.zeros(1), np.zeros(1)))
        return gains

    def _solve(self, parts: Ints) -> None:
        """Parts to the end where their best is not known yet."""
        wanted = np.unique(self.of_part[parts])
        wanted = wanted[~self.tried[wanted]]
        if len(wanted):
            some = self.copies.only(wanted)
            outcomes = self.again.best(some)
            self._attain(wanted, some, outcomes.x, outcomes.state == State.CLOSED)
            self.tried[wanted] = True


def _within(bound: Floats, worth: Floats) -> Bools:
    """Whether no more than rounding is between them."""
    told: Bools = bound - worth <= rounding(worth)
    return told
