"""Parts of the cycle with the limit of one row moved, each part with another row.

The limit of a lot is its quantity, and other rules follow from it (bounds, protections, shares):
there the fact is changed and the program written again. Any other limit is a row's.

All lots share one program where each moves its own row and arcs alone (`stock`); else lots of one
component take turns, and where stock counts across components, every lot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fairlead_solver.model.program.draft import Bools, Floats, Ints
from fairlead_solver.model.program.layout import carried, dropped, same_layout
from fairlead_solver.model.resolve.neighbourhoods import Scopes
from fairlead_solver.model.resolve.subproblems import Beside, Copies, stacked

from ...policy.fair_share import FairShareMode
from ..evidence.evidence import Case
from ..variants.edited_problem import origin, program, with_facts
from ..variants.shifted_stock import with_quantities


@dataclass(frozen=True, eq=False)
class Moved:
    """Row `rows[p]` may be moved in part p of `scopes`, beside a plan. Parts of different
    `component` have no column in common."""

    case: Case
    rows: Ints
    scopes: Scopes
    component: Ints
    beside: Beside

    def by(self, at: Ints, step: Floats) -> tuple[Ints, Copies]:
        """(positions in `at`, their parts with the row's limit moved by `step`, in row units);
        some may not be had."""
        lots = self.case.limits.of_stock(self.rows[at])
        together = self._together(at, step, lots)
        if together is not None:
            return np.arange(len(at)), together
        places = [np.flatnonzero(~lots)]
        pieces = [self._as_they_are(at[~lots]).with_limits(self.rows[at[~lots]], step[~lots])]
        for turn in self._turns:
            now = np.flatnonzero(lots & np.isin(at, turn))
            for some, moved in self._in_turn(now, at, step):
                places.append(some)
                pieces.append(moved)
        return np.concatenate(places), stacked(pieces)

    def _as_they_are(self, at: Ints) -> Copies:
        return self.scopes.only(at).copies(self.beside)

    def _together(self, at: Ints, step: Floats, lots: Bools) -> Copies | None:
        """All at once; None where a lot moves more than its own row and arcs."""
        free, rows = self._as_they_are(at), self.rows[at]
        if not lots.any():
            return free.with_limits(rows, step)
        lot = self.case.limits.lots(rows[lots])
        held = self.case.problem.facts.lots.quantity[lot] + np.rint(step[lots]).astype(np.int64)
        moved = with_quantities(self.case, free, np.flatnonzero(lots), lot, held)
        return None if moved is None else moved.with_limits(rows, np.where(lots, 0.0, step))

    @cached_property
    def _turns(self) -> list[Ints]:
        """Lots whose quantity may be changed in one program: each in another component. Where
        stock counts across components (fair share, protections), one at a time."""
        at = np.flatnonzero(self.case.limits.of_stock(self.rows))
        problem = self.case.problem
        shared = problem.policy.fair_share.mode is not FairShareMode.OFF
        if shared or len(problem.facts.protections):
            return [at[k : k + 1] for k in range(len(at))]
        component = self.component[at]
        order = np.argsort(component, kind="stable")
        first = np.searchsorted(component[order], component[order])
        turn = np.empty(len(at), dtype=np.int64)
        turn[order] = np.arange(len(at)) - first
        return [at[turn == k] for k in range(int(turn.max(initial=-1)) + 1)]

    def _in_turn(self, now: Ints, at: Ints, step: Floats) -> Iterator[tuple[Ints, Copies]]:
        """Some of `now`, and parts at[some] with their lots changed: all of them in one program
        where that has the rows and columns of today's, fewer where it has not."""
        moved = self._lots_moved(at[now], step[now]) if len(now) else None
        if moved is not None:
            yield now, moved
        elif len(now) > 1:
            for half in np.array_split(now, 2):
                yield from self._in_turn(half, at, step)

    def _lots_moved(self, at: Ints, step: Floats) -> Copies | None:
        """None where more than the parts moves, or more than one part where rows or columns come
        or go (a capacity is written once it can run out)."""
        case, model = self.case, self.case.limits.model
        quantity = case.problem.facts.lots.quantity.copy()
        quantity[case.limits.lots(self.rows[at])] += np.rint(step).astype(np.int64)
        problem = with_facts(case.problem, "lots", quantity=quantity)
        changed = program(problem)
        if len(changed.goals) != len(model.goals):
            return None
        scopes = self.scopes.only(at)
        free, x = scopes, self.beside.x
        if not same_layout(model, changed):
            old = origin(case.problem, model, problem, changed)
            gone = dropped(old, model.num_columns)
            if len(at) > 1 or not np.isin(gone, scopes.column).all():
                return None
            column = np.flatnonzero((old < 0) | np.isin(old, scopes.column))
            free = Scopes(column, np.zeros(len(column), dtype=np.int64), scopes.scope)
            x = carried(x, old)
        moved = free.copies(Beside.of(changed, x))
        return moved if moved.hold_all_moved(model, changed, scopes.column) else None
