"""Protection (ring-fence): stock kept for a group is out of reach of everyone else.

    Σ_{k: lot in scope p, line not in group p} r_k m_k n_k  <=  max(0, A_p - protected_p)

The scope is a product at locations (none named: all); A_p is the quantity of its lots that are
not blocked. The limit holds whatever the group itself takes. A substitute arc takes from its
lot's product. What no plan can exceed is not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...model.draft import Draft
from ...tables import Bools, Ints
from ..facts import LotStatus
from ..family import NO_MONEY, Breach, Wording
from ..terms import Term

if TYPE_CHECKING:
    from ..plan import Plan
    from ..problem import Problem

NAME = "protection"


def applies(problem: Problem) -> bool:
    """Where stock is protected."""
    return len(problem.facts.protections) > 0


def _lots(problem: Problem, row: int) -> Bools:
    """Which lots are in scope."""
    facts, lots = problem.facts, problem.facts.lots
    scope: Bools = lots.product.codes == facts.protections.product.codes[row]
    named = facts.protections.locations
    if named.counts()[row]:
        listed = named.values.codes[named.offsets[row] : named.offsets[row + 1]]
        scope = scope & np.isin(lots.location.codes, listed)
    return scope


def _group(problem: Problem, row: int) -> Bools:
    """Which lines the stock is kept for: every selector given must match."""
    facts = problem.facts.protections
    word = facts.group_tier.word(row)
    return problem.matches(
        customer=int(facts.group_customer.codes[row]),
        channel=int(facts.group_channel.codes[row]),
        tier=problem.policy.tier_index(word) if word else -1,
    )


def _room(problem: Problem, row: int) -> int:
    """max(0, A - protected)."""
    lots = problem.facts.lots
    open_lots = _lots(problem, row) & (lots.status != LotStatus.BLOCKED)
    kept = int(problem.facts.protections.quantity[row])
    return max(0, int(lots.quantity[open_lots].sum()) - kept)


def _outside(problem: Problem, row: int) -> Ints:
    """Arcs that take from the scope for lines outside the group."""
    arcs = problem.arcs
    return np.flatnonzero(_lots(problem, row)[arcs.lot] & ~_group(problem, row)[arcs.line])


def build(problem: Problem, draft: Draft) -> None:
    """Rows "protections", keys: protections."""
    arcs = problem.arcs
    taken = arcs.ratio * arcs.pack
    keys = range(len(problem.facts.protections))
    found = [(p, _outside(problem, p), _room(problem, p)) for p in keys]
    scarce = [f for f in found if int((taken * arcs.max_packs)[f[1]].sum()) > f[2]]
    rows = draft.rows(
        NAME, "protections", [p for p, _, _ in scarce], upper=[room for _, _, room in scarce]
    )
    for row, (_, arc, _) in zip(rows, scarce, strict=True):
        draft.entries(row, arc, taken[arc])


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Nobody outside the group takes what is kept for it."""
    return list(_breaches(problem, plan))


def _breaches(problem: Problem, plan: Plan) -> Iterator[Breach]:
    shipped = plan.shipped
    for p, key in enumerate(problem.facts.protections.id):
        use, limit = int(shipped[_outside(problem, p)].sum()), _room(problem, p)
        if use > limit:
            yield Breach(NAME, key, limit, use, f"others take stock protected by {key}")


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a protection."""
    facts = problem.facts.protections
    names = (facts.group_customer.word(key), facts.group_channel.word(key))
    tier = facts.group_tier.word(key)
    group = ", ".join(n for n in (*names, f"tier {tier}" if tier else "") if n)
    sentence = (
        f"{facts.quantity[key]} of {facts.product.word(key)} are kept for {group}: "
        f"{_room(problem, key)} are left for others"
    )
    return Wording(facts.id[key], f"protections[{facts.id[key]}].quantity", sentence)
