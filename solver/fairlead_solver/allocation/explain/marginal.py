"""What one step more, or less, of a limit is worth: solved again both ways.

The step is one unit of what the planner counts; where that changes nothing, because packs or
sizes are larger, what a stopped arc's pack still lacks. A limit whose loosening changes nothing
by either step does not bind, whatever its slack.

RESOLVED: everything the row touches was solved again, as it is and with the limit moved. Where
that is too large, a row of a part (`scope`) is moved with the rest of the cycle held as decided
(BESIDE: the least that loosening earns, the most that tightening costs), and a coupling row is
told with its price (DUAL).

The limit of a lot is its quantity, and other rules follow from it (bounds, protections, shares):
there the fact is changed and the program written again. Any other limit is a row's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...model.draft import Bools, Floats, Ints
from ..arcs import expand
from ..families.fair_share import FairShareMode
from .again import Again, State
from .binding import MICRO, MICRO_UNITS, Marginals, unit_of
from .case import Case
from .copies import Copies, Worths, compared, stacked
from .scope import Effort, Parts, Scopes
from .shortened import Shortened
from .values import Marginal, MarginalMethod, Scope
from .variant import carried, dropped, origin, program, same_layout, with_facts


@dataclass(frozen=True, slots=True, eq=False)
class _Worths:
    """What parts are worth; `known` (parts,): not infeasible, not to be had, or stopped."""

    worth: Worths
    known: Bools

    def gain(self, now: _Worths) -> Floats:
        """Money over `now`, exactly 0 where they are worth the same; NaN where unknown."""
        money = np.where(
            compared(self.worth, now.worth) == 0, 0.0, self.worth[:, -1] - now.worth[:, -1]
        )
        return np.where(self.known & now.known, money, np.nan)

    def at(self, chosen: Ints) -> _Worths:
        """Some of the parts."""
        return _Worths(self.worth[chosen], self.known[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class _Trials:
    """Row `rows[p]` and what is solved for it: part p."""

    case: Case
    rows: Ints
    scopes: Scopes
    x: Floats
    again: Again
    rounds: Sequence[Ints]  # parts of lots that may be changed at once

    def now(self, at: Ints) -> _Worths:
        """The worth of parts `at` as they are."""
        scopes = self.scopes.only(at)
        free = scopes.copies(self.case.limits.model, self.x)
        outcomes = self.again.decided(free, self.x[scopes.column])
        return _Worths(free.worths(outcomes.x), outcomes.state == State.CLOSED)

    def worths(self, at: Ints, step: Floats) -> _Worths:
        """The worth of parts `at` with their row's limit moved by `step` (row units)."""
        places, copies = self._moved(at, step)
        outcomes = self.again.best(copies)
        found = copies.worths(outcomes.x)
        told = _Worths(np.zeros((len(at), found.shape[1])), np.zeros(len(at), dtype=np.bool_))
        told.worth[places], told.known[places] = found, outcomes.state == State.CLOSED
        return told

    def gains(self, at: Ints, step: Floats, most: int) -> Floats:
        """What the limit moved earns in money, NaN where that is unknown: by the relaxations alone,
        and of what they leave open the first `most` are solved again."""
        places, moved = self._moved(at, step)
        gain = np.full(len(at), np.nan)
        if not len(places):
            return gain
        scopes = self.scopes.only(at[places])
        free = scopes.copies(self.case.limits.model, self.x)
        decided = free.worths(self.x[scopes.column])
        settled = np.full(len(places), self.again.settled)
        now = _Worths(decided, settled) if self.again.settled else self._relaxed(free)[0]
        after, bound = self._relaxed(moved)
        worth = np.where(now.known, np.maximum(decided, now.worth)[:, -1], decided[:, -1])
        nothing = bound - worth <= np.maximum(1.0, 1e-9 * np.abs(worth))
        open_ = np.flatnonzero(~nothing & ~(now.known & after.known))
        solved = np.isin(places, np.sort(places[open_])[:most])
        for known, copies in ((now, free), (after, moved)):
            left = np.flatnonzero(solved & ~known.known)
            some = copies.only(left)
            outcomes = self.again.exact(some)
            known.worth[left] = some.worths(outcomes.x)
            known.known[left] = outcomes.state == State.CLOSED
        gain[places] = np.where(nothing, 0.0, after.gain(now))
        return gain

    def _relaxed(self, copies: Copies) -> tuple[_Worths, Floats]:
        """(what parts are worth where their relaxation is a plan, a bound of their money)."""
        if any(goal.weights.any() for goal in copies.model.goals):
            nothing = np.zeros((copies.count, len(copies.model.goals) + 1))
            return _Worths(nothing, nothing[:, -1] > 0), np.full(copies.count, np.inf)
        relaxed = self.again.relaxed(copies)
        return _Worths(copies.worths(relaxed.x), relaxed.attained), relaxed.bound

    def _moved(self, at: Ints, step: Floats) -> tuple[Ints, Copies]:
        """(positions in `at`, their parts with the limit moved); some may not be had."""
        lots = self.case.limits.of_stock(self.rows[at])
        places = [np.flatnonzero(~lots)]
        pieces = [self._rows_moved(at[~lots], step[~lots])]
        for together in self.rounds:
            now = np.flatnonzero(lots & np.isin(at, together))
            for some, moved in self._stock_moved(now, at, step):
                places.append(some)
                pieces.append(moved)
        return np.concatenate(places), stacked(pieces)

    def _rows_moved(self, at: Ints, step: Floats) -> Copies:
        free = self.scopes.only(at).copies(self.case.limits.model, self.x)
        return free.with_limits(self.rows[at], step)

    def _stock_moved(self, now: Ints, at: Ints, step: Floats) -> Iterator[tuple[Ints, Copies]]:
        """Some of `now`, and parts at[some] with their lots changed: all of them in one program
        where that has the rows and columns of today's, fewer where it has not."""
        moved = self._lots_moved(at[now], step[now]) if len(now) else None
        if moved is not None:
            yield now, moved
        elif len(now) > 1:
            for half in np.array_split(now, 2):
                yield from self._stock_moved(half, at, step)

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
        free, x = scopes, self.x
        if not same_layout(model, changed):
            old = origin(case.problem, model, problem, changed)
            gone = dropped(old, model.num_columns)
            if len(at) > 1 or not np.isin(gone, scopes.column).all():
                return None
            column = np.flatnonzero((old < 0) | np.isin(old, scopes.column))
            free = Scopes(column, np.zeros(len(column), dtype=np.int64), scopes.scope)
            x = carried(x, old)
        moved = free.copies(changed, x)
        return moved if moved.hold_all_moved(model, changed, scopes.column) else None


