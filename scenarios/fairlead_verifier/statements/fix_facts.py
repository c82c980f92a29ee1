"""What a fix says it changes: each change is named by the facts, in the unit they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word

from ..context.limits import FLOOR
from ..context.shared_sums import Limits
from ..context.verification_context import Ground
from ..text.rule_names import wrong_rule
from ..trials.changed_facts import cell_of
from ..trials.trial import NotTried

_Part = explanation_pb2.Fix
_FAMILY = {
    "MORE_STOCK": "supply",
    "RELEASE_PROTECTION": "protection",
    "RAISE_QUOTA": "quota",
    "RAISE_CAPACITY": "capacity",
    "RAISE_CONTRACT_CAP": "contract_cap",
    "RAISE_CREDIT": "credit",
}
_UNIT = {"RAISE_CAPACITY": "RESOURCE_MICROS", "RAISE_CREDIT": "MONEY_MICROS"}
_COUNTED = ("LATER_DATE", "WAIVE_RULE")
_WAIVED_FACTS = (  # fields without a family that may be waived
    "status",
    "owner_customer",
    "owner_channel",
    "on_hold",
    "min_shelf_life_days",
    "locations",
)
_WAIVED = (
    "lot_size",
    "lock",
    "time_fence",
    "strategy",
    "min_fill",
    "ship_complete",
    "delivery_group",
    "sources",
    "location_use",
    "contract_floor",
)


class FixFacts:
    """A line's fix beside the facts."""

    def __init__(self, ground: Ground, limits: Limits, said: decision_pb2.DecisionLine) -> None:
        self._ground, self._limits = ground, limits
        self._line, self._fix = ground.lines[said.line], said.explanation.fix
        self._parts = (self._fix, *self._fix.also)

    def wrong(self) -> Iterator[str]:
        """What is wrong in what it changes, and in who loses or gets more."""
        for part in self._parts:
            yield from self._wrong_part(part)
        if word(self._fix, "scope") not in ("CYCLE", "PART"):
            yield "it does not say what was solved again"
        losers, winners = self._fix.losers, self._fix.effect.winners
        yield from _wrong_units([(one.line, one.units) for one in losers])
        yield from _wrong_units([(one.line, one.units) for one in winners])
        if {one.line for one in losers} & {self._line.id, *(one.line for one in winners)}:
            yield "a line loses and gets more"
        yield from self._wrong_effect()
        yield from self._wrong_certain()

    def _wrong_certain(self) -> Iterator[str]:
        """What is told of who is certain to lose, and of whether the amounts are the least."""
        effect, lost = self._fix.effect, {one.line: one.units for one in self._fix.losers}
        certain, grouped = list(effect.certain_losers), [i for g in effect.one_of for i in g.lines]
        if not set(certain) <= lost.keys():
            yield "a line is certain to lose, and loses nothing"
        if len({*certain, *grouped}) < len(certain) + len(grouped):
            yield "of a line it is told twice that it loses"
        for group in effect.one_of:
            units = sum(lost.get(line, 0) for line in group.lines)
            if not units or group.units != units:
                yield f"one of {', '.join(group.lines)} loses: they lose {units}"
            unknown = [line for line in group.lines if not self._ground.given[line]]
            if unknown:
                yield f"{unknown[0]} has nothing to lose"
        sized = any(word(part, "kind") not in _COUNTED for part in self._parts)
        if effect.HasField("gain"):
            told = effect.gain.cash_micros + effect.gain.policy_value_micros
            if told != self._fix.gain_micros:
                yield f"cash and policy value add up to {told}"
            if sized != (word(effect, "how_much") != "UNSPECIFIED"):
                yield "it tells how much is needed of nothing, or does not tell it of an amount"

    def _wrong_effect(self) -> Iterator[str]:
        effect, whole = self._fix.effect, self._ground.whole(self._line)
        broken = any(part.rule.family == "lot_size" for part in self._parts)
        most = self._line.quantity if broken else whole
        if not whole <= effect.quantity <= most:
            yield f"the line has {effect.quantity} with it, of {whole} in whole packs"
        if effect.waived_micros != self._waived():
            yield f"penalties of {self._waived()} would be due"

    def _waived(self) -> int:
        """What the floors that are waived would cost in penalties with the units told."""
        more = {one.line: one.units for one in self._fix.effect.winners}
        more |= {one.line: -one.units for one in self._fix.losers}
        more[self._line.id] = self._fix.effect.quantity - self._ground.given[self._line.id]
        due = 0
        for key in (part.rule.key for part in self._parts if part.rule.family == FLOOR):
            row, floor = self._limits.row("contracts", key), self._limits.named(FLOOR, key)
            if row is not None and floor is not None and not row["hard"]:
                use = floor.use + sum(more.get(i.id, 0) for i in self._limits.scope(key))
                due += max(0, floor.limit - use) * row["penalty_micros"]
        return due

    def _wrong_part(self, part: _Part) -> Iterator[str]:
        kind, by_day = word(part, "kind"), part.by_day if part.HasField("by_day") else None
        yield from filter(None, [self._wrong_names(part, kind)])
        counted = "COUNT" if kind in _COUNTED else _UNIT.get(kind, "BASE")
        if word(part, "unit") != counted:
            yield f"it counts {counted}"
        told = part.product, part.location, by_day
        if (wanted := self._about(part, kind)) != told:
            yield f"product, location and day are {wanted}"
        if part.amount < 1 or (kind == "WAIVE_RULE" and part.amount != 1):
            yield f"by {part.amount}"
        if part.HasField("relaxed_to"):
            yield from self._wrong_relaxed(part)
        if kind == "LATER_DATE" and part.amount != part.by_day - self._now(part):
            yield f"that is {part.by_day - self._now(part)} days later"

    def _wrong_relaxed(self, part: _Part) -> Iterator[str]:
        """Shelf life alone is a figure that may be lowered and not waived."""
        if not part.rule.leaf.endswith("].min_shelf_life_days"):
            yield f"{part.rule.leaf} is no figure to be lowered"
        elif not 0 < part.relaxed_to < self._ground.lines[part.rule.key].shelf_life:
            yield f"a shelf life of {part.relaxed_to} days is not less than is asked for"

    def _wrong_names(self, part: _Part, kind: str) -> str:
        rule = part.rule
        if kind in _FAMILY:
            wrong = rule.family != _FAMILY[kind]
            return f"{kind} of {rule.family}" if wrong else self._wrong_rule(rule)
        if kind == "LATER_DATE":
            field = "requested_day" if rule.family else "latest_day"
            wrong = rule.family not in ("", "time_fence")
            return f"{kind} of {rule.family}" if wrong else self._wrong_fact(part, {field})
        if kind != "WAIVE_RULE":
            return f"{kind} is no change"
        if not rule.family:
            return self._wrong_fact(part, _WAIVED_FACTS)
        known = rule.family in _WAIVED
        return self._wrong_rule(rule) if known else f"{rule.family} is never waived"

    def _wrong_rule(self, rule: explanation_pb2.Rule) -> str:
        return wrong_rule(self._ground, self._limits, rule)

    def _wrong_fact(self, part: _Part, fields: Iterable[str]) -> str:
        """Whether the leaf is not one of these fields of the row that the key names."""
        table, _, field = part.rule.leaf.partition(f"[{part.rule.key}].")
        if field not in fields or table not in ("lines", "lots", "customers"):
            return f"{part.rule.leaf} is no field of {part.rule.key} that may be changed"
        try:
            cell_of(self._ground.facts, part.rule.leaf)
        except NotTried as reason:
            return str(reason)
        return ""

    def _about(self, part: _Part, kind: str) -> tuple[str, str, int | None]:
        """Product, location and day that a change is about."""
        lot, key = self._ground.lots.get(part.rule.key), part.rule.key
        if kind == "MORE_STOCK" and lot is not None:
            later = lot.available > self._ground.cycle.day
            return lot.product, lot.location, lot.available if later else None
        if kind == "RELEASE_PROTECTION":
            return (self._limits.row("protections", key) or {}).get("product", ""), "", None
        if kind == "RAISE_CAPACITY":
            return "", key.split("/")[0], None
        if kind == "LATER_DATE":
            return "", "", part.by_day
        opened = part.rule.leaf.endswith("].locations")
        places = {row["id"] for row in self._ground.cycle.rows("locations")}
        return "", part.location if opened and part.location in places else "", None

    def _now(self, part: _Part) -> int:
        """The day a later one is told instead of."""
        line = self._ground.lines[part.rule.key]
        return line.requested if part.rule.family else line.latest or 0


def _wrong_units(told: Sequence[tuple[str, int]]) -> Iterator[str]:
    units = [of_line for _, of_line in told]
    if len(dict(told)) != len(told) or min(units, default=1) < 1:
        yield "a line is told twice, or with nothing"
    if units != sorted(units, reverse=True):
        yield f"those with most do not come first: {units}"
