"""A randomly drawn cycle as readable rows, and a plain one to which rules are added.

A `Drawn` prints as plain rows, so a failing example can be read and copied into a test of its own.
Money is in whole cents; quantities are small enough that stock, capacity and money run short often.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from fairlead_solver.allocation.cycle.facts import Facts
from fairlead_solver.allocation.policy.policy import Policy, Tier
from fairlead_solver.tables import NO_INT, ColumnKind, Table

TODAY = 20_000
CENT = 10_000  # micro-units
MICROS = 1_000_000
TIERS = (Tier("A", 9.0, 0.02), Tier("B", 6.0, 0.01), Tier("C", 0.25, 0.005))
Row = dict[str, Any]
Draw = Callable[..., Any]


class Rule(Enum):
    """What may be added to a plain cycle of lines and lots."""

    PACK = "pack"
    MIN_FILL = "min_fill"
    SHIP_COMPLETE = "ship_complete"
    DELIVERY_GROUP = "delivery_group"
    SOURCES = "sources"
    LANES = "lanes"
    LOCATION_COST = "location_cost"
    MAX_LOCATIONS = "max_locations"
    CAPACITY = "capacity"
    CONTRACT = "contract"
    HARD_CONTRACT = "hard_contract"
    QUOTA = "quota"
    PROTECTION = "protection"
    CREDIT = "credit"
    AGING = "aging"
    STRICT_FEFO = "strict_fefo"
    PROPORTIONAL = "proportional"
    MAX_MIN = "max_min"
    LOCK = "lock"
    TIME_FENCE = "time_fence"
    STRATEGY = "strategy"
    CHURN = "churn"
    STRICT_TIERS = "strict_tiers"
    SUBSTITUTES = "substitutes"
    DATES = "dates"
    RESERVED = "reserved"
    CHANNELS = "channels"
    VALUE = "value"


@dataclass(frozen=True)
class Drawn:
    """A cycle as rows per table, with its policy and the rules that were drawn into it."""

    rules: frozenset[Rule]
    tables: dict[str, list[Row]]
    policy: Policy = field(default_factory=lambda: Policy(tiers=TIERS))

    def facts(self) -> Facts:
        """The cycle as columns, rows in the order they were drawn."""
        kinds = {f.name: f.default_factory for f in fields(Facts)}
        built: dict[str, Any] = {
            name: _table(kinds[name].__self__, rows)  # type: ignore[union-attr]
            for name, rows in self.tables.items()
        }
        return Facts(cycle_day=TODAY, currency="EUR", **built)

    def shuffled(self, seed: int) -> Drawn:
        """The same cycle with the rows of every table in another order."""
        order = random.Random(seed)
        tables = {n: order.sample(rows, len(rows)) for n, rows in self.tables.items()}
        return replace(self, tables=tables)


def _table(kind: type[Table], rows: list[Row]) -> Table:
    columns = kind.columns()
    empty = {ColumnKind.KEY: "", ColumnKind.TEXT: "", ColumnKind.REF: "", ColumnKind.REFS: ()}
    used = {name for row in rows for name in row}
    given = {
        name: [row.get(name, empty.get(columns[name].kind, columns[name].default)) for row in rows]
        for name in used
    }
    return kind.of(len(rows), **given)


def plain(draw: Draw) -> dict[str, list[Row]]:
    """Products, locations, customers, lots and lines without any rule."""
    tables: defaultdict[str, list[Row]] = defaultdict(list)
    for p in range(draw(st.sampled_from([1, 1, 1, 2, 2, 3, 4]))):  # few, so that lines compete
        cost = CENT * draw(st.integers(50, 3000))
        family = draw(st.sampled_from(["", "tools", "tools/hand", "toys"]))
        tables["products"].append({"id": f"P{p}", "standard_cost_micros": cost, "family": family})
    tables["locations"] = [{"id": f"L{w}"} for w in range(draw(st.sampled_from([1, 1, 2, 2, 3])))]
    tables["customers"] = [{"id": c, "tier": t} for c, t in zip("CDE", ["A", "B", ""], strict=True)]
    for s in range(draw(st.integers(1, 6))):
        tables["lots"].append(
            {
                "id": f"S{s}",
                "product": pick(draw, tables["products"]),
                "location": pick(draw, tables["locations"]),
                "quantity": draw(st.integers(0, 15)),
                "unit_cost_micros": draw(st.sampled_from([NO_INT, CENT * 40, CENT * 1500])),
            }
        )
    for i in range(draw(st.integers(1, 7))):
        order = draw(st.integers(0, 3))
        tables["lines"].append(
            {
                "id": f"I{i}",
                "order": f"O{order}" if order else "",
                "product": pick(draw, tables["products"]),
                "quantity": draw(st.integers(1, 12)),
                "customer": "CDE"[order - 1] if order else draw(st.sampled_from(["", "C", "D"])),
                "channel": draw(st.sampled_from(["", "web", "shop"])),
                "tier": draw(st.sampled_from(["", "A", "B", "C"])),
                "unit_price_micros": CENT * draw(st.integers(100, 5000)),
            }
        )
    return dict(tables)


def pick(draw: Draw, rows: list[Row]) -> str:
    picked: str = draw(st.sampled_from([row["id"] for row in rows]))
    return picked


def some(draw: Draw, rows: list[Row], **columns: Any) -> list[Row]:
    """The rows, about half of them with values drawn for the columns."""
    return [
        {**row, **{n: draw(s) for n, s in columns.items()}} if draw(st.booleans()) else row
        for row in rows
    ]


def every(draw: Draw, rows: list[Row], **columns: Any) -> list[Row]:
    return [{**row, **{n: draw(s) for n, s in columns.items()}} for row in rows]


def extended(drawn: Drawn, **tables: list[Row]) -> Drawn:
    return replace(drawn, tables={**drawn.tables, **tables})


def on(table: str, **columns: Any) -> Callable[[Draw, Drawn], Drawn]:
    """A rule that is a matter of a few columns in one table."""

    def add(draw: Draw, drawn: Drawn) -> Drawn:
        return extended(drawn, **{table: some(draw, drawn.tables[table], **columns)})

    return add


def by_policy(**knobs: Any) -> Callable[[Draw, Drawn], Drawn]:
    """A rule that is a matter of policy alone; each knob is a strategy."""

    def add(draw: Draw, drawn: Drawn) -> Drawn:
        given = {name: draw(strategy) for name, strategy in knobs.items()}
        return replace(drawn, policy=replace(drawn.policy, **given))

    return add
