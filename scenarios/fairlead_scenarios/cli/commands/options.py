"""Arguments and options that commands share. Imports nothing heavy: `--help` needs them."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ...running.remote import Server

ENGINES = "auto|highs|scip|cp_sat|pyomo:highs"

ScenarioPath = Annotated[
    Path, typer.Argument(metavar="PATH", help="A scenario folder or a cycle file.")
]
DecisionPath = Annotated[
    Path,
    typer.Argument(metavar="DECISION|PATH", help="A decision's file, or a scenario to decide."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON of the contract instead.")]
ServerAddress = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Let this server decide.")
]
Certificates = Annotated[
    Path | None,
    typer.Option(envvar="FAIRLEAD_TLS_CA", metavar="FILE", help="PEM; set: speak TLS to it."),
]
EngineName = Annotated[str, typer.Option(metavar=ENGINES, help="Who solves.")]
Gap = Annotated[float | None, typer.Option(help="Stop when proven within this share.")]
TimeLimit = Annotated[float | None, typer.Option(help="Stop after so many seconds.")]
Seed = Annotated[int | None, typer.Option(help="Seed of the engine.")]
ClusterAddress = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Share the work over the Ray cluster of this head."),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes; never changes the decision.")]
MemoryLimit = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="GIB",
        help="Refuse a cycle estimated to take more; 0: none. Default: 90 % of what is available.",
    ),
]


IntakeName = Annotated[
    str,
    typer.Option(
        metavar="refuse|quarantine",
        help="Rows that break a rule: refuse the cycle, or leave them out and list them.",
    ),
]


def is_quarantine(intake: str) -> bool:
    """Whether rows that break a rule are left out. Raises InvalidInput for another word."""
    from ...spelling.yaml_documents import refuse

    if intake not in ("refuse", "quarantine"):
        raise refuse("--intake", intake, "one of refuse, quarantine")
    return intake == "quarantine"


def limit_bytes(gib: float | None) -> float | None:
    """The memory limit asked for, in bytes; None: the default."""
    return None if gib is None else gib * 2**30 or inf


def server_of(address: str | None, ca: Path | None) -> Server | None:
    """The server asked for, if any."""
    from ...running.remote import Server

    return None if address is None else Server(address, ca)
