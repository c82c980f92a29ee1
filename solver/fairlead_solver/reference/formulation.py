"""The Pyomo model under construction, and the two sums every rule speaks of.

    n_k   packs on arc k, integer            given_i = Σ_k m_i n_k       over the arcs of line i
                                             taken_s = Σ_k r_k m_i n_k   over the arcs of lot s

A rule adds constraints to `model` under its own name, its money (in micro-units, costs negative) to
`cash`, and what is no money but counts with it to `policy_value`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pyomo.environ as pyo

from .arcs import Arc, find
from .cycle import Cycle, Line
from .readings import entitlements


class Formulation:
    """One cycle's model. Pyomo is untyped, so its objects are `Any` here.

    `raised`: units by which the fair share of a line is moved, to try what that is worth.
    """

    def __init__(self, cycle: Cycle, raised: Mapping[str, int] | None = None) -> None:
        self.cycle = cycle
        self._raised = raised or {}
        self.arcs: Sequence[Arc] = find(cycle)
        self.model: Any = pyo.ConcreteModel()
        self.cash: list[Any] = []
        self.policy_value: list[Any] = []
        most = [arc.most for arc in self.arcs]
        self.model.packs = pyo.Var(
            range(len(most)), domain=pyo.NonNegativeIntegers, bounds=lambda _, k: (0, most[k])
        )
        self.arcs_of_line = _group((arc.line.id, k) for k, arc in enumerate(self.arcs))
        self.arcs_of_lot = _group((arc.lot.id, k) for k, arc in enumerate(self.arcs))
        self._sums()

    def _sums(self) -> None:
        """Variables for what lines get and lots give: a rule never meets an empty sum."""
        m = self.model
        m.given = pyo.Var([line.id for line in self.cycle.lines])
        m.taken = pyo.Var([lot.id for lot in self.cycle.lots])

        @m.Constraint(m.given.index_set())  # type: ignore[untyped-decorator]
        def given_is(m: Any, i: str) -> Any:
            arcs = self.arcs_of_line.get(i, [])
            return m.given[i] == sum(self.arcs[k].line.pack * m.packs[k] for k in arcs)

        @m.Constraint(m.taken.index_set())  # type: ignore[untyped-decorator]
        def taken_is(m: Any, s: str) -> Any:
            arcs = self.arcs_of_lot.get(s, [])
            return m.taken[s] == sum(self.arcs[k].taken_per_pack * m.packs[k] for k in arcs)

    def given(self, line: Line) -> Any:
        """Units line i gets."""
        return self.model.given[line.id]

    def entitlements(self) -> dict[str, Fraction]:
        """Each line's fair share in units."""
        entitled = entitlements(self.cycle, self.arcs)
        return entitled | {i: entitled[i] + units for i, units in self._raised.items()}

    def taken(self, line: str, lots: Sequence[str]) -> Any:
        """Units a line gets out of some lots, one of which at least must be able to serve it."""
        arcs = (k for k in self.arcs_of_line[line] if self.arcs[k].lot.id in lots)
        return sum(self.arcs[k].line.pack * self.model.packs[k] for k in arcs)

    def rows(self, name: str) -> Any:
        """A new, named list of constraints."""
        rows = pyo.ConstraintList()
        self.model.add_component(name, rows)
        return rows

    def variables(self, name: str, keys: Iterable[Hashable], **kind: Any) -> dict[Any, Any]:
        """New variables, one per key, nonnegative unless said otherwise."""
        ordered = list(dict.fromkeys(keys))
        kind.setdefault("domain", pyo.NonNegativeReals)
        variables = pyo.Var(range(len(ordered)), **kind)
        self.model.add_component(name, variables)
        return {key: variables[i] for i, key in enumerate(ordered)}

    def switches(self, name: str, keys: Iterable[Hashable]) -> dict[Any, Any]:
        """New 0/1 variables, one per key."""
        return self.variables(name, keys, domain=pyo.Binary)


def _group(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    grouped: defaultdict[str, list[int]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return dict(grouped)
