"""Cash and policy value of what is told by term: margin, shipments, locations, overtime and
contract penalties are cash, all else is policy value."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.v1 import explanation_pb2, worth_pb2

_CASH = ("margin", "shipment", "location", "overtime", "contract")


def total(worth: worth_pb2.Worth) -> int:
    """What the objective counts."""
    return worth.cash_micros + worth.policy_value_micros


def wrong_parts(terms: explanation_pb2.Money, worth: worth_pb2.Worth) -> Iterator[str]:
    """Where the parts are not those of the terms."""
    cash = sum(getattr(terms, f"{name}_micros") for name in _CASH)
    policy = sum(getattr(terms, field.name) for field in terms.DESCRIPTOR.fields) - cash
    if (worth.cash_micros, worth.policy_value_micros) != (cash, policy):
        yield f"its terms are cash {cash}, policy value {policy}"
