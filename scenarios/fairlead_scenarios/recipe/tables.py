"""Writes the drawn tables of a cycle: products, lots, locations, customers, lines."""

from __future__ import annotations

import numpy as np

from fairlead.v1 import columns_pb2

from ..spelling.message_reader import MICRO
from .agreements import credit_micros, destination_names, line_channels
from .draws import Draws, ids, words

RESOURCE = "pick_minutes"


def write_tables(columns: columns_pb2.CycleColumns, draws: Draws, today: int) -> None:
    """Everything but contracts, quotas and lanes. `today`: the cycle's day."""
    _write_products(columns, draws)
    _write_lots(columns, draws, today)
    _write_locations(columns, draws)
    _write_customers(columns, draws)
    _write_lines(columns, draws, today)


def tier_names(count: int) -> list[str]:
    """A, B, C, …"""
    return [chr(ord("A") + i) for i in range(count)]


def _write_products(columns: columns_pb2.CycleColumns, draws: Draws) -> None:
    count = len(draws.products)
    table = columns.products
    table.id.extend(draws.products)
    table.standard_cost_micros.extend((draws.price_micros * 6 // 10).tolist())
    table.family.CopyFrom(words(draws.families, draws.product_family))
    table.perishable.extend([draws.recipe.shelf_life_days > 0] * count)
    if draws.recipe.capacity_tightness:
        columns.usages.product.CopyFrom(words(draws.products, np.arange(count)))
        columns.usages.resource.CopyFrom(words([RESOURCE], np.zeros(count, np.int64)))
        columns.usages.usage_micros.extend(draws.usage_micros.tolist())


def _write_lots(columns: columns_pb2.CycleColumns, draws: Draws, today: int) -> None:
    table = columns.lots
    table.id.extend(ids("L", len(draws.lot_product)))
    table.product.CopyFrom(words(draws.products, draws.lot_product))
    table.location.CopyFrom(words(draws.locations, draws.lot_location))
    table.quantity.extend(draws.lot_quantity.tolist())
    if draws.recipe.lot_age_days:
        table.received_day.extend((today - draws.lot_age).tolist())
    if draws.recipe.shelf_life_days:
        table.expiry_day.extend((today + draws.lot_life).tolist())


def _write_locations(columns: columns_pb2.CycleColumns, draws: Draws) -> None:
    columns.locations.id.extend(draws.locations)
    tightness = draws.recipe.capacity_tightness
    if not tightness:
        return
    count = len(draws.locations)
    capacity = np.floor(draws.work_micros() * tightness).astype(np.int64)
    table = columns.resources
    table.location.CopyFrom(words(draws.locations, np.arange(count)))
    table.resource.CopyFrom(words([RESOURCE], np.zeros(count, np.int64)))
    table.capacity_micros.extend(capacity.tolist())
    table.overtime_micros.extend((capacity // 50).tolist())
    table.overtime_cost_micros.extend([2 * MICRO] * count)


def _write_customers(columns: columns_pb2.CycleColumns, draws: Draws) -> None:
    table = columns.customers
    table.id.extend(draws.customers)
    table.tier.CopyFrom(words(tier_names(draws.recipe.tiers), draws.customer_tier))
    if names := destination_names(draws):
        table.destination.CopyFrom(words(names, np.arange(len(draws.customers)) % len(names)))
    if draws.recipe.credit_share:
        table.credit_micros.extend(credit_micros(draws).tolist())


def _write_lines(columns: columns_pb2.CycleColumns, draws: Draws, today: int) -> None:
    table = columns.lines
    order = draws.line_order
    table.id.extend(ids("SO", len(order)))
    table.order.CopyFrom(words(ids("O", len(draws.order_customer)), order))
    table.product.CopyFrom(words(draws.products, draws.line_product))
    table.quantity.extend(draws.line_quantity.tolist())
    table.customer.CopyFrom(words(draws.customers, draws.line_customer))
    table.channel.CopyFrom(words(*line_channels(draws)))
    table.unit_price_micros.extend(draws.line_price_micros.tolist())
    table.requested_day.extend((today + draws.line_requested).tolist())
    table.ship_complete.extend(draws.line_complete.tolist())
