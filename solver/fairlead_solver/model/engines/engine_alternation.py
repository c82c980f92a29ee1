"""Small programs are tried by two engines in turn, each time with more effort.

An engine may search a program of twelve order lines for minutes that another solves in half a
second. So each gets a number of nodes, and the one after the other more of them: the effort is at
most a small multiple of what the better engine needs alone. Nodes repeat where seconds do not: the
answer is the same on any machine, but for what the budget cuts off. (Luby, Sinclair and Zuckerman
1993 show why growing cut-offs lose at most a factor; portfolios of solvers do the same.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import isfinite

from ..program.draft import Floats, Model
from .engine import TINY_COLUMNS, Answer, Engine, Limits, SolveStatus, accepted, run

SMALL_COLUMNS = 2000  # above, a root node alone takes long, and is not paid for twice
FIRST_NODES, GROWTH = 200, 5
MOST_ROUNDS = 10  # the last has two hundred million nodes; who ends otherwise has no answer
ENDED = (SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE)


def run_in_turn(
    model: Model,
    engine: Engine,
    limits: Limits,
    seconds_left: Callable[[], float],
    hint: Floats | None = None,
) -> Answer:
    """As `engine.run`; AUTO takes engines in turn on small programs where no nodes are asked for.

    `seconds_left` is asked before each call; `hint` is a plan to begin with. The best plan and the
    least bound of all calls are the answer. Raises EngineError as `run` does.
    """
    left = seconds_left()
    reserve = left * (1.0 - limits.share) if isfinite(left) else 0.0
    if engine is not Engine.AUTO or limits.nodes is not None or model.num_columns > SMALL_COLUMNS:
        return run(model, engine, replace(limits, seconds=max(0.0, left - reserve)), hint)
    found: Answer | None = None
    for kernel, nodes in _turns(model):
        if found is not None and left <= reserve:
            break
        plan = found.x if found is not None and found.x is not None else hint
        some = replace(limits, seconds=max(0.0, left - reserve), nodes=nodes)
        answer = run(model, kernel, some, plan)
        left = seconds_left()
        found = answer if found is None else better(model, found, answer, limits.relative_gap)
        if found.status in ENDED:
            break
    assert found is not None
    return found


def better(model: Model, one: Answer, other: Answer, relative_gap: float) -> Answer:
    """The better plan of two answers to one program, and the smaller bound."""
    if other.status is SolveStatus.INFEASIBLE:
        return other if one.x is None else one  # a checked plan refutes it
    bound = min(one.bound, other.bound)
    best = max(one, other, key=lambda answer: answer.rank)
    if best.x is None:
        return replace(best, bound=bound)
    kept = accepted(model, best.x, bound, relative_gap)
    return replace(kept, engine=best.engine)


def _turns(model: Model) -> Iterator[tuple[Engine, int]]:
    """(engine, nodes), again and again, with more nodes each round."""
    tiny = model.num_columns <= TINY_COLUMNS
    order = (Engine.SCIP, Engine.HIGHS) if tiny else (Engine.HIGHS, Engine.SCIP)
    for number in range(MOST_ROUNDS):
        for engine in order:
            yield engine, FIRST_NODES * GROWTH**number
