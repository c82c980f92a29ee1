"""Which lines of serialized packed columns match a filter, read from a few of the columns alone.

Most bytes of a line are its explanation. A message with the filtered columns alone, under their own
numbers, skips the others as unknown fields: some milliseconds for ten thousand lines, where parsing
all takes a hundred.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

from fairlead.v1.columns_pb2 import StringColumn
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns

_QUANTITIES = ("requested_quantity", "confirmed_quantity")
_WORDS = ("order", "product", "customer")


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What a line must be: short, and of this order, product and customer ("": of any)."""

    short_only: bool = False
    order: str = ""
    product: str = ""
    customer: str = ""

    def places(self, columns: bytes) -> np.ndarray:
        """Places, ascending, of the lines that match in a serialized DecisionLineColumns.

        Raises google.protobuf.message.DecodeError where it is none.
        """
        read: Any = _filtered_columns().FromString(columns)
        chosen = np.ones(len(read.requested_quantity), dtype=np.bool_)
        if self.short_only:
            requested, confirmed = (np.array(getattr(read, name)) for name in _QUANTITIES)
            chosen &= confirmed < requested
        for name in _WORDS:
            wanted, column = getattr(self, name), getattr(read, name)
            if wanted:
                chosen &= _is_word(column, wanted)
        return np.flatnonzero(chosen)


def _is_word(column: StringColumn, wanted: str) -> np.ndarray:
    known = list(column.dictionary)
    code = known.index(wanted) if wanted in known else len(known)
    matches: np.ndarray = np.array(column.index) == code
    return matches


@cache
def _filtered_columns() -> type[Message]:
    """DecisionLineColumns without the columns that no filter reads."""
    whole = descriptor_pb2.DescriptorProto()
    DecisionLineColumns.DESCRIPTOR.CopyToProto(whole)
    kept: Callable[[Any], bool] = lambda field: field.name in (*_QUANTITIES, *_WORDS)  # noqa: E731
    file = descriptor_pb2.FileDescriptorProto(
        name="fairlead/wire/line_filter.proto",
        package="fairlead.wire",
        syntax="proto3",
        dependency=[StringColumn.DESCRIPTOR.file.name],
    )
    file.message_type.add(name="FilteredColumns").field.extend(filter(kept, whole.field))
    pool = descriptor_pool.Default()
    described = pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(described.message_types_by_name["FilteredColumns"])
