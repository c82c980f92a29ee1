"""How large a cycle is, and what deciding it will take, known before anything is built.

    memory = base + a lines + b lots + c pairs

Pairs are of a line and a lot of its product, or of a substitute it allows: every arc is one, and
the columns and rows of the model grow with them. The constants were measured on recipe cycles, the
peak of the worker that solved and explained them (docs/operations.md); they are above what was
measured, never below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...tables import Coded, Ints
from .facts import Facts

BASE_BYTES = 250_000_000
BYTES_PER_LINE = 800
BYTES_PER_LOT = 300
BYTES_PER_PAIR = 2_300


@dataclass(frozen=True, slots=True)
class CycleSize:
    """Counts that memory grows with."""

    lines: int
    lots: int
    pairs: int

    def memory_bytes(self) -> int:
        """An estimate of the most memory deciding and explaining the cycle takes, bytes."""
        return (
            BASE_BYTES
            + BYTES_PER_LINE * self.lines
            + BYTES_PER_LOT * self.lots
            + BYTES_PER_PAIR * self.pairs
        )


def size_of(facts: Facts) -> CycleSize:
    """The size of a cycle as given, checked or not: linear in its rows, no pair is made."""
    lines, lots, substitutes = facts.lines, facts.lots, facts.substitutes
    products = {n: i for i, n in enumerate({*lines.product.names, *lots.product.names})}
    stocked = _count(lots.product, products)
    asking = _count(lines.product, products)
    open_lines = _count(_only(lines.product, lines.substitutes_allowed), products)
    pairs = int(asking @ stocked)
    for wanted, other in zip(
        _known(substitutes.product, products), _known(substitutes.substitute, products), strict=True
    ):
        if wanted >= 0 and other >= 0:
            pairs += int(open_lines[wanted] * stocked[other])
    return CycleSize(len(lines), len(lots), pairs)


def _only(column: Coded, rows: np.ndarray) -> Coded:
    return Coded(column.names, column.codes[rows])


def _known(column: Coded, products: dict[str, int]) -> list[int]:
    """The product's number in every row; -1 where it is none that is asked for or stocked."""
    numbers = np.array([products.get(n, -1) for n in column.names] + [-1])
    picked: list[int] = numbers[column.codes].tolist()
    return picked


def _count(column: Coded, products: dict[str, int]) -> Ints:
    """Rows per product."""
    numbers = np.array([products[n] for n in column.names] + [-1])[column.codes]
    return np.bincount(numbers[numbers >= 0], minlength=len(products)).astype(np.int64)
