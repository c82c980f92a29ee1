"""DecisionService: stored decisions, whole, by line, by constraint."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Collection, Iterator
from typing import Any
from urllib.parse import unquote

import numpy as np
from google.protobuf.empty_pb2 import Empty
from grpc import aio
from sqlalchemy import Connection

from fairlead import wire
from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead.v1 import decision_service_pb2 as pb
from fairlead.v1 import decision_service_pb2_grpc as pb_grpc
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns

from ..foundation.clock_and_ids import Clock, Name, parse_name, parse_parent
from ..foundation.errors import ServiceError, Violation, invalid, not_found
from ..foundation.reasons import Reason
from ..storage import decisions
from ..storage.database import Database
from ..transport.packed_rows import rows_of, rows_of_parts
from ..transport.paging import Pages, decode_row, decode_token, encode_token
from ..transport.request_checks import check_enum
from ..usecases.line_pages import LinePage
from ..usecases.solving import View
from ..usecases.stored_decisions import decision_body, delete_decision

Context = aio.ServicerContext[Any, Any]


class DecisionService(pb_grpc.DecisionServiceServicer):
    """Reads, and deletes, what `Solver` stored."""

    def __init__(
        self,
        database: Database,
        pages: Pages,
        line_pages: Pages,
        chunks: Pages,
        max_message_bytes: int,
        max_answer_rows: int,
        clock: Clock,
    ) -> None:
        self._database = database
        self._pages = pages
        self._line_pages = line_pages
        self._chunks = chunks
        self._max_message_bytes = max_message_bytes
        self._max_answer_rows = max_answer_rows
        self._clock = clock

    async def GetDecision(
        self, request: pb.GetDecisionRequest, _: Context
    ) -> decision_pb2.Decision:
        """A decision, whole or without its rows."""
        name = parse_name(request.name, "decisions")
        check_enum(request, "view")
        view = View.of(request.view)

        def read(connection: Connection) -> decision_pb2.Decision:
            pieces = [decision_body(connection, name)]
            if view is View.ROWS:
                if _count(connection, name) > self._max_answer_rows:
                    raise self._too_large(name)
                pieces += rows_of_parts(str(name), _bodies(connection, name, decisions.LINE))
            if view is not View.SUMMARY:
                pieces += _bodies(connection, name, decisions.BINDING_CONSTRAINT)
            if sum(map(len, pieces)) > self._max_message_bytes:
                raise self._too_large(name)
            return decision_pb2.Decision.FromString(b"".join(pieces))

        return await self._database.read(read)

    async def DeleteDecision(self, request: pb.DeleteDecisionRequest, _: Context) -> Empty:
        """Delete a decision; its digest is left."""
        name = parse_name(request.name, "decisions")
        await self._database.write(lambda c: delete_decision(c, name, self._clock()))
        return Empty()

    async def ListDecisions(
        self, request: pb.ListDecisionsRequest, _: Context
    ) -> pb.ListDecisionsResponse:
        """A tenant's decisions, the newest first, without their rows."""
        tenant = parse_parent(request.parent)
        rows = self._pages.size(request.page_size)
        before = decode_token(request.page_token, "decisions", tenant)
        found = await self._database.read(lambda c: decisions.page(c, tenant, before, rows + 1))
        shown = [decision_pb2.Decision.FromString(body) for _, body in found[:rows]]
        answer = pb.ListDecisionsResponse(decisions=shown)
        if len(found) > rows:
            answer.next_page_token = encode_token(found[rows - 1][0], "decisions", tenant)
        return answer

    async def ListDecisionLines(
        self, request: pb.ListDecisionLinesRequest, _: Context
    ) -> pb.ListDecisionLinesResponse:
        """Lines that match, in canonical order."""
        name = parse_name(request.parent, "decisions", "parent")
        query = (
            *("lines", str(name), str(request.short_only)),
            *(request.order, request.product, request.customer),
        )
        size = self._line_pages.size(request.page_size)
        first = decode_row(request.page_token, *query)
        wanted = wire.LineFilter(
            request.short_only, request.order, request.product, request.customer
        )

        def read(connection: Connection) -> pb.ListDecisionLinesResponse:
            decision_body(connection, name)
            parts = decisions.parts(connection, name.tenant, name.id, decisions.LINE, first)
            page = LinePage(str(name), size, self._max_message_bytes)
            ends = (page.add(part, wanted, first) for part in parts)
            beyond = next((end for end in ends if end is not None), None)
            answer = pb.ListDecisionLinesResponse(lines=page.lines)
            if beyond is not None:
                answer.next_page_token = encode_token(str(beyond), *query)
            return answer

        return await self._database.read(read)

    async def ListBindingConstraints(
        self, request: pb.ListBindingConstraintsRequest, _: Context
    ) -> pb.ListBindingConstraintsResponse:
        """Constraints that bind, the most valuable first."""
        name = parse_name(request.parent, "decisions", "parent")
        query = ("constraints", str(name), request.family)
        size = self._pages.size(request.page_size)
        first = decode_row(request.page_token, *query)

        def read(connection: Connection) -> pb.ListBindingConstraintsResponse:
            decision_body(connection, name)
            answer = pb.ListBindingConstraintsResponse()
            for place, constraint in _binding(connection, name, first):
                if request.family not in ("", constraint.rule.family):
                    continue
                if len(answer.binding_constraints) == size:
                    answer.next_page_token = encode_token(str(place), *query)
                    break
                answer.binding_constraints.append(constraint)
            return answer

        return await self._database.read(read)

    async def DownloadDecisionLines(
        self, request: pb.DownloadDecisionLinesRequest, _: Context
    ) -> AsyncIterator[pb.DecisionLineChunk]:
        """All lines as packed columns, in chunks; a part that fits in one is sent as it is."""
        name = parse_name(request.parent, "decisions", "parent")
        size = self._chunks.size(request.chunk_lines, "chunk_lines")

        def total(connection: Connection) -> int:
            decision_body(connection, name)
            return _count(connection, name)

        lines = await self._database.read(total)
        leave = wire.EXPLAINED if request.skip_reasons else ()
        first, sequence = 0, 0
        while first < lines or not sequence:
            part = await self._part(name, first)
            for columns in await asyncio.to_thread(_cut, part, size, leave):
                yield pb.DecisionLineChunk(sequence=sequence, lines=columns, total_lines=lines)
                sequence += 1
            first += part.rows

    async def _part(self, name: Name, first: int) -> decisions.Part:
        """The stored part that begins at a line; an empty one where there are no lines."""

        def read(connection: Connection) -> decisions.Part:
            found = decisions.parts(connection, name.tenant, name.id, decisions.LINE, first)
            return next(found, decisions.Part(decisions.LINE, 0, 0, b""))

        return await self._database.read(read)

    async def ExplainDecisionLine(
        self, request: pb.ExplainDecisionLineRequest, _: Context
    ) -> decision_pb2.DecisionLine:
        """One line, whole; not to a caller who has another input before it."""
        name, line_id = _line_name(request.name)

        def read(connection: Connection) -> decision_pb2.DecisionLine | None:
            _check_input(request.input_digest, decision_body(connection, name))
            part = decisions.part_of_key(connection, name.tenant, name.id, line_id)
            columns = DecisionLineColumns.FromString(part or b"")
            place = bisect_left(columns.line, line_id)
            if place == len(columns.line) or columns.line[place] != line_id:
                return None
            return rows_of(str(name), wire.picked(columns, np.array([place])))[0]

        line = await self._database.read(read)
        if line is None:
            raise not_found("line", request.name)
        return line

    def _too_large(self, name: Name) -> ServiceError:
        return ServiceError(
            Reason.RESPONSE_TOO_LARGE,
            "the decision is too large for one message: download its lines",
            {"decision": str(name)},
        )


