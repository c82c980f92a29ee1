"""YAML files as plain Python values, read strictly. CSV files: see `csv_tables`.

Nothing is guessed: a key given twice or a file that is no UTF-8 text is a finding with its place,
never a value silently dropped.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from fairlead_solver.api.allocation import Finding, InvalidInput


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


MAX_YAML_NODES = 20_000_000
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
        raise refuse(str(path), "", f"a readable UTF-8 file ({error})") from error


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping. Raises InvalidInput with line and column of a fault."""
    loader = _StrictLoader(read_text(path))
    try:
        node = loader.get_single_node()
        if node is None:
            return {}
        if _expanded_size(node, {}) > MAX_YAML_NODES:
            raise refuse(str(path), "aliases", f"at most {MAX_YAML_NODES:,} values once expanded")
        found = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise _refuse_yaml(path, error) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise refuse(str(path), "not YAML", " ".join(str(error).split())) from error
    finally:
        loader.dispose()
    if not isinstance(found, dict):
        raise refuse(str(path), type(found).__name__, "a mapping of names to values")
    return {str(key): value for key, value in found.items()}


def _refuse_yaml(path: Path, error: yaml.MarkedYAMLError) -> InvalidInput:
    mark = error.problem_mark or error.context_mark
    place = str(path) if mark is None else f"{path}:{mark.line + 1}:{mark.column + 1}"
    text = "" if mark is None else (mark.get_snippet(indent=0) or "").splitlines()[0].strip()
    rule = " ".join(filter(None, (error.problem, error.context)))
    if "\\t" in rule:
        rule += ": indent with spaces, not with tabs"
    return refuse(place, text, rule)


def _expanded_size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Values in the document when every alias is replaced by what it stands for."""
    if id(node) not in sizes:
        sizes[id(node)] = 1  # an alias of what it is part of
        if isinstance(node, yaml.MappingNode):
            inner = sum(_expanded_size(part, sizes) for pair in node.value for part in pair)
        elif isinstance(node, yaml.SequenceNode):
            inner = sum(_expanded_size(part, sizes) for part in node.value)
        else:
            inner = 0
        sizes[id(node)] = 1 + inner
    return sizes[id(node)]
