"""The rooms of the house: which there are, on which floor, and that no import goes back up.

A room is a package with the modules directly in it; `__init__` counts as one of them. Imports
inside functions and those for type checkers count as well.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.house.test_imports import imports_of
from tests.house.tree import ROOT, modules

MODULES = modules()
MOST_FILES = 16
# one file a rule, and the verifier's mirror of them
MANY_FILES = ("fairlead_solver.allocation.rules.families",)

# From the ground up: a room may import rooms above it in this list only, and every room is here.
FLOORS = [
    "fairlead",
    "fairlead.v1",
    "fairlead_solver",
    "fairlead_solver.model.program",
    "fairlead_solver.model.engines",
    "fairlead_solver.model.execution",
    "fairlead_solver.model.decomposition",
    "fairlead_solver.model",
    "fairlead_solver.model.resolve",
    "fairlead_solver.allocation",
    "fairlead_solver.allocation.policy",
    "fairlead_solver.allocation.cycle",
    "fairlead_solver.allocation.rules",
    "fairlead_solver.allocation.rules.families",
    "fairlead_solver.allocation.decision",
    "fairlead_solver.allocation.explain.vocabulary",
    "fairlead_solver.allocation.explain.evidence",
    "fairlead_solver.allocation.explain.reasons",
    "fairlead_solver.allocation.explain.variants",
    "fairlead_solver.allocation.explain.sensitivity",
    "fairlead_solver.allocation.explain.remedies",
    "fairlead_solver.allocation.explain.conflict",
    "fairlead_solver.allocation.explain.narrative",
    "fairlead_solver.allocation.explain",
    "fairlead_solver.api",
    "fairlead_solver.reference",
    "fairlead.wire.shared",
    "fairlead.wire.allocation",
    "fairlead.wire",
    "fairlead_server.foundation",
    "fairlead_server.transport",
    "fairlead_server.storage",
    "fairlead_server.storage.migrations",
    "fairlead_server.storage.migrations.versions",
    "fairlead_server.workers",
    "fairlead_server.jobs",
    "fairlead_server.usecases",
    "fairlead_server.background",
    "fairlead_server.services",
    "fairlead_server",
    "fairlead_scenarios.spelling",
    "fairlead_scenarios.recipe",
    "fairlead_scenarios.files",
    "fairlead_scenarios.running",
    "fairlead_verifier.context",
    "fairlead_verifier.trials",
    "fairlead_verifier.text",
    "fairlead_verifier.statements",
    "fairlead_verifier",
    "fairlead_scenarios.presenting",
    "fairlead_scenarios.importing",
    "fairlead_scenarios.terminal",
    "fairlead_scenarios.benchmarking",
    "fairlead_scenarios.cli.commands",
    "fairlead_scenarios.cli",
    "fairlead_scenarios",
]


def room_of(module: str) -> str:
    """The package a module lies in; a package's `__init__` lies in the package itself."""
    is_package = MODULES[module].name == "__init__.py"
    return module if is_package else module.rpartition(".")[0]


def arrows() -> dict[str, set[str]]:
    """Module -> modules of Fairlead that it imports."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in MODULES.items():
        for _, target in imports_of(module, path):
            name = target if target in MODULES else target.rpartition(".")[0]
            if name in MODULES and name != module:
                found[module].add(name)
    return found


def test_no_circle_of_modules() -> None:
    try:
        TopologicalSorter(arrows()).prepare()
    except CycleError as error:
        pytest.fail(f"these import each other: {' -> '.join(error.args[1])}")


def test_every_room_is_on_a_floor() -> None:
    assert len(FLOORS) == len(set(FLOORS))
    assert {room_of(module) for module in MODULES} == set(FLOORS)


def test_no_import_goes_back_up() -> None:
    floor = {room: height for height, room in enumerate(FLOORS)}
    upwards = [
        f"{module} imports {target}"
        for module, targets in arrows().items()
        for target in targets
        if floor[room_of(target)] > floor[room_of(module)]
    ]
    assert not upwards, "\n".join(sorted(upwards))


def test_no_room_is_a_hall() -> None:
    files: dict[str, int] = defaultdict(int)
    for module, path in MODULES.items():
        files[room_of(module)] += path.name != "__init__.py"
    halls = [f"{room}: {n}" for room, n in files.items() if n > MOST_FILES]
    assert not [hall for hall in halls if not hall.startswith(MANY_FILES)], "\n".join(halls)


def test_every_room_says_what_is_in_it() -> None:
    silent = [
        str(path)
        for path in MODULES.values()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent, "\n".join(silent)


def test_the_developers_page_names_every_room() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    tree = page.split("```")[1].splitlines()[1:]
    named: set[str] = set()
    package = ""
    for row in filter(None, tree):
        word = row.split()[0].replace("/", ".")
        package = package if row.startswith(" ") else word
        named.add(f"{package}.{word}" if row.startswith(" ") else word)
    assert named == set(FLOORS)
