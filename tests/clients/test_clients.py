"""Clients in other languages decide a real cycle at a real server, all with the same answer.

The cycle: 100 gloves, a clinic (tier A) and a webshop (tier B) want 60 each at 10.00, cost 4.00.
By hand: 60 x (6 + 9 x 10) + 40 x (6 + 6 x 10) = 8400.00.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead import contract
from tests.serving import Address, running_server

HERE = Path(__file__).parent
REQUEST = HERE / "cycle.json"
ANSWER = "DECISION_STATUS_OPTIMAL 8400000000 CLINIC=60 WEBSHOP=40"
JARS = Path("/usr/share/java")
GRPC_JARS = "api context core netty protobuf protobuf-lite stub"
NETTY_JARS = "buffer codec codec-http codec-http2 common handler handler-proxy resolver transport"
JAVA_LIBRARIES = (
    *(f"grpc-{name}" for name in GRPC_JARS.split()),
    *(f"netty-{name}" for name in NETTY_JARS.split()),
    *("protobuf", "protobuf-util", "proto-google-common-protos", "guava", "gson"),
    *("perfmark-api", "opencensus-api", "geronimo-annotation-1.3-spec"),
)
JAVA_TOOLS = ("java", "javac", "protoc", "grpc_java_plugin")
JAVA_MEMORY = "-Xmx512m"
CONTRACT = contract.DESCRIPTOR_SET.parents[1]
GO_PATH = Path("/usr/share/gocode")
GO_TOOLS = ("go", "protoc", "protoc-gen-go", "protoc-gen-go-grpc")
GO_LIBRARIES = (
    *("google.golang.org/grpc", "google.golang.org/protobuf"),
    "google.golang.org/genproto/googleapis/longrunning",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with running_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def node_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Node client with its packages beside it."""
    if not shutil.which("node") or not (npm := shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "client.js"):
        shutil.copyfile(HERE / "node" / name, folder / name)
    quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    done = subprocess.run(
        [npm, "install", *quiet], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"npm could not install the packages: {done.stderr.strip()[-300:]}")
    return folder / "client.js"


@pytest.fixture(scope="module")
def java_classpath(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Java client, generated and compiled, with the distribution's grpc-java."""
    missing = [tool for tool in JAVA_TOOLS if not shutil.which(tool)]
    missing += [f"{name}.jar" for name in JAVA_LIBRARIES if not (JARS / f"{name}.jar").exists()]
    _skip_without(missing)
    folder = tmp_path_factory.mktemp("java")
    sources, classes = folder / "sources", folder / "classes"
    sources.mkdir()
    plugin = f"--plugin=protoc-gen-grpc-java={shutil.which('grpc_java_plugin')}"
    _protoc(plugin, f"--java_out={sources}", f"--grpc-java_out={sources}")
    classpath = ":".join([str(classes), *(str(JARS / f"{name}.jar") for name in JAVA_LIBRARIES)])
    files = [str(path) for path in sorted(sources.rglob("*.java"))]
    files.append(str(HERE / "java/Client.java"))
    quiet = (f"-J{JAVA_MEMORY}", "-nowarn", "-proc:none")
    _run(["javac", *quiet, "-cp", classpath, "-d", str(classes), *files])
    return classpath


@pytest.fixture(scope="module")
def go_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go client, generated and compiled, with the distribution's grpc-go."""
    missing = [tool for tool in GO_TOOLS if not shutil.which(tool)]
    missing += [name for name in GO_LIBRARIES if not (GO_PATH / "src" / name).exists()]
    _skip_without(missing)
    folder = tmp_path_factory.mktemp("go")
    shutil.copytree(HERE / "go", folder / "src")
    # newer releases of googleapis have moved the package of operations
    moved = "Mgoogle/longrunning/operations.proto=google.golang.org/genproto/googleapis/longrunning"
    kinds = ("go", "go-grpc")
    out = [f"--{kind}_out={folder / 'src'}" for kind in kinds]
    _protoc(*out, *(f"--{kind}_opt={moved}" for kind in kinds))
    places = {"GO111MODULE": "off", "GOFLAGS": "-p=2", "GOPATH": f"{folder}:{GO_PATH}"}
    caches = {"GOCACHE": str(folder / "cache")} if "HOME" not in os.environ else {}
    target = folder / "run"
    _run(["go", "build", "-o", str(target), "client"], {**os.environ, **places, **caches})
    return target


def test_a_python_client_decides_a_cycle(server: Address) -> None:
    client = str(HERE / "python/client.py")
    assert _run([sys.executable, client, server.calls, str(REQUEST)]) == ANSWER


def test_a_node_client_decides_a_cycle(server: Address, node_client: Path) -> None:
    command = ["node", str(node_client), server.calls, str(CONTRACT), str(REQUEST)]
    assert _run(command) == ANSWER


def test_a_java_client_decides_a_cycle(server: Address, java_classpath: str) -> None:
    command = ["java", JAVA_MEMORY, "-cp", java_classpath, "Client", server.calls]
    assert _run([*command, str(contract.SERVICE_CONFIG), str(REQUEST)]) == ANSWER


def test_a_go_client_decides_a_cycle(server: Address, go_client: Path) -> None:
    command = [str(go_client), server.calls, str(contract.SERVICE_CONFIG), str(REQUEST)]
    assert _run(command) == ANSWER


def test_buf_curl_decides_a_cycle_with_the_contract_in_a_file(server: Address) -> None:
    assert _buf_curl(server.calls, "--schema", str(contract.DESCRIPTOR_SET)) == ANSWER


@pytest.mark.parametrize("version", ["grpc-v1", "grpc-v1alpha"])
def test_buf_curl_decides_a_cycle_by_reflection(server: Address, version: str) -> None:
    assert _buf_curl(server.calls, "--reflect", "--reflect-protocol", version) == ANSWER


def test_buf_curl_lists_the_services_by_reflection(server: Address) -> None:
    listed = _run([*_buf(), "--list-services", _url(server.admin)])
    assert "fairlead.v1.AllocationService" in listed.split()


def _buf() -> list[str]:
    beside_python = Path(sys.executable).with_name("buf")
    buf = str(beside_python) if beside_python.exists() else shutil.which("buf")
    if buf is None:
        pytest.skip("buf is not installed")
    return [buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge"]


def _buf_curl(address: str, *schema: str) -> str:
    method = f"{_url(address)}/fairlead.v1.AllocationService/SolveAllocation"
    decision = json.loads(_run([*_buf(), *schema, "-d", f"@{REQUEST}", method]))["decision"]
    given = [f"{line['line']}={line['confirmedQuantity']}" for line in decision["lines"]]
    return " ".join([decision["status"], decision["objectiveMicros"], *given])


def _url(address: str) -> str:
    return f"http://{address}"


def _skip_without(missing: list[str]) -> None:
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def _protoc(*options: str) -> None:
    """Compile the contract as it ships with the distribution's protoc."""
    own = [f"fairlead/v1/{path.name}" for path in sorted((CONTRACT / "v1").glob("*.proto"))]
    _run(["protoc", *(f"-I{folder}" for folder in contract.include_paths()), *options, *own])


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Standard output of a command that must succeed, without the last newline."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=environment
    )
    assert done.returncode == 0, f"{command[:3]}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()
