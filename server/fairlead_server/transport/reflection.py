"""Server reflection: what a client without the contract's files asks for them.

grpcio-reflection serves the version v1alpha alone. Version v1 has the same messages under another
package, so its one method is the same handler under another name.
"""

from __future__ import annotations

from collections.abc import Sequence

import grpc
from grpc import aio
from grpc_reflection.v1alpha import reflection
from grpc_reflection.v1alpha import reflection_pb2 as pb

NAMES = ("grpc.reflection.v1.ServerReflection", reflection.SERVICE_NAME)


def serve_reflection(server: aio.Server, services: Sequence[str]) -> None:
    """Answer reflection, v1 and v1alpha, of these services and their messages."""
    servicer = reflection.aio.ReflectionServicer((*services, *NAMES))
    method = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        pb.ServerReflectionRequest.FromString,
        pb.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        tuple(
            grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": method})
            for name in NAMES
        )
    )