def marginals(
    case: Case,
    found: Shortened,
    parts: Parts,
    x: Floats,
    prices: Callable[[], Floats],
    again: Again,
    effort: Effort,
    *,
    solved: int | None = None,
) -> dict[int, Marginals]:
    """By row: solved again for the first `effort.statements` rows; every coupling row beside them
    is priced.

    `x`: the solved vector of the whole program; `prices` gives (rows,) what is told of a row that
    is not solved again, and is asked where there is one.
    `solved`: only what loosening earns is sought, in one trial for each row, by relaxations; of
    what they leave open so many rows are solved again.
    """
    listed = found.row[found.starts()[:-1]]
    valued = _solved_again(case, listed[: effort.statements], parts, x, again, effort, solved)
    left = listed[parts.coupling[listed] & ~np.isin(listed, list(valued))]
    if not len(left):
        return valued
    told = prices()
    priced = left[told[left] != 0].tolist()
    return valued | {row: _priced(case, row, float(told[row])) for row in priced}


def _solved_again(
    case: Case,
    rows: Ints,
    parts: Parts,
    x: Floats,
    again: Again,
    effort: Effort,
    solved: int | None,
) -> dict[int, Marginals]:
    """What the rows are worth, of those that could be solved to the end."""
    rows = rows[np.diff(case.limits.model.matrix.indptr)[rows] > 0]
    valued: dict[int, Marginals] = {}
    whole = replace(effort, whole_columns=min(effort.whole_columns, again.copy_columns))
    beside = replace(effort, whole_columns=0)
    for tried in (whole, beside) if solved is None else (whole,):  # what does not close, as a part
        left = np.array([r for r in rows.tolist() if r not in valued], dtype=np.int64)
        if len(left):
            trials = _trials(case, left, parts, x, again, tried)
            solvable = ~parts.coupling[left] | (trials.scopes.scope == Scope.CYCLE)
            at = np.flatnonzero(solvable)
            valued |= _valued(trials, at) if solved is None else _loosened(trials, at, solved)
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
    case, rows = trials.case, trials.rows[at]
    steps = [list(_steps(case, row)) for row in rows.tolist()]
    sign = case.limits.loosening(rows)
    now = trials.now(at)
    step = np.array([s[0] for s in steps])
    gain = trials.worths(at, sign * step).gain(now)
    more = np.flatnonzero((gain == 0) & (np.array([len(s) for s in steps]) > 1))
    step[more] = [steps[k][1] for k in more.tolist()]
    gain[more] = trials.worths(at[more], (sign * step)[more]).gain(now.at(more))
    tight = np.flatnonzero((gain != 0) & ~np.isnan(gain) & case.limits.lowered(rows, step))
    loss = np.full(len(at), np.nan)
    loss[tight] = trials.worths(at[tight], -(sign * step)[tight]).gain(now.at(tight))
    return {
        row: _told(trials, int(at[k]), float(step[k]), float(gain[k]), float(loss[k]), sign[k] > 0)
        for k, row in enumerate(rows.tolist())
        if not np.isnan(gain[k])
    }


def _loosened(trials: _Trials, at: Ints, solved: int) -> dict[int, Marginals]:
    """Loosen every row by the larger of one and a pack, and no more."""
    rows = trials.rows[at]
    step = np.array([max(_steps(trials.case, row)) for row in rows.tolist()])
    sign = trials.case.limits.loosening(rows)
    gain = trials.gains(at, sign * step, solved)
    return {
        row: _told(trials, int(at[k]), float(step[k]), float(gain[k]), math.nan, sign[k] > 0)
        for k, row in enumerate(rows.tolist())
        if not np.isnan(gain[k])
    }


def _told(trials: _Trials, part: int, step: float, gain: float, loss: float, up: bool) -> Marginals:
    """`gain`, `loss`: money by loosening and tightening; NaN: not known."""
    whole = trials.scopes.scope[part] == Scope.CYCLE
    if not gain:
        return Marginals(changes_nothing=bool(whole))
    method = MarginalMethod.RESOLVED if whole else MarginalMethod.BESIDE
    amount = round(step * _contract_units(trials.case, int(trials.rows[part])))
    looser = Marginal(round(gain), amount, method)
    tighter = None if math.isnan(loss) else Marginal(round(loss), amount, method)
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
