"""How figures are written in sentences."""

from __future__ import annotations

from decimal import Decimal

from .terms import Worth

MICRO = Decimal(1_000_000)
CENT = Decimal("0.01")


def money(micros: int) -> str:
    """Money to the cent, half to even: 1,414.20; a negative zero is none."""
    return f"{(Decimal(micros) / MICRO).quantize(CENT) + 0:,.2f}"


def apart(one: int, other: int) -> tuple[str, str]:
    """Two sums of money side by side: to the cent, or as many digits more as tell them apart."""
    for digits in range(2, 7):
        unit = Decimal(1).scaleb(-digits)
        told = [f"{(Decimal(m) / MICRO).quantize(unit) + 0:,.{digits}f}" for m in (one, other)]
        if one == other or told[0] != told[1]:
            break
    return told[0], told[1]


def signed(micros: int) -> str:
    """A change to the hundredth: +1,414.20, -3.00; 0.00 has no sign."""
    rounded = (Decimal(micros) / MICRO).quantize(CENT)
    return f"{rounded:+,.2f}" if rounded else "0.00"


def change(worth: Worth, currency: str) -> str:
    """ "cash +3,591.00 USD, policy value -4.00 points"; no code where the currency is empty."""
    cash = f"cash {signed(worth.cash_micros)} {currency}".rstrip()
    return f"{cash}, policy value {signed(worth.policy_value_micros)} points"


def amount(number: float) -> str:
    """An amount of a resource, to the hundredth where that is enough: 12,299.28, 20, 0.035."""
    if number and abs(number) < 1:
        return f"{number:g}"
    return f"{number:,.2f}".rstrip("0").rstrip(".")
