"""The least amounts by which a change still fills its line, and takes no more from other lines.

A change is sought by what the line and its rivals lack at most, and by what is likely to do
(`amounts`): rivals of less value come after the line, and overtime that is bought anyway need not
be replaced. Then it is tried without what the best plan left over of it: others could not take
that. In small cycles each amount is then tried by a pack's need less, and halved where that will
do. All lines are tried side by side, and a bounded number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress

from .amounts import amounts, resized
from .case import Case
from .change import Trial
from .trying import Tried, fill_surely

ROUNDS = 4  # of trying all lines once

Search = Generator[Trial, Tried | None, None]  # asks for trials, and is told what came of them
Attempt = Callable[[Sequence[Trial]], Iterable[Tried]]  # what comes of trials that fill their lines


def lessened(
    case: Case, attempt: Attempt, found: Iterable[Tried], *, thorough: bool
) -> Sequence[Tried]:
    """For each line the first of `found` by the least amounts known to do; `thorough`: halved
    too."""
    best = _first_sure(case, found)
    searches = {line: _search(case, result, thorough) for line, result in best.items()}
    answers: dict[int, Tried | None] = dict.fromkeys(searches)
    for _ in range(ROUNDS):
        asked = {}
        for line, answer in answers.items():
            with suppress(StopIteration):
                asked[line] = searches[line].send(answer)
        if not asked:
            break
        lesser = [r for r in attempt(list(asked.values())) if _as_good(case, r, best[r.trial.line])]
        filled = {
            r.trial.line: r for r, s in zip(lesser, fill_surely(case, lesser), strict=True) if s
        }
        answers = {line: filled.get(line) for line in asked}
        best |= filled
    return list(best.values())


def _first_sure(case: Case, found: Iterable[Tried]) -> dict[int, Tried]:
    """For each line the first result that surely fills it, by the least amounts among them."""
    waiting: dict[int, list[Tried]] = {}
    for result in found:
        waiting.setdefault(result.trial.line, []).append(result)
    sure: dict[int, Tried] = {}
    while waiting:
        picked = {line: _least(case, results) for line, results in waiting.items()}
        for result, fills in zip(
            picked.values(), fill_surely(case, list(picked.values())), strict=True
        ):
            line = result.trial.line
            if fills:
                sure[line] = result
            waiting[line].remove(result)
            if fills or not waiting[line]:
                del waiting[line]
    return sure


def _least(case: Case, results: Sequence[Tried]) -> Tried:
    """The first, or of those with no more of the same the last that is as good."""
    best = results[0]
    for result in results[1:]:
        if _is_less(result, best) and _as_good(case, result, best):
            best = result
    return best


def _is_less(result: Tried, than: Tried) -> bool:
    """Whether it is the same change, or part of it, by no larger amounts."""
    one, other = (
        {s.told.rule: s.told.amount for s in r.trial.change.steps} for r in (result, than)
    )
    return one.keys() <= other.keys() and all(one[rule] <= other[rule] for rule in one)


def _as_good(case: Case, result: Tried, than: Tried) -> bool:
    """Whether it takes no more from any line."""
    before = {i: min(units, int(case.given[i])) for i, units in than.given.items()}
    taken = (units < before.get(i, int(case.given[i])) for i, units in result.given.items())
    return not any(taken)


def _search(case: Case, first: Tried, thorough: bool) -> Search:
    line, change = first.trial.line, first.trial.change
    each = amounts(case, line, change)
    sizes = tuple(amount.size for amount in each)
    spared = tuple(max(a.least, a.size - over) for a, over in zip(each, first.spare, strict=True))
    if spared != sizes and (yield Trial(line, resized(case, change, spared))):
        sizes = spared
    for k, amount in enumerate(each if thorough else ()):
        low, packs = amount.least - 1, 1
        while sizes[k] - low > amount.need:
            size = sizes[k] - packs * amount.need
            lesser = (*sizes[:k], size, *sizes[k + 1 :])
            if (yield Trial(line, resized(case, change, lesser))):
                sizes = lesser
            else:
                low = size
            packs = max(1, (sizes[k] - low) // (2 * amount.need))
