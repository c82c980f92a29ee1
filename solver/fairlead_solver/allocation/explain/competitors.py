"""Who got the stock one line wanted, with both values of a unit side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...tables import Ints
from ..problem import Problem
from ..terms import Term
from ..totals import summed
from .case import Case
from .rivals import rivals
from .values import Competitor, ReasonCode


def competitors(case: Case, line: int) -> tuple[Competitor, ...]:
    """The lines that took from the lots in a line's reach, the largest quantity first.

    Both unit values are per unit of the lot they met in (the one the rival took most from), each
    for its own line.
    """
    arcs = case.problem.arcs.of_line(line)
    found = rivals(case.problem, case.plan, case.stakes, np.arange(arcs.start, arcs.stop))
    lines, at = np.unique(found.rival, return_inverse=True)
    units = summed(at, found.units, len(lines))
    met = _largest(at, found.units, len(lines))
    order = np.lexsort((lines, -units))
    return tuple(
        _competitor(case, int(found.arc[met[j]]), int(found.rival_arc[met[j]]), int(units[j]),
                    ReasonCode(int(found.code[met[j]])))
        for j in order
    )  # fmt: skip


def _largest(group: Ints, units: Ints, size: int) -> Ints:
    """The position of the largest entry of every group, the first of equals."""
    order = np.lexsort((-units, group))
    first: Ints = order[np.searchsorted(group[order], np.arange(size))]
    return first


def _competitor(case: Case, arc: int, rival_arc: int, units: int, code: ReasonCode) -> Competitor:
    problem = case.problem
    rival = int(problem.arcs.line[rival_arc])
    lines = problem.facts.lines
    return Competitor(
        line=lines.id[rival],
        units=units,
        customer=lines.customer.word(rival),
        tier=problem.policy.tiers[int(problem.line.tier[rival])].id,
        contracts=_contracts(problem, rival),
        unit_value=_value(case, rival_arc),
        own_unit_value=_value(case, arc),
        decided_by=code,
    )


def _contracts(problem: Problem, line: int) -> tuple[str, ...]:
    """Ids of the contracts whose scope covers one line."""
    table, facts = problem.facts.contracts, problem.line
    path = problem.facts.products.family.word(int(facts.product[line]))
    covered = np.ones(len(table), dtype=np.bool_)
    for selector, has in (
        (table.customer.codes, facts.customer[line]),
        (table.channel.codes, facts.channel[line]),
        (table.product.codes, facts.product[line]),
    ):
        covered &= (selector < 0) | (selector == has)
    families = (table.family.word(int(k)) for k in np.flatnonzero(covered))
    return tuple(
        table.id[k]
        for k, family in zip(np.flatnonzero(covered), families, strict=True)
        if f"{path}/".startswith(f"{family}/") or not family
    )


def _value(case: Case, arc: int) -> Mapping[Term, int]:
    """Micros per unit of the line, by term, without the terms of 0."""
    return {t: int(v[arc]) for t, v in case.stakes.terms.items() if v[arc]}
