"""The sentence of a binding constraint: what the rule is, whom it shortens, what a step earns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead.v1 import explanation_pb2
from fairlead_scenarios.spelling.planner_words import word

from ..context.limits import FAIR_SHARE, FLOOR
from ..trials.trial import Kind, Trial, arithmetic
from ..trials.trial_scope import Fields
from .rule_text import Role, amount, money, rule_roles, strangers
from .worth_text import PARTS, TOGETHER, change, misplaced

MOST_TOLD = 50  # lines of a constraint
_SHORT = r"; (\d+) lines? short(?: by (\d+) of (\S+?)(?=[;.]))?"
_WORTH = (
    r"; (\S+)(?: ([A-Z]{3}))? (more|less)"
    rf"(?: is priced at {TOGETHER}|( serves a tier better)?: {PARTS}(, or more in all)?)"
)


def binding_sentence(fields: Fields, said: explanation_pb2.BindingConstraint) -> Trial:
    """The sentence and the scope of a constraint."""
    wrong = next(_wrong(fields, said), "")
    return arithmetic(Kind.SENTENCE, said.id, said.sentence, wrong)


def _wrong(fields: Fields, said: explanation_pb2.BindingConstraint) -> Iterator[str]:
    rule = said.rule.family, said.rule.key
    of_rule = list(rule_roles(fields.ground, fields.limits, [rule]))
    roles = [*of_rule, _shortens(fields, said), _worth(fields, said)]
    ids = {said.rule.key, *said.rule.key.split("/")}
    for text in strangers(said.sentence, roles, (), ids, fields.limits.ids):
        yield f"{text!r} is of no statement"
    if not said.sentence.startswith(f"{said.scope};"):
        yield f"it does not begin with its scope, {said.scope!r}"
    for pattern, _ in of_rule:
        if not re.search(pattern, said.scope):
            yield "the scope says nothing of the rule"
    if not re.search(_SHORT, said.sentence):
        yield "it does not say whom it shortens"
    worth = "" if looser_of(said) is None else _WORTH
    if worth and not re.search(worth, said.sentence):
        yield "it does not say what a step is worth"
    if not re.fullmatch(rf"{re.escape(said.scope)}{_SHORT}{worth}\.", said.sentence):
        yield "it says more than that"
    yield from misplaced(said.sentence, fields.ground.facts.currency)


def _shortens(fields: Fields, said: explanation_pb2.BindingConstraint) -> Role:
    """All lines are counted; of more than are told no fewer, and no fewer units. Units of several
    products are not added up."""
    told = len(said.lines_shortened), sum(one.units for one in said.lines_shortened)
    products = {fields.ground.lines[one.line].product for one in said.lines_shortened}
    if told[0] < MOST_TOLD:
        one = (f"{told[1]}", *products) if len(products) == 1 else ("", "")
        return _SHORT, [(f"{told[0]}", *one)]
    found = [match.groups("") for match in re.finditer(_SHORT, said.sentence)]
    return _SHORT, [
        row
        for row in found
        if int(row[0]) >= told[0]
        and (not row[1] or (int(row[1]) >= told[1] and {row[2]} == products))
    ]


def looser_of(said: explanation_pb2.BindingConstraint) -> explanation_pb2.MarginalValue | None:
    """What a step of loosening is worth: less of a floor, more of anything else."""
    if said.rule.family in (FLOOR, FAIR_SHARE):
        return said.marginal_down if said.HasField("marginal_down") else None
    return said.marginal_up if said.HasField("marginal_up") else None


def _worth(fields: Fields, said: explanation_pb2.BindingConstraint) -> Role:
    looser = looser_of(said)
    if looser is None:
        return _WORTH, []
    step = amount(looser.step / said.scale) if said.scale > 1 else f"{looser.step}"
    by = "less" if said.rule.family in (FLOOR, FAIR_SHARE) else "more"
    method, currency = word(looser, "method"), fields.ground.facts.currency
    code = currency if word(said, "unit") == "MONEY_MICROS" else ""
    if method == "DUAL":
        return _WORTH, [(step, code, by, money(looser.value_micros), "", "", "")]
    strict = fields.ground.policy.tier_mode.name == "STRICT"
    better = " serves a tier better" if strict and looser.value_micros < 0 else ""
    more = ", or more in all" if method == "BESIDE" else ""
    return _WORTH, [(step, code, by, "", better, change(looser.worth, currency), more)]
