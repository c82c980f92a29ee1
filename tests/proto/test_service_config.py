"""Every call has a timeout, and is repeated only where a second time does no more than one."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from google.longrunning import operations_pb2

from fairlead import contract
from fairlead.v1 import allocation_service_pb2, decision_service_pb2, snapshot_service_pb2

FILES = (allocation_service_pb2, decision_service_pb2, snapshot_service_pb2, operations_pb2)
METHODS = {
    (service.full_name, method.name)
    for file in FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
READS = ("Get", "List", "Explain", "Download", "Stream", "Wait")
# the same content gives the same snapshot
REPEATABLE = {"UploadSnapshot"}


def by_method() -> dict[tuple[str, str], dict[str, Any]]:
    config = json.loads(contract.service_config())
    entries = [(name, entry) for entry in config["methodConfig"] for name in entry["name"]]
    names = Counter((name["service"], name.get("method", "")) for name, _ in entries)
    assert set(names.values()) == {1}
    return {(name["service"], name["method"]): entry for name, entry in entries}


def test_every_method_is_in_it_once_and_no_other() -> None:
    assert by_method().keys() == METHODS


@pytest.mark.parametrize(("service", "method"), sorted(METHODS))
def test_a_call_is_repeated_only_where_that_does_no_harm(service: str, method: str) -> None:
    entry = by_method()[service, method]
    assert entry["timeout"].endswith("s") and float(entry["timeout"][:-1]) > 0
    policy = entry.get("retryPolicy")
    codes = set(policy["retryableStatusCodes"]) if policy else set()
    if method.startswith(READS) or method in REPEATABLE:
        assert codes == {"UNAVAILABLE", "RESOURCE_EXHAUSTED"}
    elif method.startswith("Solve"):
        # a call that lost its connection may have been decided; a full queue did nothing yet
        assert codes == {"RESOURCE_EXHAUSTED"}
    else:
        assert codes == set()
