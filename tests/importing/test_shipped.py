"""The shipped mappings on the real tables: sizes, optimum, and an independent solve."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping as Map
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from fairlead.v1 import decision_pb2
from fairlead_scenarios.files.scenario import Scenario, read_scenario
from fairlead_scenarios.importing.importer import import_cycle, write_scenario
from fairlead_scenarios.importing.mapping import Mapping
from fairlead_scenarios.running.decision_check import faults_of
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_solver.reference.process import solve_apart

LARGEST, WIDEST = "2004-0103-MDG", "2008-0070-MDG"
SERVICE_RATE, LATENESS_RATE, DAY_HOURS = 4, Fraction(1, 200), 24  # of the default policy's tier C
FLOOD_ITEMS = ("Blankets", "Buckets", "Mosquitonets", "Tarpaulins", "Tents", "WaterContainers")


def _imported(folder: Path, target: Path, mapping: str, **parameters: str) -> Scenario:
    write_scenario(import_cycle(folder, Mapping.find(mapping), parameters), target)
    return read_scenario(target)


def _decided(scenario: Scenario) -> decision_pb2.Decision:
    decision = solve_local(scenario, Asking(relative_gap=0))
    assert decision.status == decision_pb2.DECISION_STATUS_OPTIMAL
    assert not faults_of(problem_of(scenario), decision)
    return decision


def test_adventureworks_is_decided_and_agrees_with_the_reference(
    external_data: Path, tmp_path: Path
) -> None:
    scenario = _imported(external_data / "adventureworks", tmp_path, "adventureworks")
    lines = scenario.cycle.lines
    asked = {line.product for line in lines}
    stocked = {lot.product for lot in scenario.cycle.lots}
    assert (len(lines), len(asked), len(asked & stocked)) == (542, 142, 114)
    decision = _decided(scenario)
    short = {d.product for d in decision.lines if d.confirmed_quantity < d.requested_quantity}
    assert len(short - stocked) == 28
    assert len(short & stocked) == 4
    reference = solve_apart(problem_of(scenario))
    assert reference.objective_micros == pytest.approx(decision.objective_micros, rel=1e-6)


@pytest.mark.parametrize("disaster", [LARGEST, WIDEST])
def test_esups_is_decided_and_agrees_with_the_reference(
    external_data: Path, tmp_path: Path, disaster: str
) -> None:
    folder = external_data / "esups_madagascar"
    scenario = _imported(folder, tmp_path, "esups", disaster=disaster)
    decision = _decided(scenario)
    reference = solve_apart(problem_of(scenario))
    assert reference.objective_micros == pytest.approx(decision.objective_micros, rel=1e-6)


@pytest.mark.parametrize("item", FLOOD_ITEMS)
def test_one_item_of_one_disaster_is_the_transport_problem_exactly(
    external_data: Path, tmp_path: Path, item: str
) -> None:
    folder = external_data / "esups_madagascar"
    scenario = _imported(folder, tmp_path, "esups", disaster=LARGEST)
    _keep(scenario, item)
    decision = _decided(scenario)
    assert decision.objective_micros == _transport_optimum(folder, LARGEST, item)


def _keep(scenario: Scenario, item: str) -> None:
    lines = [line for line in scenario.cycle.lines if line.product == item]
    del scenario.cycle.lines[:]
    scenario.cycle.lines.extend(lines)


def _transport_optimum(folder: Path, disaster: str, item: str) -> int:
    """Money of the best plan in micro-units, from the source's tables alone, by scipy's LP.

    The transport matrix is totally unimodular: the vertex found is whole, and its worth is
    counted in integers.
    """
    tables = {
        name: _rows(folder / f"{name}.csv")
        for name in ("actual", "items", "personsPerItem", "disasterAffectedData2", "distanceMatrix")
    }
    weight = next(Fraction(r["WeightMetricTon"]) for r in tables["items"] if r["ItemName"] == item)
    persons = next(
        Fraction(r["PersonsPerItem"]) for r in tables["personsPerItem"] if r["Item"] == item
    )
    stock = {r["gglAddress"]: int(r["Total"]) for r in tables["actual"] if r["ItemName"] == item}
    need = {
        r["gglAddress"]: math.ceil(Fraction(r["TotAffected"]) / persons)
        for r in tables["disasterAffectedData2"]
        if r["DisasterID"] == disaster and Fraction(r["TotAffected"]) > 0
    }
    ways = [
        (r["depotGglAddressAscii"], r["disasterGglAddressAscii"], _worth(r, weight))
        for r in tables["distanceMatrix"]
        if r["depotGglAddressAscii"] in stock and r["disasterGglAddressAscii"] in need
    ]
    rows, limits = _limits(ways, stock, need)
    found = linprog([-worth / 1e6 for *_, worth in ways], rows, limits, method="highs-ds")
    units = np.rint(found.x)
    assert np.abs(found.x - units).max() < 1e-6
    return sum(int(u) * worth for u, (*_, worth) in zip(units, ways, strict=True))


def _worth(way: Map[str, str], weight: Fraction) -> int:
    """Price + service - transport - lateness of one unit, each rounded to the micro-unit."""
    price = round(weight * 1_000_000 * 10**6)
    cost = round(Fraction(way["distance_km"]) * weight * 1115 * 10**6)
    hours = Fraction(way["drivingTime_hrs"]) * Fraction(11, 10) + DAY_HOURS
    days = math.ceil(hours / DAY_HOURS)
    return price - cost + SERVICE_RATE * price - round(LATENESS_RATE * price * days)


def _limits(
    ways: list[tuple[str, str, int]], stock: Map[str, int], need: Map[str, int]
) -> tuple[np.ndarray, list[int]]:
    rows = np.array(
        [[depot == name for depot, _, _ in ways] for name in stock]
        + [[place == name for _, place, _ in ways] for name in need],
        dtype=np.float64,
    )
    return rows, [*stock.values(), *need.values()]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))
