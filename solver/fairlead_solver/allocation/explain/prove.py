"""Proves that a short line cannot be better served: one pack more is forced, and solved again.

For line i with x_i units, its component is solved with  Σ_s x_is >= x_i + m_i  (its least
quantity, where it has nothing). Infeasible, or worth less at a closed gap: what others got is
worth more, PROVEN, with the money between the two. Worth the same: a tie, nothing is proven.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...tables import Floats
from .case import Case
from .component import Component, Components, Resolve, difference, worth
from .ledger import Reasons
from .story import Proof
from .values import Certainty


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
        proof = _proof(case, components.cut(number), line, x, resolve)
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


def _proof(
    case: Case, component: Component, line: int, x: Floats, resolve: Resolve
) -> Proof | None:
    arcs = case.problem.arcs.of_line(line)
    columns = component.column(np.arange(arcs.start, arcs.stop))
    pack, given = int(case.problem.line.pack[line]), int(case.given[line])
    wanted = given + pack if given else max(pack, int(case.problem.line.least[line]))
    forced = component.with_row(columns, np.full(len(columns), float(pack)), float(wanted))
    answer = resolve(forced.model)
    if not answer.closed:
        return None
    if answer.x is None:
        return Proof(None)
    worse, delta = difference(
        worth(component.model, x[component.columns]), worth(forced.model, answer.x)
    )
    return Proof(round(delta)) if worse else None
