"""The rules of allocation, one module each. Flow comes first: column k is arc k.

To add a rule: one module with what `allocation/rules/family.py` asks for, and one line here.
"""

from __future__ import annotations

from ..family import Family
from . import (
    capacity,
    churn,
    contract_cap,
    contract_floor,
    credit,
    delivery_group,
    demand,
    fair_share,
    fefo,
    flow,
    location_use,
    lock,
    lot_size,
    min_fill,
    protection,
    quota,
    ship_complete,
    shipment,
    sources,
    strategy,
    supply,
    tier_order,
    time_fence,
)

FAMILIES: tuple[Family, ...] = (
    flow,
    supply,
    demand,
    lot_size,
    min_fill,
    ship_complete,
    delivery_group,
    sources,
    shipment,
    location_use,
    capacity,
    contract_floor,
    contract_cap,
    quota,
    protection,
    credit,
    fefo,
    fair_share,
    lock,
    time_fence,
    strategy,
    churn,
    tier_order,
)
