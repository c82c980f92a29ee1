"""A part of a cycle, solved by itself, says what the whole says with all other lines held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from fairlead.wire.allocation.decisions import decision_message
from fairlead_solver.api.allocation import Options, Status, explain, intake, solve
from fairlead_solver.reference.process import (
    Held,
    Question,
    ReferenceFailed,
    ReferenceStatus,
    Reply,
    ask_apart,
)
from fairlead_verifier.context.shared_sums import Limits
from fairlead_verifier.context.verification_context import Ground, ground_of, near
from fairlead_verifier.trials.dependent_lines import Joined
from fairlead_verifier.trials.partial_cycle import Part
from tests.reference.test_agreement import drawn_cycles
from tests.strategies import Drawn, Rule, cycles

Answer = Reply | ReferenceFailed


def ground_of_drawn(drawn: Drawn) -> Ground | None:
    """A cycle's decision; None where there is no plan of all lines."""
    solved = solve(intake(drawn.facts(), drawn.policy), Options(relative_gap=0.0))
    if solved.decision.status is not Status.OPTIMAL:
        return None
    return ground_of(solved.problem, decision_message(solved, explain(solved)))


def parts_of(ground: Ground) -> Iterator[tuple[str, Part]]:
    """The part around each line, and the component of each, with the line."""
    limits = Limits(ground)
    joined = Joined(ground, limits)
    for line in ground.cycle.lines:
        for free in (joined.by_stock([line.id]), joined.component(line.id)):
            yield line.id, Part(ground, limits, joined, free)


def more(ground: Ground, line: str) -> Held:
    """One pack more for a line, or its least."""
    given, row = ground.given[line], ground.lines[line]
    return Held(line, given + row.pack if given else ground.least(row))


def questions_of(ground: Ground, line: str, part: Part) -> tuple[Question, ...]:
    """The part as decided and with more forced, and the whole so, with all others held."""
    held = [
        Held(other, units, units, (arc.lot.id,))
        for other, arcs in ground.arcs.items()
        if other not in part.free
        for arc in arcs
        for units in [ground.flow[other, arc.lot.id]]
    ]
    forced = more(ground, line)
    return (
        part.own,
        part.question(None, None, forced),
        ground.question(None, None, *held, forced),
    )


def assert_agree(ground: Ground, part: Part, found: Sequence[Answer]) -> ReferenceStatus:
    """How the forced cycle ends, by part and whole alike."""
    own, forced, whole = found
    assert isinstance(own, Reply) and isinstance(forced, Reply) and isinstance(whole, Reply)
    assert own.status is ReferenceStatus.OPTIMAL, "the decision is no plan of its part"
    assert forced.status is whole.status, (sorted(part.free), ground.facts)
    if forced.status is ReferenceStatus.OPTIMAL:
        assert own.objective_micros is not None and forced.objective_micros is not None
        assert whole.objective_micros is not None
        lost = own.objective_micros - forced.objective_micros
        told = ground.decision.objective_micros - whole.objective_micros
        assert near(lost, told), (lost, told, sorted(part.free), ground.facts)
    return forced.status


def check(drawn: Sequence[Drawn]) -> Counter[ReferenceStatus]:
    """Assert that parts and wholes agree; how often each ending was met."""
    grounds = [ground for one in drawn if (ground := ground_of_drawn(one)) is not None]
    asked = [(ground, line, part) for ground in grounds for line, part in parts_of(ground)]
    answers = iter(ask_apart(q for one in asked for q in questions_of(*one)))
    return Counter(
        assert_agree(ground, part, [next(answers) for _ in range(3)]) for ground, _, part in asked
    )


@pytest.mark.parametrize("drawn", [15, pytest.param(60, marks=pytest.mark.slow)])
def test_a_part_of_a_mixed_cycle_says_what_the_whole_says_with_the_others_held(drawn: int) -> None:
    endings = check(drawn_cycles(cycles(), drawn))
    assert endings[ReferenceStatus.OPTIMAL] > drawn
    assert endings[ReferenceStatus.INFEASIBLE] > drawn


@pytest.mark.slow
@pytest.mark.parametrize("rule", Rule)
def test_a_part_keeps_the_rule(rule: Rule) -> None:
    assert check(drawn_cycles(cycles(rule), 15))
