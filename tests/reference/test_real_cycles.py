"""Cycles made of real ERP tables: both models decide them alike, and the plan keeps every rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead.wire.allocation.cycle import facts_of
from fairlead.wire.allocation.policies import policy_of
from fairlead_scenarios.importing.importer import import_cycle
from fairlead_scenarios.importing.mapping import Mapping
from fairlead_solver.api.allocation import Options, Status, check, intake, solve
from fairlead_solver.reference.process import solve_apart

RELATIVE = 1e-6


@pytest.mark.parametrize(
    ("mapping", "folder"),
    [("adventureworks", "adventureworks"), ("esups", "esups_madagascar")],
)
def test_a_real_cycle_agrees_with_the_reference(
    external_data: Path, mapping: str, folder: str
) -> None:
    imported = import_cycle(external_data / folder, Mapping.find(mapping), {})
    facts = facts_of(imported.cycle, max_rows=1_000_000)
    problem = intake(facts, policy_of(imported.policy))
    ours = solve(problem, Options(relative_gap=0.0)).decision
    theirs = solve_apart(problem)
    assert ours.status is Status.OPTIMAL
    assert theirs.status.value == "optimal"
    assert ours.plan is not None and ours.objective_micros is not None
    assert check(problem, ours.plan.packs) == []
    assert ours.objective_micros == pytest.approx(theirs.objective_micros, rel=RELATIVE)
