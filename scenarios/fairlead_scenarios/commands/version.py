"""`fairlead version`."""

from __future__ import annotations

import importlib.metadata
import platform

import typer


def version() -> None:
    """Print the versions of Fairlead, its engines' library and Python."""
    for name in ("fairlead", "ortools"):
        typer.echo(f"{name} {importlib.metadata.version(name)}")
    typer.echo(f"python {platform.python_version()}")
