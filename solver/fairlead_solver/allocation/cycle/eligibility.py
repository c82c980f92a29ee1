"""Arcs: which lot may serve which line, and the first reason why another may not.

Arc (i, s) exists iff: same product, or s's product is an allowed substitute; the lot is available
and its ownership fits; the location serves the line's channel and is allowed for the line; a lane
exists where lanes are given; delivery = max(cycle day, available) + transit <= latest acceptable;
expiry - delivery >= MRSL. Refusals are tested in the order of the waterfall (docs/mathematics).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ...arrays import expand
from ...tables import NO_DAY, Bools, Codes, Days, Floats, Ints, Kinds, Lists
from .facts import Facts, LotStatus


class Refusal(IntEnum):
    """Why a lot of the right product cannot serve a line; the first that holds counts."""

    NONE = 0
    BLOCKED = 1
    RESERVED = 2  # to another customer or channel
    SHELF_LIFE = 3  # expired or under the MRSL at delivery
    TOO_LATE = 4
    LOCATION = 5  # not among the line's allowed locations
    CHANNEL = 6  # the location does not serve the line's channel
    NO_LANE = 7
    CUSTOMER_HOLD = 8


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Line-lot pairs of matching products: sorted by line, own product first, then lot."""

    line: Codes
    lot: Codes
    ratio: Ints  # base units of the lot for one unit of the line
    penalty_rate: Floats  # of the line's price; 0 for the own product
    substitute: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """The arcs, one per column of flow: n_k packs of m_i units on arc k. Sorted by (line, lot).

    `offsets[i]:offsets[i+1]` are line i's arcs. `max_packs` is what line and lot allow by
    themselves, floor(min(q_i, a_s / r) / m_i). `refused_*` list the pairs that are no arcs.
    """

    line: Codes
    lot: Codes
    location: Codes
    ratio: Ints  # r
    pack: Ints  # m_i
    max_packs: Ints
    delivery_day: Days
    transit_days: Ints
    lane: Codes  # row of facts.lanes, -1 without lanes
    substitute: Bools
    penalty_rate: Floats
    offsets: Ints
    refused_line: Codes
    refused_lot: Codes
    refused_reason: Kinds  # Refusal
    refused_offsets: Ints

    def __len__(self) -> int:
        return len(self.line)

    def of_line(self, line: int) -> slice:
        """The arcs of one line."""
        return slice(int(self.offsets[line]), int(self.offsets[line + 1]))


def find_arcs(
    facts: Facts,
    line_pack: Ints,
    line_destination: Codes,
) -> Arcs:
    """All arcs of canonical facts. `line_pack`: m_i; `line_destination`: index or -1, per line."""
    pairs = _pairs(facts)
    lane = _lanes(facts, pairs, line_destination)
    transit = np.where(lane >= 0, _take(facts.lanes.transit_days, lane), 0)
    delivery = _delivery(facts, pairs, transit)
    reason = _first_refusal(facts, pairs, lane, delivery)
    kept = reason == Refusal.NONE
    order = np.lexsort((pairs.lot, pairs.line))
    kept_sorted, refused_sorted = order[kept[order]], order[~kept[order]]
    lines = len(facts.lines)
    line, lot = pairs.line[kept_sorted], pairs.lot[kept_sorted]
    ratio, pack = pairs.ratio[kept_sorted], line_pack[line]
    return Arcs(
        line=line,
        lot=lot,
        location=facts.lots.location.codes[lot],
        ratio=ratio,
        pack=pack,
        max_packs=_most_packs(facts, line, lot, ratio, pack),
        delivery_day=delivery[kept_sorted],
        transit_days=transit[kept_sorted],
        lane=lane[kept_sorted],
        substitute=pairs.substitute[kept_sorted],
        penalty_rate=pairs.penalty_rate[kept_sorted],
        offsets=_offsets(line, lines),
        refused_line=pairs.line[refused_sorted],
        refused_lot=pairs.lot[refused_sorted],
        refused_reason=reason[refused_sorted],
        refused_offsets=_offsets(pairs.line[refused_sorted], lines),
    )


def resized_arcs(arcs: Arcs, facts: Facts) -> Arcs:
    """The same arcs for facts that differ in quantities of lots only."""
    return replace(arcs, max_packs=_most_packs(facts, arcs.line, arcs.lot, arcs.ratio, arcs.pack))


