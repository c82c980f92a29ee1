"""The operations document knows every setting, error reason and metric of the server."""

from __future__ import annotations

import re

from fairlead_server.foundation.reasons import Reason
from fairlead_server.foundation.settings import Settings
from tests.house.tree import ROOT

DOCUMENT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SERVER = "".join(
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "server/fairlead_server").rglob("*.py"))
)


def test_every_setting_is_described() -> None:
    assert not [name for name in Settings.model_fields if f"`{name}`" not in DOCUMENT]


def test_every_error_reason_is_described_once_with_its_code() -> None:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| ([A-Z_]+)", DOCUMENT, re.MULTILINE)
    described = [(reason, code) for row, code in rows for reason in re.findall(r"[A-Z_]+", row)]
    assert sorted(described) == sorted((reason.value, reason.code.name) for reason in Reason)


def test_every_metric_is_described() -> None:
    given = set(re.findall(r'"(fairlead_\w+)", "', SERVER))
    assert len(given) > 5
    assert not [metric for metric in sorted(given) if f"`{metric}" not in DOCUMENT]
