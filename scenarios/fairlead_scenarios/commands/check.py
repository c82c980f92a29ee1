"""`fairlead check`: compute a decision again, without a solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..asking import Asking
from ..checking import faults_of, parse_decision, under_its_policy
from ..deciding import decide, is_decision
from ..documents import read_text, refuse
from ..exits import Exit, command
from ..local import problem_of
from ..scenario import read_scenario
from ..screen.words import count, money
from .options import DecisionPath


@command
def check(
    path: DecisionPath,
    cycle: Annotated[
        Path | None, typer.Option(help="The scenario or cycle the decision was made from.")
    ] = None,
) -> Exit:
    """Check that a decision keeps every rule and that all its sums are right.

    Exit code 0: all of it holds. 1: something does not. 2: bad input.
    """
    text = read_text(path) if path.is_file() and path.suffix == ".json" else ""
    if is_decision(text):
        if cycle is None:
            raise refuse("--cycle", path, "the cycle this decision was made from")
        decision = parse_decision(text)
        scenario = under_its_policy(read_scenario(cycle), decision)
    else:
        scenario = read_scenario(path)
        decision = decide(scenario, Asking(), None)
    console = Console()
    faults = faults_of(problem_of(scenario), decision)
    for fault in faults:
        console.print(Text(str(fault)), soft_wrap=True)
    if faults:
        return Exit.ERROR
    lines, objective = count(len(decision.lines)), money(decision.objective_micros)
    console.print(f"{scenario.name}: holds: {lines} lines, objective {objective}, every sum exact")
    return Exit.OK
