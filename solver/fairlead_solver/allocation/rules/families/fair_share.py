"""Fair share: lines that compete for scarce stock share it in proportion to what they ask.

A group g: the lines of one product and tier (or of one product; or of one product and channel).
S_g: the quantity of all lots with an arc to any of its lines; D_g: its demand.

PROPORTIONAL   e_i = q_i min(1, S_g / D_g)                     the line's entitlement
               u_i + Σ_s x_is  >=  e_i,   u_i >= 0             cost φ v_i u_i
MAX_MIN        q_i f_g  <=  Σ_s x_is   for every i in g,  0 <= f_g <= 1
               f_g is the group's smallest fill rate           reward μ (Σ_{i in g} v_i q_i) f_g

φ: shortfall_rate, μ: fill_rate, v_i: value of a unit. φ v is rounded to the
micro-unit, then the term per line; the reward per group. Lines without an arc are in their group:
they count as filled by nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.model.program.draft import Draft, RowKind
from fairlead_solver.tables import Floats, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ...policy.fair_share import FairShareGroup, FairShareMode
from ..explanation import ReasonCode, RuleExplanation
from ..family import Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units
from ..unit_value import rounded

NAME = "fair_share"
EXPLAINS = RuleExplanation(ReasonCode.FAIR_SHARE_RATIONED, proven_without=True)
COLUMN_TERM = Term.FAIR_SHARE  # what its columns cost or earn


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """`group[i]` is line i's; `first[g]` is the first line of group g."""

    group: Ints
    first: Ints

    def __len__(self) -> int:
        return len(self.first)


def applies(problem: Problem) -> bool:
    """Unless OFF."""
    return problem.policy.fair_share.mode is not FairShareMode.OFF and problem.num_lines > 0


def _groups(problem: Problem) -> _Groups:
    line = problem.line
    key = line.product.astype(np.int64)
    beside = {
        FairShareGroup.PRODUCT_TIER: line.tier,
        FairShareGroup.PRODUCT_CHANNEL: line.channel,
    }.get(problem.policy.fair_share.group)
    if beside is not None:
        key = key * (int(beside.max(initial=0)) + 2) + beside + 1
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return _Groups(group, first)


