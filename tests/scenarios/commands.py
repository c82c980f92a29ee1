"""Calls the command as a user does, in this process."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from fairlead_scenarios.cli.main import app

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"


def fairlead(*arguments: str | Path) -> Result:
    """`fairlead …` with its exit code, output and errors."""
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "120"})
