"""Small cycles as rows, and what the tests of the rules ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from fairlead_solver.allocation.cycle.facts import Facts
from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.cycle.validation import intake
from fairlead_solver.allocation.decision.decide import write
from fairlead_solver.allocation.policy.policy import Policy
from fairlead_solver.allocation.rules.family import Family
from fairlead_solver.allocation.rules.plan import Plan
from fairlead_solver.api.allocation import Options, solve
from fairlead_solver.model.program.draft import Draft, Model
from fairlead_solver.tables import ColumnKind, Table

TODAY = 20_000
MICRO = 1_000_000
Row = dict[str, Any]
EMPTY = {ColumnKind.TEXT: "", ColumnKind.REF: "", ColumnKind.REFS: ()}


def line(id: str, quantity: int, price: int = 10, product: str = "P", **more: Any) -> Row:
    """A line; the price in whole units of money."""
    return {
        "id": id,
        "quantity": quantity,
        "product": product,
        "unit_price_micros": price * MICRO,
        **more,
    }


def lot(id: str, quantity: int, location: str = "W", product: str = "P", **more: Any) -> Row:
    """A lot."""
    return {"id": id, "quantity": quantity, "location": location, "product": product, **more}


def cycle(
    lines: Sequence[Row], lots: Sequence[Row], policy: Policy | None = None, **more: Sequence[Row]
) -> Problem:
    """A checked cycle out of rows per table."""
    given = {"lines": lines, "lots": lots, **more}
    kinds = {f.name: f.default_factory.__self__ for f in fields(Facts) if f.name in given}  # type: ignore[union-attr]
    tables: dict[str, Any] = {name: _table(kinds[name], rows) for name, rows in given.items()}
    return intake(Facts(cycle_day=TODAY, **tables), policy or Policy())


def _table(kind: type[Table], rows: Sequence[Row]) -> Table:
    columns = kind.columns()
    names = {name for row in rows for name in row}
    absent = {n: EMPTY.get(columns[n].kind, columns[n].default) for n in names}
    return kind.of(len(rows), **{n: [row.get(n, absent[n]) for row in rows] for n in names})


def plan_of(problem: Problem) -> Plan:
    """The optimal plan; it has passed every rule's check."""
    decision = solve(problem, Options(relative_gap=0.0)).decision
    assert decision.plan is not None, decision.status
    return decision.plan


def given(problem: Problem) -> dict[str, int]:
    """Units per line in the optimal plan."""
    return dict(zip(problem.facts.lines.id, map(int, plan_of(problem).per_line()), strict=True))


def taken(problem: Problem) -> dict[str, int]:
    """Units per lot in the optimal plan."""
    return dict(zip(problem.facts.lots.id, map(int, plan_of(problem).per_lot()), strict=True))


def row_keys(problem: Problem, family: Family) -> dict[str, list[int]]:
    """Keys of each row block the rule writes into the whole program."""
    blocks = write(problem).row_blocks
    return {b.name: [int(k) for k in b.keys] for b in blocks if b.family == family.NAME}


def alone(problem: Problem, flow: Family, family: Family) -> Model:
    """The program of flow and one rule."""
    draft = Draft()
    flow.build(problem, draft)
    if family is not flow:
        family.build(problem, draft)
    return draft.finish()


def planned(problem: Problem, **packs: int) -> Plan:
    """A plan out of packs per arc, named line_lot; the others carry nothing."""
    arcs, facts = problem.arcs, problem.facts
    names = [
        f"{facts.lines.id[i]}_{facts.lots.id[s]}" for i, s in zip(arcs.line, arcs.lot, strict=True)
    ]
    assert set(packs) <= set(names), names
    return Plan(problem, np.array([packs.get(name, 0) for name in names], dtype=np.int64))
