"""Rows as the bytes they are sent as: the join of one piece per column.

The bytes of a message are those of its fields, one after the other and in any order. So a column
is turned into pieces, one per row, each distinct value once; a row is the join of its pieces; and a
message inside another is one piece more. No message is made on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from google.protobuf.descriptor import FieldDescriptor

from fairlead_solver.api.allocation import NO_DAY, NO_INT, Ints

Pieces = list[bytes]

_VARINT, _BYTES = 0, 2
_64_BITS = 2**64 - 1
_SHIFTS = np.arange(0, 64, 7, dtype=np.uint64)
_MANY = 100  # values: from here on NumPy is faster
_WORDS = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE)
_64_BIT_NUMBERS = (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_SINT64)
_ZIGZAG = (FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SINT64)
_NUMBERS = (
    FieldDescriptor.TYPE_INT32,
    FieldDescriptor.TYPE_INT64,
    FieldDescriptor.TYPE_BOOL,
    FieldDescriptor.TYPE_ENUM,
    *_ZIGZAG,
)


def number_pieces(field: FieldDescriptor, values: Iterable[int]) -> Pieces:
    """A column of numbers, flags or enum numbers as that field; a value that is absent is no byte.

    0 is absent but where the field tells presence; there NO_INT is, and of 32 bits NO_DAY. Raises
    TypeError for a field that holds something else.
    """
    if field.type not in _NUMBERS:
        raise TypeError(f"{field.full_name} is no number")
    missing = NO_INT if field.type in _64_BIT_NUMBERS else NO_DAY
    head, zigzag = varint(field.number << 3 | _VARINT), field.type in _ZIGZAG
    given = list(values)
    distinct = [*set(given)]
    made = dict(zip(distinct, _numbers(head, distinct, zigzag), strict=True))
    made[missing if field.has_presence else 0] = b""
    return [*map(made.__getitem__, given)]


def word_pieces(field: FieldDescriptor, words: Iterable[str]) -> Pieces:
    """A column of words as that field; the empty word is no byte."""
    return [b if not b else _head(field.number, len(b)) + b for b in map(str.encode, words)]


def message_pieces(field: FieldDescriptor, bodies: Iterable[bytes]) -> Pieces:
    """Serialized messages as that field, empty ones too. Raises TypeError for another field."""
    if field.type not in _WORDS:
        raise TypeError(f"{field.full_name} is no message")
    return [_head(field.number, len(body)) + body for body in bodies]


def joined(columns: Iterable[Pieces | None], size: int) -> Pieces:
    """The pieces of every column together, row by row; None is a column without any."""
    given = [column for column in columns if column is not None]
    if len(given) == 1:
        return given[0]
    return [*map(b"".join, zip(*given, strict=True))] if given else [b""] * size


def gathered(items: Pieces, counts: Sequence[int]) -> Pieces | None:
    """The first `counts[0]` items together, then the next ones; None where there are no items."""
    if not items:
        return None
    rest = iter(items)
    return [
        b"" if n == 0 else next(rest) if n == 1 else b"".join([next(rest) for _ in range(n)])
        for n in counts
    ]


def varint(number: int) -> bytes:
    """A non-negative number as protobuf writes it."""
    if number < 0x80:
        return _ONE_BYTE[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_ONE_BYTE = [bytes([number]) for number in range(0x80)]


def _numbers(head: bytes, values: Sequence[int], zigzag: bool) -> Pieces:
    """`head` and each value as a varint: negative ones as 64 bits of two's complement."""
    unsigned = [v << 1 ^ v >> 63 for v in values] if zigzag else values
    if len(unsigned) < _MANY:
        return [head + varint(v & _64_BITS) for v in unsigned]
    return [head + v for v in _varints(np.array(unsigned, dtype=np.int64))]


def _varints(values: Ints) -> Iterable[bytes]:
    """What `varint` makes of each, seven bits a byte, for many at once."""
    groups = values.view(np.uint64)[:, None] >> _SHIFTS
    length = 1 + np.count_nonzero(groups[:, 1:], axis=1)
    places = np.arange(len(_SHIFTS))
    more = np.where(places < (length - 1)[:, None], 0x80, 0)
    laid = ((groups & 0x7F).astype(np.uint8) | more.astype(np.uint8)).tobytes()
    starts = range(0, len(laid), len(_SHIFTS))
    return (laid[a : a + n] for a, n in zip(starts, length.tolist(), strict=True))


@lru_cache(maxsize=1 << 16)
def _head(field: int, length: int) -> bytes:
    return varint(field << 3 | _BYTES) + varint(length)
