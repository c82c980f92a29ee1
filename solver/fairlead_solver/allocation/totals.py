"""Totals over lines: rows of the form Σ_scope x, and the same sums of a finished plan."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..model.draft import Draft
from ..tables import Bools, Codes, Ints
from .arcs import expand

if TYPE_CHECKING:
    from .facts import Contracts, Quotas
    from .problem import Problem

MICRO = 1_000_000


def arcs_of_lines(problem: Problem, lines: Ints) -> tuple[Ints, Ints]:
    """(position in `lines`, arc) of every arc of the lines given."""
    offsets = problem.arcs.offsets
    counts = offsets[lines + 1] - offsets[lines]
    return np.repeat(np.arange(len(lines)), counts), expand(offsets[lines], counts)


def add_units(
    draft: Draft, problem: Problem, rows: Ints, lines: Ints, factor: ArrayLike = 1
) -> None:
    """Add factor * Σ_s x_is of `lines[j]` to `rows[j]`; `factor` is one number, or one per line."""
    at, arc = arcs_of_lines(problem, lines)
    factors = np.broadcast_to(np.asarray(factor, dtype=np.int64), lines.shape)
    draft.entries(rows[at], arc, problem.arcs.pack[arc] * factors[at])


def reach(problem: Problem) -> Ints:
    """The most each line can get: its whole packs, or what its arcs can carry if that is less."""
    arcs, line = problem.arcs, problem.line
    carried = summed(arcs.line, arcs.max_packs * arcs.pack, problem.num_lines)
    return np.minimum(carried, line.quantity - line.quantity % line.pack)


def summed(codes: ArrayLike, values: Ints, size: int) -> Ints:
    """Σ of `values` per code, exactly; `codes` in 0..size-1."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, np.asarray(codes), values)
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Rows by code, so that a scope is found without looking at every row."""

    order: Ints
    bounds: Ints

    @classmethod
    def of(cls, codes: Codes, size: int) -> Index:
        """Index rows whose codes are in -1..size-1; rows of code -1 are under none."""
        order = np.argsort(codes, kind="stable")
        return cls(order, np.searchsorted(codes[order], np.arange(size + 1)))

    def rows(self, codes: Ints) -> Ints:
        """Rows of the codes given, ascending."""
        starts = self.bounds[codes]
        return np.sort(self.order[expand(starts, self.bounds[codes + 1] - starts)])


def scope_lines(problem: Problem, scoped: Contracts | Quotas, wanted: Bools) -> tuple[Ints, Ints]:
    """(row of the table, line) for the lines in scope of each wanted row, by row then line."""
    by_customer = Index.of(problem.line.customer, len(problem.facts.customers))
    by_product = Index.of(problem.line.product, len(problem.facts.products))
    everything = np.arange(problem.num_lines)

    def candidates(row: int) -> Ints:
        customer, product = scoped.customer.codes[row], scoped.product.codes[row]
        family = scoped.family.word(row)
        if customer >= 0:
            return by_customer.rows(np.array([customer]))
        if product >= 0:
            return by_product.rows(np.array([product]))
        return (
            by_product.rows(np.flatnonzero(problem.products_in(family))) if family else everything
        )

    rows = np.flatnonzero(wanted)
    lines = [_in_scope(problem, scoped, int(row), candidates(int(row))) for row in rows]
    none = np.empty(0, dtype=np.int64)
    return np.repeat(rows, [len(found) for found in lines]), np.concatenate([none, *lines])


def _in_scope(problem: Problem, scoped: Contracts | Quotas, row: int, lines: Ints) -> Ints:
    """Those of the lines that match every selector given."""
    line, family = problem.line, scoped.family.word(row)
    for codes, column in (
        (scoped.customer.codes, line.customer),
        (scoped.product.codes, line.product),
        (scoped.channel.codes, line.channel),
    ):
        if codes[row] >= 0:
            lines = lines[column[lines] == codes[row]]
    return lines[problem.products_in(family)[line.product[lines]]] if family else lines


def round_micros(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest integer, half to even, exactly."""
    return round(Fraction(numerator, denominator))
