"""The sentences of a conflict: what its rules say, what there is, and which of them gives way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from fairlead.v1 import explanation_pb2

from ..context.limits import FLOOR
from ..context.shared_sums import Limits
from ..context.verification_context import Ground
from ..trials.trial import Kind, Trial, arithmetic
from .rule_text import Role, Row, Rule, rule_roles, stands_in, strangers

_SAID = {  # of a line's own rule, with the figure of the fact
    "lock": r"(\S+) keeps (\d+) \(locked\)",
    "time_fence": r"(\S+) keeps (\d+) \(time fence\)",
    "WIN": r"(\S+) is to be filled in full \(WIN, (\d+)\)",
    "GAIN": r"(\S+) keeps at least (\d+) \(GAIN\)",
    "FILL": r"(\S+) gets at most (\d+) \(FILL\)",
    "SKIP": r"(\S+) keeps exactly (\d+) \(SKIP\)",
    "LOSE": r"(\S+) gives up what it had \(LOSE\)",
}
_SIDES = {"WIN": ("", "at least "), "GAIN": ("at least ",), "FILL": ("at most ",)}
_FLOOR = r"(?i:contract) (\S+) is to get at least (\d+) \(hard floor\)"
_WAY = r"(contract )?(\S+) gets (\d+) instead of (at least |at most )?(\d+)"
_OTHERS = r"(\d+) more conflicts? stands? apart"
_SHOWN = 6
_NAMELESS = ("protection", "location_use", "fefo")  # told without their key


class _Clash:
    """A conflict beside the facts."""

    def __init__(self, ground: Ground, limits: Limits, said: explanation_pb2.Conflict) -> None:
        self.ground, self.limits, self.said = ground, limits, said
        self.rules: list[Rule] = [(rule.family, rule.key) for rule in said.rules]

    def wrong(self) -> Iterator[str]:
        """What is wrong in the sentence of the whole."""
        sentence = self.said.sentence
        known = self.limits.ids
        for text in strangers(sentence, self._roles(), self._counts(), self._ids(), known):
            yield f"{text!r} is of no statement"
        for family, key in self.rules[:_SHOWN]:
            if family not in _NAMELESS and not stands_in(sentence, key.split("/")[0]):
                yield f"{key} is not named"
        if not sentence.endswith("."):
            yield "it does not end"
        for way in self.said.relaxations[:_SHOWN]:
            if way.sentence not in sentence:
                yield f"{way.sentence!r} is left out"

    def _roles(self) -> Iterator[Role]:
        for kind, pattern in _SAID.items():
            rows = [row for family, key in self.rules if (row := self._row(kind, family, key))]
            yield pattern, rows
        floors = [key for family, key in self.rules if family == FLOOR]
        yield _FLOOR, [(key, f"{self._bound(FLOOR, key)}") for key in floors]
        yield _WAY, [row for way in self.said.relaxations for row in self.ways(way)]
        yield r"([^\s,;:]+) has (\d+) of ([^\s,;:]+)", self._stock()
        yield r"no stock is in reach of ([^\s,;:]+)", self._without_stock()
        yield r"ask for (\d+) of it", [(f"{self._asked()}",)]
        # each conflict that stands has a way out
        yield _OTHERS, [(f"{n}",) for n in range(1, len(self.said.relaxations))]
        packs = [("lot_size", key) for _, key in self.rules if key in self.ground.lines]
        own = [rule for rule in self.rules if rule[0] not in ("lock", "time_fence", FLOOR)]
        yield from rule_roles(self.ground, self.limits, own + packs)

    def _row(self, kind: str, family: str, key: str) -> Row | None:
        """The line and the figure that a rule has, if it is of the kind."""
        line = self.ground.lines.get(key)
        named = line.strategy.name if line and family == "strategy" else family
        if named != kind:
            return None
        return (key,) if kind == "LOSE" else (key, f"{self._bound(family, key)}")

    def _bound(self, family: str, key: str) -> int:
        """Units that a rule which may give way asks for or allows."""
        if family == FLOOR:
            limit = self.limits.named(family, key)
            return 0 if limit is None else limit.limit
        line = self.ground.lines[key]
        if family == "lock":
            return line.locked or 0
        whole = {"WIN": line.quantity, "LOSE": 0}
        return (
            whole.get(line.strategy.name, line.previous) if family == "strategy" else line.previous
        )

    def ways(self, way: explanation_pb2.Relaxation) -> Iterator[Row]:
        """How a rule may be said to give way by the units told: by too few, or too many."""
        family, key = way.rule.family, way.rule.key
        bound = self._bound(family, key)
        name = self.ground.lines[key].strategy.name if family == "strategy" else ""
        sides = ("at least ",) if family == FLOOR else _SIDES.get(name, ("",))
        who = "contract " if family == FLOOR else ""
        for side in sides:
            for given, no_side in (
                (bound - way.amount, "at most "),
                (bound + way.amount, "at least "),
            ):
                if side != no_side and given >= 0:
                    yield who, key, f"{given}", side, f"{bound}"

    def _lines(self) -> set[str]:
        """Lines that the rules of the set count."""
        found: set[str] = set()
        for family, key in self.rules:
            if key in self.ground.lines:
                found.add(key)
                continue
            own = [one for one in self.limits.sums if (one.family, one.key) == (family, key)]
            found |= own[0].lines if own else set(self.said.lines)
        return found

    def _stock(self) -> list[Row]:
        """What each location has of each product in reach of those lines."""
        lots = {arc.lot.id: arc.lot for i in self._lines() for arc in self.ground.arcs.get(i, [])}
        held: Counter[tuple[str, str]] = Counter()
        for lot in lots.values():
            held[lot.location, lot.product] += lot.quantity
        return [(place, f"{units}", product) for (place, product), units in held.items()]

    def _without_stock(self) -> list[Row]:
        return [(line,) for line in self._lines() if not self.ground.arcs.get(line)]

    def _asked(self) -> int:
        with_stock = (line for line in self._lines() if self.ground.arcs.get(line))
        return sum(self.ground.lines[line].quantity for line in with_stock)

    def _counts(self) -> set[str]:
        """How many more there may be than are listed."""
        sizes = len(self.rules), len(self.said.relaxations), len(self._stock())
        return {f"{size - _SHOWN}" for size in sizes if size > _SHOWN}

    def _ids(self) -> set[str]:
        return {part for _, key in self.rules for part in (key, *key.split("/"))}


def conflict_sentences(
    ground: Ground, limits: Limits, said: explanation_pb2.Conflict
) -> Iterator[Trial]:
    """The sentence of a conflict, and of each rule that gives way."""
    clash = _Clash(ground, limits, said)
    yield arithmetic(Kind.SENTENCE, "conflict", said.sentence, next(clash.wrong(), ""))
    for way in said.relaxations:
        found, rows = re.fullmatch(_WAY, way.sentence), set(clash.ways(way))
        wrong = "" if found and found.groups("") in rows else f"it gives way by {way.amount}"
        about = f"{way.rule.family} {way.rule.key}"
        yield arithmetic(Kind.SENTENCE, about, way.sentence, wrong)
