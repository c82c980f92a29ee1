"""What forcing more for a line came to."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead_solver.model.resolve.scope import Scope


@dataclass(frozen=True, slots=True)
class Proof:
    """More for a line was forced: `delta_micros` is what that costs, None: it is infeasible.

    `at_least`: it costs that much or more. `scope`: what was solved again. `cash_micros`: the cash
    in what it costs, where a plan splits it.
    """

    delta_micros: int | None
    at_least: bool
    scope: Scope
    cash_micros: int | None = None
