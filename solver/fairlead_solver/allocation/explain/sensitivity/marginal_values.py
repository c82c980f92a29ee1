"""What one step more, or less, of a limit is worth, cash and policy value: solved again both ways.

The step is one unit of what the planner counts; where that changes nothing, what a pack of a
short line still lacks; where that changes nothing either, what the least quantity of a line lacks
that has nothing. A limit whose loosening changes nothing by any step does not bind, whatever its
slack. Of one that is exceeded already, as more of a quota is consumed than its cap, one more is
still too little: it has no value of a step.

RESOLVED: everything the row touches was solved again, as it is and with the limit moved. Where
that is too large, a row of a part (`scope`) is moved with the rest of the cycle held as decided
(BESIDE: the least that loosening earns, the most that tightening costs), and a coupling row is
told with its price (DUAL).

Most limits are worth nothing by any step. The largest is tried first: where it earns nothing, so
do the smaller ones, and that is mostly seen by the duals of the part as it is (`as_decided`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fairlead_solver.arrays import expand
from fairlead_solver.model.program.draft import Bools, Floats, Ints
from fairlead_solver.model.resolve.baseline import AsDecided, Gains
from fairlead_solver.model.resolve.neighbourhoods import Effort, Parts, Scopes
from fairlead_solver.model.resolve.reoptimizer import Again
from fairlead_solver.model.resolve.scope import Scope
from fairlead_solver.model.resolve.subproblems import Beside, Copies

from ...policy.fair_share import FairShareMode
from ...rules.terms import Worth
from ..evidence.evidence import Case
from ..evidence.units import MICRO, MICRO_UNITS, unit_of
from ..vocabulary.values import Marginal, MarginalMethod
from .binding_constraints import Marginals
from .shifted_limits import Moved


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """Rows, the most valuable first: of `both` what a step is worth each way, of `looser` only
    what loosening earns, where the part with more room needs no search by an engine. Coupling rows
    of `priced` are told with their price where nothing else is known."""

    both: Ints
    looser: Ints
    priced: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Row `rows[p]` is moved in part p; both ways, and searched for, where `both[p]`."""

    case: Case
    rows: Ints
    both: Bools
    scope: Ints
    moved: Moved
    again: Again

    @property
    def upwards(self) -> Bools:
        """Rows whose loosening earns money or nothing. More stock moves fair shares, and may cost
        some: then that is told of rows that are sought both ways."""
        shares = self.case.problem.policy.fair_share.mode is not FairShareMode.OFF
        return ~self.both | (not shares)

    def looser(self, at: Ints, step: Floats) -> tuple[Ints, Copies]:
        """(positions in `at`, their parts with the limit loosened by `step`, in row units)."""
        return self.moved.by(at, self.case.limits.loosening(self.rows[at]) * step)

    def tighter(self, at: Ints, step: Floats) -> tuple[Ints, Copies]:
        """The same, tightened."""
        return self.moved.by(at, -self.case.limits.loosening(self.rows[at]) * step)

    def gains(self, now: AsDecided, at: Ints, moved: tuple[Ints, Copies], upwards: Bools) -> Gains:
        """What the moved parts earn, for each of `at`."""
        places, copies = moved
        gains, parts = Gains.unknown(len(at)), at[places]
        gains.put(places, now.gain(parts, copies, self.both[parts], upwards[parts]))
        return gains


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
    beside = Beside.of(parts.model, x)
    valued = _valued(trials_of(case, rows, len(both), parts, beside, again, whole))
    left = both[~np.isin(both, list(valued))]
    if len(left):
        part = replace(effort, whole_columns=0)
        valued |= _valued(trials_of(case, left, len(left), parts, beside, again, part))
    return valued


def trials_of(
    case: Case, rows: Ints, both: int, parts: Parts, beside: Beside, again: Again, effort: Effort
) -> Trials:
    """The rows that can be moved in a part: a coupling row only with its whole component. The
    first `both` are sought both ways."""
    scopes, seed = _around(case, rows, parts, effort)
    solvable = np.flatnonzero(~parts.coupling[rows] | (scopes.scope == Scope.CYCLE))
    scopes = scopes.only(solvable)
    component = parts.solved_apart(seed[solvable], scopes.scope)
    moved = Moved(case, rows[solvable], scopes, component, beside)
    return Trials(case, rows[solvable], solvable < both, scopes.scope, moved, again)


def _around(case: Case, rows: Ints, parts: Parts, effort: Effort) -> tuple[Scopes, Ints]:
    """The part around each row, and a column of it. A coupling row's whole component is named by
    any column of it."""
    matrix = case.limits.model.matrix
    starts = matrix.indptr.astype(np.int64)[rows]
    counts = np.where(parts.coupling[rows], 1, np.diff(matrix.indptr)[rows])
    seeds = matrix.indices[expand(starts, counts)].astype(np.int64)
    scopes = parts.around(seeds, np.repeat(np.arange(len(rows)), counts), effort)
    return scopes, matrix.indices[starts].astype(np.int64)


