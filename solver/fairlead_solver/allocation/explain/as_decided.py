"""Parts of the cycle as they are, beside the rest as decided: what they are worth at best.

Statements about one part ask the same question again and again, so every set of columns is
relaxed once. The duals of that relaxation also bound the part with a limit moved, by arithmetic
(`again.Relaxed`): most limits are seen to be worth nothing without solving anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...model.draft import Bools, Floats, Ints, Model
from .again import Again
from .copies import Copies, Worths, compared
from .outcomes import Relaxed, State
from .relaxation import bounds
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

    `decided`: what the plan is worth there; `relaxed`: None where goals come before money, which
    a relaxation does not bound."""

    again: Again
    of_part: Ints
    copies: Copies
    decided: Worths
    relaxed: Relaxed | None
    best: Valued
    tried: Bools = field(repr=False)

    @classmethod
    def of(cls, scopes: Scopes, model: Model, x: Floats, again: Again) -> AsDecided:
        """Of every part of `scopes` beside the plan `x` (columns of `model`,)."""
        first, of_part = scopes.distinct()
        some = scopes.only(first)
        copies = some.copies(model, x)
        decided = copies.worths(x[some.column])
        relaxed = again.relaxed(copies) if copies.count and copies.money_first() else None
        worth, known = decided.copy(), np.full(copies.count, again.settled)
        if relaxed is not None and not again.settled:
            known = relaxed.attained.copy()
            worth[known] = copies.worths(relaxed.x)[known]
        best = Valued(worth, known)
        return cls(again, of_part, copies, decided, relaxed, best, known.copy())

    def known(self, parts: Ints) -> Valued:
        """The best of `parts`, as far as it is known."""
        return self.best.at(self.of_part[parts])

    def solve(self, parts: Ints) -> None:
        """Solve `parts` to the end where their best is not known yet."""
        wanted = np.unique(self.of_part[parts])
        wanted = wanted[~self.tried[wanted]]
        if len(wanted):
            some = self.copies.only(wanted)
            root = None if self.relaxed is None else self.relaxed.of(self.copies, wanted)
            outcomes = self.again.exact(some, root)
            self.best.worth[wanted] = some.worths(outcomes.x)
            self.best.known[wanted] = outcomes.state == State.CLOSED
            self.tried[wanted] = True

    def reaches(self, parts: Ints, bound: Floats) -> Bools:
        """Whether a plan of the part as it is, is worth `bound` (parts,) to rounding."""
        of = self.of_part[parts]
        worth = np.where(self.best.known, self.best.worth[:, -1], self.decided[:, -1])[of]
        worth = np.maximum(worth, self.decided[of, -1])
        told: Bools = bound - worth <= np.maximum(1.0, 1e-9 * np.abs(worth))
        return told

    def earns_nothing(self, parts: Ints, loosened: Copies) -> Bools:
        """Whether copy p of `loosened`, part `parts[p]` with more room, is worth no more than the
        part as it is: by the duals of that; False is no answer."""
        if self.relaxed is None:
            return np.zeros(len(parts), dtype=np.bool_)
        return self.reaches(parts, bounds(self.relaxed, loosened, self.of_part[parts]))
