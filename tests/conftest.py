"""What all tests share: reproducible random cases, and where external data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# `fixed` draws the same cases in every run; `explore` draws new ones and prints the blob that
# repeats a failure: pytest --hypothesis-profile=explore --hypothesis-seed=N
_QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile(
    "fixed", derandomize=True, deadline=None, print_blob=True, suppress_health_check=_QUIET
)
settings.register_profile(
    "explore", deadline=None, print_blob=True, max_examples=500, suppress_health_check=_QUIET
)
settings.load_profile("fixed")


def pytest_report_header(config: pytest.Config) -> str:
    """Say how random cases are drawn, so that a failing run can be repeated."""
    profile = config.getoption("--hypothesis-profile") or "fixed (derandomised)"
    seed = config.getoption("--hypothesis-seed") or "none"
    data = os.environ.get("FAIRLEAD_DATA", "unset")
    return f"fairlead: hypothesis profile {profile}, seed {seed}; FAIRLEAD_DATA {data}"


@pytest.fixture(scope="session")
def external_data() -> Path:
    """The folder of external data with known answers; the test is skipped where it is missing."""
    folder = os.environ.get("FAIRLEAD_DATA")
    if not folder:
        pytest.skip("FAIRLEAD_DATA is not set: external data is not at hand")
    return Path(folder)
