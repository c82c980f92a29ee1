"""One server for all tests that do it no harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .live import Live, live


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that stays up; other tests' data may be in it."""
    with live(tmp_path_factory.mktemp("server")) as it:
        yield it
