"""Published optima are met: single sourcing, ship-complete orders, fixed cost per location."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fairlead_solver.api.allocation import Options, Status, check, intake, solve
from fairlead_solver.reference.process import solve_all_apart
from tests.published.cycles import ONLY_MARGIN, Published, assignment, facility, knapsacks

# a millionth of the smallest published optimum is more than any rounding here
EXACT = Options(relative_gap=1e-9)

MULTI_SOURCE = {
    "cap61": "932615.750",
    "cap62": "977799.400",
    "cap63": "1014062.050",
    "cap64": "1045650.250",
    "cap71": "932615.750",
    "cap72": "977799.400",
    "cap73": "1010641.450",
    "cap74": "1034976.975",
    "cap91": "796648.438",
    "cap92": "855733.500",
    "cap93": "896617.538",
    "cap94": "946051.325",
    "cap101": "796648.437",
    "cap102": "854704.200",
    "cap103": "893782.112",
    "cap104": "928941.750",
}
SINGLE_SOURCE = MULTI_SOURCE | {
    "cap63": "1014099.61",
    "cap64": "1053197.44",
    "cap92": "858109.32",
    "cap93": "900760.11",
    "cap94": "950608.42",
}


def assert_met(published: Published) -> None:
    """Our optimum is the published one, and our plan keeps every rule."""
    problem = intake(published.facts, ONLY_MARGIN)
    decision = solve(problem, EXACT).decision
    assert decision.status is Status.OPTIMAL
    assert decision.plan is not None and decision.objective_micros is not None
    assert check(problem, decision.plan.packs) == []
    off = abs(decision.objective_micros - published.optimum_micros)
    assert off <= published.tolerance_micros, decision.objective_micros


def assert_reference_meets(cases: list[Published]) -> None:
    """The reference's optima are the published ones."""
    answers = solve_all_apart([intake(p.facts, ONLY_MARGIN) for p in cases], gap=1e-9)
    for published, answer in zip(cases, answers, strict=True):
        assert answer.objective_micros is not None
        off = abs(answer.objective_micros - published.optimum_micros)
        assert off <= published.tolerance_micros


def assignments(folder: Path, family: str) -> list[Published]:
    """The five instances of one family of generalised assignment."""
    data = folder / "gap_generalised_assignment"
    with (data / "maximisation_optima.csv").open(encoding="utf-8") as file:
        optima = {r["instance"]: int(r["optimum_max_orlibrary"]) for r in csv.DictReader(file)}
    return [
        assignment(data / name, optimum)
        for name, optimum in optima.items()
        if name.startswith(f"{family}-")
    ]


def site_problem(folder: Path, name: str, *, single_source: bool) -> Published:
    """One facility location problem; the files are numbered in the order of the names."""
    number = list(MULTI_SOURCE).index(name) + 1
    optimum = (SINGLE_SOURCE if single_source else MULTI_SOURCE)[name]
    data = folder / "facility_location_capacitated"
    return facility(data / f"p{number}", optimum, single_source=single_source)


@pytest.mark.parametrize("family", [f"gap{n}" for n in range(1, 7)])
def test_generalised_assignment_meets_its_optima(external_data: Path, family: str) -> None:
    cases = assignments(external_data, family)
    assert len(cases) == 5
    for published in cases:
        assert_met(published)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_multidimensional_knapsack_meets_its_optimum(external_data: Path, number: int) -> None:
    assert_met(knapsacks(external_data / "multidimensional_knapsack/mknap1_first4.txt")[number - 1])


@pytest.mark.parametrize("name", MULTI_SOURCE)
def test_facility_location_meets_its_optimum(external_data: Path, name: str) -> None:
    assert_met(site_problem(external_data, name, single_source=False))


@pytest.mark.parametrize("name", SINGLE_SOURCE)
def test_single_source_location_meets_its_optimum(external_data: Path, name: str) -> None:
    assert_met(site_problem(external_data, name, single_source=True))


def test_the_reference_meets_published_optima(external_data: Path) -> None:
    assert_reference_meets(
        [
            *assignments(external_data, "gap1"),
            *knapsacks(external_data / "multidimensional_knapsack/mknap1_first4.txt"),
            site_problem(external_data, "cap71", single_source=False),
            site_problem(external_data, "cap71", single_source=True),
        ]
    )
