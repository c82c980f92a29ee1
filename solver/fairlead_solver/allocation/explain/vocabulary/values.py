"""What an explanation says, as frozen values. Numbers of the enums are those of the contract.

Units are base units of the line's product unless said otherwise; money is micro-units of the
cycle's currency. Lines, lots and the like are named by their ids, so that a value can be read
without the problem beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from fairlead_solver.model.resolve.scope import Scope

from ...rules.explanation import FixKind, ReasonCode, Unit
from ...rules.terms import Term, Worth


class Certainty(IntEnum):
    """How a statement is known."""

    EXACT = 1  # arithmetic, or a hard rule
    PROVEN = 2  # solved again with the opposite forced: infeasible, or worse
    INDICATED = 3  # from duals or a heuristic: a hint, never shown as fact
    UNKNOWN = 4


class WaterfallKind(IntEnum):
    """A step of the stock waterfall: in (the first two), then out, in this order."""

    ON_HAND = 1
    INBOUND = 2
    BLOCKED = 3
    RESERVED = 4
    SHELF_LIFE = 5
    TOO_LATE = 6
    NOT_ALLOWED = 7  # location, channel, lane or customer hold
    PROTECTED = 8
    PACK_REMAINDER = 9
    GIVEN_TO_OTHERS = 10
    UNUSED = 11
    GIVEN = 12


INFLOWS = (WaterfallKind.ON_HAND, WaterfallKind.INBOUND)


class MarginalMethod(IntEnum):
    """How a marginal value was found."""

    RESOLVED = 1  # solved again with the limit moved by one step
    DUAL = 2  # of the relaxation; a hint
    BESIDE = 3  # solved again with the rest of the cycle held as decided


class AlternativeKind(IntEnum):
    """What was tried in place of the stock a line got."""

    LOCATION = 1
    SUBSTITUTE = 2
    DATE = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule behind a statement; family "" is plain arithmetic."""

    family: str = ""
    key: str = ""  # such as "DC-1/pick_minutes"
    leaf: str = ""  # the policy leaf or input field it comes from


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason and the units it accounts for.

    A line's reasons share its shortage out: their units add up to it. A rule that holds as well
    but accounts for nothing more has 0 units.
    """

    code: ReasonCode
    units: int
    certainty: Certainty
    rule: Rule = Rule()
    delta_micros: int | None = None  # PROVEN: what the opposite costs; None where infeasible
    delta_at_least: bool = False  # the opposite costs `delta_micros` or more
    scope: Scope | None = None  # PROVEN: what was solved again
    delta_cash_micros: int | None = None  # the cash in it, where a plan splits it


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """Units of one line."""

    line: str
    units: int


@dataclass(frozen=True, slots=True)
class Competitor:
    """A line that got stock this line wanted, and both values of a unit side by side."""

    line: str
    units: int  # taken out of this line's reach
    customer: str
    tier: str
    contracts: tuple[str, ...]
    unit_value: Mapping[Term, int]  # micros per unit of the competing line, where it was served
    own_unit_value: Mapping[Term, int]  # micros per unit of this line, from the same lot
    decided_by: ReasonCode
    unit_worth: Worth  # the parts of `unit_value`
    own_unit_worth: Worth  # the parts of `own_unit_value`


@dataclass(frozen=True, slots=True)
class Marginal:
    """What the objective changes by when a limit moves by `step` (in the constraint's unit)."""

    value_micros: int
    step: int
    method: MarginalMethod
    worth: Worth | None = None  # its parts, as the plan of the moved cycle splits it


@dataclass(frozen=True, slots=True)
class BindingConstraint:
    """A rule at its limit: less than one pack of some short line fits."""

    id: str  # family, block and key: stable within the decision
    rule: Rule
    scope: str
    limit: int
    use: int
    slack: int  # what is left; below 0: a floor missed by so much
    unit: Unit
    scale: int  # row units in one of what the planner counts: 1_000_000 for money
    lines_shortened: tuple[LineQuantity, ...]  # the most shortened first, at most MAX_LINES
    marginal_up: Marginal | None
    marginal_down: Marginal | None
    sentence: str


MAX_LINES = 50


@dataclass(frozen=True, slots=True)
class FixPart:
    """One thing that a fix changes."""

    kind: FixKind
    rule: Rule
    amount: int
    unit: Unit
    product: str = ""
    location: str = ""
    by_day: int | None = None
    relaxed_to: int | None = None  # a figure that is lowered to this, not waived


class FixAmount(IntEnum):
    """Whether less of a change would do."""

    LEAST = 1  # each amount is the least that does, beside the others told
    ENOUGH = 2  # it does; less might


@dataclass(frozen=True, slots=True)
class LoserGroup:
    """Lines of which at least one loses; `units` all together in the plan told."""

    lines: tuple[str, ...]
    units: int


@dataclass(frozen=True, slots=True)
class FixEffect:
    """What a fix comes to beside its gain and its losers."""

    waived_micros: int = 0  # penalties that would be due, were no floor waived
    quantity: int = 0  # units the line has with it: its whole packs at least
    winners: tuple[LineQuantity, ...] = ()  # other lines that get more
    gain: Worth | None = None  # the parts of the gain, as the second plan splits it
    certain_losers: tuple[str, ...] = ()  # of the losers: no plan as good leaves them what they had
    one_of: tuple[LoserGroup, ...] = ()  # lines that may lose in place of each other
    how_much: FixAmount | None = None  # None: it has no amount


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that fills the line, tried before it is told. `also`: what must change with it."""

    kind: FixKind
    rule: Rule
    product: str
    location: str
    by_day: int | None
    amount: int
    unit: Unit
    gain_micros: int  # what the objective gains by it; a cost is negative
    losers: tuple[LineQuantity, ...]
    sentence: str
    scope: Scope = Scope.CYCLE  # what was solved again with it
    also: tuple[FixPart, ...] = ()
    effect: FixEffect = FixEffect()
    relaxed_to: int | None = None  # a figure that is lowered to this, not waived


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something else the line could have come from: what it gave, and why not more."""

    kind: AlternativeKind
    value: str  # location, product or day (ISO 8601)
    units: int
    reason: Reason | None  # None: it gave all the line wanted


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One rule that gives way, and by how much."""

    rule: Rule
    amount: int
    unit: Unit
    sentence: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Business rules that cannot hold together, and the cheapest way out."""

    rules: tuple[Rule, ...]  # a minimal set where `minimal`
    relaxations: tuple[Relaxation, ...]
    lines: tuple[str, ...]  # touched by the conflict; the others are decided
    minimal: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """Units that come in or go out at one step; never negative."""

    kind: WaterfallKind
    units: int


@dataclass(frozen=True, slots=True)
class LineStory:
    """All that is said about one line."""

    line: str
    waterfall: tuple[WaterfallStep, ...]
    reasons: tuple[Reason, ...]  # those that account for most units first
    competitors: tuple[Competitor, ...]  # the largest quantity first
    fix: Fix | None
    alternatives: tuple[Alternative, ...]
    sentence: str
    competitors_left_out: int = 0  # competing lines that are not told
