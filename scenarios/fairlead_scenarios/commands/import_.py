"""`fairlead import`: ERP tables into a scenario."""

from __future__ import annotations

import json as encoder
from pathlib import Path
from typing import Annotated

import typer

from ..exits import Exit, command
from .options import AsJson


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
    json: AsJson = False,
) -> Exit:
    """Turn the tables of an ERP into a scenario folder that `fairlead solve` takes."""
    from ..importing.importer import import_cycle, write_scenario
    from ..importing.mapping import Mapping
    from ..screen.words import count

    found = import_cycle(source, Mapping.find(mapping), _parameters(set_ or []))
    write_scenario(found, out)
    if json:
        rows = {name: len(table) for name, table in found.tables.items()}
        typer.echo(encoder.dumps({"written": str(out), "rows": rows}))
        return Exit.OK
    sizes = ", ".join(f"{count(len(rows))} {name}" for name, rows in found.tables.items())
    typer.echo(f"{out}: {sizes}")
    return Exit.OK


def _parameters(given: list[str]) -> dict[str, str]:
    from ..documents import refuse

    wrong = [word for word in given if "=" not in word]
    if wrong:
        raise refuse("--set", wrong[0], "NAME=VALUE")
    return dict(word.split("=", 1) for word in given)
