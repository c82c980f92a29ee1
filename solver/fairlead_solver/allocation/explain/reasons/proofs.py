"""Proves that a short line cannot be better served: one pack more is forced, and solved again.

For line i with x_i units, its part of the cycle (`scope`) is solved with  Σ_s x_is >= x_i + m_i
(its least quantity, where it has nothing). All lines are copies in one program (`copies`), first
bounded by the linear relaxation; only what that leaves open becomes an integer program (`again`).

Worth less at a closed gap: what others got, or what was left, is worth more than serving the
line, with the money between the two; from a bound it is at least that much. That proves
OUTRANKED_TIER, OUTRANKED_VALUE, UNPROFITABLE. Infeasible: that proves that a rival is held.
A reason that blames a rule is proven when the same comparison without that rule no longer speaks
against the line, and is taken back where it still does. Worth the same: a tie, whatever was
suspected before. Worth more: the plan is within the gap asked, and no more is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from fairlead_solver.arrays import expand
from fairlead_solver.model.resolve.neighbourhoods import Effort, Parts, Scopes
from fairlead_solver.model.resolve.outcomes import Outcomes, State
from fairlead_solver.model.resolve.reoptimizer import Again
from fairlead_solver.model.resolve.scope import Scope
from fairlead_solver.model.resolve.subproblems import Beside, Copies, Worths, compared, stacked
from fairlead_solver.tables import Bools, Floats, Ints

from ...rules.explanation import Limit, ReasonCode
from ..evidence.evidence import Case
from ..vocabulary.reason_catalogue import HELD, Kind, reasons_of
from ..vocabulary.rule_catalogue import explains, proven_without
from ..vocabulary.values import Certainty
from .attribution import Reasons
from .proof import Proof

UNUSED = reasons_of(Kind.UNUSED)
NONE, DENIED, CONFIRMED = 0, 1, 2  # what became of a blame


class Verdict(IntEnum):
    """What forcing more for a line did to the worth of its part."""

    OPEN = 0
    WORSE = 1
    INFEASIBLE = 2
    SAME = 3
    BETTER = 4


_SCOPES = {int(scope): scope for scope in Scope}
_BY_SIGN = np.array([Verdict.SAME, Verdict.WORSE, Verdict.BETTER])  # by what `compared` says


@dataclass(frozen=True, slots=True, eq=False)
class Proven:
    """`reasons` as they stand after solving again, and the money, by line."""

    reasons: Reasons
    proofs: dict[int, Proof]


@dataclass(frozen=True, slots=True, eq=False)
class _Trials:
    """Line `lines[p]` is copy p of `free` and, with more forced for it, of `forced`."""

    lines: Ints
    scopes: Scopes
    own: Ints  # positions of the lines' arcs
    free: Copies
    now: Worths
    cash: Floats  # in what is worth `now`

    def forced(self, least: Floats) -> Copies:
        """With at least so many packs for each line."""
        return self.free.with_least(self.own, np.ones(len(self.own)), least)


def prove(
    case: Case,
    reasons: Reasons,
    parts: Parts,
    x: Floats,
    again: Again,
    effort: Effort,
    first: tuple[int, ...] = (),
) -> Proven:
    """Solve again for lines with INDICATED reasons: `first`, then the most valuable.

    `x`: the solved vector of the whole program.
    """
    lines = _wanted(case, reasons, first)[: effort.statements]
    proven = Proven(reasons, {})
    for tried in (effort, replace(effort, whole_columns=0)):  # what stays open, as a part
        if len(lines):
            trials = _trials(case, lines, parts, x, tried)
            lines, proven = _round(case, lines, proven, trials, again)
    return proven


def _round(
    case: Case, lines: Ints, before: Proven, trials: _Trials, again: Again
) -> tuple[Ints, Proven]:
    """What one trial for each line proves beside what is proven, and the lines still open."""
    verdict, delta, cash, exact = _verdicts(case, trials, again)
    blame = _blames(case, before.reasons, trials, verdict, again)
    worse = verdict == Verdict.WORSE
    proofs = {
        line: Proof(
            delta_micros=lost if is_worse else None,
            at_least=not is_exact,
            scope=_SCOPES[scope],
            cash_micros=in_cash if is_worse and is_exact else None,
        )
        for line, lost, in_cash, is_worse, is_exact, scope in zip(
            *(
                c[worse | (verdict == Verdict.INFEASIBLE)].tolist()
                for c in (lines, delta, cash, worse, exact, trials.scopes.scope)
            ),
            strict=True,
        )
    }
    judged = _judged(before.reasons, lines, verdict, blame)
    open_whole = (verdict == Verdict.OPEN) & (trials.scopes.scope == Scope.CYCLE)
    return lines[open_whole], Proven(judged, before.proofs | proofs)


def _wanted(case: Case, reasons: Reasons, first: tuple[int, ...]) -> Ints:
    """Lines with an arc and an INDICATED reason: `first`, then by the value they are short, then in
    order."""
    lines = np.unique(reasons.line[reasons.certainty == Certainty.INDICATED])
    lines = lines[np.diff(case.problem.arcs.offsets)[lines] > 0]
    return case.most_valuable_first(lines, first)


def _trials(case: Case, lines: Ints, parts: Parts, x: Floats, effort: Effort) -> _Trials:
    offsets = case.problem.arcs.offsets.astype(np.int64)
    counts = np.diff(offsets)[lines]
    seeds, part = expand(offsets[lines], counts), np.repeat(np.arange(len(lines)), counts)
    scopes = parts.around(seeds, part, effort)
    owner = lines[scopes.part]
    own = (scopes.column >= offsets[owner]) & (scopes.column < offsets[owner + 1])
    free = scopes.copies(Beside.of(parts.model, x))
    held = x[scopes.column]
    worths, cash = free.worths(held), free.subtotals(held)
    return _Trials(lines, scopes, np.flatnonzero(own), free, worths, cash)


def _least(case: Case, lines: Ints, *, at_once: bool) -> Floats:
    """One pack more for each line; `at_once`: its least where it has nothing, in packs."""
    pack, given = case.problem.line.pack[lines], case.given[lines]
    first = np.maximum(1, -(-case.problem.line.least[lines] // pack)) if at_once else 1
    return np.where(given > 0, given // pack + 1, first).astype(np.float64)


def _verdicts(case: Case, trials: _Trials, again: Again) -> tuple[Ints, Ints, Ints, Bools]:
    """(Verdict, worth lost, the cash in that, both in millionths, whether both are exact) of every
    line."""
    forced = trials.forced(_least(case, trials.lines, at_once=True))
    bound, outcomes = again.bounded(forced, trials.now[:, -1])
    exact = np.isinf(bound)
    lost = trials.now[:, -1] - bound
    worths, better = forced.worths(outcomes.x), np.flatnonzero(exact)
    now, cash = trials.now.copy(), trials.cash.copy()
    better = _improved(trials, better, worths, outcomes, again, now, cash)
    verdict: Ints = np.select(
        [outcomes.state == State.INFEASIBLE, ~exact, outcomes.state == State.OPEN],
        [Verdict.INFEASIBLE, Verdict.WORSE, Verdict.OPEN],
        _BY_SIGN[compared(now, worths)],
    )
    verdict[better[verdict[better] != Verdict.WORSE]] = Verdict.BETTER
    lost = np.where(exact & (verdict == Verdict.WORSE), now[:, -1] - worths[:, -1], lost)
    lost[exact & (verdict != Verdict.WORSE)] = 0.0
    cash -= forced.subtotals(outcomes.x)
    return verdict, np.rint(lost).astype(np.int64), np.rint(cash).astype(np.int64), exact


def _improved(
    trials: _Trials,
    at: Ints,
    worths: Worths,
    outcomes: Outcomes,
    again: Again,
    now: Worths,
    cash: Floats,
) -> Ints:
    """Parts of `at` where serving the line better is worth more than the decision, which the gap
    asked allows: the worth of the best plan of the part is written into `now`, the cash in that
    into `cash`. Serving the line may
    still not be in it. Whole components are compared with the decision itself."""
    part = (trials.scopes.scope == Scope.PART) & (outcomes.state == State.CLOSED)
    better = at[part[at] & (compared(worths, now)[at] > 0)]
    one, of_one = trials.scopes.only(better).distinct()  # lines of one product share a part
    free = trials.free.only(better[one])
    best = again.best(free)
    closed = (best.state == State.CLOSED)[of_one]
    improved: Ints = better[closed]
    now[improved] = free.worths(best.x)[of_one][closed]
    cash[improved] = free.subtotals(best.x)[of_one][closed]
    return improved


def _blames(case: Case, reasons: Reasons, trials: _Trials, verdict: Ints, again: Again) -> Ints:
    """For every reason: whether it blames a rule, and what comparing without the rule gave."""
    found = np.full(len(reasons.line), NONE)
    copy_of = np.full(case.problem.num_lines, -1)
    copy_of[trials.lines] = np.arange(len(trials.lines))
    judged = np.append(np.isin(verdict, (Verdict.WORSE, Verdict.INFEASIBLE)), False)
    asked = judged[copy_of[reasons.line]] & (reasons.certainty == Certainty.INDICATED)
    blamed = [
        (family, rows, np.unique(copy_of[reasons.line[rows]]))
        for code, family in proven_without().items()
        if len(rows := np.flatnonzero(asked & (reasons.code == code)))
    ]
    answers = _without(case, trials, [(family, at) for family, _, at in blamed], again)
    for (_, rows, at), answer in zip(blamed, answers, strict=True):
        found[rows] = answer[np.searchsorted(at, copy_of[reasons.line[rows]])]
    return found


def _without(
    case: Case, trials: _Trials, blamed: Sequence[tuple[str, Ints]], again: Again
) -> list[Ints]:
    """For each family and its copies: CONFIRMED where, without the family, forcing a copy costs
    nothing any more. All of them are one program, as they are and forced."""
    if not blamed:
        return []
    whole, frees, forceds = case.limits.model, [], []
    for family, at in blamed:
        at_once = explains(family).limit is not Limit.ALL_OR_NOTHING
        least = _least(case, trials.lines, at_once=at_once)
        frees.append(trials.free.only(at).without(whole, family))
        forceds.append(trials.forced(least).only(at).without(whole, family))
    copies = stacked([*frees, *forceds])
    outcomes = again.best(copies)
    worth, forced_worth = np.split(copies.worths(outcomes.x), 2)
    state, forced_state = np.split(outcomes.state, 2)
    costs = compared(worth, forced_worth) > 0
    costs |= forced_state == State.INFEASIBLE
    known = (state == State.CLOSED) & (forced_state != State.OPEN)
    answer: Ints = np.where(known, np.where(costs, DENIED, CONFIRMED), NONE)
    return np.split(answer, np.cumsum([len(at) for _, at in blamed])[:-1])


def _judged(reasons: Reasons, lines: Ints, verdict: Ints, blame: Ints) -> Reasons:
    """The reasons with what was found out: proven, taken back, or a tie."""
    of_line = np.zeros(len(reasons.offsets) - 1, dtype=np.int64)
    of_line[lines] = verdict
    said = np.where(reasons.certainty == Certainty.INDICATED, of_line[reasons.line], Verdict.OPEN)
    code, certainty = reasons.code.astype(np.int64), reasons.certainty.astype(np.int64)
    worse, never = said == Verdict.WORSE, said == Verdict.INFEASIBLE
    blaming = np.isin(code, list(proven_without()))
    refuted = worse & blaming & (blame == DENIED)
    unused = np.isin(code, UNUSED)
    proven = worse & (~blaming | (blame != NONE)) | never & np.isin(code, HELD)
    proven |= never & blaming & (blame == CONFIRMED)
    code = np.where(refuted & unused, ReasonCode.UNPROFITABLE, code)
    code = np.where(refuted & ~unused, ReasonCode.OUTRANKED_VALUE, code)
    code = np.where(worse & (code == ReasonCode.TIE_BREAK), ReasonCode.OUTRANKED_VALUE, code)
    code = np.where(said == Verdict.SAME, ReasonCode.TIE_BREAK, code)
    code = np.where(said == Verdict.BETTER, ReasonCode.NOT_PROVEN, code)
    certainty = np.where(proven, Certainty.PROVEN, certainty)
    certainty = np.where(said == Verdict.BETTER, Certainty.UNKNOWN, certainty)
    changed = code != reasons.code
    return reasons.changed(code, certainty, np.where(changed, -1, reasons.row))
