"""The rule behind a reason: its family, its key, the field or policy leaf it comes from, and what
is said of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ...cycle.facts import Strategy
from ...policy.fair_share import FairShareMode
from ...policy.policy import TierMode
from ...rules.explanation import ReasonCode
from ...rules.families import (
    delivery_group,
    fair_share,
    location_use,
    lock,
    lot_size,
    min_fill,
    protection,
    ship_complete,
    sources,
    strategy,
    time_fence,
)
from ...rules.family import Family, Wording
from ...rules.figure_text import apart
from ..evidence.evidence import Case
from ..reasons.all_or_nothing import lacking_of_group, out_of_packs, packs_that_fit
from ..remedies.rival_waivers import own_all_or_nothing, own_rule
from ..vocabulary.reason_catalogue import CATALOGUE, HELD
from ..vocabulary.values import Competitor, Rule
from .limit_text import counts_units, no_room, too_little_room
from .stock_text import owner_column, said_of_stock

_OF_LINE: dict[ReasonCode, tuple[Family, str]] = {
    ReasonCode.PACK_MULTIPLE: (lot_size, "lines"),
    ReasonCode.LOT_SPLIT_LIMIT: (lot_size, "lines"),
    ReasonCode.SHIP_COMPLETE: (ship_complete, "lines"),
    ReasonCode.MIN_FILL: (min_fill, "least"),
    ReasonCode.GROUP_INCOMPLETE: (delivery_group, "lines"),
    ReasonCode.LOCKED: (lock, "lines"),
    ReasonCode.TIME_FENCE: (time_fence, "lines"),
}


def wording(
    case: Case, line: int, code: ReasonCode, row: int, rivals: Sequence[Competitor], *, own: bool
) -> tuple[Rule, str]:
    """The rule of a reason, and what is said of it; "" where there are no words. `own`: it
    is arithmetic about the line, so that what holds a quantity holds the line's and no rival's."""
    if code in HELD and not own:
        names = [c.line for c in rivals if c.decided_by is code]
        line = _row(case, names[0])
    rule, words = _rule(case, line, code, row)
    if code is ReasonCode.OUTRANKED_VALUE:
        return rule, _of_rival(case, line, rivals)
    if code is ReasonCode.GROUP_INCOMPLETE:
        return rule, words + lacking_of_group(case, line) + too_little_room(case, line)
    if code in (ReasonCode.MIN_FILL, ReasonCode.SHIP_COMPLETE):
        return rule, words + too_little_room(case, line)
    if code is ReasonCode.PACK_MULTIPLE and case.problem.once(out_of_packs)[line]:
        return rule, words + packs_that_fit(case.problem, line)
    if code is ReasonCode.OUTRANKED_TIER:
        return rule, own_all_or_nothing(case, line)
    if row >= 0 and counts_units(case, row):
        return rule, no_room(case, line, row, words, exact=own)
    return rule, said_of_stock(case, line, code) or words


def _rule(case: Case, line: int, code: ReasonCode, row: int) -> tuple[Rule, str]:
    """A row's rule, a family's, or plain arithmetic, with what the family says."""
    if row >= 0:
        block, words = case.wording(row)
        return Rule(block.family, words.key, words.leaf), words.sentence
    family, words_of_line = _of_line(case, line, code)
    if words_of_line is not None:
        return Rule(family, words_of_line.key, words_of_line.leaf), words_of_line.sentence
    return _plain(case, line, code), ""


def _of_rival(case: Case, line: int, rivals: Sequence[Competitor]) -> str:
    """Why the rival that is told keeps what a unit is worth less with: its value, where tiers are
    strict and both are of one, else a rule of its own."""
    code = ReasonCode.OUTRANKED_VALUE
    first = next((c for c in rivals if c.decided_by is code), rivals[0] if rivals else None)
    if first is None:
        return ""
    rival, facts, problem = _row(case, first.line), case.problem.line, case.problem
    theirs, own = int(facts.value_micros[rival]), int(facts.value_micros[line])
    strict = problem.policy.tier_mode is TierMode.STRICT and facts.tier[rival] == facts.tier[line]
    if strict and theirs > own:
        currency = problem.facts.currency
        value, less = (f"{figure} {currency}".rstrip() for figure in apart(theirs, own))
        return f"tiers are strict, and a unit of {first.line} is valued at {value} against {less}"
    return own_rule(case, rival, line)


def _row(case: Case, line_id: str) -> int:
    return bisect_left(case.problem.facts.lines.id, line_id)  # sorted by id


def _of_line(case: Case, line: int, code: ReasonCode) -> tuple[str, Wording | None]:
    problem = case.problem
    if code in _OF_LINE:
        family, block = _OF_LINE[code]
        return family.NAME, family.words(problem, block, line)
    if code is ReasonCode.STRATEGY:
        return _strategy(case, line)
    if code is ReasonCode.SPLIT_LIMIT:
        return _sources(case, line)
    if code is ReasonCode.PROTECTED_STOCK:
        return _protection(case, line)
    if code is ReasonCode.FAIR_SHARE_RATIONED:
        proportional = problem.policy.fair_share.mode is FairShareMode.PROPORTIONAL
        words = fair_share.words(problem, "shortfall" if proportional else "fill", line)
        return fair_share.NAME, words
    return "", None


def _strategy(case: Case, line: int) -> tuple[str, Wording | None]:
    name = Strategy(int(case.problem.facts.lines.strategy[line])).name.lower()
    return strategy.NAME, strategy.words(case.problem, name, line)


def _sources(case: Case, line: int) -> tuple[str, Wording | None]:
    problem = case.problem
    if problem.facts.lines.max_sources[line]:
        return sources.NAME, sources.words(problem, "lines", line)
    order = int(problem.line.order[line])
    if problem.order_max_sources[order]:
        return sources.NAME, sources.words(problem, "orders", order)
    return location_use.NAME, location_use.words(problem, "max_locations", 0)


def _protection(case: Case, line: int) -> tuple[str, Wording | None]:
    """The protection that keeps most from the line."""
    keeper = int(case.waterfall.keeper[line])
    return protection.NAME, protection.words(case.problem, "protections", keeper)


def _plain(case: Case, line: int, code: ReasonCode) -> Rule:
    problem, lines = case.problem, case.problem.facts.lines
    if code is ReasonCode.CUSTOMER_HOLD:
        customer = lines.customer.word(line)
        return Rule("", customer, f"customers[{customer}].on_hold")
    if code is ReasonCode.OUTRANKED_TIER:
        strict = problem.policy.tier_mode is TierMode.STRICT
        leaf = "policy.tier_mode" if strict else "policy.tiers"
        return Rule("tier_order" if strict else "", lines.id[line], leaf)
    if code is ReasonCode.NO_SOURCE:
        own = bool(lines.locations.row(line))
        return Rule("", lines.id[line], f"lines[{lines.id[line]}].locations" if own else "lanes")
    if code is ReasonCode.CHANNEL:
        return Rule("", lines.channel.word(line), "locations.channels")
    if code is ReasonCode.RESERVED_STOCK:
        return Rule("", lines.product.word(line), f"lots.{owner_column(case, line)}")
    if code is ReasonCode.NOT_PROVEN:
        return Rule("", lines.id[line], "relative_gap" if case.proven else "")
    past = problem.line.latest_day[line] < problem.facts.cycle_day
    if code is ReasonCode.SUPPLY_TOO_LATE or (code is ReasonCode.DATE_WINDOW and past):
        return Rule("", lines.id[line], f"lines[{lines.id[line]}].latest_day")
    return Rule("", lines.product.word(line), CATALOGUE[code].leaf)
