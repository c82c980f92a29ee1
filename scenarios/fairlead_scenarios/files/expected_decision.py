"""What a scenario's decision must be, as a file a planner can read and a test can hold it to.

status: OPTIMAL
objective: 3654.00        money, exactly (with `gap`: within that share)
gap: 0                    what the solve is asked for
unique: true              the optimum is the only one: quantities and reasons are compared
lines:                    when unique
  SO-902: {given: 8, reasons: [OUTRANKED_TIER]}
reasons: [OUTRANKED_TIER]     when not unique: the codes told in the whole cycle
conflict: SO-1 is ...     the sentence of a conflict, its way out with it
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from fairlead.v1 import decision_pb2

from ..spelling.message_reader import MICRO
from ..spelling.planner_words import word
from ..spelling.yaml_documents import read_yaml, refuse_model


class ExpectedLine(BaseModel):
    """One line: units given, and its reason codes in their order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    given: int
    reasons: tuple[str, ...] = ()


class Expected(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str
    objective: Decimal | None = None
    gap: float = 0.0
    unique: bool = True
    lines: dict[str, ExpectedLine] = {}
    reasons: tuple[str, ...] = ()
    binding: tuple[str, ...] = ()
    conflict: str = ""

    @classmethod
    def read(cls, path: Path) -> Self:
        """An expected.yaml. Raises InvalidInput."""
        try:
            return cls.model_validate(read_yaml(path))
        except ValidationError as error:
            raise refuse_model("expected", error) from error

    @classmethod
    def of(cls, decision: decision_pb2.Decision, *, gap: float = 0.0, unique: bool = True) -> Self:
        """What is expected when this decision is right."""
        lines = {line.line: _line(line) for line in decision.lines} if unique else {}
        codes = {code for line in decision.lines for code in _codes(line)}
        families = {bound.rule.family for bound in decision.binding_constraints}
        objective = None
        if decision.HasField("objective_micros"):
            objective = Decimal(decision.objective_micros) / MICRO
        return cls(
            status=word(decision, "status"),
            objective=objective,
            gap=gap,
            unique=unique,
            lines=lines,
            reasons=() if unique else tuple(sorted(codes)),
            binding=tuple(sorted(families)),
            conflict=decision.conflict.sentence,
        )

    def differences(self, decision: decision_pb2.Decision) -> list[str]:
        """Where a decision is other than expected, in words."""
        found = Expected.of(decision, gap=self.gap, unique=self.unique)
        wrong = [
            f"{name}: {getattr(found, name)}, expected {getattr(self, name)}"
            for name in ("status", "reasons", "binding", "conflict")
            if getattr(found, name) != getattr(self, name)
        ]
        if not _near(found.objective, self.objective, self.gap):
            wrong.append(f"objective: {found.objective}, expected {self.objective}")
        for line in sorted(found.lines.keys() | self.lines.keys()):
            ours, theirs = found.lines.get(line), self.lines.get(line)
            if ours != theirs:
                wrong.append(f"{line}: {ours}, expected {theirs}")
        return wrong

    def text(self) -> str:
        """As the file."""
        plain: dict[str, Any] = {"status": self.status}
        if self.objective is not None:
            plain["objective"] = float(self.objective)
        if self.gap:
            plain["gap"] = self.gap
        plain["unique"] = self.unique
        if self.binding:
            plain["binding"] = list(self.binding)
        if self.reasons:
            plain["reasons"] = list(self.reasons)
        if self.conflict:
            plain["conflict"] = self.conflict
        head = yaml.safe_dump(plain, sort_keys=False, width=100)
        return (
            head
            + ("lines:\n" if self.lines else "")
            + "".join(f"  {name}: {_inline(line)}\n" for name, line in self.lines.items())
        )


def _inline(line: ExpectedLine) -> str:
    reasons = f", reasons: [{', '.join(line.reasons)}]" if line.reasons else ""
    return f"{{given: {line.given}{reasons}}}"


def _line(line: decision_pb2.DecisionLine) -> ExpectedLine:
    return ExpectedLine(given=line.confirmed_quantity, reasons=_codes(line))


def _codes(line: decision_pb2.DecisionLine) -> tuple[str, ...]:
    return tuple(word(reason, "code") for reason in line.explanation.reasons)


def _near(found: Decimal | None, wanted: Decimal | None, gap: float) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return abs(found - wanted) <= Decimal(str(gap)) * abs(wanted)
