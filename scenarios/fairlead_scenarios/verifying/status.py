"""The status of a decision: its plan is one, worth what is told, and none is worth more than that
by more than the gap asked.

Small cycles are solved to a closed gap, and the bound told is held against the best plan. Of a
large one the reference finds a plan and a bound of its own: what it finds may not be worth more
than the bound told, and its bound has to show that the decision is within the gap asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairlead_solver.reference.process import Question

from ..screen.words import word
from .field import Fields
from .ground import MICRO, RELATIVE, TIGHT, Ground, near
from .trial import Answer, Kind, NotTried, Statement, Trial, impossible, optimum, replied


def status_trials(fields: Fields) -> Iterator[Trial]:
    """OPTIMAL: no plan is worth more than the bound. INFEASIBLE: there is none."""
    ground = fields.ground
    says = word(ground.decision, "status")
    if says == "INFEASIBLE":
        yield Trial(Statement(Kind.STATUS, says, ""), _none, (fields.whole.best,))
    elif says == "OPTIMAL":
        told = f"objective {_money(ground.decision.objective_micros)}"
        bound = f"bound {_money(ground.decision.bound_micros)}"
        statement = Statement(Kind.STATUS, says, f"{told}, {bound}")
        asked = as_closely(ground, fields.whole.best) if fields.large else fields.whole.best
        most = _allowed(ground) if fields.large else ground.decision.bound_micros
        yield Trial(statement, lambda found: _wrong(ground, most, found), (fields.whole.own, asked))


def as_closely(ground: Ground, question: Question) -> Question:
    """A question about the whole of a large cycle, to the gap that the decision was solved to."""
    ours, bound = ground.decision.objective_micros, ground.decision.bound_micros
    return replace(question, gap=(bound - ours) / max(MICRO, abs(ours)))


def _allowed(ground: Ground) -> int:
    """The most that the best plan may be worth where the gap asked for was reached."""
    decision = ground.decision
    gap = decision.solve.relative_gap_asked * max(MICRO, abs(decision.objective_micros))
    return max(decision.bound_micros, decision.objective_micros + round(gap))


def _none(found: Sequence[Answer]) -> str:
    return "" if impossible(found[0]) else "there is a plan"


def _wrong(ground: Ground, allowed: int, found: Sequence[Answer]) -> str:
    if impossible(found[0]):
        return "the plan breaks a rule"
    worth = optimum(found[0]).objective_micros or 0
    if not near(worth, ground.decision.objective_micros):
        return f"the plan is worth {_money(worth)}"
    if impossible(found[1]):
        return "there is no plan"
    return _beyond(ground, found[1], allowed)


def above_the_bound(ground: Ground, answer: Answer) -> str:
    """What a changed large cycle is worth more than the decision's bound; "" where it is not, and
    where its own bound lies within the gap asked. Raises NotTried."""
    return _beyond(ground, answer, _allowed(ground))


def _beyond(ground: Ground, answer: Answer, allowed: int) -> str:
    ours, bound = ground.decision.objective_micros, ground.decision.bound_micros
    best, most = _between(answer)
    noise = max(TIGHT, RELATIVE * abs(ours))
    if most < ours - noise or best > bound + noise:
        return f"the best plan is worth {_money(best)} to {_money(most)}"
    if most > allowed + noise:
        raise NotTried(f"no plan above the bound was found, nor ruled out up to {_money(most)}")
    return ""


def _between(answer: Answer) -> tuple[float, float]:
    """What the best plan is worth at least, and at most. Raises NotTried."""
    reply = replied(answer)
    if reply.objective_micros is None or reply.bound_micros is None:
        raise NotTried("the reference stopped at its time limit without a plan")
    return reply.objective_micros, reply.bound_micros


def _money(micros: float) -> str:
    return f"{micros / MICRO:.6f}"
