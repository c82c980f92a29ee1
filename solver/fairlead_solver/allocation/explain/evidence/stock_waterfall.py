"""Where the stock in a line's reach went: one exact sum per line, for all lines at once.

Reach of line i: every lot s of its product and, where it allows substitutes, of a substitute
(r base units for one of the line); together they hold R_is = floor(a_s / r) units of the line.

    sum_s R_is = ON_HAND + INBOUND
               = BLOCKED + RESERVED + SHELF_LIFE + TOO_LATE + NOT_ALLOWED      refused pairs, whole
               + PROTECTED + PACK_REMAINDER + GIVEN_TO_OTHERS + UNUSED + GIVEN      the arcs

On an arc, with l_s what the plan leaves in the lot and L = floor(l_s / r):

    GIVEN            x_is
    GIVEN_TO_OTHERS  R_is - x_is - L         (whole units; a remainder under r is the others')
    PACK_REMAINDER   L mod m_i               (less than a pack of this line)
    PROTECTED        over the lots of a protection i stands outside of: of what its group took
                     and of the whole packs L - L mod m_i, what exceeds the units outsiders may
                     still take there, floor(max(0, available - quantity - taken by outsiders) / r).
                     What the group took counts first, and is not GIVEN_TO_OTHERS then: i could
                     not have had it. Protections in order of id, each from the last lot back.
    UNUSED           the rest of the whole packs
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairlead_solver.arrays import expand, summed
from fairlead_solver.tables import Bools, Codes, Ints

from ...cycle.eligibility import Refusal
from ...cycle.facts import LotStatus, SupplyKind
from ...cycle.problem import Problem
from ...rules.plan import Plan
from ..vocabulary.values import INFLOWS, WaterfallKind, WaterfallStep

_KINDS = tuple(WaterfallKind)
STEP_OF_REFUSAL = {
    Refusal.BLOCKED: WaterfallKind.BLOCKED,
    Refusal.RESERVED: WaterfallKind.RESERVED,
    Refusal.SHELF_LIFE: WaterfallKind.SHELF_LIFE,
    Refusal.TOO_LATE: WaterfallKind.TOO_LATE,
    Refusal.LOCATION: WaterfallKind.NOT_ALLOWED,
    Refusal.CHANNEL: WaterfallKind.NOT_ALLOWED,
    Refusal.NO_LANE: WaterfallKind.NOT_ALLOWED,
    Refusal.CUSTOMER_HOLD: WaterfallKind.NOT_ALLOWED,
}


@dataclass(frozen=True, slots=True, eq=False)
class ArcUnits:
    """The arcs' part of the waterfall: units of the line, one entry per arc each."""

    given: Ints
    others: Ints
    remainder: Ints
    protected: Ints
    unused: Ints

    def at(self, arcs: slice) -> ArcUnits:
        """Those of some arcs."""
        columns = (self.given, self.others, self.remainder, self.protected, self.unused)
        return ArcUnits(*(column[arcs] for column in columns))

    def reach(self) -> Ints:
        """All units of the lot of every arc."""
        reach: Ints = self.given + self.others + self.remainder + self.protected + self.unused
        return reach


@dataclass(frozen=True, slots=True, eq=False)
class Waterfall:
    """`units[i, kind]`: units of line i at a step; int64, lines x (number of kinds + 1).

    `refused[i, r]`: the same by `Refusal`, finer than the steps; `refused_units`: by refused pair.
    `arcs`: the same by arc. `keeper`: per line the protection that keeps most from it, -1: none.
    """

    units: Ints
    refused: Ints
    refused_units: Ints
    arcs: ArcUnits
    keeper: Ints

    def step(self, kind: WaterfallKind) -> Ints:
        """Units of every line at one step."""
        picked: Ints = self.units[:, kind]
        return picked

    def reach(self) -> Ints:
        """Units of every line in its reach: ON_HAND + INBOUND."""
        return self.step(WaterfallKind.ON_HAND) + self.step(WaterfallKind.INBOUND)

    def imbalance(self) -> Ints:
        """What comes in less what goes out, per line: 0 everywhere, or the waterfall is wrong."""
        out = [k for k in WaterfallKind if k not in INFLOWS]
        rest: Ints = self.reach() - self.units[:, out].sum(axis=1)
        return rest

    def steps(self, line: int) -> tuple[WaterfallStep, ...]:
        """The steps of one line, those of 0 units too."""
        return tuple(map(WaterfallStep, _KINDS, self.units[line, 1:].tolist()))


