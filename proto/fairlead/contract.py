"""The contract as files, for tools and other languages: `python -m fairlead.contract`.

The command prints the include options that compile the .proto files as they are installed:

    protoc $(python -m fairlead.contract) --java_out=OUT fairlead/v1/allocation_service.proto
"""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).resolve().parent

DESCRIPTOR_SET = _ROOT / "v1" / "fairlead.binpb"
"""A FileDescriptorSet of the contract and of all it imports, without comments."""

SERVICE_CONFIG = _ROOT / "v1" / "service_config.json"
"""A gRPC service config: a timeout for every call, and retries where a call may be repeated."""


def include_paths() -> tuple[Path, Path]:
    """The folders on which the contract and the protos it imports lie, for a compiler's -I."""
    return _ROOT.parent, _ROOT / "third_party"


def service_config() -> str:
    """The gRPC service config, as the channel option `grpc.service_config` takes it."""
    return SERVICE_CONFIG.read_text(encoding="utf-8")


if __name__ == "__main__":
    print(*(f"-I{folder}" for folder in include_paths()))
