"""Trials as copies: each change is made in the facts or the rows, around the line it is to fill.

Changes of lots alone are had from few programs (`stock`), others as far as they can share one
(`together`). A program of the changed facts may have other columns; the plan is carried over to
it, and what is new may be used by the line's part alone. A part is all that the line depends on
where that is small and the change reaches no further; else the line's surroundings, beside the
rest as decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from fairlead_solver.arrays import expand
from fairlead_solver.model.program.draft import Bools, Floats, Ints, Model
from fairlead_solver.model.program.layout import carried, dropped
from fairlead_solver.model.resolve.neighbourhoods import Effort, Parts, Scopes
from fairlead_solver.model.resolve.scope import Scope
from fairlead_solver.model.resolve.subproblems import Beside, Copies, Worths, stacked

from ...cycle.problem import Problem
from ...policy.fair_share import FairShareMode
from ...rules.families.fair_share import entitlements
from ..evidence.evidence import Case
from ..variants.edited_problem import edited, origin, program
from ..variants.shifted_stock import with_quantities
from .remedy import Trial, row_of
from .trial_batches import together


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Trials side by side: trial j is copy j of `copies`, of the cycle `problems[j]`, which is the
    program `models[j]`. `before[j]`: columns of its part in the program as it is.

    `line`, `pack` (columns,): whose arc a column is (-1: none's), and the units of one pack on it.
    `loosens` (copies,): whatever was possible still is. `scope` (copies,): what each copy is.
    """

    trials: Sequence[Trial]
    problems: Sequence[Problem]
    models: Sequence[Model]
    before: Sequence[Ints]
    copies: Copies
    line: Ints
    pack: Ints
    scope: Ints
    loosens: Bools

    @classmethod
    def of_one(
        cls,
        trials: Sequence[Trial],
        problem: Problem,
        model: Model,
        copies: Copies,
        before: Sequence[Ints],
        scope: Ints,
        *,
        loosens: bool,
    ) -> Made:
        """Trials in one program."""
        arcs, count = problem.arcs, len(trials)
        flow = copies.column < len(arcs)
        arc = np.where(flow, copies.column, 0)
        return cls(
            trials,
            [problem] * count,
            [model] * count,
            before,
            copies,
            np.where(flow, arcs.line[arc], -1) if len(arcs) else np.full(len(arc), -1),
            arcs.pack[arc].astype(np.int64) if len(arcs) else np.ones(len(arc), np.int64),
            scope,
            np.full(count, loosens),
        )

    @classmethod
    def stacked(cls, pieces: Sequence[Made]) -> Made:
        """The trials of several programs, one after the other. Raises ValueError without any."""
        if len(pieces) == 1:
            return pieces[0]
        return cls(
            [trial for p in pieces for trial in p.trials],
            [problem for p in pieces for problem in p.problems],
            [model for p in pieces for model in p.models],
            [columns for p in pieces for columns in p.before],
            stacked([p.copies for p in pieces]),
            np.concatenate([p.line for p in pieces]),
            np.concatenate([p.pack for p in pieces]),
            np.concatenate([p.scope for p in pieces]),
            np.concatenate([p.loosens for p in pieces]),
        )

    def only(self, chosen: Ints) -> Made:
        """Some of the trials, numbered anew in the order of `chosen`."""
        starts = np.searchsorted(self.copies.part, np.arange(self.copies.count + 1))
        columns = expand(starts[chosen], np.diff(starts)[chosen])
        picked = chosen.tolist()
        return Made(
            [self.trials[j] for j in picked],
            [self.problems[j] for j in picked],
            [self.models[j] for j in picked],
            [self.before[j] for j in picked],
            self.copies.only(chosen),
            self.line[columns],
            self.pack[columns],
            self.scope[chosen],
            self.loosens[chosen],
        )

    def lesser(self, trials: Sequence[Trial], step: Ints, less: Floats) -> Made:
        """The same copies for other `trials`: the limit that step `step[j]` of trial j raises is
        raised by `less[j]` less. Bounds of columns stay: the limit's row is what holds."""
        model, rows = self.copies.model, [self.limit_row(j, k) for j, k in enumerate(step.tolist())]
        upper = model.row_upper.copy()
        upper[np.array(rows, dtype=np.int64)] -= less
        copies = replace(self.copies, model=replace(model, row_upper=upper))
        return replace(self, trials=trials, copies=copies)

    def own(self) -> Ints:
        """The columns that are arcs of their trial's line."""
        wanted = np.array([trial.line for trial in self.trials], dtype=np.int64)
        return np.flatnonzero(self.line == wanted[self.copies.part])

    def units(self, x: Floats) -> tuple[Ints, Ints, Ints]:
        """(copy, line, units) of every line with an arc in a copy, at `x` (columns,)."""
        flows = np.flatnonzero(self.line >= 0)
        width = int(self.line.max(initial=0)) + 1
        key = self.copies.part[flows] * width + self.line[flows]
        keys, at = np.unique(key, return_inverse=True)
        given = self.pack[flows] * np.rint(x[flows]).astype(np.int64)
        copy, line = np.divmod(keys, width)
        return copy, line, np.bincount(at, given, len(keys)).astype(np.int64)

    def limit_row(self, copy: int, step: int) -> int | None:
        """The row whose limit a step raises, as a position in `copies`; None where it raises
        none, or the copy has not the row."""
        limit = self.trials[copy].change.steps[step].limit
        row = None if limit is None else row_of(self.models[copy], limit)
        at = np.flatnonzero((self.copies.row_part == copy) & (self.copies.row == row))
        return int(at[0]) if row is not None and len(at) else None


