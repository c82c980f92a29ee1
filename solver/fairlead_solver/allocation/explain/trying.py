"""Tries changes: each is made in the facts or the rows, and solved again beside what it is held to.

Changes of lots alone are had from few programs (`stock`), others as far as they can share one
(`together`). A program of the changed facts may have other columns; the plan is carried over to
it, and what is new may be used by the line's part alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...model.draft import Bools, Floats, Ints, Model
from ..arcs import expand
from ..families.fair_share import FairShareMode, entitlements
from ..problem import Problem
from ..totals import summed
from .again import Again
from .case import Case
from .change import Change, Trial, row_of
from .copies import Beside, Copies, Worths, compared, stacked
from .outcomes import State
from .scope import Effort, Parts, Scopes
from .stock import with_quantities
from .together import together
from .values import Scope
from .variant import carried, dropped, edited, origin, program

NOISE = 1e-6  # of sums of doubles


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """Trials solved in one program, and what their copies are worth."""

    copies: Copies
    worths: Worths
    again: Again


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What came of a trial: `given` units of every line of the part, what the change earns, and
    what the best plan leaves over of the limit that each of its steps raises. It is copy `copy` of
    `solved`, of the `problem` with the change made."""

    trial: Trial
    given: Mapping[int, int]
    gain_micros: int
    spare: Sequence[int]
    problem: Problem
    solved: _Solved
    copy: int


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Trials in one program: copy j of `copies` is that of trial j, and `before[j]` the columns
    of its part in the program as it is."""

    trials: Sequence[Trial]
    problem: Problem
    model: Model
    copies: Copies
    before: Sequence[Ints]

    def pairs(self) -> Iterator[tuple[Trial, Ints]]:
        """Every trial with its columns in the program as it is."""
        return zip(self.trials, self.before, strict=True)


def tried(
    case: Case, trials: Sequence[Trial], again: Again, x: Floats, parts: Parts, *, whole: bool
) -> Iterator[Tried]:
    """What came of every trial whose best plan fills its line. `whole`: with nothing held."""
    beside = Beside.of(parts.model, x)
    rounds = list(_stock_rounds(case, trials, beside, parts)) if not whole else []
    had_already = {id(trial) for r in rounds for trial in r.trials}
    left = [trial for trial in trials if id(trial) not in had_already]
    at_once = together(case, left, parts, whole=whole)
    rounds += [r for some in at_once for r in _rounds(case, some, x, parts, whole=whole)]
    rounds = [r for r in rounds if r.trials and _goals(r.copies.model) == _goals(parts.model)]
    if not rounds:
        return
    placed = [(r, trial, before) for r in rounds for trial, before in r.pairs()]
    now = _Now.of([before for _, _, before in placed], beside)
    every = stacked([r.copies for r in rounds])
    largest = parts.model.num_columns if whole else again.copy_columns
    again = replace(again, copy_columns=max(largest, again.copy_columns))
    outcomes, decided = again.beside_decided(every, now.copies, x[now.copies.column])
    worths, base = every.worths(outcomes.x), now.copies.worths(decided.x)[:, -1]
    left_over = every.model.row_upper - every.model.matrix @ outcomes.x
    solved = _Solved(every, worths, again)
    for at, (r, trial, before) in enumerate(placed):
        part = int(now.of_trial[at])
        if outcomes.closed(at) and decided.closed(part):
            first, last = np.searchsorted(every.part, [at, at + 1])
            has = _Flow(r.problem, every.column[first:last], outcomes.x[first:last])
            if has.of_line(trial.line) >= case.whole[trial.line]:
                given = _given(case, trial.line, _Flow(case.problem, before, x[before]), has)
                gain = round(float(worths[at, -1] - base[part]))
                spare = _spare(every, at, r.model, trial.change, left_over)
                yield Tried(trial, given, gain, spare, r.problem, solved, at)


def fill_surely(case: Case, results: Sequence[Tried]) -> list[bool]:
    """Which results fill their line whatever decides between plans of the same worth: with less
    for the line the part is worth less."""
    told = np.zeros(len(results), dtype=np.bool_)
    for solved in dict.fromkeys(result.solved for result in results):
        at = [k for k, result in enumerate(results) if result.solved is solved]
        some = [results[k] for k in at]
        copy = np.array([result.copy for result in some], dtype=np.int64)
        short = _left_short(case, solved.copies.only(copy), some)
        told[at] = _worse(short, solved.worths[copy], solved.again)
    answers: list[bool] = told.tolist()
    return answers


def _spare(
    copies: Copies, copy: int, model: Model, change: Change, left_over: Floats
) -> tuple[int, ...]:
    """What is left over of the limit each step raises, in a copy of `model`; 0: of none."""
    first, last = np.searchsorted(copies.row_part, [copy, copy + 1])
    found = []
    for step in change.steps:
        row = row_of(model, step.limit) if step.limit is not None else None
        at = first + np.flatnonzero(copies.row[first:last] == (-1 if row is None else row))
        found.append(int(left_over[at[0]] + NOISE) if row is not None and len(at) else 0)
    return tuple(found)


def _left_short(case: Case, copies: Copies, found: Sequence[Tried]) -> Copies:
    """The same, but that no line gets all it lacks: a pack at least stays out."""
    starts = np.searchsorted(copies.part, np.arange(len(found) + 1)).tolist()
    own: list[Ints] = []
    most = np.zeros(len(found))
    for k, result in enumerate(found):
        line, problem = result.trial.line, result.problem
        arcs = problem.arcs.of_line(line)
        column = copies.column[starts[k] : starts[k + 1]]
        own.append(starts[k] + np.flatnonzero((column >= arcs.start) & (column < arcs.stop)))
        most[k] = (case.whole[line] - 1) // problem.line.pack[line]
    columns = np.concatenate([*own, np.empty(0, dtype=np.int64)])
    return copies.with_least(columns, -np.ones(len(columns)), -most)


def _worse(short: Copies, full: Worths, again: Again) -> Bools:
    """Whether each copy is worth less than `full`, or has no plan."""
    if not short.count:
        return np.empty(0, dtype=np.bool_)
    bound, outcomes = again.bounded(short, full[:, -1])
    worse = compared(full, short.worths(outcomes.x)) > 0
    worse &= outcomes.state == State.CLOSED
    told: Bools = worse | np.isfinite(bound) | (outcomes.state == State.INFEASIBLE)
    return told


@dataclass(frozen=True, slots=True, eq=False)
class _Now:
    """The parts as they are, each once: copy `of_trial[t]` is that of trial t."""

    copies: Copies
    of_trial: Ints

    @classmethod
    def of(cls, before: Sequence[Ints], beside: Beside) -> _Now:
        places: dict[bytes, int] = {}
        of_trial = [places.setdefault(columns.tobytes(), len(places)) for columns in before]
        kept = [before[of_trial.index(k)] for k in range(len(places))]
        part = np.repeat(np.arange(len(kept)), [len(columns) for columns in kept])
        scopes = Scopes(np.concatenate(kept), part, np.full(len(kept), Scope.PART))
        return cls(scopes.copies(beside), np.array(of_trial))


def _goals(model: Model) -> list[str]:
    return [goal.name for goal in model.goals]


def _stock_rounds(
    case: Case, trials: Sequence[Trial], beside: Beside, parts: Parts
) -> Iterator[_Round]:
    """The trials that change quantities of lots alone, those of one lot's many quantities in as
    many programs; without those whose lots move more than their own rows and arcs."""
    rounds: list[tuple[dict[int, int], list[Trial]]] = []
    offsets = case.problem.arcs.offsets
    for trial in trials:
        held = _quantities(trial)
        if held is None or offsets[trial.line] == offsets[trial.line + 1]:
            continue
        fitting = (r for r in rounds if all(r[0].get(lot, q) == q for lot, q in held.items()))
        taken = next(fitting, None)
        if taken is None:
            rounds.append((dict(held), [trial]))
        else:
            taken[0].update(held)
            taken[1].append(trial)
    for _, some in rounds:
        scopes = _around(case.problem, some, parts, [])
        free = scopes.copies(beside)
        edits = [(j, e.row, e.value) for j, t in enumerate(some) for e in t.change.edits]
        changed = with_quantities(case, free, *np.array(edits, dtype=np.int64).T)
        if changed is not None:
            starts = np.searchsorted(scopes.part, np.arange(1, len(some)))
            before = np.split(scopes.column, starts)
            moved = _moved(changed, parts.model, some)
            yield _Round(some, case.problem, parts.model, moved, before)


def _quantities(trial: Trial) -> dict[int, int] | None:
    """Quantities of lots that a trial changes; None where it changes anything else, or nothing, in
    the facts."""
    edits = trial.change.edits
    if not edits or any((e.table, e.column) != ("lots", "quantity") for e in edits):
        return None
    return {e.row: e.value for e in edits}


def _rounds(
    case: Case, trials: Sequence[Trial], x: Floats, parts: Parts, *, whole: bool
) -> Iterator[_Round]:
    """The trials in one program, or in more of them where changes move fair shares in parts of
    others; what moves shares elsewhere even alone is not had."""
    made = _round(case, trials, x, parts, whole=whole)
    if made is not None:
        yield made
    elif len(trials) > 1:
        middle = len(trials) // 2
        for some in (trials[:middle], trials[middle:]):
            yield from _rounds(case, some, x, parts, whole=whole)


def _round(
    case: Case, trials: Sequence[Trial], x: Floats, parts: Parts, *, whole: bool
) -> _Round | None:
    edits = list(dict.fromkeys(e for t in trials for e in t.change.edits))
    problem = edited(case.problem, edits) if edits else case.problem
    model = program(problem) if edits else parts.model
    old = origin(case.problem, parts.model, problem, model)
    offsets = problem.arcs.offsets
    trials = [t for t in trials if offsets[t.line] < offsets[t.line + 1]]
    if whole:
        scopes = _all_columns(model, len(trials))
        before: Sequence[Ints] = [np.arange(parts.model.num_columns)] * len(trials)
    else:
        shared_with = _shares_moved(case.problem, problem) if len(trials) == 1 else []
        same = np.array_equal(old, np.arange(parts.model.num_columns))
        changed = parts if same else Parts(model, len(problem.arcs))
        scopes = _around(problem, trials, changed, shared_with)
        before = _before(scopes, parts, old)
    held = carried(x, old)
    free = scopes.copies(Beside.of(model, held))
    shared = problem.policy.fair_share.mode is FairShareMode.PROPORTIONAL
    if shared and not whole and not _holds(free, before, parts.model, model):
        return None
    copies = _moved(free, model, trials)
    return _Round(trials, problem, model, copies, before)


def _holds(free: Copies, before: Sequence[Ints], model: Model, changed: Model) -> bool:
    was = np.concatenate([*before, np.empty(0, dtype=np.int64)])
    return free.hold_all_moved(model, changed, was)


def _all_columns(model: Model, count: int) -> Scopes:
    column = np.tile(np.arange(model.num_columns), count)
    part = np.repeat(np.arange(count), model.num_columns)
    return Scopes(column, part, np.full(count, Scope.CYCLE))


def _around(problem: Problem, trials: Sequence[Trial], parts: Parts, others: list[int]) -> Scopes:
    """The parts around the trials' lines, around the lines whose own facts they change, and
    around `others`."""
    about = [list(dict.fromkeys((*_about(trial), *others))) for trial in trials]
    lines = np.array([line for some in about for line in some], dtype=np.int64)
    trial = np.repeat(np.arange(len(trials)), [len(some) for some in about])
    offsets = problem.arcs.offsets
    counts = offsets[lines + 1] - offsets[lines]
    seeds, part = expand(offsets[lines], counts), np.repeat(trial, counts)
    return parts.around(seeds, part, Effort(len(trials), 0, 0))


def _shares_moved(before: Problem, after: Problem) -> list[int]:
    """Lines with an arc whose entitlement a change moves: they count in what it earns."""
    if before is after or before.policy.fair_share.mode is not FairShareMode.PROPORTIONAL:
        return []
    moved = before.once(entitlements) != after.once(entitlements)
    moved &= np.diff(after.arcs.offsets) > 0
    lines: list[int] = np.flatnonzero(moved).tolist()
    return lines


def _about(trial: Trial) -> list[int]:
    """The line of a trial, and lines whose facts its change edits."""
    edited_lines = (e.row for e in trial.change.edits if e.table == "lines")
    return list(dict.fromkeys((trial.line, *edited_lines)))


def _before(scopes: Scopes, parts: Parts, old: Ints) -> list[Ints]:
    """The columns of each part in the program as it is, and those of their components there that
    the changed program does without."""
    starts = np.searchsorted(scopes.part, np.arange(1, len(scopes.scope)))
    gone = dropped(old, parts.model.num_columns)
    component = parts.solved_apart(gone, np.full(len(gone), Scope.PART))
    found = []
    for part in np.split(old[scopes.column], starts):
        kept = part[part >= 0]
        near = parts.solved_apart(kept, np.full(len(kept), Scope.PART)) if len(gone) else kept
        found.append(np.union1d(kept, gone[np.isin(component, near)]))
    return found


def _moved(copies: Copies, model: Model, trials: Sequence[Trial]) -> Copies:
    found = [
        (j, row, move.lower, move.upper)
        for j, trial in enumerate(trials)
        for move in trial.change.moves
        if (row := row_of(model, move)) is not None
    ]
    if not found:
        return copies
    part, at, lower, upper = (np.array(column) for column in zip(*found, strict=True))
    return copies.with_sides(part, at, lower.astype(np.float64), upper.astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class _Flow:
    """Values of some columns of a problem's program."""

    problem: Problem
    column: Ints
    value: Floats

    def of_line(self, line: int) -> int:
        """Units of one line, all of whose arcs are in these columns."""
        arcs = self.problem.arcs.of_line(line)
        own = (self.column >= arcs.start) & (self.column < arcs.stop)
        packs = np.rint(self.value[own]).astype(np.int64)
        return int(packs @ self.problem.arcs.pack[self.column[own]])

    def of_lines(self) -> Ints:
        """Units of every line in these columns."""
        arcs = self.problem.arcs
        flows = self.column < len(arcs)
        arc = self.column[flows]
        packs = np.rint(self.value[flows]).astype(np.int64)
        return summed(arcs.line[arc], packs * arcs.pack[arc], self.problem.num_lines)


def _given(case: Case, line: int, had: _Flow, has: _Flow) -> dict[int, int]:
    """Units of the line, and of every other whose units change."""
    now = case.given - had.of_lines() + has.of_lines()
    changed = np.flatnonzero(now != case.given)
    return {i: int(now[i]) for i in np.union1d(changed, [line]).tolist()}
