"""How figures are written in sentences: money with its currency, policy value in points."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from .terms import Worth

MICRO = Decimal(1_000_000)
CENT = Decimal("0.01")


def money(micros: int, currency: str) -> str:
    """Money to the cent, half to even: 1,414.20 EUR; a negative zero is none. No code where the
    currency is empty."""
    return f"{_cents(micros)} {currency}".rstrip()


def apart(one: int, other: int) -> tuple[str, str]:
    """Two sums side by side: to the cent, or as many digits more as tell them apart."""
    for digits in range(2, 7):
        unit = Decimal(1).scaleb(-digits)
        told = [f"{(Decimal(m) / MICRO).quantize(unit) + 0:,.{digits}f}" for m in (one, other)]
        if one == other or told[0] != told[1]:
            break
    return told[0], told[1]


def side_by_side(one: Worth, other: Worth, currency: str) -> tuple[str, str]:
    """What two are worth, with as many digits as tell them apart."""
    cash = apart(one.cash_micros, other.cash_micros)
    points = apart(one.policy_value_micros, other.policy_value_micros)
    return _parts(cash[0], points[0], currency), _parts(cash[1], points[1], currency)


def parts(worth: Worth, currency: str) -> str:
    """What something is worth: "cash 3.50 USD, policy value 14.00 points"."""
    return _parts(_cents(worth.cash_micros), _cents(worth.policy_value_micros), currency)


def _parts(cash: str, points: str, currency: str) -> str:
    return f"{f'cash {cash} {currency}'.rstrip()}, policy value {points} points"


def change(worth: Worth, currency: str) -> str:
    """What changes: "cash +3,591.00 USD, policy value -4.00 points"; 0.00 has no sign."""
    cash = f"cash {_signed(worth.cash_micros)} {currency}".rstrip()
    return f"{cash}, policy value {_signed(worth.policy_value_micros)} points"


def together(micros: int) -> str:
    """A sum of the two that no plan splits: "26.00 (cash and policy value together)"."""
    return f"{_cents(micros)} (cash and policy value together)"


def _cents(micros: int) -> str:
    return f"{(Decimal(micros) / MICRO).quantize(CENT) + 0:,.2f}"


def _signed(micros: int) -> str:
    rounded = (Decimal(micros) / MICRO).quantize(CENT)
    return f"{rounded:+,.2f}" if rounded else "0.00"


def amount(number: float) -> str:
    """An amount of a resource, to the hundredth where that is enough: 12,299.28, 20, 0.035."""
    if number and abs(number) < 1:
        return f"{number:g}"
    return f"{number:,.2f}".rstrip("0").rstrip(".")


EPOCH = date(1970, 1, 1)


def day(days: int) -> str:
    """A day as 2026-11-24."""
    return (EPOCH + timedelta(days=days)).isoformat()
