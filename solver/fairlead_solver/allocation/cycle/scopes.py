"""Which lines the rows of a table cover: contracts and quotas name a customer, a product, a family
of products, a channel; a line is covered where every selector given matches.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from ...arrays import expand, summed
from ...tables import Bools, Coded, Codes, Ints
from .facts import Contracts, Facts, Quotas
from .line_facts import LineFacts

PATH = "/"  # between the words of a family path


@dataclass(frozen=True, slots=True, eq=False)
class Scopes:
    """Pairs (row of the table, line), by row, then line."""

    row: Ints
    line: Ints

    def of(self, rows: Bools) -> Scopes:
        """The pairs of the rows chosen (mask)."""
        chosen = rows[self.row]
        return Scopes(self.row[chosen], self.line[chosen])

    def by_line(self, lines: int) -> ByLine:
        """The same pairs, line by line."""
        order = np.argsort(self.line, kind="stable")
        starts = np.searchsorted(self.line[order], np.arange(lines + 1)).astype(np.int64)
        return ByLine(starts, self.row[order])


@dataclass(frozen=True, slots=True, eq=False)
class ByLine:
    """Line i is covered by the rows `row[starts[i]:starts[i+1]]`, ascending."""

    starts: Ints
    row: Ints

    def of(self, line: int) -> Ints:
        """The rows that cover one line."""
        return self.row[int(self.starts[line]) : int(self.starts[line + 1])]

    def beyond(self, line: Codes | Ints, other: Codes | Ints, worth: Ints) -> Ints:
        """Per pair of lines, what the rows are worth that cover `other` and do not cover `line`."""
        counts = self.starts[other + 1] - self.starts[other]
        pair = np.repeat(np.arange(len(line)), counts)
        rows = self.row[expand(self.starts[other], counts)]
        width = int(self.row.max(initial=0)) + 1
        owner = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        known = owner * width + self.row
        wanted = line[pair] * np.int64(width) + rows
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        apart = known[at] != wanted
        return summed(pair[apart], worth[rows[apart]], len(line))


def family_range(names: tuple[str, ...], family: str) -> tuple[int, int, int]:
    """Codes of a family path among sorted names: its own (-2: none), and first and stop of those
    below it. What begins with "a/" is one run of the sorted names, and ends before "a0"."""
    at = bisect_left(names, family)
    exact = at if at < len(names) and names[at] == family else -2
    after = chr(ord(PATH) + 1)
    return exact, bisect_left(names, family + PATH), bisect_left(names, family + after)


def scopes(facts: Facts, line: LineFacts, table: Contracts | Quotas) -> Scopes:
    """Every row starts from the fewest lines one of its selectors names, found by an index."""
    by_customer = Index.of(line.customer, len(facts.customers))
    by_product = Index.of(line.product, len(facts.products))
    family = facts.products.family
    by_family = Index.of(family.codes, len(family.names))
    everything = np.arange(len(line.product))

    def covered(row: int) -> Ints:
        customer, product = int(table.customer.codes[row]), int(table.product.codes[row])
        channel, path = int(table.channel.codes[row]), table.family.word(row)
        if customer >= 0:
            lines = by_customer.run(customer, customer + 1)
        elif product >= 0:
            lines = by_product.run(product, product + 1)
        elif path:
            exact, first, stop = family_range(family.names, path)
            products = [by_family.run(first, stop), by_family.run(exact, exact + 1)]
            lines = by_product.rows(np.concatenate(products))
        else:
            lines = everything
        if product >= 0:
            lines = lines[line.product[lines] == product]
        if channel >= 0:
            lines = lines[line.channel[lines] == channel]
        if path:
            lines = lines[_below(family, path, line.product[lines])]
        return np.sort(lines)

    found = [covered(row) for row in range(len(table))]
    rows = np.repeat(np.arange(len(table)), [len(lines) for lines in found])
    return Scopes(rows, np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _below(family: Coded, path: str, product: Codes) -> Bools:
    """Whether the family of each product given is the path or below it."""
    exact, first, stop = family_range(family.names, path)
    code = family.codes[product]
    below: Bools = (code >= first) & (code < stop) | (code == exact)
    return below


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Positions by code, so that those of a few codes are found without looking at all."""

    order: Ints
    bounds: Ints

    @classmethod
    def of(cls, codes: Codes, size: int) -> Index:
        """Index positions whose codes are in -1..size-1; those of code -1 are under none."""
        order = np.argsort(codes, kind="stable")
        return cls(order, np.searchsorted(codes[order], np.arange(size + 1)))

    def run(self, first: int, stop: int) -> Ints:
        """Positions of the codes first..stop-1; none where `first` is negative."""
        return self.order[self.bounds[first] : self.bounds[stop]] if first >= 0 else _NONE

    def rows(self, codes: Ints) -> Ints:
        """Positions of the codes given, ascending."""
        starts = self.bounds[codes]
        return np.sort(self.order[expand(starts, self.bounds[codes + 1] - starts)])


_NONE = np.empty(0, dtype=np.int64)
