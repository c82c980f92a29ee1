"""Lines that take all or nothing, and groups that do: what of their shortage that accounts for."""

from __future__ import annotations

import numpy as np

from ...tables import Bools
from .case import Case
from .ledger import Ledger
from .values import Certainty, ReasonCode


def claim_all_or_nothing(
    case: Case, ledger: Ledger, under: Bools, certainty: Certainty = Certainty.EXACT
) -> None:
    """The rest of lines given nothing that are `under` their least: ship-complete or minimum."""
    chosen = under & (case.given == 0) & (case.problem.line.least > 0)
    complete = case.problem.facts.lines.ship_complete
    for code, lines in ((ReasonCode.SHIP_COMPLETE, complete), (ReasonCode.MIN_FILL, ~complete)):
        ledger.claim(code, np.where(chosen & lines, ledger.rest, 0), certainty)


def claim_group(
    case: Case, ledger: Ledger, incomplete: Bools, certainty: Certainty = Certainty.EXACT
) -> None:
    """The rest of every line whose delivery group holds an `incomplete` line."""
    codes = case.problem.facts.lines.delivery_group.codes
    bad = np.zeros(int(codes.max(initial=-1)) + 2, dtype=np.bool_)
    bad[codes[incomplete & (codes >= 0)]] = True
    touched = (codes >= 0) & bad[codes] & (case.given == 0)
    ledger.claim(ReasonCode.GROUP_INCOMPLETE, np.where(touched, ledger.rest, 0), certainty)
