"""Lines that take all or nothing, and groups that do: what of their shortage that accounts for,
and which line a group lacks."""

from __future__ import annotations

import numpy as np

from fairlead_solver.tables import Bools, Ints

from ...cycle.problem import Problem
from ...rules.explanation import ReasonCode
from ..evidence.evidence import Case
from ..vocabulary.values import Certainty
from .attribution import Ledger


def claim_all_or_nothing(
    case: Case, ledger: Ledger, under: Bools, certainty: Certainty = Certainty.EXACT
) -> None:
    """The rest of lines given nothing that are `under` their least: ship-complete or minimum."""
    chosen = under & (case.given == 0) & (case.problem.line.least > 0)
    complete = case.problem.facts.lines.ship_complete
    for code, lines in ((ReasonCode.SHIP_COMPLETE, complete), (ReasonCode.MIN_FILL, ~complete)):
        ledger.claim(code, np.where(chosen & lines, ledger.rest, 0), certainty)


def claim_group(
    case: Case, ledger: Ledger, incomplete: Bools, certainty: Certainty = Certainty.EXACT
) -> None:
    """The rest of every line whose delivery group holds an `incomplete` line."""
    codes = case.problem.facts.lines.delivery_group.codes
    bad = np.zeros(int(codes.max(initial=-1)) + 2, dtype=np.bool_)
    bad[codes[incomplete & (codes >= 0)]] = True
    touched = (codes >= 0) & bad[codes] & (case.given == 0)
    ledger.claim(ReasonCode.GROUP_INCOMPLETE, np.where(touched, ledger.rest, 0), certainty)


def least_at_once(problem: Problem) -> Ints:
    """(lines,) the least of each other than nothing, 0 where any number of packs would do; a line
    of a delivery group is wanted in full."""
    grouped = problem.facts.lines.delivery_group.codes >= 0
    least: Ints = np.where(grouped, problem.line.quantity, problem.line.least)
    return least


def out_of_packs(problem: Problem) -> Bools:
    """(lines,) whether no number of whole packs is as many as a line must take, and no more than it
    asks for: 13 or nothing, in packs of 6."""
    least, pack = least_at_once(problem), problem.line.pack
    out: Bools = -(-least // pack) * pack > problem.line.quantity
    return out


def packs_that_fit(problem: Problem, line: int) -> str:
    """ ", and no number of them is 13: 12 or 18 would do", of a line that is `out_of_packs`."""
    asked, pack = int(problem.line.quantity[line]), int(problem.line.pack[line])
    least = int(problem.once(least_at_once)[line])
    under = asked - asked % pack
    fits = f"{under} or {under + pack}" if under else f"{pack}"
    wanted = f"{asked}" if least == asked else f"{least} to {asked}"
    return f", and no number of packs makes {wanted}: {fits} would do"


def lacking_of_group(case: Case, line: int) -> str:
    """The other line of its delivery group for which there is least of what it asks for; "" where
    there is enough for each by itself."""
    lines, arcs = case.problem.facts.lines, case.problem.arcs
    lacking: list[tuple[int, int, int]] = []
    codes = lines.delivery_group.codes
    for mate in np.flatnonzero(codes == codes[line]).tolist():
        own = arcs.of_line(mate)
        most = int((arcs.max_packs[own] * arcs.pack[own]).sum())
        if mate != line and most < lines.quantity[mate]:
            lacking.append((most - int(lines.quantity[mate]), mate, most))
    if not lacking:
        return ""
    _, first, most = min(lacking)
    asked, product = int(lines.quantity[first]), lines.product.word(first)
    return f", and {lines.id[first]} can have only {most} of its {asked} {product}"
