"""Generates the stubs of the contract beside their .proto files, or elsewhere: `generate.py [DIR]`.

The third-party protos (google.rpc, google.longrunning) come from the package
googleapis-common-protos; nothing is fetched. `image(path)` writes what `buf` lints and compares.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

PROTO = Path(__file__).parent
# The package registers google/longrunning/operations.proto but ships it under another name.
RENAMED = {"google/longrunning/operations_proto.proto": "google/longrunning/operations.proto"}


def sources(root: Path = PROTO) -> list[str]:
    """The contract's files, relative to `root`, in order of name."""
    return sorted(str(p.relative_to(root)) for p in root.glob("fairlead/**/*.proto"))


@contextmanager
def _third_party() -> Iterator[list[str]]:
    """Include options under which every third-party proto resolves."""
    common = Path(str(distribution("googleapis-common-protos").locate_file("")))
    builtin = Path(str(distribution("grpcio-tools").locate_file("grpc_tools/_proto")))
    with tempfile.TemporaryDirectory() as renamed:
        for source, target in RENAMED.items():
            copy = Path(renamed, target)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(common / source, copy)
        yield [f"-I{renamed}", f"-I{common}", f"-I{builtin}"]


def _protoc(*options: str) -> None:
    with _third_party() as includes:
        plugins = Path(sys.executable).parent
        command = [
            *(sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", *includes),
            f"--plugin=protoc-gen-mypy={plugins / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={plugins / 'protoc-gen-mypy_grpc'}",
            *options,
            *sources(),
        ]
        subprocess.run(command, check=True, cwd=PROTO, stderr=subprocess.PIPE)


def stubs(target: Path = PROTO) -> None:
    """Write *_pb2.py, *_pb2.pyi, *_pb2_grpc.py and *_pb2_grpc.pyi under `target`.

    A file without a service gets no *_pb2_grpc files.
    """
    kinds = ("python_out", "mypy_out", "grpc_python_out", "mypy_grpc_out")
    _protoc(*(f"--{kind}={target}" for kind in kinds))
    for source in sources():
        if "\nservice " not in (PROTO / source).read_text():
            for suffix in ("_pb2_grpc.py", "_pb2_grpc.pyi"):
                (target / source.replace(".proto", suffix)).unlink(missing_ok=True)


def image(path: Path, *, comments: bool = True) -> None:
    """Write the descriptors of the contract and of all it imports."""
    source_info = ["--include_source_info"] if comments else []
    _protoc("--include_imports", *source_info, f"--descriptor_set_out={path}")


if __name__ == "__main__":
    stubs(Path(sys.argv[1]) if len(sys.argv) > 1 else PROTO)
