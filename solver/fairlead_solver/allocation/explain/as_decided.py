"""Parts of the cycle as they are, beside the rest as decided: what they are worth at best.

Statements about one part ask the same question again and again, so every set of columns is
relaxed once. The duals of that relaxation also bound the parts with a limit loosened, by arithmetic
(`relaxation`): most limits are seen to be worth nothing without solving anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...model.draft import Bools, Floats, Ints
from .again import Again
from .copies import Beside, Copies, Worths, compared, rounding
from .outcomes import State
from .scope import Scopes


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """What parts are worth; `known` (parts,): not infeasible, not to be had, or stopped."""

    worth: Worths
    known: Bools

    @classmethod
    def unknown(cls, copies: Copies) -> Valued:
        """Of copies that nothing is known of yet."""
        worth = np.zeros((copies.count, len(copies.model.goals) + 1))
        return cls(worth, np.zeros(copies.count, dtype=np.bool_))

    def gain(self, now: Valued) -> Floats:
        """Money over `now`, exactly 0 where they are worth the same; NaN where unknown."""
        same = compared(self.worth, now.worth) == 0
        money = np.where(same, 0.0, self.worth[:, -1] - now.worth[:, -1])
        return np.where(self.known & now.known, money, np.nan)

    def at(self, chosen: Ints) -> Valued:
        """Some of the parts."""
        return Valued(self.worth[chosen], self.known[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class AsDecided:
    """Parts as they are: part p is copy `of_part[p]` of `copies`.

    `decided`: what the plan is worth there; `best`, as far as it is known, what any plan is, and
    `tried` where that was sought to the end."""

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
        decided = copies.worths(beside.x[some.column])
        known = np.full(copies.count, again.settled)
        made = cls(again, of_part, copies, decided, Valued(decided.copy(), known), known.copy())
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
        plans = wanted[found.attained]
        self.best.worth[plans] = some.worths(found.x)[found.attained]
        self.best.known[plans] = True

    def reaches(self, parts: Ints, bound: Floats) -> Bools:
        """Whether a plan of the part as it is, is worth `bound` (parts,) to rounding."""
        of = self.of_part[parts]
        worth = np.where(self.best.known, self.best.worth[:, -1], -np.inf)[of]
        return _within(bound, np.maximum(worth, self.decided[of, -1]))

    def gain(self, parts: Ints, copies: Copies, searched: Bools, upwards: Bools) -> Floats:
        """Money by which `copies`, parts with other limits, are worth more than the parts as they
        are; NaN where that is not known. `searched`: those for which an engine may search;
        `upwards`: those of which only what is earned matters, if anything."""
        if not len(parts):
            return np.empty(0)
        after = Valued.unknown(copies)
        nothing = np.zeros(len(parts), dtype=np.bool_)
        relaxed = self.again.relaxed(copies) if copies.money_first() else None
        if relaxed is not None:
            after = Valued(copies.worths(relaxed.x), relaxed.attained.copy())
            nothing = upwards & self.reaches(parts, relaxed.bound)
        left = np.flatnonzero(~nothing & ~after.known)
        if len(left):
            some = copies.only(left)
            root = None if relaxed is None else relaxed.of(copies, left)
            outcomes = self.again.exact(some, root, searched[left])
            after.worth[left] = some.worths(outcomes.x)
            after.known[left] = outcomes.state == State.CLOSED
        self._solve(parts[~nothing & after.known])
        return np.where(nothing, 0.0, after.gain(self.best.at(self.of_part[parts])))

    def _solve(self, parts: Ints) -> None:
        """Parts to the end where their best is not known yet."""
        wanted = np.unique(self.of_part[parts])
        wanted = wanted[~self.tried[wanted]]
        if len(wanted):
            some = self.copies.only(wanted)
            outcomes = self.again.best(some)
            self.best.worth[wanted] = some.worths(outcomes.x)
            self.best.known[wanted] = outcomes.state == State.CLOSED
            self.tried[wanted] = True


def _within(bound: Floats, worth: Floats) -> Bools:
    """Whether no more than rounding is between them."""
    told: Bools = bound - worth <= rounding(worth)
    return told