def _valued(trials: Trials) -> dict[int, Marginals]:
    """Loosen every row by its largest step; where that earns something and both ways are sought, by
    the first smaller one that does, and tighten it as much."""
    case, rows = trials.case, trials.rows
    every = np.arange(len(rows))
    steps = [_steps(case, row) for row in rows.tolist()]
    step = np.array([s[-1] for s in steps])
    now, gain = _loosened(trials, every, step)
    asked = trials.both & ((gain.total != 0) | ~trials.upwards)
    for size in range(max(map(len, steps), default=1) - 1):
        smaller = [k for k in np.flatnonzero(asked).tolist() if len(steps[k]) > size + 1]
        at, by = np.array(smaller, dtype=np.int64), np.array([steps[k][size] for k in smaller])
        earned = trials.gains(now, at, trials.looser(at, by), trials.upwards)
        told = ~np.isnan(earned.total) & (earned.total != 0)
        told &= (earned.total > 0) | ~(gain.total[at] > 0)  # a pack may earn where a unit costs
        gain.put(at[told], earned.at(told))
        step[at[told]], asked[at[told]] = by[told], False
    lowered = case.limits.lowered(rows, step + _least_limit(case, rows))
    known = ~np.isnan(gain.total)
    tight = np.flatnonzero(trials.both & (gain.total != 0) & known & lowered)
    loss = Gains.unknown(len(rows))
    either = np.zeros(len(rows), dtype=np.bool_)
    loss.put(tight, trials.gains(now, tight, trials.tighter(tight, step[tight]), either))
    return {
        row: _told(trials, k, float(step[k]), gain, loss)
        for k, row in enumerate(rows.tolist())
        if known[k]
    }


def _least_limit(case: Case, rows: Ints) -> Floats:
    """What a limit of each row must be at least: no location is written as 0, which means any
    number of them."""
    return np.array([float(case.wording(row)[1].unit == "locations") for row in rows.tolist()])


def _loosened(trials: Trials, every: Ints, step: Floats) -> tuple[AsDecided, Gains]:
    """The parts as they are, and what each earns by `step`: nothing where a bound says so, solved
    where none does."""
    places, looser = trials.looser(every, step)
    scopes, beside = trials.moved.scopes, trials.moved.beside
    now, most = AsDecided.of(scopes, beside, trials.again, places, looser)
    nothing = now.reaches(places, most) & trials.upwards[places]
    left = np.flatnonzero(~nothing)
    gain = trials.gains(now, every, (places[left], looser.only(left)), trials.upwards)
    gain.put(places[nothing], Gains(np.zeros(1), np.zeros(1)))
    return now, gain


def _told(trials: Trials, part: int, step: float, gain: Gains, loss: Gains) -> Marginals:
    """`gain`, `loss`: of every part, by loosening and tightening."""
    whole = trials.scope[part] == Scope.CYCLE
    if not gain.total[part]:
        return Marginals(changes_nothing=bool(whole))
    method = MarginalMethod.RESOLVED if whole else MarginalMethod.BESIDE
    amount = round(step * contract_units(trials.case, int(trials.rows[part])))
    looser = _marginal(gain, part, amount, method)
    tighter = None if np.isnan(loss.total[part]) else _marginal(loss, part, amount, method)
    up = trials.case.limits.loosening(trials.rows[part : part + 1])[0] > 0
    return Marginals(looser, tighter) if up else Marginals(tighter, looser)


def _marginal(gain: Gains, part: int, amount: int, method: MarginalMethod) -> Marginal:
    total, cash = round(float(gain.total[part])), round(float(gain.cash[part]))
    return Marginal(total, amount, method, Worth(cash, total - cash))


def _priced(case: Case, row: int, price: float) -> Marginals:
    """One planner's unit at the price of the row."""
    _, words = case.wording(row)
    step = round(words.scale * contract_units(case, row))
    value = price * words.scale
    return Marginals(
        Marginal(round(value), step, MarginalMethod.DUAL),
        Marginal(round(-value), step, MarginalMethod.DUAL),
    )


def _steps(case: Case, row: int) -> list[float]:
    """One planner's unit, then what a pack of a short line lacks, then what the least quantity of
    one that has nothing lacks: the fewest of each, in row units, ascending."""
    _, words = case.wording(row)
    bare, one = float(case.limits.bare[row]), float(words.scale)
    if not math.isfinite(bare):
        return [one]
    matrix, arcs = case.limits.model.matrix, case.problem.arcs
    part = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    column, used = matrix.indices[part], matrix.data[part]
    flows = column < len(arcs)
    column, used = column[flows], used[flows]
    line = arcs.line[column]
    short = (case.given < case.whole)[line]
    found = {one}
    for packs in (1, case.limits.packs_at_once[column]):
        lacking = (used * packs)[short] - bare
        lacking = lacking[lacking > 0]
        found |= {max(one, float(math.ceil(least))) for least in np.sort(lacking)[:1].tolist()}
    return sorted(found)


def contract_units(case: Case, row: int) -> int:
    """What one unit of the row is in the contract's unit."""
    block, words = case.wording(row)
    return MICRO // words.scale if unit_of(block.family, words) in MICRO_UNITS else 1
