"""Why every short line is short, for all lines at once.

A line's shortage is shared out in this order, each rule up to what it accounts for:

1.  the customer is on hold; its latest day is over; a lock, fence or strategy lets it have no
    more; the rest of its quantity is under a pack, or no number of packs will do (EXACT);
2.  its reach is too small even if it were alone: Q - reach after every refusal, step by step of
    the waterfall, Q being its whole packs, and then what no whole pack takes of its lots (`packs`,
    EXACT); so an all-or-nothing line gets nothing (EXACT);
3.  a quota, a contract cap or a credit line leaves no room for what it must take at once (EXACT);
4.  (1) to (3) leave a line of its delivery group incomplete (EXACT);
5.  protections, then packs that others broke, cut its reach further (EXACT);
6.  other lines took stock: what is left of its reach is under Q (INDICATED, by rival);
7.  stock it may use is left: by all-or-nothing, group, sources, capacity, or value below cost;
8.  a capacity leaves too little for what the line must take at once, whatever else is told: no
    units (EXACT); what remains is UNEXPLAINED, and NOT_PROVEN where the run stopped at its limit.

Lines whose rules conflict come before all of it: NOT_PROVEN, and nothing else is said of them.

Nothing is EXACT here that is not arithmetic of the facts and the quantities decided.
"""

from __future__ import annotations

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.tables import Bools, Ints

from ...cycle.eligibility import Refusal, overdue, ready_days
from ...rules.explanation import Limit, ReasonCode
from ..evidence.evidence import Case
from ..evidence.pack_remainders import packs
from ..evidence.rivals import Rivals, batches, rivals
from ..vocabulary.rule_catalogue import explains, limiting
from ..vocabulary.values import Certainty
from .all_or_nothing import claim_all_or_nothing, claim_group, out_of_packs
from .attribution import Ledger, Reasons
from .unused_stock import claim_unused, note_capacity

CODE_OF_REFUSAL = {
    Refusal.BLOCKED: ReasonCode.SUPPLY_BLOCKED,
    Refusal.RESERVED: ReasonCode.RESERVED_STOCK,
    Refusal.SHELF_LIFE: ReasonCode.SHELF_LIFE_SHORT,
    Refusal.TOO_LATE: ReasonCode.SUPPLY_TOO_LATE,
    Refusal.LOCATION: ReasonCode.NO_SOURCE,
    Refusal.CHANNEL: ReasonCode.CHANNEL,
    Refusal.NO_LANE: ReasonCode.NO_SOURCE,
}
NO_ROW = np.iinfo(np.int64).max
CODES = max(ReasonCode) + 1


def reasons(case: Case) -> Reasons:
    """All reasons of all short lines. Zeros of undecided lines are nobody's choice, so nothing
    else is said of them."""
    ledger = Ledger(case.problem.line.quantity - case.given)
    nobodys = np.where(case.undecided, ledger.rest, 0)
    ledger.claim(ReasonCode.NOT_PROVEN, nobodys, Certainty.UNKNOWN)
    _claim_own(case, ledger)
    apart = packs(case.waterfall.arcs, case.problem.arcs.pack)
    reach = _claim_refused(case, ledger)
    reach = _claim_arcs(case, ledger, ReasonCode.LOT_SPLIT_LIMIT, reach, apart.alone)
    most = np.minimum(np.minimum(reach, case.whole), case.firm.most)
    claim_all_or_nothing(case, ledger, most < case.problem.line.least)
    stopped = _claim_whole_line(case, ledger)
    claim_group(case, ledger, stopped | (most < case.problem.line.quantity))
    reach = _claim_arcs(case, ledger, ReasonCode.PROTECTED_STOCK, reach, apart.protected)
    reach = _claim_arcs(case, ledger, ReasonCode.LOT_SPLIT_LIMIT, reach, apart.broken)
    _claim_rivals(case, ledger, reach, apart.others)
    claim_unused(case, ledger)
    note_capacity(case, ledger)
    _claim_unknown(case, ledger)
    return ledger.reasons().merged()


def _claim_own(case: Case, ledger: Ledger) -> None:
    """1. What line and customer say by themselves."""
    problem, line = case.problem, case.problem.line
    held = np.append(problem.facts.customers.on_hold, False)[line.customer]
    ledger.claim(ReasonCode.CUSTOMER_HOLD, np.where(held, line.quantity, 0))
    ledger.claim(ReasonCode.DATE_WINDOW, np.where(overdue(problem.facts), line.quantity, 0))
    for code in (ReasonCode.LOCKED, ReasonCode.TIME_FENCE, ReasonCode.STRATEGY):
        beyond = line.quantity - case.firm.most
        ledger.claim(code, np.where(case.firm.code == code, beyond, 0))
    outside = np.where(out_of_packs(problem), line.quantity, line.quantity - case.whole)
    ledger.claim(ReasonCode.PACK_MULTIPLE, outside)


