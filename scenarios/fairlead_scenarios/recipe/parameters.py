"""The parameters of a generated cycle: their meaning, range and default, written once.

Options of `fairlead bench`, recipe files and the table in docs/benchmark.md all come from here.
`fairlead bench --help` imports this module: it imports nothing heavy.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class TierMode(Enum):
    """How the cycle's policy lets tiers compete."""

    WEIGHTED = "WEIGHTED"
    STRICT = "STRICT"


class ContractScope(Enum):
    """Which lines a contract counts.

    FAMILY: those of one product family (about 25 products), sometimes of one channel only.
    RANDOM_LINES: any lines; each contract has a channel of its own, and half of all lines come in
    through one of them. Contracts then touch many products and tie the whole cycle together.
    """

    FAMILY = "family"
    RANDOM_LINES = "random_lines"


class Parameters(BaseModel):
    """What is known of a cycle before anything is drawn. Shares are between 0 and 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, description="same seed and parameters, same cycle")
    lines: int = Field(default=5000, ge=1, le=5_000_000, description="order lines")
    lines_per_product: float = Field(default=5.0, ge=1, description="mean lines of one product")
    lines_per_order: float = Field(default=4.0, ge=1, description="mean lines of one order")
    short_share: float = Field(
        default=0.3, ge=0, le=1, description="share of products whose stock is short of demand"
    )
    ship_complete_share: float = Field(
        default=0.1, ge=0, le=1, description="share of lines that ship all or nothing"
    )
    locations: int = Field(default=8, ge=1, le=1000, description="locations stock lies at")
    lots_per_product: float = Field(default=2.0, ge=1, description="mean lots of one product")
    capacity_tightness: float = Field(
        default=0.95, ge=0, le=10, description="pick time over the work expected; 0: unlimited"
    )
    contracts_per_line: float = Field(
        default=0.002, ge=0, le=1, description="contracts, floor 80 %"
    )
    contract_scope: ContractScope = Field(
        default=ContractScope.FAMILY, description="what a contract counts: family or random_lines"
    )
    lot_age_days: int = Field(
        default=120, ge=0, description="lots were received up to so many days ago; 0: age unknown"
    )
    shelf_life_days: int = Field(
        default=0, ge=0, description="lots expire within so many days; 0: nothing perishes"
    )
    tiers: int = Field(default=3, ge=1, le=26, description="customer tiers A, B, C, …")
    tier_mode: TierMode = Field(
        default=TierMode.WEIGHTED, description="how tiers compete: WEIGHTED or STRICT"
    )
    destinations: int = Field(
        default=0, ge=0, le=10_000, description="regions with a lane from every location; 0: none"
    )
    lane_cost: float = Field(
        default=0.3, ge=0, le=1000, description="mean money a unit on a lane; needs destinations"
    )
    shipment_cost: float = Field(
        default=0.0,
        ge=0,
        le=10_000,
        description="money for each order and location it ships from; needs destinations",
    )
    quotas_per_line: float = Field(
        default=0.0, ge=0, le=1, description="quotas, each on a family and channel"
    )
    quota_tightness: float = Field(
        default=0.7, ge=0, le=10, description="a quota's cap over the demand in its scope"
    )
    credit_share: float = Field(
        default=0.0, ge=0, le=1, description="share of customers with a credit limit"
    )
    credit_tightness: float = Field(
        default=0.8, ge=0, le=10, description="a credit limit over the value its customer asks for"
    )
    cycle_date: str = Field(default="2026-11-24", description="the cycle's day")

    @classmethod
    def read(cls, path: Path) -> Self:
        """A recipe file. Raises InvalidInput with every parameter that is wrong."""
        from ..spelling.yaml_documents import read_yaml

        given = {k: str(v) if k == "cycle_date" else v for k, v in read_yaml(path).items()}
        return cls.of(given)

    @classmethod
    def of(cls, given: dict[str, object]) -> Self:
        """Of plain values. Raises InvalidInput with every parameter that is wrong."""
        from ..spelling.yaml_documents import refuse_model

        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise refuse_model("recipe", error) from error
