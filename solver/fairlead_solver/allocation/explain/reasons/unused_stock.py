"""Why a short line leaves stock unused that it may use, arc by arc and then line by line.

In this order: the line, or its group, cannot be made whole out of what others left (EXACT); a
limit on sources or locations is reached and the stock lies elsewhere (EXACT); a capacity row has
no room for a pack (EXACT), or only in overtime (INDICATED); what the stock is worth to the line
does not cover its costs; a line that takes all or nothing took nothing (INDICATED).
"""

from __future__ import annotations

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.tables import Bools, Ints

from ...cycle.problem import Problem
from ...policy.fair_share import FairShareMode
from ...policy.policy import TierMode
from ...rules.explanation import Limit, ReasonCode
from ...rules.unit_value import unit_values
from ..evidence.evidence import Case
from ..evidence.row_slack import TOLERANCE
from ..vocabulary.rule_catalogue import explains, limiting
from ..vocabulary.values import Certainty, WaterfallKind
from .all_or_nothing import claim_all_or_nothing, claim_group, least_at_once
from .attribution import Ledger


def claim_unused(case: Case, ledger: Ledger) -> None:
    """Account for rests beside which usable stock is left."""
    usable = case.given + case.waterfall.step(WaterfallKind.UNUSED)
    claim_all_or_nothing(case, ledger, usable < case.problem.line.least)
    claim_group(case, ledger, usable < case.problem.line.quantity)
    free = case.waterfall.arcs.unused > 0
    split = free & _beyond_sources(case)
    _claim_arcs(case, ledger, ReasonCode.SPLIT_LIMIT, split)
    _claim_capacity(case, ledger, free & ~split)
    if not case.proven:
        return
    _claim_unprofitable(case, ledger)
    nothing = np.ones(case.problem.num_lines, dtype=np.bool_)
    claim_all_or_nothing(case, ledger, nothing, Certainty.INDICATED)
    claim_group(case, ledger, nothing, Certainty.INDICATED)


def _claim_arcs(case: Case, ledger: Ledger, code: ReasonCode, where: Bools) -> None:
    units = np.where(where, case.waterfall.arcs.unused, 0)
    ledger.claim(code, summed(case.problem.arcs.line, units, case.problem.num_lines))


def _beyond_sources(case: Case) -> Bools:
    """Arcs from a location the line, its order or the cycle may not open any more."""
    problem, arcs = case.problem, case.problem.arcs
    everyone = np.zeros(problem.num_lines, dtype=np.int32)
    most = problem.policy.location_use.max_locations
    beyond = np.zeros(len(arcs), dtype=np.bool_)
    for owner, limit in (
        (np.arange(problem.num_lines, dtype=np.int32), problem.facts.lines.max_sources),
        (problem.line.order, problem.order_max_sources),
        (everyone, np.array([most], dtype=np.int64)),
    ):
        if (limit > 0).any():
            beyond |= _full(case, owner[arcs.line].astype(np.int64), limit)
    return beyond


