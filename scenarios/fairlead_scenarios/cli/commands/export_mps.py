"""`fairlead export-mps`: the model for another solver."""

from __future__ import annotations

import json as encoder
from pathlib import Path
from typing import Annotated

import typer

from ...terminal.exit_codes import Exit, command
from .options import AsJson, IntakeName, ScenarioPath, is_quarantine


@command
def export_mps(
    path: ScenarioPath,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The MPS file to write.")],
    intake: IntakeName = "refuse",
    json: AsJson = False,
) -> Exit:
    """Write the cycle's mixed-integer program as an MPS file (minimise: money, negated)."""
    from fairlead_solver.api.allocation import export_mps as mps_of

    from ...files.scenario import read_scenario
    from ...running.local import problem_of
    from ...spelling.yaml_documents import refuse

    problem = problem_of(read_scenario(path), quarantine=is_quarantine(intake))
    try:
        text = mps_of(problem)
    except ValueError as error:
        raise refuse("policy.tier_mode", problem.policy.tier_mode.name, str(error)) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    typer.echo(encoder.dumps({"written": str(out)}) if json else f"wrote {out}")
    return Exit.OK
