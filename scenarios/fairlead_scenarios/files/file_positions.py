"""Where in a file a finding is: `lots[3].quantity` becomes `lots.csv:5: lots[3].quantity`.

Places are looked for only when something is wrong, so that reading costs nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from fairlead_solver.api.allocation import Finding, InvalidInput

from ..spelling.csv_tables import read_csv_table

_ROW = re.compile(r"^(\w+)\[(\d+)\](?:\.(\w+))?")
_SPELLED = (("_micros", ""), ("_day", "_date"))


@dataclass(frozen=True, slots=True)
class FilePlaces:
    """The files a scenario was read from: one of YAML for the whole cycle, or CSV by table; and
    that of the policy. Empty: the cycle comes from no file that people write."""

    cycle: Path | None = None
    tables: Mapping[str, Path] = field(default_factory=dict)
    policy: Path | None = None

    def located(self, error: InvalidInput) -> InvalidInput:
        """The error with file, line and column before each path, equal findings together."""
        find = _Finder(self)
        findings = [
            replace(f, path=find.place(f.path), other=f.other and find.place(f.other))
            for f in merged(error.findings)
        ]
        return InvalidInput(findings, error.total)


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one column under one rule as one: the first, and how many more."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        column = re.sub(r"\[\d+\]", "[]", finding.path)
        groups.setdefault((column, finding.rule), []).append(finding)
    return [
        replace(first, more=first.more + sum(1 + finding.more for finding in more))
        for first, *more in groups.values()
    ]


class _Finder:
    """Reads each file once more, when the first place in it is asked for."""

    def __init__(self, files: FilePlaces) -> None:
        self._files = files
        self._yaml: dict[Path, yaml.Node | None] = {}
        self._lines: dict[Path, list[int]] = {}

    def place(self, path: str) -> str:
        """The path with what is known of its place in front."""
        if path.startswith("policy") and self._files.policy is not None:
            return self._in_yaml(self._files.policy, path.partition(".")[2], path)
        row = _ROW.match(path)
        if row and row[1] in self._files.tables:
            return self._in_csv(self._files.tables[row[1]], int(row[2]), path)
        if self._files.cycle is not None:
            return self._in_yaml(self._files.cycle, path, path)
        table = path.partition("[")[0].partition(".")[0]
        file = self._files.tables.get(table)
        return path if file is None else f"{file}: {path}"

    def _in_csv(self, file: Path, row: int, path: str) -> str:
        if file not in self._lines:
            self._lines[file] = read_csv_table(file).lines
        lines = self._lines[file]
        return f"{file}:{lines[row]}: {path}" if row < len(lines) else f"{file}: {path}"

    def _in_yaml(self, file: Path, inner: str, path: str) -> str:
        if file not in self._yaml:
            self._yaml[file] = _composed(file)
        node = self._yaml[file]
        mark = None if node is None else _mark(node, list(_steps(inner)))
        return f"{file}: {path}" if mark is None else f"{file}:{mark[0]}:{mark[1]}: {path}"


def _composed(file: Path) -> yaml.Node | None:
    try:
        found: Any = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return None
    return found if isinstance(found, yaml.Node) else None


def _steps(path: str) -> Iterator[str | int]:
    for name, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        yield int(number) if number else name


def _mark(node: yaml.Node, steps: Sequence[str | int]) -> tuple[int, int] | None:
    """(line, column) of the value that the steps lead to, or of the last one that is there."""
    for step in steps:
        inner = _child(node, step)
        if inner is None:
            break
        node = inner
    mark = node.start_mark
    return mark.line + 1, mark.column + 1


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(step, int):
        rows = node.value if isinstance(node, yaml.SequenceNode) else []
        return rows[step] if step < len(rows) else None
    if not isinstance(node, yaml.MappingNode):
        return None
    values = {str(key.value): value for key, value in node.value}
    for name in (step, *(step.removesuffix(old) + new for old, new in _SPELLED)):
        found = values.get(name)
        if isinstance(found, yaml.Node):
            return found
    return None
