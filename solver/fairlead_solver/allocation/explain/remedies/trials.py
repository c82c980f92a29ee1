"""Tries changes: which of them surely fill their line, and the best plan with each.

A change fills its line where every best plan of the changed part does: with the line left a pack
short the part is worth less. What a linear relaxation rules out is not searched: with the line
full it is worth no more than the plan as decided, which is possible still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fairlead_solver.model.program.draft import Bools, Floats, Ints
from fairlead_solver.model.resolve.neighbourhoods import Scopes
from fairlead_solver.model.resolve.outcomes import State
from fairlead_solver.model.resolve.reoptimizer import Again
from fairlead_solver.model.resolve.scope import Scope
from fairlead_solver.model.resolve.subproblems import Copies, Worths, compared, rounding

from ..evidence.evidence import Case
from .remedy import Trial
from .trial_programs import Made, Trials

NOISE = 1e-6  # of sums of doubles


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What came of a trial, copy `copy` of `made`: whether it surely `fills` its line, None where
    that was not found out; the best plan there, `x` (the copy's columns,), and what that is worth;
    what the part is worth as `decided` (goals + 1, both)."""

    made: Made
    copy: int
    fills: bool | None
    x: Floats
    worth: Floats
    decided: Floats

    @property
    def trial(self) -> Trial:
        """What was tried."""
        return self.made.trials[self.copy]


@dataclass(frozen=True, slots=True, eq=False)
class Less:
    """`trial` is that of `result`, but that step `step` raises its limit by `less` less."""

    trial: Trial
    result: Tried
    step: int
    less: int

    @property
    def has_limit(self) -> bool:
        """Whether the copy has the limit's row."""
        return self.result.made.limit_row(self.result.copy, self.step) is not None


