"""Who got the stock one line wanted, with both values of a unit side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from fairlead_solver.arrays import expand, summed
from fairlead_solver.tables import Bools, Ints

from ...cycle.problem import Problem
from ...rules.explanation import ReasonCode
from ...rules.terms import Term, Worth
from ..vocabulary.values import Competitor
from .evidence import Case
from .rivals import Rivals, batches, rivals

_Money = Mapping[Term, int]
CODES = max(ReasonCode) + 1


@dataclass(frozen=True, slots=True)
class Competing:
    """Who competed with a line: those `told`, the largest quantity first; the others are counted,
    (lines, units) by what decided."""

    told: tuple[Competitor, ...] = ()
    left_out: Mapping[ReasonCode, tuple[int, int]] = field(default_factory=dict)

    def lines_left_out(self) -> int:
        """Lines that are not told."""
        return sum(lines for lines, _ in self.left_out.values())


def competitors_of(case: Case, lines: Ints, most: int) -> Iterator[Competing]:
    """Per line given (ascending) the lines that took from the lots in its reach; found for many
    lines at once. `most` are told, and for everything that decided the one that took most.

    Both unit values are per unit of the lot they met in (the one the rival took most from), each
    for its own line, with what a unit is owed it (`owed`).
    """
    offsets = case.problem.arcs.offsets
    arcs = expand(offsets[lines], offsets[lines + 1] - offsets[lines])
    done = 0
    for some in batches(case.problem, case.stakes, arcs):
        after = int(np.searchsorted(lines, case.problem.arcs.line[some[-1]], side="right"))
        yield from _together(case, lines[done:after], some, most)
        done = after
    yield from (Competing() for _ in lines[done:])


def _together(case: Case, lines: Ints, arcs: Ints, most: int) -> Iterator[Competing]:
    every = _grouped(case, arcs)
    chosen = _told(every, most)
    left_out = _left_out(every.at(~chosen))
    found = every.at(chosen)
    bounds = np.searchsorted(found.line, np.append(lines, case.problem.num_lines)).tolist()
    told = list(map(
        lambda *row: _competitor(case.problem, *row),
        found.rival.tolist(),
        found.units.tolist(),
        found.code.tolist(),
        _values(case, found.rival_arc, case.stakes.owed.lost(found.rival, found.line)),
        _values(case, found.arc, case.stakes.owed.gained(found.line)),
    ))  # fmt: skip
    for line, (start, stop) in zip(lines.tolist(), pairwise(bounds), strict=True):
        yield Competing(tuple(told[start:stop]), left_out.get(line, {}))


def _told(found: Rivals, most: int) -> Bools:
    """The first `most` entries of every line, and the first of each code."""
    rank = np.arange(len(found.line)) - np.searchsorted(found.line, found.line)
    chosen: Bools = rank < most
    _, first = np.unique(found.line * CODES + found.code, return_index=True)
    chosen[first] = True
    return chosen


def _left_out(found: Rivals) -> dict[int, dict[ReasonCode, tuple[int, int]]]:
    keys, at, lines = np.unique(
        found.line * CODES + found.code, return_inverse=True, return_counts=True
    )
    units = summed(at, found.units, len(keys))
    counted: dict[int, dict[ReasonCode, tuple[int, int]]] = {}
    for key, many, taken in zip(keys.tolist(), lines.tolist(), units.tolist(), strict=True):
        counted.setdefault(key // CODES, {})[ReasonCode(key % CODES)] = (many, taken)
    return counted


def _grouped(case: Case, arcs: Ints) -> Rivals:
    """One entry per (line, rival), units added up, arcs and code of the lot they met in; by line,
    the largest quantity first, of equals the first line."""
    problem = case.problem
    found = rivals(problem, case.plan, case.stakes, arcs)
    pairs, at = np.unique(found.line * problem.num_lines + found.rival, return_inverse=True)
    units = summed(at, found.units, len(pairs))
    met = _largest(at, found.units, len(pairs))
    line, rival = np.divmod(pairs, problem.num_lines)
    order = np.lexsort((rival, -units, line))
    met = met[order]
    return Rivals(
        line[order], rival[order], found.arc[met], found.rival_arc[met], units[order],
        found.code[met],
    )  # fmt: skip


def _largest(group: Ints, units: Ints, size: int) -> Ints:
    """The position of the largest entry of every group, the first of equals."""
    order = np.lexsort((-units, group))
    first: Ints = order[np.searchsorted(group[order], np.arange(size))]
    return first


def _competitor(
    problem: Problem, rival: int, units: int, code: int, value: _Money, own: _Money
) -> Competitor:
    lines = problem.facts.lines
    return Competitor(
        line=lines.id[rival],
        units=units,
        customer=lines.customer.word(rival),
        tier=problem.policy.tiers[int(problem.line.tier[rival])].id,
        contracts=_contracts(problem, rival),
        unit_value=value,
        own_unit_value=own,
        decided_by=ReasonCode(code),
        unit_worth=Worth.of(value),
        own_unit_worth=Worth.of(own),
    )


def _contracts(problem: Problem, line: int) -> tuple[str, ...]:
    """Ids of the contracts whose scope covers one line."""
    ids = problem.facts.contracts.id
    return tuple(ids[k] for k in problem.contracts_by_line.of(line).tolist())


def _values(case: Case, arcs: Ints, owed: Mapping[Term, Ints]) -> Iterator[_Money]:
    """Micros per unit of the lot on each arc, by term, without the terms of 0."""
    ratio = case.problem.arcs.ratio[arcs]
    columns = {term: micros[arcs] // ratio for term, micros in case.stakes.terms.items()}
    columns |= {term: micros // ratio for term, micros in owed.items()}
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return ({t: m for t, m in zip(columns, row, strict=True) if m} for row in rows)
