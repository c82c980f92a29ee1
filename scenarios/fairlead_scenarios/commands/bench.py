"""`fairlead bench`: the service's solve beside whole engines, on the same generated cycles."""

from __future__ import annotations

import json as jsonlib
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from ..benching.apart import run_apart
from ..benching.figures import exponents, table
from ..benching.measure import ENGINES, Run, Task
from ..benching.picture import draw, require
from ..documents import refuse, refuse_model
from ..exits import Exit, command
from ..recipe import Recipe
from .options import Workers

WIDTH = 110


@command
def bench(
    lines: Annotated[str, typer.Option(metavar="N,…", help="Sizes.")] = "1000,5000",
    engines: Annotated[str, typer.Option(metavar=",".join(ENGINES))] = "fairlead,highs",
    gap: Annotated[float, typer.Option(min=0, help="Stop when proven within this share.")] = 1e-3,
    time_limit: Annotated[float, typer.Option(min=0, help="Seconds for each run.")] = 60.0,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write runs here.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="A .svg or .png.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the cycles.")] = 1,
    workers: Workers = 1,
    lines_per_product: Annotated[float, typer.Option(help="Mean.")] = 5.0,
    short_share: Annotated[float, typer.Option(help="Of products short of stock.")] = 0.3,
    ship_complete_share: Annotated[float, typer.Option(help="Of lines.")] = 0.1,
    locations: Annotated[int, typer.Option()] = 8,
    capacity_tightness: Annotated[
        float, typer.Option(help="Capacity over the work expected; 0: unlimited.")
    ] = 0.95,
    contracts_per_line: Annotated[float, typer.Option()] = 0.002,
    lot_age_days: Annotated[int, typer.Option(help="Received up to so many days ago.")] = 120,
    tiers: Annotated[int, typer.Option()] = 3,
) -> Exit:
    """Measure engines on generated cycles, each run in a process of its own.

    `fairlead` is the service's own solve; the others solve the whole model in one call.
    Exit code 1: a run failed or had to be ended. 2: bad input.
    """
    if plot is not None:
        require(plot)
    parameters = {
        "seed": seed,
        "lines_per_product": lines_per_product,
        "short_share": short_share,
        "ship_complete_share": ship_complete_share,
        "locations": locations,
        "capacity_tightness": capacity_tightness,
        "contracts_per_line": contracts_per_line,
        "lot_age_days": lot_age_days,
        "tiers": tiers,
    }
    recipes = [_recipe({**parameters, "lines": size}) for size in lines.split(",")]
    tasks = [
        Task(engine=engine, recipe=recipe, gap=gap, time_limit=time_limit, workers=workers)
        for recipe in recipes
        for engine in _engines(engines)
    ]
    runs = _measured(tasks)
    growth = exponents(runs)
    _show(runs, growth)
    if json is not None:
        document = {
            "machine": _machine(),
            "asked": {"gap": gap, "time_limit": time_limit, "workers": workers},
            "recipe": parameters,
            "runs": [run.model_dump() for run in runs],
            "exponents": growth,
        }
        json.write_text(jsonlib.dumps(document, indent=2) + "\n", encoding="utf-8")
    if plot is not None:
        draw(runs, plot)
    return Exit.ERROR if any(run.status in ("failed", "overran") for run in runs) else Exit.OK


def _recipe(parameters: dict[str, object]) -> Recipe:
    try:
        return Recipe.model_validate(parameters)
    except ValidationError as error:
        raise refuse_model("recipe", error) from error


def _engines(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in ENGINES:
            raise refuse("--engines", name, f"one of {', '.join(ENGINES)}")
    return names


def _measured(tasks: list[Task]) -> list[Run]:
    console, runs = Console(stderr=True), []
    for task in tasks:
        with console.status(f"{task.engine}: {task.recipe.lines:,} lines"):
            runs.append(run_apart(task))
    return runs


def _show(runs: list[Run], growth: dict[str, float]) -> None:
    console = Console()
    console.width = max(WIDTH, console.width)  # a table with cut figures is of no use
    console.print(table(runs))
    for engine, power in growth.items():
        console.print(f"{engine}: seconds grow as lines^{power:.2f}")
    for run in runs:
        if run.note:
            console.print(f"{run.engine}, {run.lines:,} lines: {run.note}", markup=False)


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "ortools": version("ortools"),
        "fairlead": version("fairlead"),
    }
