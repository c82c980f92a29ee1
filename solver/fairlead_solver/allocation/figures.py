"""How figures are written in sentences."""

from __future__ import annotations

from decimal import Decimal

MICRO = Decimal(1_000_000)
CENT = Decimal("0.01")


def money(micros: int) -> str:
    """Money to the cent, half to even: 1,414.20; a negative zero is none."""
    return f"{(Decimal(micros) / MICRO).quantize(CENT) + 0:,.2f}"


def amount(number: float) -> str:
    """An amount of a resource, to the hundredth where that is enough: 12,299.28, 20, 0.035."""
    if number and abs(number) < 1:
        return f"{number:g}"
    return f"{number:,.2f}".rstrip("0").rstrip(".")
