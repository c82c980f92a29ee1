"""Capacity: what is shipped from a location uses its resources, up to capacity and overtime.

    Σ_k u_rk r_k m_k n_k  <=  C_r + o_r,    0 <= o_r <= O_r    for every resource r of w
    cost  c_r o_r                                                  o_r: overtime at w

u_rk: usage of one base unit of the lot's product, or of (line, location) where that overrides it;
r_k: base units of the lot per unit of the line. A usage without a resource there is unlimited.

The row counts in grains of g micro-units, g = gcd(1_000_000, every usage of that resource name):
its coefficients are small whole numbers, so no rounding hides an overrun. What no plan can exceed
is not written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairlead_solver.arrays import expand, summed
from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Coded, Codes, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from .. import figure_text
from ..explanation import FixKind, Limit, Raise, ReasonCode, RuleExplanation
from ..family import Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import MICRO, round_micros

NAME = "capacity"
EXPLAINS = RuleExplanation(
    ReasonCode.CAPACITY,
    Limit.SOME_WAYS,
    Raise(FixKind.RAISE_CAPACITY, "resources"),
    proven_without=True,
)
COLUMN_TERM = Term.OVERTIME  # what its columns cost or earn


@dataclass(frozen=True, slots=True, eq=False)
class _Loads:
    """Entry j: arc `arc[j]` uses `micros[j]` of resource row `resource[j]` per unit of the line."""

    resource: Ints
    arc: Ints
    micros: Ints


def applies(problem: Problem) -> bool:
    """Where a resource is given and something uses one."""
    facts = problem.facts
    return len(facts.resources) > 0 and len(facts.usages) + len(facts.line_usages) > 0


def build(problem: Problem, draft: Draft) -> None:
    """Columns "overtime" o and rows "resources", keys: rows of facts.resources."""
    facts, arcs = problem.facts.resources, problem.arcs
    loads = problem.whatever_quantities(_loads)
    per_pack = loads.micros * arcs.pack[loads.arc]
    most = summed(loads.resource, per_pack * arcs.max_packs[loads.arc], len(facts))
    scarce = most > facts.capacity_micros
    wanted = np.flatnonzero(scarce)
    grain = problem.whatever_quantities(_grains)[wanted]
    regular = facts.capacity_micros[wanted] / grain
    total = (facts.capacity_micros[wanted] + facts.overtime_micros[wanted]) // grain
    rows = draft.rows(
        NAME,
        "resources",
        wanted,
        upper=np.minimum(regular, total),
        coupling=True,
        about=About.RESOURCES,
    )
    some = np.flatnonzero(total > regular)
    overtime = draft.columns(
        NAME,
        "overtime",
        wanted[some],
        upper=(total - regular)[some],
        cost=-facts.overtime_cost_micros[wanted[some]] * (grain[some] / MICRO),
        about=About.RESOURCES,
    )
    draft.entries(rows[some], overtime, -1.0)
    # a pack above what its line asks for is never given, and its usage may leave int64
    given = arcs.pack <= problem.line.quantity[arcs.line]
    kept = scarce[loads.resource] & given[loads.arc]
    at = np.searchsorted(wanted, loads.resource[kept])
    draft.entries(rows[at], loads.arc[kept], per_pack[kept] // grain[at])


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """OVERTIME: minus the cost of use over capacity, each resource to the micro-unit."""
    facts = problem.facts.resources
    over = np.maximum(_use(problem, plan) - facts.capacity_micros, 0)
    costs = (
        round_micros(int(over[r]) * int(facts.overtime_cost_micros[r]), MICRO)
        for r in np.flatnonzero(over)
    )
    return {Term.OVERTIME: -sum(costs)}


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No resource is used beyond capacity and overtime."""
    facts, use = problem.facts.resources, _use(problem, plan)
    limit = facts.capacity_micros + facts.overtime_micros
    return [
        Breach(NAME, key, int(limit[r]), int(use[r]), f"{key} is used beyond its capacity")
        for r in np.flatnonzero(use > limit)
        for key in [_key(problem, int(r))]
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a row of facts.resources."""
    facts = problem.facts.resources
    resource, location = facts.resource.word(key), facts.location.word(key)
    has = f"{figure_text.amount(facts.capacity_micros[key] / MICRO)} {resource}"
    extra = facts.overtime_micros[key] / MICRO
    more = f" and up to {figure_text.amount(extra)} of overtime" if extra else ""
    return Wording(
        _key(problem, key),
        f"resources[{_key(problem, key)}].capacity",
        f"{location} has {has}{more}",
        unit=resource,
        scale=MICRO // int(_grains(problem)[key]),
        looser=f"raise {resource} of {location}",
    )


def _key(problem: Problem, resource: int) -> str:
    facts = problem.facts.resources
    return f"{facts.location.word(resource)}/{facts.resource.word(resource)}"


def _use(problem: Problem, plan: Plan) -> Ints:
    """Micro-units used of each resource row."""
    loads = _loads(problem)
    used = loads.micros * plan.units[loads.arc]
    return summed(loads.resource, used, len(problem.facts.resources))


def _grains(problem: Problem) -> Ints:
    """g of each resource row: the same for all of one name."""
    facts = problem.facts
    names = max(len(t.resource.names) for t in (facts.resources, facts.usages, facts.line_usages))
    grains = np.full(names, MICRO, dtype=np.int64)
    for table in (facts.usages, facts.line_usages):
        np.gcd.at(grains, table.resource.codes, table.usage_micros)
    picked: Ints = grains[facts.resources.resource.codes]
    return picked


def _loads(problem: Problem) -> _Loads:
    """Every (resource, arc) with a usage: arcs joined with the resources of their location."""
    facts, arcs = problem.facts, problem.arcs
    by_location = np.argsort(facts.resources.location.codes, kind="stable")
    bounds = np.searchsorted(
        facts.resources.location.codes[by_location], np.arange(len(facts.locations) + 1)
    )
    counts = (bounds[1:] - bounds[:-1])[arcs.location]
    arc = np.repeat(np.arange(len(arcs)), counts)
    resource = by_location[expand(bounds[:-1][arcs.location], counts)]
    name = facts.resources.resource.codes[resource]
    product = facts.lots.product.codes[arcs.lot[arc]]
    usage = _lookup((facts.usages.product, facts.usages.resource), facts.usages.usage_micros,
                    (product, name), np.zeros(len(arc), dtype=np.int64))  # fmt: skip
    own = facts.line_usages
    usage = _lookup((own.line, own.location, own.resource), own.usage_micros,
                    (arcs.line[arc], arcs.location[arc], name), usage)  # fmt: skip
    some = usage > 0
    return _Loads(resource[some], arc[some], usage[some] * arcs.ratio[arc[some]])


def _lookup(
    columns: Sequence[Coded], values: Ints, wanted: Sequence[Codes], otherwise: Ints
) -> Ints:
    """The value of the row with these codes, else what is given."""
    if not len(values):
        return otherwise
    known = np.zeros(len(values), dtype=np.int64)
    asked = np.zeros(len(otherwise), dtype=np.int64)
    for column, codes in zip(columns, wanted, strict=True):
        width = max(len(column.names), int(codes.max(initial=0)) + 1)
        known, asked = known * width + column.codes, asked * width + codes
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known[order], asked), len(known) - 1)
    return np.where(known[order][at] == asked, values[order[at]], otherwise)
