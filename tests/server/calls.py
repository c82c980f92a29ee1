"""Every call of the service with a request that is in order, made out of the descriptors.

A request's names are those of stored resources, by what `google.api.resource_reference` says they
refer to; calls that delete are given names that lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.api import resource_pb2
from google.longrunning import operations_pb2
from google.protobuf.descriptor import FieldDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from fairlead.v1 import allocation_service_pb2, decision_service_pb2, snapshot_service_pb2

from .cycles import PARENT

FILES: tuple[FileDescriptor, ...] = (
    allocation_service_pb2.DESCRIPTOR,
    decision_service_pb2.DESCRIPTOR,
    snapshot_service_pb2.DESCRIPTOR,
    operations_pb2.DESCRIPTOR,
)
# fields of google.longrunning.Operations, which has no references
OPERATION_NAMES = {
    "ListOperations": PARENT,
    "CancelOperation": f"{PARENT}/operations/none",
    "DeleteOperation": f"{PARENT}/operations/none",
}


def methods() -> Iterator[MethodDescriptor]:
    """Every method of every service."""
    for file in FILES:
        for service in file.services_by_name.values():
            yield from service.methods


def caller(channel: grpc.Channel, method: MethodDescriptor) -> Callable[..., Any]:
    """Calls a method. Of a client stream the one message is sent."""
    assert method.containing_service is not None
    path = f"/{method.containing_service.full_name}/{method.name}"
    answer = GetMessageClass(method.output_type).FromString
    if method.client_streaming:
        stream = channel.stream_unary(path, _bytes, answer)
        return lambda request, timeout: stream(iter([request]), timeout=timeout)
    make = channel.unary_stream if method.server_streaming else channel.unary_unary
    return make(path, _bytes, answer)


def _bytes(message: Message) -> bytes:
    return message.SerializeToString()


@dataclass(frozen=True)
class Stored:
    """Names of what is there, by the type of the resource."""

    names: Mapping[str, str]

    def request(self, method: MethodDescriptor) -> Message:
        """A request in order, all but its names left out."""
        request: Any = GetMessageClass(method.input_type)()
        self._fill(request, method, method.name.startswith(("Delete", "Cancel")))
        return request  # type: ignore[no-any-return]

    def _fill(self, request: Any, method: MethodDescriptor, gone: bool) -> None:
        operations = method.containing_service.full_name.startswith("google.")
        for field in request.DESCRIPTOR.fields:
            if operations and field.name == "name":
                stored = self.names["fairlead/Operation"]
                request.name = OPERATION_NAMES.get(method.name, stored)
            elif name := self._name(field):
                setattr(request, field.name, f"{name.rpartition('/')[0]}/none" if gone else name)

    def _name(self, field: FieldDescriptor) -> str:
        options = field.GetOptions()
        if not options.HasExtension(resource_pb2.resource_reference) or field.has_presence:
            return ""
        to = options.Extensions[resource_pb2.resource_reference]
        if to.type:
            return self.names[to.type]
        return self.names[to.child_type].rsplit("/", 2)[0]
