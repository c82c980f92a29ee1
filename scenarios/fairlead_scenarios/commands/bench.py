"""`fairlead bench`: the service's solve beside whole engines, on the same generated cycles."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ..benching.apart import NotPrepared, prepare_apart, run_apart
from ..benching.document import Asked, Document
from ..benching.load import LEVELS, Pressure, orders, press
from ..benching.parameters import with_recipe
from ..benching.picture import draw, require
from ..benching.processes import available_bytes
from ..benching.serving import NotServing, served
from ..benching.tables import (
    goals_table,
    growth_table,
    load_table,
    phases_table,
    ratios_table,
    runs_table,
)
from ..benching.task import BROKEN, WHOLE, Contender, Task
from ..documents import refuse
from ..exits import Exit, command
from ..recipe import Recipe
from ..terminal import terminal
from .options import ClusterAddress, Workers

WIDTH = 140
MOST_LINES = 5_000_000
MEMORY_SHARE = 0.9  # of what the machine can give, where no limit is asked for
SIZES = "1000,5000"
NAMES = tuple(contender.value for contender in Contender)
GIB = 2**30
Entry = tuple[Recipe, list[Contender]]  # a cycle, and who is measured on it


def _bench(
    lines: Annotated[
        str | None, typer.Option(metavar="N,…", help=f"Sizes.  [default: {SIZES}]")
    ] = None,
    engines: Annotated[
        str, typer.Option(metavar="NAME,…", help=f"Who is measured: {', '.join(NAMES)}.")
    ] = "fairlead,highs",
    gap: Annotated[float, typer.Option(min=0, help="Stop when proven within this share.")] = 1e-3,
    time_limit: Annotated[float, typer.Option(min=0, help="Seconds for each run.")] = 60.0,
    workers: Workers = 1,
    cluster: ClusterAddress = None,
    whole_up_to: Annotated[
        int, typer.Option(min=0, metavar="LINES", help="Larger cycles get no whole engines.")
    ] = MOST_LINES,
    memory_limit: Annotated[
        float | None, typer.Option(min=0, help="GiB of a run; above, it is ended.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write figures here.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="A .svg or .png.")] = None,
    again: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show these figures; measure nothing.")
    ] = None,
    load: Annotated[
        int, typer.Option(min=0, metavar="CALLS", help="Calls to a real server, for each row.")
    ] = 0,
    load_seconds: Annotated[float, typer.Option(min=0, help="At most, for each row.")] = 30.0,
    load_lines: Annotated[int, typer.Option(min=1, help="Lines of each order called.")] = 10,
    clients: Annotated[str, typer.Option(metavar="N,…", help="Calling at the same time.")] = "1,4",
    levels: Annotated[
        str, typer.Option(metavar="LEVEL,…", help="How much is explained.")
    ] = "none,exact,full",
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A recipe; options win over it.")
    ] = None,
    *,
    given: dict[str, Any],
) -> Exit:
    """Measure engines on generated cycles, each run in a process of its own.

    [b]fairlead[/] is the service's own solve, [b]service[/] the whole call with reading, checks,
    explanation and encoding, [b]warm_start[/] the next cycle, 1 % of it changed, from what this one
    left; [b]highs, scip, cp_sat, pyomo[/] solve the whole model in one call; [b]cold_pass[/] and
    [b]codec[/] are the floors no method and no program can go below.

    With --load, small orders are sent to a real server on loopback; unless sizes are asked for as
    well, nothing else is measured.

    Exit code 1: a run failed or had to be ended, or a call failed. 2: bad input.
    """
    if plot is not None:
        require(plot)
    if again is not None:
        document = _read(again)
    else:
        base = _recipe(recipe, given)
        asked = Asked(gap=gap, time_limit=time_limit, workers=workers, cluster=cluster)
        document = Document(asked=asked, recipe=base)
        limit = MEMORY_SHARE * available_bytes() if memory_limit is None else memory_limit * GIB
        pressure = Pressure(
            load, load_seconds, _numbers("--clients", clients), _levels(levels), load_lines
        )
        wanted = lines or ("" if load else str(base.lines) if recipe else SIZES)
        sizes = _numbers("--lines", wanted) if wanted else ()
        recipes = [Recipe.of({**base.model_dump(), "lines": size}) for size in sizes]
        entered = [(r, _entered(_contenders(engines), r.lines, whole_up_to)) for r in recipes]
        _measure(document, entered, round(limit), json)
        if load:
            _press(document, pressure, json)
    document = document.concluded()
    _show(document)
    if plot is not None:
        draw(document, plot)
    failed = any(run.status in BROKEN for run in document.runs)
    return Exit.ERROR if failed or any(load.errors for load in document.load) else Exit.OK


bench = command(with_recipe(_bench, leave_out=("lines",)))


def _recipe(path: Path | None, given: dict[str, Any]) -> Recipe:
    base = Recipe() if path is None else Recipe.read(path)
    return Recipe.of({**base.model_dump(), **given})


def _read(path: Path) -> Document:
    try:
        return Document.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise refuse("--again", path, f"figures written by --json ({error})") from error


def _numbers(option: str, text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        raise refuse(option, text, "whole numbers above 0, separated by commas")
    return numbers


def _contenders(text: str) -> list[Contender]:
    for name in text.split(","):
        if name not in NAMES:
            raise refuse("--engines", name, f"one of {', '.join(NAMES)}")
    return [Contender(name) for name in text.split(",")]


def _entered(contenders: list[Contender], lines: int, most: int) -> list[Contender]:
    """Those that are measured at this size."""
    return [c for c in contenders if c not in WHOLE or lines <= most]


def _levels(text: str) -> tuple[str, ...]:
    for name in text.split(","):
        if name not in LEVELS:
            raise refuse("--levels", name, f"one of {', '.join(LEVELS)}")
    return tuple(text.split(","))


def _measure(
    document: Document,
    entered: Sequence[Entry],
    memory_bytes: int,
    json: Path | None,
) -> None:
    """Run every contender on every cycle, and keep what was measured after each."""
    console = terminal().progress()
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as folder:
        for task in _tasks(document.asked, entered, Path(folder)):
            with console.status(f"{task.engine.value}: {task.lines:,} lines"):
                document.runs.append(run_apart(task, memory_bytes))
            _keep(document, json)


def _tasks(asked: Asked, entered: Sequence[Entry], folder: Path) -> Iterator[Task]:
    for recipe, contenders in entered:
        cycle = folder / "request.binpb"
        try:
            prepare_apart(recipe, cycle)
        except NotPrepared as error:
            raise refuse("recipe", recipe.lines, str(error)) from error
        for contender in contenders:
            yield Task(engine=contender, lines=recipe.lines, cycle=cycle, **asked.model_dump())


def _press(document: Document, pressure: Pressure, json: Path | None) -> None:
    console = terminal().progress()
    made = orders(document.recipe, pressure.lines)
    try:
        with console.status("orders of a few lines, under load"), served() as server:
            for load in press(server, made, pressure):
                document.load.append(load)
                _keep(document, json)
    except NotServing as error:
        raise refuse("--load", pressure.calls, f"a server that starts: {error}") from error


def _keep(document: Document, json: Path | None) -> None:
    if json is not None:
        document.write(json)


def _show(document: Document) -> None:
    console = terminal().out()
    console.width = max(WIDTH, console.width)  # a table with cut figures is of no use
    if document.runs:
        console.print(runs_table(document.runs), phases_table(document.runs))
    if document.ratios:
        console.print(ratios_table(document.ratios))
    if document.growth:
        console.print(growth_table(document.growth))
    if document.load:
        console.print(load_table(document.load))
    if document.goals:
        console.print(goals_table(document.goals))
    for run in document.runs:
        if run.note:
            console.print(f"{run.engine.value}, {run.lines:,} lines: {run.note}", markup=False)
    for load in document.load:
        if load.first_error:
            console.print(f"{load.explanation}: {load.first_error}", markup=False)
