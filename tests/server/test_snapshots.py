"""A snapshot is stored whole or not at all, once for each content, and never changes."""

from __future__ import annotations

import grpc
import pytest

from fairlead.v1 import snapshot_service_pb2 as pb

from .cycles import PARENT, easy, request, upload
from .live import Live, details, live

Messages = list[pb.UploadSnapshotRequest]


def sent(server: Live, messages: Messages) -> pb.Snapshot:
    return server.snapshots.UploadSnapshot(iter(messages))


def refused(server: Live, messages: Messages) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        sent(server, messages)
    details(caught.value)
    return caught.value


def test_an_upload_is_described_and_got_again(server: Live) -> None:
    snapshot = sent(server, upload(easy(9, 1)))
    assert snapshot.name.startswith(f"{PARENT}/snapshots/")
    assert {t.table: t.rows for t in snapshot.tables} == {"lots": 1, "lines": 9}
    assert snapshot.cycle_day == 20_000
    assert snapshot.size_bytes > 0
    assert snapshot.etag
    assert server.snapshots.GetSnapshot(pb.GetSnapshotRequest(name=snapshot.name)) == snapshot


def test_the_same_content_is_stored_once_however_it_is_cut_or_ordered(server: Live) -> None:
    first = sent(server, upload(easy(8, 2)))
    cut = sent(server, upload(easy(8, 2), rows_per_chunk=3))
    turned = easy(8, 2)
    lines = list(turned.lines)[::-1]
    del turned.lines[:]
    turned.lines.extend(lines)
    assert first == cut == sent(server, upload(turned))


def drop_header(messages: Messages) -> None:
    del messages[0]


def repeat_header(messages: Messages) -> None:
    messages.insert(1, messages[0])


def drop_chunk(messages: Messages) -> None:
    del messages[-1]


def swap_chunks(messages: Messages) -> None:
    messages[1], messages[2] = messages[2], messages[1]


def flip_byte(messages: Messages) -> None:
    content = bytearray(messages[1].chunk.cycle_columns)
    content[-1] ^= 1
    messages[1].chunk.cycle_columns = bytes(content)


def forget_tenant(messages: Messages) -> None:
    messages[0].header.parent = ""


def forget_day(messages: Messages) -> None:
    messages[0].header.ClearField("cycle_day")


@pytest.mark.parametrize(
    "damage",
    [drop_header, repeat_header, drop_chunk, swap_chunks, flip_byte, forget_tenant, forget_day],
)
def test_a_damaged_upload_is_refused_and_nothing_is_kept(server: Live, damage) -> None:  # type: ignore[no-untyped-def]
    whole = upload(easy(11, 3))
    tenant = f"tenants/{damage.__name__}".replace("_", "-")
    whole[0].header.parent = tenant
    damage(whole)
    assert refused(server, whole).code() is grpc.StatusCode.INVALID_ARGUMENT
    kept = server.snapshots.ListSnapshots(pb.ListSnapshotsRequest(parent=tenant))
    assert not kept.snapshots


def test_an_illegal_cycle_is_refused_with_its_faults(server: Live) -> None:
    bad = easy(12, 4)
    bad.lines[3].quantity = -1
    error = refused(server, upload(bad))
    assert details(error)[1] == "INPUT_INVALID"
    assert "chunk[2].cycle_columns.lines.quantity[1]: L0003" in str(error.details())


def test_a_broken_off_upload_leaves_nothing(server: Live) -> None:
    def broken() -> object:
        messages = upload(easy(10, 7))
        messages[0].header.parent = "tenants/broken"
        yield from messages[:2]
        raise RuntimeError("the client dies")

    with pytest.raises(grpc.RpcError):
        server.snapshots.UploadSnapshot(broken())
    kept = server.snapshots.ListSnapshots(pb.ListSnapshotsRequest(parent="tenants/broken"))
    assert not kept.snapshots


def test_an_upload_over_the_limit_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with live(tmp_path, "--snapshot-max-bytes", "200") as small:
        error = refused(small, upload(easy(60, 5)))
        assert details(error)[:2] == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "SNAPSHOT_TOO_LARGE",
        )
        assert sent(small, upload(easy(3, 5))).name


def test_snapshots_are_listed_by_page_the_newest_first(server: Live) -> None:
    names = []
    for stock in range(5):
        messages = upload(easy(2, stock))
        messages[0].header.parent = "tenants/pages"
        names.append(sent(server, messages).name)
    seen, token = [], ""
    while True:
        page = server.snapshots.ListSnapshots(
            pb.ListSnapshotsRequest(parent="tenants/pages", page_size=2, page_token=token)
        )
        assert len(page.snapshots) <= 2
        seen += [s.name for s in page.snapshots]
        token = page.next_page_token
        if not token:
            break
    assert seen == names[::-1]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"page_size": -1}, "PAGE_SIZE_INVALID"),
        ({"page_token": "nonsense!"}, "PAGE_TOKEN_INVALID"),
        ({"page_token": "WyJ4IiwgInkiXQ"}, "PAGE_TOKEN_INVALID"),
    ],
)
def test_a_senseless_page_is_refused(server: Live, fields, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(grpc.RpcError) as caught:
        server.snapshots.ListSnapshots(pb.ListSnapshotsRequest(parent=PARENT, **fields))
    assert details(caught.value)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, reason)


def test_deleting_asks_for_the_etag_seen_and_decisions_stay(server: Live) -> None:
    snapshot = sent(server, upload(easy(4, 77)))
    decision = server.allocation.SolveAllocation(request(snapshot=snapshot.name)).decision
    with pytest.raises(grpc.RpcError) as caught:
        server.snapshots.DeleteSnapshot(
            pb.DeleteSnapshotRequest(name=snapshot.name, etag="another")
        )
    assert details(caught.value)[:2] == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    server.snapshots.DeleteSnapshot(
        pb.DeleteSnapshotRequest(name=snapshot.name, etag=snapshot.etag)
    )
    with pytest.raises(grpc.RpcError) as caught:
        server.snapshots.GetSnapshot(pb.GetSnapshotRequest(name=snapshot.name))
    assert details(caught.value)[1] == "SNAPSHOT_NOT_FOUND"
    from fairlead.v1 import decision_service_pb2

    kept = decision_service_pb2.GetDecisionRequest(name=decision.name)
    assert server.decisions.GetDecision(kept).digest == decision.digest


def test_snapshots_and_decisions_survive_a_power_cut(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with live(tmp_path) as server:
        snapshot = sent(server, upload(easy(6, 6)))
        first = server.allocation.SolveAllocation(request(snapshot=snapshot.name)).decision
        server.kill()
        server.start()
        again = server.allocation.SolveAllocation(request(snapshot=snapshot.name)).decision
        assert again.digest == first.digest
