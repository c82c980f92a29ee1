"""What happened to each line, and how X12 855 and EDIFACT ORDRSP say it.

| outcome, flags                | ACK01 | EDIFACT 4221 |
|-------------------------------|-------|--------------|
| in full, on time              | IA    |              |
| in full, late                 | DR    |              |
| any part as another product   | IS    |              |
| part, the rest backordered    | BP    | RA under fair share or quota, AH for packs |
| nothing, backordered          | IB    | as above     |
| nothing, customer on hold     | IH    |              |
| nothing, latest day past      | ID    |              |

IA item accepted, DR accepted with date rescheduled, IS substitution made, BP partial shipment,
balance backordered, IB backordered, IH on hold, ID deleted.
"""

from __future__ import annotations

import numpy as np

from ...tables import NO_DAY, Bools, Coded, Days, Ints, Kinds
from ..cycle.eligibility import overdue
from ..cycle.problem import Problem
from ..policy.fair_share import FairShareMode
from ..rules.plan import Plan
from ..rules.unit_value import unit_terms
from .decision import Change, LineOutcomes, Outcome, OutcomeFlag


def line_outcomes(plan: Plan) -> LineOutcomes:
    """Outcome, change and money of every line."""
    problem, arcs = plan.problem, plan.problem.arcs
    given = plan.per_line()
    day = _last_delivery(plan)
    flags = _flags(plan, day)
    outcome = _outcomes(problem, given)
    units = plan.units
    money = {
        term: _per_line(problem, per_unit * units) for term, per_unit in unit_terms(problem).items()
    }
    assert len(arcs) == len(units)
    return LineOutcomes(
        outcome=outcome,
        flags=flags,
        change=_changes(problem.line.previous, given),
        confirmed=given,
        confirmed_day=day,
        unit_money=money,
        ack_code=_ack_codes(outcome, flags),
        edifact_code=_edifact_codes(problem, given),
    )


def _per_line(problem: Problem, values: Ints) -> Ints:
    total = np.zeros(problem.num_lines, dtype=np.int64)
    np.add.at(total, problem.arcs.line, values)
    return total


def _last_delivery(plan: Plan) -> Days:
    arcs, used = plan.problem.arcs, plan.used()
    day = np.full(plan.problem.num_lines, NO_DAY, dtype=np.int32)
    np.maximum.at(day, arcs.line[used], arcs.delivery_day[used])
    return day


def _flags(plan: Plan, day: Days) -> Kinds:
    problem, arcs, used = plan.problem, plan.problem.arcs, plan.used()
    flags = np.zeros(problem.num_lines, dtype=np.int8)
    flags[day > problem.line.requested_day] |= OutcomeFlag.LATE
    flags[arcs.line[used & arcs.substitute]] |= OutcomeFlag.SUBSTITUTE
    first = np.full(problem.num_lines, np.iinfo(np.int32).max, dtype=np.int64)
    last = np.full(problem.num_lines, -1, dtype=np.int64)
    np.minimum.at(first, arcs.line[used], arcs.location[used])
    np.maximum.at(last, arcs.line[used], arcs.location[used])
    flags[last > first] |= OutcomeFlag.SPLIT
    return flags


def _outcomes(problem: Problem, given: Ints) -> Kinds:
    line, facts = problem.line, problem.facts
    held = np.append(facts.customers.on_hold, False)[line.customer]
    picked = np.select(
        [given >= line.quantity, given > 0, held, overdue(facts)],
        [Outcome.ALLOCATED_FULL, Outcome.ALLOCATED_PARTIAL, Outcome.HELD, Outcome.CANCELLED],
        default=Outcome.BACKORDERED,
    )
    return picked.astype(np.int8)


def _changes(previous: Ints, given: Ints) -> Kinds:
    picked = np.select(
        [(previous == 0) & (given > 0), given > previous, given < previous],
        [Change.NEW, Change.GAINED, Change.LOST],
        default=Change.KEPT,
    )
    return picked.astype(np.int8)


def _ack_codes(outcome: Kinds, flags: Kinds) -> Coded:
    given = (outcome == Outcome.ALLOCATED_FULL) | (outcome == Outcome.ALLOCATED_PARTIAL)
    codes = np.select(
        [
            given & (flags & OutcomeFlag.SUBSTITUTE > 0),
            outcome == Outcome.ALLOCATED_PARTIAL,
            given & (flags & OutcomeFlag.LATE > 0),
            given,
            outcome == Outcome.HELD,
            outcome == Outcome.CANCELLED,
        ],
        np.arange(6),
        default=6,
    )
    return Coded(("IS", "BP", "DR", "IA", "IH", "ID", "IB"), codes.astype(np.int32))


def _edifact_codes(problem: Problem, given: Ints) -> Coded:
    short = given < problem.line.quantity
    codes = np.select(
        [short & _rationed(problem), short & (problem.line.quantity - given < problem.line.pack)],
        np.arange(2),
        default=-1,
    )
    return Coded(("RA", "AH"), codes.astype(np.int32))


def _rationed(problem: Problem) -> Bools:
    """Lines under fair share or a quota."""
    rationed = np.full(
        problem.num_lines, problem.policy.fair_share.mode is not FairShareMode.OFF, dtype=np.bool_
    )
    rationed[problem.quota_scopes.line] = True
    return rationed
