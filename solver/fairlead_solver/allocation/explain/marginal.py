"""What one step more, or less, of a limit is worth: solved again both ways.

The step is one unit of what the planner counts; where that changes nothing, because packs or
sizes are larger, what a stopped arc's pack still lacks. A limit whose loosening changes nothing
by either step does not bind, whatever its slack.

RESOLVED: everything the row touches was solved again, as it is and with the limit moved. Where
that is too large, a row of a part (`scope`) is moved with the rest of the cycle held as decided
(BESIDE: the least that loosening earns, the most that tightening costs), and a coupling row is
told with the price it was solved at (DUAL).

The limit of a lot is its quantity, and other rules follow from it (bounds, protections, shares):
there the fact is changed and the program written again. Any other limit is a row's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...model.draft import Floats, Ints
from ..arcs import expand
from ..families.fair_share import FairShareMode
from .again import Again
from .binding import MICRO, MICRO_UNITS, Marginals, unit_of
from .case import Case
from .copies import Copies, Worth, difference
from .scope import Effort, Parts, Scopes
from .shortened import Shortened
from .values import Marginal, MarginalMethod, Scope
from .variant import program, same_layout, with_facts

_Worths = list[Worth | None]  # None: infeasible, not to be had, or stopped


@dataclass(frozen=True, slots=True, eq=False)
class _Trials:
    """Row `rows[p]` and what is solved for it: part p."""

    case: Case
    rows: Ints
    scopes: Scopes
    x: Floats
    again: Again
    rounds: Sequence[Ints]  # parts of lots that may be changed at once

    def worths(self, at: Ints, step: Floats) -> _Worths:
        """The worth of parts `at` with their row's limit moved by `step` (row units)."""
        found: _Worths = [None] * len(at)
        lots = self.case.limits.of_stock(self.rows[at])
        self._solve(found, np.flatnonzero(~lots), self._rows_moved(at[~lots], step[~lots]))
        for together in self.rounds:
            now = np.flatnonzero(lots & np.isin(at, together))
            if len(now):
                self._solve(found, now, self._stock_moved(at[now], step[now]))
        return found

    def _solve(self, found: _Worths, places: Ints, copies: Copies | None) -> None:
        if copies is None:
            return
        outcomes = self.again.best(copies)
        worths = copies.worths(outcomes.x)
        for k, place in enumerate(places.tolist()):
            found[place] = worths[k] if outcomes.closed(k) else None

    def _rows_moved(self, at: Ints, step: Floats) -> Copies:
        free = self.scopes.only(at).copies(self.case.limits.model, self.x)
        return free.with_limits(self.rows[at], step)

    def _stock_moved(self, at: Ints, step: Floats) -> Copies | None:
        """None where the program changes its shape."""
        case, model = self.case, self.case.limits.model
        quantity = case.problem.facts.lots.quantity.copy()
        quantity[case.limits.lots(self.rows[at])] += np.rint(step).astype(np.int64)
        changed = program(with_facts(case.problem, "lots", quantity=quantity))
        if not same_layout(model, changed):
            return None
        return self.scopes.only(at).copies(changed, self.x)


def marginals(
    case: Case,
    found: Shortened,
    parts: Parts,
    x: Floats,
    prices: Floats,
    again: Again,
    effort: Effort,
) -> Mapping[int, Marginals]:
    """By row, for the `effort.statements` rows that shorten lines most.

    `x`: the solved vector of the whole program; `prices` (rows,) those it was solved at.
    """
    rows = found.row[found.starts()[:-1]][: effort.statements]
    rows = rows[np.diff(case.limits.model.matrix.indptr)[rows] > 0]
    if not len(rows):
        return {}
    valued: dict[int, Marginals] = {}
    whole = replace(effort, whole_columns=min(effort.whole_columns, again.copy_columns))
    for tried in (whole, replace(effort, whole_columns=0)):  # what does not close, as a part
        left = np.array([r for r in rows.tolist() if r not in valued], dtype=np.int64)
        if len(left):
            trials = _trials(case, left, parts, x, again, tried)
            solvable = ~parts.coupling[left] | (trials.scopes.scope == Scope.CYCLE)
            valued |= _valued(trials, np.flatnonzero(solvable))
    for row in rows[prices[rows] != 0].tolist():
        if row not in valued:
            valued[row] = _priced(case, row, float(prices[row]))
    return valued


def _trials(
    case: Case, rows: Ints, parts: Parts, x: Floats, again: Again, effort: Effort
) -> _Trials:
    matrix = case.limits.model.matrix
    starts = matrix.indptr.astype(np.int64)[rows]
    # a coupling row is only solved with its whole component, which any column of it names
    counts = np.where(parts.coupling[rows], 1, np.diff(matrix.indptr)[rows])
    seeds = matrix.indices[expand(starts, counts)].astype(np.int64)
    scopes = parts.around(seeds, np.repeat(np.arange(len(rows)), counts), effort)
    return _Trials(case, rows, scopes, x, again, _rounds(case, rows, parts, scopes, seeds, counts))


