"""Who got the stock in a line's reach, and what decided between the two: pairs, as columns.

A rival of line i is another line j that takes from a lot on one of i's arcs. What decided is
told by the first of these that holds:

    LOCKED, TIME_FENCE, STRATEGY   j has no more than a lock, a fence or its strategy holds for it
    PROTECTED_STOCK        the stock is kept for j's group and others have taken what they may
    OUTRANKED_TIER         j's tier is above i's, and STRICT, or a lot unit is worth more with j
    CONTRACT_FLOOR_OTHER   j counts for a contract floor that i does not, and the floor is not
                           exceeded: without j's units the penalty is due (or it is hard)
    FAIR_SHARE_RATIONED    both are in one fair share group, and a lot unit is worth more with j
                           by that term alone
    OUTRANKED_VALUE        a lot unit is worth more with j, by its unit terms and what it is owed
    TIE_BREAK              worth the same: one of several plans was taken
    OUTRANKED_VALUE        worth less by these alone; the plan as a whole is worth more

All but the arithmetic of who took what is INDICATED until it is proven by solving again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from fairlead_solver.arrays import expand, summed
from fairlead_solver.tables import Bools, Ints

from ...cycle.problem import Problem
from ...cycle.scopes import ByLine
from ...policy.fair_share import FairShareGroup, FairShareMode
from ...policy.policy import TierMode
from ...rules.explanation import ReasonCode
from ...rules.families import contract_floor
from ...rules.plan import Plan
from ...rules.terms import Term
from ...rules.unit_value import unit_terms
from .commitment_values import Owed, owed
from .firm_quantities import Firm
from .stock_waterfall import in_group, protected_lots, protection_arcs

MAX_PAIRS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """Pairs (arc of a wanting line, arc of the rival into the same lot).

    `units`: whole units of the wanting line that the rival took from the lot. `code`: ReasonCode.
    Sorted by wanting line; `line`, `rival` are lines, `arc`, `rival_arc` arcs.
    """

    line: Ints
    rival: Ints
    arc: Ints
    rival_arc: Ints
    units: Ints
    code: Ints

    def at(self, chosen: Bools) -> Rivals:
        """Some of the pairs."""
        columns = (self.line, self.rival, self.arc, self.rival_arc, self.units, self.code)
        return Rivals(*(column[chosen] for column in columns))


@dataclass(frozen=True, slots=True, eq=False)
class Stakes:
    """What decides between lines, computed once: value of a lot unit per arc, groups, floors."""

    terms: Mapping[Term, Ints]  # micros per unit of the line, per arc
    value: Ints  # micros per base unit of the lot, per arc
    held: Ints  # ReasonCode that holds a line's quantity, 0: none
    owed: Owed
    group: Ints  # fair share group per line; all different where it is off
    floors: ByLine  # contracts whose floor is not exceeded
    shut: tuple[tuple[Bools, Bools], ...]  # protections outsiders used up: (lots, lines inside)
    used_arcs: Ints  # arcs that carry something, by lot
    lot_starts: Ints


def stakes(problem: Problem, plan: Plan, firm: Firm) -> Stakes:
    """Everything `rivals` compares by."""
    arcs = problem.arcs
    used = np.flatnonzero(plan.packs > 0)
    used = used[np.argsort(arcs.lot[used], kind="stable")]
    terms = unit_terms(problem)
    total: Ints = np.sum(list(terms.values()), axis=0, dtype=np.int64)
    return Stakes(
        terms=terms,
        value=total // arcs.ratio,
        owed=owed(problem, plan),
        held=np.where((firm.least > 0) & (plan.per_line() <= firm.least), firm.code, 0),
        group=_groups(problem),
        floors=_tight_floors(problem, plan),
        shut=_shut(problem, plan),
        used_arcs=used,
        lot_starts=np.searchsorted(arcs.lot[used], np.arange(len(problem.facts.lots) + 1)),
    )


def rivals(problem: Problem, plan: Plan, at: Stakes, arcs: Ints) -> Rivals:
    """The rivals on the arcs given (ascending arc indexes of short lines)."""
    lot = problem.arcs.lot[arcs]
    counts = at.lot_starts[lot + 1] - at.lot_starts[lot]
    own = np.repeat(arcs, counts)
    other = at.used_arcs[expand(at.lot_starts[lot], counts)]
    foreign = problem.arcs.line[own] != problem.arcs.line[other]
    own, other = own[foreign], other[foreign]
    line, rival = problem.arcs.line[own], problem.arcs.line[other]
    into = problem.arcs
    shipped = plan.packs[other] * into.pack[other] * into.ratio[other]
    units = shipped // into.ratio[own]
    return Rivals(
        line.astype(np.int64),
        rival.astype(np.int64),
        own,
        other,
        units,
        _decided_by(problem, at, own, other),
    )


def batches(problem: Problem, at: Stakes, arcs: Ints) -> Iterator[Ints]:
    """Runs of `arcs` with about MAX_PAIRS rivals each; a line is never cut in two."""
    lot = problem.arcs.lot[arcs]
    before = np.cumsum(at.lot_starts[lot + 1] - at.lot_starts[lot])
    line = problem.arcs.line[arcs]
    line_starts = np.flatnonzero(np.diff(line, prepend=-1))
    run = before[line_starts] // MAX_PAIRS if len(arcs) else line_starts
    cuts = line_starts[np.flatnonzero(np.diff(run)) + 1] if len(arcs) else line_starts
    yield from (part for part in np.split(arcs, cuts) if len(part))


def _decided_by(problem: Problem, at: Stakes, own: Ints, other: Ints) -> Ints:
    line, rival = problem.arcs.line[own], problem.arcs.line[other]
    tier = problem.line.tier
    gain, by_share = _gains(problem, at, own, other)
    code = np.where(gain == 0, ReasonCode.TIE_BREAK, ReasonCode.OUTRANKED_VALUE)
    rationed = (at.group[line] == at.group[rival]) & (gain > 0) & (gain <= by_share)
    code = np.where(rationed, ReasonCode.FAIR_SHARE_RATIONED, code)
    if len(at.floors.row):
        counted = at.floors.beyond(line, rival, np.ones(len(problem.facts.contracts), np.int64))
        code = np.where(counted > 0, ReasonCode.CONTRACT_FLOOR_OTHER, code)
    above = tier[rival] < tier[line]
    if problem.policy.tier_mode is TierMode.WEIGHTED:  # a tier decides by its rates alone
        above &= (gain > 0) & ~rationed
    code = np.where(above, ReasonCode.OUTRANKED_TIER, code)
    for lots, inside in at.shut:
        kept = lots[problem.arcs.lot[own]] & inside[rival] & ~inside[line]
        code = np.where(kept, ReasonCode.PROTECTED_STOCK, code)
    return np.where(at.held[rival] > 0, at.held[rival], code).astype(np.int64)


def _gains(problem: Problem, at: Stakes, own: Ints, other: Ints) -> tuple[Ints, Ints]:
    """What a lot unit is worth more on arcs `other` than on `own`, and what fair share makes of
    that, in micro-units."""
    line, rival = problem.arcs.line[own], problem.arcs.line[other]
    gain, by_share = at.value[other] - at.value[own], np.zeros(len(own), dtype=np.int64)
    gained = at.owed.gained(line)
    for term, lost in at.owed.lost(rival, line).items():
        more = lost // problem.arcs.ratio[other] - gained[term] // problem.arcs.ratio[own]
        gain += more
        by_share += more if term is Term.FAIR_SHARE else 0
    return gain, by_share


def _groups(problem: Problem) -> Ints:
    """Fair share group per line; every line its own where fair share is off."""
    policy, line = problem.policy.fair_share, problem.line
    if policy.mode is FairShareMode.OFF:
        return np.arange(problem.num_lines, dtype=np.int64)
    beside = {
        FairShareGroup.PRODUCT: np.zeros_like(line.tier),
        FairShareGroup.PRODUCT_TIER: line.tier,
        FairShareGroup.PRODUCT_CHANNEL: line.channel + 1,
    }[policy.group]
    width = int(beside.max(initial=0)) + 1
    return line.product.astype(np.int64) * width + beside


def _shut(problem: Problem, plan: Plan) -> tuple[tuple[Bools, Bools], ...]:
    shut = []
    for k, (outside, may_take) in enumerate(protection_arcs(problem)):
        if int(plan.shipped[outside].sum()) >= may_take:
            lots = np.zeros(len(problem.facts.lots), dtype=np.bool_)
            lots[protected_lots(problem, k)] = True
            shut.append((lots, in_group(problem, k)))
    return tuple(shut)


def _tight_floors(problem: Problem, plan: Plan) -> ByLine:
    floor, scopes = contract_floor.floors(problem), problem.contract_scopes
    given = summed(scopes.row, plan.per_line()[scopes.line], len(floor))
    return scopes.of((floor > 0) & (given <= floor)).by_line(problem.num_lines)
