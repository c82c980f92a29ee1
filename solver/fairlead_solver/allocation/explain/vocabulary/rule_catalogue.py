"""What the registered rules declare of themselves, by family name.

Read off `families.FAMILIES` at each call, so that a rule is known here as soon as it is registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ...rules import families
from ...rules.explanation import Limit, Raise, ReasonCode, RuleExplanation
from ...rules.family import Family

SHARED = (Limit.WHOLE_LINE, Limit.SOME_WAYS)  # limits over many lines, or of one


def explains(family: str) -> RuleExplanation:
    """What a family declares."""
    return _by_name(families.FAMILIES)[family]


def limiting(*kinds: Limit) -> tuple[str, ...]:
    """The families whose rows limit in one of these ways, in the order they are registered."""
    return tuple(f.NAME for f in families.FAMILIES if f.EXPLAINS.limit in kinds)


def raised() -> Mapping[str, Raise]:
    """The families whose limits can be raised, and how."""
    found = ((f.NAME, f.EXPLAINS.raised_by) for f in families.FAMILIES)
    return {name: how for name, how in found if how is not None}


def proven_without() -> Mapping[ReasonCode, str]:
    """Reasons that are proven by solving without the rule they blame, and its family."""
    return {f.EXPLAINS.reason: f.NAME for f in families.FAMILIES if f.EXPLAINS.proven_without}


def holds_a_line(family: str) -> bool:
    """Whether a family's rows hold one line each, and may be missed."""
    declared = explains(family)
    return declared.gives_way and declared.of_line


@cache
def _by_name(registered: tuple[Family, ...]) -> Mapping[str, RuleExplanation]:
    return {family.NAME: family.EXPLAINS for family in registered}
