"""Frozen values <-> messages whose fields have the same names: policies and explanations.

Driven by the dataclass and by the message's descriptor, so that a new knob or figure is one field
in each and nothing here. Enum members and enum values meet by name; money by term travels as
`Money`. What a message leaves out takes the dataclass's default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from google.protobuf.message import Message

from fairlead.v1.explanation_pb2 import Money
from fairlead_solver.api.allocation import Finding, InvalidInput, Term

Value = TypeVar("Value")
_NONE = type(None)


def fill(message: Message, value: object) -> None:
    """Write every field of a frozen value into the field of the message named alike.

    Raises KeyError where the message has no such field.
    """
    described = message.DESCRIPTOR.fields_by_name
    for field in fields(cast(Any, value)):
        _write(message, described[field.name], getattr(value, field.name))


def _write(message: Message, field: Any, value: Any) -> None:
    if value is None:
        return
    if field.is_repeated:
        target = getattr(message, field.name)
        if field.message_type is None:
            target.extend(value)
        else:
            for item in value:
                fill(target.add(), item)
    elif field.message_type is not None:
        child = getattr(message, field.name)
        child.SetInParent()
        if isinstance(value, Mapping):
            write_money(child, value)
        else:
            fill(child, value)
    elif field.enum_type is not None:
        setattr(message, field.name, enum_number(field.enum_type, value))
    else:
        setattr(message, field.name, value)


def write_money(message: Money, terms: Mapping[Term, int]) -> None:
    """Money by term; a term that is absent is 0."""
    for term, micros in terms.items():
        setattr(message, f"{term.value}_micros", int(micros))


def read_money(message: Money) -> dict[Term, int]:
    """Money by term, every term."""
    return {term: getattr(message, f"{term.value}_micros") for term in Term}


def read(kind: type[Value], message: Message, path: str) -> Value:
    """The frozen value a message stands for.

    Raises InvalidInput with every enum number that is none, by its path under `path`.
    """
    findings: list[Finding] = []
    value = _read(kind, message, path, findings)
    if findings:
        raise InvalidInput(findings)
    return value


def _read(kind: type[Value], message: Message, path: str, findings: list[Finding]) -> Value:
    hints = _hints(cast(Any, kind))
    given = {}
    for field in fields(cast(Any, kind)):
        described = message.DESCRIPTOR.fields_by_name[field.name]
        if not _present(message, described):
            given[field.name] = _absent(field, hints[field.name], message)
            continue
        place = f"{path}.{field.name}" if path else field.name
        given[field.name] = _value(
            hints[field.name], described, getattr(message, field.name), place, findings
        )
    return kind(**given)


def _present(message: Message, field: Any) -> bool:
    if field.is_repeated:
        return len(getattr(message, field.name)) > 0
    if field.has_presence:
        return message.HasField(field.name)
    return field.enum_type is None or getattr(message, field.name) != 0


def _absent(field: Field[Any], hint: Any, message: Message) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    if get_origin(hint) is tuple:
        return ()
    if _NONE in get_args(hint):
        return None
    described = message.DESCRIPTOR.fields_by_name[field.name]
    if get_origin(hint) is not None and described.message_type is not None:
        return read_money(Money())
    if is_dataclass(hint):
        return _read(cast(Any, hint), getattr(message, field.name), "", [])
    raise InvalidInput([Finding(field.name, "", "", "is required")])


def _value(hint: Any, field: Any, given: Any, path: str, findings: list[Finding]) -> Any:
    hint = _without_none(hint)
    if field.is_repeated:
        element = get_args(hint)[0]
        return tuple(
            _single(element, field, item, f"{path}[{i}]", findings) for i, item in enumerate(given)
        )
    return _single(hint, field, given, path, findings)


def _single(hint: Any, field: Any, given: Any, path: str, findings: list[Finding]) -> Any:
    if field.enum_type is not None:
        return _member(hint, field.enum_type, given, path, findings)
    if field.message_type is None:
        return given
    if field.message_type is Money.DESCRIPTOR:
        return read_money(given)
    return _read(hint, given, path, findings)


def _member(
    kind: type[Enum], described: Any, number: int, path: str, findings: list[Finding]
) -> Enum:
    known = described.values_by_number.get(number)
    if known is None:
        words = ", ".join(v.name for v in described.values)
        findings.append(Finding(path, "", str(number), f"one of {words}"))
        return next(iter(kind))
    return kind[known.name.removeprefix(_prefix(described))]


def enum_number(described: Any, member: Enum) -> int:
    """The number of the enum value that has the member's name."""
    return int(described.values_by_name[_prefix(described) + member.name].number)


@cache
def _prefix(described: Any) -> str:
    return str(described.values_by_number[0].name).removesuffix("UNSPECIFIED")


def _without_none(hint: Any) -> Any:
    if _NONE in get_args(hint):
        return next(a for a in get_args(hint) if a is not _NONE)
    return hint


@cache
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(kind)


def fill_all(target: Any, values: Iterable[object]) -> None:
    """Append one message per value to a repeated field."""
    for value in values:
        fill(target.add(), value)
