"""Searches the change that fills one line, and the least of it that does.

Changes of fewest things are tried first, then those that need no more stock; each by what is likely
to do, and where that does not by all that is lacking. Of the change that fills the line every
amount is then lessened: over multiples of what a pack of the line needs, from what is physically
needed upwards, the first that surely fills it. Filling is not monotone, so none is skipped but
those that a relaxation rules out: with more room the plan that leaves the line short is worth no
less than one found with less. After SOLVES tries the amount is enough, and not known to be least.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import groupby

from fairlead_solver.model.program.draft import Floats

from ...rules.explanation import FixKind
from ..evidence.evidence import Case
from ..vocabulary.values import FixAmount
from .amount_bounds import Ask
from .amounts import Amount, amounts, likely, multiples, resized, size_of
from .remedy import Change, Trial
from .trials import Less, Tried

SOLVES = 32  # of one line, to lessen what fills it, in a cycle that is tried whole
SOLVES_BESIDE = 16  # in larger ones, where a try is dear and mostly in vain

Came = Sequence[Tried | bool]  # of a trial; True: it was not found out, False: it is ruled out
Asked = Sequence[Trial] | Less | Ask
Answer = Came | list[int]
Search = Generator[Asked, Answer, "Found | None"]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A change that fills its line; `how_much`: whether less might, None: it has no amount."""

    result: Tried
    how_much: FixAmount | None


def search(case: Case, line: int, changes: Sequence[Change], solves: int) -> Search:
    """The cheapest of the changes that fills the line, by its least amounts, as far as `solves` go
    for these; None: none fills it."""
    for _, group in groupby(sorted(changes, key=_things), _things):
        some = list(group)
        filled: list[Tried] = []
        smaller = {change: likely(case, line, change) for change in some}
        for wanted in (list(smaller.values()), some):
            done = {_directions(result.trial.change) for result in filled}
            asked = [Trial(line, c) for c in dict.fromkeys(wanted) if _directions(c) not in done]
            came = _came((yield asked))
            filled += [r for r in came if isinstance(r, Tried) and r.fills]
        if filled:
            return (yield from _lessened(case, min(filled, key=_dearness), solves))
    return None


def _came(answer: Answer) -> Came:
    return answer  # type: ignore[return-value]


def _things(change: Change) -> tuple[int, bool]:
    """How many things a change is, and whether more stock is one of them."""
    return len(change.steps), any(s.told.kind is FixKind.MORE_STOCK for s in change.steps)


def _directions(change: Change) -> tuple[object, ...]:
    """What a change changes, by whatever amounts."""
    return tuple(step.told.rule for step in change.steps)


def _dearness(result: Tried) -> tuple[int, float, int]:
    steps = result.trial.change.steps
    stock = sum(s.told.amount for s in steps if s.told.kind is FixKind.MORE_STOCK)
    return stock, -float(result.worth[-1] - result.decided[-1]), steps[0].told.kind


def _lessened(case: Case, best: Tried, left: int) -> Search:
    """By the least amounts: each step's beside the others', until none can be less."""
    known, settled = True, 0
    each = amounts(case, best.trial.line, best.trial.change)
    sized = [k for k, amount in enumerate(each) if amount.size]
    if not sized:
        return Found(best, None)
    for k in [k for _ in range(SOLVES) for k in sized]:
        if settled == len(sized) or left <= 0:
            break
        lesser, complete, tries = yield from _lesser(case, best, k, each[k], left)
        left -= tries
        known = complete if lesser is not best else known and complete
        settled = 1 if lesser is not best else settled + 1
        best = lesser
    least = known and settled >= len(sized)
    return Found(best, FixAmount.LEAST if least else FixAmount.ENOUGH)


def _lesser(
    case: Case, best: Tried, step: int, amount: Amount, left: int
) -> Generator[Asked, Answer, tuple[Tried, bool, int]]:
    """(what fills the line by least of one step, whether that is known to be least, tries)."""
    trial, known, tries = best.trial, True, 0
    sizes = [size_of(one) for one in trial.change.steps]
    physical, floor = _sizes((yield Ask(best, step, (None, best.decided))))
    whole = Amount(sizes[step], amount.least, amount.likely, amount.needs)
    beyond: Floats | None = best.decided
    for size in multiples(whole, physical, 4 * SOLVES):
        if size >= floor and beyond is not None and tries < left:
            tries += 1
            (least,) = _sizes((yield Ask(best, step, (beyond,), exact=True)))
            floor, beyond = max(floor, least), None
        if size < floor:
            continue
        if tries == left:
            return best, False, tries
        tries += 1
        lesser = resized(case, trial.change, (*sizes[:step], size, *sizes[step + 1 :]))
        wanted = Trial(trial.line, lesser)
        copied = best.made.loosens[best.copy] and trial.change.steps[step].limit is not None
        less = Less(wanted, best, step, sizes[step] - size)
        (result,) = _came((yield less if copied else [wanted]))
        if not isinstance(result, Tried):
            known &= not result
        elif result.fills:
            return result, known, tries
        else:
            known &= result.fills is not None
            beyond = result.worth if result.fills is not None and copied else None
    return best, known, tries


def _sizes(answer: Answer) -> list[int]:
    return answer  # type: ignore[return-value]
