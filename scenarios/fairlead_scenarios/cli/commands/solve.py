"""`fairlead solve`: decide a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...terminal.exit_codes import Exit, command, exit_of
from ...terminal.terminal import terminal
from .options import (
    AsJson,
    Certificates,
    ClusterAddress,
    EngineName,
    Gap,
    IntakeName,
    MemoryLimit,
    ScenarioPath,
    Seed,
    ServerAddress,
    TimeLimit,
    Workers,
    is_quarantine,
    limit_bytes,
    server_of,
)


@command
def solve(
    path: ScenarioPath,
    json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the decision, lines.csv and report.html here.")
    ] = None,
    server: ServerAddress = None,
    ca: Certificates = None,
    engine: EngineName = "auto",
    gap: Gap = None,
    time_limit: TimeLimit = None,
    seed: Seed = None,
    intake: IntakeName = "refuse",
    workers: Workers = 1,
    memory_limit: MemoryLimit = None,
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
    from ...files.decision_file import MANY_LINES, is_many
    from ...files.scenario import read_scenario
    from ...presenting.decision import SHOWN, show_decision, times_of
    from ...presenting.report import as_json, write_decision, written_to
    from ...running.load_decision import decided
    from ...running.solve_arguments import Asking
    from ...spelling.yaml_documents import refuse

    if server is not None and cluster is not None:
        raise refuse("--cluster", cluster, "a server has a cluster of its own: `serve --cluster`")
    asking = Asking(
        *(engine, gap, time_limit, seed, workers),
        memory_bytes=limit_bytes(memory_limit),
        cluster=cluster,
        start=start,
        keep=keep,
        quarantine=is_quarantine(intake),
    )
    scenario = read_scenario(path)
    if json and is_many(scenario.cycle):
        raise refuse("--json", path, f"at most {MANY_LINES:,} lines; with --out they are written")
    found = decided(scenario, asking, server_of(server, ca), quiet=json or terminal().quiet)
    if keep is not None and not keep.stat().st_size:
        terminal().note(f"{keep}: this solve used no prices and left nothing to start from")
    shown = found.shown(SHOWN) if out is None else write_decision(found, out, scenario.name)
    if json:
        typer.echo(as_json(shown))
    else:
        show_decision(terminal().out(), shown, scenario.name)
    if not json:  # which has them
        terminal().note(times_of(shown.solve))
    if out is not None:
        terminal().note(written_to(out))
    return exit_of(shown)
