"""The plan that the lines of a decision state."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fairlead.v1.decision_pb2 import DecisionLine
from fairlead_solver.api.allocation import Faults, Finding, Ints, Problem


def packs_of(problem: Problem, lines: Iterable[DecisionLine]) -> Ints:
    """The plan that lines state: packs per arc of the problem.

    Raises InvalidInput where a source is no arc of the problem, or no whole number of packs.
    """
    facts, arcs = problem.facts, problem.arcs
    line_row = {id_: i for i, id_ in enumerate(facts.lines.id)}
    lot_row = {id_: i for i, id_ in enumerate(facts.lots.id)}
    width = max(1, len(facts.lots))
    known = arcs.line.astype(np.int64) * width + arcs.lot  # ascending: arcs sort by line, lot
    packs, faults = np.zeros(len(arcs), dtype=np.int64), Faults()
    for line in lines:
        for number, source in enumerate(line.sources):
            place = f"lines[{line.line}].sources[{number}]"
            row, lot = line_row.get(line.line, -1), lot_row.get(source.lot, -1)
            wanted = row * width + lot
            at = int(np.searchsorted(known, wanted))
            if row < 0 or lot < 0 or at == len(known) or known[at] != wanted:
                faults.add(Finding(place, line.line, source.lot, "a lot that may serve the line"))
            elif source.quantity <= 0 or source.quantity % int(arcs.pack[at]):
                rule = f"a positive multiple of the pack {arcs.pack[at]}"
                faults.add(Finding(f"{place}.quantity", line.line, str(source.quantity), rule))
            else:
                packs[at] += source.quantity // int(arcs.pack[at])
    faults.stop()
    return packs
