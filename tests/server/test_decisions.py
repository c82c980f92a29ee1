"""What was decided can be read again: whole, by page, by line, by constraint, as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from google.longrunning import operations_pb2

from fairlead import wire
from fairlead.v1 import allocation_service_pb2, decision_pb2
from fairlead.v1 import decision_service_pb2 as pb

from .cycles import PARENT, easy, request
from .live import Live, details, live


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that stores ten lines together, so that pages cross parts."""
    with live(tmp_path_factory.mktemp("shelf"), "--decision-part-lines", "10") as it:
        yield it


@pytest.fixture(scope="module")
def decision(shelf: Live) -> decision_pb2.Decision:
    """37 lines of which some are short; one id needs encoding."""
    cycle = easy(37, 88)
    cycle.lines[20].id = "L0020/a b"
    return shelf.allocation.SolveAllocation(request(cycle)).decision


def pages(shelf: Live, size: int, **filters: object) -> list[list[decision_pb2.DecisionLine]]:
    found, token = [], ""
    while True:
        page = shelf.decisions.ListDecisionLines(
            pb.ListDecisionLinesRequest(page_size=size, page_token=token, **filters)
        )
        found.append(list(page.lines))
        token = page.next_page_token
        if not token:
            return found


def test_a_decision_is_got_whole_or_as_a_summary(
    shelf: Live, decision: decision_pb2.Decision
) -> None:
    whole = shelf.decisions.GetDecision(pb.GetDecisionRequest(name=decision.name))
    assert whole == decision
    view = allocation_service_pb2.DECISION_VIEW_SUMMARY
    short = shelf.decisions.GetDecision(pb.GetDecisionRequest(name=decision.name, view=view))
    assert not short.lines
    assert not short.binding_constraints
    assert short.totals == decision.totals


@pytest.mark.parametrize("size", [1, 7, 10, 37, 1000])
def test_pages_of_any_size_hold_every_line_once_in_order(
    shelf: Live, decision: decision_pb2.Decision, size: int
) -> None:
    found = pages(shelf, size, parent=decision.name)
    assert all(len(page) == size for page in found[:-1])
    assert [line for page in found for line in page] == list(decision.lines)


def test_filters_hold_over_pages(shelf: Live, decision: decision_pb2.Decision) -> None:
    found = pages(shelf, 3, parent=decision.name, short_only=True, order="O1")
    wanted = [
        line
        for line in decision.lines
        if line.order == "O1" and line.confirmed_quantity < line.requested_quantity
    ]
    assert [line for page in found for line in page] == wanted != []


def test_a_token_of_another_query_is_refused(shelf: Live, decision: decision_pb2.Decision) -> None:
    first = shelf.decisions.ListDecisionLines(
        pb.ListDecisionLinesRequest(parent=decision.name, page_size=5)
    )
    with pytest.raises(grpc.RpcError) as caught:
        shelf.decisions.ListDecisionLines(
            pb.ListDecisionLinesRequest(
                parent=decision.name, page_token=first.next_page_token, order="O1"
            )
        )
    assert details(caught.value)[1] == "PAGE_TOKEN_INVALID"


def test_a_download_holds_the_same_lines_as_columns(
    shelf: Live, decision: decision_pb2.Decision
) -> None:
    chunks = list(
        shelf.decisions.DownloadDecisionLines(
            pb.DownloadDecisionLinesRequest(parent=decision.name, chunk_lines=6)
        )
    )
    assert [chunk.sequence for chunk in chunks] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert {chunk.total_lines for chunk in chunks} == {37}
    assert [len(chunk.lines.line) for chunk in chunks] == [6, 4, 6, 4, 6, 4, 6, 1]
    ids = [word for chunk in chunks for word in chunk.lines.line]
    given = [n for chunk in chunks for n in chunk.lines.confirmed_quantity]
    orders = [
        chunk.lines.order.dictionary[code] for chunk in chunks for code in chunk.lines.order.index
    ]
    sources = [n for chunk in chunks for n in chunk.lines.sources.count]
    sentences = [word for chunk in chunks for word in chunk.lines.sentence]
    assert ids == [line.line for line in decision.lines]
    assert given == [line.confirmed_quantity for line in decision.lines]
    assert orders == [line.order for line in decision.lines]
    assert sources == [len(line.sources) for line in decision.lines]
    assert sentences == [line.explanation.sentence for line in decision.lines]
    assert any(sentences)
    rows = [line for chunk in chunks for line in wire.lines_of(chunk.lines)]
    for line, wanted in zip(rows, decision.lines, strict=True):
        line.name = wanted.name  # columns have no resource names
        assert line == wanted


