"""What one step more, or less, of a limit is worth: solved again both ways.

The step is one unit of what the planner counts; where that changes nothing, because packs or
sizes are larger, what a stopped arc's pack still lacks. A limit whose loosening changes nothing
by either step does not bind, whatever its slack.

RESOLVED: everything the row touches was solved again, as it is and with the limit moved. Where
that is too large, a row of a part (`scope`) is moved with the rest of the cycle held as decided
(BESIDE: the least that loosening earns, the most that tightening costs), and a coupling row is
told with its price (DUAL).

Most limits are worth nothing by any step. The larger step is tried first: where it earns nothing,
so does the smaller one, and that is mostly seen by the duals of the part as it is (`as_decided`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...model.draft import Bools, Floats, Ints
from ..arcs import expand
from ..families.fair_share import FairShareMode
from .again import Again
from .as_decided import AsDecided, Valued
from .binding import MICRO, MICRO_UNITS, Marginals, unit_of
from .case import Case
from .copies import Copies
from .moved import Moved
from .outcomes import State
from .scope import Effort, Parts, Scopes
from .values import Marginal, MarginalMethod, Scope


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """Rows, the most valuable first: of `both` what a step is worth each way, of `looser` only
    what loosening earns, by relaxations, and by solving again for `solved` of those that these
    leave open. Coupling rows of `priced` are told with their price where nothing else is known."""

    both: Ints
    looser: Ints
    solved: int
    priced: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Trials:
    """Row `rows[p]` and what is solved for it: part p; both ways for those of `both`."""

    case: Case
    rows: Ints
    both: Bools
    scopes: Scopes
    moved: Moved
    now: AsDecided
    again: Again

    def looser(self, at: Ints, step: Floats, solved: int) -> Floats:
        """What parts `at` earn with their row's limit loosened by `step` (row units); NaN where
        that is not known. Of those not sought both ways the first `solved` are solved."""
        places, moved = self.moved.by(at, self.case.limits.loosening(self.rows[at]) * step)
        parts = at[places]
        gain = np.full(len(at), np.nan)
        nothing = self.now.earns_nothing(parts, moved)
        left = np.flatnonzero(~nothing)
        gain[places[nothing]] = 0.0
        gain[places[left]] = self._gain(parts[left], moved.only(left), solved, looser=True)
        return gain

    def tighter(self, at: Ints, step: Floats) -> Floats:
        """The same with the limit tightened by `step`, of parts sought both ways."""
        places, moved = self.moved.by(at, -self.case.limits.loosening(self.rows[at]) * step)
        gain = np.full(len(at), np.nan)
        gain[places] = self._gain(at[places], moved, 0, looser=False)
        return gain

    def _gain(self, parts: Ints, copies: Copies, solved: int, *, looser: bool) -> Floats:
        """Money by which `copies` are worth more than the parts as they are."""
        if not len(parts):
            return np.empty(0)
        after = Valued.unknown(copies)
        nothing = np.zeros(len(parts), dtype=np.bool_)
        relaxed = self.again.relaxed(copies) if copies.money_first() else None
        if relaxed is not None:
            after = Valued(copies.worths(relaxed.x), relaxed.attained)
            nothing = looser & self.now.reaches(parts, relaxed.bound)
        wanted = self.both[parts] & ~nothing
        open_ = np.flatnonzero(~nothing & ~wanted & ~(after.known & self.now.known(parts).known))
        wanted[open_[:solved]] = True
        left = np.flatnonzero(wanted & ~after.known)
        if len(left):
            some = copies.only(left)
            root = None if relaxed is None else relaxed.of(copies, left)
            outcomes = self.again.exact(some, root)
            after.worth[left] = some.worths(outcomes.x)
            after.known[left] = outcomes.state == State.CLOSED
        self.now.solve(parts[wanted])
        return np.where(nothing, 0.0, after.gain(self.now.known(parts)))


def marginals(
    case: Case,
    sought: Sought,
    parts: Parts,
    x: Floats,
    prices: Callable[[], Floats],
    again: Again,
    effort: Effort,
) -> dict[int, Marginals]:
    """By row, of those for which something is known.

    `x`: the solved vector of the whole program; `prices` gives (rows,) what is told of a row that
    is not solved again, and is asked where there is one.
    """
    valued = _solved_again(case, sought, parts, x, again, effort)
    left = sought.priced[parts.coupling[sought.priced] & ~np.isin(sought.priced, list(valued))]
    if not len(left):
        return valued
    told = prices()
    priced = left[told[left] != 0].tolist()
    return valued | {row: _priced(case, row, float(told[row])) for row in priced}


def _solved_again(
    case: Case, sought: Sought, parts: Parts, x: Floats, again: Again, effort: Effort
) -> dict[int, Marginals]:
    """What the rows are worth, of those that could be solved to the end; what does not close in
    the whole component is sought in a part, where both ways are wanted."""
    entries = np.diff(case.limits.model.matrix.indptr)
    both, looser = sought.both[entries[sought.both] > 0], sought.looser[entries[sought.looser] > 0]
    whole = replace(effort, whole_columns=min(effort.whole_columns, again.copy_columns))
    rows = np.concatenate([both, looser])
    trials = _trials(case, rows, np.arange(len(rows)) < len(both), parts, x, again, whole)
    valued = _valued(trials, sought.solved)
    left = both[~np.isin(both, list(valued))]
    if len(left):
        beside = replace(effort, whole_columns=0)
        trials = _trials(case, left, np.ones(len(left), np.bool_), parts, x, again, beside)
        valued |= _valued(trials, 0)
    return valued


def _trials(
    case: Case, rows: Ints, both: Bools, parts: Parts, x: Floats, again: Again, effort: Effort
) -> _Trials:
    """The rows that can be moved in a part: a coupling row only with its whole component."""
    scopes, seed = _around(case, rows, parts, effort)
    solvable = np.flatnonzero(~parts.coupling[rows] | (scopes.scope == Scope.CYCLE))
    rows, both, seed, scopes = rows[solvable], both[solvable], seed[solvable], scopes.only(solvable)
    component = parts.solved_apart(seed, scopes.scope)
    now = AsDecided.of(scopes, case.limits.model, x, again)
    return _Trials(case, rows, both, scopes, Moved(case, rows, scopes, component, x), now, again)


def _around(case: Case, rows: Ints, parts: Parts, effort: Effort) -> tuple[Scopes, Ints]:
    """The part around each row, and a column of it. A coupling row's whole component is named by
    any column of it."""
    matrix = case.limits.model.matrix
    starts = matrix.indptr.astype(np.int64)[rows]
    counts = np.where(parts.coupling[rows], 1, np.diff(matrix.indptr)[rows])
    seeds = matrix.indices[expand(starts, counts)].astype(np.int64)
    scopes = parts.around(seeds, np.repeat(np.arange(len(rows)), counts), effort)
    return scopes, matrix.indices[starts].astype(np.int64)


def _valued(trials: _Trials, solved: int) -> dict[int, Marginals]:
    """Loosen every row by its larger step; where that earns something, by the smaller one, and
    where both ways are sought tighten it as much."""
    case, rows = trials.case, trials.rows
    every = np.arange(len(rows))
    steps = [list(_steps(case, row)) for row in rows.tolist()]
    small, step = np.array([s[0] for s in steps]), np.array([s[-1] for s in steps])
    gain = trials.looser(every, step, solved)
    # more stock moves fair shares, and a unit may cost what a pack does not
    shares = case.problem.policy.fair_share.mode is not FairShareMode.OFF
    unit = np.flatnonzero(trials.both & (small < step) & ((gain != 0) | shares))
    by_unit = trials.looser(unit, small[unit], 0)
    told = ~np.isnan(by_unit) & (by_unit != 0)
    gain[unit[told]], step[unit[told]] = by_unit[told], small[unit[told]]
    lowered = case.limits.lowered(rows, step)
    tight = np.flatnonzero(trials.both & (gain != 0) & ~np.isnan(gain) & lowered)
    loss = np.full(len(rows), np.nan)
    loss[tight] = trials.tighter(tight, step[tight])
    return {
        row: _told(trials, k, float(step[k]), float(gain[k]), float(loss[k]))
        for k, row in enumerate(rows.tolist())
        if not np.isnan(gain[k])
    }


def _told(trials: _Trials, part: int, step: float, gain: float, loss: float) -> Marginals:
    """`gain`, `loss`: money by loosening and tightening; NaN: not known."""
    whole = trials.scopes.scope[part] == Scope.CYCLE
    if not gain:
        return Marginals(changes_nothing=bool(whole))
    method = MarginalMethod.RESOLVED if whole else MarginalMethod.BESIDE
    amount = round(step * _contract_units(trials.case, int(trials.rows[part])))
    looser = Marginal(round(gain), amount, method)
    tighter = None if math.isnan(loss) else Marginal(round(loss), amount, method)
    up = trials.case.limits.loosening(trials.rows[part : part + 1])[0] > 0
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