def waterfall(problem: Problem, plan: Plan) -> Waterfall:
    """The waterfall of every line."""
    arcs, lots = problem.arcs, problem.facts.lots
    arc_units, keeper = _arc_units(problem, plan)
    refused_units = lots.quantity[arcs.refused_lot] // _refused_ratio(problem)
    refused = np.zeros((problem.num_lines, len(Refusal)), dtype=np.int64)
    _add(refused, arcs.refused_line, arcs.refused_reason, refused_units)
    units = np.zeros((problem.num_lines, len(WaterfallKind) + 1), dtype=np.int64)
    for line, lot, amount in (
        (arcs.line, arcs.lot, lots.quantity[arcs.lot] // arcs.ratio),
        (arcs.refused_line, arcs.refused_lot, refused_units),
    ):
        inbound = lots.kind[lot] == SupplyKind.INBOUND
        _add(units, line, np.where(inbound, WaterfallKind.INBOUND, WaterfallKind.ON_HAND), amount)
    for refusal, kind in STEP_OF_REFUSAL.items():
        units[:, kind] += refused[:, refusal]
    for kind, column in (
        (WaterfallKind.PROTECTED, arc_units.protected),
        (WaterfallKind.PACK_REMAINDER, arc_units.remainder),
        (WaterfallKind.GIVEN_TO_OTHERS, arc_units.others),
        (WaterfallKind.UNUSED, arc_units.unused),
        (WaterfallKind.GIVEN, arc_units.given),
    ):
        _add(units, arcs.line, np.int64(kind), column)
    return Waterfall(units, refused, refused_units, arc_units, keeper)


def _add(units: Ints, line: Codes, step: NDArray[Any] | np.int64, amounts: Ints) -> None:
    """units[line, step] += amounts, through flat indexes: many times faster."""
    np.add.at(units.reshape(-1), line * np.int64(units.shape[1]) + step, amounts)


def _refused_ratio(problem: Problem) -> Ints:
    """r of every refused pair: 1 for the own product, else the substitute's ratio."""
    facts, arcs = problem.facts, problem.arcs
    wanted = problem.line.product[arcs.refused_line].astype(np.int64)
    has = facts.lots.product.codes[arcs.refused_lot].astype(np.int64)
    ratio = np.ones(len(wanted), dtype=np.int64)
    other = np.flatnonzero(wanted != has)
    if len(other):
        width = len(facts.products) + 1
        known = facts.substitutes.product.codes.astype(np.int64) * width
        known += facts.substitutes.substitute.codes
        order = np.argsort(known, kind="stable")
        at = np.searchsorted(known[order], wanted[other] * width + has[other])
        ratio[other] = facts.substitutes.ratio[order[at]]
    return ratio


def _arc_units(problem: Problem, plan: Plan) -> tuple[ArcUnits, Ints]:
    arcs = problem.arcs
    stock = problem.facts.lots.quantity
    given = plan.units
    left = (stock - plan.per_lot())[arcs.lot] // arcs.ratio
    remainder = left % arcs.pack
    packs_left = left - remainder
    kept = _kept(problem, plan, packs_left)
    others = stock[arcs.lot] // arcs.ratio - given - left - kept.taken
    protected = kept.left + kept.taken
    return ArcUnits(given, others, remainder, protected, packs_left - kept.left), kept.keeper


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """What protections keep from each arc's line: left in the lot, and taken by the groups.
    `keeper`: per line the protection that keeps most, -1: none."""

    left: Ints
    taken: Ints
    keeper: Ints


def _kept(problem: Problem, plan: Plan, packs_left: Ints) -> _Kept:
    """Of `packs_left` and of what others took, what the protections keep from each line."""
    lines = problem.num_lines
    kept = _Kept(np.zeros_like(packs_left), np.zeros_like(packs_left), np.full(lines, -1))
    most = np.zeros(lines, dtype=np.int64)
    shipped, per_lot, arcs = plan.shipped, plan.per_lot(), problem.arcs
    for k, (outside, may_take) in enumerate(protection_arcs(problem)):
        open_units = max(0, may_take - int(shipped[outside].sum()))
        by_group = per_lot - summed(arcs.lot[outside], shipped[outside], len(problem.facts.lots))
        taken = by_group[arcs.lot[outside]] // arcs.ratio[outside] - kept.taken[outside]
        twice = np.concatenate([outside, outside])
        free = np.concatenate([packs_left[outside] - kept.left[outside], np.maximum(taken, 0)])
        order = np.argsort(arcs.line[twice], kind="stable")  # per line: what is left, then taken
        found = np.empty_like(free)
        found[order] = _beyond(problem, twice[order], free[order], open_units)
        kept.left[outside] += found[: len(outside)]
        kept.taken[outside] += found[len(outside) :]
        of_line = summed(arcs.line[twice], found, lines)
        more = of_line > most
        kept.keeper[more], most[more] = k, of_line[more]
    return kept


def protection_arcs(problem: Problem) -> Iterator[tuple[Ints, int]]:
    """Per protection: the arcs of lines outside its group, and what they may take together."""
    by_lot = np.argsort(problem.arcs.lot, kind="stable")
    starts = np.searchsorted(problem.arcs.lot[by_lot], np.arange(len(problem.facts.lots) + 1))
    for k in range(len(problem.facts.protections)):
        lots = protected_lots(problem, k)
        inside = in_group(problem, k)
        arcs = by_lot[expand(starts[lots], starts[lots + 1] - starts[lots])]
        outside = np.sort(arcs[~inside[problem.arcs.line[arcs]]])
        stock = int(problem.facts.lots.quantity[lots].sum())
        yield outside, max(0, stock - int(problem.facts.protections.quantity[k]))


def protected_lots(problem: Problem, protection: int) -> Ints:
    """Rows of the available lots of a protection's product and locations."""
    lots, table = problem.facts.lots, problem.facts.protections
    scope = lots.product.codes == table.product.codes[protection]
    scope &= lots.status == LotStatus.AVAILABLE
    names = table.locations.row(protection)
    if names:
        index = {name: row for row, name in enumerate(problem.facts.locations.id)}
        scope &= np.isin(lots.location.codes, [index[n] for n in names])
    return np.flatnonzero(scope)


def in_group(problem: Problem, protection: int) -> Bools:
    """Which lines a protection keeps its stock for."""
    table = problem.facts.protections
    tier = table.group_tier.word(protection)
    return problem.matches(
        customer=int(table.group_customer.codes[protection]),
        channel=int(table.group_channel.codes[protection]),
        tier=problem.policy.tier_index(tier) if tier else -1,
    )


def _beyond(problem: Problem, arcs: Ints, free: Ints, open_units: int) -> Ints:
    """Per arc, the part of `free` beyond `open_units` lot units per line, from the last arc."""
    line, ratio = problem.arcs.line[arcs], problem.arcs.ratio[arcs]
    before = np.cumsum(free) - free
    first = np.searchsorted(line, line)  # arcs are sorted by line
    upto = before - before[first] + free
    return np.clip(upto - open_units // ratio, 0, free) if len(arcs) else free
