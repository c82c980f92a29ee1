"""Writes the cycle of a recipe to a file, in a process of its own.

`python -m fairlead_scenarios.benchmarking.prepare FILE` reads a recipe as JSON from its input.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fairlead.v1 import allocation_service_pb2 as messages

from ..recipe.generator import Recipe


def write_request(recipe: Recipe, path: Path) -> None:
    """The recipe's cycle and policy as the bytes of a SolveAllocationRequest."""
    request = messages.SolveAllocationRequest(cycle=recipe.cycle(), policy=recipe.policy())
    path.write_bytes(request.SerializeToString())


if __name__ == "__main__":
    write_request(Recipe.model_validate_json(sys.stdin.read()), Path(sys.argv[1]))
