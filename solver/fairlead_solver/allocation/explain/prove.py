"""Proves that a short line cannot be better served: one pack more is forced, and solved again.

For line i with x_i units, its component is solved with  Σ_s x_is >= x_i + m_i  (its least
quantity, where it has nothing).

Worth less at a closed gap: what others got, or what was left, is worth more than serving the
line, with the money between the two. That proves OUTRANKED_TIER, OUTRANKED_VALUE, UNPROFITABLE.
Infeasible: that proves that a rival is held (LOCKED, TIME_FENCE, STRATEGY).
A reason that blames a rule (fair share, another's floor, overtime) is proven when the same
comparison without that rule no longer speaks against the line. Worth the same: a tie, and
nothing is proven.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...tables import Floats
from .case import Case
from .component import Component, Components, Resolve, difference, worth
from .ledger import Reasons
from .story import Proof
from .values import Certainty, ReasonCode

WORTH_MORE = {ReasonCode.OUTRANKED_TIER, ReasonCode.OUTRANKED_VALUE, ReasonCode.UNPROFITABLE}
HELD = {ReasonCode.LOCKED, ReasonCode.TIME_FENCE, ReasonCode.STRATEGY}
BLAMES = {
    ReasonCode.FAIR_SHARE_RATIONED: "fair_share",
    ReasonCode.CONTRACT_FLOOR_OTHER: "contract_floor",
    ReasonCode.CAPACITY: "capacity",
}


def prove(
    case: Case,
    reasons: Reasons,
    components: Components,
    x: Floats,
    resolve: Resolve,
    *,
    most: int,
    most_columns: int,
) -> Mapping[int, Proof]:
    """Proofs by line, for at most `most` lines with INDICATED reasons, the most valuable first.

    `x`: the solved vector of the whole program. Components over `most_columns` are left out.
    """
    proofs: dict[int, Proof] = {}
    for line in _wanted(case, reasons)[:most]:
        arcs = case.problem.arcs.of_line(line)
        if arcs.start == arcs.stop:
            continue
        number = components.number(arcs.start)
        if components.size(number) > most_columns:
            continue
        proof = _proof(case, reasons, components.cut(number), line, x, resolve)
        if proof is not None:
            proofs[line] = proof
    return proofs


def _wanted(case: Case, reasons: Reasons) -> list[int]:
    """Lines with an INDICATED reason, by the value they are short, then in order."""
    lines = np.unique(reasons.line[reasons.certainty == Certainty.INDICATED])
    line = case.problem.line
    value = (line.quantity - case.given)[lines] * line.price_micros[lines]
    picked: list[int] = lines[np.argsort(-value, kind="stable")].tolist()
    return picked


def _indicated(reasons: Reasons, line: int) -> set[ReasonCode]:
    part = reasons.of_line(line)
    pairs = zip(reasons.code[part], reasons.certainty[part], strict=True)
    return {ReasonCode(int(code)) for code, known in pairs if known == Certainty.INDICATED}


def _proof(
    case: Case, reasons: Reasons, component: Component, line: int, x: Floats, resolve: Resolve
) -> Proof | None:
    told = _indicated(reasons, line)
    forced = _forced(case, component, line)
    answer = resolve(forced.model)
    if not answer.closed:
        return None
    if answer.x is None:
        return _proving(None, told & HELD)
    now = worth(component.model, x[component.columns])
    worse, delta = difference(now, worth(forced.model, answer.x))
    if not worse:
        return None
    whole = case.limits.model
    blamed = {
        code
        for code, family in BLAMES.items()
        if code in told
        and _indifferent(component.without(whole, family), forced.without(whole, family), resolve)
    }
    return _proving(round(delta), (told & WORTH_MORE) | blamed)


def _proving(delta: int | None, codes: set[ReasonCode]) -> Proof | None:
    return Proof(delta, frozenset(codes)) if codes else None


def _forced(case: Case, component: Component, line: int) -> Component:
    """One pack more for the line, or its least where it has nothing."""
    arcs = case.problem.arcs.of_line(line)
    columns = component.column(np.arange(arcs.start, arcs.stop))
    pack, given = int(case.problem.line.pack[line]), int(case.given[line])
    wanted = given + pack if given else max(pack, int(case.problem.line.least[line]))
    return component.with_row(columns, np.full(len(columns), float(pack)), float(wanted))


def _indifferent(free: Component, forced: Component, resolve: Resolve) -> bool:
    """Whether forcing the line costs nothing here."""
    best, other = resolve(free.model), resolve(forced.model)
    if best.x is None or other.x is None or not (best.closed and other.closed):
        return False
    worse, _ = difference(worth(free.model, best.x), worth(forced.model, other.x))
    return not worse
