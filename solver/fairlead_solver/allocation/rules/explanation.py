"""What a rule says of itself to explanations: which reason it is, how it limits, what loosens it.

Every family declares one `RuleExplanation`; reasons, binding constraints, remedies and conflicts
are made from these declarations and name no family that they need not know. Numbers of the enums
are those of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, auto


class ReasonCode(IntEnum):
    """Why a line is short."""

    NO_SUPPLY = 1
    SUPPLY_TOO_LATE = 2
    SUPPLY_BLOCKED = 3
    SHELF_LIFE_SHORT = 4
    LOT_SPLIT_LIMIT = 5  # what is left in the lots is less than a pack
    OUTRANKED_TIER = 6
    OUTRANKED_VALUE = 7
    FAIR_SHARE_RATIONED = 8
    QUOTA_EXHAUSTED = 9
    PROTECTED_STOCK = 10
    CONTRACT_FLOOR_OTHER = 11
    CONTRACT_CAP = 12
    CREDIT_LIMIT = 13
    CAPACITY = 14
    SHIP_COMPLETE = 15
    GROUP_INCOMPLETE = 16
    MIN_FILL = 17
    PACK_MULTIPLE = 18  # the rest of the quantity asked for is less than a pack
    DATE_WINDOW = 19
    SPLIT_LIMIT = 20
    NO_SOURCE = 21
    CHANNEL = 22  # the location serves other channels
    CUSTOMER_HOLD = 23
    LOCKED = 24
    TIME_FENCE = 25
    STRATEGY = 26
    UNPROFITABLE = 27
    DATA_MISSING = 28
    DATA_STALE = 29
    FALLBACK_RULE_USED = 30
    NOT_PROVEN = 31
    TIE_BREAK = 32
    UNEXPLAINED = 33
    RESERVED_STOCK = 34  # the lot is kept for another customer or channel
    RULE = 35  # a rule without a code of its own: the reason's family and key say which


class Unit(IntEnum):
    """What a limit or an amount counts."""

    BASE = 1  # base units of product
    RESOURCE_MICROS = 2
    MONEY_MICROS = 3
    COUNT = 4


class FixKind(IntEnum):
    """What a fix changes."""

    MORE_STOCK = 1
    LATER_DATE = 2
    RELEASE_PROTECTION = 3
    RAISE_QUOTA = 4
    RAISE_CAPACITY = 5
    RAISE_CONTRACT_CAP = 6
    RAISE_CREDIT = 7
    WAIVE_RULE = 8


class Limit(Enum):
    """How the LIMIT rows of a rule stop a line.

    Rows of WHOLE_LINE count every unit of a line alike, whichever way it comes; rows of SOME_WAYS
    count those ways only that use them.
    """

    NONE = auto()  # nothing is stopped by a row that has no room
    STOCK = auto()  # the quantity of a lot
    KEPT = auto()  # stock that is kept from some lines
    WHOLE_LINE = auto()
    SOME_WAYS = auto()
    HELD = auto()  # a line's quantity is held at a figure
    ALL_OR_NOTHING = auto()  # a line, or a group of them, in full or not at all


@dataclass(frozen=True, slots=True)
class Raise:
    """How a limit is raised: the remedy, and the table of the facts the limit stands in."""

    kind: FixKind
    table: str


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """What explanations need to know of a rule.

    `reason`: the code of the reason that the rule is. `limit`: how its rows stop a line.
    `raised_by`: how its limits are raised; `waived`: its rows may be waived one by one, for a rule
    whose limits are not raised. `gives_way`: its rows may be missed where rules contradict each
    other; `never_gives_way`: its rows are facts, no business rule. `of_line`: the keys of its rows
    are lines. `proven_without`: the reason is proven by solving without the rule.
    """

    reason: ReasonCode = ReasonCode.RULE
    limit: Limit = Limit.NONE
    raised_by: Raise | None = None
    waived: bool = False
    gives_way: bool = False
    never_gives_way: bool = False
    of_line: bool = False
    proven_without: bool = False
