"""The reasons, one row each: what kind of thing a reason says, whether stock would help, its leaf.

Whatever classifies reasons reads it off this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from ...rules.explanation import ReasonCode


class Kind(Enum):
    """What a reason says happened to the units a line is short of."""

    REFUSED = auto()  # the facts keep the stock from the line: arithmetic
    PACKS = auto()  # no whole pack takes it
    HELD = auto()  # a rule holds a line's quantity: the line's own, or a rival's
    OUTRANKED = auto()  # others took the stock, and the plan is worth as much or more so
    OPEN = auto()  # others took the stock, and whether that is best was not found out
    KEPT = auto()  # stock is kept for others
    LIMIT = auto()  # a limit has no room
    UNUSED = auto()  # stock is left that the line may use
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """`stock_helps`: more stock might fill the line. `leaf`: the fact or the policy's leaf that the
    reason comes from, where no rule's row says so."""

    kind: Kind
    stock_helps: bool = False
    leaf: str = ""


CATALOGUE: Mapping[ReasonCode, Entry] = {
    ReasonCode.NO_SUPPLY: Entry(Kind.REFUSED, stock_helps=True, leaf="lots.quantity"),
    ReasonCode.SUPPLY_TOO_LATE: Entry(Kind.REFUSED),
    ReasonCode.SUPPLY_BLOCKED: Entry(Kind.REFUSED, leaf="lots.status"),
    ReasonCode.SHELF_LIFE_SHORT: Entry(Kind.REFUSED, leaf="lots.expiry_day"),
    ReasonCode.LOT_SPLIT_LIMIT: Entry(Kind.PACKS, stock_helps=True),
    ReasonCode.OUTRANKED_TIER: Entry(Kind.OUTRANKED, stock_helps=True),
    ReasonCode.OUTRANKED_VALUE: Entry(Kind.OUTRANKED, stock_helps=True, leaf="policy.tiers"),
    ReasonCode.FAIR_SHARE_RATIONED: Entry(Kind.OUTRANKED, stock_helps=True),
    ReasonCode.QUOTA_EXHAUSTED: Entry(Kind.LIMIT),
    ReasonCode.PROTECTED_STOCK: Entry(Kind.KEPT),
    ReasonCode.CONTRACT_FLOOR_OTHER: Entry(
        Kind.OUTRANKED, stock_helps=True, leaf="contracts.floor_quantity"
    ),
    ReasonCode.CONTRACT_CAP: Entry(Kind.LIMIT),
    ReasonCode.CREDIT_LIMIT: Entry(Kind.LIMIT),
    ReasonCode.CAPACITY: Entry(Kind.UNUSED),
    ReasonCode.SHIP_COMPLETE: Entry(Kind.UNUSED, stock_helps=True),
    ReasonCode.GROUP_INCOMPLETE: Entry(Kind.UNUSED),
    ReasonCode.MIN_FILL: Entry(Kind.UNUSED, stock_helps=True),
    ReasonCode.PACK_MULTIPLE: Entry(Kind.PACKS),
    ReasonCode.DATE_WINDOW: Entry(Kind.REFUSED, leaf="lanes.transit_days"),
    ReasonCode.SPLIT_LIMIT: Entry(Kind.LIMIT),
    ReasonCode.NO_SOURCE: Entry(Kind.REFUSED),
    ReasonCode.CHANNEL: Entry(Kind.REFUSED),
    ReasonCode.CUSTOMER_HOLD: Entry(Kind.REFUSED),
    ReasonCode.LOCKED: Entry(Kind.HELD),
    ReasonCode.TIME_FENCE: Entry(Kind.HELD),
    ReasonCode.STRATEGY: Entry(Kind.HELD),
    ReasonCode.UNPROFITABLE: Entry(Kind.UNUSED, leaf="policy.tiers"),
    ReasonCode.DATA_MISSING: Entry(Kind.UNKNOWN),
    ReasonCode.DATA_STALE: Entry(Kind.UNKNOWN),
    ReasonCode.FALLBACK_RULE_USED: Entry(Kind.UNKNOWN),
    ReasonCode.NOT_PROVEN: Entry(Kind.OPEN, stock_helps=True),
    ReasonCode.TIE_BREAK: Entry(Kind.OUTRANKED, stock_helps=True),
    ReasonCode.UNEXPLAINED: Entry(Kind.UNKNOWN),
    ReasonCode.RESERVED_STOCK: Entry(Kind.REFUSED),
    ReasonCode.RULE: Entry(Kind.LIMIT),
}


def reasons_of(*kinds: Kind) -> tuple[ReasonCode, ...]:
    """The reasons of some kinds, in order of their numbers."""
    return tuple(code for code, entry in CATALOGUE.items() if entry.kind in kinds)


HELD = reasons_of(Kind.HELD)
OUTRANKED = reasons_of(Kind.OUTRANKED)
LOST_TO_OTHERS = reasons_of(Kind.OUTRANKED, Kind.OPEN)
