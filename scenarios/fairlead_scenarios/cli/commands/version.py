"""`fairlead version`."""

from __future__ import annotations

import importlib.metadata
import json as encoder
import platform

import typer

from .options import AsJson


def version(json: AsJson = False) -> None:
    """Print the versions of Fairlead, OR-Tools and Python."""
    found = {name: importlib.metadata.version(name) for name in ("fairlead", "ortools")}
    found["python"] = platform.python_version()
    lines = [f"{name} {number}" for name, number in found.items()]
    typer.echo(encoder.dumps(found) if json else "\n".join(lines))
