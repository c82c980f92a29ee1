"""What tools read off the contract: who sets a field, what a name refers to, REST paths."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from google.api import annotations_pb2, resource_pb2
from google.api.field_behavior_pb2 import (
    IDENTIFIER,
    OPTIONAL,
    OUTPUT_ONLY,
    REQUIRED,
    FieldBehavior,
    field_behavior,
)
from google.longrunning import operations_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileOptions, MethodDescriptorProto

from tests.proto.image import (
    PROTO,
    Described,
    input_messages,
    messages,
    own_files,
    own_type,
    services,
)

METHODS = {m.name: m for service in services() for m in service.method}
# client streams have no form in REST
CALLS = [name for name, m in METHODS.items() if not m.client_streaming]


def behaviours(field: FieldDescriptorProto) -> list[int]:
    return [*field.options.Extensions[field_behavior]]


@pytest.mark.parametrize("name", sorted(input_messages()))
def test_a_field_that_a_caller_sets_is_required_where_its_comment_says_so(name: str) -> None:
    described = messages()[name]
    for field, comment in described.fields():
        if described.in_choice(field):
            assert behaviours(field) == [], field.name
            continue
        wanted = REQUIRED if re.search(r"\bRequired\b", comment) else OPTIONAL
        assert behaviours(field) == [wanted], f"{field.name}: {FieldBehavior.Name(wanted)}"


def resources() -> dict[str, list[str]]:
    """Patterns of each resource by its type.

    An operation is another package's message. Its pattern is not in the contract: the Java classes
    of 2021 that Debian ships lack `google.api.resource_definition`.
    """
    found = {"fairlead/Operation": ["tenants/{tenant}/operations/{operation}"]}
    for file in own_files():
        for message in file.message_type:
            if message.options.HasExtension(resource_pb2.resource):
                defined = message.options.Extensions[resource_pb2.resource]
                found[defined.type] = [*defined.pattern]
    return found


def test_the_server_alone_sets_the_fields_of_a_resource() -> None:
    kinds = [
        described
        for described in messages().values()
        if described.message.options.HasExtension(resource_pb2.resource)
    ]
    assert {k.message.name for k in kinds} == {
        *("Decision", "DecisionLine", "BindingConstraint", "Snapshot")
    }
    for described in kinds:
        for field in described.message.field:
            wanted = IDENTIFIER if field.name == "name" else OUTPUT_ONLY
            assert behaviours(field) == [wanted], f"{described.message.name}.{field.name}"


def reference(field: FieldDescriptorProto) -> resource_pb2.ResourceReference | None:
    if not field.options.HasExtension(resource_pb2.resource_reference):
        return None
    return field.options.Extensions[resource_pb2.resource_reference]


def test_every_name_of_a_resource_says_of_which_kind_it_is() -> None:
    known = resources()
    for name, described in messages().items():
        for field, comment in described.fields():
            names_one = "tenants/{t}" in comment and field.type == field.TYPE_STRING
            if not names_one or described.in_choice(field) or IDENTIFIER in behaviours(field):
                continue
            to = reference(field)
            assert to is not None, f"{name}.{field.name}"
            assert (to.type or to.child_type) in known, f"{name}.{field.name}"


def as_glob(pattern: str) -> str:
    return re.sub(r"\{\w+\}", "*", pattern)


def field_at(described: Described, path: str) -> FieldDescriptorProto:
    """The field a path such as `request.parent` leads to."""
    head, _, rest = path.partition(".")
    (field,) = (f for f in described.message.field if f.name == head)
    if not rest:
        return field
    kind = own_type(field.type_name)
    assert kind is not None
    return field_at(messages()[kind], rest)


@pytest.mark.parametrize("name", CALLS)
def test_every_call_has_a_rest_path_of_its_own_resource(name: str) -> None:
    method = METHODS[name]
    rule = method.options.Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    assert verb is not None
    path = getattr(rule, verb)
    assert path.startswith("/v1/")
    request = messages()[own_type(method.input_type) or ""]
    variables = re.findall(r"\{([\w.]+)=([^}]*)\}", path)
    assert len(variables) == path.count("{") == 1
    for place, glob in variables:
        to = reference(field_at(request, place))
        assert to is not None
        patterns = [as_glob(p) for p in resources()[to.type or to.child_type]]
        if to.child_type:  # the parent: without the last collection and id
            patterns = [p.rsplit("/", 2)[0] for p in patterns]
        assert glob in patterns
    assert rule.body == ("*" if verb == "post" else "")


def test_no_two_calls_share_a_rest_path() -> None:
    rules = [METHODS[name].options.Extensions[annotations_pb2.http] for name in CALLS]
    paths = [(verb, getattr(r, verb)) for r in rules if (verb := r.WhichOneof("pattern"))]
    assert len(paths) == len(set(paths)) == len(CALLS)


def answers_with_operation(method: MethodDescriptorProto) -> bool:
    return method.output_type == ".google.longrunning.Operation"


def test_every_long_running_call_names_its_answer_and_its_metadata() -> None:
    long = [m for m in METHODS.values() if answers_with_operation(m)]
    assert [m.name for m in long] == ["SolveAllocationLongRunning"]
    for method in long:
        info = method.options.Extensions[operations_pb2.operation_info]
        assert info.response_type in messages() and info.metadata_type in messages()


def test_every_file_has_the_same_package_in_every_language() -> None:
    for file in own_files():
        stem = Path(file.name).stem
        wanted = FileOptions(
            csharp_namespace="Fairlead.V1",
            go_package="fairlead/v1;fairleadv1",
            java_multiple_files=True,
            java_outer_classname=f"{stem.title().replace('_', '')}Proto",
            java_package="fairlead.v1",
        )
        for field, value in wanted.ListFields():
            assert getattr(file.options, field.name) == value, file.name


def test_the_protos_compile_as_they_are_shipped(tmp_path: Path) -> None:
    shipped, target = PROTO / "fairlead", tmp_path / "all.binpb"
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "fairlead").symlink_to(shipped)
    builtin = distribution("grpcio-tools").locate_file("grpc_tools/_proto/google/protobuf")
    (tmp_path / "google").mkdir()
    (tmp_path / "google" / "protobuf").symlink_to(Path(str(builtin)))
    includes = (tmp_path / "include", shipped / "third_party", tmp_path)
    own = [f"fairlead/v1/{path.name}" for path in (shipped / "v1").glob("*.proto")]
    theirs = [*(shipped / "third_party").rglob("*.proto")]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--descriptor_set_out={target}"]
    command += [*(f"-I{folder}" for folder in includes), *own, *map(str, theirs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(own) == len(own_files()) and theirs and target.stat().st_size > 0


def test_third_party_protos_are_those_of_the_installed_package() -> None:
    script = (
        "import generate\n"
        "for copy, original in generate.third_party().items():\n"
        "    assert copy.read_bytes() == original.read_bytes(), copy\n"
        "assert len(generate.third_party()) == 11\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROTO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
