"""How a command ends: exit codes, and what is printed of an error.

Nothing heavy is imported until there is an error to print: `--help` imports this module.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from .terminal import Terminal, terminal, use

if TYPE_CHECKING:
    from fairlead.v1 import decision_pb2
    from fairlead_solver.api.allocation import InvalidInput


class Exit(IntEnum):
    """Exit codes of the command."""

    OK = 0
    ERROR = 1  # of the server, the connection, or ours
    BAD_INPUT = 2
    NO_PLAN = 3  # infeasible, or stopped at a limit before a plan was found


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, as `--json` prints it. `path` and `id` are empty, `value` is None
    where they do not apply."""

    message: str
    path: str = ""
    id: str = ""
    value: str | None = None


def exit_of(decision: decision_pb2.Decision) -> Exit:
    """The exit code a decision ends the command with."""
    from fairlead.v1 import decision_pb2

    with_plan = (decision_pb2.DECISION_STATUS_OPTIMAL, decision_pb2.DECISION_STATUS_FEASIBLE_LIMIT)
    return Exit.OK if decision.status in with_plan else Exit.NO_PLAN


def command(run: Callable[..., Exit | None]) -> Callable[..., None]:
    """Run a command and end as its answer or error says: no traceback for what users can cause.

    The command gets the options --quiet and --no-color; errors are JSON where it has --json and
    that is asked for.
    """

    @functools.wraps(run)
    def ended(*args: Any, quiet: bool = False, no_color: bool = False, **kwargs: Any) -> None:
        chosen = terminal()
        use(Terminal(quiet=chosen.quiet or quiet, color=chosen.color and not no_color))
        try:
            code = run(*args, **kwargs) or Exit.OK
        except Exception as error:
            code = _report(error, as_json=kwargs.get("json") is True)
        raise typer.Exit(code)

    _add_options(ended, run)
    return ended


def _add_options(ended: Callable[..., None], run: Callable[..., Any]) -> None:
    quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notices.")]
    no_color = Annotated[bool, typer.Option("--no-color", help="Plain text.")]
    own = inspect.signature(run, eval_str=True)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=option)
        for name, option in (("quiet", quiet), ("no_color", no_color))
    ]
    every = [*own.parameters.values(), *added]
    ended.__signature__ = own.replace(parameters=every)  # type: ignore[attr-defined]
    ended.__annotations__ = {p.name: p.annotation for p in every}


def _report(error: Exception, *, as_json: bool) -> Exit:
    """Print an error that users can cause, and choose the exit code. Raises any other error."""
    from fairlead_solver.api.allocation import ClusterError, ClusterLost, EngineError, InvalidInput

    from ..running.memory_check import ExceedsMemory
    from ..running.remote import Refused

    match error:
        case InvalidInput():
            _print(_problems(error), error.unlisted, as_json=as_json)
            return Exit.BAD_INPUT
        case EngineError():
            problem, code = Problem(str(error), "options.engine"), Exit.BAD_INPUT
        case ClusterLost() | ExceedsMemory():
            problem, code = Problem(str(error)), Exit.ERROR
        case ClusterError():
            problem, code = Problem(str(error)), Exit.BAD_INPUT
        case Refused():
            problem = Problem(str(error))
            code = Exit.BAD_INPUT if error.bad_input else Exit.ERROR
        case _:
            raise error
    _print([problem], 0, as_json=as_json)
    return code


def _problems(error: InvalidInput) -> list[Problem]:
    return [Problem(f.fault, f.path, f.id, str(f.value)) for f in error.findings]


def _print(problems: list[Problem], more: int, *, as_json: bool) -> None:
    console = terminal().errors()
    if as_json:
        whole = {"errors": [asdict(problem) for problem in problems], "more": more}
        console.print(Text(json.dumps(whole, indent=2, ensure_ascii=False)), soft_wrap=True)
        return
    lines = [_sentence(problem) for problem in problems]
    for line in [*lines, *([f"… and {more} more"] if more else [])]:
        console.print(Text(line), soft_wrap=True)


def _sentence(problem: Problem) -> str:
    return ": ".join(filter(None, (problem.path, problem.id, problem.message)))
