"""Policies, options, decisions and explanations there and back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import pytest
from google.protobuf.descriptor import Descriptor
from hypothesis import given, settings

from fairlead.v1 import decision_pb2, explanation_pb2, policy_pb2
from fairlead.v1.allocation_service_pb2 import EXPLANATION_LEVEL_FULL, SolveOptions
from fairlead.v1.facts_pb2 import Cycle, Line, Lot
from fairlead.wire import (
    decided_lines,
    decision_message,
    facts_of,
    fill,
    line_chunks,
    line_columns,
    lines_of,
    options_of,
    packs_of,
    picked,
    policy_message,
    policy_of,
    read,
)
from fairlead_solver.allocation.explain.vocabulary import values
from fairlead_solver.api.allocation import (
    Change,
    InvalidInput,
    LineStory,
    Outcome,
    Policy,
    Problem,
    Solved,
    explain,
    intake,
    solve,
)
from fairlead_solver.model.engines.engine import Engine
from tests.proto.same import any_value
from tests.strategies import Drawn, cycles


@given(any_value(Policy).filter(lambda policy: policy.tiers))
def test_a_policy_survives_the_wire(policy: Policy) -> None:
    sent = policy_message(policy).SerializeToString()
    assert policy_of(policy_pb2.Policy.FromString(sent)) == policy


def test_an_empty_policy_is_the_default_policy() -> None:
    assert policy_of(policy_pb2.Policy()) == Policy()


def test_a_policy_that_names_one_knob_keeps_the_other_defaults() -> None:
    policy = policy_pb2.Policy()
    policy.churn.rate = 0.5
    assert policy_of(policy).churn.rate == 0.5
    assert policy_of(policy).tiers == Policy().tiers


def test_options_left_out_are_the_defaults() -> None:
    asked = options_of(SolveOptions())
    assert (asked.options.engine, asked.options.relative_gap) == (Engine.AUTO, 1e-4)
    assert (asked.time_limit_seconds, asked.reference) == (None, False)
    assert asked.explanation == EXPLANATION_LEVEL_FULL
    assert asked.with_rows


@pytest.mark.parametrize("engine", list(Engine))
def test_every_engine_can_be_asked_for(engine: Engine) -> None:
    number = decision_pb2.Engine.Value(f"ENGINE_{engine.name}")
    assert options_of(SolveOptions(engine=number)).options.engine is engine


@given(any_value(LineStory))
def test_a_story_survives_the_wire(story: LineStory) -> None:
    message = explanation_pb2.Explanation()
    fill(message, story)
    assert read(LineStory, message, "") == story


@given(any_value(values.BindingConstraint))
def test_a_binding_constraint_survives_the_wire(constraint: values.BindingConstraint) -> None:
    message = explanation_pb2.BindingConstraint()
    fill(message, constraint)
    assert read(values.BindingConstraint, message, "") == constraint


@given(any_value(values.Conflict))
def test_a_conflict_survives_the_wire(conflict: values.Conflict) -> None:
    message = explanation_pb2.Conflict()
    fill(message, conflict)
    assert read(values.Conflict, message, "") == conflict


WORDS = [
    values.AlternativeKind,
    values.Certainty,
    values.FixKind,
    values.MarginalMethod,
    values.ReasonCode,
    values.Unit,
    values.WaterfallKind,
    Change,
    Outcome,
]


@pytest.mark.parametrize("kind", WORDS)
def test_words_and_their_numbers_are_those_of_the_contract(kind: type[IntEnum]) -> None:
    files = (explanation_pb2.DESCRIPTOR, decision_pb2.DESCRIPTOR)
    described = next(
        f.enum_types_by_name[kind.__name__] for f in files if kind.__name__ in f.enum_types_by_name
    )
    prefix = described.values_by_number[0].name.removesuffix("UNSPECIFIED")
    theirs = {v.name.removeprefix(prefix): v.number for v in described.values if v.number}
    assert theirs == {m.name: m.value for m in kind}


def solved(drawn: Drawn) -> Solved:
    return solve(intake(drawn.facts(), drawn.policy))


@settings(max_examples=25)
@given(cycles())
def test_lines_as_rows_and_as_columns_say_the_same_and_restate_the_plan(drawn: Drawn) -> None:
    answer = solved(drawn)
    message = decision_message(answer)
    lines = decided_lines(answer.decision)
    if lines is None:
        assert not message.lines
        return
    read_back = [line for chunk in line_chunks(lines, 2) for line in lines_of(chunk)]
    assert read_back == list(message.lines)
    assert (packs_of(answer.problem, read_back) == lines.plan.packs).all()


@settings(max_examples=25)
@given(cycles())
def test_what_explains_a_line_comes_out_of_columns_as_it_is_told(drawn: Drawn) -> None:
    answer = solved(drawn)
    told = explain(answer)
    lines = decided_lines(answer.decision, told)
    if lines is None:
        return
    read_back = [line for chunk in line_chunks(lines, 2) for line in lines_of(chunk)]
    for line, story in zip(read_back, told.stories or (), strict=True):
        wanted = explanation_pb2.Explanation()
        fill(wanted, story)
        assert line.explanation == wanted


@settings(max_examples=25)
@given(cycles())
def test_lines_picked_out_of_columns_are_the_rows_at_their_places(drawn: Drawn) -> None:
    answer = solved(drawn)
    lines = decided_lines(answer.decision, explain(answer))
    if lines is None:
        return
    columns = line_columns(lines, 0, len(lines))
    rows = lines_of(columns)
    for places in ([], [0], list(range(0, len(rows), 2)), list(range(len(rows)))[::-1]):
        found = lines_of(picked(columns, np.array(places, dtype=np.int64)))
        assert found == [rows[place] for place in places]


@settings(max_examples=25)
@given(cycles())
def test_the_terms_of_a_decision_add_up_on_the_wire(drawn: Drawn) -> None:
    message = decision_message(solved(drawn))
    if message.HasField("objective_micros"):
        terms = [getattr(message.terms, f.name) for f in message.terms.DESCRIPTOR.fields]
        assert sum(terms) == message.objective_micros
        assert message.totals.confirmed_quantity == sum(
            t.totals.confirmed_quantity for t in message.tiers
        )


def problem_of_one_line() -> Problem:
    cycle = Cycle(
        cycle_day=20_000,
        lines=[Line(id="L", product="P", quantity=4, pack=2)],
        lots=[Lot(id="S", product="P", location="W", quantity=4)],
    )
    return intake(facts_of(cycle), Policy())


@pytest.mark.parametrize(("lot", "quantity"), [("T", 2), ("S", 3), ("S", 0), ("S", -2)])
def test_a_source_that_is_no_whole_pack_of_an_arc_is_refused(lot: str, quantity: int) -> None:
    line = decision_pb2.DecisionLine(line="L")
    line.sources.add(lot=lot, quantity=quantity)
    with pytest.raises(InvalidInput, match=r"lines\[L\]\.sources\[0\]"):
        packs_of(problem_of_one_line(), [line])


def test_every_field_of_an_explanation_message_has_a_field_of_the_same_name() -> None:
    pairs: list[tuple[Any, Descriptor]] = [
        (LineStory, explanation_pb2.Explanation.DESCRIPTOR),
        (values.BindingConstraint, explanation_pb2.BindingConstraint.DESCRIPTOR),
        (values.Conflict, explanation_pb2.Conflict.DESCRIPTOR),
        (values.Competitor, explanation_pb2.CompetingLine.DESCRIPTOR),
        (values.Reason, explanation_pb2.Reason.DESCRIPTOR),
        (values.Fix, explanation_pb2.Fix.DESCRIPTOR),
    ]
    for kind, described in pairs:
        assert is_dataclass(kind)
        server_only = {"name"}  # resource names are given by the server
        assert {f.name for f in fields(kind)} == set(described.fields_by_name) - server_only
