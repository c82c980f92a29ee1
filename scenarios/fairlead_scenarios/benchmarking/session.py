"""A benchmark from request to tables: cycles, runs, load, conclusions."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..recipe.generator import Recipe
from ..running.process_memory import available_bytes
from ..spelling.yaml_documents import refuse
from ..terminal.exit_codes import Exit
from ..terminal.terminal import terminal
from .cycles import BenchCycle, GeneratedCycle, OwnCycle, write_mps
from .document import Asked, Document
from .isolated_process import run_apart
from .load import LEVELS, Pressure, orders, press
from .picture import draw, require
from .serving import NotServing, served
from .tables import (
    gaps_table,
    goals_table,
    growth_table,
    load_table,
    means_table,
    phases_table,
    ratios_table,
    runs_table,
    spread_table,
)
from .task import BROKEN, WHOLE, Contender, Task

WIDTH = 140
MEMORY_SHARE = 0.9  # of what the machine can give, where no limit is asked for
NAMES = tuple(contender.value for contender in Contender)
GIB = 2**30


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """What is asked on the command line; lists of numbers and names are still texts."""

    paths: tuple[Path, ...]
    sizes: str
    default_sizes: str
    seeds: str
    repeats: int
    engines: str
    gap: float
    time_limit: float  # seconds
    workers: int
    cluster: str | None
    whole_up_to: int  # lines
    memory_limit_gib: float | None
    mps: Path | None
    json: Path | None
    plot: Path | None
    again: Path | None
    load: int  # calls
    load_seconds: float
    load_lines: int
    clients: str
    levels: str
    recipe: Path | None
    given: Mapping[str, Any]


def run_session(request: BenchRequest) -> Exit:
    """Measure, conclude, show and keep. Raises InvalidInput before anything is measured."""
    if request.plot is not None:
        require(request.plot)
    found = _measured(request) if request.again is None else _read(request.again)
    document = found.concluded()
    _show(document)
    if request.plot is not None:
        draw(document, request.plot)
    failed = any(run.status in BROKEN for run in document.runs)
    return Exit.ERROR if failed or any(load.errors for load in document.load) else Exit.OK


def _measured(request: BenchRequest) -> Document:
    base = _recipe(request.recipe, request.given)
    asked = Asked(
        gap=request.gap,
        time_limit=request.time_limit,
        workers=request.workers,
        cluster=request.cluster,
    )
    document = Document(asked=asked, recipe=base)
    clients = _numbers("--clients", request.clients)
    levels = _levels(request.levels)
    pressure = Pressure(request.load, request.load_seconds, clients, levels, request.load_lines)
    _measure(document, request, _cycles(request, base))
    if request.load:
        _press(document, pressure, request.json)
    return document


def _cycles(request: BenchRequest, base: Recipe) -> list[BenchCycle]:
    """Own cycles, then a generated one for each size and seed."""
    own = [OwnCycle.at(path) for path in request.paths]
    nothing = request.load or own
    wanted = request.sizes or (
        str(base.lines) if request.recipe else "" if nothing else request.default_sizes
    )
    sizes = _numbers("--lines", wanted) if wanted else ()
    seeds = _numbers("--seeds", request.seeds) if request.seeds else (base.seed,)
    generated = [
        GeneratedCycle(Recipe.of({**base.model_dump(), "lines": size, "seed": seed}))
        for size in sizes
        for seed in seeds
    ]
    return [*own, *generated]


def _recipe(path: Path | None, given: Mapping[str, Any]) -> Recipe:
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


def _levels(text: str) -> tuple[str, ...]:
    for name in text.split(","):
        if name not in LEVELS:
            raise refuse("--levels", name, f"one of {', '.join(LEVELS)}")
    return tuple(text.split(","))


def _measure(document: Document, request: BenchRequest, cycles: Sequence[BenchCycle]) -> None:
    """Run every contender on every cycle, and keep what was measured after each."""
    console = terminal().progress()
    limit = request.memory_limit_gib
    memory_bytes = round(MEMORY_SHARE * available_bytes() if limit is None else limit * GIB)
    contenders = _contenders(request.engines)
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as name:
        file = Path(name) / "request.binpb"
        for cycle in cycles:
            cycle.write(file)
            if request.mps is not None:
                write_mps(file, request.mps / f"{cycle.label}.mps")
            entered = [
                c for c in contenders if c not in WHOLE or cycle.lines <= request.whole_up_to
            ]
            for repeat in range(1, request.repeats + 1):
                for contender in entered:
                    task = Task(
                        engine=contender,
                        lines=cycle.lines,
                        cycle=file,
                        name=cycle.name,
                        seed=cycle.seed,
                        repeat=repeat,
                        **document.asked.model_dump(),
                    )
                    with console.status(f"{contender.value}: {cycle.label}"):
                        document.runs.append(run_apart(task, memory_bytes))
                    _keep(document, request.json)


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
    if document.spreads:
        console.print(spread_table(document.spreads))
    if document.times_to_gap:
        console.print(gaps_table(document.times_to_gap))
    if document.means:
        console.print(means_table(document.means, document.profiles))
    if document.growth:
        console.print(growth_table(document.growth))
    if document.load:
        console.print(load_table(document.load))
    if document.goals:
        console.print(goals_table(document.goals))
    for run in document.runs:
        if run.note:
            where = run.cycle or f"{run.lines:,} lines"
            console.print(f"{run.engine.value}, {where}: {run.note}", markup=False)
    for load in document.load:
        if load.first_error:
            console.print(f"{load.explanation}: {load.first_error}", markup=False)
