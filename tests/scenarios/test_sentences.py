"""Sentences are read back: a true one holds, and a figure, place or id that is not so is found."""

from __future__ import annotations

import pytest

from fairlead.wire.allocation.decisions import decision_message
from fairlead_solver.api import allocation as api
from fairlead_verifier.trials.trial import Kind, Outcome
from fairlead_verifier.verify import Case, Effort, verify
from tests.solver.explain.cases import TODAY, Row, facts, line, lot

ARITHMETIC = Effort(sample=0)


def told(policy: api.Policy | None = None, **rows: list[Row]) -> Case:
    """A small cycle, decided and explained."""
    problem = api.intake(facts(**rows), policy or api.Policy())
    solved = api.solve(problem, api.Options(relative_gap=0.0))
    return Case("", problem, decision_message(solved, api.explain(solved)))


def found(case: Case, kind: Kind = Kind.SENTENCE) -> list[str]:
    """What is found false, by arithmetic."""
    return [
        verdict.note
        for verdict in verify([case], ARITHMETIC)
        if verdict.statement.kind is kind and verdict.outcome is Outcome.FAILED
    ]


def reworded(case: Case, name: str, old: str, new: str) -> Case:
    """With a word of a line's sentence put in the place of another."""
    explanation = next(i for i in case.decision.lines if i.line == name).explanation
    assert old in explanation.sentence, explanation.sentence
    explanation.sentence = explanation.sentence.replace(old, new)
    return case


def test_bug_stock_on_hand_and_on_its_way_is_told_in_one_figure() -> None:
    """2 are on hand and 1 is on its way: "only 3 in reach" is neither a step nor a reason."""
    lots = [
        lot("S", 2, expiry_day=TODAY + 1),
        lot("T", 1, kind=2, available_day=TODAY + 1, expiry_day=TODAY + 90),
    ]
    case = told(lines=[line("L", 9, min_shelf_life_days=4)], lots=lots)
    assert "only 3 of P in reach" in case.decision.lines[0].explanation.sentence
    assert found(case) == []
    false = reworded(case, "L", "only 3", "only 4")
    assert found(false) == ["'only 4 of P in reach' is of no statement"]


def places(count: int) -> Case:
    """A line that others outrank at so many places, which hold 5, 6, 7 …"""
    lots = [lot(f"S{n}", 5 + n, location=f"DC-{n}") for n in range(count)]
    rival = line("M", 100, unit_price_micros=30_000_000)
    return told(
        lines=[line("L", 20), rival], lots=lots, locations=[{"id": f"DC-{n}"} for n in range(count)]
    )


@pytest.mark.parametrize(
    ("count", "said", "false"),
    [
        (1, "DC-0 had 5", "DC-0 had 6"),
        (2, "DC-0 had 5 and DC-1 had 6", "DC-0 had 5"),
        (2, "DC-0 had 5 and DC-1 had 6", "DC-0 had 6 and DC-1 had 5"),
        (3, "3 places had 18", "2 places had 18"),
        (3, "3 places had 18", "3 places had 17"),
        (3, "3 places had 18", "DC-0 had 5"),
    ],
)
def test_what_the_places_had_is_told_of_all_and_to_the_unit(
    count: int, said: str, false: str
) -> None:
    assert found(places(count)) == []
    assert found(reworded(places(count), "L", said, false)) != []
