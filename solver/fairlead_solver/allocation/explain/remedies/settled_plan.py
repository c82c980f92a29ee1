"""The second plan of a change that fills a line, settled towards the decision, and who loses by it.

Of all plans that are worth as much, and fill the line, the one in which the fewest units move
(`model.nearest`). A line that loses units there is certain to lose some where no such plan leaves
it what it had. Others might lose in place of each other: a group of lines, all of which together
no such plan leaves what they had, though it does each of them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from fairlead_solver.model.engines.nearest_solution import nearest
from fairlead_solver.model.program.draft import Floats, Ints
from fairlead_solver.model.resolve.outcomes import State
from fairlead_solver.model.resolve.subproblems import Copies, rounding

from .trial_programs import Made
from .trials import Tried, Trying

ROUNDS = 6  # of asking which other line would lose


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Lines of which at least one loses, `units` all together in the plan that is told."""

    lines: tuple[int, ...]
    units: int


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The second plan of `result`: what it is worth more than the decision, `gain_micros` and the
    `cash_micros` among them; `given` units of all lines that get other ones than decided, and of
    the line itself.

    Of the lines that lose, those `certain` to lose; `one_of`: groups of which some line loses; of
    the others it was not found out.
    """

    result: Tried
    gain_micros: int
    cash_micros: int
    given: Mapping[int, int]
    certain: tuple[int, ...] = ()
    one_of: tuple[Group, ...] = ()


def settled(trying: Trying, results: Sequence[Tried]) -> list[Settled]:
    """The second plan of each result whose part is known as it is, with who loses."""
    nows = trying.best_now(results)
    known = [(result, now) for result, now in zip(results, nows, strict=True) if now is not None]
    if not known:
        return []
    made = Made.stacked([r.made.only(np.array([r.copy])) for r, _ in known])
    least = np.array([r.decided + (r.worth - now) for r, now in known])
    plans = _Plans.of(trying, made, least)
    every = np.arange(len(known))
    found = plans.keeping(every, [frozenset()] * len(known))
    best = {j: plan for j, plan in enumerate(found) if isinstance(plan, np.ndarray)}
    told = [plans.settled(j, r, best.get(j, r.x)) for j, (r, _) in enumerate(known)]
    return _with_losers(plans, told, best)


def _with_losers(
    plans: _Plans, told: Sequence[Settled], best: Mapping[int, Floats]
) -> list[Settled]:
    """With what is found out about the lines that lose, of those that were settled."""
    losers = [plans.losers(j, best[j]) if j in best else {} for j in range(len(told))]
    alone = [(j, frozenset({line})) for j, lost in enumerate(losers) for line in lost]
    found = _kept(plans, alone)
    certain: list[list[int]] = [[] for _ in told]
    groups: list[list[frozenset[int]]] = [[] for _ in told]
    for (j, lines), plan in found.items():
        if plan is IMPOSSIBLE:
            certain[j] += lines
        elif isinstance(plan, np.ndarray):
            groups[j].append(lines | _others(plans, j, plan, certain[j]))
    for j, some in enumerate(groups):
        sure = set(certain[j])
        groups[j] = _merged(lines - sure for lines in some)
    closed = _closed(plans, groups, certain)
    return [
        replace(
            one,
            certain=tuple(line for line in losers[j] if line in certain[j]),
            one_of=tuple(
                Group(tuple(sorted(lines)), sum(losers[j].get(line, 0) for line in lines))
                for lines in closed[j]
            ),
        )
        for j, one in enumerate(told)
    ]


def _closed(
    plans: _Plans, groups: Sequence[Sequence[frozenset[int]]], certain: Sequence[Sequence[int]]
) -> list[list[frozenset[int]]]:
    """Groups whose lines cannot all keep what they had, grown by who would lose then."""
    done: list[list[frozenset[int]]] = [[] for _ in groups]
    open_ = [list(some) for some in groups]
    for _ in range(ROUNDS):
        found = _kept(plans, [(j, lines) for j, some in enumerate(open_) for lines in some])
        grown: list[list[frozenset[int]]] = [[] for _ in groups]
        for (j, lines), plan in found.items():
            if plan is IMPOSSIBLE:
                done[j].append(lines)
            elif isinstance(plan, np.ndarray):
                more = _others(plans, j, plan, certain[j])
                grown[j] += [lines | more] if more else []
        open_ = []
        for j, some in enumerate(grown):
            merged = _merged([*some, *done[j]]) if some else []
            open_.append([lines for lines in merged if lines not in done[j]])
            if some:
                done[j] = [lines for lines in done[j] if lines in merged]
        if not any(open_):
            break
    return done


def _others(plans: _Plans, j: int, plan: Floats, certain: Iterable[int]) -> frozenset[int]:
    return frozenset(plans.losers(j, plan)) - frozenset(certain)


def _kept(
    plans: _Plans, asked: Sequence[tuple[int, frozenset[int]]]
) -> dict[tuple[int, frozenset[int]], Floats | str | None]:
    """The settled plan in which all of some lines keep what they had, for each that is asked."""
    at = np.array([j for j, _ in asked], dtype=np.int64)
    return dict(zip(asked, plans.keeping(at, [lines for _, lines in asked]), strict=True))


def _merged(groups: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Groups that share a line as one."""
    found: list[frozenset[int]] = []
    for group in groups:
        meeting = [other for other in found if other & group]
        found = [other for other in found if not other & group]
        found.append(group.union(*meeting))
    return [group for group in found if group]


IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, eq=False)
class _Plans:
    """Changed parts with all plans that are worth enough and fill their line. Quantity k is the
    units of `line[k]` in copy `copy[k]`, `had[k]` as decided; `below[k]`: the column of `near`,
    from the start of its copy, that says by how much it is less."""

    trying: Trying
    made: Made
    near: Copies
    copy: Ints
    line: Ints
    had: Ints
    below: Ints

    @classmethod
    def of(cls, trying: Trying, made: Made, least: Floats) -> _Plans:
        """`least` (copies, goals + 1): what each has to be worth."""
        full = trying.filled(made)
        flows = np.flatnonzero(made.line >= 0)
        copy, line, _ = made.units(np.zeros(full.model.num_columns))
        width = int(made.line.max(initial=0)) + 1
        key = copy * width + line
        row = np.searchsorted(key, full.part[flows] * width + made.line[flows])
        shape = (len(key), full.model.num_columns)
        quantities = sp.csr_array((made.pack[flows].astype(np.float64), (row, flows)), shape=shape)
        had = _had(trying, made, copy, line)
        found = nearest(
            full.model,
            full.part,
            full.row_part,
            quantities,
            had.astype(np.float64),
            least - rounding(least),
        )
        added = len(found.model.row_lower) - full.model.num_rows
        near = Copies.in_order(
            found.model,
            full.count,
            np.concatenate([full.column, np.full(2 * len(had), -1)]),
            found.owner,
            np.concatenate([full.row, np.full(added, -1)]),
            found.row_owner,
        )
        place = np.empty(found.model.num_columns, dtype=np.int64)
        place[np.argsort(found.owner, kind="stable")] = np.arange(found.model.num_columns)
        starts = np.searchsorted(near.part, np.arange(near.count))
        return cls(trying, made, near, copy, line, had, place[found.below] - starts[copy])

    def keeping(self, at: Ints, kept: Sequence[frozenset[int]]) -> list[Floats | str | None]:
        """For each copy of `at`: the plan (columns,) nearest to the decision in which the lines
        `kept` lose nothing; IMPOSSIBLE: there is none; None: it was not found out."""
        if not len(at):
            return []
        some = self.near.only(at)
        starts = np.searchsorted(some.part, np.arange(len(at) + 1))
        fixed = [
            starts[k] + self.below[q]
            for k, (j, lines) in enumerate(zip(at.tolist(), kept, strict=True))
            for q in np.flatnonzero((self.copy == j) & np.isin(self.line, list(lines))).tolist()
        ]
        columns = np.array(fixed, dtype=np.int64)
        none = np.zeros(len(columns))
        found = self.trying.sized(some).best(some.with_bounds(columns, none, none))
        own = np.bincount(self.made.copies.part, minlength=self.made.copies.count)[at]
        return [
            found.x[start : start + size]
            if state == State.CLOSED
            else (IMPOSSIBLE if state == State.INFEASIBLE else None)
            for start, size, state in zip(starts.tolist(), own.tolist(), found.state, strict=False)
        ]

    def settled(self, j: int, result: Tried, x: Floats) -> Settled:
        """What the plan x (columns of copy j,) comes to beside the decision."""
        only, trials = self.made.only(np.array([j])), self.trying.trials
        columns = only.before[0]
        model, decided = trials.parts.model, trials.x[columns]
        gain = only.copies.worths(x)[0, -1] - model.cost[columns] @ decided
        assert model.subtotal is not None  # a program of the cycle tells its cash
        cash = only.copies.subtotals(x)[0] - model.subtotal[columns] @ decided
        return Settled(result, round(float(gain)), round(float(cash)), self.given(j, x))

    def given(self, j: int, x: Floats) -> dict[int, int]:
        """Units of every line of copy j that get other ones than decided, and of its own line."""
        case, made = self.trying.case, self.made.only(np.array([j]))
        _, lines, units = made.units(x)
        now = case.given - self.trying.trials.had(made.before[0])
        now[lines] += units
        changed = np.union1d(np.flatnonzero(now != case.given), [made.trials[0].line])
        return {line: int(now[line]) for line in changed.tolist()}

    def losers(self, j: int, x: Floats) -> dict[int, int]:
        """Units that lines of copy j lose, those that lose most first."""
        given = self.trying.case.given
        lost = {line: int(given[line]) - units for line, units in self.given(j, x).items()}
        ordered = sorted((line for line in lost if lost[line] > 0), key=lambda i: (-lost[i], i))
        return {line: lost[line] for line in ordered}


def _had(trying: Trying, made: Made, copy: Ints, line: Ints) -> Ints:
    """Units that the decision gives each line by the columns of each copy."""
    found = np.zeros(len(line), dtype=np.int64)
    for j, columns in enumerate(made.before):
        own = np.flatnonzero(copy == j)
        found[own] = trying.trials.had(columns)[line[own]]
    return found
