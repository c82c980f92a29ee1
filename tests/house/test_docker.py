"""The image, without an engine: the Dockerfile is linted and its install steps are performed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.dockerfile import Stage, stages
from tests.house.tree import ROOT, tracked_files
from tests.serving import running_server

BUILD, RUN = stages(ROOT / "Dockerfile")
KNOWN = {
    *("FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE"),
    *("HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD", "LABEL"),
}


def test_both_stages_stand_on_the_same_pinned_glibc_base() -> None:
    assert BUILD.base == RUN.base
    image, _, tag = BUILD.base.partition(":")
    assert image == "python"
    assert "slim" in tag and "alpine" not in tag and "latest" not in tag


def test_only_known_instructions_stand_in_it_and_none_fetches_from_elsewhere() -> None:
    for stage in (BUILD, RUN):
        assert {step.name for step in stage.instructions} <= KNOWN  # ADD is not known
        assert not [step for step in stage.all("RUN") if "curl" in step or "wget" in step]


def test_the_running_stage_is_not_root_and_holds_no_sources() -> None:
    names = [step.name for step in RUN.instructions]
    assert RUN.all("USER")[-1] not in ("root", "0")
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "RUN" not in names[names.index("USER") :]
    assert all(copy.startswith("--from=build ") for copy in RUN.all("COPY"))


def test_the_commands_are_lists_so_that_signals_reach_the_server() -> None:
    assert json.loads(RUN.all("ENTRYPOINT")[-1]) == ["fairlead"]
    assert json.loads(RUN.all("CMD")[-1]) == ["serve"]
    assert RUN.all("STOPSIGNAL") == ["SIGTERM"]


def test_the_health_check_asks_the_address_the_server_listens_on() -> None:
    (check,) = RUN.all("HEALTHCHECK")
    command = json.loads(check[check.index("CMD ") + 4 :])
    assert command[:3] == ["python", "-m", "fairlead_server.health"]
    port = command[3].rpartition(":")[2]
    assert port in RUN.all("EXPOSE")[-1].split()


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {name.removeprefix("./") for copy in BUILD.all("COPY") for name in copy.split()[:-1]}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the build stage's own steps were performed; /opt lies in it."""
    root = tmp_path_factory.mktemp("image")
    source = root / "src"
    source.mkdir()
    _copy_sources(BUILD, source)
    for step in BUILD.all("RUN"):
        _call(step.replace("/opt/", f"{root}/opt/"), source)
    return root


@pytest.mark.slow
def test_the_wheels_ship_contract_library_and_migrations(image: Path) -> None:
    wheels = [*(image / "opt/wheel").glob("fairlead*.whl")]
    assert len(wheels) == 2
    names = {name for wheel in wheels for name in zipfile.ZipFile(wheel).namelist()}
    migrations = ROOT / "server"
    wanted = {
        str(path.relative_to(ROOT / "proto")) for path in (ROOT / "proto/fairlead").rglob("*.proto")
    }
    wanted |= {str(path.relative_to(migrations)) for path in migrations.rglob("versions/*.py")}
    wanted |= {
        "fairlead_scenarios/" + str(path.relative_to(ROOT / "scenarios"))
        for path in tracked_files()
        if path.is_relative_to(ROOT / "scenarios/library")
    }
    wanted |= {f"{name}/py.typed" for name in ("fairlead", "fairlead_solver", "fairlead_server")}
    assert not wanted - names, sorted(wanted - names)
    assert any("versions/" in name for name in wanted)


@pytest.mark.slow
def test_the_installed_command_helps_and_solves(image: Path, tmp_path: Path) -> None:
    """Away from the sources, with nothing but what the image holds."""
    binaries = image / "opt/fairlead/bin"
    assert "solve" in _call(f"{binaries}/fairlead --help", tmp_path)
    packages = next((image / "opt/fairlead/lib").glob("python3*/site-packages"))
    scenario = min((packages / "fairlead_scenarios/library").glob("[0-9]*"))
    out = _call(f"{binaries}/fairlead solve {scenario} --json 2>/dev/null", tmp_path)
    assert json.loads(out)["status"] == "DECISION_STATUS_OPTIMAL"


@pytest.mark.slow
def test_the_installed_server_serves_and_its_health_check_says_so(
    image: Path, tmp_path: Path
) -> None:
    python = image / "opt/fairlead/bin/python"
    with running_server(tmp_path, python=python) as server:
        _call(f"{python} -m fairlead_server.health {server.admin}", tmp_path)


def _copy_sources(stage: Stage, target: Path) -> None:
    """What the stage's COPY lines take, as far as git would have it there."""
    for copy in stage.all("COPY"):
        for name in copy.split()[:-1]:
            taken = [path for path in tracked_files() if path.is_relative_to(ROOT / name)]
            for path in taken:
                there = target / path.relative_to(ROOT)
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, there)


def _call(command: str, folder: Path) -> str:
    """Run one shell step as a clean machine would: no PYTHONPATH, none of the test's own paths."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL_ENV", "COV_"))
    }
    base = Path(sys.base_prefix) / "bin"
    clean["PATH"] = f"{base}{os.pathsep}{clean.get('PATH', '')}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command.replace("python -m venv", "python3 -m venv")],
        cwd=folder,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout
