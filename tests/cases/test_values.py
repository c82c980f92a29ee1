"""Price zero starves nobody: what has no price has a value. The answers are those of the notes."""

from __future__ import annotations

from .decided import decided, given


def test_bug_free_goods_warranty_and_transfers_are_served() -> None:
    decision = decided("08_free_of_charge")
    assert given(decision) == {"SO-1-10": 8, "SO-1-11": 3, "WARRANTY": 2, "TO-SHOP": 20}
    assert decision.worth.cash_micros == (8 * 40 - 2 * 8 - 23 * 3) * 1_000_000
