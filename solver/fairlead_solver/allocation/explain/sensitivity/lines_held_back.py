"""Whom a limit holds back: the short lines that get more once it is loosened.

Told of limits that stop no line by themselves (`with_slack`): there the facts do not show it, and
the plan that loosening gives does. More in a lot with slack also leaves others more of what a
protection keeps: what it earns as the protection would by itself is the protection's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fairlead_solver.model.program.draft import Floats, Ints
from fairlead_solver.model.resolve.neighbourhoods import Effort, Parts
from fairlead_solver.model.resolve.reoptimizer import Again
from fairlead_solver.model.resolve.subproblems import Beside, Copies

from ..evidence.evidence import Case
from ..evidence.stock_waterfall import protected_lots
from .binding_constraints import Marginals
from .limiting_rows import Shortened, most_valuable_first
from .marginal_values import contract_units, trials_of


def held_back(
    case: Case,
    slack: Shortened,
    valued: Mapping[int, Marginals],
    parts: Parts,
    x: Floats,
    again: Again,
    effort: Effort,
) -> Shortened:
    """Of rows with slack those of which more is worth something and gives more to a short line,
    with these lines and the units they lack in whole packs. `x`: the solved vector."""
    worth = {row: valued[row].up for row in slack.rows().tolist() if row in valued}
    of_others = _by_protection(case, valued)
    steps = {
        row: up.step
        for row, up in worth.items()
        if up is not None and up.value_micros > of_others.get(row, 0)
    }
    if not steps:
        return slack.of_rows(np.empty(0, dtype=np.int64))
    rows = np.array(list(steps), dtype=np.int64)
    trials = trials_of(case, rows, len(rows), parts, Beside.of(parts.model, x), again, effort)
    by = [steps[row] / contract_units(case, row) for row in trials.rows.tolist()]
    places, looser = trials.looser(np.arange(len(by)), np.array(by))
    part, line = _get_more(case, looser, again.best(looser).x)
    short = case.whole - case.given
    still = short[line] > 0
    row, line = trials.rows[places[part[still]]], line[still]
    return most_valuable_first(case, row, line, short[line])


def _by_protection(case: Case, valued: Mapping[int, Marginals]) -> dict[int, int]:
    """By row of a lot the most that one more for others of a protection of it is worth."""
    lots = case.limits.model.block_rows("supply", "lots")
    kept = case.limits.model.block_rows("protection", "protections")
    found: dict[int, int] = {}
    if lots is None or kept is None:
        return found
    for row in range(kept.start, kept.stop):
        up = valued[row].up if row in valued else None
        if up is None:
            continue
        of_it = protected_lots(case.problem, int(kept.keys[row - kept.start]))
        for lot in (lots.start + np.flatnonzero(np.isin(lots.keys, of_it))).tolist():
            found[lot] = max(found.get(lot, 0), up.value_micros)
    return found


def _get_more(case: Case, looser: Copies, x: Floats) -> tuple[Ints, Ints]:
    """(copy, line) of the lines to which the best plan of a copy gives more than the decision."""
    arcs = case.problem.arcs
    flows = np.flatnonzero((looser.column >= 0) & (looser.column < len(arcs)))
    arc = looser.column[flows]
    packs = np.rint(x[flows]).astype(np.int64) - case.plan.packs[arc]
    width = case.problem.num_lines
    keys, at = np.unique(looser.part[flows] * width + arcs.line[arc], return_inverse=True)
    more = np.bincount(at, packs * arcs.pack[arc], len(keys)) > 0
    part, line = np.divmod(keys[more], width)
    return part, line
