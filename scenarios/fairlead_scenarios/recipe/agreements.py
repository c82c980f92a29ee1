"""Contracts, quotas, credit and lanes of a generated cycle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fairlead.v1 import columns_pb2

from ..spelling.message_reader import MICRO
from .draws import CENT, CHANNELS, Draws, Floats, Ints, ids, words
from .parameters import ContractScope

FLOOR_RATE = 0.8
PENALTY_MICROS = 25 * MICRO
LONGEST_TRANSIT_DAYS = 3
NO_MONEY = -(2**63)  # the contract's word for "no limit"
LINES, QUOTAS, CREDIT, LANES = range(1, 5)  # streams of draws


def write_agreements(columns: columns_pb2.CycleColumns, draws: Draws) -> None:
    """The tables of contracts, quotas and lanes; those that are empty are left out."""
    _write_contracts(columns, draws)
    _write_quotas(columns, draws)
    _write_lanes(columns, draws)


def line_channels(draws: Draws) -> tuple[Sequence[str], Ints]:
    """(names, code of each line): the order's, or for RANDOM_LINES a contract's own channel."""
    own = draws.order_channel[draws.line_order]
    contracts = len(draws.contract_family)
    if draws.recipe.contract_scope is ContractScope.FAMILY or not contracts:
        return CHANNELS, own
    drawn = draws.stream(LINES).integers(0, 2 * contracts, len(own))  # half are under none
    return [*CHANNELS, *_own_channels(draws)], np.where(
        drawn < contracts, len(CHANNELS) + drawn, own
    )


def destination_names(draws: Draws) -> list[str]:
    """Regions customers lie in; customers are spread over them evenly."""
    return ids("R", draws.recipe.destinations) if draws.recipe.destinations else []


def credit_micros(draws: Draws) -> Ints:
    """Money available to each customer, whole cents; NO_MONEY: any amount."""
    recipe, customers = draws.recipe, len(draws.customers)
    value = (draws.line_price_micros * draws.line_quantity).astype(np.float64)
    asked = np.bincount(draws.line_customer, value, customers)
    limited = draws.stream(CREDIT).random(customers) < recipe.credit_share
    limit = np.floor(asked * recipe.credit_tightness / CENT).astype(np.int64) * CENT
    return np.where(limited, limit, NO_MONEY)


def _own_channels(draws: Draws) -> list[str]:
    return ids("contract-", len(draws.contract_family))


def _write_contracts(columns: columns_pb2.CycleColumns, draws: Draws) -> None:
    count = len(draws.contract_family)
    if not count:
        return
    table = columns.contracts
    table.id.extend(ids("K", count))
    if draws.recipe.contract_scope is ContractScope.FAMILY:
        table.family.CopyFrom(words(draws.families, draws.contract_family))
        table.channel.CopyFrom(words(CHANNELS, draws.contract_channel))
    else:
        table.channel.CopyFrom(words(_own_channels(draws), np.arange(count)))
    table.floor_rate.extend([FLOOR_RATE] * count)
    table.penalty_micros.extend([PENALTY_MICROS] * count)


def _write_quotas(columns: columns_pb2.CycleColumns, draws: Draws) -> None:
    """Each (family, channel) has one quota at most."""
    recipe = draws.recipe
    scopes = len(draws.families) * len(CHANNELS)
    count = min(round(recipe.lines * recipe.quotas_per_line), scopes)
    if not count:
        return
    chosen = np.sort(draws.stream(QUOTAS).choice(scopes, count, replace=False))
    cap = np.floor(_demand_by_scope(draws)[chosen] * recipe.quota_tightness).astype(np.int64)
    table = columns.quotas
    table.id.extend(ids("Q", count))
    table.family.CopyFrom(words(draws.families, chosen // len(CHANNELS)))
    table.channel.CopyFrom(words(CHANNELS, chosen % len(CHANNELS)))
    table.cap_quantity.extend(cap.tolist())


def _demand_by_scope(draws: Draws) -> Floats:
    """Units asked for in each (family, channel); a contract's own channel is in none."""
    channel = line_channels(draws)[1]
    usual = channel < len(CHANNELS)
    scope = draws.product_family[draws.line_product] * len(CHANNELS) + channel
    asked = np.where(usual, draws.line_quantity, 0)
    size = len(draws.families) * len(CHANNELS)
    return np.bincount(np.where(usual, scope, 0), asked, size).astype(np.float64)


def _write_lanes(columns: columns_pb2.CycleColumns, draws: Draws) -> None:
    """A lane from every location to every region, cost and days by how far apart they are drawn."""
    names = destination_names(draws)
    if not names:
        return
    recipe, sources = draws.recipe, len(draws.locations)
    distance = draws.stream(LANES).uniform(0, 1, sources * len(names))
    cost = np.rint(2 * recipe.lane_cost * distance * 100).astype(np.int64) * CENT
    table = columns.lanes
    table.location.CopyFrom(words(draws.locations, np.repeat(np.arange(sources), len(names))))
    table.destination.CopyFrom(words(names, np.tile(np.arange(len(names)), sources)))
    table.cost_micros.extend(cost.tolist())
    table.transit_days.extend(np.ceil(distance * LONGEST_TRANSIT_DAYS).astype(np.int64).tolist())
    if recipe.shipment_cost:
        fixed = round(recipe.shipment_cost * 100) * CENT
        table.fixed_cost_micros.extend([fixed] * len(distance))
