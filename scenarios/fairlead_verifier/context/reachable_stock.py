"""The stock in a line's reach, lot by lot, worked out anew for one line at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from fairlead_solver.reference.arcs import Arc
from fairlead_solver.reference.cycle import Line, Lot

from .shared_sums import Limits
from .verification_context import Ground


class Refused(Enum):
    """Why a lot may not serve a line; the first that holds counts, in this order."""

    BLOCKED = "BLOCKED"
    RESERVED = "RESERVED"
    SHELF_LIFE = "SHELF_LIFE"
    TOO_LATE = "TOO_LATE"
    LOCATION = "LOCATION"
    CHANNEL = "CHANNEL"
    NO_LANE = "NO_LANE"
    HOLD = "HOLD"


_NOT_ALLOWED = (Refused.LOCATION, Refused.CHANNEL, Refused.NO_LANE, Refused.HOLD)


@dataclass(frozen=True, slots=True)
class Share:
    """A lot in a line's reach, in whole units of the line (`ratio` of the lot make one): what it
    holds and where that went."""

    lot: Lot
    held: int
    ratio: int = 1
    refused: Refused | None = None
    outside_window: bool = False
    given: int = 0
    others: int = 0
    remainder: int = 0
    protected: int = 0
    unused: int = 0


class Reach:
    """All shares of one line."""

    def __init__(self, surroundings: Surroundings, line: Line) -> None:
        self.line = line
        self.shares = [*surroundings.refused(line), *surroundings.open(line)]

    def sum(self, step: str) -> int:
        """Units of one step of the arcs: given, others, remainder, protected, unused."""
        return sum(getattr(share, step) for share in self.shares)

    def refused(self, *why: Refused) -> int:
        """Units refused for any of these reasons."""
        return sum(share.held for share in self.shares if share.refused in why)

    @property
    def outside_packs(self) -> int:
        """Units that no whole pack takes: of each lot, or of what others left of it."""
        pack = self.line.pack
        return sum(
            max(share.remainder, share.held % pack) for share in self.shares if not share.refused
        )

    @property
    def had_in_packs(self) -> int:
        """What could be had in whole packs of each lot had nobody else taken any."""
        return sum(
            share.given
            + share.unused
            + max(0, share.others - max(0, share.held % self.line.pack - share.remainder))
            for share in self.shares
            if not share.refused
        )

    @property
    def outside_window(self) -> int:
        """Units too late, though the lot itself is not, or none could be in time."""
        return sum(share.held for share in self.shares if share.outside_window)

    @property
    def held(self) -> int:
        """Units in reach, refused ones too."""
        return sum(share.held for share in self.shares)

    def waterfall(self, inbound: frozenset[str]) -> dict[str, int]:
        """Units by step, as the contract names the steps. `inbound`: ids of lots on their way."""
        on_way = sum(share.held for share in self.shares if share.lot.id in inbound)
        return {
            "ON_HAND": self.held - on_way,
            "INBOUND": on_way,
            "BLOCKED": self.refused(Refused.BLOCKED),
            "RESERVED": self.refused(Refused.RESERVED),
            "SHELF_LIFE": self.refused(Refused.SHELF_LIFE),
            "TOO_LATE": self.refused(Refused.TOO_LATE),
            "NOT_ALLOWED": self.refused(*_NOT_ALLOWED),
            "PROTECTED": self.sum("protected"),
            "PACK_REMAINDER": self.sum("remainder"),
            "GIVEN_TO_OTHERS": self.sum("others"),
            "UNUSED": self.sum("unused"),
            "GIVEN": self.sum("given"),
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """A protection beside the plan: its lots, its group, what others may still take."""

    lots: frozenset[str]
    group: frozenset[str]
    open: int
    by_group: Counter[str]


class Surroundings:
    """What the reach of every line is worked out from."""

    def __init__(self, ground: Ground, limits: Limits) -> None:
        self._ground, self.limits = ground, limits
        rows = ground.cycle.rows
        self._lanes = {(r["location"], r["destination"]): r for r in rows("lanes")}
        self._channels = {r["id"]: r["channels"] for r in rows("locations")}
        self._by_product: dict[str, list[Lot]] = {}
        for lot in ground.cycle.lots:
            self._by_product.setdefault(lot.product, []).append(lot)
        self._stand_ins: dict[str, list[tuple[str, int]]] = {}
        for r in rows("substitutes"):
            self._stand_ins.setdefault(r["product"], []).append((r["substitute"], r["ratio"]))
        self.inbound = frozenset(r["id"] for r in rows("lots") if r["kind"] == 2)

    def candidates(self, line: Line) -> Iterator[tuple[Lot, int]]:
        """Lots of the product, then of what may stand in for it, with the ratio."""
        for lot in self._by_product.get(line.product, []):
            yield lot, 1
        for product, ratio in self._stand_ins.get(line.product, []) if line.substitutes else []:
            for lot in self._by_product.get(product, []):
                yield lot, ratio

    def refused(self, line: Line) -> Iterator[Share]:
        """Lots that may not serve the line."""
        for lot, ratio in self.candidates(line):
            why = self._refusal(line, lot)
            if why is not None:
                late = why is Refused.TOO_LATE and line.latest is not None
                apart = late and self._outside_window(line, lot)
                yield Share(lot, lot.quantity // ratio, ratio, why, outside_window=apart)

    def _outside_window(self, line: Line, lot: Lot) -> bool:
        """Whether a lot is too late by the way alone, or for any lot the line's days are over."""
        latest = line.latest or 0
        return lot.available <= latest or latest < self._ground.cycle.day

    def _refusal(self, line: Line, lot: Lot) -> Refused | None:
        lane = self._lanes.get((lot.location, line.destination))
        delivery = lot.available + (lane["transit_days"] if lane else 0)
        channels = self._channels.get(lot.location)
        tests = (
            (Refused.BLOCKED, lot.blocked),
            (Refused.RESERVED, lot.customer not in ("", line.customer)),
            (Refused.RESERVED, lot.channel not in ("", line.channel)),
            (
                Refused.SHELF_LIFE,
                lot.expiry is not None and lot.expiry - delivery < line.shelf_life,
            ),
            (Refused.TOO_LATE, line.latest is not None and delivery > line.latest),
            (Refused.LOCATION, bool(line.locations) and lot.location not in line.locations),
            (Refused.CHANNEL, bool(channels) and line.channel not in (channels or ())),
            (Refused.NO_LANE, bool(self._lanes) and lane is None),
            (Refused.HOLD, line.held),
        )
        return next((why for why, holds in tests if holds), None)

    @cached_property
    def kept(self) -> list[Kept]:
        """Every protection, in order of id."""
        return [self._kept(row) for row in self._ground.cycle.rows("protections")]

    def _kept(self, row: dict[str, object]) -> Kept:
        ground = self._ground
        lots = {
            lot.id: lot.quantity
            for lot in ground.cycle.lots
            if lot.product == row["product"]
            and not lot.blocked
            and (not row["locations"] or lot.location in row["locations"])  # type: ignore[operator]
        }
        group = frozenset(line.id for line in ground.cycle.scope(row, "group_"))
        by_group, outside = Counter[str](), 0
        for arcs in ground.arcs.values():
            for arc in arcs:
                shipped = ground.flow[arc.line.id, arc.lot.id] * arc.ratio
                if arc.lot.id not in lots or not shipped:
                    continue
                if arc.line.id in group:
                    by_group[arc.lot.id] += shipped
                else:
                    outside += shipped
        may_take = max(0, sum(lots.values()) - int(row["quantity"]))  # type: ignore[call-overload]
        return Kept(frozenset(lots), group, max(0, may_take - outside), by_group)

    def open(self, line: Line) -> Iterator[Share]:
        """Lots that may serve the line, with what protections keep of them."""
        arcs = self._ground.arcs.get(line.id, [])
        left = [self._left(arc) for arc in arcs]
        packs = [units - units % line.pack for units in left]
        kept_left, kept_taken = [0] * len(arcs), [0] * len(arcs)
        for protection in self.kept:
            if line.id not in protection.group:
                _keep(protection, arcs, packs, kept_left, kept_taken)
        for k, arc in enumerate(arcs):
            given, held = self._ground.flow[line.id, arc.lot.id], arc.lot.quantity // arc.ratio
            yield Share(
                arc.lot,
                held,
                arc.ratio,
                given=given,
                others=held - given - left[k] - kept_taken[k],
                remainder=left[k] - packs[k],
                protected=kept_left[k] + kept_taken[k],
                unused=packs[k] - kept_left[k],
            )

    def _left(self, arc: Arc) -> int:
        return (arc.lot.quantity - self._ground.taken[arc.lot.id]) // arc.ratio


def _keep(
    protection: Kept, arcs: list[Arc], packs: list[int], left: list[int], taken: list[int]
) -> None:
    """What lies beyond what outsiders may still take: of what is left first, then of what the
    group took, so that the last lots are counted as kept."""
    inside = [k for k, arc in enumerate(arcs) if arc.lot.id in protection.lots]
    free = [(left, k, packs[k] - left[k]) for k in inside]
    for k in inside:
        units = protection.by_group[arcs[k].lot.id] // arcs[k].ratio - taken[k]
        free.append((taken, k, max(0, units)))
    before, found = 0, []
    for kept, k, units in free:
        before += units
        beyond = min(units, max(0, before - protection.open // arcs[k].ratio))
        found.append((kept, k, beyond))
    for kept, k, beyond in found:
        kept[k] += beyond