def entitlements(problem: Problem) -> Floats:
    """e_i of each line, in units."""
    groups, arcs, lots = _groups(problem), problem.arcs, problem.facts.lots
    pair = np.unique(groups.group[arcs.line] * len(lots) + arcs.lot) if len(arcs) else _NONE
    stock = summed(pair // max(1, len(lots)), lots.quantity[pair % max(1, len(lots))], len(groups))
    asked = problem.line.quantity
    demand = summed(groups.group, asked, len(groups))
    share = (np.minimum(stock, demand) / demand)[groups.group]
    return (asked * share).astype(np.float64)


_NONE = np.empty(0, dtype=np.int64)


def _shortfall_cost(problem: Problem) -> Ints:
    """φ v of each line, micro-units per unit."""
    return rounded(problem.policy.fair_share.shortfall_rate * problem.line.value_micros)


def _rewards(problem: Problem, groups: _Groups) -> Floats:
    """μ Σ v q of each group, micro-units."""
    worth = problem.line.value_micros * problem.line.quantity
    total = summed(groups.group, worth, len(groups)).astype(np.float64)
    return total * problem.policy.fair_share.fill_rate


def build(problem: Problem, draft: Draft) -> None:
    """PROPORTIONAL: columns and rows "shortfall", keys: lines. MAX_MIN: columns "fill", keys:
    the groups' first lines, and rows "fill", keys: lines."""
    if problem.policy.fair_share.mode is FairShareMode.PROPORTIONAL:
        _build_proportional(problem, draft)
    else:
        _build_max_min(problem, draft)


def _build_proportional(problem: Problem, draft: Draft) -> None:
    entitled, cost = entitlements(problem), _shortfall_cost(problem)
    lines = np.flatnonzero((entitled > 0) & (cost > 0))
    short = draft.columns(
        NAME, "shortfall", lines, upper=entitled[lines], cost=-cost[lines], about=About.LINES
    )
    rows = draft.rows(
        NAME, "shortfall", lines, lower=entitled[lines], kind=RowKind.LINK, about=About.LINES
    )
    draft.entries(rows, short, 1.0)
    add_units(draft, problem, rows, lines)


def _build_max_min(problem: Problem, draft: Draft) -> None:
    groups, asked = _groups(problem), problem.line.quantity
    fill = draft.columns(
        NAME, "fill", groups.first, upper=1.0, cost=_rewards(problem, groups), about=About.LINES
    )
    lines = np.arange(problem.num_lines)
    rows = draft.rows(NAME, "fill", lines, lower=0.0, kind=RowKind.LINK, about=About.LINES)
    draft.entries(rows, fill[groups.group], -asked)
    add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """FAIR_SHARE: minus the shortfall of each line, or the reward of each group."""
    given, asked = plan.per_line(), problem.line.quantity
    if problem.policy.fair_share.mode is FairShareMode.PROPORTIONAL:
        short: Floats = np.maximum(entitlements(problem) - given, 0.0)
        return {Term.FAIR_SHARE: -int(rounded(_shortfall_cost(problem) * short).sum())}
    groups = _groups(problem)
    fill = np.ones(len(groups))
    np.minimum.at(fill, groups.group, given / asked)
    return {Term.FAIR_SHARE: int(rounded(_rewards(problem, groups) * fill).sum())}


def worth_of_a_pack(problem: Problem, given: Ints) -> tuple[Ints, Ints]:
    """What a pack more earns of the term, and what a pack less loses of it, where the other lines
    keep what they have: (lines,) each, micro-units for one unit of the pack. `given` (lines,)."""
    pack = problem.line.pack
    if problem.policy.fair_share.mode is FairShareMode.OFF:
        return np.zeros_like(given), np.zeros_like(given)
    if problem.policy.fair_share.mode is FairShareMode.PROPORTIONAL:
        cost = _shortfall_cost(problem).astype(np.float64)
        entitled = problem.once(entitlements)

        def worth(units: Ints) -> Floats:
            return -cost * np.maximum(entitled - units, 0.0)
    else:
        groups = _groups(problem)
        reward, others = _rewards(problem, groups)[groups.group], _least_of_others(problem, given)

        def worth(units: Ints) -> Floats:
            earned: Floats = reward * np.minimum(others, units / problem.line.quantity)
            return earned

    more = (worth(given + pack) - worth(given)) / pack
    less = (worth(given) - worth(np.maximum(given - pack, 0))) / pack
    return rounded(more), rounded(less)


def _least_of_others(problem: Problem, given: Ints) -> Floats:
    """The smallest fill rate in each line's group but for its own; 1 where it is alone."""
    groups, fill = _groups(problem), given / problem.line.quantity
    order = np.lexsort((fill, groups.group))
    starts = np.searchsorted(groups.group[order], np.arange(len(groups)))
    least = order[starts]
    size = np.bincount(groups.group, minlength=len(groups))
    others: Floats = np.asarray(fill[least][groups.group], dtype=np.float64)
    others[least] = np.where(size > 1, fill[order[np.minimum(starts + 1, len(order) - 1)]], 1.0)
    return others


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """It forbids nothing."""
    return []


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line = problem.facts.lines.id[key]
    if name == "shortfall":
        share = problem.once(entitlements)[key]
        sentence = f"line {line}'s fair share is {share:.6g} of {problem.line.quantity[key]}"
        return Wording(line, "policy.fair_share.shortfall_rate", sentence)
    sentence = f"line {line}'s fill rate counts in the smallest of its group"
    return Wording(line, "policy.fair_share.fill_rate", sentence)