def test_an_answer_in_columns_says_what_the_rows_say(
    shelf: Live, decision: decision_pb2.Decision
) -> None:
    wanted = request(easy(37, 88))
    wanted.cycle.lines[20].id = "L0020/a b"
    wanted.options.view = allocation_service_pb2.DECISION_VIEW_COLUMNS
    wanted.request_id = "in columns"
    answer = shelf.allocation.SolveAllocation(wanted)
    assert not answer.decision.lines
    assert answer.decision.digest == decision.digest
    assert [c.rule for c in answer.decision.binding_constraints] == [
        c.rule for c in decision.binding_constraints
    ]
    assert [len(part.line) for part in answer.line_columns] == [10, 10, 10, 7]
    rows = [line for part in answer.line_columns for line in wire.lines_of(part)]
    for line, as_row in zip(rows, decision.lines, strict=True):
        line.name = as_row.name
        assert line == as_row
    assert shelf.allocation.SolveAllocation(wanted) == answer


def test_more_lines_than_are_answered_as_rows_are_stored_and_downloaded(tmp_path: Path) -> None:
    with live(tmp_path, "--max-answer-rows", "5", "--decision-part-lines", "4") as server:
        with pytest.raises(grpc.RpcError) as caught:
            server.allocation.SolveAllocation(request(easy(6)))
        code, reason, told = details(caught.value)
        assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RESPONSE_TOO_LARGE")
        wanted = pb.DownloadDecisionLinesRequest(parent=told["decision"])
        chunks = list(server.decisions.DownloadDecisionLines(wanted))
        assert [len(chunk.lines.line) for chunk in chunks] == [4, 2]
        assert server.allocation.SolveAllocation(request(easy(5))).decision.lines


def test_a_download_without_reasons_has_none(shelf: Live, decision: decision_pb2.Decision) -> None:
    chunk, *_ = shelf.decisions.DownloadDecisionLines(
        pb.DownloadDecisionLinesRequest(parent=decision.name, skip_reasons=True)
    )
    assert not chunk.lines.sentence
    assert not chunk.lines.reasons.count
    assert not chunk.lines.HasField("waterfall")
    assert not chunk.lines.HasField("competitors")
    assert len(chunk.lines.line) == 10


def test_every_line_is_explained_by_its_own_name(
    shelf: Live, decision: decision_pb2.Decision
) -> None:
    for line in decision.lines:
        got = shelf.decisions.ExplainDecisionLine(pb.ExplainDecisionLineRequest(name=line.name))
        assert got == line
    assert decision.lines[20].name.endswith("/lines/L0020%2Fa%20b")


def test_a_line_is_not_explained_to_who_has_another_input(
    shelf: Live, decision: decision_pb2.Decision
) -> None:
    name = decision.lines[0].name
    same = pb.ExplainDecisionLineRequest(name=name, input_digest=decision.input_digest)
    assert shelf.decisions.ExplainDecisionLine(same) == decision.lines[0]
    other = pb.ExplainDecisionLineRequest(name=name, input_digest="0" * 64)
    with pytest.raises(grpc.RpcError) as caught:
        shelf.decisions.ExplainDecisionLine(other)
    assert details(caught.value)[:2] == (grpc.StatusCode.FAILED_PRECONDITION, "INPUT_CHANGED")
    assert decision.input_digest in str(caught.value) and "0" * 64 in str(caught.value)


def test_binding_constraints_are_listed_by_page_and_family(
    shelf: Live, decision: decision_pb2.Decision
) -> None:
    page = shelf.decisions.ListBindingConstraints(
        pb.ListBindingConstraintsRequest(parent=decision.name)
    )
    assert list(page.binding_constraints) == list(decision.binding_constraints) != []
    family = decision.binding_constraints[0].rule.family
    same = shelf.decisions.ListBindingConstraints(
        pb.ListBindingConstraintsRequest(parent=decision.name, family=family)
    )
    assert same.binding_constraints
    none = shelf.decisions.ListBindingConstraints(
        pb.ListBindingConstraintsRequest(parent=decision.name, family="no such family")
    )
    assert not none.binding_constraints


def test_decisions_are_listed_the_newest_first_without_lines(shelf: Live) -> None:
    wanted = request(easy())
    wanted.parent = "tenants/lister"
    names = [shelf.allocation.SolveAllocation(wanted).decision.name for _ in range(3)]
    first = shelf.decisions.ListDecisions(
        pb.ListDecisionsRequest(parent="tenants/lister", page_size=2)
    )
    rest = shelf.decisions.ListDecisions(
        pb.ListDecisionsRequest(
            parent="tenants/lister", page_size=2, page_token=first.next_page_token
        )
    )
    listed = [*first.decisions, *rest.decisions]
    assert [d.name for d in listed] == names[::-1]
    assert not any(d.lines for d in listed)
    assert rest.next_page_token == ""


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("GetDecision", pb.GetDecisionRequest(name=f"{PARENT}/decisions/none")),
        ("ListDecisionLines", pb.ListDecisionLinesRequest(parent=f"{PARENT}/decisions/none")),
        (
            "ListBindingConstraints",
            pb.ListBindingConstraintsRequest(parent=f"{PARENT}/decisions/none"),
        ),
        (
            "ExplainDecisionLine",
            pb.ExplainDecisionLineRequest(name=f"{PARENT}/decisions/none/lines/L"),
        ),
    ],
)
def test_what_is_not_there_is_not_found(shelf: Live, method: str, message: object) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        getattr(shelf.decisions, method)(message)
    assert details(caught.value)[:2] == (grpc.StatusCode.NOT_FOUND, "DECISION_NOT_FOUND")


