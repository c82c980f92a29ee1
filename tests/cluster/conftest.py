"""A cluster of two nodes, for all tests of this folder that do not break it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cluster.nodes import Nodes, settings

NO_RAY = "the extra `fairlead[ray]` is not installed"

# Folders have short names: Ray keeps sockets there, whose paths may have 107 letters.


@pytest.fixture(scope="session")
def surroundings() -> Iterator[dict[str, str]]:
    """Settings of Ray, in this process and those it starts."""
    made = settings()
    before = dict(os.environ)
    os.environ.update(made)
    yield made
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def unstarted(surroundings: dict[str, str]) -> Iterator[Nodes]:
    """A cluster of this test's own; nothing of it runs yet."""
    pytest.importorskip("ray", reason=NO_RAY)
    with TemporaryDirectory(prefix="fl-") as folder:
        nodes = Nodes(Path(folder), surroundings)
        try:
            yield nodes
        finally:
            nodes.end()


@pytest.fixture(scope="session")
def nodes(surroundings: dict[str, str]) -> Iterator[Nodes]:
    """Two nodes of one processor each."""
    pytest.importorskip("ray", reason=NO_RAY)
    with TemporaryDirectory(prefix="fl-") as folder:
        started = Nodes(Path(folder), surroundings)
        try:
            started.head()
            started.join()
            yield started
        finally:
            started.end()