@dataclass(eq=False)
class Trying:
    """Tries changes of one case, each as often as it is asked for."""

    case: Case
    again: Again
    trials: Trials
    _best_now: dict[bytes, tuple[Floats, bool]] = field(default_factory=dict)

    def tried(self, trials: Sequence[Trial]) -> Mapping[Trial, Tried | None]:
        """What came of every trial that could be had and was solved to the end; None of one that a
        relaxation rules out. Others are left out."""
        made = self.trials.made(list(dict.fromkeys(trials)))
        if made is None:
            return {}
        decided = self.trials.decided(made)
        possible = self._may_fill(made, decided)
        ruled_out = dict.fromkeys(made.trials[j] for j in np.flatnonzero(~possible).tolist())
        left = np.flatnonzero(possible)
        return {**ruled_out, **self._solved(made.only(left), decided[left])}

    def lesser(self, asked: Sequence[Less]) -> Mapping[Trial, Tried]:
        """The same for changes that raise a limit by less, each as a copy of one that was solved.
        Those whose copies have no such limit are not had."""
        asked = [
            one for one in asked if one.result.made.limit_row(one.result.copy, one.step) is not None
        ]
        if not asked:
            return {}
        made = Made.stacked([one.result.made.only(np.array([one.result.copy])) for one in asked])
        steps = np.array([one.step for one in asked], dtype=np.int64)
        less = np.array([one.less for one in asked], dtype=np.float64)
        decided = np.array([one.result.decided for one in asked])
        return self._solved(made.lesser([one.trial for one in asked], steps, less), decided)

    def _solved(self, made: Made, decided: Worths) -> Mapping[Trial, Tried]:
        outcomes = self.sized(made.copies).best(made.copies)
        worths = made.copies.worths(outcomes.x)
        closed = outcomes.state == State.CLOSED
        full = np.flatnonzero(self._full(made, outcomes.x) & closed)
        surely: list[bool | None] = [False] * made.copies.count
        for j, worse in zip(full, self._worse_short(made.only(full), worths[full]), strict=True):
            surely[j] = worse
        starts = np.searchsorted(made.copies.part, np.arange(1, made.copies.count))
        each = np.split(outcomes.x, starts)
        return {
            made.trials[j]: Tried(made, j, surely[j], each[j], worths[j], decided[j])
            for j in np.flatnonzero(closed).tolist()
        }

    def best_now(self, results: Sequence[Tried]) -> list[Floats | None]:
        """(goals + 1,) for each: what the part it was tried in is worth at best as it is; None
        where that is not known."""
        columns = [result.made.before[result.copy] for result in results]
        keys = [some.tobytes() for some in columns]
        new = {
            key: some for key, some in zip(keys, columns, strict=True) if key not in self._best_now
        }
        if new:
            self._best_now |= dict(zip(new, self._solved_now(list(new.values())), strict=True))
        found = (self._best_now[key] for key in keys)
        return [worth if known else None for worth, known in found]

    def _solved_now(self, parts: Sequence[Ints]) -> Iterable[tuple[Floats, bool]]:
        part = np.repeat(np.arange(len(parts)), [len(columns) for columns in parts])
        scopes = Scopes(np.concatenate(parts), part, np.full(len(parts), Scope.PART))
        now = scopes.copies(self.trials.beside)
        found = self.sized(now).decided(now, self.trials.x[now.column])
        return zip(now.worths(found.x), (found.state == State.CLOSED).tolist(), strict=True)

    def sized(self, copies: Copies) -> Again:
        """Copies of cycles that are tried whole are searched whatever their size."""
        sizes = np.bincount(copies.part, minlength=1)
        largest = int(sizes[sizes <= 2 * self.trials.whole_columns].max(initial=0))
        return replace(self.again, copy_columns=max(largest, self.again.copy_columns))

    def _full(self, made: Made, x: Floats) -> Bools:
        """Whether each trial's line has all its whole packs."""
        copy, line, units = made.units(x)
        wanted = np.array([trial.line for trial in made.trials], dtype=np.int64)
        own = line == wanted[copy]
        full = np.zeros(len(made.trials), dtype=np.bool_)
        full[copy[own]] = units[own] >= self.case.whole[line[own]]
        return full

    def _may_fill(self, made: Made, decided: Worths) -> Bools:
        """Without those that are worth no more with the line full, by a relaxation, than the plan
        as decided. Goals come first, and money where none of them can be more."""
        filled = self.filled(made)
        possible = np.ones(len(made.trials), dtype=np.bool_)
        left = np.flatnonzero(made.loosens)
        last = decided.shape[1] - 1
        for k in range(last + 1):
            if not len(left):
                break
            least = decided[left, k]
            more = self.again.relaxed(filled.only(left).for_goal(k)).bound - least
            noise = rounding(least)
            possible[left[more < (noise if k == last else -noise)]] = False
            left = left[np.abs(more) <= noise]
            if k < last:
                filled = filled.with_goal(k, decided[:, k])
        return possible

    def most(self, copies: Copies, *, exact: bool) -> Floats:
        """(copies,): a true bound of the money of each copy, which `exact` is mostly reached; minus
        infinity where none has a plan."""
        if not exact:
            found = self.again.relaxed(copies)
            return np.where(found.empty, -np.inf, found.bound)
        outcomes = self.sized(copies).best(copies)
        money = copies.worths(outcomes.x)[:, -1]
        least = np.where(outcomes.state == State.INFEASIBLE, -np.inf, np.inf)
        return np.where(outcomes.state == State.CLOSED, money, least)

    def filled(self, made: Made) -> Copies:
        """The copies with all whole packs of their trial's line."""
        own = made.own()
        packs = [
            self.case.whole[t.line] // p.line.pack[t.line]
            for t, p in zip(made.trials, made.problems, strict=True)
        ]
        return made.copies.with_least(own, np.ones(len(own)), np.array(packs, dtype=np.float64))

    def _worse_short(self, made: Made, full: Worths) -> list[bool | None]:
        """Whether each copy is worth less than `full`, or has no plan, with a pack at least of what
        its line lacks left out; None where that was not found out."""
        if not len(made.trials):
            return []
        own = made.own()
        most = [
            (self.case.whole[t.line] - 1) // p.line.pack[t.line]
            for t, p in zip(made.trials, made.problems, strict=True)
        ]
        short = made.copies.with_least(own, -np.ones(len(own)), -np.array(most, dtype=np.float64))
        return self.worse(short.as_good(full), full[:, -1])

    def worse(self, copies: Copies, money: Floats) -> list[bool | None]:
        """Whether each copy (without goals) is worth less than `money` (copies,), or has no plan;
        None where that was not found out."""
        bound, outcomes = self.sized(copies).bounded(copies, money)
        closed = outcomes.state == State.CLOSED
        less = closed & (compared(money[:, None], copies.worths(outcomes.x)) > 0)
        less |= np.isfinite(bound) | (outcomes.state == State.INFEASIBLE)
        return [bool(k) if known else None for k, known in zip(less, less | closed, strict=True)]
