"""Who may import whom: the table of the architecture, checked on the syntax tree.

Every hand-written module belongs to the most specific layer below. A layer names what it may
import of Fairlead and of other libraries; everything else is refused, inside functions too. The
standard library is free, but for what the layer forbids.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import modules

CLOCK_AND_SURROUNDINGS = ("os", "time", "socket", "subprocess", "sqlite3", "asyncio")
FACADE = "fairlead_solver.api"
REFERENCE_DOOR = "fairlead_solver.reference.process"  # starts the process, loads no solver
# the cycle as plain values, without a model: what an independent check reads
REFERENCE_READING = tuple(
    f"fairlead_solver.reference.{name}" for name in ("arcs", "cycle", "readings")
)
ALLOCATION = "fairlead_solver.allocation"
OWN = ("fairlead", "fairlead_solver", "fairlead_server", "fairlead_scenarios", "fairlead_verifier")
KNOBS = ("Policy", "Mode", "Group", ".FAMILIES")


@dataclass(frozen=True)
class Layer:
    """A part of the house: what it is called, what it may reach, what it may not touch."""

    prefix: str
    own: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


LAYERS = (
    Layer(
        "fairlead_solver",
        ("fairlead_solver",),
        ("numpy", "scipy", "threadpoolctl"),
        CLOCK_AND_SURROUNDINGS,
    ),
    # the facade states the engine's version
    Layer(FACADE, ("fairlead_solver",), ("ortools",), CLOCK_AND_SURROUNDINGS),
    Layer(
        "fairlead_solver.model",
        (
            "fairlead_solver.model",
            "fairlead_solver.arrays",
            "fairlead_solver.tables",
            "fairlead_solver.findings",
        ),
        ("numpy", "scipy", "ortools", "pybind11_abseil"),  # the last is part of ortools
        ("os", "socket", "subprocess", "sqlite3", "asyncio"),
    ),
    Layer(
        f"{ALLOCATION}.rules.families",
        (
            "fairlead_solver.model.program.draft",
            "fairlead_solver.arrays",
            "fairlead_solver.tables",
            "fairlead_solver.findings",
            ALLOCATION,
        ),
        ("numpy", "scipy"),
        CLOCK_AND_SURROUNDINGS,
    ),
    Layer(
        "fairlead_solver.reference",
        (
            "fairlead_solver.reference",
            "fairlead_solver.tables",
            "fairlead_solver.findings",
            ALLOCATION,
        ),
        ("numpy", "pyomo", "highspy"),
    ),
    Layer("fairlead", ("fairlead", FACADE), ("google", "numpy", "grpc")),
    Layer(
        "fairlead_server",
        ("fairlead_server", "fairlead", FACADE),
        (
            "alembic",
            "google",
            "grpc",
            "grpc_health",
            "grpc_reflection",
            "grpc_status",
            "numpy",
            "prometheus_client",
            "pydantic",
            "sqlalchemy",
        ),
    ),
    # reads facts as the reference does, in plain values: nothing of the solver's own
    Layer(
        "fairlead_verifier",
        (
            "fairlead_verifier",
            "fairlead_scenarios",
            "fairlead",
            FACADE,
            REFERENCE_DOOR,
            *REFERENCE_READING,
        ),
        ("numpy",),
    ),
    Layer(
        "fairlead_scenarios",
        ("fairlead_scenarios", "fairlead_verifier", "fairlead", FACADE, REFERENCE_DOOR),
        (
            "google",
            "grpc",
            "grpc_status",
            "jinja2",
            "matplotlib",
            "numpy",
            "platformdirs",
            "pydantic",
            "rich",
            "typer",
            "yaml",
        ),
    ),
)

# Single modules that may reach further, each with the reason.
CLUSTER = "fairlead_solver.model.execution.ray_executor"
RAY_AFFINITY = "ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy"
EXCEPTIONS: dict[tuple[str, str], str] = {
    (CLUSTER, "ray"): "the one file that speaks to a cluster; loaded only when one is asked for",
    (CLUSTER, RAY_AFFINITY): "the same",
    (CLUSTER, "socket"): "a look whether a cluster is there, since Ray would end the process",
}


def layer_of(module: str) -> Layer:
    """The most specific layer that holds a module."""
    holding = [layer for layer in LAYERS if within(module, (layer.prefix,))]
    return max(holding, key=lambda layer: len(layer.prefix))


def within(module: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the prefixes or lies under one."""
    return any(module == prefix or module.startswith(prefix + ".") for prefix in prefixes)


