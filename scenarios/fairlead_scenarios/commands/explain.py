"""`fairlead explain`: why lines are as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from google.protobuf import json_format
from rich.console import Console

from fairlead.v1 import decision_pb2

from ..asking import Asking
from ..deciding import decision_at
from ..documents import refuse
from ..exits import Exit, command, exit_of
from ..report import as_json
from ..screen.decision import short_lines
from ..screen.story import show_story
from ..screen.words import word
from .options import AsJson, Certificates, DecisionPath, EngineName, Gap, ServerAddress, server_of


@command
def explain(
    path: DecisionPath,
    line: Annotated[
        str | None, typer.Argument(metavar="[LINE]", help="One line; else all short ones.")
    ] = None,
    json: AsJson = False,
    server: ServerAddress = None,
    ca: Certificates = None,
    engine: EngineName = "auto",
    gap: Gap = None,
) -> Exit:
    """Tell the story of one line, or of every short line."""
    decision = decision_at(path, Asking(engine, gap), server_of(server, ca))
    chosen = _chosen(decision, line)
    if json:
        typer.echo(_json(chosen, single=line is not None))
        return exit_of(decision)
    console = Console()
    for number, one in enumerate(chosen):
        if number:
            console.rule(style="dim")
        show_story(console, one)
    if not chosen:
        found = "No line is short." if decision.lines else f"No plan: {word(decision, 'status')}."
        console.print(found)
    return exit_of(decision)


def _chosen(
    decision: decision_pb2.Decision, line: str | None
) -> Sequence[decision_pb2.DecisionLine]:
    if line is None:
        return short_lines(decision)
    found = [one for one in decision.lines if one.line == line]
    if not found:
        raise refuse("line", line, "a line of the decision")
    return found


def _json(lines: Sequence[decision_pb2.DecisionLine], *, single: bool) -> str:
    if single:
        return as_json(lines[0])
    whole = decision_pb2.Decision()
    whole.lines.extend(lines)
    return json_format.MessageToJson(whole, indent=2)
