"""Every field of every request, and the values at the edges of its type.

Driven by the descriptors: a new field, table or call is covered without a line here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

Path = tuple[FieldDescriptor, ...]

MAX_INT, MAX_INT32 = 2**63 - 1, 2**31 - 1
DAYS = (-25_568, -25_567, 182_621, 182_622)  # the first and the last day, and those beside them
INTEGERS = (0, 1, -1, *DAYS, MAX_INT32, -MAX_INT32 - 1)
LONG_INTEGERS = (0, 1, -1, MAX_INT32, 10**15, 10**15 + 1, MAX_INT, -MAX_INT - 1)
NUMBERS = (math.nan, math.inf, -math.inf, -0.0, 0.5, 1.0, 5e-324, 1e-20, 1e-7, 1e308, -1e-20)
SMILE = "\U0001f600"
WORDS = ("", "x", "/", "a//b", "a\nb", "\x00", "é" * 129, SMILE, "tenants/acme/decisions/x")
BYTES = (b"", b"\x00", b"\xff" * 40)
BAD_WORDS = frozenset({"a\nb", "\x00", "é" * 129})

_EDGES = {
    FieldDescriptor.TYPE_BOOL: (False, True),
    FieldDescriptor.TYPE_BYTES: BYTES,
    FieldDescriptor.TYPE_DOUBLE: NUMBERS,
    FieldDescriptor.TYPE_INT32: INTEGERS,
    FieldDescriptor.TYPE_SINT32: INTEGERS,
    FieldDescriptor.TYPE_INT64: LONG_INTEGERS,
    FieldDescriptor.TYPE_STRING: WORDS,
}


def edges_of(field: FieldDescriptor) -> tuple[Any, ...]:
    """Values at the edges of a scalar field's type, legal and illegal ones."""
    if field.enum_type is not None:
        return (*_numbers_of(field.enum_type), 99, -1, MAX_INT32)
    return _EDGES[field.type]


def _numbers_of(enum: EnumDescriptor) -> tuple[int, ...]:
    return tuple(value.number for value in enum.values)


def never_legal(field: FieldDescriptor, value: Any) -> bool:
    """Whether no field of this type may hold the value, whatever it is about."""
    if field.enum_type is not None:
        return value not in _numbers_of(field.enum_type)
    if isinstance(value, float):
        return math.isnan(value)
    return value in BAD_WORDS


def scalars(kind: Descriptor, above: Path = ()) -> Iterator[Path]:
    """The path to every scalar field under a message, each kind of message once on a path."""
    for field in kind.fields:
        path = (*above, field)
        if field.message_type is None:
            yield path
        elif field.message_type not in [f.message_type for f in above]:
            yield from scalars(field.message_type, path)


def changed(base: Message, path: Path, value: Any) -> Any:
    """A copy of a request with one scalar set; of lists the first element, made where none is."""
    copy = type(base)()
    copy.CopyFrom(base)
    message: Any = copy
    for field in path[:-1]:
        message = getattr(message, field.name)
        if field.is_repeated:
            message = message[0] if message else message.add()
    last = path[-1]
    if not last.is_repeated:
        setattr(message, last.name, value)
    elif values := getattr(message, last.name):
        values[0] = value
    else:
        values.append(value)
    return copy


def written(path: Path) -> str:
    """The path as a violation names it."""
    return ".".join(f"{field.name}[0]" if field.is_repeated else field.name for field in path)


@dataclass(frozen=True)
class _Step:
    name: str
    index: int | None


def leads_somewhere(path: str, request: Message) -> bool:
    """Whether a violation's path names a field of this request, with an index it has."""
    here: Any = request
    for step in _steps(path):
        if not isinstance(here, Message) or step.name not in here.DESCRIPTOR.fields_by_name:
            return False
        here = getattr(here, step.name)
        if step.index is not None:
            if isinstance(here, Message):  # a column of words: the row
                return step.index < _rows(here)
            if step.index >= max(
                len(here), 1
            ):  # a field left out stands for an element that lacks it
                return False
            here = here[step.index] if here else None
        elif not isinstance(here, str | bytes | int | float | Message):
            here = here[0] if here else None  # a list as a whole
    return True


def _steps(path: str) -> Iterator[_Step]:
    for part in path.split("."):
        match = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", part)
        assert match is not None, path
        yield _Step(match[1], None if match[2] is None else int(match[2]))


def _rows(column: Any) -> int:
    """Rows of a StringColumn or a StringListColumn."""
    counts = column.index if "index" in column.DESCRIPTOR.fields_by_name else column.count
    return len(counts)
