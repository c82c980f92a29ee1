"""The contract as its .proto files describe it: descriptors with comments and annotations."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from google.api import annotations_pb2, field_behavior_pb2, resource_pb2  # noqa: F401, options
from google.longrunning import operations_pb2  # noqa: F401, options
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

PROTO = Path(__file__).parents[2] / "proto"
PACKAGE = "fairlead.v1"


@cache
def image() -> FileDescriptorSet:
    """The contract and all it imports, in a process of its own: protoc and ortools do not mix."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "image.binpb")
        script = f"import generate, pathlib; generate.image(pathlib.Path({str(target)!r}))"
        subprocess.run([sys.executable, "-c", script], cwd=PROTO, check=True)
        return FileDescriptorSet.FromString(target.read_bytes())


def own_files() -> list[FileDescriptorProto]:
    """The contract's own files."""
    return [file for file in image().file if file.package == PACKAGE]


@dataclass(frozen=True)
class Described:
    """A message of the contract with the comment of each of its fields."""

    message: DescriptorProto
    comments: dict[str, str]  # field name -> comment on one line

    def fields(self) -> Iterator[tuple[FieldDescriptorProto, str]]:
        """Each field with its comment."""
        return ((field, self.comments[field.name]) for field in self.message.field)

    def in_choice(self, field: FieldDescriptorProto) -> bool:
        """Whether a field is one of a oneof."""
        return field.HasField("oneof_index") and not field.proto3_optional


@cache
def messages() -> dict[str, Described]:
    """Every message of the contract by its name."""
    found = {}
    for file in own_files():
        comments = comments_of(file)
        for i, message in enumerate(file.message_type):
            of_fields = {f.name: comments[4, i, 2, j] for j, f in enumerate(message.field)}
            found[message.name] = Described(message, of_fields)
    return found


def comments_of(file: FileDescriptorProto) -> dict[tuple[int, ...], str]:
    """Each leading comment on one line, by the path of what it is about; "" where none is."""
    located = file.source_code_info.location
    return {tuple(at.path): " ".join(at.leading_comments.split()) for at in located}


def services() -> list[ServiceDescriptorProto]:
    """Every service of the contract."""
    return [service for file in own_files() for service in file.service]


def own_type(name: str) -> str | None:
    """The name of a message of the contract, out of a full type name; None for another one."""
    package, _, short = name.removeprefix(".").rpartition(".")
    return short if package == PACKAGE else None


@cache
def input_messages() -> frozenset[str]:
    """Every message that a caller sends, or a part of one."""
    found: set[str] = set()
    waiting = [own_type(method.input_type) for s in services() for method in s.method]
    waiting.append("CycleColumns")  # SnapshotChunk.cycle_columns holds it serialized
    while waiting:
        name = waiting.pop()
        if name is not None and name in messages() and name not in found:
            found.add(name)
            waiting += [own_type(field.type_name) for field in messages()[name].message.field]
    return frozenset(found)
