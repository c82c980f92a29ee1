"""The comments of the contract say what a client must know: unit, range, default.

`documented_range` reads a range out of a comment; the server's tests compare it with the enforced
one.
"""

from __future__ import annotations

import math
import re

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from tests.proto.image import comments_of, input_messages, messages, own_files

# the end of a field's name, and the words one of which its comment, or its message's, must hold
UNITS = (
    (r"(^|_)micros$", "micro-units|millionths"),
    (r"(^|_)day$", "day"),
    (r"(^|_)days$", "days"),
    (r"(^|_)quantity$", "base units?"),
    (r"(^|_)units$", "base units?"),
    (r"(^|_)bytes$", "bytes"),
    (r"(^|_)rate$", "share|rate|multiple"),
    (r"(^|_)digest$", "sha-256|digest"),
)
NUMBERS = {
    FieldDescriptorProto.TYPE_DOUBLE,
    FieldDescriptorProto.TYPE_INT32,
    FieldDescriptorProto.TYPE_INT64,
    FieldDescriptorProto.TYPE_SINT32,
    FieldDescriptorProto.TYPE_SINT64,
}
_NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?:\^\d+)?(?: - 1)?"
_FROM_TO = re.compile(rf"({_NUMBER}) to ({_NUMBER})")
_AT_LEAST = re.compile(rf"[Aa]t least ({_NUMBER})")
_ABOVE = re.compile(rf"[Aa]bove ({_NUMBER})")
MAX_AMOUNT = 10.0**15  # the head of facts.proto
DAYS = (-25_567.0, 182_621.0)  # the same


def number(text: str) -> float:
    """A number as comments write it: 1e6, 10^15, 2^31 - 1."""
    plain, less = text.replace(",", ""), 0.0
    if plain.endswith(" - 1"):
        plain, less = plain.removesuffix(" - 1"), 1.0
    base, _, power = plain.partition("^")
    return float(base) ** float(power or 1) - less


def documented_range(field: FieldDescriptorProto, comment: str) -> tuple[float, float] | None:
    """The least and the largest legal value; None where none is stated."""
    found = _FROM_TO.search(comment)
    if found:
        return number(found[1]), number(found[2])
    if re.search(r"(^|_)day$", field.name):
        return DAYS
    least = _AT_LEAST.search(comment) or _ABOVE.search(comment)
    if least is None:
        return None
    amount = field.type == FieldDescriptorProto.TYPE_INT64
    return number(least[1]), MAX_AMOUNT if amount else math.inf


def of_message(name: str) -> str:
    """The comment of a message."""
    for file in own_files():
        for i, message in enumerate(file.message_type):
            if message.name == name:
                return comments_of(file)[4, i]
    raise KeyError(name)


@pytest.mark.parametrize("name", sorted(messages()))
def test_every_figure_has_its_unit(name: str) -> None:
    told = of_message(name)
    missing = [
        field.name
        for field, comment in messages()[name].fields()
        for ending, unit in UNITS
        if re.search(ending, field.name) and not re.search(unit, f"{comment} {told}", re.IGNORECASE)
    ]
    assert missing == []


@pytest.mark.parametrize("name", sorted(input_messages()))
def test_every_field_that_a_caller_sets_is_required_or_has_a_default(name: str) -> None:
    described = messages()[name]
    missing = [
        field.name
        for field, comment in described.fields()
        if not described.in_choice(field)
        if not re.search(r"Required|At least one|[Dd]efault", comment)
    ]
    assert missing == []


@pytest.mark.parametrize("name", sorted(input_messages()))
def test_every_number_that_a_caller_sets_has_a_range(name: str) -> None:
    missing = [
        field.name
        for field, comment in messages()[name].fields()
        if field.type in NUMBERS and documented_range(field, comment) is None
    ]
    # its upper end is the length of the dictionary beside it
    assert missing == (["index"] if name == "StringColumn" else [])


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0.0), ("1e6", 1e6), ("2^31 - 1", 2.0**31 - 1), ("-9", -9.0)]
)
def test_a_number_of_a_comment_is_read(text: str, value: float) -> None:
    assert number(text) == value
