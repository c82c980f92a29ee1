"""Gathers findings: words a few of each kind, so that no kind hides another, and counts all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .findings import MAX_FINDINGS, Finding, InvalidInput
from .tables import Bools, Coded, Ints, Lists, Table

_INDEX = re.compile(r"\[\d+\]")
Hint = Callable[[str], str]


@dataclass(slots=True)
class _Kind:
    """Findings of one rule in one column: the first of them, and how many there are."""

    worded: list[tuple[int, Finding]] = field(default_factory=list)  # with their place in all
    count: int = 0


@dataclass(slots=True)
class Faults:
    """Collects findings: words at most `limit` of them, counts all.

    `numbers`: of tables whose rows were renumbered, the number each row was given under.
    """

    limit: int = MAX_FINDINGS
    numbers: Mapping[str, Ints] = field(default_factory=dict)
    total: int = 0
    faulty_rows: dict[str, Bools] = field(default_factory=dict)  # by table
    of_no_row: int = 0  # findings that are about no single row
    _kinds: dict[tuple[str, str], _Kind] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Note one finding, and the rows it speaks for."""
        kind = self._kind(finding.path, finding.rule)
        if kind is not None:
            if len(kind.worded) < self.limit:
                kind.worded.append((self.total, replace(finding, more=0)))
            kind.count += 1 + finding.more
        self.total += 1 + finding.more
        self.of_no_row += 1 + finding.more

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note several."""
        for finding in findings:
            self.add(finding)

    def where(
        self,
        table: Table,
        name: str,
        bad: Bools,
        rule: str,
        *,
        hint: Hint | None = None,
        other: Ints | None = None,
        spoilt: Bools | None = None,
    ) -> None:
        """Note `table.name` in every row where `bad`. `hint`: the way out of a value; `other`: per
        row, another row to look at; `spoilt`: the rows that cannot be used, if not the bad ones."""
        if not np.count_nonzero(bad):
            return
        unusable = bad if spoilt is None else spoilt
        self.faulty_rows[table.NAME] = unusable | self.faulty_rows.get(table.NAME, False)
        rows = np.flatnonzero(bad)
        kind = self._kind(f"{table.NAME}.{name}", rule)
        if kind is not None:
            room = self.limit - len(kind.worded)
            for row in rows[:room].tolist():
                finding = self._at(table, name, row, rule)
                seen = self._row(table, int(other[row])) if other is not None else ""
                way = hint(finding.value) if hint is not None else ""
                place = (self.total + len(kind.worded), replace(finding, hint=way, other=seen))
                kind.worded.append(place)
            kind.count += len(rows)
        self.total += len(rows)

    def _at(self, table: Table, name: str, row: int, rule: str) -> Finding:
        ids = getattr(table, "id", ())
        path, value = f"{self._row(table, row)}.{name}", cell(table, name, row)
        return Finding(path, ids[row] if ids else "", value, rule)

    def _row(self, table: Table, row: int) -> str:
        numbers = self.numbers.get(table.NAME)
        return f"{table.NAME}[{row if numbers is None else numbers[row]}]"

    def _kind(self, path: str, rule: str) -> _Kind | None:
        """Where findings of this kind are gathered; None where there are too many kinds."""
        key = (_INDEX.sub("", path), rule)
        if key not in self._kinds and len(self._kinds) >= self.limit:
            return None
        return self._kinds.setdefault(key, _Kind())

    @property
    def kept(self) -> list[Finding]:
        """At most `limit` findings in the order noted: of each kind as many as fit beside the
        others, the last with the number of those not listed."""
        share = _equal_share([len(kind.worded) for kind in self._kinds.values()], self.limit)
        chosen: list[tuple[int, Finding]] = []
        for kind in self._kinds.values():
            listed = kind.worded[:share]
            place, last = listed[-1]
            chosen += [*listed[:-1], (place, replace(last, more=kind.count - len(listed)))]
        return [finding for _, finding in sorted(chosen, key=lambda one: one[0])]

    def stop(self) -> None:
        """Raise InvalidInput if anything was found."""
        if self.total:
            raise InvalidInput(self.kept, self.total)


def _equal_share(sizes: list[int], limit: int) -> int:
    """The most of each that all fit within `limit` together; at least 1."""
    share = max(sizes, default=0)
    while share > 1 and sum(min(size, share) for size in sizes) > limit:
        share -= 1
    return share


def cell(table: Table, name: str, row: int) -> str:
    """One cell as a reader would write it."""
    column = getattr(table, name)
    if isinstance(column, Coded):
        return column.word(row)
    if isinstance(column, Lists):
        return ", ".join(column.row(row))
    return str(column[row])
