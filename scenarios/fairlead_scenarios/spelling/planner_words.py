"""Numbers and enum members as a planner reads them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from fairlead.v1 import explanation_pb2, worth_pb2
from fairlead_solver.api.allocation import CASH_TERMS

from .message_reader import MICRO

_CASH = tuple(sorted(term.value for term in CASH_TERMS))


def money(micros: int, *, sign: bool = False) -> str:
    """1234500000 -> "1,234.50"; a negative zero is none."""
    amount = (Decimal(micros) / MICRO).quantize(Decimal("0.01"))
    return f"{amount + 0:+,.2f}" if sign and amount else f"{amount + 0:,.2f}"


def exact(micros: int) -> str:
    """1234500000 -> "1234.5": every digit there is, for a table that is read again."""
    shown = f"{Decimal(micros) / MICRO:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def in_currency(micros: int, currency: str) -> str:
    """1234500000 -> "1,234.50 EUR"; no code where the currency is empty."""
    return f"{money(micros)} {currency}".rstrip()


def worth_of(message: explanation_pb2.Money) -> worth_pb2.Worth:
    """The cash and the policy value of some terms."""
    cash = sum(getattr(message, f"{name}_micros") for name in _CASH)
    policy = sum(micros for _, micros in terms(message)) - cash
    return worth_pb2.Worth(cash_micros=cash, policy_value_micros=policy)


def is_cash(term: str) -> bool:
    """Whether a term, named as `terms` does, is money; else it is policy value."""
    return term.replace(" ", "_") in _CASH


def parts(worth: worth_pb2.Worth, currency: str) -> str:
    """ "cash 3,591.00 USD, policy value 14,364.00 points"."""
    points = money(worth.policy_value_micros)
    return f"cash {in_currency(worth.cash_micros, currency)}, policy value {points} points"


def count(number: int) -> str:
    """1234 -> "1,234"."""
    return f"{number:,}"


def percent(share: float, decimals: int = 1) -> str:
    """0.125 -> "12.5 %"."""
    return f"{share:.{decimals}%}".replace("%", " %")


def seconds(duration: Duration) -> str:
    """1234 ms -> "1.23"."""
    return f"{duration.ToNanoseconds() / 1e9:.2f}"


def word(message: Message, field: str) -> str:
    """The short name of an enum field's value: STATUS_OPTIMAL -> "OPTIMAL"."""
    described = message.DESCRIPTOR.fields_by_name[field].enum_type
    assert described is not None
    prefix = described.values[0].name.removesuffix("UNSPECIFIED")
    number = getattr(message, field)
    named = described.values_by_number.get(number)
    return str(number) if named is None else named.name.removeprefix(prefix)


def named(id: str, names: Mapping[str, str]) -> str:
    """The name for people with the id behind it; the id alone where there is no name."""
    return f"{names[id]} ({id})" if id in names else id


def spoken(name: str) -> str:
    """SHIP_COMPLETE or ship_complete -> "ship complete"."""
    return name.replace("_", " ").lower()


def scaled(number: int, scale: int) -> str:
    """A limit, use or slack, to the hundredth where that is enough: `scale` of it make one of what
    the planner counts."""
    if scale <= 1:
        return count(number)
    shown = Decimal(number) / scale
    digits = 2 if abs(shown) >= 1 else 6
    return f"{shown:,.{digits}f}".rstrip("0").rstrip(".")


def terms(message: explanation_pb2.Money) -> list[tuple[str, int]]:
    """(term, micro-units) in the contract's order, those of 0 left out."""
    names = [field.name for field in message.DESCRIPTOR.fields]
    named = ((spoken(name.removesuffix("_micros")), getattr(message, name)) for name in names)
    return [(name, micros) for name, micros in named if micros]
