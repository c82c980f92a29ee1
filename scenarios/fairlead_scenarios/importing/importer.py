"""Runs a mapping: source tables in, a scenario folder with one CSV per table of the cycle out."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from fairlead.v1 import facts_pb2, policy_pb2
from fairlead.wire.allocation.cycle import facts_of
from fairlead.wire.allocation.policies import policy_of as policy_values
from fairlead_solver.api.allocation import Finding, InvalidInput, LeftOut, intake

from ..files.partial_faults import MAX_ROWS
from ..files.scenario import HEADER, cycle_of, policy_of
from ..spelling.csv_tables import read_csv_table
from ..spelling.yaml_documents import refuse
from .expressions import Row, Surroundings, Unusable, Value, as_number, as_text, compile_expression
from .mapping import Condition, Expansion, Join, Mapping, TableRule

Tables = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Imported:
    """What a mapping made: the cycle, checked field by field, and the tables it was made from."""

    mapping: Mapping
    header: dict[str, str]
    tables: Tables
    cycle: facts_pb2.Cycle
    policy: policy_pb2.Policy
    left_out: LeftOut


def import_cycle(
    source: Path, mapping: Mapping, parameters: Map[str, str], *, quarantine: bool = False
) -> Imported:
    """The cycle a mapping makes of a folder of CSV files, checked under the mapping's policy.

    `quarantine`: rows that break a rule are left out. Raises InvalidInput.
    """
    unknown = parameters.keys() - mapping.parameters.keys()
    if unknown:
        known = ", ".join(mapping.parameters) or "(none)"
        raise refuse("parameters", ", ".join(sorted(unknown)), f"one of {known}")
    files = {
        name: read_csv_table(source / path, number_repeats=True).rows
        for name, path in mapping.sources.items()
    }
    around = Surroundings({**mapping.parameters, **parameters}, files)
    findings: list[Finding] = []
    header = _row(mapping.header, "header", {}, around, findings)
    tables = {
        name: _table(rule, f"tables.{name}", around, findings)
        for name, rule in mapping.tables.items()
    }
    findings += _emptied(mapping, tables, files)
    if findings:
        raise InvalidInput(findings)
    cycle, policy = _cycle(header, tables), policy_of(mapping.policy)
    facts = facts_of(cycle, max_rows=MAX_ROWS)
    left_out = intake(facts, policy_values(policy), quarantine=quarantine).left_out
    if left_out is None or not left_out.count:
        return Imported(mapping, header, tables, cycle, policy, LeftOut())
    kept = {n: [rows[i] for i in left_out.stay[n].tolist()] for n, rows in tables.items()}
    return Imported(mapping, header, kept, _cycle(header, kept), policy, left_out)


def _cycle(header: Map[str, str], tables: Tables) -> facts_pb2.Cycle:
    given: dict[str, Any] = {k: v for k, v in header.items() if v != ""}
    for name, rows in tables.items():
        given[name] = [{k: v for k, v in row.items() if v != ""} for row in rows]
    return cycle_of(given)


def _emptied(
    mapping: Mapping, tables: Tables, files: Map[str, list[dict[str, str]]]
) -> list[Finding]:
    """Lines and lots that no row is left of: the cycle would decide nothing, and say nothing."""
    found = []
    for name in ("lines", "lots"):
        rule = mapping.tables.get(name)
        if rule is None:
            found.append(Finding(f"tables.{name}", "", "", f"a table of {name}"))
        elif not tables[name]:
            rows = len(files.get(rule.source, ()))
            wanted = (
                f"at least one row of {rule.source} ({rows} read) that joins and conditions leave"
            )
            found.append(Finding(f"tables.{name}", "", "", wanted))
    return found


def write_scenario(imported: Imported, folder: Path) -> None:
    """Write the cycle as a scenario folder: cycle/*.csv, and policy.yaml where one is set."""
    target = folder / "cycle"
    target.mkdir(parents=True, exist_ok=True)
    _write_csv(target / f"{HEADER}.csv", [imported.header])
    for name, rows in imported.tables.items():
        if rows:
            _write_csv(target / f"{name}.csv", rows)
    if imported.mapping.policy:
        text = yaml.safe_dump(imported.mapping.policy, sort_keys=False)
        (folder / "policy.yaml").write_text(text, encoding="utf-8")


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _table(
    rule: TableRule, path: str, around: Surroundings, findings: list[Finding]
) -> list[dict[str, str]]:
    try:
        rows = _source(rule.source, around)
        if rule.expand is not None:
            rows = _expand(rows, rule.expand)
        for join in rule.join:
            rows = _join(rows, join, around)
        for condition in rule.where:
            rows = _filter(rows, condition, around)
    except Unusable as unusable:
        findings.append(Finding(path, "", rule.source, str(unusable)))
        return []
    columns = _compile(rule.columns, f"{path}.columns", around, findings)
    made = [_values(columns, row, f"{path}.columns", n, findings) for n, row in enumerate(rows)]
    return _summed(made, rule) if rule.sum or rule.distinct else made


def _source(name: str, around: Surroundings) -> list[Row]:
    if name not in around.sources:
        raise Unusable(f"one of the sources {', '.join(around.sources)}")
    return list(around.sources[name])


def _expand(rows: Sequence[Row], rule: Expansion) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if rule.column not in row:
            raise Unusable(f"a column {rule.column} to expand: there are {', '.join(row)}")
        words = row[rule.column].split(rule.separator)
        found += [{**row, rule.column: word.strip()} for word in words if word.strip()]
    return found


def _join(rows: Sequence[Row], join: Join, around: Surroundings) -> list[Row]:
    others = _source(join.source, around)
    prefixed = [{f"{join.source}.{k}": v for k, v in other.items()} for other in others]
    index: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for other, named in zip(others, prefixed, strict=True):
        key = tuple(_cell(other, column) for column in join.on.values())
        index.setdefault(key, []).append(named)
    nothing = [dict.fromkeys(prefixed[0], "")] if join.keep and prefixed else []
    return [
        {**row, **match}
        for row in rows
        for match in index.get(tuple(_cell(row, column) for column in join.on), nothing)
    ]


def _cell(row: Row, column: str) -> str:
    if column not in row:
        raise Unusable(f"a column {column} to join on: there are {', '.join(row)}")
    return row[column]


def _filter(rows: Sequence[Row], condition: Condition, around: Surroundings) -> list[Row]:
    value = compile_expression(condition.value, around)
    equal = None
    if condition.equals is not None:
        given = condition.equals
        equal = compile_expression(
            given if isinstance(given, dict) else {"constant": given}, around
        )
    return [
        row for row in rows if _passes(value(row), None if equal is None else equal(row), condition)
    ]


def _passes(value: Value, equal: Value | None, condition: Condition) -> bool:
    text = as_text(value)
    if equal is not None and text != as_text(equal):
        return False
    if condition.among is not None and text not in condition.among:
        return False
    if condition.filled is not None and condition.filled != bool(text):
        return False
    if condition.above is None and condition.at_most is None:
        return True
    number = as_number(value) if text else Fraction(0)
    return (condition.above is None or number > Fraction(condition.above)) and (
        condition.at_most is None or number <= Fraction(condition.at_most)
    )


def _compile(
    given: Map[str, Any], path: str, around: Surroundings, findings: list[Finding]
) -> dict[str, Any]:
    columns = {}
    for name, expression in given.items():
        try:
            columns[name] = compile_expression(expression, around)
        except Unusable as unusable:
            findings.append(Finding(f"{path}.{name}", "", str(expression), str(unusable)))
    return columns


def _values(
    columns: Map[str, Any], row: Row, path: str, number: int, findings: list[Finding]
) -> dict[str, str]:
    found = {}
    for name, evaluate in columns.items():
        try:
            found[name] = as_text(evaluate(row))
        except Unusable as unusable:
            value = f"row {number}"
            findings.append(Finding(f"{path}.{name}", "", value, str(unusable)))
    return found


def _row(
    given: Map[str, Any], path: str, row: Row, around: Surroundings, findings: list[Finding]
) -> dict[str, str]:
    return _values(_compile(given, path, around, findings), row, path, 0, findings)


def _summed(rows: Sequence[dict[str, str]], rule: TableRule) -> list[dict[str, str]]:
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        key = tuple(value for name, value in row.items() if name not in rule.sum)
        groups.setdefault(key, []).append(row)
    return [
        {**group[0], **{name: _total(group, name) for name in rule.sum}}
        for group in groups.values()
    ]


def _total(group: Sequence[Row], name: str) -> str:
    numbers = (as_number(row[name]) for row in group if row[name])
    return as_text(functools.reduce(lambda a, b: a + b, numbers, Fraction(0)))
