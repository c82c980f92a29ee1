"""How a command ends: exit codes, and what is said of an error."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer
from rich.console import Console
from rich.text import Text

from fairlead.v1 import decision_pb2
from fairlead_solver.api import ClusterError, ClusterLost, EngineError, InvalidInput

from .memory import ExceedsMemory
from .remote import Refused

P = ParamSpec("P")


class Exit(IntEnum):
    """Exit codes of the command."""

    OK = 0
    ERROR = 1  # of the server, the connection, or ours
    BAD_INPUT = 2
    NO_PLAN = 3  # infeasible, or stopped at a limit before a plan was found


def _say(console: Console, words: str) -> None:
    console.print(Text(words), soft_wrap=True)


def _told(error: InvalidInput) -> str:
    """Finding by finding, in the service's words."""
    told = [f"{f.path}: {f.id + ': ' if f.id else ''}{f.value!r}: {f.rule}" for f in error.findings]
    more = error.total - len(error.findings)
    return "\n".join([*told, *([f"… and {more} more"] if more else [])])


_WITH_PLAN = (decision_pb2.DECISION_STATUS_OPTIMAL, decision_pb2.DECISION_STATUS_FEASIBLE_LIMIT)


def exit_of(decision: decision_pb2.Decision) -> Exit:
    """The exit code a decision ends the command with."""
    return Exit.OK if decision.status in _WITH_PLAN else Exit.NO_PLAN


def command(run: Callable[P, Exit | None]) -> Callable[P, None]:
    """Run a command and end as its answer or error says: no traceback for what users can cause."""

    @functools.wraps(run)
    def ended(*args: P.args, **kwargs: P.kwargs) -> None:
        console = Console(stderr=True)
        try:
            code = run(*args, **kwargs) or Exit.OK
        except InvalidInput as error:
            _say(console, _told(error))
            code = Exit.BAD_INPUT
        except EngineError as error:
            _say(console, f"options.engine: {error}")
            code = Exit.BAD_INPUT
        except ClusterError as error:
            _say(console, str(error))
            code = Exit.ERROR if isinstance(error, ClusterLost) else Exit.BAD_INPUT
        except ExceedsMemory as error:
            _say(console, str(error))
            code = Exit.ERROR
        except Refused as error:
            _say(console, str(error))
            code = Exit.BAD_INPUT if error.bad_input else Exit.ERROR
        raise typer.Exit(code)

    return ended
