"""The policy of a cycle: tiers and weights of the objective, and every family's knobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from ...findings import Finding
from ...id_rules import WORD_RULE, is_word
from .churn import ChurnPolicy
from .fair_share import FairSharePolicy
from .fefo import FefoPolicy
from .location_use import LocationUsePolicy
from .time_fence import TimeFencePolicy

MAX_RATE = 1e6


class TierMode(Enum):
    """WEIGHTED: tiers differ by their service rate. STRICT: a higher tier always comes first."""

    WEIGHTED = "weighted"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Tier:
    """A customer tier: its service rate sigma and lateness rate lambda (per day), of a value."""

    id: str
    service_rate: float
    lateness_rate: float


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an aging curve: `rate` holds up to and including `days`."""

    days: int
    rate: float


@dataclass(frozen=True, slots=True)
class AgingPolicy:
    """Value of moving stock before it ages, as a rate of its unit cost.

    `expiry`: alpha(days until expiry at the cycle day), the rate of the first step with
    days <= step.days, 0 beyond the last. `age`: beta(days since receipt), the rate of the last
    step with days >= step.days, 0 before the first. Steps in ascending order of days.
    """

    expiry: tuple[Step, ...] = ()
    age: tuple[Step, ...] = ()


DEFAULT_TIERS = (Tier("A", 9.0, 0.02), Tier("B", 6.0, 0.01), Tier("C", 4.0, 0.005))


@dataclass(frozen=True, slots=True)
class Policy:
    """All weights and switches. Tiers in rank order, the best first.

    The default service rates serve an uncontested line even at a loss (a distributor keeps its
    word); UNPROFITABLE appears only where a policy lowers them.
    """

    id: str = "default"
    tiers: tuple[Tier, ...] = DEFAULT_TIERS
    default_tier: str = ""  # none: the last tier
    tier_mode: TierMode = TierMode.WEIGHTED
    aging: AgingPolicy = field(default_factory=AgingPolicy)
    churn: ChurnPolicy = field(default_factory=ChurnPolicy)
    fair_share: FairSharePolicy = field(default_factory=FairSharePolicy)
    fefo: FefoPolicy = field(default_factory=FefoPolicy)
    location_use: LocationUsePolicy = field(default_factory=LocationUsePolicy)
    time_fence: TimeFencePolicy = field(default_factory=TimeFencePolicy)

    def tier_index(self, tier_id: str) -> int:
        """Rank of a tier; the default tier's for ""; -1 where unknown."""
        wanted = tier_id or self.default_tier or (self.tiers[-1].id if self.tiers else "")
        return next((i for i, t in enumerate(self.tiers) if t.id == wanted), -1)

    def findings(self) -> Iterator[Finding]:
        """Everything wrong with the policy itself."""
        yield from self._word_findings()
        yield from self._tier_findings()
        for name, steps in (("expiry", self.aging.expiry), ("age", self.aging.age)):
            days = [s.days for s in steps]
            if days != sorted(set(days)):
                yield Finding(
                    f"policy.aging.{name}", "", str(days), "in ascending order, each day once"
                )
            yield from (
                Finding(f"policy.aging.{name}[{i}].rate", "", str(s.rate), RATE_RULE)
                for i, s in enumerate(steps)
                if not 0 <= s.rate <= MAX_RATE
            )
        for knobs in (
            self.churn,
            self.fair_share,
            self.fefo,
            self.location_use,
            self.time_fence,
        ):
            yield from knobs.findings()

    def _word_findings(self) -> Iterator[Finding]:
        fence, ids = self.time_fence, [t.id for t in self.tiers]
        words = {
            "policy.id": self.id,
            **{f"policy.tiers[{i}].id": name for i, name in enumerate(ids)},
            **{f"policy.time_fence.off_channels[{i}]": n for i, n in enumerate(fence.off_channels)},
        }
        yield from (
            Finding(path, "", word, WORD_RULE) for path, word in words.items() if not is_word(word)
        )
        yield from (
            Finding(f"policy.time_fence.off_tiers[{i}]", "", name, "one of policy.tiers")
            for i, name in enumerate(fence.off_tiers)
            if name not in ids
        )

    def _tier_findings(self) -> Iterator[Finding]:
        ids = [t.id for t in self.tiers]
        if not ids:
            yield Finding("policy.tiers", "", "", "at least one tier")
        for i, t in enumerate(self.tiers):
            path = f"policy.tiers[{i}]"
            if not t.id or ids.index(t.id) != i:
                yield Finding(f"{path}.id", t.id, t.id, "an id that is given once and not empty")
            for name in ("service_rate", "lateness_rate"):
                value = getattr(t, name)
                if not 0 <= value <= MAX_RATE:
                    yield Finding(f"{path}.{name}", t.id, str(value), RATE_RULE)
        if self.default_tier and self.default_tier not in ids:
            yield Finding("policy.default_tier", "", self.default_tier, "one of policy.tiers")


RATE_RULE = f"a number between 0 and {MAX_RATE:g}"
