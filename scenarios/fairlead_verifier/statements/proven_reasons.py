"""PROVEN reasons: the opposite is forced, and what the line depends on is solved again.

The opposite of "this line cannot be better served" is one pack more for it, or the least it takes.
It must be impossible, or worth less than the decision by the difference told (or more, where it is
told as "at least"). What was proven beside the rest as decided is tried so (`Fields.beside`). There
the decision may not be the best plan, for it was solved to a gap: then the difference is told
against the best plan of the part. A reason that blames a rule must lose its ground without that
rule: then serving the line costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.api.allocation import Facts, Policy
from fairlead_solver.reference.process import Held, Question, ReferenceFailed

from ..context.verification_context import MICRO, Ground, less, near, told
from ..trials.changed_facts import dropped, ids_of, without_policy
from ..trials.trial import (
    Answer,
    Kind,
    NotTried,
    Statement,
    Trial,
    arithmetic,
    impossible,
    made,
    optimum,
)
from ..trials.trial_scope import Field, Fields
from .cash_splits import split_trial

_HOLDING = {"LOCKED": "lock", "TIME_FENCE": "time_fence", "STRATEGY": "strategy"}
BLAMES = {
    **_HOLDING,
    "FAIR_SHARE_RATIONED": "fair_share",
    "CONTRACT_FLOOR_OTHER": "contract_floor",
    "CAPACITY": "capacity",
}
_TABLE_OF = {"contract_floor": "contracts", "capacity": "resources"}


def proven_trials(fields: Fields, said: decision_pb2.DecisionLine) -> Iterator[Trial]:
    """Every PROVEN reason of a line."""
    for reason in said.explanation.reasons:
        if word(reason, "certainty") == "PROVEN":
            statement = Statement(Kind.PROVEN, said.line, told(reason))
            yield made(statement, partial(_trial, fields, said.line, reason, statement))
            yield from _split(fields, said.line, reason)


def _split(fields: Fields, line: str, reason: explanation_pb2.Reason) -> Iterator[Trial]:
    """The cash in what the opposite costs: told where a plan splits it, and only there."""
    exact = reason.HasField("delta_micros") and not reason.delta_at_least
    if exact != reason.HasField("delta_cash_micros"):
        wrong = "what a plan splits is told apart, and nothing else"
        yield arithmetic(Kind.SPLIT, line, told(reason), wrong)
    elif exact:
        statement, cash = Statement(Kind.SPLIT, line, told(reason)), -reason.delta_cash_micros

        def build() -> Trial:
            field = field_of(fields, line, reason)
            forced = field.question(None, None, one_more(fields.ground, line))
            return split_trial(line, cash, field, forced)

        yield made(statement, build)


def field_of(fields: Fields, line: str, reason: explanation_pb2.Reason) -> Field:
    """Where a reason is proven."""
    return fields.beside([line]) if word(reason, "scope") == "PART" else fields.cycle([line])


def _trial(
    fields: Fields, line: str, reason: explanation_pb2.Reason, statement: Statement
) -> Trial:
    ground, field = fields.ground, field_of(fields, line, reason)
    code, more = word(reason, "code"), one_more(ground, line)
    forced = field.question(None, None, more)
    if not reason.HasField("delta_micros"):
        if code not in _HOLDING:
            return Trial(statement, lambda found: _impossible(found[0]), (forced,))
        free = _without_holds(ground, line)
        return Trial(statement, _held_by_rule, (forced, field.question(free, None, more)))
    rule_less: tuple[Question, ...] = ()
    if code in BLAMES:
        facts, policy = _without(ground, BLAMES[code], reason.rule)
        rule_less = field.question(facts, policy), field.question(facts, policy, more)

    def judge(found: Sequence[Answer], *, exactly: bool = True) -> str:
        wrong = _wrong_delta(ground, reason, found[:2], exactly=exactly)
        return wrong or (_still_costs(ground, found[2:]) if rule_less else "")

    def against_best(found: Sequence[Answer]) -> str:
        own, best = (ground.worth_of(optimum(answer)) for answer in found[:2])
        return judge(found[1:], exactly=False) if less(own, best) else "it is the best plan"

    def otherwise() -> Trial:
        asked = field.own, field.best, forced, *rule_less
        return Trial(statement, against_best, asked)

    return Trial(statement, judge, (field.own, forced, *rule_less), otherwise)


def one_more(ground: Ground, line_id: str) -> Held:
    """One pack more than a line was given, or the least it takes."""
    line, given = ground.lines[line_id], ground.given[line_id]
    return Held(line_id, given + line.pack if given else ground.least(line))


def _impossible(forced: Answer) -> str:
    if impossible(forced):
        return ""
    return f"one pack more is possible: {_money(forced)}"


def _held_by_rule(found: Sequence[Answer]) -> str:
    if not impossible(found[0]):
        return f"one pack more is possible: {_money(found[0])}"
    return "impossible also without locks, fences and strategies" if impossible(found[1]) else ""


def _money(answer: Answer) -> str:
    return f"{(optimum(answer).objective_micros or 0) / MICRO:.6f}"


def _wrong_delta(
    ground: Ground, reason: explanation_pb2.Reason, found: Sequence[Answer], *, exactly: bool
) -> str:
    """A plan, and one with more forced: that must be worth less by the difference told. Where it is
    not told as "at least", by no more either, if `exactly`."""
    before, forced = found
    if impossible(forced):
        return "" if reason.delta_at_least else "one pack more is impossible"
    ours = ground.worth_of(optimum(before))
    if _bounded(ground, ours[-1], forced, reason):
        return ""
    theirs = ground.worth_of(optimum(forced))
    if not less(theirs, ours):
        return f"one pack more costs nothing: {_goals(theirs)} against {_goals(ours)}"
    tiers_decide = not all(near(a, b) for a, b in zip(ours[:-1], theirs[:-1], strict=True))
    delta, said = ours[-1] - theirs[-1], reason.delta_micros
    more = delta > said and (reason.delta_at_least or not exactly)
    if tiers_decide or more or near(delta, said):
        return ""
    return f"one pack more costs {delta / MICRO:.6f}"


def _bounded(ground: Ground, ours: int, forced: Answer, reason: explanation_pb2.Reason) -> bool:
    """Whether the bound of a solve that stopped early already shows the difference told."""
    if isinstance(forced, ReferenceFailed) or forced.bound_micros is None:
        return False
    if not reason.delta_at_least or ground.policy.tier_mode.name == "STRICT":
        return False
    return forced.bound_micros <= ours - max(1, reason.delta_micros)


def _goals(worth: tuple[int, ...]) -> str:
    return ", ".join(f"{micros / MICRO:.6f}" for micros in worth)


def _still_costs(ground: Ground, found: Sequence[Answer]) -> str:
    """Whether serving the line costs something without the rule blamed."""
    if impossible(found[1]):
        return "without the rule one pack more is impossible"
    free, forced = (ground.worth_of(optimum(answer)) for answer in found)
    if less(forced, free):
        return f"without the rule it costs too: {_goals(forced)} against {_goals(free)}"
    return ""


def _without(ground: Ground, family: str, rule: explanation_pb2.Rule) -> tuple[Facts, Policy]:
    """The cycle without the rule blamed; without all of its family where it names none.
    Raises NotTried."""
    if family == "fair_share":
        return ground.facts, without_policy(ground.policy, family)
    if rule.family == family:
        return dropped(ground.facts, ground.policy, rule)
    if family not in _TABLE_OF:
        raise NotTried(f"it names no {family}")
    facts, policy = ground.facts, ground.policy
    for key in list(ids_of(getattr(facts, _TABLE_OF[family]))):
        whole = explanation_pb2.Rule(family=family, key=key)
        facts, policy = dropped(facts, policy, whole)
    return facts, policy


def _without_holds(ground: Ground, but: str) -> Facts:
    """The cycle without the locks, fences and strategies of all other lines."""
    facts, policy = ground.facts, ground.policy
    for line in ground.cycle.lines:
        for family in _HOLDING.values() if line.id != but else ():
            rule = explanation_pb2.Rule(family=family, key=line.id)
            facts, policy = dropped(facts, policy, rule)
    return facts
