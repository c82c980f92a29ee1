"""Any value in any field of any request gets an answer or a refusal that says where, never a crash.

Also the words of the contract are kept: what its comments call the range of a field is accepted,
and what lies beside it is refused.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.longrunning import operations_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.rpc import error_details_pb2

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2
from tests.proto.image import PACKAGE, messages
from tests.proto.test_comments import NUMBERS, documented_range

from .calls import Stored, caller, methods
from .cycles import upload
from .edges import SMILE, Path, changed, edges_of, leads_somewhere, never_legal, scalars, written
from .full import full_cycle, full_request
from .live import Live, detail, details

LEGAL_ENDS = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ABORTED,
}
REQUEST = pb.SolveAllocationRequest.DESCRIPTOR
# compared with what is stored, where anything else matches nothing
FILTERS = {"order", "product", "customer", "family", "input_digest", "etag"}


def groups() -> Iterator[tuple[str, bool]]:
    """(beginning of the paths, whether the cycle is in columns): each a test of its own."""
    for field in REQUEST.fields:
        if field.name != "cycle":
            yield field.name, False
    cycle = REQUEST.fields_by_name["cycle"].message_type
    assert cycle is not None
    for field in cycle.fields:
        if field.name != "columns":
            yield f"cycle.{field.name}", False
    columns = cycle.fields_by_name["columns"].message_type
    assert columns is not None
    yield from ((f"cycle.columns.{field.name}", True) for field in columns.fields)


def paths_under(beginning: str) -> list[Path]:
    names = beginning.split(".")
    found = [p for p in scalars(REQUEST) if [f.name for f in p[: len(names)]] == names]
    assert found, beginning
    return found


def refusal(call: Any, request: Message) -> grpc.RpcError | None:
    """How a call is refused; None where it is answered."""
    try:
        answer = call(request, timeout=100)
        if not isinstance(answer, Message):
            list(answer)
    except grpc.RpcError as error:
        return error
    return None


def assert_refused_well(
    error: grpc.RpcError, request: Message, path: Path, value: Any, *, upload: bool = False
) -> None:
    """With a code a client can act on, the reason, and paths that lead into the request."""
    case = f"{written(path)} = {value!r:.60}: {error}"
    assert error.code() in LEGAL_ENDS, case
    _, reason, _ = details(error)
    assert reason, case
    if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
        return
    bad = detail(error, error_details_pb2.BadRequest)
    assert bad is not None and bad.field_violations, case
    for violation in bad.field_violations:
        place = re.sub(r"^chunk\[0\]", "chunk", violation.field) if upload else violation.field
        assert leads_somewhere(place, request), f"{case}\n{violation.field}"
        assert violation.description, case


def unread(request: Message, path: Path) -> bool:
    """Whether it is a word of a dictionary that no row uses."""
    here: Any = request
    for field in path[:-1]:
        here = getattr(here, field.name)
        here = here[0] if field.is_repeated else here
    return path[-1].name == "dictionary" and 0 not in here.index


@pytest.mark.parametrize(("beginning", "columns"), [*groups()])
def test_any_value_in_any_field_of_a_cycle_is_answered_or_refused_by_its_path(
    server: Live, beginning: str, columns: bool
) -> None:
    base = full_request(columns=columns)
    base.options.explanation = pb.EXPLANATION_LEVEL_EXACT
    solve = server.allocation.SolveAllocation
    accepted_bad = []
    for path in paths_under(beginning):
        for value in edges_of(path[-1]):
            request = changed(base, path, value)
            request.validate_only = True
            error = refusal(solve, request)
            if error is None and (not isinstance(value, str) or value == SMILE):
                request.validate_only = False
                error = refusal(solve, request)
            if error is not None:
                assert_refused_well(error, request, path, value)
            elif never_legal(path[-1], value) and not unread(request, path):
                accepted_bad.append(f"{written(path)} = {value!r:.60}")
    assert not accepted_bad
    assert solve(base).decision.lines  # the server is as it was


@pytest.fixture(scope="module")
def stored(server: Live) -> Stored:
    """One resource of each kind."""
    decision = server.allocation.SolveAllocation(full_request()).decision
    started = server.allocation.SolveAllocationLongRunning(
        pb.SolveAllocationLongRunningRequest(request=full_request())
    )
    server.operations.WaitOperation(operations_pb2.WaitOperationRequest(name=started.name))
    snapshot = server.snapshots.UploadSnapshot(iter(upload(full_cycle())))
    return Stored(
        {
            "fairlead/Decision": decision.name,
            "fairlead/DecisionLine": decision.lines[0].name,
            "fairlead/BindingConstraint": decision.binding_constraints[0].name,
            "fairlead/Operation": started.name,
            "fairlead/Snapshot": snapshot.name,
        }
    )


OTHERS = [method for method in methods() if not method.name.startswith("SolveAllocation")]
BY_NAME = pytest.mark.parametrize("method", OTHERS, ids=lambda method: method.name)


@BY_NAME
def test_any_value_in_any_field_of_any_other_call_is_answered_or_refused(
    server: Live, stored: Stored, method: MethodDescriptor
) -> None:
    call, base = caller(server.channel, method), stored.request(method)
    ends = refusal(call, base)
    gone = method.name.startswith(("Delete", "Cancel"))
    assert method.client_streaming or (ends is not None) == gone, ends
    accepted_bad = []
    for path in scalars(method.input_type):
        for value in edges_of(path[-1]):
            request = changed(base, path, value)
            error = refusal(call, request)
            if error is not None:
                assert_refused_well(error, request, path, value, upload=method.client_streaming)
            elif never_legal(path[-1], value) and path[-1].name not in FILTERS:
                accepted_bad.append(f"{written(path)} = {value!r:.60}")
    assert not accepted_bad


@BY_NAME
@pytest.mark.parametrize("body", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["tag", "utf-8"])
def test_bytes_that_are_no_message_are_refused_by_every_call(
    server: Live, method: MethodDescriptor, body: bytes
) -> None:
    path = f"/{method.containing_service.full_name}/{method.name}"
    if method.client_streaming:
        answer = refusal(server.channel.stream_unary(path), iter([body]))
    elif method.server_streaming:
        answer = refusal(server.channel.unary_stream(path), body)
    else:
        answer = refusal(server.channel.unary_unary(path), body)
    assert answer is not None
    assert details(answer)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "MESSAGE_MALFORMED")


@pytest.mark.parametrize("name", ["SolveAllocation", "SolveAllocationLongRunning"])
def test_bytes_that_are_no_solve_request_are_refused(server: Live, name: str) -> None:
    call = server.channel.unary_unary(f"/fairlead.v1.AllocationService/{name}")
    answer = refusal(call, b"\xff\xff\xff")
    assert answer is not None
    assert details(answer)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "MESSAGE_MALFORMED")


def test_paths_of_a_long_running_solve_begin_at_its_own_request(server: Live) -> None:
    wrong = pb.SolveAllocationLongRunningRequest(request=full_request())
    wrong.request.priority = 10
    error = refusal(server.allocation.SolveAllocationLongRunning, wrong)
    assert error is not None
    assert violations(error) == ["request.priority"]
    wrong.request.priority = 0
    wrong.request.cycle.lines[1].quantity = -1
    wrong.request.validate_only = True
    error = refusal(server.allocation.SolveAllocationLongRunning, wrong)
    assert error is not None
    assert violations(error) == ["request.cycle.lines[1].quantity"]
    wrong.request.validate_only = False
    started = server.allocation.SolveAllocationLongRunning(wrong)
    ended = server.operations.WaitOperation(operations_pb2.WaitOperationRequest(name=started.name))
    bad = error_details_pb2.BadRequest()
    assert any(each.Unpack(bad) for each in ended.error.details)
    assert [v.field for v in bad.field_violations] == ["request.cycle.lines[1].quantity"]


def test_a_cycle_that_does_not_fit_the_policy_is_refused_by_its_place_in_the_snapshot(
    server: Live,
) -> None:
    snapshot = server.snapshots.UploadSnapshot(iter(upload(full_cycle())))
    wanted = full_request()
    wanted.snapshot = snapshot.name
    wanted.policy.tiers[0].id = "Z"
    error = refusal(server.allocation.SolveAllocation, wanted)
    assert error is not None
    assert violations(error) == ["snapshot.lines[3].tier", "snapshot.customers[0].tier"]


def violations(error: grpc.RpcError) -> list[str]:
    bad = detail(error, error_details_pb2.BadRequest)
    assert bad is not None, error
    return [violation.field for violation in bad.field_violations]


def documented(path: Path) -> tuple[float, float] | None:
    """The range that the comment of a field of the contract states."""
    owner = path[-1].containing_type.name
    if path[-1].file.package != PACKAGE or path[-1].type not in NUMBERS:
        return None
    (found,) = (f for f in messages()[owner].fields() if f[0].name == path[-1].name)
    return documented_range(*found)


def comment_of(path: Path) -> str:
    return messages()[path[-1].containing_type.name].comments[path[-1].name]


# fields whose range depends on another field's value
RELATIVE = re.compile("at (?:most|least) (?:`|the )|[Bb]efore the")
RANGED = [
    path
    for path in scalars(REQUEST)
    if "columns" not in [field.name for field in path] and documented(path) is not None
]


def beside(path: Path, at: float, to: float) -> Any:
    """The next value of the field's type in a direction; None where there is none."""
    if path[-1].type == path[-1].TYPE_DOUBLE:
        return math.nextafter(at, to)
    value = int(at) + (1 if to > at else -1)
    bits = 63 if path[-1].type == path[-1].TYPE_INT64 else 31
    return value if -(2**bits) <= value < 2**bits else None


