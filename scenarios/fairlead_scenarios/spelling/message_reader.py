"""Files for people -> messages of the contract, driven by the contract's own descriptors.

A key is a field's name; three spellings are added for people:

    x_date: 2026-11-24   for x_day      (days since 1970-01-01)
    x: 12.50             for x_micros   (millionths, exactly; at most six decimals)
    strategy: win        for an enum    (its short name, any case)

So a new field of the contract is known here at once. Every fault of a document is found, with its
path, before any of it is used.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from fairlead.v1 import facts_pb2
from fairlead_solver.api.allocation import Faults, Finding, Nearest

from .number_hints import date_hint, number_hint

EPOCH = datetime.date(1970, 1, 1)
MICRO = 1_000_000
LIST_SEPARATOR = ";"
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_BITS = {FieldDescriptor.CPPTYPE_INT32: 31, FieldDescriptor.CPPTYPE_INT64: 63}


class Unfit(ValueError):
    """A value that does not fit its field: the rule it breaks, and what to write instead."""

    def __init__(self, rule: str, hint: str = "") -> None:
        super().__init__(rule)
        self.hint = hint


class Filler:
    """Fills messages from plain values and gathers a finding for whatever does not fit."""

    def __init__(self) -> None:
        self._faults = Faults()

    @property
    def findings(self) -> list[Finding]:
        """What does not fit, some of each kind, with the number of those that are left out."""
        return self._faults.kept

    def fill(self, message: Message, given: Mapping[str, Any], path: str = "") -> None:
        """Set each field that `given` names; `path` is where the message stands in the whole."""
        whose = str(given.get("id", ""))
        descriptor = cast(Descriptor, message.DESCRIPTOR)
        written: dict[str, str] = {}
        for written_key, value in given.items():
            key = str(written_key)
            place = f"{path}.{key}" if path else key
            found = _field(descriptor, key)
            if found is None:
                hint = _unknown(descriptor, key)
                self._report(place, whose, key, "the name of a field here", hint)
                continue
            field, spelling = found
            if field.name in written:
                rule = f"is the same fact as {written[field.name]}: give one of them"
                self._report(place, whose, value, rule)
                continue
            written[field.name] = key
            if value is not None:
                self._set(message, field, spelling, value, place, whose)

    def _set(
        self,
        message: Message,
        field: FieldDescriptor,
        spelling: str,
        value: Any,
        place: str,
        whose: str,
    ) -> None:
        if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
            self._nest(message, field, value, place)
            return
        try:
            if field.is_repeated:
                getattr(message, field.name).extend(
                    _scalar(field, spelling, one) for one in _list(value)
                )
            else:
                setattr(message, field.name, _scalar(field, spelling, value))
        except Unfit as unfit:
            self._report(place, whose, value, str(unfit), unfit.hint)

    def _nest(self, message: Message, field: FieldDescriptor, value: Any, place: str) -> None:
        if not field.is_repeated:
            if isinstance(value, Mapping):
                child = getattr(message, field.name)
                child.SetInParent()
                self.fill(child, value, place)
            else:
                self._report(place, "", value, "a mapping of names to values")
            return
        if not isinstance(value, list):
            self._report(place, "", value, "a list")
            return
        rows = getattr(message, field.name)
        for number, row in enumerate(value):
            child = rows.add()  # kept even where it is wrong, so that later paths stay right
            if isinstance(row, Mapping):
                self.fill(child, row, f"{place}[{number}]")
            else:
                self._report(f"{place}[{number}]", "", row, "a mapping of names to values")

    def _report(self, path: str, whose: str, value: object, rule: str, hint: str = "") -> None:
        self._faults.add(Finding(path, whose, str(value), rule, hint))


def _field(message: Descriptor, key: str) -> tuple[FieldDescriptor, str] | None:
    """The field a key stands for and how it is spelled: plain, date or decimal."""
    fields = message.fields_by_name
    if key in fields:
        return fields[key], "plain"
    if key.endswith("_date") and f"{key[:-5]}_day" in fields:
        return fields[f"{key[:-5]}_day"], "date"
    if f"{key}_micros" in fields:
        return fields[f"{key}_micros"], "decimal"
    return None


def field_of(table: str, key: str) -> FieldDescriptor | None:
    """The field that a column of a table of the cycle stands for; None where there is none."""
    found = _field(row_of(table), key)
    return None if found is None else found[0]


def row_of(table: str) -> Descriptor:
    """The message of a row of a table of the cycle."""
    return cast(Descriptor, facts_pb2.Cycle.DESCRIPTOR.fields_by_name[table].message_type)


def spellings(message: Descriptor) -> list[str]:
    """Every key a message takes, as people would write it."""
    return [
        f.name.removesuffix("_micros")
        if f.name.endswith("_micros")
        else f"{f.name[:-4]}_date"
        if f.name.endswith("_day")
        else f.name
        for f in message.fields
    ]


def _unknown(message: Descriptor, key: str) -> str:
    """What to write instead of a key that is no field."""
    if key.isdigit():
        return "a comma parts values here; decimals have a point, as in 11.50"
    known = spellings(message)
    return Nearest(known).hint(key) or f"there are {', '.join(known)}"


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(LIST_SEPARATOR) if part.strip()]
    if not isinstance(value, list):
        raise Unfit("a list")
    return value


def _scalar(field: FieldDescriptor, spelling: str, value: Any) -> Any:
    if spelling == "date":
        return as_day(value)
    if spelling == "decimal":
        return as_micros(value)
    kind = field.cpp_type
    if kind in _BITS:
        return _integer(value, _BITS[kind])
    if kind == FieldDescriptor.CPPTYPE_DOUBLE:
        return _number(value)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return _flag(value)
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        assert field.enum_type is not None
        return _enum(field.enum_type, value)
    return _word(value)


def as_day(value: Any) -> int:
    """Days since 1970-01-01 of a date or an ISO 8601 text. Raises Unfit."""
    if isinstance(value, str):
        try:
            value = datetime.date.fromisoformat(value.strip())
        except ValueError as error:
            raise Unfit("a date such as 2026-11-24", date_hint(value)) from error
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise Unfit("a date such as 2026-11-24", date_hint(value))
    return (value - EPOCH).days


def as_date(day: int) -> str:
    """ISO 8601 text of days since 1970-01-01."""
    return (EPOCH + datetime.timedelta(days=day)).isoformat()


def as_micros(value: Any) -> int:
    """Millionths of a decimal number, exactly. Raises Unfit."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Unfit("a decimal number")
    try:
        scaled = Decimal(str(value)) * MICRO
        whole = scaled.to_integral_value()
    except InvalidOperation as error:
        raise Unfit("a decimal number", number_hint(value)) from error
    if not scaled.is_finite():
        raise Unfit("a decimal number")
    if scaled != whole:
        raise Unfit("a decimal number with at most six decimals")
    if abs(whole) >= 2**63:
        raise Unfit("within 64 bits in millionths")
    return int(whole)


def _integer(value: Any, bits: int) -> int:
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError as error:
            raise Unfit("a whole number", number_hint(value)) from error
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit("a whole number")
    if not -(2**bits) <= value < 2**bits:
        raise Unfit(f"within {bits + 1} bits")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unfit("a number")
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise Unfit("a number", number_hint(value)) from error


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise Unfit("true or false")


def _enum(enum: EnumDescriptor, value: Any) -> int:
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    short = {v.name.removeprefix(prefix): v.number for v in enum.values if v.number}
    number = short.get(str(value).strip().upper().removeprefix(prefix))
    if number is None:
        raise Unfit(f"one of {', '.join(short)}", Nearest(short).hint(str(value)))
    return number


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Unfit("a text (in quotes where YAML would read it as something else)")
