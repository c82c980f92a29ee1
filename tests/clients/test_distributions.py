"""Two distributions share one package and no file; the one of the contract needs no solver."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.test_clients import ANSWER, HERE, REQUEST
from tests.house.tree import ROOT, tracked_files
from tests.serving import running_server

PROTO = ROOT / "proto"
SOLVER_ONLY = ("ortools", "numpy", "fairlead_solver", "fairlead_server", "fairlead.wire")


def run(*command: object, folder: Path = ROOT) -> str:
    """Standard output of a command that must succeed, started as on a clean machine."""
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=clean,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels by the name of the distribution."""
    folder = tmp_path_factory.mktemp("wheels")
    offline = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    run(sys.executable, "-m", "pip", "wheel", *offline, PROTO, ROOT)
    return {path.name.partition("-")[0]: path for path in folder.glob("*.whl")}


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_no_file_is_in_both_wheels_and_none_is_in_neither(wheels: dict[str, Path]) -> None:
    client, whole = names_in(wheels["fairlead_client"]), names_in(wheels["fairlead"])
    assert client & whole == set()
    package = PROTO / "fairlead"
    shared = {
        str(path.relative_to(PROTO)) for path in tracked_files() if path.is_relative_to(package)
    }
    assert {name for name in client | whole if name.startswith("fairlead/")} == shared
    assert {name for name in whole if name.startswith("fairlead/")} == {
        name for name in shared if name.startswith("fairlead/wire/")
    }


def test_the_wheel_of_the_contract_holds_all_that_other_languages_need(
    wheels: dict[str, Path],
) -> None:
    names = names_in(wheels["fairlead_client"])
    files = [*PROTO.glob("fairlead/v1/*.proto"), *PROTO.glob("fairlead/third_party/**/*.proto")]
    wanted = {str(path.relative_to(PROTO)) for path in files}
    wanted |= {"fairlead/v1/fairlead.binpb", "fairlead/v1/service_config.json", "fairlead/py.typed"}
    assert wanted <= names
    with zipfile.ZipFile(wheels["fairlead_client"]) as archive:
        licences = [name for name in archive.namelist() if name.endswith("LICENSE")]
    assert len(licences) >= 2


def test_both_have_one_version_and_the_service_needs_that_of_the_contract() -> None:
    whole, client = (
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for folder in (ROOT, PROTO)
    )
    assert whole["version"] == client["version"]
    assert f"fairlead-client=={client['version']}" in whole["dependencies"]
    heavy = ("ortools", "numpy", "scipy")
    assert not [need for need in client["dependencies"] if need.startswith(heavy)]


@pytest.fixture(scope="module")
def light_python(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the contract alone."""
    folder = tmp_path_factory.mktemp("light")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pins = ("--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt")
    command = [python, "-m", "pip", "install", *pins, wheels["fairlead_client"]]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"pip could not install what it needs: {done.stderr.strip()[-300:]}")
    return python


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("server")) as address:
        yield address.calls


def test_the_contract_alone_calls_a_server(light_python: Path, server: str, tmp_path: Path) -> None:
    client = HERE / "python/client.py"
    assert run(light_python, client, server, REQUEST, folder=tmp_path) == ANSWER


@pytest.mark.parametrize("module", SOLVER_ONLY)
def test_the_contract_alone_brings_no_solver(light_python: Path, module: str) -> None:
    script = f"import importlib.util as u; import fairlead.v1; print(u.find_spec({module!r}))"
    assert run(light_python, "-c", script, folder=light_python.parent) == "None"


def test_the_command_prints_where_the_protos_lie(light_python: Path) -> None:
    options = run(light_python, "-m", "fairlead.contract").split()
    folders = [Path(option.removeprefix("-I")) for option in options]
    assert (folders[0] / "fairlead/v1/allocation_service.proto").exists()
    assert (folders[1] / "google/longrunning/operations.proto").exists()
