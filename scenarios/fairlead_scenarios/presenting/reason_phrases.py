"""What a planner reads in place of a reason's code. Codes stay in JSON, columns and CSV."""

from __future__ import annotations

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "NO_SUPPLY": "there is no stock",
    "SUPPLY_TOO_LATE": "stock comes too late",
    "SUPPLY_BLOCKED": "stock is blocked",
    "RESERVED_STOCK": "stock is reserved for others",
    "SHELF_LIFE_SHORT": "too little shelf life is left",
    "LOT_SPLIT_LIMIT": "what lots have left is less than a pack",
    "OUTRANKED_TIER": "an order of a better tier got it",
    "OUTRANKED_VALUE": "an order worth more got it",
    "FAIR_SHARE_RATIONED": "others got it by fair share",
    "QUOTA_EXHAUSTED": "the quota is used up",
    "PROTECTED_STOCK": "stock is protected for others",
    "CONTRACT_FLOOR_OTHER": "another's contract floor got it",
    "CONTRACT_CAP": "the contract's cap is reached",
    "CREDIT_LIMIT": "the customer's credit is used up",
    "CAPACITY": "a capacity is used up",
    "SHIP_COMPLETE": "all or nothing, and not all can be had",
    "GROUP_INCOMPLETE": "its delivery group is incomplete",
    "MIN_FILL": "less than its minimum fill can be had",
    "PACK_MULTIPLE": "the rest is less than a pack",
    "DATE_WINDOW": "it cannot arrive within its dates",
    "SPLIT_LIMIT": "no more locations may serve it",
    "NO_SOURCE": "no location may serve it",
    "CHANNEL": "stock is where other channels are served",
    "CUSTOMER_HOLD": "the customer is on hold",
    "LOCKED": "a quantity is locked",
    "TIME_FENCE": "a confirmation is inside the time fence",
    "STRATEGY": "a confirmation strategy holds it",
    "UNPROFITABLE": "serving it costs more than it is worth",
    "DATA_MISSING": "data is missing",
    "DATA_STALE": "data is stale",
    "FALLBACK_RULE_USED": "a fallback rule decided",
    "NOT_PROVEN": "it is not proven",
    "TIE_BREAK": "another plan is worth as much",
    "UNEXPLAINED": "no reason was found",
    "RULE": "a rule holds it back",
}
"""By reason code: every code of the contract has one."""


def phrase_of(code: str, tier: str = "") -> str:
    """A reason in words: "a tier A order got it" where the tier of who got it is known."""
    if code == "OUTRANKED_TIER" and tier:
        return f"a tier {tier} order got it"
    return PHRASES.get(code, code.replace("_", " ").lower())
