"""Sentences: every figure and id in a line's sentence is one of the statements it was made from.

Read back without the templates: a figure in a known place ("8 of 20 given", "22 went to SO-881",
"SO-2 loses 15") must be that very figure of the statement; any other must be one of the line, of
its statements, or of a rule they name. An id must be of something they are about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Any

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.reference.arcs import Arc

from ..context.reachable_stock import Reach, Refused
from ..context.shared_sums import Limits
from ..context.verification_context import Ground
from ..trials.trial import Kind, Trial, arithmetic
from .fix_text import fix_money, fix_numbers, fix_roles
from .limit_text import room_roles
from .phrases import left_out
from .rule_text import (
    MONEY,
    OF_LINES,
    Role,
    Row,
    as_written,
    money,
    rule_roles,
    side_by_side,
    strangers,
)
from .stock_text import refused_roles
from .worth_text import BOTH, both, misplaced

_EPOCH = date(1970, 1, 1)
_HAD = r"(?:(\d+) (?=places))?(\S+) had (\d+)"


class _Said:
    """A line's sentence beside its statements."""

    def __init__(
        self, ground: Ground, limits: Limits, reach: Reach, said: decision_pb2.DecisionLine
    ) -> None:
        self.ground, self.limits, self.reach, self.said = ground, limits, reach, said
        self.told = said.explanation
        self.short = said.requested_quantity - said.confirmed_quantity
        self._currency = ground.facts.currency
        self.fixes = [self.told.fix, *self.told.fix.also] if self.told.HasField("fix") else []

    def wrong(self) -> str:
        """The first figure or id that is of no statement, or what is left out; "" where nothing."""
        strange = (f"{text!r} is of no statement" for text in self._strangers())
        units = misplaced(self.told.sentence, self._currency)
        return next(chain(strange, left_out(self.said), units), "")

    def _strangers(self) -> Iterator[str]:
        roles = [*self._roles(), *rule_roles(self.ground, self.limits, self._told_rules())]
        line, sentence = self.reach.line, self.told.sentence
        roles += room_roles(self.ground, self.limits, line, self._rules(), sentence)
        yield from strangers(
            self.told.sentence, roles, self._figures(), self._ids(), self.limits.ids
        )
        yield from self._places()

    def _roles(self) -> Iterator[Role]:
        """A pattern, and what its groups may be."""
        said, told, line = self.said, self.told, self.reach.line
        yield (
            r"^(\d+) of (\d+) given(?=[.,])",
            {(f"{said.confirmed_quantity}", f"{said.requested_quantity}")},
        )
        yield (
            r"given, (?:(\d+) of them )?late: on (\S+), asked for (\S+)\.",
            set(self._late()),
        )
        yield r"(\d+) short: ", {(f"{self.short}",)}
        yield r"(?:short: |; )(\d+): ", {(f"{r.units}",) for r in told.reasons}
        yield (
            rf"(\d+) went to (\S+) \(tier (\S+), a unit: {BOTH}",
            {(f"{c.units}", c.line, c.tier, *self._compared(c)) for c in told.competitors},
        )
        yield (
            rf"least is lost with (\S+) \(tier (\S+), a unit: {BOTH}",
            {(c.line, c.tier, *self._compared(c)) for c in told.competitors},
        )
        yield (
            rf"a unit of (\S+) is valued at ({MONEY})(?: ([A-Z]{{3}}))? "
            rf"against ({MONEY})(?: ([A-Z]{{3}}))?",
            {(c.line, *self._values(c.line)) for c in told.competitors},
        )
        yield (
            rf"by fair share \(({MONEY}) against ({MONEY}) points\)",
            {
                side_by_side(c.unit_value.fair_share_micros, c.own_unit_value.fair_share_micros)
                for c in told.competitors
            },
        )
        yield _HAD, self._named() | {self._summed()}
        latest = (line.id, _day(line.latest), _day(self.ground.cycle.day)) if line.latest else ()
        yield r"line (\S+) was wanted by (\S+), and it is (\S+) now", {latest}
        yield (
            r"no number of packs makes (?:(\d+) to )?(\d+): (?:(\d+) or )?(\d+) would do",
            {self._packs_that_fit()},
        )
        yield from refused_roles(self.ground, self.reach)
        yield from fix_roles(told.fix, self.ground.decision.currency)
        yield r"(\S+) can have only (\d+) of its (\d+) (\S+)", set(self._mates())
        outside, pack = self.reach.outside_packs, self.reach.line.pack
        yield (
            r"(\d+) of (\S+) make no whole pack of (\d+)",
            {(f"{outside}", self.reach.line.product, f"{pack}")},
        )
        yield r"(\d+) are left, but", {(f"{self.reach.sum('unused')}",)}
        product = self.reach.line.product
        yield r"only (\d+) of (\S+) in reach", {(f"{self.reach.held}", product)}

    def _compared(self, rival: explanation_pb2.CompetingLine) -> Row:
        """What a unit is worth with both; said once where that is the same."""
        theirs, own = both(rival.unit_worth, rival.own_unit_worth, self._currency)
        return theirs, "" if theirs == own else own

    def _values(self, rival: str) -> Row:
        """The values of a unit of a rival and of the line, each with the currency."""
        theirs, own = side_by_side(self.ground.lines[rival].value, self.reach.line.value)
        return theirs, self._currency, own, self._currency

    def _late(self) -> Iterator[Row]:
        """Units that come after the day asked for, the last of their days, and that day."""
        ground, line = self.ground, self.reach.line
        late = {
            arc.lot.id: arc.lot.available + (arc.lane["transit_days"] if arc.lane else 0)
            for arc in ground.arcs.get(line.id, [])
            if ground.flow[line.id, arc.lot.id]
        }
        late = {lot: day for lot, day in late.items() if day > line.requested}
        units = sum(ground.flow[line.id, lot] for lot in late)
        if late:
            some = f"{units}" if units < ground.given[line.id] else ""
            yield some, _day(max(late.values())), _day(line.requested)

    def _packs_that_fit(self) -> Row:
        """What the line takes at least and asks for, and the whole packs next to that."""
        ground, line = self.ground, self.reach.line
        under = ground.whole(line)
        least = line.quantity if line.whole or line.group else line.least
        first = "" if least == line.quantity else f"{least}"
        return first, f"{line.quantity}", f"{under or ''}", f"{under + line.pack}"

    def _mates(self) -> Iterator[Row]:
        """The other lines of its delivery group, with what there is at most for them."""
        own = self.reach.line
        for mate in self.ground.cycle.lines:
            if own.group and mate.group == own.group and mate.id != own.id:
                most = sum(arc.most * mate.pack for arc in self.ground.arcs.get(mate.id, []))
                yield mate.id, f"{most}", f"{mate.quantity}", mate.product

    def _had(self) -> Counter[str]:
        """Units in reach by location that has any, refused ones left out."""
        held: Counter[str] = Counter()
        for share in self.reach.shares:
            held[share.lot.location] += share.held if share.refused is None else 0
        return +held

    def _coming(self) -> Counter[str]:
        """Units still to come by location, refused ones left out."""
        today, coming = self.ground.cycle.day, Counter[str]()
        for share in self.reach.shares:
            if share.refused is None and share.lot.available > today:
                coming[share.lot.location] += share.held
        return coming

    def _named(self) -> set[Row]:
        """Every place in reach with what it had."""
        return {("", place, f"{units}") for place, units in self._had().items()}

    def _summed(self) -> Row:
        """How many places there are in reach, and what they had together."""
        had = self._had()
        return f"{len(had)}", "places", f"{had.total()}"

    def _places(self) -> Iterator[str]:
        """What the places had is told of all of them, or of none."""
        found = {match.groups("") for match in re.finditer(_HAD, self.told.sentence)}
        if found not in (set(), self._named(), {self._summed()}):
            yield " and ".join(" ".join(filter(None, row)) for row in sorted(found))

    def _figures(self) -> set[str]:
        """Every number that the line, its statements and their rules have, as it may be written."""
        line, ground = self.reach.line, self.ground
        numbers = {
            self.short, line.quantity, line.pack, line.least, line.previous, line.locked or 0,
            line.shelf_life, line.max_sources, ground.given[line.id],
            ground.policy.time_fence.days, ground.policy.location_use.max_locations,
        }  # fmt: skip
        numbers |= {step.units for step in self.told.waterfall}
        numbers |= {reason.units for reason in self.told.reasons}
        numbers |= {fix.amount for fix in self.fixes}
        numbers |= {one.relaxed_to for one in self.fixes if one.HasField("relaxed_to")}
        numbers |= set(fix_numbers(self.told.fix))
        numbers |= set(self._others())
        days = {line.latest, *(fix.by_day for fix in self.fixes)} - {None}
        written = {text for number in numbers for text in as_written(number)}
        written |= set(fix_money(self.told.fix))
        written |= {(_EPOCH + timedelta(days=day)).isoformat() for day in days if day is not None}
        for family, key in self._rules():
            limit = self.limits.named(family, key)
            if limit is not None:
                written |= {text for n in (limit.limit, limit.slack) for text in as_written(n)}
            for row in self._rows(key):
                written |= {t for n in row.values() if isinstance(n, int) for t in as_written(n)}
            if key in ground.lines:
                written.add(f"{float(ground.entitled[key]):.6g}")
        for other in (ground.lines[c.line] for c in self.told.competitors):
            written |= {f"{n}" for n in (other.quantity, other.least, other.pack)}
            written |= {f"{arc.ratio}" for arc in ground.arcs.get(other.id, [])}
        return written | set(self._of_stock())

    def _of_stock(self) -> Iterator[str]:
        """Figures of the lots in reach: what they hold, when they come, what refuses them."""
        shares, ground = self.reach.shares, self.ground
        by_product = Counter[str]()
        for share in shares:
            yield f"{share.lot.quantity}"
            yield (_EPOCH + timedelta(days=share.lot.available)).isoformat()
            by_product[share.lot.product] += share.lot.quantity
        yield from (f"{units}" for units in by_product.values())
        yield from (f"{units}" for units in self._coming().values())
        yield from (f"{row['ratio']}" for row in ground.cycle.rows("substitutes"))
        refused = {share.refused for share in shares}
        apart = [self.reach.refused(why) for why in refused if why is not None]
        late = self.reach.outside_window
        apart += [self.reach.refused(Refused.LOCATION, Refused.NO_LANE), late]
        yield from (f"{units}" for units in (*apart, self.reach.refused(Refused.TOO_LATE) - late))
        yield from (f"{k}" for k in range(len(shares)))  # lots that are not named
        if any(word(reason, "code") == "UNPROFITABLE" for reason in self.told.reasons):
            yield from self._of_opening()

    def _of_opening(self) -> Iterator[str]:
        """What the first unit from a place costs, and what the units left there are worth."""
        ground = self.ground
        unused = {share.lot.id: share.unused for share in self.reach.shares if share.unused}
        short = ground.whole(self.reach.line) - ground.given[self.reach.line.id]
        for arc in ground.arcs.get(self.reach.line.id, []):
            if arc.lot.id in unused:
                units = min(unused[arc.lot.id], short)
                yield from (f"{units}", money(units * arc.cash))
                yield money(units * (arc.value - arc.cash))
                yield money(self._opening(arc))

    def _opening(self, arc: Arc) -> int:
        """Fixed costs that the first unit on an arc would cause."""
        ground, line = self.ground, self.reach.line
        used = [
            a for arcs in ground.arcs.values() for a in arcs if ground.flow[a.line.id, a.lot.id]
        ]
        place = next(r for r in ground.cycle.rows("locations") if r["id"] == arc.lot.location)
        here = [a for a in used if a.lot.location == arc.lot.location]
        cost = 0 if here else int(place["fixed_cost_micros"])
        if arc.lane is not None and not any(a.line.order == line.order for a in here):
            cost += int(arc.lane["fixed_cost_micros"])
        return cost

    def _others(self) -> Iterator[int]:
        """Units and lines that all rivals but the first of a reason may come to."""
        taken = Counter[str]()
        mine = self.ground.arcs.get(self.reach.line.id, [])
        for share in mine:
            for line in self.limits.takers(share.lot.id):
                if line != self.reach.line.id:
                    arcs = self.ground.arcs[line]
                    ratio = next(a.ratio for a in arcs if a.lot.id == share.lot.id)
                    flow = self.ground.flow[line, share.lot.id]
                    taken[line] += flow * ratio // share.ratio
        yield from range(len(taken) + 1)
        first = max((c.units for c in self.told.competitors), default=0)
        yield from range(1, taken.total() - min(first, 1) + 1)

    def _rules(self) -> set[tuple[str, str]]:
        rules = [r.rule for r in self.told.reasons] + [fix.rule for fix in self.fixes]
        return {(rule.family, rule.key) for rule in rules}

    def _told_rules(self) -> set[tuple[str, str]]:
        """Their rules, and those of the line itself and of those that competed."""
        rivals = [self.said.line, *(rival.line for rival in self.told.competitors)]
        return self._rules() | {(family, key) for family in OF_LINES for key in rivals}

    def _rows(self, key: str) -> Iterator[dict[str, Any]]:
        """Rows of the cycle that a rule's key names."""
        yield from self.limits.rows.get(key, ())

    def _ids(self) -> set[str]:
        line, told = self.reach.line, self.told
        ids = {line.id, line.order[1], line.product, line.customer, line.channel, line.group}
        ids |= {tier.id for tier in self.ground.policy.tiers if tier.id in self._tiers()}
        for share in self.reach.shares:
            ids |= {share.lot.id, share.lot.location, share.lot.product}
            ids |= {share.lot.customer, share.lot.channel}
        for rival in told.competitors:
            ids |= {rival.line, rival.customer, *rival.contracts}
            other = self.ground.lines[rival.line]
            ids |= {other.group, other.product}
        for fix in self.fixes:
            ids |= {fix.product, fix.location, fix.rule.leaf}
        ids |= {loser.line for loser in told.fix.losers}
        ids |= {winner.line for winner in told.fix.effect.winners}
        ids |= {line for group in told.fix.effect.one_of for line in group.lines}
        ids |= {r.rule.leaf for r in told.reasons}
        for _, key in self._rules():
            ids |= {key, *key.split("/")}
            for row in self._rows(key):
                ids |= {value for value in row.values() if isinstance(value, str)}
        return ids

    def _tiers(self) -> set[str]:
        own = self.ground.policy.tiers[self.reach.line.tier].id
        return {own, *(rival.tier for rival in self.told.competitors)}


def sentence_trial(
    ground: Ground, limits: Limits, reach: Reach, said: decision_pb2.DecisionLine
) -> Trial:
    """The sentence of a line."""
    wrong = _Said(ground, limits, reach, said).wrong()
    return arithmetic(Kind.SENTENCE, said.line, said.explanation.sentence, wrong)


def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()
