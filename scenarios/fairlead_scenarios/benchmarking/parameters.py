"""Every parameter of the recipe as an option of a command, without being written twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from ..recipe.parameters import Parameters

Result = TypeVar("Result")
PANEL = "The recipe of the cycles"


def with_recipe(
    run: Callable[..., Result], *, leave_out: tuple[str, ...] = ()
) -> Callable[..., Result]:
    """`run(..., given)` as a function whose signature has an option for each parameter instead.

    `given` holds those that were given, by name: what was not is left to a file or the default.
    """
    names = [name for name in Parameters.model_fields if name not in leave_out]

    def called(**arguments: Any) -> Result:
        given = {name: arguments.pop(name) for name in names}
        return run(**arguments, given={k: v for k, v in given.items() if v is not None})

    own = inspect.signature(run, eval_str=True)
    kept = [p for p in own.parameters.values() if p.name != "given"]
    options = [_option(name) for name in names]
    called.__signature__ = own.replace(parameters=[*kept, *options])  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in (*kept, *options)}
    called.__name__, called.__doc__ = run.__name__, run.__doc__
    return called


def _option(name: str) -> inspect.Parameter:
    field = Parameters.model_fields[name]
    default = getattr(field.default, "value", field.default)
    option = typer.Option(
        help=f"{(field.description or '').capitalize()}  [default: {default}]",
        rich_help_panel=PANEL,
        show_default=False,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[field.annotation | None, option],  # type: ignore[operator]
    )
