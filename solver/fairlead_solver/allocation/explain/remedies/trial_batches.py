"""Which trials share a program: writing it costs as much for one change as for many.

Trials that change rows alone share one, and those of one change of the facts; in large cycles also
changes of the facts that cannot meet, as their lines are joined neither by rows of the program nor
by a product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from fairlead_solver.model.program.draft import Ints
from fairlead_solver.model.resolve.neighbourhoods import Parts
from fairlead_solver.model.resolve.scope import Scope

from ...cycle.problem import Problem
from ..evidence.evidence import Case
from .remedy import Trial


def together(
    case: Case, trials: Sequence[Trial], parts: Parts, *, whole: bool
) -> list[list[Trial]]:
    """The trials by the program they share. `whole`: every copy is the whole cycle."""
    by_edits: dict[tuple[object, ...], list[Trial]] = {}
    for trial in trials:
        by_edits.setdefault(trial.change.edits, []).append(trial)
    rounds: list[tuple[set[int], list[Trial]]] = []
    may_share = not whole and sum(bool(edits) for edits in by_edits) > 1
    apart = _apart(case.problem, parts) if may_share else None
    for edits, some in by_edits.items():
        alone = apart is None or not edits or any(t.change.everywhere for t in some)
        labels = set() if apart is None or alone else {int(apart[t.line]) for t in some}
        fitting = (r for r in rounds if labels and r[0] and not labels & r[0])
        taken = next(fitting, None)
        if taken is None:
            rounds.append((labels, list(some)))
        else:
            taken[0].update(labels)
            taken[1].extend(some)
    return [together for _, together in rounds]


def _apart(problem: Problem, parts: Parts) -> Ints:
    """A number for each line; lines of different numbers share no row but coupling rows, and no
    product, not even of their substitutes."""
    arcs, lots = problem.arcs, problem.facts.lots.product.codes
    lines, products = problem.num_lines, len(problem.facts.products)
    own, flows = np.arange(lines), np.arange(len(arcs))
    component = parts.solved_apart(flows, np.full(len(arcs), Scope.PART)).astype(np.int64)
    line = np.concatenate([own, arcs.line, arcs.refused_line, arcs.line])
    joined = lines + np.concatenate(
        [problem.line.product, lots[arcs.lot], lots[arcs.refused_lot], products + component]
    )
    size = lines + products + int(component.max(initial=0)) + 1
    graph = sp.coo_array((np.ones(len(line), np.int8), (line, joined)), shape=(size, size))
    _, label = connected_components(graph.tocsr(), directed=False)
    apart: Ints = label[:lines].astype(np.int64)
    return apart
