"""Reasons, however they are known: the rule each names, what it may be known by, what it needs.

What a reason accounts for is held against the facts elsewhere (`exact`, `proven`). Here it is held
against its own code: whose rule it is, whether such a reason can be a fact, and whether there is
anything for it to speak of: a rival that took stock, or stock that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word

from ..context.reachable_stock import Reach, Refused
from ..context.shared_sums import Limits
from ..context.verification_context import Ground, tells_a_difference, told
from ..text.rule_names import wrong_rule
from ..trials.trial import Kind, Trial, arithmetic

Named = tuple[str, str]  # key and leaf of a rule without a family

_KNOWN = ("EXACT", "PROVEN", "INDICATED", "UNKNOWN")
_UNKNOWN = ("NOT_PROVEN", "UNEXPLAINED")
_HELD = ("LOCKED", "TIME_FENCE", "STRATEGY")
_COUNTS = ("QUOTA_EXHAUSTED", "CONTRACT_CAP", "CREDIT_LIMIT", "CAPACITY", "PROTECTED_STOCK")
_TAKEN = ("OUTRANKED_TIER", "OUTRANKED_VALUE", "FAIR_SHARE_RATIONED", "CONTRACT_FLOOR_OTHER")
_LEFT = ("UNPROFITABLE", "CAPACITY", "SPLIT_LIMIT")
_FAMILIES = {
    "PACK_MULTIPLE": ("lot_size",),
    "LOT_SPLIT_LIMIT": ("lot_size",),
    "SHIP_COMPLETE": ("ship_complete",),
    "MIN_FILL": ("min_fill",),
    "GROUP_INCOMPLETE": ("delivery_group",),
    "FAIR_SHARE_RATIONED": ("fair_share",),
    "LOCKED": ("lock",),
    "TIME_FENCE": ("time_fence",),
    "STRATEGY": ("strategy",),
    "QUOTA_EXHAUSTED": ("quota",),
    "CONTRACT_CAP": ("contract_cap",),
    "CREDIT_LIMIT": ("credit",),
    "CAPACITY": ("capacity",),
    "PROTECTED_STOCK": ("protection",),
    "SPLIT_LIMIT": ("sources", "location_use"),
}
_FIELD = {
    "NO_SUPPLY": "lots.quantity",
    "SUPPLY_BLOCKED": "lots.status",
    "SHELF_LIFE_SHORT": "lots.expiry_day",
    "UNPROFITABLE": "policy.tiers",
    "OUTRANKED_VALUE": "policy.tiers",
    "CONTRACT_FLOOR_OTHER": "contracts.floor_quantity",
}
_PLAIN: Mapping[str, Callable[[Ground, Reach], Named]] = {
    "CUSTOMER_HOLD": lambda _, own: (own.line.customer, f"customers[{own.line.customer}].on_hold"),
    "OUTRANKED_TIER": lambda _, own: (own.line.id, "policy.tiers"),
    "NO_SOURCE": lambda _, own: (
        own.line.id,
        f"lines[{own.line.id}].locations" if own.line.locations else "lanes",
    ),
    "CHANNEL": lambda _, own: (own.line.channel, "locations.channels"),
    "RESERVED_STOCK": lambda _, own: (own.line.product, _owner(own)),
    "NOT_PROVEN": lambda ground, own: (own.line.id, "relative_gap" if ground.optimal else ""),
    "DATE_WINDOW": lambda ground, own: (
        (own.line.id, f"lines[{own.line.id}].latest_day")
        if own.line.latest is not None and own.line.latest < ground.cycle.day
        else (own.line.product, "lanes.transit_days")
    ),
    "SUPPLY_TOO_LATE": lambda _, own: (own.line.id, f"lines[{own.line.id}].latest_day"),
}


def _owner(own: Reach) -> str:
    """The column of the lots that are kept for others: their customer, if any has another."""
    kept = (share.lot for share in own.shares if share.refused is Refused.RESERVED)
    by_customer = any(lot.customer not in ("", own.line.customer) for lot in kept)
    return f"lots.owner_{'customer' if by_customer else 'channel'}"


def reason_trials(
    ground: Ground, limits: Limits, reach: Reach, said: decision_pb2.DecisionLine
) -> Iterator[Trial]:
    """Every reason of a line, and their order."""
    reasons = said.explanation.reasons
    for reason in reasons:
        claim = _Claim(ground, limits, reach, said, reason)
        wrong = next(claim.wrong(), "")
        yield arithmetic(Kind.REASON, said.line, told(reason), wrong)
    units = [reason.units for reason in reasons]
    if units != sorted(units, reverse=True):
        yield arithmetic(Kind.REASON, said.line, "the order of its reasons", f"units {units}")


class _Claim:
    """One reason of one line beside the facts."""

    def __init__(
        self,
        ground: Ground,
        limits: Limits,
        reach: Reach,
        said: decision_pb2.DecisionLine,
        reason: explanation_pb2.Reason,
    ) -> None:
        self.ground, self.limits, self.reach, self.line = ground, limits, reach, reach.line
        self.rivals = said.explanation.competitors
        self.reason, self.rule = reason, reason.rule
        self.code, self.certainty = word(reason, "code"), word(reason, "certainty")

    def wrong(self) -> Iterator[str]:
        """Everything that is wrong in it."""
        if self.certainty not in _KNOWN:
            yield "it does not say how it is known"
        if (self.certainty == "UNKNOWN") != (self.code in _UNKNOWN):
            yield f"{self.code} cannot be {self.certainty}"
        if self.reason.units < 0:
            yield "less than no units"
        yield from self._wrong_proof()
        yield from filter(None, [self._wrong_names()])
        yield from self._without_ground()

    def _wrong_proof(self) -> Iterator[str]:
        """What was solved again is told of what is proven, and of nothing else."""
        reason, scope = self.reason, word(self.reason, "scope")
        if self.certainty == "PROVEN":
            if scope not in ("CYCLE", "PART"):
                yield "it does not say what was solved again"
        elif scope != "UNSPECIFIED" or tells_a_difference(reason):
            yield f"{self.certainty}, and told as if it was solved again"

    def _without_ground(self) -> Iterator[str]:
        """Whether there is nothing that a reason which is no arithmetic could speak of."""
        if self.certainty in ("PROVEN", "INDICATED") and self.reason.units:
            if self.code in _TAKEN and not self.reach.sum("others"):
                yield "no other line took from its reach"
            if self.code in _LEFT and not self.reach.sum("unused"):
                yield "no stock is left that it may use"
        if self.code == "OUTRANKED_TIER" and not any(map(self._is_above, self.rivals)):
            yield "no line of a higher tier took from its reach"

    def _is_above(self, rival: explanation_pb2.CompetingLine) -> bool:
        return self.ground.lines[rival.line].tier < self.line.tier

    def _wrong_names(self) -> str:
        rule = self.rule
        if rule.family not in self._families():
            return f"{self.code} is no matter of {rule.family or 'plain arithmetic'}"
        if rule.family:
            return wrong_rule(self.ground, self.limits, rule) or self._not_of_line()
        key, leaf = self.line.product, _FIELD.get(self.code, "")
        if self.code in _PLAIN:
            key, leaf = _PLAIN[self.code](self.ground, self.reach)
        return "" if (rule.key, rule.leaf) == (key, leaf) else f"it comes from {key} {leaf}"

    def _families(self) -> tuple[str, ...]:
        """What the code may blame; "" is plain arithmetic."""
        if self.code == "OUTRANKED_TIER":
            return ("tier_order",) if self.ground.policy.tier_mode.name == "STRICT" else ("",)
        return _FAMILIES.get(self.code, ("",))

    def _not_of_line(self) -> str:
        """Whether the rule is none of the line: its own, one that counts it, or of a rival."""
        rule, line = self.rule, self.line
        if self.code in _COUNTS:
            limit = self.limits.named(rule.family, rule.key)
            counted = limit is not None and limit.counts(self.ground, line)
            return "" if counted else f"{rule.family} {rule.key} does not count the line"
        own = {"sources": {line.id, line.order[1]}, "location_use": {rule.key}}
        names = own.get(rule.family, {line.id})
        if self.code in _HELD and self.certainty != "EXACT":  # what holds a rival is no arithmetic
            names = {r.line for r in self.rivals if word(r, "decided_by") == self.code}
        return "" if rule.key in names else f"{rule.family} {rule.key} is a rule of another"
