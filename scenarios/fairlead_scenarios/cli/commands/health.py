"""`fairlead health`: whether a server serves."""

from __future__ import annotations

import json as encoder
import subprocess
import sys
from typing import Annotated

import typer

from ...terminal.exit_codes import Exit, command
from .options import AsJson


@command
def health(
    server: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="The server's calls or admin port.")
    ] = "127.0.0.1:8585",
    json: AsJson = False,
) -> Exit:
    """Ask a server whether it serves. Exit code 0: it does."""
    done = subprocess.run([sys.executable, "-m", "fairlead_server.health", server], check=False)
    if json:
        typer.echo(encoder.dumps({"server": server, "serving": done.returncode == 0}))
    elif done.returncode == 0:
        typer.echo(f"{server} serves")
    return Exit.OK if done.returncode == 0 else Exit.ERROR
