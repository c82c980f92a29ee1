"""The contract keeps its form: style, promise, comments, fresh stubs, one field per fact."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from fairlead import contract
from fairlead.v1 import columns_pb2, facts_pb2
from fairlead.wire.allocation.cycle import TABLES
from fairlead_solver.api.allocation import Column, ColumnKind
from tests.proto.image import PROTO, comments_of, own_files

RELEASED = PROTO / "released" / "v1.binpb"
BUF = Path(sys.executable).parent / "buf"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(a) for a in arguments]
    return subprocess.run(command, cwd=PROTO.parent, capture_output=True, text=True, check=False)


def test_buf_finds_no_fault_in_style_and_no_broken_promise() -> None:
    done = run(sys.executable, PROTO / "check.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_buf_notices_a_field_that_is_taken_away(tmp_path: Path) -> None:
    image = FileDescriptorSet.FromString(RELEASED.read_bytes())
    facts = next(f for f in image.file if f.name == "fairlead/v1/facts.proto")
    line = next(m for m in facts.message_type if m.name == "Line")
    del line.field[3]
    broken = tmp_path / "broken.binpb"
    broken.write_bytes(image.SerializeToString())
    done = run(BUF, "breaking", broken, f"--against={RELEASED}", "--path=fairlead")
    assert done.returncode != 0
    assert "quantity" in done.stdout


def test_the_stubs_in_the_tree_are_those_the_protos_generate(tmp_path: Path) -> None:
    done = run(sys.executable, PROTO / "generate.py", tmp_path)
    assert done.returncode == 0, done.stderr
    made = {p.relative_to(tmp_path): p.read_text() for p in tmp_path.rglob("*_pb2*.py*")}
    kept = {p.relative_to(PROTO): p.read_text() for p in PROTO.glob("fairlead/v1/*_pb2*.py*")}
    assert made.keys() == kept.keys()
    stale = [str(name) for name in made if made[name] != kept[name]]
    assert not stale, f"run `make proto`: {stale}"


def test_the_descriptor_set_that_ships_is_that_of_the_protos(tmp_path: Path) -> None:
    done = run(sys.executable, PROTO / "generate.py", tmp_path)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "fairlead/v1/fairlead.binpb").read_bytes()
    assert contract.DESCRIPTOR_SET.read_bytes() == made, "run `make proto`"


def test_the_descriptor_set_holds_every_file_after_those_it_imports() -> None:
    seen: set[str] = set()
    for file in FileDescriptorSet.FromString(contract.DESCRIPTOR_SET.read_bytes()).file:
        assert set(file.dependency) <= seen, file.name
        seen.add(file.name)
    assert {file.name for file in own_files()} <= seen


def uncommented(file: FileDescriptorProto) -> Iterator[str]:
    """Everything of a file that has a name and no comment."""
    comments = comments_of(file)

    def check(path: tuple[int, ...], name: str, *parts: tuple[int, Any]) -> Iterator[str]:
        if not comments.get(path):
            yield name
        for number, items in parts:
            for i, item in enumerate(items):
                if not comments.get((*path, number, i)):
                    yield f"{name}.{item.name}"

    for i, message in enumerate(file.message_type):
        yield from check((4, i), message.name, (2, message.field), (8, _oneofs(message)))
    for i, enum in enumerate(file.enum_type):
        yield from check((5, i), enum.name, (2, enum.value))
    for i, service in enumerate(file.service):
        yield from check((6, i), service.name, (2, service.method))


def _oneofs(message: Any) -> list[Any]:
    synthetic = {f.oneof_index for f in message.field if f.proto3_optional}
    return [o for i, o in enumerate(message.oneof_decl) if i not in synthetic]


def test_every_message_field_word_and_call_has_a_comment() -> None:
    assert len(own_files()) == len(list(PROTO.glob("fairlead/v1/*.proto")))
    assert [name for file in own_files() for name in uncommented(file)] == []


def test_no_own_file_imports_what_a_client_would_have_to_fetch() -> None:
    shipped = (PROTO, PROTO / "fairlead" / "third_party")
    for file in own_files():
        for name in file.dependency:
            with_every_compiler = name.startswith("google/protobuf/")
            assert with_every_compiler or any((root / name).exists() for root in shipped), name


ROW_TYPES = {
    ColumnKind.KEY: FieldDescriptor.TYPE_STRING,
    ColumnKind.TEXT: FieldDescriptor.TYPE_STRING,
    ColumnKind.REF: FieldDescriptor.TYPE_STRING,
    ColumnKind.REFS: FieldDescriptor.TYPE_STRING,
    ColumnKind.INT: FieldDescriptor.TYPE_INT64,
    ColumnKind.DAY: FieldDescriptor.TYPE_INT32,
    ColumnKind.RATE: FieldDescriptor.TYPE_DOUBLE,
    ColumnKind.FLAG: FieldDescriptor.TYPE_BOOL,
    ColumnKind.ENUM: FieldDescriptor.TYPE_ENUM,
}
COLUMN_TYPES = ROW_TYPES | {
    ColumnKind.TEXT: FieldDescriptor.TYPE_MESSAGE,
    ColumnKind.REF: FieldDescriptor.TYPE_MESSAGE,
    ColumnKind.REFS: FieldDescriptor.TYPE_MESSAGE,
    ColumnKind.DAY: FieldDescriptor.TYPE_SINT32,
}
EMPTY = (None, 0, 0.0, False)


@pytest.mark.parametrize("name", TABLES)
def test_every_fact_is_one_field_of_the_row_and_one_of_the_columns(name: str) -> None:
    described = TABLES[name].columns()
    row = facts_pb2.Cycle.DESCRIPTOR.fields_by_name[name].message_type
    columns = columns_pb2.CycleColumns.DESCRIPTOR.fields_by_name[name].message_type
    assert row is not None and columns is not None
    assert list(row.fields_by_name) == list(columns.fields_by_name) == list(described)
    for field, column in described.items():
        one, many = row.fields_by_name[field], columns.fields_by_name[field]
        assert one.number == many.number
        assert one.type == ROW_TYPES[column.kind], field
        assert many.type == COLUMN_TYPES[column.kind], field
        assert one.is_repeated == (column.kind is ColumnKind.REFS)
        assert one.has_presence == needs_presence(column), field
        if column.enum is not None:
            assert one.enum_type is not None
            numbers = {v.number for v in one.enum_type.values} - {0}
            assert numbers == {int(m) for m in column.enum}


def needs_presence(column: Column) -> bool:
    """A row must be able to leave out what is not zero when left out."""
    return column.kind is not ColumnKind.ENUM and column.default not in EMPTY


def test_every_table_of_a_cycle_is_a_fact_table_and_no_other() -> None:
    header = {"cycle_day", "currency", "as_of_day", "columns"}
    assert set(facts_pb2.Cycle.DESCRIPTOR.fields_by_name) - header == set(TABLES)
    assert set(columns_pb2.CycleColumns.DESCRIPTOR.fields_by_name) == set(TABLES)
