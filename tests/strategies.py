"""Random small cycles for Hypothesis: always valid input, each rule alone or many mixed.

`cycles()` mixes rules, `cycles(Rule.X)` uses that rule alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from fairlead_solver.allocation.cycle.facts import LotStatus, Strategy, SupplyKind
from fairlead_solver.allocation.policy.churn import ChurnPolicy
from fairlead_solver.allocation.policy.fair_share import (
    FairShareGroup,
    FairShareMode,
    FairSharePolicy,
)
from fairlead_solver.allocation.policy.fefo import FefoMode, FefoPolicy
from fairlead_solver.allocation.policy.location_use import LocationUsePolicy
from fairlead_solver.allocation.policy.policy import AgingPolicy, Step, TierMode
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy
from fairlead_solver.tables import NO_DAY, NO_INT
from tests.drawn import (
    CENT,
    MICROS,
    TODAY,
    Draw,
    Drawn,
    Row,
    Rule,
    by_policy,
    every,
    extended,
    on,
    pick,
    plain,
    some,
)

__all__ = ["Drawn", "Rule", "cycles"]


def cycles(alone: Rule | None = None) -> st.SearchStrategy[Drawn]:
    """Small valid cycles: with one rule alone, or with any mixture of up to eight."""
    return _cycles(alone)


@st.composite
def _cycles(draw: Draw, alone: Rule | None) -> Drawn:
    mixture = st.frozensets(st.sampled_from(Rule), max_size=8)
    rules: frozenset[Rule] = frozenset([alone]) if alone else draw(mixture)
    drawn = Drawn(rules, plain(draw))
    for rule in Rule:  # in a fixed order: a later rule may build on an earlier one
        if rule in rules:
            drawn = _ADD[rule](draw, drawn)
    return drawn


def _pack(draw: Draw, drawn: Drawn) -> Drawn:
    return extended(
        drawn,
        products=some(draw, drawn.tables["products"], pack=st.integers(1, 4)),
        lines=some(draw, drawn.tables["lines"], pack=st.integers(0, 5)),
    )


def _sources(draw: Draw, drawn: Drawn) -> Drawn:
    orders = [
        {"id": f"O{o}", "max_sources": draw(st.sampled_from([0, 1, 1, 2]))} for o in range(1, 4)
    ]
    lines = some(draw, drawn.tables["lines"], max_sources=st.sampled_from([1, 1, 2]))
    return extended(drawn, lines=lines, orders=orders)


def _lanes(draw: Draw, drawn: Drawn) -> Drawn:
    customers = some(
        draw, drawn.tables["customers"], destination=st.sampled_from(["north", "south"])
    )
    destinations = sorted({str(c.get("destination", c["id"])) for c in customers})
    lanes = [
        {
            "location": w["id"],
            "destination": d,
            "cost_micros": CENT * draw(st.integers(0, 500)),
            "fixed_cost_micros": CENT * draw(st.sampled_from([0, 0, 1000, 5000])),
            "transit_days": draw(st.integers(0, 4)),
        }
        for w in drawn.tables["locations"]
        for d in destinations
        if draw(st.integers(0, 5))
    ]
    return extended(drawn, customers=customers, lanes=lanes)


def _capacity(draw: Draw, drawn: Drawn) -> Drawn:
    amounts = st.integers(0, 40).map(lambda n: n * MICROS // 4)
    usages = [
        {"product": p["id"], "resource": r, "usage_micros": draw(amounts)}
        for p in drawn.tables["products"]
        for r in draw(st.sampled_from([("pick",), ("pick", "volume")]))
    ]
    resources = [
        {
            "location": w["id"],
            "resource": r,
            "capacity_micros": MICROS * draw(st.integers(0, 60)),
            "overtime_micros": MICROS * draw(st.sampled_from([0, 5, 20])),
            "overtime_cost_micros": CENT * draw(st.integers(0, 2000)),
        }
        for w in drawn.tables["locations"]
        for r in draw(st.sampled_from([(), ("pick",), ("pick", "volume")]))
    ]
    overrides = [
        {
            "line": line["id"],
            "location": drawn.tables["locations"][0]["id"],
            "resource": "pick",
            "usage_micros": draw(amounts),
        }
        for line in drawn.tables["lines"]
        if not draw(st.integers(0, 3))
    ]
    return extended(drawn, usages=usages, resources=resources, line_usages=overrides)


def _scope(draw: Draw, drawn: Drawn) -> Row:
    every: dict[str, Any] = {
        "customer": st.sampled_from(["C", "D", "E"]),
        "channel": st.sampled_from(["web", "shop"]),
        "product": st.sampled_from([p["id"] for p in drawn.tables["products"]]),
        "family": st.sampled_from(["tools", "tools/hand", "toys"]),
    }
    names = draw(st.lists(st.sampled_from(list(every)), min_size=1, max_size=2, unique=True))
    return {name: draw(every[name]) for name in names}


def _contracts(hard: bool) -> Callable[[Draw, Drawn], Drawn]:
    def add(draw: Draw, drawn: Drawn) -> Drawn:
        rows = []
        for k in range(draw(st.integers(1, 2))):
            floor = draw(st.integers(0, 4 if hard else 20))
            cap = draw(st.sampled_from([NO_INT, floor, floor + 5]))
            rows.append(
                {
                    "id": f"K{'H' if hard else 'S'}{k}",
                    **_scope(draw, drawn),
                    "floor_quantity": floor,
                    "floor_rate": 0.0 if hard else draw(st.sampled_from([0.0, 0.3, 0.7])),
                    "cap_quantity": cap,
                    "delivered_quantity": draw(st.integers(0, 6)),
                    "penalty_micros": CENT * draw(st.integers(0, 50_000)),
                    "hard": hard,
                }
            )
        return extended(drawn, contracts=[*drawn.tables.get("contracts", []), *rows])

    return add


def _quota(draw: Draw, drawn: Drawn) -> Drawn:
    quotas = [
        {
            "id": f"Q{k}",
            **_scope(draw, drawn),
            "cap_quantity": draw(st.integers(0, 15)),
            "consumed_quantity": draw(st.integers(0, 6)),
        }
        for k in range(draw(st.integers(1, 2)))
    ]
    return extended(drawn, quotas=quotas)


def _protection(draw: Draw, drawn: Drawn) -> Drawn:
    group: dict[str, Any] = {
        "group_customer": st.sampled_from(["C", "D", "E"]),
        "group_channel": st.sampled_from(["web", "shop"]),
        "group_tier": st.sampled_from(["A", "B", "C"]),
    }
    rows = []
    for k in range(draw(st.integers(1, 2))):
        names = draw(st.lists(st.sampled_from(list(group)), min_size=1, max_size=2, unique=True))
        rows.append(
            {
                "id": f"R{k}",
                "product": pick(draw, drawn.tables["products"]),
                "locations": draw(st.sampled_from([(), (drawn.tables["locations"][0]["id"],)])),
                "quantity": draw(st.integers(0, 15)),
                **{name: draw(group[name]) for name in names},
            }
        )
    return extended(drawn, protections=rows)


def _expiry(draw: Draw, drawn: Drawn) -> Drawn:
    days = st.sampled_from([NO_DAY, *(TODAY + d for d in (2, 5, 5, 9, 30))])
    received = st.sampled_from([NO_DAY, TODAY - 40, TODAY - 3])
    lots = every(draw, drawn.tables["lots"], expiry_day=days, received_day=received)
    return extended(drawn, lots=lots)


def _aging(draw: Draw, drawn: Drawn) -> Drawn:
    aging = AgingPolicy(expiry=(Step(3, 0.5), Step(10, 0.2)), age=(Step(1, 0.01), Step(30, 0.1)))
    return replace(_expiry(draw, drawn), policy=replace(drawn.policy, aging=aging))


def _strict_fefo(draw: Draw, drawn: Drawn) -> Drawn:
    strict = replace(drawn.policy, fefo=FefoPolicy(mode=FefoMode.STRICT))
    return replace(_expiry(draw, drawn), policy=strict)


def _lock(draw: Draw, drawn: Drawn) -> Drawn:
    lines = [
        {**line, "locked_quantity": draw(st.integers(0, min(2, line["quantity"])))}
        if not draw(st.integers(0, 3))
        else line
        for line in drawn.tables["lines"]
    ]
    return extended(drawn, lines=lines)


def _promised(draw: Draw, drawn: Drawn, most: int) -> Drawn:
    lines = [
        {**line, "previous_quantity": draw(st.integers(0, min(most, line["quantity"])))}
        for line in drawn.tables["lines"]
    ]
    return extended(drawn, lines=lines)


def _time_fence(draw: Draw, drawn: Drawn) -> Drawn:
    promised = _promised(draw, drawn, 2)
    lines = some(
        draw,
        promised.tables["lines"],
        requested_day=st.sampled_from([TODAY - 1, TODAY + 2, TODAY + 3, TODAY + 9]),
    )
    fence = TimeFencePolicy(
        days=draw(st.sampled_from([0, 2])),
        off_tiers=draw(st.sampled_from([(), ("A",), ("B", "C")])),
        off_channels=draw(st.sampled_from([(), ("web",)])),
    )
    return replace(
        extended(promised, lines=lines), policy=replace(promised.policy, time_fence=fence)
    )


def _strategy(draw: Draw, drawn: Drawn) -> Drawn:
    promised = _promised(draw, drawn, 2)
    kinds = st.sampled_from([s for s in Strategy if s is not Strategy.WIN])
    lines = some(draw, promised.tables["lines"], strategy=kinds)
    if not draw(st.integers(0, 3)):
        lines = [{**lines[0], "strategy": Strategy.WIN}, *lines[1:]]
    return extended(promised, lines=lines)


def _churn(draw: Draw, drawn: Drawn) -> Drawn:
    promised = _promised(draw, drawn, 12)
    rate = draw(st.sampled_from([0.05, 0.5, 12.0]))
    return replace(promised, policy=replace(promised.policy, churn=ChurnPolicy(rate=rate)))


def _substitutes(draw: Draw, drawn: Drawn) -> Drawn:
    ids = [p["id"] for p in drawn.tables["products"]]
    rows = [
        {
            "product": p,
            "substitute": q,
            "ratio": draw(st.integers(1, 3)),
            "penalty_rate": draw(st.sampled_from([0.0, 0.1, 0.7])),
        }
        for p in ids
        for q in ids
        if p != q and draw(st.booleans())
    ]
    lines = some(draw, drawn.tables["lines"], substitutes_allowed=st.just(True))
    return extended(drawn, substitutes=rows, lines=lines)


def _dates(draw: Draw, drawn: Drawn) -> Drawn:
    """Inbound lots, late deliveries, latest acceptable days, minimum remaining shelf life."""
    lots = some(
        draw,
        _expiry(draw, drawn).tables["lots"],
        available_day=st.sampled_from([TODAY - 2, TODAY + 1, TODAY + 4]),
        kind=st.sampled_from(list(SupplyKind)),
    )
    lines = some(
        draw,
        drawn.tables["lines"],
        requested_day=st.sampled_from([TODAY - 1, TODAY + 1]),
        latest_day=st.sampled_from([NO_DAY, TODAY + 1, TODAY + 4]),
        min_shelf_life_days=st.sampled_from([0, 0, 1, 4]),
    )
    return extended(drawn, lots=lots, lines=lines)


def _reserved(draw: Draw, drawn: Drawn) -> Drawn:
    lots = some(
        draw,
        drawn.tables["lots"],
        owner_customer=st.sampled_from(["", "C", "D"]),
        owner_channel=st.sampled_from(["", "", "web"]),
        status=st.sampled_from([*[LotStatus.AVAILABLE] * 3, LotStatus.BLOCKED]),
    )
    customers = some(draw, drawn.tables["customers"], on_hold=st.sampled_from([False, True]))
    return extended(drawn, lots=lots, customers=customers)


def _channels(draw: Draw, drawn: Drawn) -> Drawn:
    places = [w["id"] for w in drawn.tables["locations"]]
    allowed = st.lists(st.sampled_from(places), max_size=2, unique=True).map(tuple)
    served = st.sampled_from([(), ("web",), ("web", "shop")])
    return extended(
        drawn,
        locations=some(draw, drawn.tables["locations"], channels=served),
        lines=some(draw, drawn.tables["lines"], locations=allowed),
    )


def _value(draw: Draw, drawn: Drawn) -> Drawn:
    """Lines without price, with a value of their own, and products with a list price or no cost."""
    lines = some(
        draw,
        drawn.tables["lines"],
        unit_price_micros=st.sampled_from([0, 0, 1500 * CENT]),
        value_micros=st.sampled_from([0, 0, 70 * CENT, 4000 * CENT]),
    )
    products = some(
        draw,
        drawn.tables["products"],
        list_price_micros=st.sampled_from([0, 900 * CENT]),
        standard_cost_micros=st.sampled_from([0, 600 * CENT]),
    )
    return extended(drawn, lines=lines, products=products)


_rates = st.sampled_from([0.1, 0.75, 8.0])
_shares = st.sampled_from(list(FairShareGroup))

_ADD: dict[Rule, Callable[[Draw, Drawn], Drawn]] = {
    Rule.PACK: _pack,
    Rule.MIN_FILL: on("lines", min_fill_rate=st.sampled_from([0.3, 0.5, 0.7, 1.0])),
    Rule.SHIP_COMPLETE: on("lines", ship_complete=st.just(True)),
    Rule.DELIVERY_GROUP: on("lines", delivery_group=st.sampled_from(["G0", "G1"])),
    Rule.SOURCES: _sources,
    Rule.LANES: _lanes,
    Rule.LOCATION_COST: on(
        "locations",
        fixed_cost_micros=st.integers(0, 20_000).map(lambda n: n * CENT),
        handling_cost_micros=st.integers(0, 200).map(lambda n: n * CENT),
    ),
    Rule.MAX_LOCATIONS: by_policy(
        location_use=st.integers(1, 2).map(lambda n: LocationUsePolicy(max_locations=n))
    ),
    Rule.CAPACITY: _capacity,
    Rule.CONTRACT: _contracts(hard=False),
    Rule.HARD_CONTRACT: _contracts(hard=True),
    Rule.QUOTA: _quota,
    Rule.PROTECTION: _protection,
    Rule.CREDIT: on("customers", credit_micros=st.integers(0, 40_000).map(lambda n: n * CENT)),
    Rule.AGING: _aging,
    Rule.STRICT_FEFO: _strict_fefo,
    Rule.PROPORTIONAL: by_policy(
        fair_share=st.builds(
            FairSharePolicy,
            mode=st.just(FairShareMode.PROPORTIONAL),
            group=_shares,
            shortfall_rate=_rates,
        )
    ),
    Rule.MAX_MIN: by_policy(
        fair_share=st.builds(
            FairSharePolicy, mode=st.just(FairShareMode.MAX_MIN), group=_shares, fill_rate=_rates
        )
    ),
    Rule.LOCK: _lock,
    Rule.TIME_FENCE: _time_fence,
    Rule.STRATEGY: _strategy,
    Rule.CHURN: _churn,
    Rule.STRICT_TIERS: by_policy(tier_mode=st.just(TierMode.STRICT)),
    Rule.SUBSTITUTES: _substitutes,
    Rule.DATES: _dates,
    Rule.RESERVED: _reserved,
    Rule.CHANNELS: _channels,
    Rule.VALUE: _value,
}
