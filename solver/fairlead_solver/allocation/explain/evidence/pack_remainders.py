"""What of its reach a line cannot take for want of a whole pack, beside what others leave of it.

Of R units on an arc a line with packs of m can take no more than R - R mod m, even alone. What the
plan leaves there is under a pack by L mod m, which may be more: others took some of the packs that
would be. So on every arc, all in units of the line,

    R = given + unused + alone + broken + others + protected
        alone   R mod m                        no whole pack, whatever others take
        broken  max(0, L mod m - R mod m)      no whole pack beside what others took

`others` and `protected` are the waterfall's less what of them lies in `alone`: taking that they
took no pack from the line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairlead_solver.tables import Ints

from .stock_waterfall import ArcUnits


@dataclass(frozen=True, slots=True, eq=False)
class Packs:
    """Units of the line, one entry per arc each."""

    alone: Ints
    broken: Ints
    others: Ints
    protected: Ints


def packs(units: ArcUnits, pack: Ints) -> Packs:
    """The share of every arc; `pack` (arcs,): m."""
    alone = units.reach() % pack
    cut = np.maximum(alone - units.remainder, 0)
    of_others = np.minimum(units.others, cut)
    return Packs(
        alone,
        np.maximum(units.remainder - alone, 0),
        units.others - of_others,
        np.maximum(units.protected - (cut - of_others), 0),
    )