def _full(case: Case, owner: Ints, limit: Ints) -> Bools:
    """Arcs whose owner ships from `limit` locations already, all of them others."""
    width = len(case.problem.facts.locations)
    site = owner * width + case.problem.arcs.location
    opened = np.unique(site[case.plan.used()])
    count = summed(opened // width, np.ones(len(opened), dtype=np.int64), len(limit))
    full = (limit > 0) & (count >= limit)
    return full[owner] & ~np.isin(site, opened)


def _claim_capacity(case: Case, ledger: Ledger, free: Bools) -> None:
    limits, arcs = case.limits, case.problem.arcs
    for certainty, relief in ((Certainty.EXACT, False), (Certainty.INDICATED, True)):
        stops = _by_some_ways(case) & (limits.relief == relief)
        stops &= free[limits.stop_arc]
        row, arc = limits.stop_row[stops], limits.stop_arc[stops]
        _, first = np.unique(arc, return_index=True)  # one row per arc, the first
        row, arc = row[first], arc[first]
        keys, at = np.unique(
            arcs.line[arc].astype(np.int64) * case.limits.model.num_rows + row, return_inverse=True
        )
        units = summed(at, case.waterfall.arcs.unused[arc], len(keys))
        line, row = np.divmod(keys, case.limits.model.num_rows)
        some = ledger.rest[line] > 0
        code = _codes(case, row[some])
        ledger.claim_pairs(line[some], code, units[some], certainty, row[some])
        free = free.copy()
        free[arc] = False


def _by_some_ways(case: Case) -> Bools:
    """Which stops are by limits that count some ways only."""
    stops = np.zeros(len(case.limits.stop_row), dtype=np.bool_)
    for family in limiting(Limit.SOME_WAYS):
        stops |= case.limits.of_family(family)
    return stops


def _codes(case: Case, rows: Ints) -> Ints:
    """The reason that each row's rule is."""
    blocks = (case.limits.model.row_block(row)[0] for row in rows.tolist())
    return np.array([explains(block.family).reason for block in blocks], dtype=np.int64)


def note_capacity(case: Case, ledger: Ledger) -> None:
    """Capacities that leave too little for what a line that has nothing must take at once, by
    every way it could come: they hold beside what else is told, and account for no unit."""
    limits, problem, arcs = case.limits, case.problem, case.problem.arcs
    row, arc, used = limits.uses(limiting(Limit.SOME_WAYS))
    pack = problem.line.pack
    packs = (-(-problem.once(least_at_once) // pack))[arcs.line[arc]]
    stops = (packs > 1) & (used * packs * (1 - TOLERANCE) > limits.room[row])
    stops &= (case.given == 0)[arcs.line[arc]]
    shut = np.zeros(len(arcs), dtype=np.bool_)
    shut[arc[stops]] = True
    ways = np.diff(arcs.offsets)
    all_shut = summed(arcs.line, shut.astype(np.int64), problem.num_lines) == ways
    stops &= all_shut[arcs.line[arc]]
    keys = np.unique(arcs.line[arc[stops]].astype(np.int64) * limits.model.num_rows + row[stops])
    line, row = np.divmod(keys, limits.model.num_rows)
    code = _codes(case, row)
    ledger.claim_pairs(line, code, np.zeros_like(line), Certainty.EXACT, row)


def _claim_unprofitable(case: Case, ledger: Ledger) -> None:
    """Lines no unused arc of which is worth its costs."""
    problem, arcs = case.problem, case.problem.arcs
    arc = np.flatnonzero((case.waterfall.arcs.unused > 0) & (ledger.rest[arcs.line] > 0))
    line = arcs.line[arc]
    value = unit_values(problem)[arc]
    units = np.minimum(case.waterfall.arcs.unused[arc], ledger.rest[line])
    net = value * units - case.opened.costs_beside(arc)
    best = np.full(problem.num_lines, np.iinfo(np.int64).min)
    best_value, best_net = best.copy(), best
    np.maximum.at(best_value, line, value)
    np.maximum.at(best_net, line, net)
    has = np.zeros(problem.num_lines, dtype=np.bool_)
    has[line] = True
    sure = has & (best_value < 0) & _unit_terms_only(problem)
    for where, certainty in ((sure, Certainty.EXACT), (has & (best_net <= 0), Certainty.INDICATED)):
        ledger.claim(ReasonCode.UNPROFITABLE, np.where(where, ledger.rest, 0), certainty)


def _unit_terms_only(problem: Problem) -> bool:
    """Whether nothing but the unit terms can reward a unit given."""
    policy = problem.policy
    return (
        not len(problem.facts.contracts)
        and policy.fair_share.mode is FairShareMode.OFF
        and policy.churn.rate == 0
        and policy.tier_mode is TierMode.WEIGHTED
    )
