"""Conflicts: the set alone is impossible and possible without any one of it; the relaxation makes
the whole cycle possible, and gives way nowhere by more than is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlead.v1 import explanation_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.api.allocation import Facts, Policy
from fairlead_solver.reference.cycle import Line
from fairlead_solver.reference.process import Held
from fairlead_solver.reference.readings import is_fenced

from ..context.shared_sums import Limits
from ..context.verification_context import Ground
from ..text.conflict_text import conflict_sentences
from ..text.rule_names import wrong_rule
from ..trials.changed_facts import dropped, ids_of, without_policy
from ..trials.moved_floors import lower_floor
from ..trials.trial import Answer, Kind, Statement, Trial, arithmetic, impossible, not_tried

_OF_LINES = ("lock", "time_fence", "strategy", "min_fill", "ship_complete", "delivery_group")
_GIVING_WAY = ("contract_floor", "lock", "time_fence", "strategy")
_OF_TABLES = (
    ("contract_floor", "contracts"),
    ("contract_cap", "contracts"),
    ("quota", "quotas"),
    ("protection", "protections"),
    ("credit", "customers"),
    ("capacity", "resources"),
)


def conflict_trials(
    ground: Ground, limits: Limits, said: explanation_pb2.Conflict
) -> Iterator[Trial]:
    """The minimal set and the relaxation, and their sentences."""
    names = Statement(Kind.CONFLICT, "conflict", f"{len(said.rules)} rules, minimal")
    wrong = next(_wrong_names(ground, limits, said), "")
    if wrong:
        yield arithmetic(names.kind, names.about, names.says, f"{wrong}; no more was judged")
        return
    yield from conflict_sentences(ground, limits, said)
    if not said.rules:
        yield not_tried(names, "no set is told")
    else:
        yield _alone(ground, said)
        yield from (_dropped(ground, said, at) for at in range(len(said.rules)))
    if not said.relaxations:
        yield not_tried(Statement(Kind.RELAXATION, "conflict", ""), "no way out is told")
    else:
        yield _relaxed(ground, said)
        yield from (_no_more(ground, said, at) for at in range(len(said.relaxations)))


def _wrong_names(ground: Ground, limits: Limits, said: explanation_pb2.Conflict) -> Iterator[str]:
    """What is wrong in the rules, the ways out and the lines that are named."""
    ways = [way.rule for way in said.relaxations]
    yield from filter(None, (wrong_rule(ground, limits, rule) for rule in (*said.rules, *ways)))
    for rules in (said.rules, ways):
        if len({(rule.family, rule.key, rule.leaf) for rule in rules}) != len(rules):
            yield "a rule is told twice"
    for way in said.relaxations:
        if way.rule.family not in _GIVING_WAY or word(way, "unit") != "BASE" or way.amount < 1:
            yield f"{_name(way.rule)} does not give way by units"
    if said.minimal != bool(said.rules):
        yield f"minimal is told as {said.minimal}"
    touched = {rule.key for rule in (*said.rules, *ways)} & ground.lines.keys()
    if list(said.lines) != sorted(set(said.lines)) or not touched <= set(said.lines):
        yield "its lines are not those of its rules, each once, in order"


def _name(rule: explanation_pb2.Rule) -> str:
    return f"{rule.family} {rule.key}"


def _alone(ground: Ground, said: explanation_pb2.Conflict) -> Trial:
    names = ", ".join(map(_name, said.rules))
    facts, policy = _only(ground, said.rules)

    def judge(found: Sequence[Answer]) -> str:
        return "" if impossible(found[0]) else "all of it can hold together"

    statement = Statement(Kind.CONFLICT, names, "cannot hold together")
    return Trial(statement, judge, (ground.question(facts, policy),))


def _dropped(ground: Ground, said: explanation_pb2.Conflict, at: int) -> Trial:
    rest = [rule for place, rule in enumerate(said.rules) if place != at]
    facts, policy = _only(ground, rest)

    def judge(found: Sequence[Answer]) -> str:
        return "the others clash without it" if impossible(found[0]) else ""

    statement = Statement(Kind.CONFLICT, _name(said.rules[at]), "without it the others can hold")
    return Trial(statement, judge, (ground.question(facts, policy),))


def _only(ground: Ground, kept: Sequence[explanation_pb2.Rule]) -> tuple[Facts, Policy]:
    """The cycle with no business rule but these; stock, demand, packs and dates stay."""
    keep = {(rule.family, rule.key) for rule in kept}
    families = {rule.family for rule in kept}
    sources = {rule.leaf for rule in kept if rule.family == "sources"}
    facts, policy = ground.facts, ground.policy
    for family in ("fefo", "location_use"):
        policy = policy if family in families else without_policy(policy, family)
    for rule in _rules(ground):
        named = (rule.family, rule.key) in keep
        if rule.family == "sources":
            named = rule.leaf in sources
        if not named:
            facts, policy = dropped(facts, policy, rule)
    return facts, policy


def _rules(ground: Ground) -> Iterator[explanation_pb2.Rule]:
    """Every business rule the cycle may have, those that say nothing too."""
    make = explanation_pb2.Rule
    for line in ground.cycle.lines:
        for family in _OF_LINES:
            if family != "time_fence" or is_fenced(ground.cycle, line):
                yield make(family=family, key=line.id)
        yield make(family="sources", key=line.id, leaf=f"lines[{line.id}].max_sources")
    for order in ground.facts.orders.id:
        yield make(family="sources", key=order, leaf=f"orders[{order}].max_sources")
    for family, table in _OF_TABLES:
        for key in list(ids_of(getattr(ground.facts, table))):
            yield make(family=family, key=key)


@dataclass(frozen=True, slots=True, eq=False)
class _Relaxed:
    """The cycle with rules given way, and what still holds the lines they were about."""

    facts: Facts
    policy: Policy
    held: tuple[Held, ...] = ()


def _relaxed(ground: Ground, said: explanation_pb2.Conflict) -> Trial:
    way = _give_way(ground, [(r.rule, r.amount) for r in said.relaxations])

    def judge(found: Sequence[Answer]) -> str:
        return "no plan is possible with it" if impossible(found[0]) else ""

    names = ", ".join(r.sentence for r in said.relaxations)
    statement = Statement(Kind.RELAXATION, names, "makes the cycle possible")
    return Trial(statement, judge, (ground.question(way.facts, way.policy, *way.held),))


def _no_more(ground: Ground, said: explanation_pb2.Conflict, at: int) -> Trial:
    amounts = [(r.rule, r.amount - (place == at)) for place, r in enumerate(said.relaxations)]
    way = _give_way(ground, amounts)

    def judge(found: Sequence[Answer]) -> str:
        return "" if impossible(found[0]) else "a unit less would do"

    statement = Statement(Kind.RELAXATION, said.relaxations[at].sentence, "by no more than needed")
    return Trial(statement, judge, (ground.question(way.facts, way.policy, *way.held),))


def _give_way(ground: Ground, ways: Sequence[tuple[explanation_pb2.Rule, int]]) -> _Relaxed:
    way = _Relaxed(ground.facts, ground.policy)
    for rule, amount in ways:
        if rule.family == "contract_floor":
            facts = lower_floor(ground, way.facts, rule.key, amount)
            way = _Relaxed(facts, way.policy, way.held)
        else:
            facts, policy = dropped(way.facts, way.policy, rule)
            held = _bounds(ground.lines[rule.key], rule.family, amount)
            way = _Relaxed(facts, policy, (*way.held, held))
    return way


def _bounds(line: Line, family: str, amount: int) -> Held:
    """What a lock, fence or strategy still says once it gives way by so many units."""
    name = line.strategy.name if family == "strategy" else ""
    exact = {"lock": line.locked or 0, "time_fence": line.previous}.get(family, line.previous)
    least, most = {
        "WIN": (line.quantity, None),
        "GAIN": (line.previous, None),
        "FILL": (0, line.previous),
        "LOSE": (0, 0),
    }.get(name, (exact, exact))
    return Held(line.id, max(0, least - amount), None if most is None else most + amount)
