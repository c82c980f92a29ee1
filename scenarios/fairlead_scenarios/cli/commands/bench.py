"""`fairlead bench`: the service's solve beside whole engines, on the same cycles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ...benchmarking.parameters import with_recipe
from ...benchmarking.task import Contender
from ...terminal.exit_codes import Exit, command
from .options import ClusterAddress, Workers

MOST_LINES = 5_000_000
SIZES = "1000,5000"
NAMES = tuple(contender.value for contender in Contender)


def _bench(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]…", help="Scenario folders or cycle files: own cycles."),
    ] = None,
    lines: Annotated[
        str | None, typer.Option(metavar="N,…", help=f"Sizes.  [default: {SIZES}]")
    ] = None,
    engines: Annotated[
        str, typer.Option(metavar="NAME,…", help=f"Who is measured: {', '.join(NAMES)}.")
    ] = "fairlead,highs",
    gap: Annotated[float, typer.Option(min=0, help="Stop when proven within this share.")] = 1e-3,
    time_limit: Annotated[float, typer.Option(min=0, help="Seconds for each run.")] = 60.0,
    workers: Workers = 1,
    cluster: ClusterAddress = None,
    whole_up_to: Annotated[
        int, typer.Option(min=0, metavar="LINES", help="Larger cycles get no whole engines.")
    ] = MOST_LINES,
    memory_limit: Annotated[
        float | None, typer.Option(min=0, help="GiB of a run; above, it is ended.")
    ] = None,
    seeds: Annotated[
        str, typer.Option(metavar="N,…", help="Seeds of generated cycles; one cycle for each.")
    ] = "",
    repeats: Annotated[int, typer.Option(min=1, help="Runs of every engine on a cycle.")] = 1,
    mps: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each cycle's program here as MPS.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write figures here.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="A .svg or .png.")] = None,
    again: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show these figures; measure nothing.")
    ] = None,
    load: Annotated[
        int, typer.Option(min=0, metavar="CALLS", help="Calls to a real server, for each row.")
    ] = 0,
    load_seconds: Annotated[float, typer.Option(min=0, help="At most, for each row.")] = 30.0,
    load_lines: Annotated[int, typer.Option(min=1, help="Lines of each order called.")] = 10,
    clients: Annotated[str, typer.Option(metavar="N,…", help="Calling at the same time.")] = "1,4",
    levels: Annotated[
        str, typer.Option(metavar="LEVEL,…", help="How much is explained.")
    ] = "none,exact,full",
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A recipe; options win over it.")
    ] = None,
    *,
    given: dict[str, Any],
) -> Exit:
    """Measure engines on generated cycles or on your own, each run in a process of its own.

    [b]fairlead[/] is the service's own solve, [b]service[/] the whole call with reading, checks,
    explanation and encoding, [b]warm_start[/] the next cycle, 1 % of it changed, from what this one
    left; [b]highs, scip, cp_sat, pyomo[/] solve the whole model in one call; [b]cold_pass[/] and
    [b]codec[/] are the floors no method and no program can go below.

    With --load, small orders are sent to a real server on loopback; unless sizes are asked for as
    well, nothing else is measured.

    Exit code 1: a run failed or had to be ended, or a call failed. 2: bad input.
    """
    from ...benchmarking.session import BenchRequest, run_session

    return run_session(
        BenchRequest(
            paths=tuple(paths or ()),
            sizes=lines or "",
            default_sizes=SIZES,
            seeds=seeds,
            repeats=repeats,
            engines=engines,
            gap=gap,
            time_limit=time_limit,
            workers=workers,
            cluster=cluster,
            whole_up_to=whole_up_to,
            memory_limit_gib=memory_limit,
            mps=mps,
            json=json,
            plot=plot,
            again=again,
            load=load,
            load_seconds=load_seconds,
            load_lines=load_lines,
            clients=clients,
            levels=levels,
            recipe=recipe,
            given=given,
        )
    )


bench = command(with_recipe(_bench, leave_out=("lines",)))
