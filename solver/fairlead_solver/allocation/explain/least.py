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
from .trying import Trial, Tried

ROUNDS = 4  # of trying all lines once

Search = Generator[Trial, Tried | None, None]  # asks for trials, and is told what came of them
Attempt = Callable[[Sequence[Trial]], Iterable[Tried]]  # what comes of trials that fill their lines


def lessened(
    case: Case, attempt: Attempt, found: Iterable[Tried], *, thorough: bool
) -> Sequence[Tried]:
    """For each line the first of `found` by the least amounts known to do; `thorough`: halved
    too."""
    best: dict[int, Tried] = {}
    for result in found:
        than = best.setdefault(result.trial.line, result)
        if _is_less(result, than) and _as_good(case, result, than):
            best[result.trial.line] = result
    searches = {line: _search(case, result, thorough) for line, result in best.items()}
    answers: dict[int, Tried | None] = dict.fromkeys(searches)
    for _ in range(ROUNDS):
        asked = {}
        for line, answer in answers.items():
            with suppress(StopIteration):
                asked[line] = searches[line].send(answer)
        if not asked:
            break
        filled = {result.trial.line: result for result in attempt(list(asked.values()))}
        answers = {line: _as_good(case, filled.get(line), best[line]) for line in asked}
        best |= {line: result for line, result in answers.items() if result is not None}
    return list(best.values())


def _is_less(result: Tried, than: Tried) -> bool:
    """Whether it is the same change, or part of it, by no larger amounts."""
    one, other = (
        {s.told.rule: s.told.amount for s in r.trial.change.steps} for r in (result, than)
    )
    return one.keys() <= other.keys() and all(one[rule] <= other[rule] for rule in one)


def _as_good(case: Case, result: Tried | None, than: Tried) -> Tried | None:
    """The result, if it takes no more from any line."""
    if result is None:
        return None
    before = {i: min(units, int(case.given[i])) for i, units in than.given.items()}
    taken = (units < before.get(i, int(case.given[i])) for i, units in result.given.items())
    return None if any(taken) else result


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
