"""Any one field of an explanation, changed alone, is noticed: no statement goes unjudged."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from fairlead.v1 import decision_pb2
from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_verifier.trials.trial import Outcome
from fairlead_verifier.verify import Case, Effort, verify
from tests.scenarios.commands import LIBRARY

ARITHMETIC = Effort(sample=0, together=0.0)
SOLVED_FOR = {  # what a solve alone can show
    "lines.reasons.delta_micros",
    "lines.reasons.delta_at_least",
    "lines.reasons.delta_cash_micros",
    "lines.reasons.scope",
    "lines.fix.gain_micros",
    "lines.fix.scope",
    "constraints.marginal_up.value_micros",
    "constraints.marginal_up.method",
    "constraints.marginal_down.value_micros",
    "constraints.marginal_down.step",
    "constraints.marginal_down.method",
    "conflict.rules",
}
SILENT = {  # saying no more of it is no false statement, and a name is given where it is stored
    "lines.fix",
    "constraints.marginal_down",
    "constraints.name",
}


def case_of(name: str) -> Case:
    scenario = read_scenario(LIBRARY / name)
    decision = solve_local(scenario, Asking(relative_gap=0.0))
    return Case(name, problem_of(scenario), decision)


def falsified(part: Message, path: str = "") -> Iterator[str]:
    """Changes each field of a part of a message in turn; what changed is put back afterwards."""
    for field in part.DESCRIPTOR.fields:
        name = f"{path}.{field.name}".lstrip(".")
        value, before = getattr(part, field.name), deepcopy(part)
        for change in _changes(field, value):
            _put(part, field, change)
            yield name
            part.CopyFrom(before)
        if field.message_type:
            inner = getattr(part, field.name)
            for one in inner if field.is_repeated else [inner] if inner.ByteSize() else []:
                yield from falsified(one, name)


def _changes(field: FieldDescriptor, value: Any) -> Iterator[Any]:
    """Other values of a field."""
    if field.is_repeated:
        rows = list(value)
        yield from [rows[1:], [*rows, rows[0]]] if rows else []
    elif field.message_type:
        yield from [None] if value.ByteSize() else []
    elif field.enum_type:
        yield from (n for n in field.enum_type.values_by_number if n != value)
    elif field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        yield not value
    elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        yield f"{value}?"
    else:
        yield from (value + 1, value - 1)


def _put(part: Message, field: FieldDescriptor, value: Any) -> None:
    part.ClearField(field.name)
    if field.is_repeated:
        getattr(part, field.name).extend(deepcopy(value))
    elif value is not None:
        setattr(part, field.name, value)


def explained(decision: decision_pb2.Decision) -> Iterator[str]:
    """Falsifies all that is said of lines, of constraints and of a conflict."""
    for line in decision.lines:
        yield from falsified(line.explanation, "lines")
    for constraint in decision.binding_constraints:
        yield from falsified(constraint, "constraints")
    if decision.HasField("conflict"):
        yield from falsified(decision.conflict, "conflict")


@pytest.mark.parametrize(
    "scenario", ["02_supply_short", "07_sources", "12_cap_and_quota", "23_conflict"]
)
def test_a_change_of_any_one_field_is_noticed(scenario: str) -> None:
    case = case_of(scenario)
    unnoticed = {
        field
        for field in explained(case.decision)
        if not any(v.outcome is Outcome.FAILED for v in verify([case], ARITHMETIC))
    }
    assert unnoticed <= SOLVED_FOR | SILENT
