"""How a process ends that an engine still works in: at once, once everything is written.

An engine that does not stop cannot be ended but with its process; a usual end would wait for it or
take the libraries away under it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

_SOLVER = "fairlead_solver.api.allocation"  # not imported here: `--help` needs no solver


class App(typer.Typer):
    """A command whose process ends with its answer."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, as the console script does."""
        try:
            return super().__call__(*args, **kwargs)
        except SystemExit as end:
            end_now_if_busy(end.code)
            raise


def end_now_if_busy(code: str | int | None = 0) -> None:
    """End this process with an exit code where work was left behind in it."""
    solver = sys.modules.get(_SOLVER)
    if solver is None or not solver.left_behind():
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
