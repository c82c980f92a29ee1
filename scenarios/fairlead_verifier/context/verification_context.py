"""What statements are held against: the cycle as plain values, and the plan in units."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.api.allocation import Facts, Policy, Problem
from fairlead_solver.reference.arcs import Arc, find
from fairlead_solver.reference.cycle import Cycle, Line, Lot, read
from fairlead_solver.reference.process import Held, Question, Reply
from fairlead_solver.reference.readings import entitlements

SOLVER = "highs"
MICRO = 1_000_000
TIGHT = 1_000  # micro-units: what rounded terms of two solves may be apart
RELATIVE = 1e-8


@dataclass(frozen=True, eq=False)
class Ground:
    """One decision beside its cycle.

    `flow`: base units of the line by (line id, lot id); `arcs`: by line id.
    """

    facts: Facts
    policy: Policy
    cycle: Cycle
    lines: dict[str, Line]
    lots: dict[str, Lot]
    arcs: dict[str, list[Arc]]
    decision: decision_pb2.Decision
    flow: Counter[tuple[str, str]]
    given: Counter[str]
    taken: Counter[str]
    seconds: float | None

    @cached_property
    def entitled(self) -> dict[str, Fraction]:
        """The fair share of every line, in units."""
        return entitlements(self.cycle, (arc for arcs in self.arcs.values() for arc in arcs))

    def served_as(self, table: str, key: str) -> frozenset[str]:
        """The lines of one row of `lines` or `orders`."""
        of_order = table == "orders"
        lines = (
            i for i in self.cycle.lines if (i.order == ("order", key) if of_order else i.id == key)
        )
        return frozenset(line.id for line in lines)

    @property
    def optimal(self) -> bool:
        """Whether the decision says it is the best."""
        return self.decision.status == decision_pb2.DECISION_STATUS_OPTIMAL

    def question(
        self,
        facts: Facts | None = None,
        policy: Policy | None = None,
        *held: Held,
        raised: tuple[tuple[str, int], ...] = (),
    ) -> Question:
        """The cycle, or a changed one, to a closed gap."""
        asked = facts or self.facts, policy or self.policy
        return Question(*asked, SOLVER, 0.0, self.seconds, held, raised)

    def worth(self, given: Counter[str], objective_micros: int) -> tuple[int, ...]:
        """What a plan is worth: each tier's filled value where tiers are strict, then money."""
        if self.policy.tier_mode.name != "STRICT":
            return (objective_micros,)
        filled = [0] * len(self.policy.tiers)
        for line in self.cycle.lines:
            filled[line.tier] += line.value * given[line.id]
        return (*filled, objective_micros)

    def worth_of(self, reply: Reply) -> tuple[int, ...]:
        """What the plan of a reply is worth."""
        assert reply.objective_micros is not None
        return self.worth(self.given_by(reply), reply.objective_micros)

    def given_by(self, reply: Reply) -> Counter[str]:
        """Units of every line in the plan of a reply. Packs are those of this cycle."""
        given: Counter[str] = Counter()
        for flow in reply.flows:
            given[flow.line] += flow.packs * self.lines[flow.line].pack
        return given

    def own_worth(self) -> tuple[int, ...]:
        """What the decision is worth."""
        return self.worth(self.given, self.decision.objective_micros)

    def whole(self, line: Line) -> int:
        """The whole packs of what a line asks for, in units."""
        return line.quantity - line.quantity % line.pack

    def least(self, line: Line) -> int:
        """The least quantity other than nothing that a line takes."""
        in_full = line.whole or bool(line.group)
        return max(line.pack, line.quantity if in_full else line.least)


def ground_of(
    problem: Problem, decision: decision_pb2.Decision, seconds: float | None = None
) -> Ground:
    """The decision beside its cycle, read anew. `seconds`: what each solve may take."""
    cycle = read(problem.facts, problem.policy)
    arcs: defaultdict[str, list[Arc]] = defaultdict(list)
    for arc in find(cycle):
        arcs[arc.line.id].append(arc)
    flow: Counter[tuple[str, str]] = Counter()
    taken: Counter[str] = Counter()
    for line in decision.lines:
        for source in line.sources:
            flow[line.line, source.lot] += source.quantity
            taken[source.lot] += source.shipped_quantity
    given = Counter({line.line: line.confirmed_quantity for line in decision.lines})
    return Ground(
        facts=problem.facts,
        policy=problem.policy,
        cycle=cycle,
        lines={line.id: line for line in cycle.lines},
        lots={lot.id: lot for lot in cycle.lots},
        arcs=arcs,
        decision=decision,
        flow=flow,
        given=given,
        taken=taken,
        seconds=seconds,
    )


def near(a: int, b: int) -> bool:
    """Whether two sums of money are the same, but for rounding."""
    return abs(a - b) <= max(TIGHT, RELATIVE * max(abs(a), abs(b)))


def less(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Whether the first is worth less: the first goal in which they differ decides."""
    return next((x < y for x, y in zip(a, b, strict=True) if not near(x, y)), False)


def told(reason: explanation_pb2.Reason) -> str:
    """A reason in a few words."""
    rule = " ".join(filter(None, (reason.rule.family, reason.rule.key)))
    delta = f", Δ {reason.delta_micros / MICRO:.6f}" if reason.HasField("delta_micros") else ""
    return f"{word(reason, 'code')} {reason.units} ({rule}{delta})"


def tells_a_difference(reason: explanation_pb2.Reason) -> bool:
    """Whether a reason tells what its opposite costs."""
    exact = reason.HasField("delta_micros") or reason.HasField("delta_cash_micros")
    return exact or reason.delta_at_least


def row_of(cycle: Cycle, table: str, key: str) -> dict[str, Any] | None:
    """The row of a table with that id; None where there is none."""
    return next((row for row in cycle.rows(table) if row["id"] == key), None)
