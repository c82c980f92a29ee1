"""`fairlead check`: compute a decision again, without a solver."""

from __future__ import annotations

import json as encoder
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ...terminal.exit_codes import Exit, command
from ...terminal.terminal import terminal
from .options import AsJson, DecisionPath, IntakeName, is_quarantine


@command
def check(
    path: DecisionPath,
    cycle: Annotated[
        Path | None, typer.Option(help="The scenario or cycle the decision was made from.")
    ] = None,
    intake: IntakeName = "refuse",
    json: AsJson = False,
) -> Exit:
    """Check that a decision keeps every rule and that all its sums are right.

    Exit code 0: all of it holds. 1: something does not. 2: bad input.
    """
    from ...files.scenario import read_scenario
    from ...running.decision_check import faults_of, under_its_policy
    from ...running.load_decision import decided, decided_at
    from ...running.local import problem_decided
    from ...running.solve_arguments import Asking
    from ...spelling.planner_words import count, parts, worth_of
    from ...spelling.yaml_documents import refuse

    found = decided_at(path)
    if found is None:
        scenario = read_scenario(path)
        found = decided(scenario, Asking(quarantine=is_quarantine(intake)), None)
    elif cycle is None:
        raise refuse("--cycle", path, "the cycle this decision was made from")
    else:
        scenario = under_its_policy(read_scenario(cycle), found.message)
    decision, name = found.message, scenario.name
    problem = problem_decided(scenario, decision)
    del scenario  # a large cycle is in the problem now
    console = terminal().out()
    faults = faults_of(problem, decision, found.lines())
    if json:
        typer.echo(encoder.dumps({"holds": not faults, "faults": [str(f) for f in faults]}))
        return Exit.ERROR if faults else Exit.OK
    for fault in faults:
        console.print(Text(str(fault)), soft_wrap=True)
    if faults:
        return Exit.ERROR
    lines, worth = count(decision.totals.lines), parts(worth_of(decision.terms), decision.currency)
    console.print(f"{name}: holds: {lines} lines, {worth}, every sum exact")
    return Exit.OK
