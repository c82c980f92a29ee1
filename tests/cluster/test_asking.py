"""A cluster asked for by command and by server: used, or one clear error."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import allocation_service_pb2
from fairlead_scenarios.recipe.generator import Recipe
from tests.cluster.conftest import NO_RAY
from tests.cluster.nodes import Nodes
from tests.house.tree import ROOT
from tests.scenarios.commands import fairlead
from tests.server.live import Live, details, live

LINES = 1500
SOURCES = ("proto", "solver", "server", "scenarios")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    folder = tmp_path / "cycle"
    folder.mkdir()
    text = f"seed: 5\nlines: {LINES}\ncapacity_tightness: 0.8\ncontracts_per_line: 0.01\n"
    (folder / "recipe.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def silent() -> Iterator[str]:
    """An address at which a program listens that is no Ray cluster: it says nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def closed() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def solved(scenario: Path, *flags: str) -> dict[str, Any]:
    done = fairlead("solve", scenario, "--json", "--gap", "0.001", *flags)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("address", ["nonsense", "host:", ":1", "h:0", "h:99999", "ray://h:1", ""])
def test_a_malformed_address_is_refused_and_nothing_is_solved(scenario: Path, address: str) -> None:
    done = fairlead("solve", scenario, "--cluster", address)
    assert done.exit_code == 2
    assert "not HOST:PORT" in done.stderr
    assert not done.stdout


def test_a_cluster_is_refused_for_a_server_and_for_the_reference(scenario: Path) -> None:
    for flags in (("--server", "127.0.0.1:1"), ("--engine", "pyomo:highs")):
        done = fairlead("solve", scenario, "--cluster", "127.0.0.1:1", *flags)
        assert done.exit_code == 2
        assert "--cluster" in done.stderr


def test_an_address_nobody_answers_at_is_one_clear_error(scenario: Path) -> None:
    pytest.importorskip("ray", reason=NO_RAY)
    address = closed()
    done = fairlead("solve", scenario, "--cluster", address)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"cluster {address}: cannot be reached")
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


def test_a_program_that_is_no_cluster_is_told_apart(scenario: Path, silent: str) -> None:
    pytest.importorskip("ray", reason=NO_RAY)
    done = fairlead("solve", scenario, "--cluster", silent)
    assert done.exit_code == 1
    assert f"cluster {silent}: cannot be reached" in done.stderr


def test_without_the_extra_the_error_says_how_to_install_it(scenario: Path, tmp_path: Path) -> None:
    """With all of this environment's packages but Ray."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for entry in Path(pytest.__file__).parent.parent.iterdir():
        if not entry.name.startswith("ray"):
            (packages / entry.name).symlink_to(entry)
    path = os.pathsep.join([*(str(ROOT / source) for source in SOURCES), str(packages)])
    command = [sys.executable, "-S", "-m", "fairlead_scenarios", "solve", str(scenario)]
    environment = {**os.environ, "PYTHONPATH": path}
    for flags, code, words in (
        (["--cluster", "127.0.0.1:6379"], 2, "pip install 'fairlead[ray]'"),
        ([], 0, ""),
    ):
        done = subprocess.run(
            [*command, *flags], env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == code, done.stderr
        assert words in done.stderr


@pytest.mark.slow
def test_the_command_decides_the_same_on_a_cluster(scenario: Path, nodes: Nodes) -> None:
    here, there = solved(scenario), solved(scenario, "--cluster", nodes.address)
    assert there["digest"]
    for name in ("digest", "objectiveMicros", "boundMicros"):
        assert there[name] == here[name]


@pytest.mark.slow
def test_the_benchmark_measures_a_cluster(tmp_path: Path, nodes: Nodes) -> None:
    file = tmp_path / "bench.json"
    asked = ("bench", "--lines", str(LINES), "--engines", "fairlead", "--json", file)
    found = []
    for flags in ((), ("--cluster", nodes.address)):
        done = fairlead(*asked, *flags)
        assert done.exit_code == 0, done.output
        document = json.loads(file.read_text(encoding="utf-8"))
        found.append(document["runs"][0])
        assert document["asked"]["cluster"] == (flags[1] if flags else None)
    assert found[0]["objective"] == found[1]["objective"]
    assert found[0]["bound"] == found[1]["bound"]
    done = fairlead(*asked, "--cluster", closed())
    assert done.exit_code == 1
    assert "cannot be reached" in json.loads(file.read_text())["runs"][0]["note"]


@pytest.mark.slow
def test_a_server_whose_cluster_is_away_says_so_and_decides_once_it_is_back(
    tmp_path: Path, unstarted: Nodes
) -> None:
    recipe = Recipe(seed=5, lines=LINES, capacity_tightness=0.8, contracts_per_line=0.01)
    small = Recipe(seed=5, lines=10)

    def ask(server: Live, of: Recipe, name: str) -> allocation_service_pb2.SolveAllocationResponse:
        request = allocation_service_pb2.SolveAllocationRequest(
            parent="tenants/demo", request_id=name, cycle=of.cycle(), policy=of.policy()
        )
        answer: allocation_service_pb2.SolveAllocationResponse = server.allocation.SolveAllocation(
            request, timeout=120
        )
        return answer

    with live(tmp_path, "--cluster", unstarted.address) as server:
        assert ask(server, small, "small").decision.digest
        with pytest.raises(grpc.RpcError) as failed:
            ask(server, recipe, "large")
        code, reason, _ = details(failed.value)
        assert (code, reason) == (grpc.StatusCode.UNAVAILABLE, "CLUSTER_UNAVAILABLE")
        unstarted.head(processors=2)
        there = ask(server, recipe, "large").decision
    alone = tmp_path / "alone"
    alone.mkdir()
    with live(alone) as server:
        here = ask(server, recipe, "large").decision
    assert there.digest == here.digest
    assert there.objective_micros == here.objective_micros
    assert there.bound_micros == here.bound_micros


def test_a_server_refuses_to_start_with_a_malformed_address(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not HOST:PORT"):
        Live(tmp_path, "--cluster", "nonsense")
