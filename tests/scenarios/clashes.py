"""Small cycles in which exactly two hard rules clash: every pair that can.

100 of P lie at DC-1 (or half there and half at DC-2). Line A of customer CA asks for 80, line B of
CB for 60. A *claim* makes a line get what it asks for; a *bar* keeps line A from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Any

from fairlead_scenarios.files.scenario import Scenario, cycle_of, policy_of

TODAY, LATER = "2026-11-24", "2026-12-24"
Row = dict[str, Any]


@dataclass
class Draft:
    """A cycle under construction, as a person would write it."""

    a: Row = field(default_factory=lambda: {"id": "A", "customer": "CA", "quantity": 80})
    b: Row = field(default_factory=lambda: {"id": "B", "customer": "CB", "quantity": 60})
    tables: dict[str, list[Row]] = field(default_factory=dict)
    policy: Row = field(default_factory=dict)
    stock: tuple[int, ...] = (100,)
    customer: Row = field(default_factory=dict)

    def scenario(self, name: str) -> Scenario:
        lines = [{"product": "P", "unit_price": 10, "tier": "A", **i} for i in (self.a, self.b)]
        for line in lines:
            line.setdefault("requested_date", LATER)
        places = enumerate(self.stock, start=1)
        lots = [
            {"id": f"L{n}", "product": "P", "location": f"DC-{n}", "quantity": q} for n, q in places
        ]
        customers = [{"id": "CA", **self.customer}, {"id": "CB"}]
        given = {"cycle_date": TODAY, "lots": lots, "lines": lines, "customers": customers}
        return Scenario(name, cycle_of({**given, **self.tables}), policy_of(self.policy))

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)


Change = Callable[[Draft, Row], None]


def _lock(draft: Draft, line: Row) -> None:
    line["locked_quantity"] = line["quantity"]


def _fence(draft: Draft, line: Row) -> None:
    line.update(previous_quantity=line["quantity"], requested_date=TODAY)
    draft.policy["time_fence"] = {"days": 0}


def _strategy(name: str) -> Change:
    def apply(draft: Draft, line: Row) -> None:
        line["strategy"] = name
        if name != "WIN":
            line["previous_quantity"] = line["quantity"]

    return apply


def _floor(draft: Draft, line: Row) -> None:
    draft.add(
        "contracts",
        id=f"K-{line['id']}",
        customer=line["customer"],
        floor_quantity=line["quantity"],
        hard=True,
    )


CLAIMS: dict[str, tuple[str, Change]] = {
    "lock": ("lock", _lock),
    "fence": ("time_fence", _fence),
    "WIN": ("strategy", _strategy("WIN")),
    "GAIN": ("strategy", _strategy("GAIN")),
    "SKIP": ("strategy", _strategy("SKIP")),
    "floor": ("contract_floor", _floor),
}


def _capacity(draft: Draft, _: Row) -> None:
    draft.add("usages", product="P", resource="pick", usage=1)
    draft.add("resources", location="DC-1", resource="pick", capacity=50)


def _group(draft: Draft, _: Row) -> None:
    draft.a["delivery_group"] = draft.b["delivery_group"] = "G"


def _two_places(draft: Draft) -> None:
    draft.stock = (50, 50)


def _sources(draft: Draft, line: Row) -> None:
    _two_places(draft)
    line["max_sources"] = 1


def _order_sources(draft: Draft, line: Row) -> None:
    _two_places(draft)
    line["order"] = "O"
    draft.add("orders", id="O", max_sources=1)


def _locations(draft: Draft, _: Row) -> None:
    _two_places(draft)
    draft.policy["location_use"] = {"max_locations": 1}


BARS: dict[str, tuple[str, Change]] = {
    "cap": (
        "contract_cap",
        lambda draft, _: draft.add("contracts", id="K-CAP", customer="CA", cap_quantity=50),
    ),
    "quota": (
        "quota",
        lambda draft, _: draft.add("quotas", id="Q", customer="CA", cap_quantity=50),
    ),
    "credit": ("credit", lambda draft, _: draft.customer.update(credit=500)),
    "hold": ("", lambda draft, _: draft.customer.update(on_hold=True)),
    "protection": (
        "protection",
        lambda draft, _: draft.add(
            "protections", id="R", product="P", quantity=40, group_customer="CB"
        ),
    ),
    "capacity": ("capacity", _capacity),
    "group": ("delivery_group", _group),
    "sources": ("sources", _sources),
    "order sources": ("sources", _order_sources),
    "locations": ("location_use", _locations),
}

# Two rules about one line that want different quantities of it.
ON_ONE_LINE: dict[str, tuple[frozenset[str], Change]] = {
    "lock against WIN": (
        frozenset({"lock", "strategy"}),
        lambda _, line: line.update(locked_quantity=50, strategy="WIN"),
    ),
    "lock against LOSE": (
        frozenset({"lock", "strategy"}),
        lambda _, line: line.update(locked_quantity=50, strategy="LOSE", previous_quantity=50),
    ),
    "lock against FILL": (
        frozenset({"lock", "strategy"}),
        lambda _, line: line.update(locked_quantity=50, strategy="FILL", previous_quantity=20),
    ),
    "lock against GAIN": (
        frozenset({"lock", "strategy"}),
        lambda _, line: line.update(locked_quantity=20, strategy="GAIN", previous_quantity=50),
    ),
    "lock against SKIP": (
        frozenset({"lock", "strategy"}),
        lambda _, line: line.update(locked_quantity=20, strategy="SKIP", previous_quantity=50),
    ),
    "lock against ship-complete": (
        frozenset({"lock", "ship_complete"}),
        lambda _, line: line.update(locked_quantity=50, ship_complete=True),
    ),
    "lock against minimum fill": (
        frozenset({"lock", "min_fill"}),
        lambda _, line: line.update(locked_quantity=10, min_fill_rate=0.5),
    ),
    "lock against pack": (
        frozenset({"lock"}),  # packs are physics: they never give way
        lambda _, line: line.update(locked_quantity=50, pack=8),
    ),
}


def _fenced_at(units: int, **more: Any) -> Change:
    def apply(draft: Draft, line: Row) -> None:
        line.update(previous_quantity=units, requested_date=TODAY, **more)
        draft.policy["time_fence"] = {"days": 0}

    return apply


ON_ONE_LINE |= {
    "fence against WIN": (frozenset({"time_fence", "strategy"}), _fenced_at(50, strategy="WIN")),
    "fence against LOSE": (frozenset({"time_fence", "strategy"}), _fenced_at(50, strategy="LOSE")),
    "fence against lock": (frozenset({"time_fence", "lock"}), _fenced_at(50, locked_quantity=20)),
    "fence against ship-complete": (
        frozenset({"time_fence", "ship_complete"}),
        _fenced_at(50, ship_complete=True),
    ),
}


def _floor_and(**facts: Any) -> Change:
    def apply(draft: Draft, line: Row) -> None:
        _floor(draft, line)
        line.update(facts)

    return apply


ON_ONE_LINE |= {
    "floor against lock": (
        frozenset({"contract_floor", "lock"}),
        _floor_and(locked_quantity=20),
    ),
    **{
        f"floor against {name}": (
            frozenset({"contract_floor", "strategy"}),
            _floor_and(strategy=name, previous_quantity=20),
        )
        for name in ("LOSE", "FILL", "SKIP")
    },
}


@dataclass(frozen=True)
class Clash:
    """A cycle without a plan, and the families of the rules that clash in it."""

    scenario: Scenario
    families: frozenset[str]


def clashes() -> Iterator[Clash]:
    """Every pair of claims on one stock, every claim with every bar, every pair on one line."""
    for one, other in combinations_with_replacement(CLAIMS, 2):
        draft = Draft()
        CLAIMS[one][1](draft, draft.a)
        CLAIMS[other][1](draft, draft.b)
        families = frozenset({CLAIMS[one][0], CLAIMS[other][0]})
        yield Clash(draft.scenario(f"{one} and {other}"), families)
    for claim, (family, apply) in CLAIMS.items():
        for bar, (barring, apply_bar) in BARS.items():
            draft = Draft()
            apply(draft, draft.a)
            apply_bar(draft, draft.a)
            yield Clash(
                draft.scenario(f"{claim} against {bar}"), frozenset({family, barring} - {""})
            )
    for name, (families, apply) in ON_ONE_LINE.items():
        draft = Draft()
        apply(draft, draft.a)
        yield Clash(draft.scenario(name), families)
