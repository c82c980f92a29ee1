"""Protection (ring-fence): stock kept for a group is out of reach of everyone else.

    Σ_{k: lot in scope p, line not in group p} r_k m_k n_k  <=  max(0, A_p - protected_p)

The scope is a product at locations (none named: all); A_p is the quantity of its lots that are
not blocked. The limit holds whatever the group itself takes. A substitute arc takes from its
lot's product. What no plan can exceed is not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Bools, Codes, Ints

from ...cycle.facts import LotStatus
from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ...cycle.scopes import Index
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term

NAME = "protection"
EXPLAINS = RuleExplanation(ReasonCode.PROTECTED_STOCK, Limit.KEPT, proven_without=True)


def applies(problem: Problem) -> bool:
    """Where stock is protected."""
    return len(problem.facts.protections) > 0


def _lots(problem: Problem, row: int) -> Ints:
    """The lots in scope."""
    facts, lots = problem.facts, problem.facts.lots
    scope = np.flatnonzero(lots.product.codes == facts.protections.product.codes[row])
    named = facts.protections.locations
    if named.counts()[row]:
        listed = named.values.codes[named.offsets[row] : named.offsets[row + 1]]
        scope = scope[np.isin(lots.location.codes[scope], listed)]
    return scope


def _in_group(problem: Problem, row: int, lines: Codes) -> Bools:
    """For which of the lines the stock is kept: every selector given must match."""
    facts, line = problem.facts.protections, problem.line
    word = facts.group_tier.word(row)
    inside = np.ones(len(lines), dtype=np.bool_)
    for wanted, column in (
        (facts.group_customer.codes[row], line.customer),
        (facts.group_channel.codes[row], line.channel),
        (problem.policy.tier_index(word) if word else -1, line.tier),
    ):
        if wanted >= 0:
            inside &= column[lines] == wanted
    return inside


def _room(problem: Problem, row: int) -> int:
    """max(0, A - protected)."""
    lots, scope = problem.facts.lots, _lots(problem, row)
    available = lots.quantity[scope][lots.status[scope] != LotStatus.BLOCKED]
    return max(0, int(available.sum()) - int(problem.facts.protections.quantity[row]))


def _outside(problem: Problem) -> Iterator[Ints]:
    """Per protection: the arcs that take from its scope for lines outside its group."""
    arcs = problem.arcs
    by_lot = Index.of(arcs.lot, len(problem.facts.lots))
    for row in range(len(problem.facts.protections)):
        arc = by_lot.rows(_lots(problem, row))
        yield arc[~_in_group(problem, row, arcs.line[arc])]


def build(problem: Problem, draft: Draft) -> None:
    """Rows "protections", keys: protections."""
    arcs = problem.arcs
    taken = arcs.ratio * arcs.pack
    most = taken * arcs.max_packs
    found = [(p, arc, _room(problem, p)) for p, arc in enumerate(_outside(problem))]
    scarce = [(p, arc, room) for p, arc, room in found if int(most[arc].sum()) > room]
    rows = draft.rows(
        NAME,
        "protections",
        [p for p, _, _ in scarce],
        upper=[room for _, _, room in scarce],
        about=About.PROTECTIONS,
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
    for p, arc in enumerate(_outside(problem)):
        key, use, limit = (
            problem.facts.protections.id[p],
            int(shipped[arc].sum()),
            _room(problem, p),
        )
        if use > limit:
            yield Breach(NAME, key, limit, use, f"others take stock protected by {key}")


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a protection."""
    facts = problem.facts.protections
    names = (facts.group_customer.word(key), facts.group_channel.word(key))
    tier = facts.group_tier.word(key)
    group = ", ".join(n for n in (*names, f"tier {tier}" if tier else "") if n)
    places = facts.locations.row(key)
    where = f" at {' and '.join(places)}" if places else ""
    sentence = (
        f"{facts.quantity[key]} of {facts.product.word(key)}{where} are kept for {group}: "
        f"{_room(problem, key)} are left for others"
    )
    return Wording(facts.id[key], f"protections[{facts.id[key]}].quantity", sentence)