@pytest.mark.parametrize("path", RANGED, ids=written)
def test_the_documented_range_of_a_number_is_the_enforced_one(server: Live, path: Path) -> None:
    low, high = documented(path) or (math.nan, math.nan)
    base = full_request()
    base.validate_only = True

    def refused_there(value: Any) -> bool:
        error = refusal(server.allocation.SolveAllocation, changed(base, path, value))
        return error is not None and written(path) in violations(error)

    kind = float if path[-1].type == path[-1].TYPE_DOUBLE else int
    for end, out in ((low, -math.inf), (high, math.inf)):
        if not math.isfinite(end):
            continue
        outside = beside(path, end, out)
        assert outside is None or refused_there(outside), outside
        if not RELATIVE.search(comment_of(path)):
            assert not refused_there(kind(end)), end


NUMERIC = [
    path
    for path in scalars(REQUEST)
    if path[0].name in ("cycle", "policy") and "columns" not in [field.name for field in path]
    if path[-1].type != path[-1].TYPE_STRING
]


@pytest.mark.parametrize("seed", range(4))
def test_several_values_at_their_edges_together_are_answered_or_refused(
    server: Live, seed: int
) -> None:
    draw, solved = random.Random(seed), 0
    for _ in range(150):
        request: Any = full_request()
        request.options.explanation = pb.EXPLANATION_LEVEL_EXACT
        for path in draw.sample(NUMERIC, 3):
            request = changed(request, path, draw.choice(edges_of(path[-1])))
        request.validate_only = True
        error = refusal(server.allocation.SolveAllocation, request)
        if error is None:
            solved += 1
            request.validate_only = False
            error = refusal(server.allocation.SolveAllocation, request)
        if error is not None:
            assert_refused_well(error, request, path, f"seed {seed}")
    assert solved


def test_what_columns_write_for_no_value_is_refused_in_a_row(server: Live) -> None:
    wrong = full_request()
    wrong.cycle.lots[0].unit_cost_micros = -(2**63)
    wrong.cycle.lines[1].latest_day = -(2**31)
    error = refusal(server.allocation.SolveAllocation, wrong)
    assert error is not None
    assert violations(error) == ["cycle.lots[0].unit_cost_micros", "cycle.lines[1].latest_day"]


def test_bug_the_largest_seed_solves_and_explains(server: Live) -> None:
    """SCIP failed inside this cycle: it adds to the seed for its subproblems."""
    wanted = full_request()
    wanted.policy.ClearField("churn")
    wanted.cycle.ClearField("line_usages")
    wanted.options.seed = 2**31 - 1
    wanted.options.engine = decision_pb2.ENGINE_SCIP
    decision = server.allocation.SolveAllocation(wanted).decision
    assert decision.solve.seed == 2**31 - 1
    assert decision.status == decision_pb2.DECISION_STATUS_OPTIMAL
