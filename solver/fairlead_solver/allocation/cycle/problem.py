"""A checked cycle: canonical facts, the policy, and what every family needs derived once.

Canonical: each table is sorted by id (tables without one by their references), each `Coded`
column's `names` is the sorted id tuple of the table it refers to (or the sorted words of its
domain), so that a code is a row number there and the same facts give the same arrays whatever
the order they were given in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from ...findings import Finding
from ...tables import Bools, Floats, Ints
from ..policy.policy import Policy
from .eligibility import Arcs, resized_arcs
from .facts import Facts
from .line_facts import LineFacts
from .quarantine import LeftOut
from .scopes import ByLine, Scopes, scopes

Derived = TypeVar("Derived")
_SCOPES = ("contract_scopes", "contracts_by_line", "quota_scopes")


@dataclass(frozen=True, eq=False)
class Problem:
    """One checked allocation cycle. `digest` identifies facts and policy whatever their order."""

    facts: Facts
    policy: Policy
    line: LineFacts
    order_ids: tuple[str, ...]
    order_max_sources: Ints  # per order, 0: any number
    lot_cost_micros: Ints  # unit cost of each lot
    arcs: Arcs
    warnings: tuple[Finding, ...]
    digest: str
    policy_digest: str
    left_out: LeftOut | None = None  # None: rows that break a rule were refused

    def once(self, derive: Callable[[Problem], Derived]) -> Derived:
        """What `derive` makes of this problem, made when it is asked for first.

        For what families and explanations need again and again, line by line.
        """
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        made: Derived = self._derived[derive]
        return made

    def with_quantities(self, facts: Facts) -> Problem:
        """The cycle with other quantities of lots, protections and limits, and nothing else
        changed: which lot may serve which line, and what each scope covers, stays."""
        changed = replace(self, facts=facts, arcs=resized_arcs(self.arcs, facts))
        vars(changed).update((n, kept) for n, kept in vars(self).items() if n in _SCOPES)
        vars(changed)["_same"] = vars(self).setdefault("_same", {})
        return changed

    def whatever_quantities(self, derive: Callable[[Problem], Derived]) -> Derived:
        """What `derive` makes of this problem, which does not depend on what `with_quantities`
        changes: made once for all of those cycles, and kept by none that is never changed."""
        same = vars(self).get("_same")
        if same is None:
            return derive(self)
        if derive not in same:
            same[derive] = derive(self)
        made: Derived = same[derive]
        return made

    @cached_property
    def _derived(self) -> dict[Callable[[Problem], Any], Any]:
        return {}

    @property
    def num_lines(self) -> int:
        """Number of order lines."""
        return len(self.line.quantity)

    def matches(
        self,
        *,
        customer: int = -1,
        channel: int = -1,
        tier: int = -1,
    ) -> Bools:
        """Which lines a group covers: every selector given (not -1) must match."""
        line = self.line
        chosen = np.ones(self.num_lines, dtype=np.bool_)
        for wanted, column in (
            (customer, line.customer),
            (channel, line.channel),
            (tier, line.tier),
        ):
            if wanted >= 0:
                chosen &= column == wanted
        return chosen

    @cached_property
    def contract_scopes(self) -> Scopes:
        """The lines each contract covers."""
        return scopes(self.facts, self.line, self.facts.contracts)

    @cached_property
    def contracts_by_line(self) -> ByLine:
        """The contracts that cover each line."""
        return self.contract_scopes.by_line(self.num_lines)

    @cached_property
    def quota_scopes(self) -> Scopes:
        """The lines each quota covers."""
        return scopes(self.facts, self.line, self.facts.quotas)

    def service_rates(self) -> Floats:
        """sigma of each line's tier."""
        return self._of_tier("service_rate")

    def lateness_rates(self) -> Floats:
        """lambda of each line's tier, per day."""
        return self._of_tier("lateness_rate")

    def _of_tier(self, name: str) -> Floats:
        rates = np.array([getattr(t, name) for t in self.policy.tiers], dtype=np.float64)
        picked: Floats = rates[self.line.tier]
        return picked
