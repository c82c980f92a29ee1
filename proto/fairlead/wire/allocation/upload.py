"""A snapshot in parts: cut by the client, checked and joined by the server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from google.protobuf.message import DecodeError

from fairlead.v1.columns_pb2 import CycleColumns
from fairlead.v1.decision_pb2 import INTAKE_MODE_QUARANTINE, INTAKE_MODE_REFUSE, IntakeMode
from fairlead.v1.snapshot_service_pb2 import SnapshotChunk, SnapshotHeader, UploadSnapshotRequest
from fairlead_solver.api.allocation import (
    Coded,
    Codes,
    Facts,
    Faults,
    Finding,
    InvalidInput,
    Lists,
    Table,
)

from ..shared.field_paths import UploadPlaces
from .cycle import header_of, tables_of, write_tables

AnyTable = TypeVar("AnyTable", bound=Table)
MAX_CHUNK_BYTES = 32 * 2**20
ROWS_PER_CHUNK = 100_000


def upload_of(
    facts: Facts,
    parent: str,
    request_id: str = "",
    rows_per_chunk: int = ROWS_PER_CHUNK,
    *,
    quarantine: bool = False,
) -> Iterator[UploadSnapshotRequest]:
    """The messages that upload a cycle: header first, then chunks of so many rows. `quarantine`:
    rows that break a rule are kept for a solve that leaves them out."""
    parts = [
        (table, start) for table in facts.tables() for start in range(0, len(table), rows_per_chunk)
    ]
    header = SnapshotHeader(
        parent=parent,
        cycle_day=facts.cycle_day,
        currency=facts.currency,
        as_of_day=facts.as_of_day,
        chunk_count=len(parts),
        request_id=request_id,
        intake=INTAKE_MODE_QUARANTINE if quarantine else INTAKE_MODE_REFUSE,
    )
    yield UploadSnapshotRequest(header=header)
    for sequence, (table, start) in enumerate(parts):
        columns = CycleColumns()
        write_tables(columns, [part(table, start, start + rows_per_chunk)])
        yield UploadSnapshotRequest(chunk=chunk_of(columns, sequence))


def chunk_of(columns: CycleColumns, sequence: int) -> SnapshotChunk:
    """One chunk with its checksum."""
    content = columns.SerializeToString()
    checksum = hashlib.sha256(content).digest()
    return SnapshotChunk(sequence=sequence, cycle_columns=content, sha256=checksum)


class Upload:
    """Joins the chunks of one upload. Every method raises InvalidInput; nothing is kept then."""

    def __init__(self, header: SnapshotHeader) -> None:
        faults = Faults()
        self._header = header_of(header, faults, "header.")
        self._chunk_count = header.chunk_count
        if header.intake not in IntakeMode.values():
            words = ", ".join(IntakeMode.keys())
            faults.add(Finding("header.intake", "", str(header.intake), f"one of {words}"))
        faults.stop()
        self.quarantine = header.intake == INTAKE_MODE_QUARANTINE
        self._parts: dict[str, list[Table]] = {}
        self._chunks: dict[str, list[tuple[int, int]]] = {}
        self._received = 0

    def add(self, chunk: SnapshotChunk) -> None:
        """Take the next chunk."""
        path = f"chunk[{self._received}]"
        columns = _checked(chunk, self._received, path)
        faults = Faults()
        tables = tables_of(columns, f"{path}.cycle_columns", faults)
        faults.stop()
        for name, table in tables.items():
            parts = self._parts.setdefault(name, [])
            first_row = sum(map(len, parts))
            self._chunks.setdefault(name, []).append((first_row, self._received))
            parts.append(table)
        self._received += 1

    def places(self) -> UploadPlaces:
        """Where in the chunks each row came."""
        return UploadPlaces(self._chunks)

    def finish(self) -> Facts:
        """The whole cycle, once every chunk has come."""
        if self._chunk_count not in (0, self._received):
            rule = f"as many as announced: {self._chunk_count}"
            raise InvalidInput(
                [Finding("header.chunk_count", "", f"{self._received} chunks", rule)]
            )
        joined: dict[str, Any] = {name: join(parts) for name, parts in self._parts.items()}
        return Facts(**self._header, **joined)


def _checked(chunk: SnapshotChunk, expected: int, path: str) -> CycleColumns:
    def refuse(field: str, value: str, rule: str) -> InvalidInput:
        return InvalidInput([Finding(f"{path}.{field}", "", value, rule)])

    size = len(chunk.cycle_columns)
    if chunk.sequence != expected:
        raise refuse("sequence", str(chunk.sequence), f"the next one: {expected}")
    if size > MAX_CHUNK_BYTES:
        raise refuse("cycle_columns", f"{size} bytes", f"at most {MAX_CHUNK_BYTES} bytes")
    if hashlib.sha256(chunk.cycle_columns).digest() != chunk.sha256:
        raise refuse("sha256", chunk.sha256.hex(), "the SHA-256 of cycle_columns")
    try:
        return CycleColumns.FromString(chunk.cycle_columns)
    except DecodeError as error:
        raise refuse("cycle_columns", f"{size} bytes", "a serialized CycleColumns") from error


def part(table: AnyTable, start: int, stop: int) -> AnyTable:
    """Rows start to stop of a table."""
    return type(table)(
        **{f.name: _slice(getattr(table, f.name), slice(start, stop)) for f in fields(table)}
    )


def _slice(value: Any, rows: slice) -> Any:
    if isinstance(value, Coded):
        return Coded(value.names, value.codes[rows])
    if isinstance(value, Lists):
        stop = min(rows.stop, len(value))
        offsets = value.offsets[rows.start : stop + 1]
        codes = value.values.codes[offsets[0] : offsets[-1]]
        return Lists(offsets - offsets[0], Coded(value.values.names, codes))
    return value[rows]


def join(parts: Sequence[AnyTable]) -> AnyTable:
    """Tables of one kind, one after the other."""
    first = parts[0]
    if len(parts) == 1:
        return first
    return type(first)(
        **{f.name: _join([getattr(p, f.name) for p in parts]) for f in fields(first)}
    )


def _join(values: Sequence[Any]) -> Any:
    if isinstance(values[0], Coded):
        return _join_coded(values)
    if isinstance(values[0], Lists):
        counts = np.concatenate([v.counts() for v in values])
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Lists(offsets, _join_coded([v.values for v in values]))
    if isinstance(values[0], tuple):
        return tuple(word for value in values for word in value)
    return np.concatenate(values)


def _join_coded(values: Sequence[Coded]) -> Coded:
    index: dict[str, int] = {}
    codes: list[Codes] = []
    for value in values:
        own = [index.setdefault(name, len(index)) for name in value.names]
        codes.append(np.array([*own, -1], dtype=np.int32)[value.codes])
    return Coded(tuple(index), np.concatenate(codes))
