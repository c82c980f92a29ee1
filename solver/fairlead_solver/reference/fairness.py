"""Fair share among the lines of one group."""

from __future__ import annotations

from .formulation import Formulation
from .readings import share_groups


def fair_share(f: Formulation) -> None:
    """PROPORTIONAL: a unit under e_i costs phi v. MAX_MIN: the least fill rate f of a group
    earns mu f Σ v q; v: the value of a unit."""
    mode = f.cycle.policy.fair_share.mode.name
    if mode == "PROPORTIONAL":
        _proportional(f)
    elif mode == "MAX_MIN":
        _max_min(f)


def _proportional(f: Formulation) -> None:
    rate = f.cycle.policy.fair_share.shortfall_rate
    under = f.variables("under", [line.id for line in f.cycle.lines])
    rows = f.rows("fair_share")
    entitled = f.entitlements()
    for line in f.cycle.lines:
        rows.add(under[line.id] >= float(entitled[line.id]) - f.given(line))
        f.policy_value.append(-rate * line.value * under[line.id])


def _max_min(f: Formulation) -> None:
    rate = f.cycle.policy.fair_share.fill_rate
    members = share_groups(f.cycle)
    least = f.variables("least_fill", range(len(members)), bounds=(0, 1))
    rows = f.rows("fair_share")
    for index, group in enumerate(members):
        for line in group:
            rows.add(line.quantity * least[index] <= f.given(line))
        worth = sum(line.value * line.quantity for line in group)
        f.policy_value.append(rate * worth * least[index])
