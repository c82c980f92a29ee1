"""The contract and everything it imports as one file: `python descriptors.py TARGET`.

Foreign tools read it instead of .proto files, so that no copy of an imported file is needed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from fairlead.v1 import allocation_service_pb2, decision_service_pb2, snapshot_service_pb2

SERVICES = (allocation_service_pb2, decision_service_pb2, snapshot_service_pb2)


def contract() -> FileDescriptorSet:
    """Every file of the contract after the files it imports."""
    found: dict[str, FileDescriptor] = {}

    def visit(file: FileDescriptor) -> None:
        for imported in file.dependencies:
            visit(imported)
        found.setdefault(file.name, file)

    for module in SERVICES:
        visit(module.DESCRIPTOR)
    files = FileDescriptorSet()
    for file in found.values():
        file.CopyToProto(files.file.add())
    return files


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(contract().SerializeToString())