def _binding(
    connection: Connection, name: Name, first: int
) -> Iterator[tuple[int, explanation_pb2.BindingConstraint]]:
    """(place, constraint) from a place on."""
    kind = decisions.BINDING_CONSTRAINT
    for part in decisions.parts(connection, name.tenant, name.id, kind, first):
        rows = decision_pb2.Decision.FromString(part.body).binding_constraints
        skip = max(0, first - part.first_row)
        yield from enumerate(rows[skip:], part.first_row + skip)


def _cut(part: decisions.Part, size: int, leave: Collection[str]) -> list[DecisionLineColumns]:
    """A part in pieces of at most `size` lines, without the columns to leave."""
    columns = DecisionLineColumns.FromString(part.body)
    if part.rows <= size and not leave:
        return [columns]
    return [
        wire.picked(columns, np.arange(first, min(first + size, part.rows)), leave)
        for first in range(0, max(1, part.rows), size)
    ]


def _check_input(given: str, body: bytes) -> None:
    decided = decision_pb2.Decision.FromString(body).input_digest
    if given not in ("", decided):
        raise ServiceError(
            Reason.INPUT_CHANGED,
            f"the decision was made from input {decided}, not from {given}",
            {"decided_digest": decided, "given_digest": given},
        )


def _bodies(connection: Connection, name: Name, kind: str) -> Iterator[bytes]:
    return (part.body for part in decisions.parts(connection, name.tenant, name.id, kind))


def _count(connection: Connection, name: Name) -> int:
    return decisions.count(connection, name.tenant, name.id, decisions.LINE)


def _line_name(value: str) -> tuple[Name, str]:
    """The decision and the line id of tenants/{t}/decisions/{d}/lines/{percent-encoded id}."""
    words = value.split("/")
    if len(words) != 6 or words[4] != "lines" or not words[5]:
        rule = Violation("name", f"{value!r}: tenants/{{tenant}}/decisions/{{id}}/lines/{{line}}")
        raise invalid(Reason.NAME_INVALID, "name is no name of a line", rule)
    return parse_name("/".join(words[:4]), "decisions"), unquote(words[5])
