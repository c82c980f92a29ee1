"""Sites: the (line, place) pairs that arcs join, and the rows that open a place before it ships.

    Σ_{k at (i, w)} m_i n_k  <=  U_iw y_w,     U_iw = min(whole packs of q_i, Σ_k m_i max_packs_k)

One row per (line, place) is tighter than one per place: y_w must cover the largest share any of
its lines takes. A place is whatever the caller codes: a location, a lane of an order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...model.program.draft import Draft, RowKind
from ...tables import Ints
from ..cycle.problem import Problem
from ..cycle.row_keys import About


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """`site[j]` is the site of arc `arc[j]`; a site has its line, its place and U."""

    arc: Ints
    site: Ints
    line: Ints
    place: Ints
    most: Ints  # U, units

    def __len__(self) -> int:
        return len(self.line)


def sites_of(problem: Problem, arc: Ints, place: Ints) -> Sites:
    """Group the arcs given by (line, place); `place` has one code >= 0 per arc given.

    Arcs that cannot carry a pack are left out.
    """
    arcs = problem.arcs
    open_arcs = arcs.max_packs[arc] > 0
    arc, place = arc[open_arcs], place[open_arcs]
    line = arcs.line[arc].astype(np.int64)
    width = int(place.max(initial=0)) + 1
    keys, site = np.unique(line * width + place, return_inverse=True)
    reach = np.zeros(len(keys), dtype=np.int64)
    np.add.at(reach, site, arcs.max_packs[arc] * arcs.pack[arc])
    owner = keys // width
    asked = problem.line.quantity[owner]
    whole = asked - asked % problem.line.pack[owner]
    return Sites(arc, site, owner, keys % width, np.minimum(reach, whole))


def link(
    draft: Draft, family: str, name: str, problem: Problem, sites: Sites, switch: Ints
) -> None:
    """Write Σ m n <= U y for every site; `switch` is the column y of each site. Keys: lines."""
    rows = draft.rows(family, name, sites.line, upper=0.0, kind=RowKind.LINK, about=About.LINES)
    draft.entries(rows[sites.site], sites.arc, problem.arcs.pack[sites.arc])
    draft.entries(rows, switch, -sites.most.astype(np.float64))
