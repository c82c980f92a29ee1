"""What every command has in common: help, versions, quiet, colours, JSON errors, a config file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fairlead_scenarios.cli.commands.options import ENGINES as SHOWN_ENGINES
from fairlead_scenarios.cli.main import COMMANDS
from fairlead_scenarios.running.solve_arguments import ENGINES
from fairlead_verifier.trials.trial_scope import LARGE
from tests.scenarios.commands import LIBRARY, fairlead

SHORT = LIBRARY / "02_supply_short"
HEAVY = ("numpy", "ortools", "google.protobuf", "grpc", "yaml")
OWN_OPTIONS = [command.name for command in COMMANDS if not command.passed_on]
QUIET_COMMANDS = [name for name in OWN_OPTIONS if name not in ("version", "bench")]


def run_in_a_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["", *OWN_OPTIONS])
def test_help_imports_neither_engines_nor_the_contract(name: str) -> None:
    code = f"""
import sys
from typer.testing import CliRunner
from fairlead_scenarios.cli.main import app
done = CliRunner().invoke(app, {[*filter(None, [name]), "--help"]!r})
assert done.exit_code == 0, done.output
print([m for m in {HEAVY!r} if m in sys.modules])
"""
    assert run_in_a_process(code).strip() == "[]"


@pytest.mark.parametrize("name", OWN_OPTIONS)
def test_h_is_help_for_every_command(name: str) -> None:
    short, long = fairlead(name, "-h"), fairlead(name, "--help")
    assert short.exit_code == 0 and "Usage" in short.stdout
    assert short.stdout == long.stdout


def test_a_command_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    done = fairlead("slove", SHORT)
    assert done.exit_code == 2
    assert "solve" in done.stderr


def test_options_that_are_spelled_out_for_help_are_those_of_the_code() -> None:
    from fairlead_scenarios.cli.commands import verify_explanations

    assert tuple(SHOWN_ENGINES.split("|")) == ENGINES
    assert verify_explanations.LARGE == LARGE


def test_version_is_an_option_too() -> None:
    assert fairlead("--version").stdout == fairlead("version").stdout
    assert json.loads(fairlead("version", "--json").stdout)["fairlead"]


@pytest.mark.parametrize("name", QUIET_COMMANDS)
def test_every_command_takes_quiet_no_color_and_json(name: str) -> None:
    shown = fairlead(name, "--help").stdout
    for option in ("--quiet", "--no-color", "--json"):
        assert option in shown


def test_quiet_silences_remarks_before_and_after_the_command(tmp_path: Path) -> None:
    said = fairlead("solve", SHORT, "--out", tmp_path)
    assert f"wrote decision.json, lines.csv, report.html to {tmp_path}" in said.stderr
    for arguments in (("-q", "solve", SHORT), ("solve", SHORT, "--quiet")):
        done = fairlead(*arguments, "--out", tmp_path)
        assert done.stdout == said.stdout and not done.stderr


def test_quiet_does_not_silence_errors() -> None:
    assert "no/such/folder" in fairlead("solve", "no/such/folder", "--quiet").stderr


def test_errors_are_json_where_json_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "cycle.yaml"
    cycle = (SHORT / "cycle.yaml").read_text(encoding="utf-8")
    file.write_text(cycle.replace("quantity: 20", "quantity: -5"), encoding="utf-8")
    done = fairlead("solve", file, "--json")
    assert done.exit_code == 2 and not done.stdout
    (error,) = json.loads(done.stderr)["errors"]
    assert error["value"] == "-5" and error["path"] and error["message"]


def test_check_and_export_answer_as_json_too(tmp_path: Path) -> None:
    assert json.loads(fairlead("check", SHORT, "--json").stdout) == {"holds": True, "faults": []}
    file = tmp_path / "model.mps"
    done = fairlead("export-mps", SHORT, "--out", file, "--json")
    assert json.loads(done.stdout) == {"written": str(file)}


def test_a_config_file_gives_defaults_and_the_command_line_wins(tmp_path: Path) -> None:
    config = tmp_path / "fairlead.toml"
    config.write_text("[solve]\nseed = 7\njson = true\ntime-limit = 50\n", encoding="utf-8")
    record = json.loads(fairlead("--config", config, "solve", SHORT).stdout)["solve"]
    assert record["seed"] == "7"
    record = json.loads(fairlead("--config", config, "solve", SHORT, "--seed", "9").stdout)["solve"]
    assert record["seed"] == "9"


def test_a_config_file_here_is_used_without_being_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fairlead.toml").write_text("[solve]\njson = true\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert json.loads(fairlead("solve", SHORT).stdout)["inputDigest"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[slove]\n", "[slove] is no command: did you mean solve?"),
        ("[solve]\ngpa = 1\n", "gpa is no option: did you mean gap?"),
        ("solve = 3\n", "a table of options is wanted"),
        ("[solve\n", "line 1"),
        ("[solve]\nhelp = true\n", "help is no option"),
        ('[solve]\ngap = "much"\n', "--gap"),
    ],
)
def test_a_bad_config_file_is_one_message_with_exit_code_2(
    tmp_path: Path, text: str, words: str
) -> None:
    config = tmp_path / "mine.toml"
    config.write_text(text, encoding="utf-8")
    done = fairlead("--config", config, "solve", SHORT)
    assert done.exit_code == 2
    assert words in done.stderr and "Traceback" not in done.output


def test_a_config_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = fairlead("--config", tmp_path / "none.toml", "solve", SHORT)
    assert done.exit_code == 2 and "cannot be read" in done.stderr
