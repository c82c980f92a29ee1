"""Pictures of a decision as SVG text: a line's waterfall, and what binds. No browser, no script.

The waterfall runs downwards: stock that comes in stands at the left, each step takes its part from
what is left, and what the line was given remains. A binding constraint is a bar of its use within
its limit; what one more unit is worth, cash and points apart, stands at the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment

from fairlead.v1 import decision_pb2, explanation_pb2

from ..spelling.planner_words import count, money, scaled, spoken, word

WIDTH = 930
ROW = 22
HEAD = 22  # pixels kept for what the picture shows
LABELS = 210  # for the names at the left
FIGURES = 290  # and for the figures at the right
BARS = WIDTH - LABELS - FIGURES
LONGEST = 26  # letters of a name
_IN = ("ON_HAND", "INBOUND")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from `start` to `start + length`, pixels; `kind` is its class, `edge` its limit."""

    label: str
    figure: str
    kind: str
    start: float
    length: float
    edge: float = 0.0
    note: str = ""


def waterfall(environment: Environment, line: decision_pb2.DecisionLine) -> str:
    """The waterfall of a line; empty where it has none or no stock is in reach."""
    steps = [step for step in line.explanation.waterfall if step.units]
    into = sum(step.units for step in steps if word(step, "kind") in _IN)
    if not into:
        return ""
    title = f"Stock in reach of {line.line}, units of {line.product}"
    return _drawn(environment, title, _steps(steps, BARS / into))


def _steps(steps: Sequence[explanation_pb2.WaterfallStep], scale: float) -> list[Bar]:
    bars: list[Bar] = []
    left = 0
    for step in steps:
        kind = word(step, "kind")
        if kind in _IN:
            start, left, style = left, left + step.units, "in"
        elif kind == "GIVEN":
            start, style = 0, "given"
        else:
            left -= step.units
            start, style = left, "out"
        sign = "" if style == "given" else "+" if style == "in" else "\N{MINUS SIGN}"
        figure = sign + count(step.units)
        bars.append(Bar(spoken(kind), figure, style, start * scale, max(1, step.units * scale)))
    return bars


def binding(
    environment: Environment,
    constraints: Sequence[explanation_pb2.BindingConstraint],
    currency: str,
) -> str:
    """Limit, use and value of binding constraints; empty where there is none."""
    if not constraints:
        return ""
    title = "Use of each limit; at the right, what loosening it by so much is worth"
    return _drawn(environment, title, [_constraint(bound, currency) for bound in constraints])


def _constraint(bound: explanation_pb2.BindingConstraint, currency: str) -> Bar:
    most = max(bound.limit, bound.use, 1)
    scale = BARS / most
    name = " ".join(filter(None, (spoken(bound.rule.family), bound.rule.key)))
    label = name if len(name) <= LONGEST else name[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
    figures = f"{scaled(bound.use, bound.scale)} of {scaled(bound.limit, bound.scale)}"
    length = max(1, bound.use * scale)
    worth = _worth(bound, currency)
    return Bar(label, worth, "used", 0, length, bound.limit * scale, note=figures)


def _worth(bound: explanation_pb2.BindingConstraint, currency: str) -> str:
    """What a step that loosens is worth, more of a limit or less of a floor: the one that earns
    more. Where that is a least, or a price that no plan splits, it says so."""
    sides = [("+", "marginal_up"), ("\N{MINUS SIGN}", "marginal_down")]
    known = [(sign, getattr(bound, side)) for sign, side in sides if bound.HasField(side)]  # type: ignore[arg-type]
    if not known:
        return ""
    sign, step = max(known, key=lambda side: side[1].value_micros)
    moved = f"{sign}{scaled(step.step, bound.scale)}"
    if not step.HasField("worth"):
        return f"{moved}: {money(step.value_micros, sign=True)} in all (price)"
    cash = f"cash {money(step.worth.cash_micros, sign=True)} {currency}".rstrip()
    points = f"{money(step.worth.policy_value_micros, sign=True)} points"
    more = " or more" if word(step, "method") == "BESIDE" else ""
    return f"{moved}: {cash}, {points}{more}"


def _drawn(environment: Environment, title: str, bars: Sequence[Bar]) -> str:
    template = environment.get_template("bars.svg")
    height = HEAD + ROW * len(bars) + 6
    return template.render(
        title=title,
        bars=bars,
        width=WIDTH,
        height=height,
        row=ROW,
        labels=LABELS,
        span=BARS,
        head=HEAD,
    )
