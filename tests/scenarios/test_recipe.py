"""Generated cycles keep their parameters, and optional parts change nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fairlead.v1 import columns_pb2, policy_pb2
from fairlead_scenarios.files.scenario import Scenario
from fairlead_scenarios.recipe.generator import ContractScope, Recipe, TierMode
from fairlead_scenarios.running.local import problem_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmark.md"
OPTIONAL = {
    "contract_scope": ContractScope.RANDOM_LINES,
    "destinations": 12,
    "shipment_cost": 4.5,
    "quotas_per_line": 0.01,
    "credit_share": 0.3,
    "tier_mode": TierMode.STRICT,
}


def words(column: columns_pb2.StringColumn) -> NDArray[np.str_]:
    return np.array([*column.dictionary, ""])[list(column.index)]


def test_every_optional_part_together_makes_a_valid_cycle() -> None:
    recipe = Recipe(lines=600, **OPTIONAL)
    problem = problem_of(Scenario("recipe", recipe.cycle(), recipe.policy()))
    facts = problem.facts
    assert len(facts.lanes) == 8 * 12
    assert (facts.lanes.fixed_cost_micros == 4_500_000).all()
    assert len(facts.quotas) == 6
    assert recipe.policy().tier_mode == policy_pb2.TIER_MODE_STRICT


def test_optional_parts_leave_lines_lots_and_prices_as_they_were() -> None:
    plain, full = Recipe(lines=600).cycle().columns, Recipe(lines=600, **OPTIONAL).cycle().columns
    assert plain.lots == full.lots
    assert plain.products == full.products
    full.lines.channel.CopyFrom(plain.lines.channel)
    assert plain.lines == full.lines


def test_half_of_the_lines_are_under_contracts_of_random_lines() -> None:
    recipe = Recipe(lines=10_000, contract_scope=ContractScope.RANDOM_LINES)
    columns = recipe.cycle().columns
    channel, product = words(columns.lines.channel), words(columns.lines.product)
    under = np.isin(channel, words(columns.contracts.channel))
    assert under.mean() == pytest.approx(0.5, abs=0.02)
    assert len(set(product[channel == words(columns.contracts.channel)[0]])) > 100


def test_quotas_cap_a_share_of_the_demand_in_their_scope() -> None:
    columns = Recipe(lines=5000, quotas_per_line=0.004, quota_tightness=0.6).cycle().columns
    families = dict(zip(columns.products.id, words(columns.products.family), strict=True))
    family = np.array([families[p] for p in words(columns.lines.product)])
    channel, quantity = words(columns.lines.channel), np.array(columns.lines.quantity)
    scopes = zip(words(columns.quotas.family), words(columns.quotas.channel), strict=True)
    for (path, way), cap in zip(scopes, columns.quotas.cap_quantity, strict=True):
        asked = quantity[(family == path) & (channel == way)].sum()
        assert asked > 0
        assert cap == np.floor(asked * 0.6)


def test_credit_is_a_share_of_what_its_customer_asks_for() -> None:
    columns = Recipe(lines=5000, credit_share=0.25, credit_tightness=0.5).cycle().columns
    lines, customers = columns.lines, columns.customers
    value = np.array(lines.quantity) * np.array(lines.unit_price_micros)
    asked = np.bincount(list(lines.customer.index), value, len(customers.id))
    credit = np.array(customers.credit_micros)
    limited = credit >= 0
    assert limited.mean() == pytest.approx(0.25, abs=0.08)
    assert (np.abs(credit - asked * 0.5)[limited] <= 10_000).all()


def test_the_document_names_every_parameter_with_its_default_and_meaning() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, flags=re.MULTILINE))
    for name, field in Recipe.model_fields.items():
        default = getattr(field.default, "value", field.default)
        assert told.get(name) == f"{default} | {field.description}", name