def test_an_unknown_line_is_not_found(shelf: Live, decision: decision_pb2.Decision) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        shelf.decisions.ExplainDecisionLine(
            pb.ExplainDecisionLineRequest(name=f"{decision.name}/lines/none")
        )
    assert details(caught.value)[1] == "LINE_NOT_FOUND"
    with pytest.raises(grpc.RpcError) as caught:
        list(
            shelf.decisions.DownloadDecisionLines(
                pb.DownloadDecisionLinesRequest(parent=f"{PARENT}/decisions/none")
            )
        )
    assert details(caught.value)[1] == "DECISION_NOT_FOUND"


def test_decisions_survive_a_restart_to_the_last_byte(tmp_path: Path) -> None:
    with live(tmp_path) as server:
        made = server.allocation.SolveAllocation(request(easy(9, 20))).decision
        assert server.terminate() == 0
        server.start()
        assert server.decisions.GetDecision(pb.GetDecisionRequest(name=made.name)) == made


def deleted(call: Callable[[], object]) -> dict[str, str]:
    """What a call is told of a decision that was deleted."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    code, reason, told = details(caught.value)
    assert (code, reason) == (grpc.StatusCode.NOT_FOUND, "DECISION_DELETED")
    return told


def test_a_deleted_decision_is_gone_but_for_its_digest(shelf: Live) -> None:
    wanted = request(easy(4), request_id="to delete")
    made = shelf.allocation.SolveAllocation(wanted).decision
    delete = pb.DeleteDecisionRequest(name=made.name)
    shelf.decisions.DeleteDecision(delete)
    told = deleted(lambda: shelf.decisions.GetDecision(pb.GetDecisionRequest(name=made.name)))
    assert (told["name"], told["digest"]) == (made.name, made.digest)
    assert told["delete_time"].endswith("Z")
    stub = shelf.decisions
    assert deleted(lambda: stub.DeleteDecision(delete)) == told
    lines = pb.ListDecisionLinesRequest(parent=made.name)
    assert deleted(lambda: stub.ListDecisionLines(lines)) == told
    line = pb.ExplainDecisionLineRequest(name=made.lines[0].name)
    assert deleted(lambda: stub.ExplainDecisionLine(line)) == told
    download = pb.DownloadDecisionLinesRequest(parent=made.name)
    assert deleted(lambda: list(stub.DownloadDecisionLines(download))) == told
    assert deleted(lambda: shelf.allocation.SolveAllocation(wanted)) == told
    start = request(easy(4))
    start.options.start_decision = made.name
    assert deleted(lambda: shelf.allocation.SolveAllocation(start)) == told
    listed = stub.ListDecisions(pb.ListDecisionsRequest(parent=PARENT, page_size=1000))
    assert made.name not in {decision.name for decision in listed.decisions}


@pytest.mark.parametrize(
    "view",
    [allocation_service_pb2.DECISION_VIEW_SUMMARY, allocation_service_pb2.DECISION_VIEW_FULL],
)
def test_the_operation_of_a_deleted_decision_keeps_its_name_alone(shelf: Live, view: int) -> None:
    wanted = request(easy(4))
    wanted.parent = "tenants/deleter"
    wanted.options.view = view
    message = allocation_service_pb2.SolveAllocationLongRunningRequest(request=wanted)
    name = shelf.allocation.SolveAllocationLongRunning(message).name
    wait = operations_pb2.WaitOperationRequest(name=name)
    before = answer(shelf.operations.WaitOperation(wait))
    assert before.totals.lines == 4
    shelf.decisions.DeleteDecision(pb.DeleteDecisionRequest(name=before.name))
    alone = decision_pb2.Decision(name=before.name)
    got = shelf.operations.GetOperation(operations_pb2.GetOperationRequest(name=name))
    listed = shelf.operations.ListOperations(
        operations_pb2.ListOperationsRequest(name="tenants/deleter", page_size=1)
    )
    assert [answer(got), answer(listed.operations[0])] == [alone, alone]


def answer(operation: operations_pb2.Operation) -> decision_pb2.Decision:
    response = allocation_service_pb2.SolveAllocationResponse()
    assert operation.response.Unpack(response)
    return response.decision