def imports_of(module: str, path: Path) -> list[tuple[int, str]]:
    """(line, absolute dotted name) of every import; a name from a package counts as its module."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(source, package) if node.level else source
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
    return found


def breach(module: str, target: str) -> str | None:
    """What is wrong with one import, or None."""
    if (module, target) in EXCEPTIONS:
        return None
    layer = layer_of(module)
    root = target.partition(".")[0]
    if within(target, layer.forbidden):
        return f"{layer.prefix} keeps away from {root}"
    if root in sys.stdlib_module_names:
        return None
    if root in OWN:
        # `from fairlead_solver import api` is an import of fairlead_solver.api
        return None if within(target, layer.own) else f"{layer.prefix} may not import {target}"
    return None if root in layer.libraries else f"{layer.prefix} may not use {root}"


def test_every_import_obeys_the_table_of_the_architecture() -> None:
    breaches = [
        f"{path}:{line}: {wrong}"
        for module, path in modules().items()
        for line, target in imports_of(module, path)
        if (wrong := breach(module, target))
    ]
    assert not breaches, "\n".join(breaches)


def test_no_family_imports_another_family() -> None:
    families = f"{ALLOCATION}.rules.families"
    members = {
        module: path for module, path in modules().items() if module.startswith(families + ".")
    }
    breaches = [
        f"{path}:{line}: {target}"
        for module, path in members.items()
        for line, target in imports_of(module, path)
        for other in members
        if within(target, (other,)) and other != module
    ]
    assert not breaches, "\n".join(breaches)


def test_outside_the_registry_only_the_knobs_of_single_families_are_known() -> None:
    """Everything else goes through FAMILIES, so that adding a rule touches no list of rules."""
    families = f"{ALLOCATION}.rules.families"
    allowed = (
        families,
        f"{ALLOCATION}.explain",
        f"{ALLOCATION}.decision.objective_shares",  # floors count for their contract
        "fairlead_solver.reference",
    )
    breaches = [
        f"{path}:{line}: {target}"
        for module, path in modules().items()
        if not within(module, allowed)
        for line, target in imports_of(module, path)
        if target.startswith(families + ".") and not target.endswith(KNOBS)
    ]
    assert not breaches, "\n".join(breaches)


def test_only_the_reference_process_imports_the_reference() -> None:
    breaches = [
        f"{path}:{line}: {target}"
        for module, path in modules().items()
        if not within(module, ("fairlead_solver.reference",))
        for line, target in imports_of(module, path)
        if within(target, ("fairlead_solver.reference", "pyomo", "highspy"))
        and not within(target, (REFERENCE_DOOR, *REFERENCE_READING))
    ]
    assert not breaches, "\n".join(breaches)


def test_wire_alone_knows_both_messages_and_facts() -> None:
    """Whoever imports generated messages and the solver's facts would be a second converter."""
    for module, path in modules().items():
        if within(module, ("fairlead.wire",)):
            continue
        targets = [target for _, target in imports_of(module, path)]
        messages = any("_pb2" in target for target in targets)
        facts = any(within(target, (f"{ALLOCATION}.cycle.facts",)) for target in targets)
        assert not (messages and facts), f"{path} converts between messages and facts"


@pytest.mark.parametrize(
    ("module", "target"),
    [
        (f"{ALLOCATION}.rules.families.supply", "ortools.sat.python"),
        (f"{ALLOCATION}.rules.families.supply", "fairlead_solver.model.engines.engine"),
        ("fairlead_solver.model.program.components", f"{ALLOCATION}.cycle.facts"),
        ("fairlead_solver.api.allocation", "grpc"),
        ("fairlead_solver.api.allocation", "time"),
        ("fairlead_solver.api.allocation", "fairlead.v1.facts_pb2"),
        ("fairlead_server.app", "fairlead_solver.model.program.draft"),
        ("fairlead_scenarios.runner", "fairlead_server.app"),
    ],
)
def test_the_table_refuses(module: str, target: str) -> None:
    assert breach(module, target)