def _most_packs(facts: Facts, line: Codes, lot: Codes, ratio: Ints, pack: Ints) -> Ints:
    most: Ints = np.minimum(facts.lines.quantity[line], facts.lots.quantity[lot] // ratio) // pack
    return most


def _offsets(sorted_codes: Codes, size: int) -> Ints:
    bounds: Ints = np.searchsorted(sorted_codes, np.arange(size + 1)).astype(np.int64)
    return bounds


def _pairs(facts: Facts) -> Pairs:
    """Join lines with lots on product, then on the substitutes they allow."""
    lots_by_product = np.argsort(facts.lots.product.codes, kind="stable")
    bounds = _offsets(facts.lots.product.codes[lots_by_product], len(facts.products))
    lines = facts.lines

    def join(line: NDArray[np.int64], product: Codes) -> tuple[Ints, Ints]:
        counts = bounds[product + 1] - bounds[product]
        lot = lots_by_product[expand(bounds[product], counts)]
        return np.repeat(np.arange(len(line)), counts), lot

    own_line = np.arange(len(lines), dtype=np.int64)
    own, own_lot = join(own_line, lines.product.codes)
    sub_line, row = _substitute_rows(facts)
    subs, sub_lot = join(sub_line, facts.substitutes.substitute.codes[row])
    return Pairs(
        line=np.concatenate([own_line[own], sub_line[subs]]).astype(np.int32),
        lot=np.concatenate([own_lot, sub_lot]).astype(np.int32),
        ratio=np.concatenate([np.ones(len(own), np.int64), facts.substitutes.ratio[row][subs]]),
        penalty_rate=np.concatenate(
            [np.zeros(len(own)), facts.substitutes.penalty_rate[row][subs]]
        ),
        substitute=np.concatenate([np.zeros(len(own), np.bool_), np.ones(len(subs), np.bool_)]),
    )


def _substitute_rows(facts: Facts) -> tuple[Ints, Ints]:
    """Pairs (line, row of facts.substitutes) for lines that allow substitutes."""
    by_product = np.argsort(facts.substitutes.product.codes, kind="stable")
    bounds = _offsets(facts.substitutes.product.codes[by_product], len(facts.products))
    lines = np.flatnonzero(facts.lines.substitutes_allowed)
    product = facts.lines.product.codes[lines]
    counts = bounds[product + 1] - bounds[product]
    return np.repeat(lines, counts), by_product[expand(bounds[product], counts)]


def _lanes(facts: Facts, pairs: Pairs, line_destination: Codes) -> Codes:
    """Row of facts.lanes per pair; -1 where there is none."""
    if len(facts.lanes) == 0:
        return np.full(len(pairs.line), -1, dtype=np.int32)
    width = int(facts.lanes.destination.codes.max(initial=0)) + 1
    width = max(width, int(line_destination.max(initial=0)) + 1)
    known = facts.lanes.location.codes.astype(np.int64) * width + facts.lanes.destination.codes
    order = np.argsort(known, kind="stable")
    destination = line_destination[pairs.line].astype(np.int64)
    wanted = facts.lots.location.codes[pairs.lot].astype(np.int64) * width + destination
    at = np.minimum(np.searchsorted(known[order], wanted), len(known) - 1)
    found = (known[order][at] == wanted) & (destination >= 0)
    return np.where(found, order[at], -1).astype(np.int32)


def _take(values: Ints, index: Codes) -> Ints:
    """values[index], and 0 where the index is -1."""
    taken: Ints = np.append(values, 0)[index]
    return taken


def ready_days(facts: Facts, lots: Codes | Ints) -> Days:
    """The first day each of some lots can be shipped: the cycle's, or a later one it is available
    on. A lot without a day is there already."""
    available = facts.lots.available_day[lots]  # NO_DAY is before every day
    return np.maximum(available, facts.cycle_day).astype(np.int32)


def overdue(facts: Facts) -> Bools:
    """Lines whose latest day was over before the cycle: nothing can come in time."""
    latest = facts.lines.latest_day
    late: Bools = (latest != NO_DAY) & (latest < facts.cycle_day)
    return late


def _delivery(facts: Facts, pairs: Pairs, transit: Ints) -> Days:
    return (ready_days(facts, pairs.lot) + transit).astype(np.int32)


def _first_refusal(facts: Facts, pairs: Pairs, lane: Codes, delivery: Days) -> Kinds:
    lines, lots = facts.lines, facts.lots
    latest, expiry = lines.latest_day[pairs.line], lots.expiry_day[pairs.lot]
    left = expiry.astype(np.int64) - delivery
    location = lots.location.codes[pairs.lot]
    held = np.append(facts.customers.on_hold, False)[lines.customer.codes]
    tests = (
        (Refusal.BLOCKED, lots.status[pairs.lot] == LotStatus.BLOCKED),
        (Refusal.RESERVED, _reserved_to_others(facts, pairs)),
        (
            Refusal.SHELF_LIFE,
            (expiry != NO_DAY) & (left < lines.min_shelf_life_days[pairs.line]),
        ),
        (Refusal.TOO_LATE, (latest != NO_DAY) & (delivery > latest)),
        (Refusal.LOCATION, ~_listed(lines.locations, pairs.line, location)),
        (
            Refusal.CHANNEL,
            ~_listed(facts.locations.channels, location, lines.channel.codes[pairs.line]),
        ),
        (Refusal.NO_LANE, (lane < 0) if len(facts.lanes) else np.zeros(len(lane), np.bool_)),
        (Refusal.CUSTOMER_HOLD, held[pairs.line]),
    )
    reason = np.zeros(len(pairs.line), dtype=np.int8)
    for code, refused in reversed(tests):
        reason[refused] = code
    return reason


def _reserved_to_others(facts: Facts, pairs: Pairs) -> Bools:
    owner, line = facts.lots.owner_customer.codes[pairs.lot], facts.lines.customer.codes
    channel, own_channel = facts.lots.owner_channel.codes[pairs.lot], facts.lines.channel.codes
    others: Bools = ((owner >= 0) & (owner != line[pairs.line])) | (
        (channel >= 0) & (channel != own_channel[pairs.line])
    )
    return others


def _listed(lists: Lists, row: Codes, wanted: Codes) -> Bools:
    """Whether row's list holds `wanted`; an empty list holds everything."""
    free: Bools = (lists.counts() == 0)[row]
    if free.all():
        return free
    width = max(int(lists.values.codes.max(initial=0)), int(wanted.max(initial=0))) + 2
    owner = np.repeat(np.arange(len(lists), dtype=np.int64), lists.counts())
    listed = np.unique(owner * width + lists.values.codes + 1)
    asked = row.astype(np.int64) * width + wanted + 1
    at = np.minimum(np.searchsorted(listed, asked), len(listed) - 1)
    allowed: Bools = free | (listed[at] == asked)
    return allowed
