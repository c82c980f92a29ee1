"""Bad input is refused with every finding; suspicious input is warned about; order is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fairlead_solver.allocation.cycle import facts as f
from fairlead_solver.api.allocation import Facts, InvalidInput, Policy, Tier, intake, solve
from fairlead_solver.tables import NO_DAY

TODAY = 20_000


def lines(**columns: Any) -> f.Lines:
    """Two lines of product P unless the columns say otherwise."""
    given: dict[str, Any] = {"id": ["L1", "L2"], "product": ["P", "P"], "quantity": [5, 7]}
    return f.Lines.of(**(given | columns))


def lots(**columns: Any) -> f.Lots:
    """One lot of product P at W."""
    given: dict[str, Any] = {"id": ["S1"], "product": ["P"], "location": ["W"], "quantity": [9]}
    return f.Lots.of(**(given | columns))


def cycle(**tables: Any) -> Facts:
    """A small valid cycle with some tables replaced."""
    given: dict[str, Any] = {"cycle_day": TODAY, "lines": lines(), "lots": lots()}
    return Facts(**(given | tables))


def rules_broken(facts: Facts, policy: Policy | None = None) -> list[str]:
    """Paths of all findings."""
    with pytest.raises(InvalidInput) as caught:
        intake(facts, policy or Policy())
    return [finding.path for finding in caught.value.findings]


BAD: dict[str, tuple[Callable[[], Facts], str]] = {
    "zero quantity": (lambda: cycle(lines=lines(quantity=[0, 7])), "lines[0].quantity"),
    "negative quantity": (lambda: cycle(lines=lines(quantity=[5, -1])), "lines[1].quantity"),
    "negative stock": (lambda: cycle(lots=lots(quantity=[-3])), "lots[0].quantity"),
    "duplicate id": (lambda: cycle(lines=lines(id=["L1", "L1"])), "lines[1].id"),
    "empty id": (lambda: cycle(lines=lines(id=["", "L2"])), "lines[0].id"),
    "unknown product": (
        lambda: cycle(products=f.Products.of(id=["Q"])),
        "lines[0].product",
    ),
    "unknown allowed location": (
        lambda: cycle(locations=f.Locations.of(id=["W"]), lines=lines(locations=[["X"], ["W"]])),
        "lines[0].locations",
    ),
    "missing product": (lambda: cycle(lines=lines(product=["", "P"])), "lines[0].product"),
    "inverted dates of a line": (
        lambda: cycle(lines=lines(requested_day=[TODAY + 5, TODAY], latest_day=[TODAY, TODAY])),
        "lines[0].latest_day",
    ),
    "inverted dates of a lot": (
        lambda: cycle(lots=lots(received_day=[TODAY], expiry_day=[TODAY - 1])),
        "lots[0].expiry_day",
    ),
    "not a number": (
        lambda: cycle(lines=lines(min_fill_rate=[float("nan"), 0.5])),
        "lines[0].min_fill_rate",
    ),
    "a share over one": (
        lambda: cycle(lines=lines(min_fill_rate=[1.5, 0.5])),
        "lines[0].min_fill_rate",
    ),
    "unknown enum number": (lambda: cycle(lots=lots(status=[9])), "lots[0].status"),
    "an empty scope": (
        lambda: cycle(contracts=f.Contracts.of(id=["K"], floor_quantity=[3])),
        "contracts[0].id",
    ),
    "an empty group": (
        lambda: cycle(protections=f.Protections.of(id=["R"], product=["P"], quantity=[3])),
        "protections[0].id",
    ),
    "a cap under its floor": (
        lambda: cycle(
            contracts=f.Contracts.of(
                id=["K"], channel=["web"], floor_quantity=[5], cap_quantity=[4]
            )
        ),
        "contracts[0].cap_quantity",
    ),
    "a lock over the quantity": (
        lambda: cycle(lines=lines(locked_quantity=[6, 0])),
        "lines[0].locked_quantity",
    ),
    "an unknown tier": (lambda: cycle(lines=lines(tier=["Z", ""])), "lines[0].tier"),
    "an order of two customers": (
        lambda: cycle(lines=lines(order=["O", "O"], customer=["c1", "c2"])),
        "lines[1].customer",
    ),
    "a lane given twice": (
        lambda: cycle(lanes=f.Lanes.of(location=["W", "W"], destination=["d", "d"])),
        "lanes[1].destination",
    ),
    "a product as its own substitute": (
        lambda: cycle(substitutes=f.Substitutes.of(product=["P"], substitute=["P"])),
        "substitutes[0].substitute",
    ),
    "money overflow": (
        lambda: cycle(lines=lines(quantity=[10**12, 1], unit_price_micros=[10**12, 1])),
        "lines.unit_price_micros",
    ),
    "usage overflow": (
        lambda: cycle(
            lines=lines(quantity=[10**12, 1]),
            usages=f.Usages.of(product=["P"], resource=["pick"], usage_micros=[10**12]),
        ),
        "usages.usage_micros",
    ),
    "penalty overflow": (
        lambda: cycle(
            contracts=f.Contracts.of(
                id=["K"], channel=["web"], floor_quantity=[10**12], penalty_micros=[10**12]
            )
        ),
        "contracts.penalty_micros",
    ),
    "fixed cost overflow": (
        lambda: cycle(
            customers=f.Customers.of(id=["c"], destination=["d"]),
            lines=f.Lines.of(
                id=[f"L{i}" for i in range(5000)],
                product=["P"] * 5000,
                quantity=[1] * 5000,
                customer=["c"] * 5000,
            ),
            lanes=f.Lanes.of(location=["W"], destination=["d"], fixed_cost_micros=[10**15]),
        ),
        "lanes.fixed_cost_micros",
    ),
    "a quantity beyond all measure": (
        lambda: cycle(lines=lines(quantity=[10**16, 1])),
        "lines[0].quantity",
    ),
    "no lines": (lambda: Facts(cycle_day=TODAY), "lines"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_at_its_path(case: str) -> None:
    make, path = BAD[case]
    assert path in rules_broken(make())


def test_all_findings_are_reported_at_once() -> None:
    broken = rules_broken(cycle(lines=lines(quantity=[0, -1]), lots=lots(quantity=[-2])))
    assert {"lines[0].quantity", "lines[1].quantity", "lots[0].quantity"} <= set(broken)


def test_at_most_fifty_findings_are_worded_and_all_are_counted() -> None:
    ids = [f"L{i}" for i in range(200)]
    facts = cycle(lines=f.Lines.of(id=ids, product=["P"] * 200, quantity=[0] * 200))
    with pytest.raises(InvalidInput) as caught:
        intake(facts, Policy())
    assert (len(caught.value.findings), caught.value.total) == (50, 200)


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        (Policy(tiers=()), "policy.tiers"),
        (Policy(tiers=(Tier("A", -1.0, 0.0),)), "policy.tiers[0].service_rate"),
        (Policy(tiers=(Tier("A", float("nan"), 0.0),)), "policy.tiers[0].service_rate"),
        (Policy(default_tier="Z"), "policy.default_tier"),
    ],
)
def test_a_bad_policy_is_refused_at_its_path(policy: Policy, path: str) -> None:
    assert path in rules_broken(cycle(), policy)


def test_lines_and_lots_alone_are_a_valid_cycle() -> None:
    problem = intake(cycle(), Policy())
    assert problem.facts.products.id == ("P",)
    assert problem.facts.locations.id == ("W",)


def test_bug_an_unknown_customer_is_blamed_on_its_own_line_alone() -> None:
    facts = cycle(
        customers=f.Customers.of(id=["C"]),
        lines=lines(order=["O", "O"], customer=["typo", "C"]),
    )
    assert rules_broken(facts) == ["lines[0].customer"]


def test_an_order_needs_no_row_of_its_own() -> None:
    facts = cycle(lines=lines(order=["O1", "O2"]), orders=f.Orders.of(id=["O2"], max_sources=[1]))
    problem = intake(facts, Policy())
    limits = dict(zip(problem.order_ids, problem.order_max_sources.tolist(), strict=True))
    assert limits == {"O1": 0, "O2": 1}


def test_the_order_of_rows_changes_neither_input_nor_decision_digest() -> None:
    given = cycle(
        lines=lines(channel=["web", "shop"], unit_price_micros=[2_000_000, 3_000_000]),
        lots=f.Lots.of(id=["S2", "S1"], product=["P", "P"], location=["W", "V"], quantity=[4, 3]),
    )
    turned = cycle(
        lines=f.Lines.of(
            id=["L2", "L1"],
            product=["P", "P"],
            quantity=[7, 5],
            channel=["shop", "web"],
            unit_price_micros=[3_000_000, 2_000_000],
        ),
        lots=f.Lots.of(id=["S1", "S2"], product=["P", "P"], location=["V", "W"], quantity=[3, 4]),
    )
    one, other = intake(given, Policy()), intake(turned, Policy())
    assert one.digest == other.digest
    assert solve(one).decision.digest == solve(other).decision.digest


def test_another_quantity_changes_the_input_digest() -> None:
    one, other = cycle(), cycle(lines=lines(quantity=[5, 8]))
    assert intake(one, Policy()).digest != intake(other, Policy()).digest


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        (
            cycle(products=f.Products.of(id=["P"], perishable=[True])),
            "lots.expiry_day",
        ),
        (cycle(as_of_day=TODAY - 2), "as_of_day"),
        (
            cycle(products=f.Products.of(id=["P"], standard_cost_micros=[5])),
            "lines.unit_price_micros",
        ),
        (
            cycle(contracts=f.Contracts.of(id=["K"], channel=["web"], floor_quantity=[3])),
            "contracts.id",
        ),
        (
            cycle(lines=lines(previous_quantity=[9, 0])),
            "lines.previous_quantity",
        ),
    ],
)
def test_suspicious_but_legal_data_is_a_warning(facts: Facts, path: str) -> None:
    problem = intake(facts, Policy())
    assert path in [w.path for w in problem.warnings]


def test_a_missing_date_stays_missing() -> None:
    problem = intake(cycle(), Policy())
    assert np.all(problem.facts.lots.expiry_day == NO_DAY)
    assert np.all(problem.line.requested_day == TODAY)
