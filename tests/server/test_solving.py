"""A cycle sent in any form is decided, or refused with everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2
from fairlead.v1.explanation_pb2 import CERTAINTY_PROVEN as PROVEN
from fairlead_scenarios.recipe.generator import Recipe

from .cycles import PARENT, easy, endless, in_columns, request, upload
from .live import Live, detail, details, live


def refused(server: Live, wanted: pb.SolveAllocationRequest, **call: object) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        server.allocation.SolveAllocation(wanted, **call)
    return caught.value


def test_a_cycle_is_decided_and_stored(server: Live) -> None:
    decision = server.allocation.SolveAllocation(request(easy())).decision
    assert decision.status == decision_pb2.DECISION_STATUS_OPTIMAL
    assert [line.confirmed_quantity for line in decision.lines] == [0, 5, 5]
    assert decision.name.startswith(f"{PARENT}/decisions/")
    assert decision.lines[1].name == f"{decision.name}/lines/L0001"
    assert decision.create_time.seconds > 0


def test_rows_columns_and_a_snapshot_give_the_same_decision(server: Live) -> None:
    rows = server.allocation.SolveAllocation(request(easy(7, 23))).decision
    columns = server.allocation.SolveAllocation(request(in_columns(easy(7, 23)))).decision
    snapshot = server.snapshots.UploadSnapshot(iter(upload(easy(7, 23))))
    stored = server.allocation.SolveAllocation(request(snapshot=snapshot.name)).decision
    assert rows.digest == columns.digest == stored.digest
    assert rows.input_digest == columns.input_digest == stored.input_digest
    assert rows.objective_micros == columns.objective_micros == stored.objective_micros
    assert (rows.snapshot, stored.snapshot) == ("", snapshot.name)


def test_a_summary_holds_no_lines_but_they_can_be_listed(server: Live) -> None:
    wanted = request(easy())
    wanted.options.view = pb.DECISION_VIEW_SUMMARY
    decision = server.allocation.SolveAllocation(wanted).decision
    assert not decision.lines
    assert decision.totals.lines == 3


def test_validate_only_checks_and_solves_nothing(server: Live) -> None:
    full = server.allocation.SolveAllocation(request(easy())).decision
    answer = server.allocation.SolveAllocation(request(easy(), validate_only=True))
    assert answer.WhichOneof("result") == "validation"
    assert answer.validation.input_digest == full.input_digest
    bad = easy()
    bad.lines[1].quantity = 0
    assert details(refused(server, request(bad, validate_only=True)))[1] == "INPUT_INVALID"


def test_every_fault_of_the_input_is_told_with_its_path(server: Live) -> None:
    bad = easy()
    bad.lines[1].quantity = -4
    bad.lines[2].id = "L0000"
    error = refused(server, request(bad))
    assert details(error)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "INPUT_INVALID")
    told = detail(error, error_details_pb2.BadRequest)
    assert {v.field for v in told.field_violations} == {
        "cycle.lines[1].quantity",
        "cycle.lines[2].id",
    }


@pytest.mark.parametrize("validate_only", [False, True])
def test_a_line_to_explain_first_that_the_cycle_has_not_is_refused(
    server: Live, validate_only: bool
) -> None:
    wanted = request(easy(), validate_only=validate_only)
    wanted.options.explain_first.extend(["L0001", "nobody"])
    error = refused(server, wanted)
    assert details(error)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "INPUT_INVALID")
    (violation,) = detail(error, error_details_pb2.BadRequest).field_violations
    assert violation.field == "options.explain_first[1]" and "nobody" in violation.description


def test_lines_to_explain_first_get_a_fix_where_others_come_before_them(server: Live) -> None:
    recipe = Recipe.of({"lines": 600})
    wanted = request(recipe.cycle())
    wanted.policy.CopyFrom(recipe.policy())
    whole = server.allocation.SolveAllocation(wanted).decision
    short = [each for each in whole.lines if each.confirmed_quantity < each.requested_quantity]
    without = [each.line for each in short if not each.explanation.HasField("fix")][-3:]
    assert len(without) == 3
    wanted.options.explain_first.extend(without)
    first = server.allocation.SolveAllocation(wanted).decision
    assert first.digest == whole.digest
    fixed = {each.line for each in first.lines if each.explanation.HasField("fix")}
    assert set(without) <= fixed


def test_settings_say_how_much_is_solved_again_to_explain(tmp_path: Path) -> None:
    counts = ("--max-proofs", "--max-values", "--max-limits", "--max-fixes", "--max-fixes-beside")
    with live(tmp_path, *(word for count in counts for word in (count, "0"))) as server:
        little = server.allocation.SolveAllocation(request(easy())).decision
        wanted = request(easy())
        wanted.options.explain_first.append("L0000")
        asked = server.allocation.SolveAllocation(wanted).decision
    told = [line.explanation for line in little.lines]
    assert not any(each.HasField("fix") for each in told)
    assert not any(r.certainty == PROVEN for each in told for r in each.reasons)
    assert not any(b.HasField("marginal_up") for b in little.binding_constraints)
    assert [line.explanation.HasField("fix") for line in asked.lines] == [True, False, False]


def test_a_thousand_faults_are_counted_and_at_most_fifty_are_sent(server: Live) -> None:
    bad = easy(1000)
    for line in bad.lines:
        line.quantity = -1
        line.id = line.id + "x" * 80
    error = refused(server, request(bad))
    assert details(error)[2]["violations_total"] == "1000"
    told = detail(error, error_details_pb2.BadRequest)
    assert 0 < len(told.field_violations) <= 50


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda r: r.ClearField("cycle"), "cycle"),
        (lambda r: setattr(r, "request_id", "x" * 65), "request_id"),
        (lambda r: setattr(r, "priority", 10), "priority"),
        (lambda r: setattr(r, "parent", "acme"), "parent"),
        (lambda r: setattr(r.options, "relative_gap", 2.0), "options.relative_gap"),
        (lambda r: setattr(r.options, "seed", -1), "options.seed"),
        (lambda r: setattr(r.options, "engine", 99), "options.engine"),
        (
            lambda r: setattr(r.options, "engine", decision_pb2.ENGINE_REFERENCE),
            "options.engine",
        ),
        (lambda r: setattr(r.options.time_limit, "seconds", -1), "options.time_limit"),
    ],
)
def test_each_wrong_field_of_a_request_is_named(server: Live, change, field) -> None:  # type: ignore[no-untyped-def]
    wrong = request(easy())
    change(wrong)
    error = refused(server, wrong)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    details(error)
    told = detail(error, error_details_pb2.BadRequest)
    assert [v.field for v in told.field_violations] == [field]


def test_an_unknown_snapshot_is_not_found(server: Live) -> None:
    name = f"{PARENT}/snapshots/none"
    error = refused(server, request(snapshot=name))
    assert details(error) == (grpc.StatusCode.NOT_FOUND, "SNAPSHOT_NOT_FOUND", {"name": name})


def test_another_tenants_snapshot_is_refused(server: Live) -> None:
    error = refused(server, request(snapshot="tenants/other/snapshots/s"))
    assert details(error)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


def test_bytes_that_are_no_request_are_refused(server: Live) -> None:
    call = server.channel.unary_unary("/fairlead.v1.AllocationService/SolveAllocation")
    for body in (b"\xff", b"\x12\x05ab", b"\x0a\x02\xff\xff"):
        with pytest.raises(grpc.RpcError) as caught:
            call(body)
        assert details(caught.value)[:2] == (
            grpc.StatusCode.INVALID_ARGUMENT,
            "MESSAGE_MALFORMED",
        )


def test_a_deadline_too_near_is_told_at_once(server: Live) -> None:
    error = refused(server, request(easy()), timeout=0.2)  # the margin is 0.25 s
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_solve_ends_before_its_callers_deadline_with_the_best_so_far(server: Live) -> None:
    decision = server.allocation.SolveAllocation(endless(), timeout=8).decision
    assert decision.status in (
        decision_pb2.DECISION_STATUS_FEASIBLE_LIMIT,
        decision_pb2.DECISION_STATUS_NO_SOLUTION_LIMIT,
    )


def test_a_solve_ends_at_the_limit_asked_for(server: Live) -> None:
    wanted = endless()
    wanted.options.time_limit.seconds = 1
    decision = server.allocation.SolveAllocation(wanted).decision
    assert decision.status == decision_pb2.DECISION_STATUS_FEASIBLE_LIMIT
    assert decision.bound_micros >= decision.objective_micros


def test_limits_on_size_are_told_with_the_limit(tmp_path) -> None:  # type: ignore[no-untyped-def]
    flags = ("--max-lines", "50", "--max-rows", "20", "--max-message-bytes", "4000")
    with live(tmp_path, *flags) as small:
        rows = detail(refused(small, request(easy(21))), error_details_pb2.BadRequest)
        assert rows.field_violations[0].field == "cycle.lines"
        assert "columns.lines" in rows.field_violations[0].description
        lines = refused(small, request(in_columns(easy(51))))
        assert details(lines)[1:] == (
            "CYCLE_TOO_LARGE",
            {"lines": "51", "limit": "50", "violations_total": "1"},
        )
        message = refused(small, request(easy(200)))
        code, reason, metadata = details(message)
        assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE")
        assert metadata["limit_bytes"] == "4000"
        answer = refused(small, request(in_columns(easy(40))))
        assert details(answer)[1] == "RESPONSE_TOO_LARGE"
        name = details(answer)[2]["decision"]
        page = small.decisions.ListDecisionLines(lines_request(name))
        assert len(page.lines) == 40


def lines_request(name: str):  # type: ignore[no-untyped-def]
    from fairlead.v1 import decision_service_pb2

    return decision_service_pb2.ListDecisionLinesRequest(parent=name)