def _claim_refused(case: Case, ledger: Ledger) -> Ints:
    """2. Units missing even if the line were alone; returns the reach after all refusals."""
    reach = case.waterfall.reach()
    missing = np.maximum(case.whole - reach, 0)
    ledger.claim(ReasonCode.NO_SUPPLY, missing)
    for refusal, code in CODE_OF_REFUSAL.items():
        refused = case.waterfall.refused[:, refusal]
        if refusal is Refusal.TOO_LATE:
            in_transit = _late_by_transit(case)
            reach, missing = _cut(case, ledger, ReasonCode.DATE_WINDOW, reach, missing, in_transit)
            refused = refused - in_transit
        reach, missing = _cut(case, ledger, code, reach, missing, refused)
    return reach - case.waterfall.refused[:, Refusal.CUSTOMER_HOLD]


def _cut(
    case: Case, ledger: Ledger, code: ReasonCode, reach: Ints, missing: Ints, amount: Ints
) -> tuple[Ints, Ints]:
    """Cut `reach` by `amount` and claim what is missing more than before."""
    reach = reach - amount
    now = np.maximum(case.whole - reach, 0)
    ledger.claim(code, now - missing)
    return reach, now


def _late_by_transit(case: Case) -> Ints:
    """Units too late only because of the way: the lot itself is ready in time."""
    problem, arcs = case.problem, case.problem.arcs
    ready = ready_days(problem.facts, arcs.refused_lot)
    in_time = ready <= problem.line.latest_day[arcs.refused_line]
    counts = in_time & (arcs.refused_reason == Refusal.TOO_LATE)
    units = np.where(counts, case.waterfall.refused_units, 0)
    return summed(arcs.refused_line, units, problem.num_lines)


def _claim_whole_line(case: Case, ledger: Ledger) -> Bools:
    """3. Rows that count every unit of the line alike; returns the lines they have no room for."""
    stopped = np.zeros(case.problem.num_lines, dtype=np.bool_)
    short = ledger.rest > 0
    families = limiting(Limit.WHOLE_LINE)
    for family in sorted(families, key=lambda name: explains(name).reason):
        code = explains(family).reason
        stops = case.limits.of_family(family) & ~case.limits.relief
        row = np.full(case.problem.num_lines, NO_ROW)
        line = case.problem.arcs.line[case.limits.stop_arc[stops]]
        np.minimum.at(row, line, case.limits.stop_row[stops])
        held = row < NO_ROW
        wanted = np.where(short & held, np.maximum(ledger.rest, 1), 0)
        ledger.claim(code, wanted, row=row, beside=True)
        stopped |= held
    return stopped


def _claim_arcs(case: Case, ledger: Ledger, code: ReasonCode, reach: Ints, units: Ints) -> Ints:
    """2. and 5. Units (arcs,) that cut the reach; returns the reach after them."""
    missing = np.maximum(case.whole - reach, 0)
    amount = summed(case.problem.arcs.line, units, case.problem.num_lines)
    return _cut(case, ledger, code, reach, missing, amount)[0]


def _claim_rivals(case: Case, ledger: Ledger, reach: Ints, others: Ints) -> None:
    """6. What other lines took (arcs,), shared out among what decided, the largest first."""
    before = np.maximum(case.whole - reach, 0)
    taken = summed(case.problem.arcs.line, others, case.problem.num_lines)
    lost = np.minimum(np.maximum(case.whole - reach + taken, 0) - before, ledger.rest)
    if not case.proven:
        ledger.claim(ReasonCode.NOT_PROVEN, lost, Certainty.UNKNOWN)
        return
    wanting = (lost > 0)[case.problem.arcs.line] & (others > 0)
    for arcs in batches(case.problem, case.stakes, np.flatnonzero(wanting)):
        _share_out(ledger, lost, rivals(case.problem, case.plan, case.stakes, arcs))


def _share_out(ledger: Ledger, lost: Ints, found: Rivals) -> None:
    """`lost` of every line by what decided; slivers under a unit go to the largest."""
    keys, at = np.unique(found.line * CODES + found.code, return_inverse=True)
    units = summed(at, found.units, len(keys))
    order = np.lexsort((-units, keys // CODES))
    line, code, units = keys[order] // CODES, keys[order] % CODES, units[order]
    first = np.flatnonzero(np.diff(line, prepend=-1))
    total = np.add.reduceat(units, first) if len(first) else units
    units[first] += np.maximum(lost[line[first]] - total, 0)
    before = np.cumsum(units) - units
    before -= np.repeat(before[first], np.diff(first, append=len(line)))
    share = np.clip(lost[line] - before, 0, units)
    some = share > 0
    ledger.claim_pairs(line[some], code[some], share[some], Certainty.INDICATED)


def _claim_unknown(case: Case, ledger: Ledger) -> None:
    """8. Nothing accounts for the rest."""
    code = ReasonCode.UNEXPLAINED if case.proven else ReasonCode.NOT_PROVEN
    ledger.claim(code, ledger.rest.copy(), Certainty.UNKNOWN)
