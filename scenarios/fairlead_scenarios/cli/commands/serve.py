"""`fairlead serve`: start the server, in place of this process."""

from __future__ import annotations

import os
import sys

import typer


def serve(context: typer.Context) -> None:
    """Start the server. All options are the server's: `fairlead serve --help`.

    The server takes this process's place, so that signals reach it.
    """
    os.execv(sys.executable, [sys.executable, "-m", "fairlead_server", *context.args])
