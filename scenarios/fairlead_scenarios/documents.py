"""YAML and CSV files as plain Python values, read strictly.

Nothing is guessed: a key given twice, a row with too many cells or a file that is no UTF-8 text is
a finding with its place, never a value silently dropped.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from fairlead_solver.api import Finding, InvalidInput


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice, and reads only true and false as such.

    YAML 1.1 reads `on`, `off`, `yes` and `no` as flags too: a channel called NO would be lost.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


_BOOL = "tag:yaml.org,2002:bool"
_DATE = "tag:yaml.org,2002:timestamp"  # stays a word: a bad one is then a finding with its path
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _DATE)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_StrictLoader.add_implicit_resolver(_BOOL, re.compile(r"true|false", re.IGNORECASE), list("tTfF"))


def refuse(path: str, value: object, rule: str) -> InvalidInput:
    """The error for one fault of a file as a whole."""
    return InvalidInput([Finding(path, "", str(value), rule)])


def refuse_model(name: str, error: ValidationError) -> InvalidInput:
    """The error for a file that does not have the form it should."""
    return InvalidInput(
        [
            Finding(".".join([name, *map(str, e["loc"])]), "", str(e["input"]), e["msg"])
            for e in error.errors()
        ]
    )


def read_text(path: Path) -> str:
    """A UTF-8 text file. Raises InvalidInput where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(path.name, path, f"a readable UTF-8 file ({error})") from error


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping. Raises InvalidInput with the line of a fault."""
    try:
        found = yaml.load(read_text(path), Loader=_StrictLoader)
    except (yaml.YAMLError, ValueError) as error:
        raise refuse(path.name, path, " ".join(str(error).split())) from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise refuse(path.name, type(found).__name__, "a mapping of names to values")
    return {str(key): value for key, value in found.items()}


def read_csv(path: Path, *, number_repeats: bool = False) -> list[dict[str, str]]:
    """The rows of a CSV file with a header. Empty cells stay as "". Raises InvalidInput.

    A column named twice is refused, or with `number_repeats` called `name_2`.
    """
    rows = csv.reader(read_text(path).splitlines(keepends=True), strict=True)
    try:
        header = next(rows, [])
        names = _numbered(header) if number_repeats else header
        if len(set(names)) < len(names):
            raise refuse(path.name, ", ".join(names), "each column once in the header")
        found: list[dict[str, str]] = []
        for row in rows:
            if len(row) != len(names):
                place = f"{path.name} line {rows.line_num}"
                raise refuse(place, f"{len(row)} cells", f"{len(names)} cells, as in the header")
            found.append(dict(zip(names, row, strict=True)))
    except csv.Error as error:
        raise refuse(f"{path.name} line {rows.line_num}", path, str(error)) from error
    return found


def _numbered(names: list[str]) -> list[str]:
    return [
        f"{name}_{earlier + 1}" if (earlier := names[:place].count(name)) else name
        for place, name in enumerate(names)
    ]
