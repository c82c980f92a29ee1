"""The sentence of a binding constraint: what the rule is, whom it shortens, what a step earns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead.v1 import explanation_pb2

from ..screen.words import word
from .field import Fields
from .limits import FAIR_SHARE, FLOOR
from .rule_words import MONEY, Role, amount, money, rule_roles, strangers
from .trial import Kind, Trial, arithmetic

MOST_TOLD = 50  # lines of a constraint
_SHORT = r"; (\d+) lines? short by (\d+)"
_WORTH = (
    rf"; (\S+) (more|less) "
    r"(is worth|costs|is priced at|serves a tier better, and money changes by) "
    rf"({MONEY})( or more)?"
)


def binding_sentence(fields: Fields, said: explanation_pb2.BindingConstraint) -> Trial:
    """The sentence and the scope of a constraint."""
    wrong = next(_wrong(fields, said), "")
    return arithmetic(Kind.SENTENCE, said.id, said.sentence, wrong)


def _wrong(fields: Fields, said: explanation_pb2.BindingConstraint) -> Iterator[str]:
    rule = said.rule.family, said.rule.key
    of_rule = list(rule_roles(fields.ground, fields.limits, [rule]))
    roles = [*of_rule, _shortens(said, said.sentence), _worth(fields, said)]
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
    worth = "" if _looser(said) is None else _WORTH
    if worth and not re.search(worth, said.sentence):
        yield "it does not say what a step is worth"
    if not re.fullmatch(rf"{re.escape(said.scope)}{_SHORT}{worth}\.", said.sentence):
        yield "it says more than that"


def _shortens(said: explanation_pb2.BindingConstraint, sentence: str) -> Role:
    """All lines are counted; of more than are told no fewer, and no fewer units."""
    told = len(said.lines_shortened), sum(one.units for one in said.lines_shortened)
    if told[0] < MOST_TOLD:
        return _SHORT, [(f"{told[0]}", f"{told[1]}")]
    found = [match.groups() for match in re.finditer(_SHORT, sentence)]
    return _SHORT, [row for row in found if int(row[0]) >= told[0] and int(row[1]) >= told[1]]


def _looser(said: explanation_pb2.BindingConstraint) -> explanation_pb2.MarginalValue | None:
    """What a step of loosening is worth: less of a floor, more of anything else."""
    if said.rule.family in (FLOOR, FAIR_SHARE):
        return said.marginal_down if said.HasField("marginal_down") else None
    return said.marginal_up if said.HasField("marginal_up") else None


def _worth(fields: Fields, said: explanation_pb2.BindingConstraint) -> Role:
    looser = _looser(said)
    if looser is None:
        return _WORTH, []
    step = amount(looser.step / said.scale) if said.scale > 1 else f"{looser.step}"
    by = "less" if said.rule.family in (FLOOR, FAIR_SHARE) else "more"
    method = word(looser, "method")
    verb, micros = "is priced at" if method == "DUAL" else "is worth", looser.value_micros
    if micros < 0 and method != "DUAL":
        strict = fields.ground.policy.tier_mode.name == "STRICT"
        verb = "serves a tier better, and money changes by" if strict else "costs"
        micros = micros if strict else -micros
    more = " or more" if method == "BESIDE" and verb == "is worth" else ""
    return _WORTH, [(step, by, verb, money(micros), more)]