def _rounds(
    case: Case, rows: Ints, parts: Parts, scopes: Scopes, seeds: Ints, counts: Ints
) -> list[Ints]:
    """Lots whose quantity may be changed in one program: each in another component. Where stock
    counts across components (fair share, protections), one at a time."""
    at = np.flatnonzero(case.limits.of_stock(rows))
    problem = case.problem
    shared = problem.policy.fair_share.mode is not FairShareMode.OFF
    if shared or len(problem.facts.protections):
        return [at[k : k + 1] for k in range(len(at))]
    component = parts.solved_apart(seeds[np.cumsum(counts) - counts], scopes.scope)[at]
    order = np.argsort(component, kind="stable")
    first = np.searchsorted(component[order], component[order])
    turn = np.empty(len(at), dtype=np.int64)
    turn[order] = np.arange(len(at)) - first
    return [at[turn == k] for k in range(int(turn.max(initial=-1)) + 1)]


def _valued(trials: _Trials, at: Ints) -> dict[int, Marginals]:
    """Loosen every row by one, where that is nothing by a pack; then tighten it as much."""
    case = trials.case
    steps = [list(_steps(case, int(row))) for row in trials.rows[at].tolist()]
    sign = case.limits.loosening(trials.rows[at])
    now = trials.worths(at, np.zeros(len(at)))
    step = np.array([s[0] for s in steps])
    looser = trials.worths(at, sign * step)
    gains = [_gain(a, b) for a, b in zip(looser, now, strict=True)]
    again = np.array(
        [k for k, s in enumerate(steps) if len(s) > 1 and gains[k] == 0.0], dtype=np.int64
    )
    step[again] = [steps[k][1] for k in again.tolist()]
    for k, worth in zip(
        again.tolist(), trials.worths(at[again], sign[again] * step[again]), strict=True
    ):
        gains[k] = _gain(worth, now[k])
    room = case.limits.lowered(trials.rows[at], step)
    tight = np.array([k for k, gain in enumerate(gains) if gain and room[k]], dtype=np.int64)
    tighter = dict(
        zip(tight.tolist(), trials.worths(at[tight], -sign[tight] * step[tight]), strict=True)
    )
    return {
        int(trials.rows[p]): _told(
            trials, int(p), float(step[k]), gains[k], _gain(tighter.get(k), now[k]), sign[k] > 0
        )
        for k, p in enumerate(at.tolist())
        if gains[k] is not None
    }


def _gain(moved: Worth | None, now: Worth | None) -> float | None:
    """Money between the two, exactly 0 where they are worth the same; None where unknown."""
    if moved is None or now is None:
        return None
    differs, money = difference(moved, now)
    return money if differs or difference(now, moved)[0] else 0.0


def _told(
    trials: _Trials, part: int, step: float, gain: float | None, loss: float | None, up: bool
) -> Marginals:
    whole = trials.scopes.scope[part] == Scope.CYCLE
    if not gain:
        return Marginals(changes_nothing=bool(whole))
    method = MarginalMethod.RESOLVED if whole else MarginalMethod.BESIDE
    amount = round(step * _contract_units(trials.case, int(trials.rows[part])))
    looser = Marginal(round(gain), amount, method)
    tighter = None if loss is None else Marginal(round(loss), amount, method)
    return Marginals(looser, tighter) if up else Marginals(tighter, looser)


def _priced(case: Case, row: int, price: float) -> Marginals:
    """One planner's unit at the price of the row."""
    _, words = case.wording(row)
    step = round(words.scale * _contract_units(case, row))
    value = price * words.scale
    return Marginals(
        Marginal(round(value), step, MarginalMethod.DUAL),
        Marginal(round(-value), step, MarginalMethod.DUAL),
    )


def _steps(case: Case, row: int) -> Iterator[float]:
    """One planner's unit, then what the cheapest stopped pack lacks, in row units."""
    _, words = case.wording(row)
    one = float(words.scale)
    yield one
    matrix = case.limits.model.matrix
    part = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    flows = matrix.indices[part] < len(case.plan.packs)
    bare = float(case.limits.bare[row])
    lacking = [float(a) for a in matrix.data[part][flows] if a > bare]
    pack = math.ceil(min(lacking) - bare) if lacking and math.isfinite(bare) else 0
    if pack > one:
        yield float(pack)


def _contract_units(case: Case, row: int) -> int:
    """What one unit of the row is in the contract's unit."""
    block, words = case.wording(row)
    return MICRO // words.scale if unit_of(block.family, words) in MICRO_UNITS else 1
