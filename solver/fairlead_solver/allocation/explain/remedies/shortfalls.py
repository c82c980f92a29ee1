"""What a line lacks to be filled by one of its arcs: stock in the lot, and room in the rows.

With m units missing, lot s lacks what is over its remainder for the line, and a row of capacity,
quota, cap or credit lacks  m u_r - (room left beside the plan),  u_r being what a unit uses.
"""

from __future__ import annotations

import math

import numpy as np

from fairlead_solver.tables import Floats, Ints

from ...cycle.problem import Problem
from ...rules.explanation import FixKind, Unit
from ...rules.figure_text import amount as amount_text
from ...rules.figure_text import day, money
from ..evidence.evidence import Case
from ..evidence.units import MICRO, MICRO_UNITS, unit_of
from ..variants.edited_problem import Edit
from ..vocabulary import rule_catalogue
from ..vocabulary.values import FixPart, Rule, WaterfallKind
from .remedy import Move, Step, row_of

FEW = 50  # lines that use a row: it is raised for all of them


def missing_of(case: Case, line: int) -> int:
    """Units a line is short of its whole packs."""
    return int(case.whole[line] - case.given[line])


def missing_beside(case: Case, line: int, arc: int) -> int:
    """The same, with what all lines that could take from the arc's lot are short, in units of
    this line."""
    arcs = case.problem.arcs
    on_lot = np.flatnonzero(arcs.lot == arcs.lot[arc])
    lines, first = np.unique(arcs.line[on_lot], return_index=True)
    stock = (case.whole - case.given)[lines] * arcs.ratio[on_lot[first]]
    return max(missing_of(case, line), -(-int(stock.sum()) // int(arcs.ratio[arc])))


def use_of(case: Case, row: int, line: int) -> float:
    """The most a pack of the line uses of a row, by any of its arcs."""
    matrix, arcs = case.limits.model.matrix, case.problem.arcs
    part = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    columns, values = matrix.indices[part], matrix.data[part]
    own = (columns >= arcs.offsets[line]) & (columns < arcs.offsets[line + 1])
    return float(values[own].max(initial=0.0))


def uses_of(case: Case, row: int, line: int) -> list[float]:
    """What a pack of the line uses of a row, by any of its arcs that uses some: each once."""
    matrix, arcs = case.limits.model.matrix, case.problem.arcs
    part = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
    columns, values = matrix.indices[part], matrix.data[part]
    own = (columns >= arcs.offsets[line]) & (columns < arcs.offsets[line + 1]) & (values > 0)
    uses: list[float] = np.unique(values[own]).tolist()
    return uses


def things_lacking(case: Case, arcs: slice, missing: int) -> Ints:
    """How many things `missing` units of a line lack to come by each of its arcs."""
    of_arc, _, _ = _rooms_lacking(case, arcs, missing)
    stock = _stock_lacking(case, arcs, missing) > 0
    found: Ints = stock + np.bincount(of_arc, minlength=len(stock))
    return found


def _stock_lacking(case: Case, arcs: slice, missing: int) -> Ints:
    """What `missing` units of a line lack in the lot of each of its arcs; 0 or less: nothing."""
    units = case.waterfall.arcs
    there = units.remainder[arcs] + units.unused[arcs]
    lacking: Ints = (missing - there) * case.problem.arcs.ratio[arcs]
    return lacking


def _rooms_lacking(case: Case, arcs: slice, missing: int) -> tuple[Ints, Ints, Floats]:
    """(which of `arcs`, row, by how much the missing units exceed its room), of rows that are
    raised."""
    of_arc, row, per_pack = case.limits.entries(arcs)
    wanted = missing * per_pack / case.problem.arcs.pack[arcs][of_arc]
    lacking = wanted - case.limits.bare[row]
    lacks = (lacking > 1e-9 * np.maximum(1.0, wanted)) & case.limits.rows_of(
        tuple(rule_catalogue.raised())
    )[row]
    return of_arc[lacks], row[lacks], lacking[lacks]


def all_lacking(case: Case, arc: int, missing: int) -> tuple[Step, ...]:
    """Everything that `missing` units of the arc's line lack to come by the arc."""
    own, lot = slice(arc, arc + 1), int(case.problem.arcs.lot[arc])
    lacking = int(_stock_lacking(case, own, missing)[0])
    stock = (more_stock(case.problem, lot, lacking),) if lacking > 0 else ()
    _, row, over = _rooms_lacking(case, own, missing)
    rooms = zip(row.tolist(), over.tolist(), strict=True)
    return (*stock, *(raised(case, row, beyond) for row, beyond in rooms))


def all_lacking_beside(case: Case, arc: int, missing: int) -> tuple[Step, ...]:
    """The same, with room in its rows for what all others lack too that use them; nothing where
    those are more than FEW."""
    arcs, matrix = case.problem.arcs, case.limits.model.matrix
    steps = []
    for step in all_lacking(case, arc, missing):
        row = row_of(case.limits.model, step.moves[0]) if step.moves else None
        if row is not None:
            part = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
            flows = matrix.indices[part][matrix.indices[part] < len(arcs)]
            line = arcs.line[flows]  # ascending, as arcs are
            lines = line[np.flatnonzero(np.diff(line, prepend=-1))].tolist()
            if len(lines) > FEW:
                return ()
            pack = case.problem.line.pack
            wanted = (missing_of(case, i) * use_of(case, row, i) / int(pack[i]) for i in lines)
            step = raised(case, row, sum(wanted) - float(case.limits.bare[row]))
        steps.append(step)
    return tuple(steps)


def more_stock(problem: Problem, lot: int, amount: int) -> Step:
    """So many base units more in a lot."""
    lots = problem.facts.lots
    product, location = lots.product.word(lot), lots.location.word(lot)
    by = int(lots.available_day[lot])
    ready = by if by > problem.facts.cycle_day else None
    when = f" by {day(ready)}" if ready is not None else ""
    return Step(
        FixPart(
            FixKind.MORE_STOCK,
            Rule("supply", lots.id[lot], f"lots[{lots.id[lot]}].quantity"),
            amount,
            Unit.BASE,
            product,
            location,
            ready,
        ),
        f"{amount} more of {product} at {location}{when}",
        edits=(Edit("lots", "quantity", lot, int(lots.quantity[lot]) + amount),),
    )


def raised(case: Case, row: int, lacking: float) -> Step:
    """A row's limit raised by what it lacks, in whole steps of the row."""
    return raised_by(case, row, max(1, math.ceil(lacking - 1e-9)))


def raised_by(case: Case, row: int, steps: int) -> Step:
    """A row's limit raised by so many steps of the row."""
    block, key = case.limits.model.row_block(row)
    how = rule_catalogue.raised()[block.family]
    kind, table = how.kind, how.table
    _, words = case.wording(row)
    unit = unit_of(block.family, words)
    step = MICRO // words.scale if unit in MICRO_UNITS else 1
    amount = steps * step + _overdrawn(case.problem, table, key)
    shown = _shown(amount, unit, case.problem.facts.currency)
    location = case.problem.facts.resources.location.word(key) if table == "resources" else ""
    return Step(
        FixPart(kind, Rule(block.family, words.key, words.leaf), amount, unit, location=location),
        f"{words.looser} by {shown}",
        moves=(Move(block.family, block.name, key, upper=float(steps)),),
    )


def _shown(amount: int, unit: Unit, currency: str) -> str:
    """An amount with its currency, or of what the limit's own words name."""
    if unit is Unit.MONEY_MICROS:
        return money(amount, currency)
    return amount_text(amount / MICRO) if unit is Unit.RESOURCE_MICROS else str(amount)


def _overdrawn(problem: Problem, table: str, key: int) -> int:
    """What was used of a limit before the cycle beyond it: it must be made good first."""
    if table == "quotas":
        quotas = problem.facts.quotas
        return max(0, int(quotas.consumed_quantity[key] - quotas.cap_quantity[key]))
    if table == "contracts":
        contracts = problem.facts.contracts
        return max(0, int(contracts.delivered_quantity[key] - contracts.cap_quantity[key]))
    return 0


def released(case: Case, line: int) -> Step | None:
    """What is protected from the line, released as far as it lacks units."""
    problem, key = case.problem, int(case.waterfall.keeper[line])
    table = problem.facts.protections
    kept = int(case.waterfall.units[line, WaterfallKind.PROTECTED])
    ratio: Ints = problem.arcs.ratio[problem.arcs.of_line(line)]
    amount = min(kept, missing_of(case, line)) * int(ratio.max(initial=1))
    amount = min(amount, int(table.quantity[key]))
    return released_by(problem, key, amount) if amount > 0 else None


def released_by(problem: Problem, key: int, amount: int) -> Step:
    """So many units of a protection released."""
    table = problem.facts.protections
    name = table.id[key]
    return Step(
        FixPart(
            FixKind.RELEASE_PROTECTION,
            Rule("protection", name, f"protections[{name}].quantity"),
            amount,
            Unit.BASE,
            table.product.word(key),
        ),
        f"release {amount} protected by {name}",
        edits=(Edit("protections", "quantity", key, int(table.quantity[key]) - amount),),
    )
