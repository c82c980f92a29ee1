"""`python -m fairlead_server.health HOST:PORT`: exit code 0 when the server serves, else 1.

For container health checks. With FAIRLEAD_TLS_CA (a PEM file) it speaks TLS.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_TIMEOUT_SECONDS = 5.0


def serving(target: str, service: str = "", ca: Path | None = None) -> bool:
    """Whether a server answers SERVING for a service ("": as a whole)."""
    if ca is None:
        channel = grpc.insecure_channel(target)
    else:
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(ca.read_bytes()))
    with channel:
        request = health_pb2.HealthCheckRequest(service=service)
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def main(arguments: list[str]) -> int:
    """Check one server; the exit code."""
    if len(arguments) != 1:
        print("usage: python -m fairlead_server.health HOST:PORT", file=sys.stderr)
        return 2
    ca = os.environ.get("FAIRLEAD_TLS_CA")
    if serving(arguments[0], ca=Path(ca) if ca else None):
        return 0
    print(f"{arguments[0]} does not serve", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
