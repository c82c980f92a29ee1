"""What the places in a line's reach had: the stock the line could have had, by location.

Of every arc it is what the waterfall shares out, in units of the line:
GIVEN + GIVEN_TO_OTHERS + PACK_REMAINDER + PROTECTED + UNUSED. All places together have the line's
reach less what was refused.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from ...rules.figure_text import day
from ..evidence.evidence import Case

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
    """The same in words: "DC-1 had 30", and what of it is still to come, "DC-1 had 30 (20 of them
    by 2026-12-04)"; "" where no place had anything."""
    had = places(case, line)
    if len(had) > NAMED:
        return f"{len(had)} places had {had.total()}"
    coming = _coming(case, line)
    told = [f"{name} had {units}{coming.get(name, '')}" for name, units in sorted(had.items())]
    return " and ".join(told)


def _coming(case: Case, line: int) -> dict[str, str]:
    """By location what is still to come, and by when all of it is there."""
    facts, arcs = case.problem.facts, case.problem.arcs
    own = np.arange(*arcs.offsets[line : line + 2])
    own = own[facts.lots.available_day[arcs.lot[own]] > facts.cycle_day]
    units, last = Counter[str](), dict[str, int]()
    for arc in own.tolist():
        name, lot = facts.locations.id[arcs.location[arc]], int(arcs.lot[arc])
        units[name] += int(case.waterfall.arcs.at(slice(arc, arc + 1)).reach()[0])
        last[name] = max(last.get(name, 0), int(facts.lots.available_day[lot]))
    return {name: f" ({units[name]} of them by {day(last[name])})" for name in last if units[name]}
