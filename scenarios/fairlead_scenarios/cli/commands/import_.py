"""`fairlead import`: ERP tables into a scenario."""

from __future__ import annotations

import json as encoder
from pathlib import Path
from typing import Annotated

import typer

from ...terminal.exit_codes import Exit, command
from .options import AsJson, IntakeName, is_quarantine

SHOWN = 20  # faults of rows that were left out


@command
def import_(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="The folder of CSV files.")],
    mapping: Annotated[
        str, typer.Option(metavar="FILE|adventureworks|esups", help="How tables become a cycle.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The scenario folder to write.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the mapping."),
    ] = None,
    intake: IntakeName = "quarantine",
    json: AsJson = False,
) -> Exit:
    """Turn the tables of an ERP into a scenario folder that `fairlead solve` takes."""
    from ...importing.importer import import_cycle, write_scenario
    from ...importing.mapping import Mapping
    from ...spelling.planner_words import count

    parameters, quarantine = _parameters(set_ or []), is_quarantine(intake)
    found = import_cycle(source, Mapping.find(mapping), parameters, quarantine=quarantine)
    write_scenario(found, out)
    if json:
        rows = {name: len(table) for name, table in found.tables.items()}
        faults = [str(finding) for finding in found.left_out.findings]
        answer = {"written": str(out), "rows": rows, "left_out": found.left_out.count}
        typer.echo(encoder.dumps({**answer, "faults": faults}))
        return Exit.OK
    sizes = ", ".join(f"{count(len(rows))} {name}" for name, rows in found.tables.items())
    typer.echo(f"{out}: {sizes}")
    if found.left_out.count:
        told = [f"  {finding}" for finding in found.left_out.findings[:SHOWN]]
        typer.echo("\n".join([f"rows left out: {count(found.left_out.count)}", *told]))
    return Exit.OK


def _parameters(given: list[str]) -> dict[str, str]:
    from ...spelling.yaml_documents import refuse

    wrong = [word for word in given if "=" not in word]
    if wrong:
        raise refuse("--set", wrong[0], "NAME=VALUE")
    return dict(word.split("=", 1) for word in given)
