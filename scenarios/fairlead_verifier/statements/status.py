"""The status of a decision: its plan is one, worth what is told, and none is worth more than that
by more than the gap asked.

Small cycles are solved to a closed gap, and the bound told is held against the best plan. Of a
large one the reference finds a plan and a bound of its own: what it finds may not be worth more
than the bound told, and its bound has to show that the decision is within the gap asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairlead.v1 import decision_pb2
from fairlead_scenarios.spelling.planner_words import word
from fairlead_solver.reference.process import Question

from ..context.verification_context import MICRO, RELATIVE, TIGHT, Ground, near
from ..trials.trial import (
    Answer,
    Kind,
    NotTried,
    Statement,
    Trial,
    arithmetic,
    impossible,
    not_tried,
    optimum,
    replied,
)
from ..trials.trial_scope import Fields

_ROUNDED = 1e-6  # of a gap: engines end within their tolerances


def status_trials(fields: Fields) -> Iterator[Trial]:
    """With a plan: no other is worth more than the bound. INFEASIBLE: there is none."""
    ground = fields.ground
    decision, says = ground.decision, word(ground.decision, "status")
    told = f"objective {_money(decision.objective_micros)}"
    statement = Statement(Kind.STATUS, says, f"{told}, bound {_money(decision.bound_micros)}")
    wrong = next(_ill_told(decision, says), "")
    if wrong:
        yield arithmetic(Kind.STATUS, says, statement.says, wrong)
    elif says == "INFEASIBLE":
        yield Trial(Statement(Kind.STATUS, says, ""), _none, (fields.whole.best,))
    elif not decision.HasField("bound_micros"):
        yield not_tried(statement, "it tells no bound")
    else:
        asked = as_closely(ground, fields.whole.best) if fields.large else fields.whole.best
        most = _allowed(ground) if fields.large else decision.bound_micros
        yield Trial(statement, lambda found: _wrong(ground, most, found), (fields.whole.own, asked))


def _ill_told(decision: decision_pb2.Decision, says: str) -> Iterator[str]:
    """What the status says and the figures beside it do not."""
    if says not in ("OPTIMAL", "FEASIBLE_LIMIT", "INFEASIBLE", "NO_SOLUTION_LIMIT", "CANCELLED"):
        yield "it does not say how the cycle ended"
    bounded = decision.HasField("objective_micros") and decision.HasField("bound_micros")
    if says == "OPTIMAL" and not bounded:
        yield "it tells no objective, or no bound"
    if says == "NO_SOLUTION_LIMIT" and decision.HasField("objective_micros"):
        yield "it has a plan"
    if decision.HasField("conflict") and says != "INFEASIBLE":
        yield "it tells a conflict"
    if not bounded:
        return
    ours, asked = decision.objective_micros, decision.solve.relative_gap_asked
    gap = (decision.bound_micros - ours) / max(MICRO, abs(ours))
    if abs(decision.relative_gap - gap) > RELATIVE:
        yield f"the gap is {gap:.6g}"
    if says == "FEASIBLE_LIMIT" and gap <= asked:
        yield f"the gap of {asked:g} that was asked for is reached"
    if says == "OPTIMAL" and gap > asked + _ROUNDED:
        yield f"the gap of {asked:g} that was asked for is not reached"


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
