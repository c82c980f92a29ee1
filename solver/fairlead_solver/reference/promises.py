"""Rules about what was promised: locks, the time fence, confirmation strategies, churn."""

from __future__ import annotations

from collections.abc import Iterable

from ..allocation.cycle.facts import Strategy
from .answer import Held
from .formulation import Formulation
from .readings import is_fenced


def locks(f: Formulation) -> None:
    """A locked quantity is given exactly."""
    rows = f.rows("locks")
    for line in f.cycle.lines:
        if line.locked is not None:
            rows.add(f.given(line) == line.locked)


def time_fence(f: Formulation) -> None:
    """A line requested within the fence, with a previous confirmation, gets exactly that."""
    rows = f.rows("time_fence")
    for line in f.cycle.lines:
        if is_fenced(f.cycle, line):
            rows.add(f.given(line) == line.previous)


def strategies(f: Formulation) -> None:
    """What may happen to a line's previous confirmation."""
    rows = f.rows("strategies")
    for line in f.cycle.lines:
        given = f.given(line)
        match line.strategy:
            case Strategy.WIN:
                rows.add(given == line.quantity)
            case Strategy.GAIN:
                rows.add(given >= line.previous)
            case Strategy.FILL:
                rows.add(given <= line.previous)
            case Strategy.LOSE:
                rows.add(given == 0)
            case Strategy.SKIP:
                rows.add(given == line.previous)
            case Strategy.REDISTRIBUTE:
                pass


def churn(f: Formulation) -> None:
    """Each unit taken back costs its rate of the value of a unit."""
    rate = f.cycle.policy.churn.rate
    matter = {i.id: i for i in f.cycle.lines if rate and i.previous and i.value}
    lost = f.variables("lost", matter)
    rows = f.rows("churn")
    for name, line in matter.items():
        rows.add(lost[name] >= line.previous - f.given(line))
        f.policy_value.append(-rate * line.value * lost[name])


def hold(f: Formulation, held: Iterable[Held]) -> None:
    """What is forced on lines beside the rules."""
    rows = f.rows("held")
    for one in held:
        units = f.taken(one.line, one.lots) if one.lots else f.model.given[one.line]
        if one.least:
            rows.add(units >= one.least)
        if one.most is not None:
            rows.add(units <= one.most)
