"""Takes the heavy field out of a serialized request without parsing it.

A request may hold a cycle of many MiB. The front needs only what stands beside it (tenant,
options, request id); the cycle goes to a worker as the bytes it is. Only the tags and lengths of
the request's own fields are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairlead.wire.shared.pieces import varint

from ..foundation.errors import ServiceError, invalid
from ..foundation.reasons import Reason

_BYTES = 2


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message without one of its fields, and that field's payloads as they came."""

    light: bytes
    payloads: tuple[bytes, ...]

    @property
    def payload(self) -> bytes:
        """The field as one message: several occurrences merge by being joined."""
        return self.payloads[0] if len(self.payloads) == 1 else b"".join(self.payloads)


def open_envelope(message: bytes, field: int) -> Envelope:
    """Split a message at a field of message type. Raises ServiceError where it is malformed."""
    view = memoryview(message)
    light: list[memoryview] = []
    payloads: list[bytes] = []
    position = 0
    try:
        while position < len(message):
            start = position
            tag, position = _varint(message, position)
            wire_type = tag & 7
            begin, position = _skip(message, position, wire_type)
            if position > len(message):
                raise IndexError
            if tag >> 3 == field and wire_type == _BYTES:
                payloads.append(bytes(view[begin:position]))
            else:
                light.append(view[start:position])
    except IndexError:
        raise malformed() from None
    return Envelope(b"".join(light), tuple(payloads))


def malformed() -> ServiceError:
    """The refusal of bytes that are no message."""
    return invalid(Reason.MESSAGE_MALFORMED, "the request is not a message of its type")


def wrap(field: int, *pieces: bytes) -> bytes:
    """A message whose one field is the message these pieces make."""
    length = sum(len(piece) for piece in pieces)
    return b"".join((varint(field << 3 | _BYTES), varint(length), *pieces))


def _varint(message: bytes, position: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        byte = message[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise IndexError


def _skip(message: bytes, position: int, wire_type: int) -> tuple[int, int]:
    """Where a field's payload begins and ends."""
    match wire_type:
        case 0:
            return position, _varint(message, position)[1]
        case 1:
            return position, position + 8
        case 2:
            length, begin = _varint(message, position)
            return begin, begin + length
        case 5:
            return position, position + 4
    raise IndexError  # groups are not in use
