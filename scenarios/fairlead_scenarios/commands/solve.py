"""`fairlead solve`: decide a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..asking import Asking
from ..deciding import decide
from ..documents import refuse
from ..exits import Exit, command, exit_of
from ..report import as_json, write_decision
from ..scenario import read_scenario
from ..screen.decision import show_decision
from .options import (
    AsJson,
    Certificates,
    ClusterAddress,
    EngineName,
    Gap,
    ScenarioPath,
    Seed,
    ServerAddress,
    TimeLimit,
    Workers,
    server_of,
)


@command
def solve(
    path: ScenarioPath,
    json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(help="Write decision.json, lines.csv and report.html here.")
    ] = None,
    server: ServerAddress = None,
    ca: Certificates = None,
    engine: EngineName = "auto",
    gap: Gap = None,
    time_limit: TimeLimit = None,
    seed: Seed = None,
    workers: Workers = 1,
    cluster: ClusterAddress = None,
    start: Annotated[
        str,
        typer.Option(
            metavar="FILE|DECISION",
            help="Start from the last cycle: a --keep file, or with --server a decision's name.",
        ),
    ] = "",
    keep: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep here what the next cycle starts from.")
    ] = None,
) -> Exit:
    """Decide a scenario and show what was decided and why.

    Exit code 0: decided. 2: bad input. 3: no plan (rules conflict, or the limit came first).
    """
    if server is not None and cluster is not None:
        raise refuse("--cluster", cluster, "a server has a cluster of its own: `serve --cluster`")
    asking = Asking(engine, gap, time_limit, seed, workers, cluster=cluster, start=start, keep=keep)
    scenario = read_scenario(path)
    decision = decide(scenario, asking, server_of(server, ca), quiet=json)
    if keep is not None and not keep.stat().st_size:
        typer.echo(f"{keep}: this solve used no prices and left nothing to start from", err=True)
    if out is not None:
        write_decision(decision, out, scenario.name)
    if json:
        typer.echo(as_json(decision))
    else:
        show_decision(Console(), decision, scenario.name)
    return exit_of(decision)
