"""Rows that break a rule, left out so that the others can be decided.

A row is left out with everything that refers to it, round by round until no row breaks a rule: a
line of a product that was left out has no product. Of rows with one id that are equal the first
stays; of differing ones none does, nor does any line of an order with two customers, because no
one knows which is right. So what stays does not depend on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...finding_collector import Faults
from ...findings import Finding, InvalidInput
from ...table_checks import rows_of
from ...tables import Ints
from .facts import Facts

MAX_LISTED = 1000
Check = Callable[[Facts, Faults], None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many rows were left out, at most MAX_LISTED findings that say why, and by table the
    numbers of the rows that stay, in the giver's count."""

    count: int = 0
    findings: tuple[Finding, ...] = ()
    stay: Mapping[str, Ints] = field(default_factory=dict)


def leave_out(facts: Facts, check: Check) -> tuple[Facts, LeftOut]:
    """The facts without the rows that `check` finds faults in, and what was left out.

    Raises InvalidInput where a fault is of no single row, as where no line is left.
    """
    stay: dict[str, Ints] = {t.NAME: np.arange(len(t)) for t in facts.tables()}
    given = sum(map(len, stay.values()))
    found: list[Finding] = []
    while True:
        faults = Faults(MAX_LISTED, stay)
        check(facts, faults)
        found += faults.kept
        if faults.of_no_row:
            raise InvalidInput(sorted(found, key=_is_of_a_row))
        if not faults.total:
            break
        for name, faulty in faults.faulty_rows.items():
            rows = np.flatnonzero(~faulty)
            facts = replace(facts, **{name: rows_of(getattr(facts, name), rows)})
            stay[name] = stay[name][rows]
    count = given - sum(map(len, stay.values()))
    return facts, LeftOut(count, tuple(found[:MAX_LISTED]), stay)


def _is_of_a_row(finding: Finding) -> bool:
    return "[" in finding.path
