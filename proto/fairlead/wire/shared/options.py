"""How a client asks to solve: `SolveOptions` as checked values."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import allocation_service_pb2, decision_pb2
from fairlead.v1.allocation_service_pb2 import (
    DECISION_VIEW_COLUMNS,
    DECISION_VIEW_SUMMARY,
    EXPLANATION_LEVEL_FULL,
    EXPLANATION_LEVEL_UNSPECIFIED,
)
from fairlead.v1.decision_pb2 import ENGINE_REFERENCE, ENGINE_UNSPECIFIED, INTAKE_MODE_QUARANTINE
from fairlead_solver.api.allocation import Engine, Faults, Finding, Options, Problem, lines_named

from .durations import DURATION_RULE, is_duration, seconds_of, written

MAX_SEED = 2**31 - 1
MAX_FIRST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, defaults filled in."""

    options: Options
    reference: bool  # the reference model instead of an engine
    time_limit_seconds: float | None  # None: the server's own
    explanation: allocation_service_pb2.ExplanationLevel.ValueType
    with_rows: bool  # lines as rows in the answer
    weigh: bool  # tell what each weight of the policy cost
    explain_first: tuple[str, ...]  # lines, by id
    quarantine: bool  # rows that break a rule are left out

    def first_lines(self, problem: Problem) -> tuple[int, ...]:
        """`explain_first` as places in the problem. Raises InvalidInput for a line it has not."""
        return lines_named(problem, self.explain_first, "options.explain_first")


def options_of(message: allocation_service_pb2.SolveOptions) -> Asked:
    """The options, checked. Raises InvalidInput with every fault."""
    faults, default = Faults(), Options()
    _check_enums(message, faults)
    gap = message.relative_gap if message.HasField("relative_gap") else default.relative_gap
    seed = message.seed if message.HasField("seed") else default.seed
    limit = message.time_limit if message.HasField("time_limit") else None
    broken = _broken_rule(limit) if limit is not None else ""
    first = len(message.explain_first)
    for name, value, good, rule in (
        ("relative_gap", gap, 0 <= gap <= 1, "between 0 and 1"),
        ("seed", seed, 0 <= seed <= MAX_SEED, f"between 0 and {MAX_SEED}"),
        ("time_limit", limit and written(limit), not broken, broken),
        ("explain_first", first, first <= MAX_FIRST, f"at most {MAX_FIRST} lines"),
    ):
        if not good:
            faults.add(Finding(f"options.{name}", "", str(value), rule))
    faults.stop()
    level = message.explanation
    return Asked(
        options=Options(engine=_engine(message), relative_gap=gap, seed=seed),
        reference=message.engine == ENGINE_REFERENCE,
        time_limit_seconds=None if limit is None else seconds_of(limit),
        explanation=level if level != EXPLANATION_LEVEL_UNSPECIFIED else EXPLANATION_LEVEL_FULL,
        with_rows=message.view not in (DECISION_VIEW_SUMMARY, DECISION_VIEW_COLUMNS),
        weigh=message.weigh_policy,
        explain_first=tuple(message.explain_first),
        quarantine=message.intake == INTAKE_MODE_QUARANTINE,
    )


def _check_enums(message: allocation_service_pb2.SolveOptions, faults: Faults) -> None:
    for name in ("engine", "explanation", "view", "intake"):
        kind = message.DESCRIPTOR.fields_by_name[name].enum_type
        number = getattr(message, name)
        if kind is not None and number not in kind.values_by_number:
            words = ", ".join(v.name for v in kind.values)
            faults.add(Finding(f"options.{name}", "", str(number), f"one of {words}"))


def _engine(message: allocation_service_pb2.SolveOptions) -> Engine:
    if message.engine in (ENGINE_UNSPECIFIED, ENGINE_REFERENCE):
        return Engine.AUTO
    return Engine[decision_pb2.Engine.Name(message.engine).removeprefix("ENGINE_")]


def _broken_rule(limit: Duration) -> str:
    """The rule that a time limit breaks; "" where it breaks none."""
    if not is_duration(limit):
        return DURATION_RULE
    return "" if seconds_of(limit) > 0 else "above 0"
