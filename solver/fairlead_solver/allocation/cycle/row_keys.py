"""What rows and columns of an allocation model are about, and the names by which another cycle
knows the same things."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ...tables import Coded
from .problem import Problem

_JOINT = "\x1f"  # between the words of a compound name, which is never taken apart


class About(Enum):
    """The table that the keys of a block index."""

    CYCLE = "cycle"  # the cycle as a whole: one row
    LINES = "lines"
    LOTS = "lots"
    ARCS = "arcs"  # named by line and lot
    ORDERS = "orders"
    GROUPS = "groups"  # delivery groups
    LOCATIONS = "locations"
    RESOURCES = "resources"
    CUSTOMERS = "customers"
    CONTRACTS = "contracts"
    QUOTAS = "quotas"
    PROTECTIONS = "protections"


def names_of(problem: Problem, about: About) -> Sequence[str]:
    """The name of every row of a table, unique in it. Raises ValueError for ARCS."""
    facts = problem.facts
    match about:
        case About.CYCLE:
            return ("",)
        case About.LINES:
            return facts.lines.id
        case About.LOTS:
            return facts.lots.id
        case About.ORDERS:
            return problem.order_ids
        case About.GROUPS:
            return facts.lines.delivery_group.names
        case About.LOCATIONS:
            return facts.locations.id
        case About.RESOURCES:
            return _joined(facts.resources.location, facts.resources.resource)
        case About.CUSTOMERS:
            return facts.customers.id
        case About.CONTRACTS:
            return facts.contracts.id
        case About.QUOTAS:
            return facts.quotas.id
        case About.PROTECTIONS:
            return facts.protections.id
        case About.ARCS:
            raise ValueError("an arc has no name but its line's and its lot's")


def _joined(one: Coded, other: Coded) -> Sequence[str]:
    return tuple(f"{a}{_JOINT}{b}" for a, b in zip(one.words(), other.words(), strict=True))
