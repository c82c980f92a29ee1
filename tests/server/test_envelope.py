"""The heavy field is taken out as bytes; what is left parses as if it had not been there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead_server.foundation.errors import ServiceError
from fairlead_server.transport.envelope import open_envelope, wrap


def test_the_cycle_is_taken_out_and_the_rest_stays() -> None:
    request = pb.SolveAllocationRequest(parent="tenants/t", request_id="r", priority=-3)
    request.cycle.lines.add(id="L1", quantity=5)
    request.options.relative_gap = 0.5
    envelope = open_envelope(request.SerializeToString(), 2)
    assert envelope.payload == request.cycle.SerializeToString()
    request.ClearField("cycle")
    assert pb.SolveAllocationRequest.FromString(envelope.light) == request


def test_a_field_sent_twice_merges() -> None:
    one, two = pb.SolveAllocationRequest(), pb.SolveAllocationRequest()
    one.cycle.lines.add(id="L1")
    two.cycle.lines.add(id="L2")
    envelope = open_envelope(one.SerializeToString() + two.SerializeToString(), 2)
    merged = pb.SolveAllocationRequest()
    merged.MergeFrom(one)
    merged.MergeFrom(two)
    assert type(merged.cycle).FromString(envelope.payload) == merged.cycle


def test_pieces_are_wrapped_into_one_field() -> None:
    request = pb.SolveAllocationRequest(parent="tenants/t" * 40)
    whole = request.SerializeToString()
    wrapped = wrap(1, whole[:7], whole[7:])
    assert pb.SolveAllocationLongRunningRequest.FromString(wrapped).request == request


@given(st.binary(max_size=40))
def test_any_bytes_are_split_or_refused(message: bytes) -> None:
    try:
        envelope = open_envelope(message, 2)
    except ServiceError as error:
        assert error.reason == "MESSAGE_MALFORMED"
    else:
        assert len(envelope.light) + sum(map(len, envelope.payloads)) <= len(message)


@pytest.mark.parametrize("message", [b"\x12\x05ab", b"\x80", b"\x0b", b"\x0d\x01"])
def test_a_cut_message_is_refused(message: bytes) -> None:
    with pytest.raises(ServiceError):
        open_envelope(message, 2)
