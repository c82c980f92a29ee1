"""DecisionService: stored decisions, whole, by line, by constraint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import unquote

import grpc
from grpc import aio
from sqlalchemy import Connection

from fairlead.v1 import allocation_service_pb2, decision_pb2, explanation_pb2
from fairlead.v1 import decision_service_pb2 as pb
from fairlead.v1 import decision_service_pb2_grpc as pb_grpc

from ..errors import ServiceError, Violation, invalid, not_found
from ..ids import Name, parse_name, parse_parent
from ..packing import pack_lines
from ..paging import Pages, decode_token, encode_token
from ..storage import decisions
from ..storage.database import Database

Row = TypeVar("Row")
Context = aio.ServicerContext[Any, Any]


class DecisionService(pb_grpc.DecisionServiceServicer):
    """Reads what `Solver` stored."""

    def __init__(
        self,
        database: Database,
        pages: Pages,
        chunks: Pages,
        max_message_bytes: int,
    ) -> None:
        self._database = database
        self._pages = pages
        self._chunks = chunks
        self._max_message_bytes = max_message_bytes

    async def GetDecision(
        self, request: pb.GetDecisionRequest, _: Context
    ) -> decision_pb2.Decision:
        """A decision, whole or without its rows."""
        name = parse_name(request.name, "decisions")
        summary = request.view == allocation_service_pb2.DECISION_VIEW_SUMMARY

        def read(connection: Connection) -> decision_pb2.Decision:
            pieces = [_body(connection, name)]
            for kind in () if summary else (decisions.LINE, decisions.BINDING_CONSTRAINT):
                parts = decisions.parts(connection, name.tenant, name.id, kind)
                pieces.extend(part.body for part in parts)
            self._check_size(name, sum(map(len, pieces)))
            return decision_pb2.Decision.FromString(b"".join(pieces))

        return await self._database.read(read)

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
        found, token = await self._page(
            *(name, decisions.LINE, request.page_size, request.page_token, query),
            lambda decision: decision.lines,
            lambda line: _matches(request, line),
        )
        return pb.ListDecisionLinesResponse(lines=found, next_page_token=token)

    async def ListBindingConstraints(
        self, request: pb.ListBindingConstraintsRequest, _: Context
    ) -> pb.ListBindingConstraintsResponse:
        """Constraints that bind, the most valuable first."""
        name = parse_name(request.parent, "decisions", "parent")

        def wanted(constraint: explanation_pb2.BindingConstraint) -> bool:
            return not request.family or constraint.rule.family == request.family

        found, token = await self._page(
            *(name, decisions.BINDING_CONSTRAINT, request.page_size, request.page_token),
            ("constraints", str(name), request.family),
            lambda decision: decision.binding_constraints,
            wanted,
        )
        return pb.ListBindingConstraintsResponse(binding_constraints=found, next_page_token=token)

    async def DownloadDecisionLines(
        self, request: pb.DownloadDecisionLinesRequest, _: Context
    ) -> AsyncIterator[pb.DecisionLineChunk]:
        """All lines as packed columns, in chunks."""
        name = parse_name(request.parent, "decisions", "parent")
        size = self._chunks.size(request.chunk_lines)
        body = await self._database.read(lambda c: _body(c, name))
        total = decision_pb2.Decision.FromString(body).totals.lines
        for sequence in range(max(1, -(-total // size))):
            lines = await self._lines(name, sequence * size, size)
            columns = await asyncio.to_thread(pack_lines, lines, reasons=not request.skip_reasons)
            yield pb.DecisionLineChunk(sequence=sequence, lines=columns, total_lines=total)

    async def ExplainDecisionLine(
        self, request: pb.ExplainDecisionLineRequest, _: Context
    ) -> decision_pb2.DecisionLine:
        """One line, whole."""
        name, line_id = _line_name(request.name)

        def read(connection: Connection) -> decision_pb2.DecisionLine | None:
            _body(connection, name)
            part = decisions.part_of_key(connection, name.tenant, name.id, line_id)
            lines = decision_pb2.Decision.FromString(part or b"").lines
            return next((line for line in lines if line.line == line_id), None)

        line = await self._database.read(read)
        if line is None:
            raise not_found("line", request.name)
        return line

    def _check_size(self, name: Name, size_bytes: int) -> None:
        if size_bytes > self._max_message_bytes:
            raise ServiceError(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "RESPONSE_TOO_LARGE",
                "the decision is too large for one message: download its lines",
                {"decision": str(name), "size_bytes": str(size_bytes)},
            )

    async def _lines(self, name: Name, first: int, count: int) -> list[decision_pb2.DecisionLine]:
        def read(connection: Connection) -> list[decision_pb2.DecisionLine]:
            lines: list[decision_pb2.DecisionLine] = []
            for _, line in _rows(connection, name, decisions.LINE, first, lambda d: d.lines):
                if len(lines) == count:
                    break
                lines.append(line)
            return lines

        return await self._database.read(read)

    async def _page(
        self,
        name: Name,
        kind: str,
        page_size: int,
        page_token: str,
        query: tuple[str, ...],
        rows_of: Callable[[decision_pb2.Decision], Any],
        wanted: Callable[[Any], bool],
    ) -> tuple[list[Any], str]:
        """One page of the rows wanted, and the token of the next."""
        size = self._pages.size(page_size)
        first = int(decode_token(page_token, *query) or 0)

        def read(connection: Connection) -> tuple[list[Any], str]:
            _body(connection, name)
            found: list[Any] = []
            for place, row in _rows(connection, name, kind, first, rows_of):
                if not wanted(row):
                    continue
                if len(found) == size:
                    return found, encode_token(str(place), *query)
                found.append(row)
            return found, ""

        return await self._database.read(read)


def _rows(
    connection: Connection,
    name: Name,
    kind: str,
    first: int,
    rows_of: Callable[[decision_pb2.Decision], Any],
) -> Iterator[tuple[int, Any]]:
    """(place, row) from a place on."""
    for part in decisions.parts(connection, name.tenant, name.id, kind, first):
        rows = rows_of(decision_pb2.Decision.FromString(part.body))
        skip = max(0, first - part.first_row)
        yield from enumerate(rows[skip:], part.first_row + skip)


def _body(connection: Connection, name: Name) -> bytes:
    body = decisions.body(connection, name.tenant, name.id)
    if body is None:
        raise not_found("decision", str(name))
    return body


def _matches(request: pb.ListDecisionLinesRequest, line: decision_pb2.DecisionLine) -> bool:
    return (
        (not request.short_only or line.confirmed_quantity < line.requested_quantity)
        and request.order in ("", line.order)
        and request.product in ("", line.product)
        and request.customer in ("", line.customer)
    )


def _line_name(value: str) -> tuple[Name, str]:
    """The decision and the line id of tenants/{t}/decisions/{d}/lines/{percent-encoded id}."""
    words = value.split("/")
    if len(words) != 6 or words[4] != "lines" or not words[5]:
        rule = Violation("name", f"{value!r}: tenants/{{tenant}}/decisions/{{id}}/lines/{{line}}")
        raise invalid("NAME_INVALID", "name is no name of a line", rule)
    return parse_name("/".join(words[:4]), "decisions"), unquote(words[5])
