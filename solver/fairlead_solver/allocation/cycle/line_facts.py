"""What a line has, resolved once from the line, its product, its customer and the policy."""

from __future__ import annotations

from dataclasses import dataclass

from ...tables import Codes, Days, Ints


@dataclass(frozen=True, slots=True, eq=False)
class LineFacts:
    """What a line's rules need, resolved from the line, its product, customer and the policy.

    All arrays have one entry per line, in the order of `facts.lines` (sorted by id).
    """

    product: Codes
    customer: Codes  # -1: none
    channel: Codes  # -1: none
    tier: Codes  # rank in policy.tiers, 0 the best
    order: Codes  # index among `Problem.order_ids`
    destination: Codes  # index among the destinations; -1: none
    quantity: Ints  # q_i
    pack: Ints  # m_i
    price_micros: Ints
    value_micros: Ints  # v_i: what the weights of the policy multiply
    requested_day: Days
    latest_day: Days  # NO_DAY: no limit
    least: Ints  # the least quantity other than 0: ceil(phi_i q_i), 0 where there is none
    previous: Ints  # prev_i, 0: no previous confirmation
    locked: Ints  # NO_INT: not locked
