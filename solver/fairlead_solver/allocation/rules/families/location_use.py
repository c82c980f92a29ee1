"""Location use: a location used at all costs its fixed cost, and only so many may be used.

    Σ_{k of i at w} x_k  <=  U_iw y_w,   y_w in {0, 1}        cost f_w y_w
    Σ_w y_w  <=  K                                            K: policy.max_locations, 0: no limit

One row per (line, location). Written for the locations with a fixed cost, or for all under K.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Bools, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import ReasonCode, RuleExplanation
from ..family import Breach, Wording
from ..plan import Plan
from ..sites import link, sites_of
from ..terms import Term

NAME = "location_use"
EXPLAINS = RuleExplanation(ReasonCode.SPLIT_LIMIT)
COLUMN_TERM = Term.LOCATION  # what its columns cost or earn


def _in_reach(problem: Problem) -> Ints:
    arcs = problem.arcs
    return np.unique(arcs.location[arcs.max_packs > 0]).astype(np.int64)


def _limited(problem: Problem) -> bool:
    return 0 < problem.policy.location_use.max_locations < len(_in_reach(problem))


def _switched(problem: Problem) -> Bools:
    """Which locations need y_w."""
    switched: Bools = problem.facts.locations.fixed_cost_micros > 0
    return switched | _limited(problem)


def applies(problem: Problem) -> bool:
    """Where a location in reach has a fixed cost, or more are in reach than may be used."""
    return bool(_switched(problem)[_in_reach(problem)].any())


def build(problem: Problem, draft: Draft) -> None:
    """Columns "used" y, keys: locations; rows "used", keys: lines; one row "max_locations"."""
    arcs, switched = problem.arcs, _switched(problem)
    locations = _in_reach(problem)
    locations = locations[switched[locations]]
    cost = problem.facts.locations.fixed_cost_micros[locations]
    used = draft.columns(
        NAME, "used", locations, upper=1.0, cost=-cost, integer=True, about=About.LOCATIONS
    )
    if _limited(problem):
        most = problem.policy.location_use.max_locations
        row = draft.rows(NAME, "max_locations", [0], upper=most, coupling=True, about=About.CYCLE)
        draft.entries(row, used, 1.0)
    arc = np.flatnonzero(switched[arcs.location])
    sites = sites_of(problem, arc, arcs.location[arc].astype(np.int64))
    link(draft, NAME, "used", problem, sites, used[np.searchsorted(locations, sites.place)])


def _used(problem: Problem, plan: Plan) -> Ints:
    return np.unique(problem.arcs.location[plan.used()]).astype(np.int64)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """LOCATION: minus the fixed cost of every location that ships something."""
    cost = problem.facts.locations.fixed_cost_micros[_used(problem, plan)]
    return {Term.LOCATION: -int(cost.sum())}


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No more locations are used than the policy allows."""
    most, count = problem.policy.location_use.max_locations, len(_used(problem, plan))
    if not 0 < most < count:
        return []
    return [Breach(NAME, "max_locations", most, count, f"{count} locations are used")]


def words(problem: Problem, name: str, key: int) -> Wording:
    """Row "max_locations": `key` is 0. Rows "used": `key` is a line."""
    leaf = "policy.location_use.max_locations"
    if name == "max_locations":
        most = problem.policy.location_use.max_locations
        places = "location is" if most == 1 else "locations are"
        sentence, looser = f"at most {most} {places} used", "use more locations"
        return Wording(name, leaf, sentence, unit="locations", looser=looser)
    line = problem.facts.lines.id[key]
    return Wording(line, leaf, f"a location is opened before it serves line {line}")
