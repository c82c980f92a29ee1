"""Which part of a program's objective is cash, column by column; the rest is policy value.

A flow's cash is its margin. What a family's own columns cost or earn is all of one term: a module
with such columns names it as its COLUMN_TERM.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...model.program.draft import Floats, Model
from ...tables import Ints
from ..cycle.problem import Problem
from ..rules import families
from ..rules.terms import CASH_TERMS, Term
from ..rules.unit_value import unit_terms


def with_cash(problem: Problem, model: Model) -> Model:
    """The same program with cash as its subtotal."""
    return replace(model, subtotal=_cash(problem, model))


def _cash(problem: Problem, model: Model) -> Floats:
    """Micro-units of money by column (columns,)."""
    flows = len(problem.arcs)
    cash = np.zeros(model.num_columns)
    terms = {f.NAME: getattr(f, "COLUMN_TERM", None) for f in families.FAMILIES}
    cash[:flows] = problem.whatever_quantities(_margins) * problem.arcs.pack
    for block in model.column_blocks:
        if block.start >= flows and terms[block.family] in CASH_TERMS:
            cash[block.start : block.stop] = model.cost[block.start : block.stop]
    return cash


def _margins(problem: Problem) -> Ints:
    return unit_terms(problem)[Term.MARGIN]
