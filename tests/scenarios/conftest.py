"""`pytest tests/scenarios --update` rewrites what the library expects."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite expected.yaml of the library")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether expectations are to be rewritten. (Absent where only another folder is collected.)"""
    return bool(request.config.getoption("--update", default=False))
