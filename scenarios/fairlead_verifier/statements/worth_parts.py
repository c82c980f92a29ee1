"""Cash and policy value of what is told by term: margin, shipments, locations, overtime and
contract penalties are cash, all else is policy value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairlead.v1 import explanation_pb2, worth_pb2

from ..context.verification_context import MICRO, near
from ..trials.trial import Answer, Kind, Statement, Trial, arithmetic, optimum
from ..trials.trial_scope import Fields

_CASH = ("margin", "shipment", "location", "overtime", "contract")


def worth_trials(fields: Fields) -> Iterator[Trial]:
    """Of the decision, and of every tier, contract and line: the parts are those of the terms, and
    the cash is that of the plan."""
    decision = fields.ground.decision
    if not decision.HasField("objective_micros"):
        return
    told = [("decision", decision.terms, decision.worth)]
    told += [(f"tier {one.tier}", one.terms, one.worth) for one in decision.tiers]
    told += [(f"contract {one.contract}", one.terms, one.worth) for one in decision.contracts]
    told += [(one.line, one.terms, one.worth) for one in decision.lines]
    for about, terms, worth in told:
        wrong = next(wrong_parts(terms, worth), "")
        yield arithmetic(Kind.SPLIT, about, f"cash {worth.cash_micros / MICRO:.6f}", wrong)
    cash = decision.worth.cash_micros

    def judge(found: Sequence[Answer]) -> str:
        plan = optimum(found[0]).cash_micros or 0
        return "" if near(plan, cash) else f"the plan earns cash {plan / MICRO:.6f}"

    statement = Statement(Kind.SPLIT, "plan", f"cash {cash / MICRO:.6f}")
    yield Trial(statement, judge, (fields.whole.own,))


def total(worth: worth_pb2.Worth) -> int:
    """What the objective counts."""
    return worth.cash_micros + worth.policy_value_micros


def wrong_parts(terms: explanation_pb2.Money, worth: worth_pb2.Worth) -> Iterator[str]:
    """Where the parts are not those of the terms."""
    cash = sum(getattr(terms, f"{name}_micros") for name in _CASH)
    policy = sum(getattr(terms, field.name) for field in terms.DESCRIPTOR.fields) - cash
    if (worth.cash_micros, worth.policy_value_micros) != (cash, policy):
        yield f"its terms are cash {cash}, policy value {policy}"
