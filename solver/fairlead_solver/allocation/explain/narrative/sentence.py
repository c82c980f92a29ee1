"""Says a line's story in one sentence, out of its codes and figures and nothing else.

    8 of 20 given. 12 short: DC-1 had 30; 22 went to SO-881 (tier A, a unit: cash 4.20 EUR, policy
    value 10.00 points, against cash 5.75 EUR, policy value 4.00 points). To fill it: 12 more of P
    at DC-1: …

Several reasons: "12 short: 5: …; 7: …". What is only INDICATED says so with "likely". What the
places had is told where others took of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...rules.explanation import ReasonCode
from ...rules.figure_text import apart, side_by_side
from ...rules.terms import Term
from ..evidence.competitors import Competing
from ..vocabulary.reason_catalogue import HELD, OUTRANKED
from ..vocabulary.values import Certainty, Competitor, Fix, Reason


def line_sentence(
    asked: int,
    given: int,
    told: Sequence[tuple[Reason, str]],
    competing: Competing,
    fix: Fix | None = None,
    had: str = "",
    besides: str = "",
    late: str = "",
    currency: str = "",
) -> str:
    """The sentence of one line; `told` are its reasons with what their rules say, `fix` is what
    would fill it, `had` what the places in its reach had, `besides` what else is refused,
    `late` what comes late; cash is in `currency`."""
    if given >= asked:
        return opening(given, asked, late)
    telling = [(r, words) for r, words in told if r.units]
    phrases = [_phrase(r, words, competing, currency) for r, words in telling]
    if len(phrases) > 1:
        phrases = [f"{r.units}: {p}" for (r, _), p in zip(telling, phrases, strict=True)]
    if had and any(_taken(r, competing.told) for r, _ in telling):
        phrases.insert(0, had)
    if besides:
        phrases.append(f"besides, {besides}")
    said = f"{opening(given, asked, late)} {asked - given} short: {'; '.join(phrases)}."
    return said if fix is None else f"{said} {_to_fill(fix, asked)}: {fix.sentence}."


def _to_fill(fix: Fix, asked: int) -> str:
    """What a fix does: a line that asks for more than whole packs is not filled by them."""
    if fix.effect.quantity >= asked:
        return "To fill it"
    in_packs = fix.rule.family != "lot_size"
    return f"To give it {fix.effect.quantity}" + (", all whole packs" if in_packs else "")


def opening(given: int, asked: int, late: str = "") -> str:
    """How every sentence begins, and all of it where nothing is short; `late` says what is."""
    return f"{given} of {asked} given{late}."


def _phrase(reason: Reason, words: str, competing: Competing, currency: str) -> str:
    taken = _by_its_code(reason, competing.told)
    if reason.code is ReasonCode.TIE_BREAK and not taken:
        phrase = "a plan that gives it more is worth the same, and one of them was taken"
    elif reason.code is ReasonCode.NOT_PROVEN and reason.rule.leaf:
        phrase = "not ruled out: within the gap asked, a better plan may give it more"
    elif reason.code in OUTRANKED or (reason.code in HELD and taken):
        phrase = _outranked(reason, words, competing, currency)
    else:
        phrase = words or reason.code.name.lower().replace("_", " ")
    likely = reason.certainty is Certainty.INDICATED and reason.code not in OUTRANKED
    return f"likely {phrase}" if likely else phrase


def _by_its_code(reason: Reason, rivals: Sequence[Competitor]) -> bool:
    """Whether rivals took for this reason. What is EXACT holds the line itself."""
    if reason.certainty is Certainty.EXACT:
        return False
    return any(c.decided_by is reason.code for c in rivals)


def _taken(reason: Reason, rivals: Sequence[Competitor]) -> bool:
    """Whether a reason says who took the stock."""
    if reason.code is ReasonCode.TIE_BREAK or reason.code in HELD:
        return _by_its_code(reason, rivals)
    return reason.code in OUTRANKED


def _outranked(reason: Reason, words: str, competing: Competing, currency: str) -> str:
    """Who took most for this reason, and how the two compare; who took what is a fact. Where a
    unit is worth no more there, `words` say what else is; of a line that lower tiers are served
    beside, that it takes all or nothing."""
    those = [c for c in competing.told if c.decided_by is reason.code]
    counted = [competing.left_out.get(reason.code, (0, 0))]
    if not those:
        those, counted = list(competing.told), list(competing.left_out.values())
    first = those[0]
    compared = f"a unit: {_compared(first, currency)}"
    worth_no_more = first.unit_worth.total_micros <= first.own_unit_worth.total_micros
    if worth_no_more and reason.code is ReasonCode.OUTRANKED_VALUE:
        compared += f"; {words}; " if words else ", and "
        compared += "the plan as a whole is worth more so"
    elif words and reason.code is ReasonCode.OUTRANKED_TIER:
        compared += f"; {words}"
    if reason.rule.family == "tier_order":
        compared += "; tiers are strict"
    phrase = (
        f"{first.units} went to {first.line} (tier {first.tier}, {compared}{_why(reason, first)})"
    )
    others = len(those) - 1 + sum(lines for lines, _ in counted)
    units = sum(c.units for c in those[1:]) + sum(units for _, units in counted)
    more = f" and {units} to {others} more line{'s' if others > 1 else ''}"
    return phrase + more + _least(those, currency) if others else phrase


def _compared(rival: Competitor, currency: str) -> str:
    """What a unit is worth with the rival and with the line itself, cash and policy value apart."""
    theirs, own = side_by_side(rival.unit_worth, rival.own_unit_worth, currency)
    return f"{theirs} for either" if theirs == own else f"{theirs}, against {own}"


def _least(those: Sequence[Competitor], currency: str) -> str:
    """Of those that took some the one that would lose least by giving up a unit, beside what this
    line would gain, where that is not the first: what serving the line costs is told against it."""
    lost = [(c.unit_worth - c.own_unit_worth).total_micros for c in those]
    least = those[lost.index(min(lost))]
    if least is those[0]:
        return ""
    compared = _compared(least, currency)
    return f"; least is lost with {least.line} (tier {least.tier}, a unit: {compared})"


def _why(reason: Reason, first: Competitor) -> str:
    share = apart(
        *(terms.get(Term.FAIR_SHARE, 0) for terms in (first.unit_value, first.own_unit_value))
    )
    return {
        ReasonCode.FAIR_SHARE_RATIONED: f", by fair share ({share[0]} against {share[1]} points)",
        ReasonCode.CONTRACT_FLOOR_OTHER: ", for its contract's floor",
        ReasonCode.TIE_BREAK: ", worth the same; another plan as good may serve this line",
        ReasonCode.LOCKED: ", locked",
        ReasonCode.TIME_FENCE: ", within the time fence",
        ReasonCode.STRATEGY: ", by its strategy",
    }.get(reason.code, "")
