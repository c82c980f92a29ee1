"""Binding constraints: limit, use and slack by arithmetic; that it binds, and what one step is
worth, by moving the limit and solving the cycle again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fairlead.v1 import explanation_pb2
from fairlead_solver.api import Facts

from ..screen.words import word
from .changes import cell_of, put
from .floors import floor_of, lower_floor
from .ground import MICRO, Ground, less, near
from .limits import Limit, Unknown, limit_of
from .trial import Answer, Kind, NotTried, Statement, Trial, arithmetic, optimum


def binding_trials(ground: Ground, said: explanation_pb2.BindingConstraint) -> Iterator[Trial]:
    """Everything said of a binding constraint."""
    if said.rule.family == "contract_floor":
        yield from _floor(ground, said)
        return
    try:
        limit = limit_of(ground, said.rule)
    except Unknown as unknown:
        yield _not_tried(Kind.LIMIT, said, str(unknown))
        return
    yield arithmetic(Kind.LIMIT, said.id, _figures(said), _wrong_figures(ground, limit, said))
    yield from _marginals(ground, said, lambda by: _moved(ground, limit, by))
    if ground.optimal and not said.HasField("marginal_up"):
        yield _binds(ground, limit, said)


def _floor(ground: Ground, said: explanation_pb2.BindingConstraint) -> Iterator[Trial]:
    """A floor is a limit from below: what is given beyond it is its slack."""
    least, given = floor_of(ground, said.rule.key)
    found = f"limit {least}, use {given}, slack {given - least}"
    wrong = found if _figures(said) != found else _wrong_lines(ground, said)
    yield arithmetic(Kind.LIMIT, said.id, _figures(said), wrong)
    yield from _marginals(
        ground, said, lambda by: lower_floor(ground, ground.facts, said.rule.key, -by)
    )


def _marginals(
    ground: Ground, said: explanation_pb2.BindingConstraint, moved: Callable[[int], Facts]
) -> Iterator[Trial]:
    if said.HasField("marginal_up"):
        yield _marginal(ground, said, said.marginal_up, 1, moved)
    if said.HasField("marginal_down"):
        yield _marginal(ground, said, said.marginal_down, -1, moved)


def _not_tried(kind: Kind, said: explanation_pb2.BindingConstraint, why: str) -> Trial:
    def judge(_: Sequence[Answer]) -> str:
        raise NotTried(why)

    return Trial(Statement(kind, said.id, _figures(said)), judge)


def _figures(said: explanation_pb2.BindingConstraint) -> str:
    return f"limit {said.limit}, use {said.use}, slack {said.slack}"


def _wrong_figures(ground: Ground, limit: Limit, said: explanation_pb2.BindingConstraint) -> str:
    found = f"limit {limit.limit}, use {limit.use}, slack {limit.slack}"
    if _figures(said) != found:
        return found
    regular = limit.limit if limit.regular is None else limit.regular
    needs = [limit.need(ground, ground.lines[i.line]) for i in said.lines_shortened]
    if all(need <= regular - limit.use for need in needs):
        return f"the lines need {max(needs, default=0)} at once, and that fits"
    return _wrong_lines(ground, said)


def _wrong_lines(ground: Ground, said: explanation_pb2.BindingConstraint) -> str:
    for one in said.lines_shortened:
        short = ground.lines[one.line].quantity - ground.given[one.line]
        if not 0 < one.units <= short:
            return f"{one.line} is said to be short by {one.units} of {short}"
    return ""


def _marginal(
    ground: Ground,
    said: explanation_pb2.BindingConstraint,
    value: explanation_pb2.MarginalValue,
    sign: int,
    moved: Callable[[int], Facts],
) -> Trial:
    says = f"{sign * value.step:+d}: {value.value_micros / MICRO:+.6f}"
    statement = Statement(Kind.MARGINAL, said.id, says)
    method = word(value, "method")
    if method not in ("RESOLVED", "BESIDE"):
        return _not_tried(Kind.MARGINAL, said, "a dual is a hint")

    def judge(found: Sequence[Answer]) -> str:
        before, after = (optimum(answer).objective_micros or 0 for answer in found)
        change = after - before
        more = method == "BESIDE" and change > value.value_micros  # told as that or more
        if more or near(change, value.value_micros):
            return ""
        return f"it changes by {change / MICRO:+.6f}"

    questions = (ground.question(), ground.question(moved(sign * value.step)))
    return Trial(statement, judge, questions)


def _binds(ground: Ground, limit: Limit, said: explanation_pb2.BindingConstraint) -> Trial:
    """With room for all that the shortened lines lack, the decision is worth more."""
    room = sum(
        limit.step(ground, line) * -(-(line.quantity - ground.given[line.id]) // line.pack)
        for line in (ground.lines[one.line] for one in said.lines_shortened)
    )
    statement = Statement(Kind.BINDS, said.id, f"{room} more would change the decision")

    def judge(found: Sequence[Answer]) -> str:
        before, after = (ground.worth_of(optimum(answer)) for answer in found)
        return "" if less(before, after) else f"{room} more change nothing"

    return Trial(
        statement, judge, (ground.question(), ground.question(_moved(ground, limit, room)))
    )


def _moved(ground: Ground, limit: Limit, by: int) -> Facts:
    """The cycle with the limit moved. A limit that stands at 0 because more than all is taken
    away from it is moved from there."""
    table, key, column = limit.cell
    cell = cell_of(ground.facts, f"{table}[{key}].{column}")
    regular = limit.limit if limit.regular is None else limit.regular
    now = cell.value(ground.facts)
    lost = _lost(ground, limit, now, regular)
    value = now + limit.sign * (by + lost)
    return put(ground.facts, cell, max(0, value))


def _lost(ground: Ground, limit: Limit, now: int, regular: int) -> int:
    """How far the fact lies beyond where its limit becomes 0."""
    table, key, _ = limit.cell
    row = next((r for r in ground.cycle.rows(table) if r.get("id") == key), {})
    gone = int(row.get("consumed_quantity") or row.get("delivered_quantity") or 0)
    if limit.sign > 0:
        return max(0, gone - now) if regular == 0 else 0
    stock = sum(
        lot.quantity
        for lot in ground.cycle.lots
        if lot.product == row["product"]
        and not lot.blocked
        and (not row["locations"] or lot.location in row["locations"])
    )
    return max(0, now - stock)
