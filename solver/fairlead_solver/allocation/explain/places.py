"""What the places in a line's reach had: the stock the line could have had, by location.

Of every arc it is what the waterfall shares out, in units of the line:
GIVEN + GIVEN_TO_OTHERS + PACK_REMAINDER + PROTECTED + UNUSED. All places together have the line's
reach less what was refused.
"""

from __future__ import annotations

from collections import Counter

from .case import Case

NAMED = 2  # places; more are summed


def places(case: Case, line: int) -> Counter[str]:
    """Units of the line by location, of the lots that could serve it."""
    arcs = case.problem.arcs
    own = arcs.of_line(line)
    total = case.waterfall.arcs.at(own).reach()
    ids = case.problem.facts.locations.id
    had: Counter[str] = Counter()
    for location, held in zip(arcs.location[own].tolist(), total.tolist(), strict=True):
        had[ids[location]] += held
    return +had


def places_had(case: Case, line: int) -> str:
    """The same in words: "DC-1 had 30"; "" where no place had anything."""
    had = places(case, line)
    if len(had) > NAMED:
        return f"{len(had)} places had {had.total()}"
    told = [f"{name} had {units}" for name, units in sorted(had.items())]
    return " and ".join(told)
