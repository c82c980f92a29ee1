"""Limits that a remedy may raise: by family, the kind of remedy and the table of the limit."""

from __future__ import annotations

from ...rules.explanation import FixKind

HOW_RAISED = {
    "quota": (FixKind.RAISE_QUOTA, "quotas"),
    "contract_cap": (FixKind.RAISE_CONTRACT_CAP, "contracts"),
    "credit": (FixKind.RAISE_CREDIT, "customers"),
    "capacity": (FixKind.RAISE_CAPACITY, "resources"),
}


RAISED = tuple(HOW_RAISED)


RAISING = tuple(kind for kind, _ in HOW_RAISED.values())