@dataclass(frozen=True, eq=False)
class Trials:
    """Makes trials of one case. `x`: the solved vector of the whole program. What a line depends
    on is taken whole up to `whole_columns`; so is the cycle."""

    case: Case
    parts: Parts
    x: Floats
    whole_columns: int

    def made(self, trials: Sequence[Trial]) -> Made | None:
        """Those that can be had, in an order of their own; None where none can."""
        rounds = list(self._stock_rounds(trials))
        there = {id(trial) for r in rounds for trial in r.trials}
        left = [trial for trial in trials if id(trial) not in there]
        at_once = together(self.case, left, self.parts, whole=self._small)
        rounds += [r for some in at_once for r in self._rounds(some)]
        goals = _goals(self.parts.model)
        rounds = [r for r in rounds if r.trials and _goals(r.copies.model) == goals]
        return Made.stacked(rounds) if rounds else None

    def decided(self, made: Made) -> Worths:
        """(copies, goals + 1): what the plan as decided is worth in the part of every trial."""
        return self.worths(made, self.x)

    def worths(self, made: Made, x: Floats) -> Worths:
        """(copies, goals + 1): what a plan `x` of the cycle as it is is worth in every part."""
        model = self.parts.model
        weights = [*(goal.weights for goal in model.goals), model.cost]
        return np.array(
            [[weight[columns] @ x[columns] for weight in weights] for columns in made.before]
        ).reshape(len(made.trials), len(weights))

    def had(self, columns: Ints) -> Ints:
        """(lines,): units that the plan gives by these columns of the program as it is."""
        arcs = self.case.problem.arcs
        arc = columns[columns < len(arcs)]
        units = np.rint(self.x[arc]).astype(np.int64) * arcs.pack[arc]
        had: Ints = np.bincount(arcs.line[arc], units, self.case.problem.num_lines).astype(np.int64)
        return had

    @cached_property
    def beside(self) -> Beside:
        """The plan that parts are cut out of."""
        return Beside.of(self.parts.model, self.x)

    @cached_property
    def _small(self) -> bool:
        return self.parts.model.num_columns <= self.whole_columns

    def _stock_rounds(self, trials: Sequence[Trial]) -> Iterator[Made]:
        """The trials that change quantities of lots alone, those of one lot's many quantities in as
        many programs; without those whose lots move more than their own rows and arcs."""
        case, parts = self.case, self.parts
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
            scopes = self._around(case.problem, some, parts, [])
            free = scopes.copies(self.beside)
            edits = [(j, e.row, e.value) for j, t in enumerate(some) for e in t.change.edits]
            changed = with_quantities(case, free, *np.array(edits, dtype=np.int64).T)
            if changed is not None:
                before = np.split(scopes.column, _starts(scopes))
                moved = _moved(changed, parts.model, some)
                yield Made.of_one(
                    some, case.problem, parts.model, moved, before, scopes.scope, loosens=True
                )

    def _rounds(self, trials: Sequence[Trial]) -> Iterator[Made]:
        """The trials in one program, or in more of them where changes move fair shares in parts of
        others; what moves shares elsewhere even alone is not had."""
        made = self._round(trials)
        if made is not None:
            yield made
        elif len(trials) > 1:
            middle = len(trials) // 2
            for some in (trials[:middle], trials[middle:]):
                yield from self._rounds(some)

    def _round(self, trials: Sequence[Trial]) -> Made | None:
        case, parts = self.case, self.parts
        edits = list(dict.fromkeys(e for t in trials for e in t.change.edits))
        problem = edited(case.problem, edits) if edits else case.problem
        model = program(problem) if edits else parts.model
        old = origin(case.problem, parts.model, problem, model)
        offsets = problem.arcs.offsets
        trials = [t for t in trials if offsets[t.line] < offsets[t.line + 1]]
        beside = Beside.of(model, carried(self.x, old)) if edits else self.beside
        shared_with = _shares_moved(case.problem, problem) if len(trials) == 1 else []
        same = np.array_equal(old, np.arange(parts.model.num_columns))
        changed = parts if same else Parts(model, len(problem.arcs))
        everywhere = any(t.change.everywhere for t in trials)
        scopes = self._around(problem, trials, changed, shared_with, whole=not everywhere)
        before, free = _before(scopes, parts, old), scopes.copies(beside)
        proportional = problem.policy.fair_share.mode is FairShareMode.PROPORTIONAL
        to_hold = edits and (proportional or bool((scopes.scope == Scope.CYCLE).any()))
        if everywhere or (to_hold and not self._holds(free, before, model)):
            if self._small:
                scopes = _all_columns(model, len(trials))
                before = [np.arange(parts.model.num_columns)] * len(trials)
                free = scopes.copies(beside)
            elif proportional and not everywhere:
                return None
            elif not everywhere:
                scopes = self._around(problem, trials, changed, shared_with, whole=False)
                before, free = _before(scopes, parts, old), scopes.copies(beside)
        moved = _moved(free, model, trials)
        return Made.of_one(trials, problem, model, moved, before, scopes.scope, loosens=not edits)

    def _holds(self, free: Copies, before: Sequence[Ints], model: Model) -> bool:
        """Whether the change reaches nothing outside of the copies."""
        was = np.concatenate([*before, np.empty(0, dtype=np.int64)])
        return free.hold_all_moved(self.parts.model, model, was)

    def _around(
        self,
        problem: Problem,
        trials: Sequence[Trial],
        parts: Parts,
        others: list[int],
        *,
        whole: bool = True,
    ) -> Scopes:
        """The parts around the trials' lines, around the lines whose own facts they change, and
        around `others`. `whole`: all they depend on, where that is small."""
        about = [list(dict.fromkeys((*_about(trial), *others))) for trial in trials]
        lines = np.array([line for some in about for line in some], dtype=np.int64)
        trial = np.repeat(np.arange(len(trials)), [len(some) for some in about])
        offsets = problem.arcs.offsets
        counts = offsets[lines + 1] - offsets[lines]
        seeds, part = expand(offsets[lines], counts), np.repeat(trial, counts)
        most = self.whole_columns if whole else 0
        return parts.around(seeds, part, Effort(len(trials), most, most * len(trials)))


def _goals(model: Model) -> list[str]:
    return [goal.name for goal in model.goals]


def _quantities(trial: Trial) -> dict[int, int] | None:
    """Quantities of lots that a trial changes; None where it changes anything else, or nothing, in
    the facts."""
    edits = trial.change.edits
    if not edits or any((e.table, e.column) != ("lots", "quantity") for e in edits):
        return None
    return {e.row: e.value for e in edits}


def _starts(scopes: Scopes) -> Ints:
    starts: Ints = np.searchsorted(scopes.part, np.arange(1, len(scopes.scope)))
    return starts


def _all_columns(model: Model, count: int) -> Scopes:
    column = np.tile(np.arange(model.num_columns), count)
    part = np.repeat(np.arange(count), model.num_columns)
    return Scopes(column, part, np.full(count, Scope.CYCLE))


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
    gone = dropped(old, parts.model.num_columns)
    component = parts.solved_apart(gone, np.full(len(gone), Scope.PART))
    found = []
    for part in np.split(old[scopes.column], _starts(scopes)):
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
