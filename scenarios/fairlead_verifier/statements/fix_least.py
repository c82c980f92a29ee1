"""The least amounts of a fix: no smaller multiple of what a pack of the line needs fills it.

Of every amount all smaller multiples are tried, counted from nothing and down from what is told,
the other changes made as told. One fills the line if with the line a pack short every plan is worth
less than the best. A decision made before it was told which amounts are least tells each as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.reference.process import Held

from ..context.limits import SUPPLY
from ..context.verification_context import less
from ..trials.applied_fix import applied
from ..trials.trial import Answer, Kind, NotTried, Statement, Trial, impossible, made, optimum
from ..trials.trial_scope import Field, Fields

MOST = 100  # multiples that are tried of one amount
_FAMILY = {
    "MORE_STOCK": SUPPLY,
    "RELEASE_PROTECTION": "protection",
    "RAISE_QUOTA": "quota",
    "RAISE_CAPACITY": "capacity",
    "RAISE_CONTRACT_CAP": "contract_cap",
    "RAISE_CREDIT": "credit",
}


def least_trials(fields: Fields, field: Field, said: decision_pb2.DecisionLine) -> Iterator[Trial]:
    """One for each amount that is told to be the least."""
    fix = said.explanation.fix
    settled = fix.effect.HasField("gain")  # told since it is told which amounts are least
    if settled and word(fix.effect, "how_much") != "LEAST":
        return
    for place, part in enumerate((fix, *fix.also)):
        if word(part, "kind") in _FAMILY:
            statement = Statement(Kind.FIX_LEAST, said.line, f"{part.amount} of {part.rule.leaf}")
            yield made(statement, partial(_trial, fields, field, said, place, statement))


def _trial(
    fields: Fields,
    field: Field,
    said: decision_pb2.DecisionLine,
    place: int,
    statement: Statement,
) -> Trial:
    ground, fix = fields.ground, said.explanation.fix
    line = ground.lines[said.line]
    smaller = _smaller(fields, said, (fix, *fix.also)[place])
    full, short = Held(line.id, ground.whole(line)), Held(line.id, 0, ground.whole(line) - 1)
    asked = []
    for amount in smaller:
        less_of_it = explanation_pb2.Fix()
        less_of_it.CopyFrom(fix)
        (less_of_it, *less_of_it.also)[place].amount = amount
        changed = applied(ground, less_of_it)
        asked += [field.question(*changed, full), field.question(*changed, short)]

    def wrong(found: Sequence[Answer]) -> str:
        pairs = zip(found[::2], found[1::2], strict=True)
        for amount, (filled, left_short) in zip(smaller, pairs, strict=True):
            if impossible(filled):
                continue
            best = ground.worth_of(optimum(filled))
            if impossible(left_short) or less(ground.worth_of(optimum(left_short)), best):
                return f"{amount} is enough"
        return ""

    return Trial(statement, wrong, tuple(asked))


def _smaller(
    fields: Fields, said: decision_pb2.DecisionLine, part: explanation_pb2.Fix
) -> list[int]:
    """The multiples under an amount. Raises NotTried where they are too many."""
    limit = fields.limits.named(_FAMILY[word(part, "kind")], part.rule.key)
    arcs = fields.ground.arcs.get(said.line, [])
    line = fields.ground.lines[said.line]
    needs = {limit.per_unit(arc) * line.pack for arc in arcs} if limit is not None else set()
    found = set[int]()
    for need in needs - {0} or {line.pack}:
        found |= set(range(need, part.amount, need))
        found |= set(range(part.amount - need, 0, -need))
    if len(found) > MOST:
        raise NotTried(f"it has {len(found)} smaller multiples, of which {MOST} would be tried")
    return sorted(found)
