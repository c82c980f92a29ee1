"""Value of a unit of a line: what the weights of the policy multiply.

    v_i = the line's own value, else its price, else its product's list price, else the standard
          cost, else the largest unit cost of the product's lots            (the first above 0)

Free goods, goods under warranty and transfers to an own shop have no price. Their tier serves them
like other lines. Margin and credit keep the price.
"""

from __future__ import annotations

import numpy as np

from ...tables import NO_INT, Ints
from .facts import Facts


def line_values(facts: Facts) -> Ints:
    """v_i of canonical facts: micro-units per unit (lines,); 0 where all of these are 0."""
    lines, product = facts.lines, facts.lines.product.codes
    value = lines.unit_price_micros
    if lines.value_micros.any():
        value = np.where(lines.value_micros > 0, lines.value_micros, value)
    if value.all():
        return value
    for fallback in (
        facts.products.list_price_micros,
        facts.products.standard_cost_micros,
        _dearest_lots(facts),
    ):
        value = np.where(value > 0, value, fallback[product])
    return value


def _dearest_lots(facts: Facts) -> Ints:
    """The largest unit cost given by a lot of each product; 0 where none gives one."""
    cost = facts.lots.unit_cost_micros
    dearest = np.zeros(len(facts.products), dtype=np.int64)
    np.maximum.at(dearest, facts.lots.product.codes, np.where(cost == NO_INT, 0, cost))
    return dearest
