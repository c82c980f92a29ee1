"""Generates the stubs of the contract beside their .proto files, or elsewhere: `generate.py [DIR]`.

The third-party protos (google.api, google.rpc, google.longrunning) lie in fairlead/third_party;
nothing is fetched. `image(path)` writes what `buf` lints and compares. `generate.py --third-party`
renews those protos from the installed package googleapis-common-protos.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

PROTO = Path(__file__).parent
THIRD_PARTY = PROTO / "fairlead" / "third_party"
DESCRIPTOR_SET = "fairlead/v1/fairlead.binpb"
# The package registers google/longrunning/operations.proto but ships it under another name.
RENAMED = {"google/longrunning/operations.proto": "google/longrunning/operations_proto.proto"}


def sources(root: Path = PROTO) -> list[str]:
    """The contract's own files, relative to `root`, in order of name."""
    return sorted(str(p.relative_to(root)) for p in root.glob("fairlead/v*/*.proto"))


def third_party() -> dict[Path, Path]:
    """Each third-party file in the tree, with the file of the installed package it is a copy of."""
    package = distribution("googleapis-common-protos")
    names = {p: str(p.relative_to(THIRD_PARTY)) for p in THIRD_PARTY.rglob("*.proto")}
    copies = {p: Path(str(package.locate_file(RENAMED.get(n, n)))) for p, n in names.items()}
    (licence,) = (f for f in package.files or () if f.name == "LICENSE")
    return {**copies, THIRD_PARTY / "LICENSE": Path(str(licence.locate()))}


def _protoc(*options: str) -> None:
    builtin = Path(str(distribution("grpcio-tools").locate_file("grpc_tools/_proto")))
    plugins = Path(sys.executable).parent
    command = [
        *(sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"-I{THIRD_PARTY}"),
        f"-I{builtin}",  # google.protobuf, which every protoc brings
        f"--plugin=protoc-gen-mypy={plugins / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={plugins / 'protoc-gen-mypy_grpc'}",
        *options,
        *sources(),
    ]
    subprocess.run(command, check=True, cwd=PROTO, stderr=subprocess.PIPE)


def stubs(target: Path = PROTO) -> None:
    """Write *_pb2.py, *_pb2.pyi, *_pb2_grpc.py and *_pb2_grpc.pyi under `target`, and the
    descriptor set that ships with them.

    A file without a service gets no *_pb2_grpc files.
    """
    kinds = ("python_out", "mypy_out", "grpc_python_out", "mypy_grpc_out")
    _protoc(*(f"--{kind}={target}" for kind in kinds))
    for source in sources():
        if "\nservice " not in (PROTO / source).read_text():
            for suffix in ("_pb2_grpc.py", "_pb2_grpc.pyi"):
                (target / source.replace(".proto", suffix)).unlink(missing_ok=True)
    image(target / DESCRIPTOR_SET, comments=False)


def image(path: Path, *, comments: bool = True) -> None:
    """Write the descriptors of the contract and of all it imports."""
    source_info = ["--include_source_info"] if comments else []
    _protoc("--include_imports", *source_info, f"--descriptor_set_out={path}")


def main(arguments: list[str]) -> None:
    """Write the stubs, or renew the third-party protos."""
    if arguments == ["--third-party"]:
        for copy, original in third_party().items():
            shutil.copyfile(original, copy)
    else:
        stubs(Path(arguments[0]) if arguments else PROTO)


if __name__ == "__main__":
    main(sys.argv[1:])
