"""Which lot may serve which line, and what one unit of it is worth, in plain loops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..allocation.policy.policy import Step
from .cycle import Cycle, LaneKey, Line, Lot


@dataclass(frozen=True, slots=True)
class Arc:
    """Line `line` may take whole packs from lot `lot`: `ratio` lot units for each of its units."""

    line: Line
    lot: Lot
    ratio: int
    lane: dict[str, Any] | None
    value: int  # millionths per unit of the line: cash and policy value
    cash: int  # the cash in that, micro-units of money

    @property
    def taken_per_pack(self) -> int:
        """Units that leave the lot with one pack."""
        return self.ratio * self.line.pack

    @property
    def most(self) -> int:
        """Packs that line and lot allow by themselves."""
        return min(self.line.quantity // self.line.pack, self.lot.quantity // self.taken_per_pack)


def find(cycle: Cycle) -> list[Arc]:
    """Every arc, by line and then by lot in the order of the cycle."""
    lanes: dict[LaneKey, dict[str, Any]] = {
        (r["location"], r["destination"]): r for r in cycle.rows("lanes")
    }
    places = {r["id"]: r for r in cycle.rows("locations")}
    stand_ins: defaultdict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
    for r in cycle.rows("substitutes"):
        stand_ins[r["product"]][r["substitute"]] = (r["ratio"], r["penalty_rate"])
    lots: defaultdict[str, list[Lot]] = defaultdict(list)
    for lot in cycle.lots:
        lots[lot.product].append(lot)
    return [
        Arc(line, lot, ratio, lane, cash + _policy(cycle, line, lot, ratio, penalty, lane), cash)
        for line in cycle.lines
        for lot, ratio, penalty in _candidates(line, lots, stand_ins[line.product])
        for lane in [lanes.get((lot.location, line.destination))]
        for place in [places.get(lot.location, {})]
        if (lane is not None or not lanes) and _fits(line, lot, lane, place)
        for cash in [_cash(line, lot, ratio, lane, place)]
    ]


def _candidates(
    line: Line, lots: dict[str, list[Lot]], stand_ins: dict[str, tuple[int, float]]
) -> Iterator[tuple[Lot, int, float]]:
    for lot in lots.get(line.product, []):
        yield lot, 1, 0.0
    if line.substitutes:
        for product, (ratio, penalty) in stand_ins.items():
            for lot in lots.get(product, []):
                yield lot, ratio, penalty


def _fits(line: Line, lot: Lot, lane: dict[str, Any] | None, place: dict[str, Any]) -> bool:
    delivery = _delivery(lot, lane)
    channels = place.get("channels")
    return (
        not lot.blocked
        and not line.held
        and lot.customer in ("", line.customer)
        and lot.channel in ("", line.channel)
        and (not channels or line.channel in channels)
        and (not line.locations or lot.location in line.locations)
        and (line.latest is None or delivery <= line.latest)
        and (lot.expiry is None or lot.expiry - delivery >= line.shelf_life)
    )


def _delivery(lot: Lot, lane: dict[str, Any] | None) -> int:
    return lot.available + (int(lane["transit_days"]) if lane else 0)


def _cash(
    line: Line, lot: Lot, ratio: int, lane: dict[str, Any] | None, place: dict[str, Any]
) -> int:
    """Margin: price less unit cost, lane and handling."""
    move = int((lane["cost_micros"] if lane else 0) + place.get("handling_cost_micros", 0))
    return line.price - ratio * (lot.cost + move)


def _policy(
    cycle: Cycle,
    line: Line,
    lot: Lot,
    ratio: int,
    penalty: float,
    lane: dict[str, Any] | None,
) -> int:
    """Service + aging - lateness - substitution, each rounded to the millionth."""
    tier = cycle.policy.tiers[line.tier]
    late = max(0, _delivery(lot, lane) - line.requested)
    aging = round(_aging_rate(cycle, lot) * lot.cost)
    return (
        round(tier.service_rate * line.value)
        + ratio * aging
        - round(tier.lateness_rate * line.value * late)
        - round(penalty * line.value)
    )


def _aging_rate(cycle: Cycle, lot: Lot) -> float:
    curves = cycle.policy.aging
    rate = 0.0
    if lot.expiry is not None:
        rate += _first_up_to(curves.expiry, lot.expiry - cycle.day)
    if lot.received is not None:
        rate += _last_reached(curves.age, cycle.day - lot.received)
    return rate


def _first_up_to(steps: tuple[Step, ...], days: int) -> float:
    return next((s.rate for s in steps if days <= s.days), 0.0)


def _last_reached(steps: tuple[Step, ...], days: int) -> float:
    return next((s.rate for s in reversed(steps) if days >= s.days), 0.0)
