"""What a mapping may say about one value: a small closed set, no code.

    Name                                  the column Name of the row
    {constant: x}                         x
    {parameter: p}                        the mapping's parameter p
    {concat: [e, …], separator: "-"}      the texts, joined; nothing where all are empty
    {first: [e, …]}                       the first that is not empty
    {replace: e, values: {a: b}}          b for a; other values as they are
    {lookup: source, key: e, match: K, value: V}   V of the source's row whose K is the key
    {date: e, format: "%d.%m.%Y"}         an ISO 8601 date
    {add|subtract|multiply|divide: [e, …]}         exact arithmetic, from left to right
    {round: e, decimals: 2, mode: half_even|up|down}

Numbers are exact fractions until they are written. An empty value stays empty through arithmetic.
"""

from __future__ import annotations

import datetime
import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Value = str | Fraction
Row = Mapping[str, str]
Evaluate = Callable[[Row], Value]
MAX_DECIMALS = 6


class Unusable(ValueError):
    """An expression that is none, or a value it cannot take. The text is the rule it breaks."""


@dataclass(frozen=True)
class Surroundings:
    """What an expression may look at beside its row."""

    parameters: Mapping[str, str]
    sources: Mapping[str, Sequence[Row]]

    @functools.cache  # noqa: B019 - lives as long as one import
    def index(self, source: str, match: str) -> Mapping[str, Row]:
        """Rows of a source by one column. Raises Unusable where that is not unique."""
        if source not in self.sources:
            raise Unusable(f"one of the sources {', '.join(self.sources)}")
        found: dict[str, Row] = {}
        for row in self.sources[source]:
            if match not in row:
                raise Unusable(f"a column of {source}: {', '.join(row)}")
            if row[match] in found:
                raise Unusable(f"{source}.{match} to be unique; {row[match]} is there twice")
            found[row[match]] = row
        return found

    def __hash__(self) -> int:
        return id(self)


def compile_expression(given: Any, around: Surroundings) -> Evaluate:
    """The function an expression stands for. Raises Unusable."""
    if isinstance(given, str):
        return functools.partial(_column, given)
    if not isinstance(given, Mapping):
        raise Unusable("a column's name or a mapping such as {constant: x}")
    for kind, build in _KINDS.items():
        if kind in given:
            return build({str(k): v for k, v in given.items()}, around)
    raise Unusable(f"one of {', '.join(_KINDS)}")


def as_text(value: Value) -> str:
    """A value as it stands in a cell. Raises Unusable for a fraction that needs rounding."""
    if isinstance(value, str):
        return value
    scaled = value * 10**MAX_DECIMALS
    if scaled.denominator != 1:
        raise Unusable(f"at most {MAX_DECIMALS} decimals: use round")
    whole, part = divmod(abs(scaled.numerator), 10**MAX_DECIMALS)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}" + (f".{part:0{MAX_DECIMALS}d}".rstrip("0") if part else "")


def as_number(value: Value) -> Fraction:
    """A value as an exact number. Raises Unusable."""
    if isinstance(value, Fraction):
        return value
    try:
        return Fraction(value.strip())
    except (ValueError, ZeroDivisionError) as error:
        raise Unusable(f"a number, not {value!r}") from error


def _column(name: str, row: Row) -> Value:
    if name not in row:
        raise Unusable(f"a column {name}: there are {', '.join(row)}")
    return row[name]


def _constant(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "constant")
    value = str(given["constant"])
    return lambda row: value


def _parameter(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "parameter")
    name = str(given["parameter"])
    if name not in around.parameters:
        raise Unusable(f"one of the parameters {', '.join(around.parameters) or '(none)'}")
    value = around.parameters[name]
    return lambda row: value


def _concat(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "concat", "separator")
    parts = _all(given["concat"], around)
    separator = str(given.get("separator", ""))
    return lambda row: separator.join(filter(None, (as_text(part(row)) for part in parts)))


def _first(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "first")
    parts = _all(given["first"], around)
    return lambda row: next((v for part in parts if (v := part(row)) != ""), "")


def _replace(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "replace", "values")
    part = compile_expression(given["replace"], around)
    if not isinstance(given.get("values"), Mapping):
        raise Unusable("values: a mapping of old values to new ones")
    values = {str(old): str(new) for old, new in given["values"].items()}

    def evaluate(row: Row) -> Value:
        text = as_text(part(row))
        return values.get(text, text)

    return evaluate


def _lookup(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "lookup", "key", "match", "value")
    missing = {"key", "match", "value"} - given.keys()
    if missing:
        raise Unusable(f"a lookup with {', '.join(sorted(missing))}")
    key = compile_expression(given["key"], around)
    index = around.index(str(given["lookup"]), str(given["match"]))
    column = str(given["value"])

    def evaluate(row: Row) -> Value:
        found = index.get(as_text(key(row)))
        return "" if found is None else _column(column, found)

    return evaluate


def _date(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "date", "format")
    part = compile_expression(given["date"], around)
    layout = str(given.get("format", "%Y-%m-%d"))

    def evaluate(row: Row) -> Value:
        text = as_text(part(row))
        if not text:
            return ""
        try:
            return datetime.datetime.strptime(text, layout).date().isoformat()
        except ValueError as error:
            raise Unusable(f"a date of the form {layout}, not {text!r}") from error

    return evaluate


def _arithmetic(
    name: str, step: Callable[[Fraction, Fraction], Fraction]
) -> Callable[[Mapping[str, Any], Surroundings], Evaluate]:
    def build(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
        _only(given, name)
        parts = _all(given[name], around)

        def evaluate(row: Row) -> Value:
            values = [part(row) for part in parts]
            if any(v == "" for v in values):
                return ""
            try:
                return functools.reduce(step, (as_number(v) for v in values))
            except ZeroDivisionError as error:
                raise Unusable("a divisor other than 0") from error

        return evaluate

    return build


_ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "half_even": round,
    "up": math.ceil,
    "down": math.floor,
}


def _round(given: Mapping[str, Any], around: Surroundings) -> Evaluate:
    _only(given, "round", "decimals", "mode")
    part = compile_expression(given["round"], around)
    mode, decimals = given.get("mode", "half_even"), given.get("decimals", 0)
    if mode not in _ROUNDINGS:
        raise Unusable(f"mode: one of {', '.join(_ROUNDINGS)}")
    if not isinstance(decimals, int) or not 0 <= decimals <= MAX_DECIMALS:
        raise Unusable(f"decimals: 0 to {MAX_DECIMALS}")
    scale = 10**decimals

    def evaluate(row: Row) -> Value:
        value = part(row)
        return "" if value == "" else Fraction(_ROUNDINGS[mode](as_number(value) * scale), scale)

    return evaluate


def _all(given: Any, around: Surroundings) -> list[Evaluate]:
    if not isinstance(given, list) or not given:
        raise Unusable("a list of expressions")
    return [compile_expression(one, around) for one in given]


def _only(given: Mapping[str, Any], *known: str) -> None:
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise Unusable(f"{known[0]} takes {', '.join(known)}, not {', '.join(unknown)}")


_KINDS: dict[str, Callable[[Mapping[str, Any], Surroundings], Evaluate]] = {
    "constant": _constant,
    "parameter": _parameter,
    "concat": _concat,
    "first": _first,
    "replace": _replace,
    "lookup": _lookup,
    "date": _date,
    "add": _arithmetic("add", operator.add),
    "subtract": _arithmetic("subtract", operator.sub),
    "multiply": _arithmetic("multiply", operator.mul),
    "divide": _arithmetic("divide", operator.truediv),
    "round": _round,
}
