"""Solves the cycle of a request file and prints status, objective and what each line got.

usage: python client.py HOST:PORT REQUEST_JSON
"""

from __future__ import annotations

import sys
from pathlib import Path

import grpc
from google.protobuf import json_format

from fairlead import contract
from fairlead.v1 import allocation_service_pb2 as messages
from fairlead.v1 import allocation_service_pb2_grpc as services
from fairlead.v1 import decision_pb2


def main(address: str, path: str) -> None:
    """Call once and print one line."""
    request = json_format.Parse(
        Path(path).read_text(encoding="utf-8"), messages.SolveAllocationRequest()
    )
    # a timeout for every call, and retries where a call may be repeated
    options = [("grpc.service_config", contract.service_config())]
    with grpc.insecure_channel(address, options) as channel:
        stub = services.AllocationServiceStub(channel)
        decision = stub.SolveAllocation(request, timeout=60).decision
    status = decision_pb2.DecisionStatus.Name(decision.status)
    given = [f"{line.line}={line.confirmed_quantity}" for line in decision.lines]
    print(status, decision.objective_micros, *given)


if __name__ == "__main__":
    main(*sys.argv[1:])
