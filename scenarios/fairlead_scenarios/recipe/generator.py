"""The recipe of a cycle: a few documented parameters and a seed make a distributor's cycle.

Same parameters and seed, same cycle. All draws are NumPy columns, so that a million lines take
seconds; the result is in the contract's packed form.
"""

from __future__ import annotations

import numpy as np

from fairlead.v1 import facts_pb2, policy_pb2

from ..spelling.message_reader import as_day
from .agreements import write_agreements
from .draws import Draws
from .parameters import ContractScope, Parameters, TierMode
from .tables import tier_names, write_tables

BEST_RATE, WORST_RATE = 9.0, 4.0  # service rates of the first and the last tier


class Recipe(Parameters):
    """Parameters, and the cycle and policy they make."""

    def cycle(self) -> facts_pb2.Cycle:
        """The cycle, in packed columns."""
        draws = Draws.of(self)
        cycle = facts_pb2.Cycle(cycle_day=as_day(self.cycle_date), currency="USD")
        cycle.as_of_day = cycle.cycle_day
        write_tables(cycle.columns, draws, cycle.cycle_day)
        write_agreements(cycle.columns, draws)
        return cycle

    def policy(self) -> policy_pb2.Policy:
        """The policy that fits the cycle: its tiers, and a little value for old stock."""
        policy = policy_pb2.Policy(id="recipe")
        rates = np.linspace(BEST_RATE, WORST_RATE, self.tiers)
        for name, rate in zip(tier_names(self.tiers), rates, strict=True):
            policy.tiers.add(id=name, service_rate=round(float(rate), 3), lateness_rate=0.01)
        if self.tier_mode is TierMode.STRICT:
            policy.tier_mode = policy_pb2.TIER_MODE_STRICT
        if self.lot_age_days:
            policy.aging.age.add(days=self.lot_age_days // 2, rate=0.05)
            policy.aging.age.add(days=self.lot_age_days, rate=0.15)
        return policy


__all__ = ["ContractScope", "Recipe", "TierMode"]
