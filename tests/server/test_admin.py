"""Addresses, certificates, health, reflection and metrics: what operators rely on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from fairlead.v1 import allocation_service_pb2_grpc
from fairlead_server.foundation.settings import Settings
from fairlead_server.health import serving
from fairlead_server.serve import SERVICES
from fairlead_server.transport.reflection import NAMES

from .cycles import easy, request
from .live import Live, live
from .metrics import value

SERVING = health_pb2.HealthCheckResponse.SERVING


def checked(target: str) -> int:
    command = [sys.executable, "-m", "fairlead_server.health", target]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_every_service_is_healthy_by_name_on_both_ports(server: Live) -> None:
    for target in (server.target, server.admin):
        with grpc.insecure_channel(target) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            for service in ("", *SERVICES):
                answer = stub.Check(health_pb2.HealthCheckRequest(service=service))
                assert answer.status == SERVING


def test_the_health_command_tells_a_server_from_none(server: Live) -> None:
    assert checked(server.target) == 0
    assert checked("127.0.0.1:1") == 1
    assert checked("") == 1


def test_reflection_is_on_both_ports_with_every_file_that_the_services_need(server: Live) -> None:
    for target in (server.target, server.admin):
        with grpc.insecure_channel(target) as channel:
            reflected = ProtoReflectionDescriptorDatabase(channel)
            assert set(SERVICES) <= set(reflected.get_services())
            pool = DescriptorPool(reflected)
            for name in SERVICES:
                assert pool.FindServiceByName(name).methods


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_both_versions_of_reflection_list_themselves_and_every_service(
    server: Live, version: str
) -> None:
    path = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
    ask = server.channel.stream_stream(
        path,
        reflection_pb2.ServerReflectionRequest.SerializeToString,
        reflection_pb2.ServerReflectionResponse.FromString,
    )
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = ask(iter([question]), timeout=30)
    listed = {service.name for service in answer.list_services_response.service}
    assert {*SERVICES, *NAMES} <= listed


def test_calls_are_counted_by_method_and_code_and_solves_by_status(server: Live) -> None:
    method = "/fairlead.v1.AllocationService/SolveAllocation"
    fine = {"method": method, "code": "OK"}
    wrong = {"method": method, "code": "INVALID_ARGUMENT"}
    optimal = {"status": "DECISION_STATUS_OPTIMAL"}
    before = [
        value(server, "fairlead_calls_total", **fine),
        value(server, "fairlead_calls_total", **wrong),
        value(server, "fairlead_solves_total", **optimal),
        value(server, "fairlead_call_seconds_count", method=method),
    ]
    server.allocation.SolveAllocation(request(easy()))
    with pytest.raises(grpc.RpcError):
        server.allocation.SolveAllocation(request())
    after = [
        value(server, "fairlead_calls_total", **fine),
        value(server, "fairlead_calls_total", **wrong),
        value(server, "fairlead_solves_total", **optimal),
        value(server, "fairlead_call_seconds_count", method=method),
    ]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1, 2]


def test_without_tls_only_loopback_is_bound() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "fairlead.example"):
        with pytest.raises(ValueError, match="without TLS the server binds loopback only"):
            Settings(host=host)
        with pytest.raises(ValueError, match="loopback"):
            Settings(admin_host=host)
    assert Settings(host="localhost").tls is None


def test_senseless_settings_are_refused_by_name() -> None:
    for wrong in ({"workers": 0}, {"port": 70_000}, {"no_such": 1}, {"tls_key": "k"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Settings(**wrong)


def test_flags_come_before_the_environment() -> None:
    environment = {"FAIRLEAD_WORKERS": "3", "FAIRLEAD_PORT": "9000", "OTHER": "x"}
    settings = Settings.load(environment, port=9001, workers=None)
    assert (settings.workers, settings.port) == (3, 9001)


def test_a_wrong_flag_ends_with_code_2_and_its_name() -> None:
    command = [sys.executable, "-m", "fairlead_server", "--workers", "none"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "workers" in ended.stderr


def test_a_port_in_use_is_refused_not_shared(server: Live, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fairlead_server", "--port", str(server.ports["port"])]
    command += ["--admin-port", "0", "--metrics-port", "0", "--database", str(tmp_path / "f.db")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "cannot listen" in ended.stderr


def test_bug_a_ready_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fairlead_server", "--port", "0", "--admin-port", "0"]
    command += ["--metrics-port", "0", "--workers", "1", "--database", ":memory:"]
    command += ["--ready-file", str(tmp_path / "none" / "ready.json")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "the ready file cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr


class Authority:
    """A certificate authority for one test, made by the openssl command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cert, self._key = folder / "ca.pem", folder / "ca.key"
        self._openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ca"),
            *("-keyout", str(self._key), "-out", str(self.cert)),
        )

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key for localhost."""
        cert, key, ask = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
        extension = self.folder / "san.txt"
        extension.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
            *("-keyout", str(key), "-out", str(ask)),
        )
        self._openssl(
            *("x509", "-req", "-in", str(ask), "-CA", str(self.cert), "-CAkey", str(self._key)),
            *("-CAcreateserial", "-days", "2", "-extfile", str(extension), "-out", str(cert)),
        )
        return cert, key

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Skipped where openssl is not installed."""
    try:
        return Authority(tmp_path)
    except FileNotFoundError:
        pytest.skip("the openssl command is not installed")


def solve(channel: grpc.Channel) -> bool:
    stub = allocation_service_pb2_grpc.AllocationServiceStub(channel)
    return bool(stub.SolveAllocation(request(easy()), timeout=30).decision.lines)


def test_tls_is_spoken_where_certificates_are_given(tmp_path: Path, authority: Authority) -> None:
    cert, key = authority.issue("server")
    flags = ("--tls-cert", str(cert), "--tls-key", str(key), "--host", "0.0.0.0")
    with live(tmp_path, *flags) as server:
        target = f"localhost:{server.ports['port']}"
        trusted = grpc.ssl_channel_credentials(authority.cert.read_bytes())
        with grpc.secure_channel(target, trusted) as channel:
            assert solve(channel)
        with grpc.insecure_channel(target) as channel, pytest.raises(grpc.RpcError):
            solve(channel)
        # a health check on this machine needs no certificate
        assert serving(f"127.0.0.1:{server.ports['admin_port']}")


def test_a_client_without_a_certificate_is_refused_where_one_is_asked_for(
    tmp_path: Path, authority: Authority
) -> None:
    cert, key = authority.issue("server")
    flags = ("--tls-cert", str(cert), "--tls-key", str(key))
    with live(tmp_path, *flags, "--tls-client-ca", str(authority.cert)) as server:
        target = f"localhost:{server.ports['port']}"
        anonymous = grpc.ssl_channel_credentials(authority.cert.read_bytes())
        with grpc.secure_channel(target, anonymous) as channel, pytest.raises(grpc.RpcError):
            solve(channel)
        own_cert, own_key = authority.issue("client")
        known = grpc.ssl_channel_credentials(
            authority.cert.read_bytes(), own_key.read_bytes(), own_cert.read_bytes()
        )
        with grpc.secure_channel(target, known) as channel:
            assert solve(channel)
