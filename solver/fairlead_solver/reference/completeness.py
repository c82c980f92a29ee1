"""Rules of all or nothing: minimum fill, ship-complete, delivery groups, and strict FEFO."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

from .arcs import Arc
from .formulation import Formulation


def minimum_fill(f: Formulation) -> None:
    """given_i = 0, or given_i >= least_i; ship-complete: least_i = q_i."""
    least = {i.id: i.quantity if i.whole else i.least for i in f.cycle.lines}
    served = f.switches("served", [i for i, quantity in least.items() if quantity > 1])
    rows = f.rows("minimum_fill")
    for line in f.cycle.lines:
        if line.id in served:
            rows.add(f.given(line) >= least[line.id] * served[line.id])
            rows.add(f.given(line) <= line.quantity * served[line.id])


def delivery_groups(f: Formulation) -> None:
    """All lines of a group in full, or none of them."""
    complete = f.switches("complete", [i.group for i in f.cycle.lines if i.group])
    rows = f.rows("delivery_groups")
    for line in f.cycle.lines:
        if line.group:
            rows.add(f.given(line) == line.quantity * complete[line.group])


def strict_fefo(f: Formulation) -> None:
    """A line takes from a later-expiring lot only if less than one of its packs is left in every
    earlier-expiring lot of that product and location that it could take from."""
    if f.cycle.policy.fefo.mode.name != "STRICT":
        return
    shelves: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for k, arc in enumerate(f.arcs):
        shelves[arc.line.id, arc.lot.product, arc.lot.location].append(k)
    pairs = [
        (early, late)
        for arcs in shelves.values()
        for early, late in product(arcs, arcs)
        if _expires_before(f.arcs[early], f.arcs[late])
    ]
    later = f.switches("takes_later", [late for _, late in pairs])
    rows = f.rows("strict_fefo")
    for late, taken in later.items():
        rows.add(f.model.packs[late] <= f.arcs[late].most * taken)
    for early, late in pairs:
        arc = f.arcs[early]
        left = arc.lot.quantity - f.model.taken[arc.lot.id]
        rows.add(left <= arc.taken_per_pack - 1 + arc.lot.quantity * (1 - later[late]))


def _expires_before(early: Arc, late: Arc) -> bool:
    if early.lot.expiry is None:
        return False
    return late.lot.expiry is None or early.lot.expiry < late.lot.expiry
